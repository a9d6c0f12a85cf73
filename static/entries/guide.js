// The key moments and the hours at the head of a post, kept as they are on the server; and links to what is on the page.

import { built } from "./stack.js";

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
