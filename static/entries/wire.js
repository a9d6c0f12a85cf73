// The one way in for changes to a post: its stream while that can be had, questions for changes/ where not.
// It goes on from the seq of the page, however old that is. The device's clock only measures how long something took.

const FIRST_BYTE = 10_000; // ms; a proxy that keeps the stream to itself is found out by then
const SILENCE = 40_000; // ms; the server breaks it every 15 s
const HIDDEN = 20_000; // ms until a page that nobody sees gives its connection up: a browser has six a site
const HIDDEN_PACE = 30; // s
const STREAM_AGAIN = 60; // s until a stream that could not be had is tried again
const SLEPT = 15_000; // ms between two ticks of a second: the device was asleep
const SHORT = 5_000; // ms; what ends sooner is hardly a stream
const LONGEST = 30_000; // ms between two tries
const CALLED_OFF = Symbol("called off");

const jitter = (ms) => ms * (0.5 + Math.random());

// There is no stream to be had; in so many seconds there may be.
class Refused extends Error {
  constructor(seconds = STREAM_AGAIN) {
    super("no stream");
    this.wait = 1000 * seconds * (1 + Math.random());
  }
}

export class Wire {
  isAway = false; // the last try failed
  #streamsFailed = 0;
  #questionsFailed = 0;
  #isDark = false; // the last question was not answered
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
  #abort = new AbortController();
  #why = null; // for what it was cut, if it was
  #wake = () => {};

  // take(delta) is called once for each step on from `seq`; reset() when only a new page can help.
  constructor(address, seq, { take, reset }) {
    this.#address = address;
    this.#seq = seq;
    this.#take = take;
    this.#reset = reset;
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
      else if (this.#isUnseen && this.#isStreaming) this.#cut(CALLED_OFF);
    }, 1000);
    this.#run();
  }

  async #run() {
    for (;;) {
      const isStream = !this.#isUnseen && Date.now() >= this.#streamAt;
      let rest = 0;
      try {
        await (isStream ? this.#stream() : this.#ask());
        rest = isStream ? jitter(700) : this.#restBetweenQuestions;
      } catch (error) {
        const why = this.#why ?? error; // what fetch() itself throws of an abort differs between browsers
        if (why !== CALLED_OFF) rest = isStream ? this.#failStream(why) : this.#failQuestion();
      }
      await this.#sleep(rest);
    }
  }

  // A question comes next: it may be the stream alone that cannot be had.
  #failStream(why) {
    this.#streamAt = Date.now() + (why.wait ?? this.#backOff());
    this.isAway ||= !(why instanceof Refused);
    return jitter(300);
  }

  #failQuestion() {
    this.isAway = this.#isDark = true;
    return jitter(Math.min(LONGEST, 800 * 2 ** this.#questionsFailed++));
  }

  // Until a stream is tried again: a second, then longer, while none of them lasts.
  #backOff() {
    return jitter(Math.min(1000 * STREAM_AGAIN, 1000 * 4 ** this.#streamsFailed++));
  }

  get #isUnseen() {
    return Date.now() - this.#hiddenAt > HIDDEN;
  }

  get #restBetweenQuestions() {
    const pace = jitter(1000 * (document.hidden ? Math.max(HIDDEN_PACE, this.#pace) : this.#pace));
    return this.#isUnseen ? pace : Math.max(0, Math.min(pace, this.#streamAt - Date.now()));
  }

  async #stream() {
    let silence;
    const listen = (ms, why) => {
      clearTimeout(silence);
      silence = setTimeout(() => this.#cut(why), ms);
    };
    const openedAt = Date.now();
    listen(FIRST_BYTE, new Refused()); // something on the way keeps it
    this.#isStreaming = true;
    try {
      const response = await this.#fetch(`stream/?since=${this.#seq}`, "no-store");
      if (response.status === 503) throw new Refused(Number(response.headers.get("Retry-After")) || STREAM_AGAIN);
      if (!response.ok) throw new Error(response.status);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let text = ""; ; ) {
        const { value, done } = await reader.read();
        if (done) break;
        listen(SILENCE, new Error("silence"));
        this.#heard();
        if (Date.now() - openedAt > SHORT) this.#streamsFailed = 0;
        const events = (text + value).split("\n\n");
        text = events.pop();
        for (const event of events) {
          const data = event.split("\n").find((line) => line.startsWith("data: "));
          if (data) this.#goOn(JSON.parse(data.slice("data: ".length)));
        }
      }
      if (Date.now() - openedAt < SHORT) this.#streamAt = Date.now() + this.#backOff();
    } finally {
      this.#isStreaming = false;
      clearTimeout(silence);
      this.#abort.abort();
    }
  }

  async #ask() {
    const late = setTimeout(() => this.#cut(new Error("late")), SILENCE);
    try {
      const response = await this.#fetch(`changes/${this.#seq}/`, "default");
      if (!response.ok) throw new Error(response.status);
      const delta = await response.json();
      if (this.#isDark) this.#streamAt = 0; // all was away, and not the stream alone
      this.#isDark = false;
      this.#heard();
      this.#goOn(delta);
    } finally {
      clearTimeout(late);
    }
  }

  #fetch(path, cache) {
    this.#why = null;
    this.#abort = new AbortController();
    return fetch(this.#address + path, { signal: this.#abort.signal, cache, credentials: "omit", priority: "low" });
  }

  #cut(why) {
    this.#why = why;
    this.#abort.abort();
  }

  #heard() {
    this.#heardAt = Date.now();
    this.#questionsFailed = 0;
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
    this.#cut(CALLED_OFF);
    this.#wake();
  }

  #lost() {
    this.isAway = true;
    this.#cut(new Error("offline"));
  }

  // Without an open connection the browser can keep the page for the way back.
  #pause() {
    this.#isPaused = true;
    this.#cut(CALLED_OFF);
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
