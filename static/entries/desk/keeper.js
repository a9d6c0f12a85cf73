// Keeps the text under the editor's hands: on the device at once, on the server every few seconds.

import { keys, read, write } from "./device.js";
import { formData, send } from "./request.js";

const TO_SERVER = 3000; // ms
const FIRST = 400;
const BEAT = 8000; // ms; colleagues are told that somebody is at it
const AT_REST = 15_000; // ms; a text that no tab has touched so long is nobody's

export class Keeper {
  #prefix;
  #address;
  #user;
  #on;
  #timer;
  #underWay = null;
  #current = null; // { uid, entry, label, fields, at, seen }
  #sentAt = 0;
  #isDirty = false;

  // on.kept(where, time): "server", "device" or "login".
  constructor(prefix, address, user, on) {
    this.#prefix = prefix;
    this.#address = address;
    this.#user = user;
    this.#on = on;
    setInterval(() => this.#beat(), BEAT);
    setInterval(() => this.#touch(), 5000);
  }

  // What the device has of texts that were left: newest first.
  get leftovers() {
    const all = keys(this.#prefix).map((key) => read(key)).filter(Boolean);
    return all.filter(({ uid }) => uid !== this.#current?.uid).sort((a, b) => b.at - a.at);
  }

  static isAtRest({ seen }) {
    return Date.now() - seen > AT_REST;
  }

  find(uid) {
    return read(this.#prefix + uid);
  }

  // The text as it is now. One without words is not worth keeping.
  keep({ uid, entry = null, label = "", fields, isEmpty = false }) {
    if (isEmpty) {
      if (this.#current?.uid === uid) this.forget(uid);
      return;
    }
    this.#current = { uid, entry, label, fields, at: Date.now(), seen: Date.now() };
    write(this.#prefix + uid, this.#current);
    this.#isDirty = true;
    if (!this.#timer) this.#timer = setTimeout(() => this.#toServer(), Date.now() - this.#sentAt > TO_SERVER ? FIRST : TO_SERVER);
  }

  // It is on its way out, or laid aside: no longer under the editor's hands.
  leave() {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#isDirty) this.#toServer();
    this.#current = null;
  }

  // It has become an entry. What was on its way to be kept came to nothing, or it is thrown away after.
  async settle(uid) {
    write(this.#prefix + uid, null);
    if (this.#current?.uid === uid) {
      clearTimeout(this.#timer);
      this.#timer = null;
      this.#isDirty = false;
      this.#current = null;
    }
    if (!this.#underWay) return;
    await this.#underWay;
    await this.#discard(uid);
  }

  forget(uid) {
    this.settle(uid);
    this.#discard(uid);
  }

  #discard(uid) {
    return send(`${this.#address}${uid}/discard/`, { user: this.#user });
  }

  async #toServer() {
    this.#timer = null;
    const kept = this.#current;
    if (!kept) return;
    this.#isDirty = false;
    this.#sentAt = Date.now();
    const body = formData({ ...kept.fields, ...(kept.entry ? { entry: kept.entry } : {}) });
    this.#underWay = send(`${this.#address}${kept.uid}/`, { user: this.#user, body });
    const { kind, answer } = await this.#underWay;
    this.#underWay = null;
    const isKept = kind === "ok" && answer.kept_at;
    this.#on.kept(isKept ? "server" : kind === "login" ? "login" : "device", answer.kept_at);
    if (kind !== "ok" && this.#current?.uid === kept.uid) {
      this.#isDirty = true;
      this.#timer ??= setTimeout(() => this.#toServer(), TO_SERVER);
    }
  }

  #beat() {
    if (!this.#current || document.hidden || Date.now() - this.#sentAt < BEAT) return;
    send(`${this.#address}${this.#current.uid}/`, { user: this.#user, body: new FormData() });
  }

  #touch() {
    if (!this.#current || document.hidden) return;
    this.#current.seen = Date.now();
    write(this.#prefix + this.#current.uid, this.#current);
  }
}
