// The box that texts are written in: its fields, its one rich-text editor, and the place where it stands.

import { newUid } from "./device.js";

const CHECKS = ["is_key", "is_pinned"];
const LINES = ["source", "time", "topic", "byline", "confidence"];
const HIDDEN = ["base_version", "base_is_key", "base_is_pinned"];
const EMPTY = { source: "", time: "", topic: "", byline: "", confidence: "", is_key: false, is_pinned: false };

const isChecked = (value) => value === true || value === "on" || value === "True" || value === "true";

export class Compose {
  entry = null; // id of the one that is edited
  isTakenUp = false; // it was changed before it came into the box
  #form;
  #home;
  #labels;
  #lines = ""; // as they were when it came into the box

  constructor(form, labels) {
    this.#form = form;
    this.#labels = labels;
    this.#home = document.createElement("div");
    form.before(this.#home);
    this.#home.append(form);
  }

  get form() {
    return this.#form;
  }

  get uid() {
    return this.#form.elements.uid.value;
  }

  set uid(uid) {
    this.#form.elements.uid.value = uid;
  }

  get editor() {
    return window.CKEDITOR?.instances[this.#form.elements.source.id];
  }

  get fields() {
    const { elements } = this.#form;
    this.editor?.updateElement();
    return {
      ...Object.fromEntries([...LINES, ...HIDDEN].map((name) => [name, elements[name].value])),
      ...Object.fromEntries(CHECKS.map((name) => [name, elements[name].checked])),
    };
  }

  set fields(fields) {
    const { elements } = this.#form;
    const given = { ...EMPTY, base_version: "", base_is_key: "", base_is_pinned: "", ...fields };
    for (const name of [...LINES, "base_version"]) elements[name].value = given[name] ?? "";
    for (const name of CHECKS) elements[name].checked = isChecked(given[name]);
    // Hidden checks say nothing where they say no.
    for (const name of ["base_is_key", "base_is_pinned"]) elements[name].value = isChecked(given[name]) ? "True" : "";
    this.#setText(given.source ?? "");
    this.#lines = this.#linesNow;
  }

  get isChanged() {
    return this.isTakenUp || this.#lines !== this.#linesNow || Boolean(this.editor?.checkDirty());
  }

  get #linesNow() {
    const { elements } = this.#form;
    const lines = LINES.slice(1).map((name) => elements[name].value);
    return JSON.stringify([...lines, ...CHECKS.map((name) => elements[name].checked)]);
  }

  get isEmpty() {
    return !/[^\s]/.test(this.text) && !this.#form.elements.source.value.includes("<img");
  }

  get text() {
    this.editor?.updateElement();
    return new DOMParser().parseFromString(this.#form.elements.source.value, "text/html").body.textContent;
  }

  get hold() {
    return this.#form.elements.hold?.value ?? "0";
  }

  // For a new entry, in its own place.
  start(fields = {}, uid = newUid()) {
    const label = this.#form.dataset.new;
    this.#stand({ entry: null, action: this.#form.dataset.add, label, isOut: false });
    this.#home.append(this.#form);
    this.uid = uid;
    this.fields = fields;
  }

  // An entry that is there, within it if it stands on the desk's stack.
  edit({ id, action, label, isOut, waits, fields, place }, uid = newUid()) {
    this.#stand({ entry: id, action, label: this.#labels.editing.replace("%s", () => label), isOut, waits });
    (place ?? this.#home).append(this.#form);
    this.uid = uid;
    this.fields = fields;
  }

  focus() {
    this.#whenReady((editor) => this.#focusAtEnd(editor));
    this.#form.scrollIntoView({ block: "nearest" });
  }

  tell(error = "", conflict = "") {
    const note = this.#form.querySelector(".errornote");
    note.textContent = error;
    note.hidden = !error;
    this.#form.querySelector(".conflict-place").innerHTML = conflict;
    this.#form.querySelector(".take-theirs")?.removeAttribute("hidden");
  }

  // Before the form is sent as it is: with what is in the editor now, and with the token of the login of now.
  sign(token) {
    this.editor?.updateElement();
    this.#form.elements.csrfmiddlewaretoken.value = token;
  }

  // To where the two texts part.
  showConflict() {
    this.#form.scrollIntoView({ block: "start" });
    const [theirs, diff] = this.#form.querySelectorAll(".conflict .text");
    const change = diff?.querySelector("ins, del");
    if (!change) return;
    diff.scrollTop = change.offsetTop - diff.offsetTop - 24;
    theirs.scrollTop = (diff.scrollTop / diff.scrollHeight) * theirs.scrollHeight;
  }

  // In the place of what is there; undo brings that back.
  replaceText(html) {
    const { editor } = this;
    editor.focus();
    const range = editor.createRange();
    range.selectNodeContents(editor.editable());
    editor.getSelection().selectRanges([range]);
    editor.insertHtml(html);
  }

  insert(html) {
    this.editor?.focus();
    this.editor?.insertHtml(html);
  }

  #stand({ entry, action, label, isOut, waits = false }) {
    const form = this.#form;
    this.entry = entry;
    this.isTakenUp = false;
    this.tell();
    form.action = action;
    form.setAttribute("aria-label", label);
    const note = form.querySelector(".editing");
    note.hidden = !entry;
    note.textContent = entry ? label : "";
    form.querySelector(".leave").hidden = !entry;
    const draft = form.querySelector(".keep-draft");
    draft.hidden = isOut;
    draft.value = waits ? "keep" : "draft";
    draft.textContent = waits ? this.#labels.keep : this.#labels.draft;
    form.querySelector(".compose-hold")?.toggleAttribute("hidden", isOut);
    form.querySelector(".kept").textContent = "";
    form.querySelector(".default").dataset.say = isOut ? "save" : "publish";
    const preview = form.querySelector("[formtarget]");
    preview.formAction = entry ? `${action}preview/#entry-${entry}` : `${form.dataset.preview}#entry-0`;
  }

  #setText(html) {
    this.#form.elements.source.value = html;
    this.#form.dispatchEvent(new Event("filled"));
    // Undo must not bring the text of another entry back. Without an editor yet, it begins with what stands in the field.
    const callback = () => {
      this.editor.resetUndo();
      this.editor.resetDirty();
    };
    if (this.editor) this.#whenReady((editor) => editor.setData(html, { noSnapshot: true, callback }));
  }

  #whenReady(act) {
    const { editor } = this;
    if (editor?.status === "ready") act(editor);
    else window.CKEDITOR?.on("instanceReady", (event) => event.editor === this.editor && act(event.editor));
  }

  #focusAtEnd(editor) {
    editor.focus();
    const range = editor.createRange();
    if (range.moveToElementEditEnd(editor.editable())) editor.getSelection().selectRanges([range]);
  }
}
