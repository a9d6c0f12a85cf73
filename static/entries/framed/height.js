// Tells the page that frames this one how high it is, whenever that changes, as AMP's frames do. Nothing else goes out.

const root = document.documentElement;

function tell() {
  const height = Math.ceil(root.getBoundingClientRect().height);
  parent.postMessage({ sentinel: "amp", type: "embed-size", height }, "*");
}

if (parent !== window) {
  new ResizeObserver(tell).observe(root);
  addEventListener("message", ({ source, data }) => source === parent && data === "liveblog:height" && tell());
}
