"""The server's way in. What says how the server is, streams and static files answer here, before Django."""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liveblog.settings")
# A server is safe unless told otherwise: without this, one started with nothing set would show debug pages.
os.environ.setdefault("DEBUG", "0")

from django import setup
from django.conf import settings
from django.urls import reverse
from servestatic import ServeStaticASGI

from liveblog.handling import Django

setup(set_prefix=False)
django = Django()

from entries.edge.cache import Cache  # noqa: E402
from entries.operations.asgi import Operations  # noqa: E402
from entries.operations.watched import naming  # noqa: E402
from entries.pressure import pressure  # noqa: E402
from entries.streaming.asgi import Streams  # noqa: E402  # models can be imported now


async def without_body_for_head(scope: Any, receive: Any, send: Any) -> None:
    """Django answers HEAD with the body that GET would have, and leaves it to the server to drop that."""

    told: Any = naming(send)

    async def send_head(event: Any) -> None:
        await told(event | {"body": b""} if event["type"] == "http.response.body" else event)

    with pressure:
        await django(scope, receive, send_head if scope.get("method") == "HEAD" else told)


def unguessed(headers: Any, *_: str) -> None:
    """Once for each file, when the process starts."""
    headers["X-Content-Type-Options"] = "nosniff"


cache = Cache(
    without_body_for_head,
    limit=settings.CACHE_BYTES,
    session_cookie=settings.SESSION_COOKIE_NAME,
    closed=reverse("admin:index"),
)
pages = ServeStaticASGI(
    cache,
    root=settings.STATIC_ROOT,
    prefix=settings.STATIC_URL,
    # A hashed name is another file when its text changes; CKEditor asks for its own parts unhashed: an hour.
    immutable_file_test=r"^.+\.[0-9a-f]{12}\..+$",
    max_age=3600,
    allow_all_origins=False,
    add_headers_function=unguessed,
)
application = Operations(
    Streams(pages, limit=settings.STREAM_LIMIT, cache=cache),
    cache,
    token=settings.METRICS_TOKEN,
    is_public=settings.METRICS_PUBLIC,
    slow=settings.SLOW_SECONDS,
    logs_all=settings.ACCESS_LOG,
)
