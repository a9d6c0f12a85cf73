"""A server that stands in for every other site: the only thing of the outside network that tests make up."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import trustme

from entries import outside

AUTHORITY = trustme.CA()
HOSTS = [
    "www.youtube.com", "vimeo.com", "publish.twitter.com", "publish.x.com", "public.api.bsky.app", "t.me",
    "graph.facebook.com", "www.tiktok.com", "vm.tiktok.com", "fb.watch", "toot.example.org", "evil.example",
    "hub.example.org", "other-hub.example.org", "hooks.example.org", "slow.example.org",
]  # fmt: skip


@dataclass
class Answer:
    body: bytes = b"{}"
    content_type: str = "application/json"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0  # until it answers
    is_slow: bool = False  # a byte every tenth of a second, without end


@dataclass
class Posted:
    """What was sent to a host and path."""

    target: str
    body: bytes
    headers: dict[str, str]  # names in small letters


@dataclass
class OtherSites:
    answers: dict[str, Answer] = field(default_factory=dict)  # by the beginning of host and path
    asked: list[str] = field(default_factory=list)  # host and path with its query
    posted: list[Posted] = field(default_factory=list)

    def answer(self, target: str) -> Answer:
        fitting = [begin for begin in self.answers if target.startswith(begin)]
        return self.answers[max(fitting, key=len)] if fitting else Answer(status=404)


@contextmanager
def other_sites(monkeypatch: pytest.MonkeyPatch) -> Iterator[OtherSites]:
    sites = OtherSites()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(sites))
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # who hung up on it
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    AUTHORITY.issue_cert(*HOSTS).configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    trusting = ssl.create_default_context()
    AUTHORITY.configure_trust(trusting)
    monkeypatch.setattr(outside, "CONTEXT", trusting)
    monkeypatch.setattr(outside, "PORT", server.server_port)
    monkeypatch.setattr(outside, "public_addresses", lambda _: ["127.0.0.1"])
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield sites
    server.shutdown()
    server.server_close()


def _handler(sites: OtherSites) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            target = f"{self.headers['Host']}{self.path}"
            sites.asked.append(target)
            self._answer(sites.answer(target))

        def do_POST(self) -> None:
            target = f"{self.headers['Host']}{self.path}"
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sites.posted.append(Posted(target, body, {name.lower(): value for name, value in self.headers.items()}))
            self._answer(sites.answer(target))

        def _answer(self, answer: Answer) -> None:
            time.sleep(answer.seconds)
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if answer.is_slow:
                self._trickle()
            self.wfile.write(answer.body)

        def _trickle(self) -> None:
            while True:
                self.wfile.write(b" ")
                time.sleep(0.1)

        def log_message(self, *arguments: Any) -> None:
            pass

    return Handler
