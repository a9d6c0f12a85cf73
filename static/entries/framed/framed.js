// <framed-updates>: a post, or one entry of it, kept as it is on the server while it stands in another site's page.
// It stores nothing: a frame may be forbidden to.

import { Stack, built } from "../stack.js";
import { Wire } from "../wire.js";

const RELOAD_AGAIN = 30_000; // ms

class FramedUpdates extends HTMLElement {
  #article = this.closest("article");
  #section = this.#article.querySelector(".entries");
  #line = this.querySelector(".live-state");
  #button = this.querySelector("button");
  #stack = new Stack(this.#section, Number(this.dataset.seq));
  #isTopSeen = false;
  #wire = new Wire(this.dataset.address, Number(this.dataset.seq), {
    take: (delta) => this.#take(delta),
    reset: () => this.#reset(),
  });

  connectedCallback() {
    // As high as its content, the frame does not scroll, and only this tells what of it is on the screen.
    const top = new IntersectionObserver((seen) => this.#look(seen.at(-1).isIntersecting));
    top.observe(this.#article.querySelector("header"));
    this.#button.addEventListener("click", () => this.#show());
    setInterval(() => this.#tell(), 1000);
    this.#wire.start();
  }

  #take({ post, entries }) {
    if (post) this.#takeHead(post);
    this.#stack.apply(entries, !this.#isTopSeen);
    this.#bound();
    this.#tell();
    // The one entry is gone: the server has words for that.
    if (!this.#stack.takesNew && !this.#section.querySelector(".entry")) this.#reload();
  }

  #takeHead(post) {
    const head = built(post.head_html);
    this.#article.querySelector(".kicker").replaceWith(head.querySelector(".kicker"));
    this.#article.querySelector("h1 a").textContent = post.headline;
  }

  // What would move a text that is being read comes when its reader is back at the top.
  #look(isTopSeen) {
    this.#isTopSeen = isTopSeen;
    if (isTopSeen && this.#stack.takesNew) this.#show();
  }

  #show() {
    if (this.#stack.waiting) {
      this.#stack.reveal();
      scrollTo({ top: 0, behavior: "instant" });
    }
    this.#bound();
  }

  // As many as were asked for, below the pinned. Those further down stay at hand, for when one above is removed.
  #bound() {
    const others = this.#section.querySelectorAll(":scope > .entry:is(:not(.is-pinned), .entry-original)");
    others.forEach((entry, index) => (entry.hidden = index >= (this.dataset.limit ?? Infinity)));
    this.#button.hidden = !this.#stack.takesNew || !this.#stack.waiting;
  }

  #tell() {
    const { sayLive, sayReconnecting, saySeconds, sayMinutes } = this.dataset;
    const { isAway } = this.#wire;
    const seconds = Math.round(this.#wire.age / 1000);
    const ago = seconds < 100 ? saySeconds.replace("%s", seconds) : sayMinutes.replace("%s", Math.round(seconds / 60));
    this.#line.classList.toggle("is-away", isAway);
    this.#line.textContent = (isAway ? sayReconnecting : sayLive).replace("%s", ago);
    this.#line.hidden = !isAway && this.#article.querySelector(".state-ended") !== null; // which says when
  }

  // Not in a circle where a cache is behind.
  #reset() {
    if (performance.now() < RELOAD_AGAIN) throw new Error("reset again");
    this.#reload();
  }

  // Not all readers at once.
  #reload() {
    setTimeout(() => location.reload(), 1000 + 1000 * Math.random());
  }
}

customElements.define("framed-updates", FramedUpdates);
