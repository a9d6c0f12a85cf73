// <embed-player>: a button that puts another site's player in the place of its words. Until then that site is asked
// for nothing.

const asked = new Set(); // a correction of its entry takes no player away

class EmbedPlayer extends HTMLElement {
  connectedCallback() {
    if (asked.has(this.dataset.src)) return void this.#show();
    const button = document.createElement("button");
    button.textContent = this.#say("sayShow");
    button.onclick = () => this.#show().focus();
    this.replaceChildren(button);
  }

  #show() {
    const { src } = this.dataset;
    asked.add(src);
    const frame = Object.assign(document.createElement("iframe"), {
      title: this.#say("sayShown"),
      sandbox: "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-presentation",
      allow: "autoplay; encrypted-media; fullscreen; picture-in-picture",
      referrerPolicy: "strict-origin", // YouTube plays for no site that does not say who it is
      src,
    });
    this.replaceChildren(frame);
    return frame;
  }

  #say(words) {
    return this.closest("[data-say-show]").dataset[words].replace("%s", this.dataset.site);
  }
}

customElements.define("embed-player", EmbedPlayer);
