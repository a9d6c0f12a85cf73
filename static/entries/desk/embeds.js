// Addresses of posts and videos in the text: what readers will have in the place of each, as the server learned it.

import { formData, send } from "./request.js";

const PAUSE = 600; // ms without a key; a paste is one change
const ADDRESS = /^https?:\/\/\S+$/;

export class Embeds {
  #place;
  #note;
  #text;
  #ask;
  #timer;
  #answers = new Map(); // address to a promise of what the server said

  constructor(compose, { address, user }) {
    this.#place = compose.form.querySelector(".embeds");
    this.#note = compose.form.querySelector(".embeds-silent");
    this.#text = compose.form.elements.source;
    this.#ask = (pasted) => send(address, { user, body: formData({ address: pasted }) });
    this.#text.addEventListener("input", () => this.#later());
    compose.form.addEventListener("filled", () => this.#later());
    this.#later();
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), PAUSE);
  }

  // In a paragraph of their own, as on the server.
  get #addresses() {
    const { body } = new DOMParser().parseFromString(this.#text.value, "text/html");
    const lines = body.children.length ? [...body.querySelectorAll("p")] : [body];
    return new Set(lines.map((line) => line.textContent.trim()).filter((line) => ADDRESS.test(line)));
  }

  async #look() {
    const addresses = [...this.#addresses];
    const answers = await Promise.all(addresses.map((address) => this.#told(address)));
    if (addresses.join() !== [...this.#addresses].join()) return; // written on meanwhile, and looked at again
    const shown = answers.filter(({ html }) => html);
    this.#place.innerHTML = shown.map(({ html }) => html).join("");
    this.#note.hidden = shown.every((answer) => answer.is_learned);
  }

  async #told(address) {
    if (!this.#answers.has(address)) this.#answers.set(address, this.#ask(address));
    const { kind, answer } = await this.#answers.get(address);
    if (kind === "ok" && (answer.is_learned || !answer.html)) return answer;
    this.#answers.delete(address);
    return kind === "ok" ? answer : { html: "" };
  }
}
