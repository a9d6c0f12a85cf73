// The small elements within a page: sharing its address, and another site's player.

// <share-link>: copies the page's address, or hands it to the device's share sheet.

class ShareLink extends HTMLElement {
  connectedCallback() {
    const [copy, share] = this.querySelectorAll("button");
    const field = this.querySelector("input");
    const status = this.querySelector("[role=status]");
    const { title, sayCopied, sayCopy } = this.dataset;
    const url = field.value;
    field.parentNode.hidden = true;
    copy.hidden = false;
    share.hidden = !navigator.share;
    share.addEventListener("click", () => navigator.share({ title, url }).catch(() => {}));
    copy.addEventListener("click", async () => {
      status.textContent = ""; // or the same word would not be spoken twice
      try {
        await navigator.clipboard.writeText(url);
      } catch {
        // No clipboard without HTTPS: the old way, which may be shut too, and then by the reader's own hand.
        field.parentNode.hidden = false;
        field.select();
        if (!document.execCommand("copy")) return (status.textContent = sayCopy);
        field.parentNode.hidden = true;
        copy.focus();
      }
      status.textContent = sayCopied;
    });
  }
}

customElements.define("share-link", ShareLink);

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
