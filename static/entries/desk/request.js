// The desk's way to the server: JSON back, the newest CSRF token, and an answer that says what is to be done with it.

const PATIENCE = 15_000; // ms

const cookie = (name) =>
  document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

// Over HTTPS it has the name that no other host can give a cookie.
export const csrfToken = () => cookie("__Host-csrftoken") || cookie("csrftoken");

// What came of it: `ok`, `refused` (it will not do, however often), `login`, or `away` (worth another try).
export async function send(address, { user, body, method = "POST", signal = AbortSignal.timeout(PATIENCE) }) {
  // A form's own token is of the login that it was made under.
  body?.delete("csrfmiddlewaretoken");
  const headers = { Accept: "application/json", "X-CSRFToken": csrfToken(), "X-Desk-User": user };
  try {
    const response = await fetch(address, { method, body, headers, signal });
    const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
    const answer = isJson ? await response.json() : {};
    return { kind: kindOf(response, isJson), status: response.status, answer };
  } catch {
    return { kind: "away", status: 0, answer: {} };
  }
}

function kindOf({ ok, status }, isJson) {
  if (ok && isJson) return "ok";
  if (status === 401) return "login";
  // A 403 in HTML is the token's: the next try has the new one.
  return status >= 500 || status === 429 || (status === 403 && !isJson) || ok ? "away" : "refused";
}

export function formData(fields) {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value !== false) data.set(name, value === true ? "on" : value);
  return data;
}
