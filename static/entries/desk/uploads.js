// Images that were dropped, pasted or chosen: sent with their progress, then put into the text with what they show.

import { csrfToken } from "./request.js";

export class Uploads {
  #place;
  #template;
  #address;
  #user;
  #insert;

  constructor(compose, template, { address, user }) {
    this.#place = compose.form.querySelector(".uploads");
    this.#template = template;
    this.#address = address;
    this.#user = user;
    this.#insert = (html) => compose.insert(html);
    const text = compose.form.querySelector(".compose-text");
    text.addEventListener("paste", (event) => this.#takeFrom(event, event.clipboardData), true);
    text.addEventListener("drop", (event) => this.#takeFrom(event, event.dataTransfer), true);
    const chooser = compose.form.querySelector(".compose-image");
    chooser.hidden = false;
    chooser.querySelector("input").addEventListener("change", ({ target }) => {
      this.#take(target.files);
      target.value = "";
    });
  }

  // A word processor's paste brings a picture of itself beside its text: there the text is meant.
  #takeFrom(event, data) {
    const images = [...(data?.files ?? [])].filter(({ type }) => type.startsWith("image/"));
    if (!images.length || data.getData("text/html").replace(/<img[^>]*>|<\/?meta[^>]*>/g, "").trim()) return;
    event.preventDefault();
    event.stopPropagation();
    this.#take(images);
  }

  #take(files) {
    for (const file of files) this.#upload(file);
  }

  #upload(file) {
    const row = this.#template.content.firstElementChild.cloneNode(true);
    const progress = row.querySelector("progress");
    row.querySelector(".upload-name").textContent = file.name;
    row.querySelector(".upload-drop").addEventListener("click", () => (request.abort(), row.remove()));
    this.#place.append(row);
    const body = new FormData();
    body.set("image", file);
    const request = new XMLHttpRequest(); // fetch() says nothing of how far it is
    request.open("POST", this.#address);
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.setRequestHeader("X-Desk-User", this.#user);
    request.upload.addEventListener("progress", ({ loaded, total }) => (progress.value = loaded / total));
    request.addEventListener("load", () => {
      if (request.status === 200) this.#ask(row, request.response);
      else this.#fail(row, file, request.response?.error);
    });
    request.addEventListener("error", () => this.#fail(row, file));
    request.send(body);
  }

  #ask(row, { src, width, height }) {
    row.querySelector("progress").hidden = true;
    const form = row.querySelector(".upload-alt");
    const [alt, decorative] = form.querySelectorAll("input");
    const image = new Image(width, height);
    image.src = src;
    row.prepend(image.cloneNode());
    form.hidden = false;
    alt.focus();
    const insert = () => {
      alt.required = !decorative.checked;
      if (!alt.reportValidity()) return;
      image.alt = decorative.checked ? "" : alt.value.trim();
      row.remove();
      this.#insert(`<p>${image.outerHTML}</p>`);
    };
    form.querySelector("button").addEventListener("click", insert);
    alt.addEventListener("keydown", (event) => event.key === "Enter" && (event.preventDefault(), insert()));
  }

  #fail(row, file, said) {
    row.querySelector("progress").hidden = true;
    const note = row.querySelector(".upload-failed");
    note.hidden = false;
    note.querySelector("span").textContent = said ?? "";
    note.querySelector("button").addEventListener("click", () => (row.remove(), this.#upload(file)));
  }
}
