"""Which servers are spoken with at all; what comes of it is in the tests of embeds, WebSub and webhooks."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from entries.outside import Answer, Unreachable, asked, may_be_asked, post

pytestmark = pytest.mark.once
OWN = ["localhost:8080", "hooks.internal"]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://hooks.example.org/a?b=c", True),
        ("https://hooks.example.org:443/", True),
        ("https://localhost/", True),  # by its form; where it leads is looked at when it is spoken with
        ("http://localhost:8080/hook", True),
        ("https://LOCALHOST:8080/hook", True),
        ("http://hooks.internal/", True),
        ("http://hooks.example.org/", False),
        ("https://hooks.example.org:8443/", False),
        ("http://localhost:8081/", False),
        ("http://hooks.internal:22/", False),
        ("http://user@localhost:8080/", False),
        ("https://ann:secret@hooks.example.org/", False),
        ("https://hooks.example.org@localhost:8080/", False),
        ("https://hooks.example.org:x/", False),
        ("https://[::1/", False),
        ("https:///a", False),
        ("ftp://hooks.internal/", False),
        ("file:///etc/passwd", False),
        ("https://hooks.example.org/a b", False),
        ("https://hooks.example.org/\r\nHost: x", False),
        ("https://höoks.example.org/", False),
        ("", False),
    ],
)
def test_which_addresses_may_be_spoken_with(address: str, expected: bool) -> None:
    assert may_be_asked(address, OWN) is expected


@pytest.fixture
def own_server() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(418)
            self.end_headers()
            self.wfile.write(b"Tea for " + body)

        def log_message(self, *arguments: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


def said_by(address: str) -> Answer:
    return post(address, body=b"two", headers={}, deadline=time.monotonic() + 5)


def test_a_host_within_the_own_network_is_spoken_with_where_the_operator_named_it(
    own_server: str, settings: Any
) -> None:
    settings.OUTSIDE_PRIVATE_HOSTS = [own_server]
    assert said_by(f"http://{own_server}/") == Answer(418, "Tea for two")
    for name in ("127.0.0.1", "[::1]"):
        with pytest.raises(Unreachable, match="not an address"):
            said_by(f"http://{name}:{own_server.partition(':')[2]}/")
    settings.OUTSIDE_PRIVATE_HOSTS = []
    with pytest.raises(Unreachable, match="not an address"):
        said_by(f"http://{own_server}/")
    with pytest.raises(Unreachable, match="not a public host"):
        said_by("https://localhost/")


def test_what_an_editor_pastes_never_leads_there(own_server: str, settings: Any) -> None:
    settings.OUTSIDE_PRIVATE_HOSTS = [own_server]
    with pytest.raises(Unreachable), asked(f"http://{own_server}/", deadline=time.monotonic() + 5):
        pass
