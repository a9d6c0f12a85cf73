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
