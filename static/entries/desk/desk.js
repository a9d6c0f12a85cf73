// <entry-desk>: what makes the desk's plain forms quick and safe. All that it shows comes from the server; what is
// written goes by way of the keeper while it is written, and by way of the outbox when it is sent.

import { Stack } from "../stack.js";
import { Wire } from "../wire.js";
import { Compose } from "./compose.js";
import { Embeds } from "./embeds.js";
import { newUid, read, write } from "./device.js";
import { Keeper } from "./keeper.js";
import { Outbox } from "./outbox.js";
import { csrfToken, send } from "./request.js";
import { Uploads } from "./uploads.js";

const PERIOD = 4000; // ms between two looks at what the stream does not tell: drafts, colleagues
const DAY = 24 * 3600 * 1000; // ms
const TIME = /^(?:(\d{4}-\d\d-\d\d)[T ]+|(\d{1,2}) +([a-z]+) +)?(\d{1,2})[:.]?(\d{2})$/i;
const TOKENS = /name="csrfmiddlewaretoken" value="[^"]*"/g; // another at each rendering

const two = (number) => String(number).padStart(2, "0");
const clock = (at) => two(at.getUTCHours()) + two(at.getUTCMinutes());

class EntryDesk extends HTMLElement {
  #stack = new Stack(this.querySelector(".stack"));
  #compose;
  #keeper;
  #outbox;
  #shown = {}; // part to the HTML that it was last given
  #laidAside = null; // { uid, fields } of what was being written when an edit began
  #pending = new Map(); // id to the change of an entry that somebody is at
  #isLooking = false;
  #looksAgain = false;
  #skew = Date.parse(this.dataset.now) - Date.now();
  #isOffline = false;
  #isLoggedOut = false;

  connectedCallback() {
    const { user, post, address } = this.dataset;
    const form = this.querySelector("form.compose");
    form.dataset.new = form.getAttribute("aria-label");
    this.#compose = new Compose(form, {
      editing: this.dataset.sayEditing,
      keep: this.dataset.sayKeep,
      draft: this.dataset.sayDraft,
    });
    this.#keeper = new Keeper(`desk-text/${user}/${post}/`, `${address}writing/`, user, {
      kept: (where, time) => this.#sayKept(where, time),
    });
    this.#outbox = new Outbox(`desk-outbox/${user}/${post}/`, user, {
      sent: (item, answer) => this.#onSent(item, answer),
      refused: (item) => this.#onRefused(item),
      changed: () => this.#showOutbox(),
    });
    new Uploads(this.#compose, this.querySelector(".upload-template"), { address: `${address}images/`, user });
    new Embeds(this.#compose, { address: `${address}embeds/`, user });
    for (const part of this.querySelectorAll("[data-part]")) this.#shown[part.dataset.part] = part.innerHTML.trim();
    this.#begin();
    this.#listen();
    this.#showLeftovers();
    this.#showOutbox();
    this.#outbox.flush();
    setInterval(() => this.#tick(), 1000);
    this.#tick();
    setInterval(() => document.hidden || this.#look(), PERIOD);
    if (this.dataset.state !== "draft") this.#follow();
  }

  // What to write first

  get #sessionKey() {
    return `desk/${this.dataset.user}/${this.dataset.post}`;
  }

  // As the server filled it; else what this tab had; else what was left by a tab that is gone.
  #begin() {
    const { form } = this.#compose;
    const uid = "continues" in form.dataset ? this.#compose.uid : "";
    const { editing } = this.dataset;
    const inTab = this.#keeper.find(read(this.#sessionKey, "sessionStorage")?.uid);
    if (editing) {
      const { action } = this.#compose.form;
      const told = this.#told;
      const entry = document.getElementById(`entry-${editing}`);
      const is = { id: editing, action, label: this.#labelOf(editing), isOut: Boolean(entry) };
      const kept = uid ? this.#keeper.find(uid) : String(inTab?.entry) === editing && !told[0] ? inTab : null;
      const fields = kept?.fields ?? this.#compose.fields; // the device is never behind the server
      this.#compose.edit({ ...is, fields, place: entry }, kept?.uid || uid || newUid());
      this.#compose.isTakenUp = Boolean(uid || kept || told[0]);
      entry?.classList.add("is-edited");
      this.#compose.tell(...told);
      this.#rememberUid();
      return;
    }
    if (uid) {
      const kept = this.#keeper.find(uid);
      if (kept) this.#compose.start(kept.fields, uid);
      this.#compose.isTakenUp = true;
      this.#rememberUid();
      return this.#compose.focus();
    }
    const left = this.#keeper.leftovers.find((one) => !one.entry && Keeper.isAtRest(one) && Date.now() - one.at < DAY);
    const kept = inTab ?? left;
    if (kept && this.#outbox.has(kept.uid)) this.#compose.uid = newUid();
    else if (kept?.entry) this.#takeUp(kept);
    else if (kept) this.#compose.start(kept.fields, kept.uid);
    else this.#compose.uid = newUid();
    this.#rememberUid();
  }

  // What the server said of a form that it gave back, before Compose cleared it.
  get #told() {
    const note = this.#compose.form.querySelector(".errornote");
    return [note.textContent, this.#compose.form.querySelector(".conflict-place").innerHTML];
  }

  #rememberUid() {
    const { uid } = this.#compose;
    write(this.#sessionKey, { uid }, "sessionStorage");
    this.#claim(uid);
  }

  // A duplicated tab begins with the uid of the first: it goes on under one of its own.
  #claim(uid) {
    if (this.#claimed.has(uid)) return;
    this.#claimed.add(uid);
    const hold = (lock) => {
      if (lock) return new Promise(() => {}); // for as long as the tab is there
      if (this.#compose.uid !== uid) return undefined;
      this.#compose.uid = newUid();
      this.#rememberUid();
      this.#keep();
    };
    // A moment later: the page that was loaded anew has then let go.
    setTimeout(() => navigator.locks?.request(`desk/${uid}`, { ifAvailable: true }, hold), 1000);
  }

  #claimed = new Set();

  // Goes on with a text that was laid aside or left. What is in the box meanwhile is kept.
  #takeUp({ uid, entry, label, fields }) {
    this.#layAside();
    if (entry) this.#editHere({ id: entry, label, fields, isOut: Boolean(document.getElementById(`entry-${entry}`)) }, uid);
    else this.#compose.start(fields, uid);
    this.#compose.isTakenUp = true;
    this.#rememberUid();
    this.#compose.focus();
    this.#showLeftovers();
  }

  // Nothing is lost: what was changed stands among the unfinished texts.
  #layAside() {
    const { uid, entry, isChanged } = this.#compose;
    this.#showEdited(false);
    if (entry && !isChanged) return this.#keeper.forget(uid);
    this.#keep();
    this.#keeper.leave();
  }

  // Events

  #listen() {
    const { form } = this.#compose;
    form.addEventListener("input", (event) => event.target.closest(".uploads") || this.#keep());
    form.addEventListener("change", (event) => event.target.closest(".uploads") || this.#keep());
    form.addEventListener("submit", (event) => this.#submit(event));
    this.addEventListener("submit", (event) => this.#onVerb(event));
    this.addEventListener("click", (event) => this.#onClick(event));
    this.addEventListener("keydown", (event) => this.#onKey(event));
    addEventListener("pagehide", () => this.#keep());
  }

  #onKey(event) {
    const { key } = event;
    const isCommand = event.ctrlKey || event.metaKey;
    const isInForm = this.#compose.form.contains(event.target);
    if (isCommand && key.toLowerCase() === "s") {
      event.preventDefault();
      const draft = this.#compose.form.querySelector(".keep-draft");
      this.#compose.form.requestSubmit(draft.hidden ? this.#compose.form.querySelector(".default") : draft);
    } else if (isCommand && key === "Enter" && isInForm && !event.defaultPrevented) {
      event.preventDefault();
      this.#compose.form.requestSubmit(this.#compose.form.querySelector(".default"));
    } else if (key === "Enter" && event.target.matches("input:not([type=submit])") && isInForm) {
      event.preventDefault(); // a line's end is no publication
    } else if (key === "Escape" && this.#compose.entry && !document.querySelector(".cke_dialog_container .cke_dialog")) {
      this.#leave();
    }
  }

  #onClick(event) {
    const target = event.target.closest("a, button");
    if (!target || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (target.matches("a.edit")) {
      event.preventDefault();
      this.#edit(target.href);
    } else if (target.matches("button.leave")) this.#leave();
    else if (target.matches("button.take-back")) this.#takeBack(target.closest("[data-uid]").dataset.uid);
    else if (target.matches("button.take-theirs")) this.#compose.replaceText(this.#theirs);
    else if (target.matches("a.continue")) this.#continue(event, target.closest("[data-uid]").dataset.uid);
    else if (target.matches("button.drop-here")) this.#drop(target.closest("[data-uid]").dataset.uid);
  }

  // Writing

  #keep() {
    const { uid, entry, fields, isEmpty } = this.#compose;
    this.#keeper.keep({ uid, entry, label: entry ? this.#labelOf(entry) : "", fields, isEmpty });
    this.#sayTime();
  }

  #submit(event) {
    const isPreview = event.submitter?.formTarget === "_blank";
    if (isPreview && !this.#compose.isEmpty) return this.#compose.sign(csrfToken());
    event.preventDefault();
    event.stopPropagation();
    const compose = this.#compose;
    if (compose.isEmpty) return compose.tell(this.dataset.sayEmpty);
    const { uid, entry, fields } = compose;
    const intent = event.submitter?.value ?? "publish";
    const label = entry ? this.#labelOf(entry) : compose.text.trim().slice(0, 80);
    const sent = { ...fields, uid, intent, hold: compose.hold };
    this.#showEdited(false);
    compose.form.querySelector(".uploads").replaceChildren();
    this.#outbox.add({ uid, at: Date.now(), action: compose.form.action, fields: sent, entry, label });
    this.#next();
  }

  // The box is free again: for what was laid aside, or for a new text.
  #next() {
    const aside = this.#laidAside;
    this.#laidAside = null;
    if (aside) this.#compose.start(aside.fields, aside.uid);
    else this.#compose.start();
    this.#rememberUid();
    this.#compose.focus();
    this.#applyPending();
    this.#sayTime();
    this.#showLeftovers();
  }

  async #edit(address) {
    const { kind, status, answer } = await send(address, { user: this.dataset.user, method: "GET" });
    if (kind !== "ok") return this.#say(this.#failure(kind, status, answer));
    this.#editHere({ ...answer, isOut: answer.is_out, waits: ["scheduled", "submitted", "held"].includes(answer.state) });
    this.#compose.focus();
  }

  #editHere({ id, label, fields, isOut, waits }, uid) {
    const { uid: before, fields: written } = this.#compose;
    if (!this.#compose.entry && !this.#compose.isEmpty) this.#laidAside = { uid: before, fields: written };
    this.#layAside();
    const place = isOut ? document.getElementById(`entry-${id}`) : null;
    const action = `${this.dataset.address}entries/${id}/`;
    this.#compose.edit({ id: Number(id), action, label, isOut, waits, fields, place }, uid);
    this.#showEdited(true);
    this.#keep(); // colleagues are told
    this.#rememberUid();
    this.#showLeftovers();
  }

  #leave() {
    const { entry } = this.#compose;
    const edited = document.getElementById(`entry-${entry}`);
    this.#layAside();
    this.#next();
    (edited ?? this.querySelector(`[data-id="${entry}"]`))?.querySelector("a.edit")?.focus();
  }

  #showEdited(is) {
    document.getElementById(`entry-${this.#compose.entry}`)?.classList.toggle("is-edited", is);
  }

  #labelOf(id) {
    const entry = document.getElementById(`entry-${id}`) ?? this.querySelector(`.waiting[data-id="${id}"]`);
    return entry?.dataset.label ?? entry?.querySelector(".label")?.textContent.trim() ?? "";
  }

  // The outbox

  #onSent(item, answer) {
    this.#keeper.settle(item.uid);
    this.#say(answer.message, "done");
    this.#look();
  }

  #onRefused(item) {
    if (this.#compose.isEmpty && !this.#compose.entry) this.#takeBack(item.uid);
  }

  // What was refused comes back into the box, with what was wrong.
  #takeBack(uid) {
    const item = this.#outbox.take(uid);
    if (!item) return this.#showOutbox(); // another tab has taken it
    const { fields, label, refusal } = item;
    const entry = refusal.gone ? null : item.entry; // what was thrown away goes on as a new one
    this.#keeper.forget(uid); // it goes on under another
    this.#takeUp({ uid: newUid(), entry, label, fields: { ...fields, ...refusal.bases } });
    this.#theirs = refusal.theirs;
    this.#compose.tell(this.#failure("refused", refusal.status, refusal), refusal.conflict);
    this.#compose.showConflict();
    this.#keep();
    this.#showOutbox();
  }

  #theirs = "";

  #showOutbox() {
    const box = this.querySelector(".desk-outbox");
    const { items, state, reason } = this.#outbox;
    const said = { sending: this.dataset.saySending, away: reason || this.dataset.sayOffline, login: this.dataset.sayLogin };
    box.replaceChildren(
      ...items.map((item) => {
        const row = this.querySelector(".outbox-template").content.firstElementChild.cloneNode(true);
        row.dataset.uid = item.uid;
        row.querySelector(".outbox-text").textContent = item.label;
        const error = item.refusal && this.#failure("refused", item.refusal.status, item.refusal);
        row.querySelector(".outbox-state").textContent = error ?? said[state] ?? "";
        row.querySelector(".take-back").hidden = !item.refusal;
        return row;
      }),
    );
    box.hidden = !items.length;
    this.#isLoggedOut = state === "login";
    this.#showWire();
  }

  // Unfinished texts

  #showLeftovers() {
    const section = this.querySelector(".unfinished");
    const isHere = (uid) => uid === this.#compose.uid || this.#outbox.has(uid) || uid === this.#laidAside?.uid;
    for (const row of section.querySelectorAll("[data-uid]")) row.hidden = isHere(row.dataset.uid);
    for (const one of this.#keeper.leftovers) {
      if (isHere(one.uid) || section.querySelector(`[data-uid="${one.uid}"]`)) continue;
      const row = this.querySelector(".leftover-template").content.firstElementChild.cloneNode(true);
      row.dataset.uid = one.uid;
      row.querySelector("b").textContent = `${this.#gmt(clock(new Date(one.at)))} ${one.label}`;
      const text = new DOMParser().parseFromString(one.fields.source, "text/html").body.textContent;
      row.querySelector("span").textContent = text.slice(0, 160);
      section.append(row);
    }
    section.hidden = !section.querySelector("[data-uid]:not([hidden])");
  }

  #continue(event, uid) {
    const kept = this.#keeper.find(uid);
    if (!kept) return; // the server has it: its link brings it
    event.preventDefault();
    event.target.closest("[data-uid]").hidden = true;
    this.#takeUp(kept);
  }

  #drop(uid) {
    this.#keeper.forget(uid);
    this.querySelector(`.unfinished [data-uid="${uid}"]`)?.remove();
    this.#showLeftovers();
  }

  // Buttons

  async #onVerb(event) {
    const form = event.target;
    if (!form.matches("[data-verbs]")) return;
    event.preventDefault();
    const address = event.submitter?.getAttribute("formaction") ?? form.action; // the property would be the page's own
    const body = new FormData(form);
    const { kind, status, answer } = await send(address, { user: this.dataset.user, body });
    if (kind === "login") this.#isLoggedOut = true;
    this.#say(kind === "ok" ? answer.message : this.#failure(kind, status, answer), kind === "ok" ? "done" : "");
    if (kind !== "ok") return;
    form.querySelectorAll("details").forEach((details) => (details.open = false));
    form.closest("details")?.removeAttribute("open");
    const unfinished = form.closest("[data-uid]");
    if (unfinished) this.#drop(unfinished.dataset.uid);
    await this.#look(true);
    if (address.endsWith("/undo/")) this.#edit(`${this.dataset.address}entries/${answer.id}/`);
  }

  // What is new

  #follow() {
    new Wire(this.dataset.live, Number(this.dataset.seq), {
      take: () => this.#look(),
      reset: () => {
        throw new Error("the desk asks by itself");
      },
    }).start();
  }

  // One look at a time; who asks meanwhile gets another after it.
  async #look(isToShowAll = false) {
    if (this.#isLooking) return void (this.#looksAgain = true);
    this.#isLooking = true;
    const { address, seq, user } = this.dataset;
    const { kind, answer } = await send(`${address}news/?since=${seq}`, { user, method: "GET" });
    this.#isLooking = false;
    this.#isOffline = kind === "away";
    if (kind === "login") this.#isLoggedOut = true;
    if (kind === "ok") this.#take(answer, isToShowAll);
    this.#showWire();
    if (this.#looksAgain) {
      this.#looksAgain = false;
      await this.#look(isToShowAll);
    }
  }

  #take(news, isToShowAll) {
    if (this.#outbox.state === "idle") this.#isLoggedOut = false;
    if (this.#outbox.state !== "idle" && this.#outbox.state !== "sending") this.#outbox.flush();
    if (news.reset) return location.reload(); // all that was typed is kept
    for (const name of ["bar", "shelf", "people"]) this.#showPart(name, news[name], isToShowAll);
    for (const entry of news.entries) if (this.#isOnPage(entry)) this.#pending.set(entry.id, entry);
    this.#applyPending();
    this.dataset.seq = news.seq;
    this.#compose.form.querySelector(".original-note").hidden = news.has_original;
    if (this.dataset.state === "draft" && news.state !== "draft") this.#follow();
    this.dataset.state = news.state;
    this.#tick();
  }

  // Not under the fingers of somebody who is at it.
  #applyPending() {
    const free = [...this.#pending.values()].filter(({ id }) => !this.#isInUse(document.getElementById(`entry-${id}`)));
    for (const { id } of free) this.#pending.delete(id);
    if (free.length) this.#stack.apply(free, false);
  }

  #isInUse(element) {
    return element?.querySelector("form.compose, details[open], input:focus") ?? false;
  }

  // What lies below the end of this page is on the next.
  #isOnPage({ id, published_at, pinned, original }) {
    if (document.getElementById(`entry-${id}`) || pinned || original) return true;
    const isFurtherDown = location.search.includes("older=");
    const last = [...this.querySelectorAll(".stack > .entry-update:not(.is-pinned) .label time")].at(-1);
    return !isFurtherDown && (!this.querySelector(".older") || !last || published_at >= last.dateTime);
  }

  #showPart(name, html, isToShowAll) {
    const plain = html.replace(TOKENS, "");
    if (plain === this.#shown[name]?.replace(TOKENS, "")) return;
    const part = this.querySelector(`[data-part="${name}"]`);
    if (!isToShowAll && (this.#isInUse(part) || part.contains(document.activeElement))) return;
    this.#shown[name] = html;
    part.innerHTML = html;
  }

  // Words

  #say(words, kind = "") {
    const line = this.querySelector(".desk-said");
    line.textContent = words ?? "";
    line.classList.toggle("is-done", kind === "done");
    line.hidden = !words;
    clearTimeout(this.saidTimer);
    if (kind === "done") this.saidTimer = setTimeout(() => (line.hidden = true), 5000);
  }

  #failure(kind, status, { error }) {
    return error ?? (kind === "away" ? this.dataset.sayFailed : this.dataset.sayBadAnswer.replace("%s", status));
  }

  #sayKept(where, time) {
    if (where === "login") this.#isLoggedOut = true;
    const said = where === "server" ? this.dataset.sayKept.replace("%s", time) : this.dataset.sayKeptHere;
    this.#compose.form.querySelector(".kept").textContent = this.#compose.isEmpty ? "" : said;
    this.#showWire();
  }

  #showWire() {
    const line = this.querySelector(".desk-wire");
    const words = this.#isLoggedOut ? this.dataset.sayLogin : this.#isOffline ? this.dataset.sayAway : "";
    if (line.firstChild?.textContent === words && !line.hidden === Boolean(words)) return;
    line.replaceChildren(words);
    line.hidden = !words;
    if (!this.#isLoggedOut) return;
    const link = document.createElement("a");
    link.href = this.dataset.login;
    link.target = "_blank";
    link.textContent = this.dataset.sayLogIn;
    line.append(" ", link);
  }

  // Clocks

  #gmt(clock) {
    return this.dataset.sayGmt.replace("%s", clock);
  }

  get #now() {
    return new Date(Date.now() + this.#skew);
  }

  #tick() {
    const now = this.#now;
    const said = clock(now);
    this.querySelector(".compose-clock").textContent = this.#gmt(said);
    this.querySelector(".compose [name=time]").placeholder = said;
    this.#sayTime();
    for (const count of this.querySelectorAll(".countdown")) {
      const left = Math.round((Date.parse(count.dataset.until) - now) / 1000);
      count.textContent = this.dataset.saySeconds.replace("%s", Math.max(0, left));
      if (left === -1) this.#look();
    }
    this.#warn(now);
    this.#applyPending();
  }

  #warn(now) {
    const promise = this.querySelector("[data-promised]");
    if (promise) {
      const minutes = Math.ceil((Date.parse(promise.dataset.promised) - now) / 60_000);
      const late = minutes <= 0;
      const words = late ? this.dataset.sayLate.replace("%s", -minutes) : this.dataset.sayIn.replace("%s", minutes);
      this.#setText(promise.querySelector("b"), words);
      promise.classList.toggle("is-late", late);
      promise.classList.toggle("is-near", !late && minutes <= 10);
    }
    const quiet = this.querySelector(".quiet");
    if (!quiet) return;
    const minutes = Math.floor((now - Date.parse(quiet.dataset.latest ?? quiet.dataset.since)) / 60_000);
    const isQuiet = minutes >= Number(quiet.dataset.minutes);
    this.#setText(quiet.querySelector("b"), isQuiet ? this.dataset.sayQuiet.replace("%s", minutes) : "");
  }

  #setText(element, words) {
    if (element.textContent !== words) element.textContent = words;
  }

  // What the button will do with the time that stands there.
  #sayTime() {
    const button = this.#compose.form.querySelector(".default[value=publish]");
    if (!button) return;
    const typed = this.#compose.form.elements.time.value.trim();
    const [, date = this.dataset.day, day, month, hour, minute] = TIME.exec(typed) ?? [];
    const named = day ? `${day} ${month} ${this.dataset.day.slice(0, 4)}` : date;
    const at = Date.parse(`${named} ${two(hour ?? "")}:${minute}${day ? " UTC" : "Z"}`);
    const { saySave, saySchedule, sayPublish } = this.dataset;
    const publish = at > this.#now ? saySchedule.replace("%s", two(hour) + minute) : sayPublish;
    this.#setText(button, button.dataset.say === "save" ? saySave : publish);
  }
}

customElements.define("entry-desk", EntryDesk);
