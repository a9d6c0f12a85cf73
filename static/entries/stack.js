// The entries on the page, in the newsroom's order, and those that wait to be shown.

const FOCUSABLE = "a[href], button, input, [tabindex]";

// Pinned on top, then by time, then by id; the original below all. As the server orders them.
const rank = (entry) => [
  !entry.classList.contains("entry-original"),
  entry.classList.contains("is-pinned"),
  timeOf(entry)?.dateTime ?? "",
  Number(entry.id.slice("entry-".length)),
];
const timeOf = (entry) => entry.querySelector(".label time");

function isHigher(a, b) {
  const index = a.findIndex((value, at) => value !== b[at]);
  return index >= 0 && a[index] > b[index];
}
const standsAbove = (one, other) => isHigher(rank(one), rank(other));

export function built(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

// Others have to do with the entries too: own times are in their place before anything is measured.
function announced(change) {
  const result = change();
  document.dispatchEvent(new Event("entrieschange"));
  return result;
}

// Puts the focus, where it was within `old`, on what stands in its place in what `change` returns.
export function keepingFocus(old, change) {
  const index = [...old.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement);
  const now = change();
  if (index >= 0) now.querySelectorAll(FOCUSABLE)[index]?.focus({ preventScroll: true });
}

export class Stack {
  #section;
  #seq; // of the page when it came
  #floor; // what stands below it is on an older page
  #waiting = new Map(); // id to element, of entries that the reader has not asked for yet
  #left = { at: 0, drift: 0 }; // a browser scrolls by whole pixels: by how much of one it fell short, and where
  #elsewhere = new Set(); // ids of those that came to a page that takes none

  constructor(section, seq) {
    this.#section = section;
    this.#seq = seq;
    const lowest = document.getElementById(section.dataset.lowest);
    if (!lowest) return;
    this.#floor = rank(lowest);
    this.#floor[1] = false; // pinned, it stands elsewhere for a while
  }

  // Only the post's own page does; others show a part of it that stays the same.
  get takesNew() {
    return "takesNew" in this.#section.dataset;
  }

  get waiting() {
    return this.#waiting.size + this.#elsewhere.size;
  }

  get #entries() {
    return [...this.#section.querySelectorAll(":scope > .entry")];
  }

  // True where a new entry comes into view or above it without moving what is being read.
  get isAtTop() {
    return scrollY <= 8 || this.#section.getBoundingClientRect().top >= innerHeight;
  }

  // Time element of the newest update, shown or waiting.
  get newest() {
    const times = [...this.#entries, ...this.#waiting.values()].map(timeOf).filter(Boolean);
    return times.reduce((a, b) => (b.dateTime > (a?.dateTime ?? "") ? b : a), null);
  }

  // Takes changes in, new entries behind the button if they are to wait; returns how many are new. `also`: what
  // else changes above them.
  apply(changes, isToWait, also = () => {}) {
    const changed = new Set(changes.map(({ id }) => `entry-${id}`));
    return this.keepingPlace(changed, () => {
      also();
      return changes.filter((change) => this.#applyOne(change, isToWait)).length;
    });
  }

  // Shows what waits; returns the entry that now stands highest of them.
  reveal() {
    const entries = [...this.#waiting.values()];
    this.#waiting.clear();
    this.keepingPlace(new Set(), () => entries.forEach((entry) => this.#insert(entry, "is-new")));
    return entries.reduce((a, b) => (a && standsAbove(a, b) ? a : b), null);
  }

  // What the reader looks at stays where it is while `change` moves what is above it.
  keepingPlace(changed, change) {
    const anchor = this.isAtTop ? null : this.#anchor(changed);
    if (!anchor) return announced(change);
    const drift = scrollY === this.#left.at ? this.#left.drift : 0;
    const before = anchor.getBoundingClientRect().top - drift;
    const root = document.documentElement;
    root.style.overflowAnchor = "none"; // browsers that do this by themselves would do it twice
    const result = announced(change);
    const now = document.getElementById(anchor.id);
    if (now) {
      scrollBy({ top: now.getBoundingClientRect().top - before, behavior: "instant" });
      this.#left = { at: scrollY, drift: now.getBoundingClientRect().top - before };
    }
    requestAnimationFrame(() => root.style.removeProperty("overflow-anchor"));
    return result;
  }

  // Entry id and its distance from the top of the window: where the reader is.
  get place() {
    const anchor = this.#anchor(new Set());
    return anchor && { id: anchor.id, top: anchor.getBoundingClientRect().top };
  }

  #anchor(changed) {
    const inView = this.#entries.filter((entry) => {
      const { top, bottom } = entry.getBoundingClientRect();
      return bottom > 0 && top < innerHeight;
    });
    return inView.find((entry) => !changed.has(entry.id)) ?? inView[0];
  }

  #applyOne({ id, seq, removed, html }, isToWait) {
    const shown = document.getElementById(`entry-${id}`);
    const known = shown ?? this.#waiting.get(id);
    if (known && Number(known.dataset.seq) >= seq) return false;
    if (removed) {
      this.#waiting.delete(id);
      this.#elsewhere.delete(id);
      if (shown) this.#remove(shown);
      return false;
    }
    const entry = built(html);
    if (shown) {
      this.#replace(shown, entry);
      return false;
    }
    if (!this.#belongs(entry)) {
      this.#waiting.delete(id); // it did when it came
      return !this.takesNew && this.#isNewElsewhere(id, entry);
    }
    const isNew = !this.#waiting.has(id);
    if (isToWait) this.#waiting.set(id, entry);
    else {
      this.#waiting.delete(id);
      this.#insert(entry, "is-new");
    }
    return isNew;
  }

  #belongs(entry) {
    return this.takesNew && (!this.#floor || !isHigher(this.#floor, rank(entry)));
  }

  #isNewElsewhere(id, entry) {
    if (Number(entry.dataset.publishedSeq) <= this.#seq || this.#elsewhere.has(id)) return false;
    this.#elsewhere.add(id);
    return true;
  }

  #insert(entry, mark) {
    const below = this.#entries.find((other) => standsAbove(entry, other));
    const line = below?.previousElementSibling; // where the reader had left: what is new stands above it
    this.#section.insertBefore(entry, line?.matches(".since") ? line : (below ?? null));
    entry.classList.add(mark);
  }

  #replace(shown, entry) {
    keepingFocus(shown, () => {
      shown.replaceWith(entry);
      entry.classList.add("is-changed");
      if (!this.takesNew || this.#isInOrder(entry)) return entry;
      this.#remove(entry);
      if (this.#belongs(entry)) this.#insert(entry, "is-changed");
      return entry;
    });
  }

  #isInOrder(entry) {
    const entries = this.#entries;
    const at = entries.indexOf(entry);
    const [above, below] = [entries[at - 1], entries[at + 1]];
    return this.#belongs(entry) && (!above || standsAbove(above, entry)) && (!below || standsAbove(entry, below));
  }

  #remove(entry) {
    const next = entry.contains(document.activeElement) && (entry.nextElementSibling ?? entry.previousElementSibling);
    entry.remove();
    if (next) next.querySelector(FOCUSABLE)?.focus({ preventScroll: true });
  }
}
