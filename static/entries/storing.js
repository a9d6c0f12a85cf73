// A device may forbid to store, and then even to look for what is stored.
export function stored([storage, key]) {
  try {
    return JSON.parse(window[storage].getItem(key)) ?? {};
  } catch {
    return {};
  }
}

export function store([storage, key], value) {
  try {
    window[storage].setItem(key, JSON.stringify(value));
  } catch {}
}
