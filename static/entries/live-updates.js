// <live-updates>: the line that says how live the page is, the button for what is new, and the reader's choices.
// All its words, and all that it shows, come with the page or from the server.

import { Guide, Since } from "./guide.js";
import { Stack, keepingFocus } from "./stack.js";
import { store, stored } from "./storing.js";
import { Wire } from "./wire.js";

const CHOICES = ["localStorage", "live-updates"];
const PLACE = ["sessionStorage", "live-updates-place"]; // over a reset
const RESET_AGAIN = 30_000; // ms

const plurals = new Intl.PluralRules(document.documentElement.lang);
const digits = (instant) => instant.slice(11, 16).replace(":", "");

class LiveUpdates extends HTMLElement {
  #article = this.closest("article");
  #section = this.#article.querySelector(".entries");
  #line = this.querySelector(".live-state");
  #words = this.querySelector(".live-state span");
  #button = this.querySelector("button");
  #status = this.querySelector("[role=status]");
  #fieldset = this.querySelector("fieldset");
  #choices = this.#fieldset.elements;
  #headline = this.#article.querySelector("h1").textContent;
  #title = document.title;
  #stack = new Stack(this.#section, Number(this.#article.dataset.seq));
  #guide = new Guide(this.#article);
  #since = new Since(this.#article);
  #seen = Number(this.#article.dataset.seq); // up to where nothing waits behind the button
  #wire = new Wire(location.pathname, Number(this.#article.dataset.seq), {
    take: (delta) => this.#take(delta),
    reset: () => this.#reset(),
  });

  connectedCallback() {
    this.#section.tabIndex = -1;
    const { auto = false, mute = false } = stored(CHOICES);
    this.#choices.auto.checked = auto;
    this.#choices.mute.checked = mute;
    this.#fieldset.hidden = false;
    this.addEventListener("change", () => this.#choose());
    this.#button.addEventListener("click", () => this.#show());
    addEventListener("scroll", () => this.#look(), { passive: true });
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#remember() : this.#look()));
    setInterval(() => this.#tell(), 1000);
    addEventListener("pagehide", () => this.#remember());
    this.#goBack();
    this.#tell();
    if (this.#stack.takesNew && !location.search.includes("since=")) this.#since.tell(this.#stack);
    this.#wire.start();
  }

  get #comesAtOnce() {
    return !document.hidden && (this.#choices.auto.checked || this.#stack.isAtTop);
  }

  #take({ seq, state, post, entries, hours }) {
    this.dataset.state = state;
    if (post) this.#takeHead(post);
    const arrived = this.#stack.apply(entries, !this.#comesAtOnce, () => this.#guide.apply(entries, hours));
    this.#article.dataset.seq = seq;
    this.#sayNewest();
    this.#count(arrived);
    this.#tell();
  }

  #takeHead(post) {
    this.#stack.keepingPlace(new Set(), () => {
      for (const part of this.#article.querySelectorAll("[data-part]")) {
        const html = post[part.dataset.part];
        if (part.innerHTML.trim() === html) continue; // the map is not to flicker
        keepingFocus(part, () => {
          part.innerHTML = html;
          return part;
        });
      }
    });
    this.#title = this.#title.replace(this.#headline, () => post.headline);
    this.#headline = post.headline;
    if (post.ended_at) this.dataset.endedAt = post.ended_at;
    else delete this.dataset.endedAt;
  }

  #sayNewest() {
    const newest = this.#stack.takesNew && this.#stack.newest;
    const said = this.#article.querySelector(".latest-time");
    if (!newest || !said) return;
    said.dateTime = newest.dateTime;
    said.textContent = this.dataset.sayGmt.replace("%s", digits(newest.dateTime));
    document.dispatchEvent(new Event("entrieschange"));
  }

  // What the reader has not seen: in the button, in the tab, and once aloud.
  #count(arrived = 0) {
    const { waiting } = this.#stack;
    if (!waiting) this.#seen = Number(this.#article.dataset.seq);
    const isMute = this.#choices.mute.checked;
    if (!waiting && document.activeElement === this.#button) this.#section.focus({ preventScroll: true });
    this.#button.hidden = !waiting;
    if (waiting) this.#button.textContent = this.#counted(waiting);
    document.title = waiting && !isMute ? `(${waiting}) ${this.#title}` : this.#title;
    if (arrived && !isMute) this.#announce(this.#counted(waiting || arrived));
  }

  #announce(words) {
    this.#status.textContent = words;
    setTimeout(() => (this.#status.textContent = ""), 5000); // so that the same words are a change again
  }

  #counted(number) {
    const say = (category) => this.getAttribute(`data-say-${category}`);
    return (say(plurals.select(number)) ?? say("other")).replace("%s", number);
  }

  #look() {
    if (!this.#stack.waiting || !this.#stack.takesNew || !this.#comesAtOnce) return;
    this.#stack.reveal();
    this.#count();
  }

  #show() {
    if (!this.#stack.takesNew) return location.assign(location.pathname);
    const first = this.#stack.reveal();
    this.#count();
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    first?.scrollIntoView({ behavior: calm ? "instant" : "smooth", block: "start" });
  }

  #choose() {
    store(CHOICES, { auto: this.#choices.auto.checked, mute: this.#choices.mute.checked });
    this.#look();
    this.#count();
  }

  #remember() {
    if (this.#stack.takesNew) this.#since.saw(this.#seen); // other pages show a part
  }

  #tell() {
    const { state, endedAt, sayEnded, sayLive, sayReconnecting } = this.dataset;
    const isAway = this.#wire.isAway;
    this.#line.classList.toggle("is-away", isAway);
    const now = endedAt && state === "ended" ? sayEnded.replace("%s", digits(endedAt)) : sayLive;
    this.#words.textContent = (isAway ? sayReconnecting : now).replace("%s", this.#ago);
  }

  get #ago() {
    const seconds = Math.round(this.#wire.age / 1000);
    const { saySeconds, sayMinutes } = this.dataset;
    return seconds < 100 ? saySeconds.replace("%s", seconds) : sayMinutes.replace("%s", Math.round(seconds / 60));
  }

  // Only a new page helps. Not all readers at once, and not in a circle where a cache is behind.
  #reset() {
    const { at = 0 } = stored(PLACE);
    if (Math.abs(Date.now() - at) < RESET_AGAIN) throw new Error("reset again");
    setTimeout(() => {
      store(PLACE, { at: Date.now(), path: location.pathname, ...this.#stack.place });
      location.reload();
    }, 1000 * Math.random());
  }

  #goBack() {
    const { path, id, top, at } = stored(PLACE);
    if (path !== location.pathname) return;
    store(PLACE, { at });
    const entry = id && document.getElementById(id);
    if (!entry) return;
    history.scrollRestoration = "manual"; // the browser would go where the reader's pixel was
    scrollBy({ top: entry.getBoundingClientRect().top - top, behavior: "instant" });
    addEventListener("load", () => (history.scrollRestoration = "auto"), { once: true });
  }
}

customElements.define("live-updates", LiveUpdates);
