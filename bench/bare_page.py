"""A page as short as ASGI allows, without this project's code: what bench.page is measured beside."""

from typing import Any

said: dict[str, bytes] = {"body": b""}


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answers with what was last sent to it."""
    if scope["method"] == "POST":
        said["body"] = b""
        while True:
            event = await receive()
            said["body"] += event.get("body", b"")
            if not event.get("more_body"):
                break
    body = said["body"]
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
