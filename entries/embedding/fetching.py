"""Asks another site for a few kilobytes: one of those that its provider has, and JSON or HTML."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urljoin, urlsplit

from entries.outside import Unreachable, asked

LIMIT = 256 * 1024  # bytes
REDIRECTS = 2
JSON = ("application/json", "application/json+oembed", "text/javascript")  # the last: X, at times
HTML = ("text/html",)


def fetch(address: str, *, hosts: frozenset[str], content_types: tuple[str, ...], deadline: float) -> bytes:
    """The body at an `https:` address of one of `hosts`, by `deadline` on the monotonic clock. Raises Unreachable."""
    for _ in range(REDIRECTS + 1):
        with _answer(address, hosts, deadline) as answer:
            if 300 <= answer.status < 400:
                address = urljoin(address, answer.headers.get("Location", ""))
                continue
            if answer.status != 200:
                raise Unreachable(f"status {answer.status}")
            if answer.headers.get_content_type() not in content_types or "Content-Encoding" in answer.headers:
                raise Unreachable(f"content type {answer.headers.get_content_type()}")
            return _body(answer)
    raise Unreachable("redirects without end")


def leads_to(address: str, *, hosts: frozenset[str], deadline: float) -> str:
    """Where a short link leads. Nobody goes there."""
    with _answer(address, hosts, deadline) as answer:
        return urljoin(address, answer.headers.get("Location", ""))


@contextmanager
def _answer(address: str, hosts: frozenset[str], deadline: float) -> Iterator[http.client.HTTPResponse]:
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise Unreachable("no address") from error
    if parts.scheme != "https" or parts.netloc not in hosts:
        raise Unreachable("another host")
    with asked(address, deadline=deadline) as answer:
        yield answer


def _body(answer: http.client.HTTPResponse) -> bytes:
    body = answer.read(LIMIT + 1)
    if len(body) > LIMIT:
        raise Unreachable("too long")
    return body
