"""What stands around the site, asked without a server."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from entries.edge.cache import Cache
from entries.operations.asgi import Operations
from entries.streaming.asgi import Streams
from tests.loops import run_in_loop


def scope(path: str = "/", client: str = "127.0.0.1", method: str = "GET", **headers: str) -> dict[str, Any]:
    given = {"host": "127.0.0.1:8000"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "client": (client, 5000) if client else None,
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }


class Answer:
    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""

    async def take(self, event: Any) -> None:
        if event["type"] == "http.response.start":
            self.status = event["status"]
            self.headers = {name.decode(): value.decode() for name, value in event["headers"]}
        else:
            self.body += event.get("body", b"")


type Work = Callable[[Callable[..., Coroutine[Any, Any, Answer]]], Coroutine[Any, Any, None]]


async def broken(scope: Any, receive: Any, send: Any) -> None:
    """What stands behind, not well."""
    if scope["path"] == "/slow/":
        await asyncio.sleep(0.02)
    if scope["path"] == "/fails/":
        raise OSError("away")
    if scope["path"] == "/left/":  # as Django has it of who went before the answer
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"behind"})


def in_loop(work: Work, **given: Any) -> None:
    cache = Cache(broken, limit=1000, session_cookie="sessionid", closed="/admin/")
    streams = Streams(broken, limit=10, cache=cache)
    streams._started = lambda: None  # type: ignore[method-assign,assignment,return-value]  # no database is watched
    settings: dict[str, Any] = {"token": "", "is_public": False, "slow": 0.01, "logs_all": False} | given
    operations = Operations(streams, cache, **settings)

    async def ask(path: str, **asked: str) -> Answer:
        answer = Answer()
        await operations(scope(path, **asked), None, answer.take)
        return answer

    run_in_loop(work(ask))
