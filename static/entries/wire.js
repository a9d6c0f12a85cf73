// The one way in for changes to a post: its stream while that can be had, questions for changes/ where not.
// It goes on from the seq of the page, however old that is. The device's clock only measures how long something took.

const FIRST_BYTE = 10_000; // ms; a proxy that keeps the stream to itself is found out by then
const SILENCE = 40_000; // ms; the server breaks it every 15 s
const HIDDEN = 20_000; // ms until a page that nobody sees gives its connection up: a browser has six a site
const HIDDEN_PACE = 30; // s
const STREAM_AGAIN = 60_000; // ms until a stream that could not be had is tried again
const SLEPT = 15_000; // ms between two ticks of a second: the device was asleep
const SHORT = 5_000; // ms; what ends sooner is no stream
const LONGEST = 30_000; // ms between two tries
const CALLED_OFF = Symbol("called off");

const jitter = (ms) => ms * (0.5 + Math.random());

class Refused extends Error {
  constructor(seconds) {
    super("no stream");
    this.wait = Math.max(seconds * 1000 || 0, jitter(STREAM_AGAIN));
  }
}

export class Wire {
  isAway = false; // the last try failed
  #address;
  #seq;
  #take;
  #reset;
  #heardAt = Date.now();
  #pace = 10;
  #streamAt = 0;
  #hiddenAt = document.hidden ? -Infinity : Infinity;
  #isPaused = false;
  #isStreaming = false;
  #shortOnes = 0;
  #abort = new AbortController();
  #wake = () => {};

  // take(delta) is called once for each step on from `seq`; reset() when only a new page can help.
  constructor(address, seq, { take, reset }) {
    this.#address = address;
    this.#seq = seq;
    this.#take = take;
    this.#reset = reset;
  }

  get seq() {
    return this.#seq;
  }

  // Milliseconds since the server was last heard of.
  get age() {
    return Math.max(0, Date.now() - this.#heardAt);
  }

  start() {
    addEventListener("online", () => this.#again());
    addEventListener("offline", () => this.#lost());
    addEventListener("pagehide", () => this.#pause());
    addEventListener("pageshow", () => this.#resume());
    document.addEventListener("visibilitychange", () => this.#seen(!document.hidden));
    let tickedAt = Date.now();
    setInterval(() => {
      const slept = Date.now() - tickedAt > SLEPT && !document.hidden;
      tickedAt = Date.now();
      if (slept) this.#again();
      else if (this.#isUnseen && this.#isStreaming) this.#abort.abort(CALLED_OFF);
    }, 1000);
    this.#run();
  }

  async #run() {
    for (let failures = 0; ; ) {
      const isStream = !this.#isUnseen && Date.now() >= this.#streamAt;
      let rest = 0;
      try {
        await (isStream ? this.#stream() : this.#ask());
        failures = 0;
        rest = jitter(isStream ? 700 : this.#restBetweenQuestions);
      } catch (error) {
        if (error instanceof Refused) this.#streamAt = Date.now() + error.wait;
        else if (this.#abort.signal.reason !== CALLED_OFF) {
          failures += 1;
          this.isAway = true;
          if (isStream && failures > 1) this.#streamAt = Date.now() + STREAM_AGAIN; // does an answer come through?
          rest = jitter(Math.min(LONGEST, 400 * 2 ** failures));
        }
      }
      await this.#sleep(rest);
    }
  }

  get #isUnseen() {
    return Date.now() - this.#hiddenAt > HIDDEN;
  }

  get #restBetweenQuestions() {
    return 1000 * (document.hidden ? Math.max(HIDDEN_PACE, this.#pace) : this.#pace);
  }

  async #stream() {
    let silence;
    const listen = (ms) => {
      clearTimeout(silence);
      silence = setTimeout(() => this.#abort.abort(), ms);
    };
    const openedAt = Date.now();
    listen(FIRST_BYTE);
    this.#isStreaming = true;
    try {
      const response = await this.#fetch(`stream/?since=${this.#seq}`);
      if (response.status === 503) throw new Refused(Number(response.headers.get("Retry-After")));
      if (!response.ok) throw new Error(response.status);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let text = ""; ; ) {
        const { value, done } = await reader.read();
        if (done) break;
        listen(SILENCE);
        this.#heard();
        const events = (text + value).split("\n\n");
        text = events.pop();
        for (const event of events) {
          const data = event.split("\n").find((line) => line.startsWith("data: "));
          if (data) this.#goOn(JSON.parse(data.slice("data: ".length)));
        }
      }
      this.#shortOnes = Date.now() - openedAt < SHORT ? this.#shortOnes + 1 : 0;
      if (this.#shortOnes > 1) throw new Refused(0);
    } finally {
      this.#isStreaming = false;
      clearTimeout(silence);
      this.#abort.abort();
    }
  }

  async #ask() {
    const late = setTimeout(() => this.#abort.abort(), SILENCE);
    try {
      const response = await this.#fetch(`changes/${this.#seq}/`);
      if (!response.ok) throw new Error(response.status);
      const delta = await response.json();
      if (this.isAway) this.#streamAt = 0; // all was away, and not the stream alone
      this.#heard();
      this.#goOn(delta);
    } finally {
      clearTimeout(late);
    }
  }

  #fetch(path) {
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    return fetch(this.#address + path, { signal, cache: "no-store", credentials: "omit" });
  }

  #heard() {
    this.#heardAt = Date.now();
    this.isAway = false;
  }

  #goOn(delta) {
    this.#pace = delta.poll;
    if (delta.reset) return this.#reset();
    if (delta.since > this.#seq) throw new Error("a step is missing"); // asked for again from where this page is
    if (delta.seq <= this.#seq) return; // of a cache that is behind
    this.#take(delta);
    this.#seq = delta.seq;
  }

  async #sleep(ms) {
    await new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, ms);
    });
    while (this.#isPaused) await new Promise((resolve) => (this.#wake = resolve));
  }

  // At once, on a connection that is new: the old one may be dead without knowing.
  #again() {
    this.#streamAt = 0;
    this.#abort.abort(CALLED_OFF);
    this.#wake();
  }

  #lost() {
    this.isAway = true;
    this.#abort.abort();
  }

  // Without an open connection the browser can keep the page for the way back.
  #pause() {
    this.#isPaused = true;
    this.#abort.abort(CALLED_OFF);
  }

  #resume() {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#again();
  }

  #seen(isVisible) {
    const wasUnseen = this.#isUnseen;
    this.#hiddenAt = isVisible ? Infinity : Date.now();
    if (isVisible && (wasUnseen || this.age > 2 * SLEPT)) this.#again();
  }
}
