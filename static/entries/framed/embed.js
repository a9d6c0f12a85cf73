// For pages that show a live blog of this site in a frame: gives that frame the height that its page says it has.
// It reads no more of the page than its frames, and listens to no other window.
(() => {
  const { origin } = new URL(document.currentScript.src);
  const [least, most] = [80, 30000]; // pixels
  const frames = () => [...document.querySelectorAll("iframe")].filter(({ src }) => src.startsWith(`${origin}/embed/`));

  addEventListener("message", (event) => {
    const { type, height } = event.data ?? {};
    if (event.origin !== origin || type !== "embed-size" || !Number.isFinite(height)) return;
    const frame = frames().find(({ contentWindow }) => contentWindow === event.source);
    if (!frame) return;
    frame.style.maxWidth = "100%"; // a frame of a fixed width, on a phone
    frame.style.height = `${Math.min(Math.max(height, least), most)}px`;
  });

  // Those that were here before this script have said it already.
  for (const { contentWindow } of frames()) contentWindow?.postMessage("liveblog:height", "*");
})();
