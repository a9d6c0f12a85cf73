"""A stream as short as ASGI allows, without this project's code: what bench.stream is measured beside."""

import asyncio
from typing import Any

readers: set[asyncio.Queue[bytes]] = set()


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["method"] == "POST":
        chunk = b""
        while (message := await receive()).get("body") or message.get("more_body"):
            chunk += message["body"]
            if not message.get("more_body"):
                break
        for waiting in readers:
            waiting.put_nowait(chunk)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    await send({"type": "http.response.body", "body": b":\n\n", "more_body": True})
    reader: asyncio.Queue[bytes] = asyncio.Queue()
    readers.add(reader)
    try:
        while True:
            await send({"type": "http.response.body", "body": await reader.get(), "more_body": True})
    finally:
        readers.discard(reader)
