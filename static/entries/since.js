// "Since you left": the device remembers up to which seq it has shown a post, and what came after is said on return.

import { built } from "./stack.js";
import { store, stored } from "./storing.js";

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
