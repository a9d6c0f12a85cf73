// Texts on their way out, kept on the device until the server has answered. It tries again by itself; the uid of each
// makes a second try the same entry and not a second one.

import { keys, read, write } from "./device.js";
import { formData, send } from "./request.js";

const FIRST_WAIT = 1000; // ms
const LONGEST_WAIT = 15_000;

export class Outbox {
  state = "idle"; // sending, away, login
  #prefix;
  #user;
  #on;
  #items = new Map(); // uid to { uid, at, action, fields, entry, label }, and `refusal` where the server would not
  #isRunning = false;
  #failures = 0;
  #reason = ""; // why the server, which is there, could not take it
  #timer;

  // on.sent(item, answer), on.refused(item), on.changed() when there is something else to show.
  constructor(prefix, user, on) {
    this.#prefix = prefix;
    this.#user = user;
    this.#on = on;
    const kept = keys(prefix).map((key) => read(key));
    for (const item of kept.filter(Boolean).sort((a, b) => a.at - b.at)) this.#items.set(item.uid, item);
    addEventListener("online", () => this.flush());
  }

  get items() {
    return [...this.#items.values()];
  }

  get reason() {
    return this.#reason;
  }

  has(uid) {
    return this.#items.has(uid);
  }

  add(item) {
    this.#keep(item);
    this.flush();
  }

  // Undefined where another tab was quicker.
  take(uid) {
    const item = this.#isGone(uid) ? undefined : this.#items.get(uid);
    this.#items.delete(uid);
    write(this.#prefix + uid, null);
    return item;
  }

  async flush() {
    if (this.#isRunning) return;
    this.#isRunning = true;
    clearTimeout(this.#timer);
    try {
      for (;;) {
        for (const { uid } of this.items) if (this.#isGone(uid)) this.#items.delete(uid);
        const item = this.items.find(({ refusal }) => !refusal);
        if (!item || !(await this.#send(item))) break;
      }
    } finally {
      this.#isRunning = false;
      this.#on.changed();
    }
  }

  // Sent or taken back in another tab. A device that stores nothing has no other tab to tell of.
  #isGone(uid) {
    return this.#items.get(uid)?.isStored && !read(this.#prefix + uid);
  }

  // Whether to go on with the next.
  async #send(item) {
    if (this.state === "idle") this.state = "sending";
    this.#on.changed();
    const { kind, status, answer } = await send(item.action, { user: this.#user, body: formData(item.fields) });
    if (kind === "away" || kind === "login") {
      this.state = kind;
      this.#reason = answer.error ?? "";
      const wait = kind === "login" ? 3000 : Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#failures++);
      this.#timer = setTimeout(() => this.flush(), wait * (0.75 + Math.random() / 2));
      return false;
    }
    this.state = "idle";
    this.#failures = 0;
    if (kind === "ok") {
      this.take(item.uid);
      this.#on.sent(item, answer);
    } else {
      this.#keep({ ...item, refusal: { ...answer, status } });
      this.#on.refused(this.#items.get(item.uid));
    }
    return true;
  }

  #keep(item) {
    write(this.#prefix + item.uid, item);
    this.#items.set(item.uid, { ...item, isStored: Boolean(read(this.#prefix + item.uid)) });
  }
}
