// <embed-player>: a button that puts another site's player in the place of what it says. Until then nothing is asked of
// that site.

const asked = new Set(); // a correction of its entry must not take a player away that the reader asked for

class EmbedPlayer extends HTMLElement {
  connectedCallback() {
    if (asked.has(this.dataset.src)) this.#show();
    else {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = this.#say("sayShow");
      button.onclick = () => this.#show().focus();
      this.replaceChildren(button);
    }
  }

  #show() {
    const { src } = this.dataset;
    asked.add(src);
    const frame = document.createElement("iframe");
    frame.title = this.#say("sayShown");
    // The players' scripts and logins are theirs; what they cannot do is to lead this page elsewhere.
    frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-presentation");
    frame.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
    frame.referrerPolicy = "strict-origin"; // YouTube plays for nobody who does not say who they are
    frame.src = src;
    this.replaceChildren(frame);
    return frame;
  }

  #say(words) {
    return this.closest("[data-say-show]").dataset[words].replace("%s", this.dataset.site);
  }
}

customElements.define("embed-player", EmbedPlayer);
