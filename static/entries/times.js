// <own-times>: the reader's own time beside GMT, and how long ago it is that something came.

import { store, stored } from "./storing.js";

const CHOICE = ["localStorage", "own-times"];
const LANGUAGES = [document.documentElement.lang, "en"];
const AGO = new Intl.RelativeTimeFormat(LANGUAGES, { numeric: "auto" });

function clock(timeZone) {
  const options = { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", numberingSystem: "latn" };
  const format = new Intl.DateTimeFormat(LANGUAGES, { ...options, timeZone });
  return (at) => Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
}

class OwnTimes extends HTMLElement {
  #gmt = clock("UTC");
  #own;
  #isOn;
  #skew;
  #timer;

  connectedCallback() {
    const { zone, now } = this.dataset;
    try {
      this.#own = clock(zone);
    } catch {} // a zone that this browser does not know: what the server wrote stays
    this.#isOn = zone || stored(CHOICE).isOn;
    // The device's clock may be wrong. A page that was just sent says by how much; one out of a cache, what is past.
    const skew = Date.parse(now) - Date.now();
    const [load] = performance.getEntriesByType("navigation");
    this.#skew = skew > 0 || load?.transferSize > load?.encodedBodySize ? skew : 0;
    const box = this.querySelector("[type=checkbox]");
    if (box) this.#offer(box);
    for (const type of ["visibilitychange", "entrieschange"]) document.addEventListener(type, () => this.#show());
    this.#show();
  }

  #offer(box) {
    const details = this.querySelector("details");
    details.hidden = !details.open;
    box.parentNode.hidden = false;
    box.checked = this.#isOn;
    box.addEventListener("change", () => {
      this.#isOn = box.checked;
      store(CHOICE, { isOn: box.checked });
      this.#show();
    });
  }

  #show() {
    clearTimeout(this.#timer);
    if (document.hidden) return;
    for (const time of document.querySelectorAll("time[datetime$=Z]:not(.text *, .guide *, .live-state *)")) {
      const at = Date.parse(time.dateTime);
      if (this.#own) this.#showOwn(time, at);
      if (time.matches(".label time, .latest time, .latest-time")) this.#showAgo(time, at);
    }
    this.#timer = setTimeout(() => this.#show(), 30_000);
  }

  #showOwn(time, at) {
    let own = time.nextElementSibling;
    if (!own?.matches(".own")) {
      if (!this.#isOn) return;
      own = document.createElement("small");
      own.className = "own";
      time.after(" ", own);
    }
    const { weekday, hour, minute } = this.#own(at);
    const day = weekday === this.#gmt(at).weekday ? "" : `${weekday} `;
    own.textContent = this.#isOn ? this.dataset.say.replace("%s", day + hour + minute) : "";
  }

  // Of what is to come, and of what is long past, nothing is said.
  #showAgo(time, at) {
    const minutes = Math.floor((Date.now() + this.#skew - at) / 60_000);
    const hours = Math.floor(minutes / 60);
    const unit = hours > 0 ? "hour" : minutes > 0 ? "minute" : "second";
    const isSaid = minutes >= -1 && hours < (time.closest(".label") ? 3 : 24);
    if (isSaid) time.dataset.ago = AGO.format(-{ hour: hours, minute: minutes, second: 0 }[unit], unit);
    else time.removeAttribute("data-ago");
  }
}

customElements.define("own-times", OwnTimes);
