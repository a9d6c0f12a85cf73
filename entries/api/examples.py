"""A command line for each operation, to be tried as it stands but for the token."""

import shlex

_QUERIES = {"/posts/": "?state=live", "/entries/": "?order=oldest&limit=100", "/changes/": "?since=41"}
_BODIES = {
    "post": '{"source": "<p>The gate is open.</p>", "is_key": true, "state": "publish"}',
    "patch": '{"base_version": 1, "source": "<p>The north gate is open.</p>"}',
    "delete": '{"reason": "It was another gate."}',
}


def curl(root: str, method: str, path: str, *, needs_token: bool) -> str:
    address = root + path.removeprefix("/api/v1/").format(slug="the-slug", entry_id="812")
    options = []
    if method == "get":
        address += next((query for end, query in _QUERIES.items() if path.endswith(end)), "")
    else:
        options = ["-X", method.upper(), "-H", "Content-Type: application/json", "-d", _BODIES[method]]
    if needs_token:
        options += ["-H", "Authorization: Bearer lb_…"]
    if method == "post":
        options += ["-H", "Idempotency-Key: c56a4180-65aa-42ec-a945-5fd21dec0538"]
    return " ".join(["curl", *(shlex.quote(word) for word in [*options, address])])
