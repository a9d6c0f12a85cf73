// The key moments and the hours at the head of a post, kept as they are on the server; and links to what is on the page.

import { built } from "./stack.js";
import { store, stored } from "./storing.js";

// `item` into `list` where its turn is, or in the place of `old`; without either of them what there is of the other.
function put(list, old, item, isBefore) {
  if (old) old.remove();
  if (item) list.insertBefore(item, [...list.children].find((other) => isBefore(item, other)) ?? null);
  list.parentElement.hidden = !list.children.length;
}

const timeOf = (moment) => `${moment.querySelector("time").dateTime} ${moment.dataset.entry.padStart(20, "0")}`;

export class Guide {
  #moments;
  #hours;

  constructor(article) {
    [this.#moments, this.#hours] = article.querySelectorAll(".guide ol");
    addEventListener("click", (event) => this.#follow(event));
  }

  apply(entries, hours = []) {
    for (const { id, moment_html: html } of entries) {
      const old = this.#moments.querySelector(`[data-entry="${id}"]`);
      if (old || html) put(this.#moments, old, html && built(html), (a, b) => timeOf(a) > timeOf(b));
    }
    for (const { hour, html } of hours) {
      const old = this.#hours.querySelector(`[data-hour="${hour}"]`);
      put(this.#hours, old, html && built(html), (a, b) => a.dataset.hour < b.dataset.hour);
    }
  }

  // The address of an entry that is on the page already is its place on it.
  #follow(event) {
    const link = event.target.closest("a[href*='#']");
    if (!link || link.pathname !== location.pathname || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (!link.search.includes("entry=") || !document.getElementById(link.hash.slice(1))) return;
    event.preventDefault();
    location.assign(link.hash); // a second time too, which setting the hash would not do
  }
}

// "Since you left": the device remembers up to which seq it has shown a post, and what came after is said on return.


const SEEN = ["localStorage", "live-updates-seen"]; // slug to seq, the last seen first
const KEPT = 40; // posts

export class Since {
  #article;
  #before;

  constructor(article) {
    this.#article = article;
    this.#before = stored(SEEN)[article.dataset.post];
  }

  // All up to `seq` has been on the screen; in another tab it may be more.
  saw(seq) {
    const { post } = this.#article.dataset;
    const { [post]: before = 0, ...others } = stored(SEEN);
    const seen = Object.entries({ [post]: Math.max(before, seq), ...others });
    store(SEEN, Object.fromEntries(seen.slice(0, KEPT)));
  }

  async tell(stack) {
    if (!(this.#before < this.#article.dataset.seq)) return;
    const response = await fetch(`since/${this.#before}/`, { credentials: "omit" });
    if (!response.ok) return;
    const said = built(`<div>${await response.text()}</div>`);
    const line = said.querySelector("template");
    const entry = line && this.#article.querySelector(`.entries #${line.dataset.before}`);
    stack.keepingPlace(new Set(), () => {
      entry?.before(line.content);
      this.#article.querySelector(".away").replaceChildren(said.firstElementChild);
    });
  }
}
