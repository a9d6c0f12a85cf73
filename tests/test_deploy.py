"""deploy/ as it is shipped: nginx in front of two servers."""

import gzip
import random
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any

import brotli
import pytest

from tests.fleet import ELSEWHERE, NGINX, Fleet, ask, running_fleet, until

# Two machines, which is PostgreSQL's.
pytestmark = pytest.mark.postgresql
needs_nginx = pytest.mark.skipif(NGINX is None, reason="nginx is not installed (./run test installs it)")
BROWSERS = "gzip, deflate, br, zstd"
QUIET = "/live/the-road-is-cut/?order=oldest"  # asked for at the beginning, and then not for a while


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    folder = tmp_path_factory.mktemp("fleet")
    (folder / "data").mkdir()
    with running_fleet(folder) as fleet:
        assert fleet.ask(QUIET).status == 200
        fleet.asked_at = time.monotonic()
        yield fleet


def lines_of(stream: HTTPResponse) -> list[str]:
    """One block of the stream, up to its empty line; none at its end."""
    lines = []
    while line := stream.readline().decode().rstrip("\n"):
        lines.append(line)
    return lines


def news_in(stream: HTTPResponse) -> str:
    """The id of the next event; empty at the end of the stream."""
    while lines := lines_of(stream):
        if any(line.startswith("data:") for line in lines):
            return next(line.removeprefix("id: ") for line in lines if line.startswith("id: "))
    return ""


@needs_nginx
def test_a_crowd_reads_from_nginx_and_each_encoding_is_compressed_once(fleet: Fleet) -> None:
    plain = fleet.ask(fleet.address)
    assert (plain.status, plain.headers.get("content-encoding")) == (200, None)
    for accepted, encoding in {BROWSERS: "br", "gzip": "gzip", "br;q=0, gzip;q=0.5": "gzip", "zstd": None}.items():
        answers = [fleet.ask(fleet.address, Accept_Encoding=accepted) for _ in range(2)]
        assert {answer.headers.get("content-encoding") for answer in answers} == {encoding}
        assert "hit" in answers[1].cache
        assert unpacked(answers[1].body, encoding) == plain.body
    # Another browser's way of saying the same.
    assert "hit" in fleet.ask(fleet.address, Accept_Encoding="br,gzip;q=0.8").cache
    assert fleet.ask(fleet.address, Accept_Encoding="br").headers["vary"] == "Accept-Encoding"


def unpacked(body: bytes, encoding: str | None) -> bytes:
    return bytes({"br": brotli.decompress, "gzip": gzip.decompress}.get(encoding or "", bytes)(body))


@needs_nginx
def test_who_has_the_page_is_answered_304_by_nginx(fleet: Fleet) -> None:
    etag = fleet.ask(fleet.address, Accept_Encoding="br").headers["etag"]
    known = fleet.ask(fleet.address, Accept_Encoding="br", If_None_Match=etag)
    assert (known.status, known.body) == (304, b"")


@needs_nginx
def test_what_is_published_is_seen_within_moments(fleet: Fleet) -> None:
    fleet.ask(fleet.address)
    fleet.publish("The ferry is back.")
    waited = until(lambda: b"The ferry is back." in fleet.ask(fleet.address).body)
    assert waited < 2.5  # a second in nginx, and the copy that is fetched behind the last old one


@needs_nginx
def test_streams_flow_and_are_not_kept(fleet: Fleet) -> None:
    with fleet.stream(Accept_Encoding=BROWSERS) as one, fleet.stream() as other:
        assert [lines_of(one)[0], lines_of(other)[0]] == ["retry: 2000"] * 2
        assert (one.getheader("Cache-Control"), one.getheader("Content-Encoding")) == ("no-store", None)
        started = time.monotonic()
        seq = fleet.publish("The water falls.")
        assert (news_in(one), news_in(other)) == (str(seq), str(seq))
        assert time.monotonic() - started < 2


@needs_nginx
@pytest.mark.parametrize(
    "headers",
    [{"Cookie": "a=b; __Host-sessionid=abc"}, {"Cookie": "sessionid=abc"}, {"Authorization": "Bearer nobody"}],
)
def test_who_is_somebody_is_asked_after_and_not_served_from_the_cache(fleet: Fleet, headers: dict[str, str]) -> None:
    address = f"/?as={len(str(headers))}"
    for _ in range(2):
        assert fleet.ask(address, **headers).cache == "fwd=bypass"
    assert fleet.ask(address).cache == "fwd=uri-miss"


@needs_nginx
@pytest.mark.parametrize("address", ["/admin/", "/admin/login/", "/%61dmin/login/", "//admin/login/", "/admin/x.css"])
def test_the_newsroom_is_never_kept(fleet: Fleet, address: str) -> None:
    said = {fleet.ask(address).cache for _ in range(2)}
    assert said <= {"", "fwd=uri-miss"}


@needs_nginx
def test_what_may_be_kept_varies_by_nothing_that_the_key_has_not(fleet: Fleet) -> None:
    """And each is kept, so that a crowd at any of them is one request a second."""
    post = fleet.address
    pages = ["/", post, f"{post}changes/0/", f"{post}corrections/", f"{post}entries/1/", f"/embed/{fleet.slug}/"]
    feeds = ["/feed.rss", "/feed.atom", "/feed.json", f"{post}feed.rss", "/sitemap.xml", "/robots.txt"]
    api = [f"/api/v1/posts/{fleet.slug}/entries/"]
    for address in [*pages, *feeds, *api]:
        first, second = (fleet.ask(f"{address}?again=1") for _ in range(2))
        assert (address, first.status, second.cache) == (address, 200, "hit")


@needs_nginx
def test_a_feed_that_is_opened_and_one_that_is_read_are_two(fleet: Fleet) -> None:
    kinds = [fleet.ask("/feed.rss", Sec_Fetch_Dest=kind).headers["content-type"] for kind in ("document", "empty")]
    kinds += [fleet.ask("/feed.rss", Sec_Fetch_Dest=kind).headers["content-type"] for kind in ("document", "empty")]
    assert kinds[:2] == kinds[2:]
    assert kinds[0] != kinds[1]


@needs_nginx
def test_what_strangers_say_of_themselves_is_not_believed_and_poisons_nothing(fleet: Fleet) -> None:
    forged = {
        "X_Forwarded_For": "6.6.6.6", "X_Forwarded_Proto": "http", "X_Forwarded_Host": "evil.example",
        "X_Forwarded_Port": "66", "Forwarded": "host=evil.example;proto=http", "X_Original_URL": "/admin/",
        "X_Rewrite_URL": "/admin/", "X_HTTP_Method_Override": "POST", "Range": "bytes=0-9",
    }  # fmt: skip
    address = f"/?poison={random.random()}"  # noqa: S311
    forgers, readers = fleet.ask(address, **forged), fleet.ask(address)
    assert (forgers.status, readers.status, readers.cache) == (200, 200, "hit")
    assert (b"evil" in readers.body, readers.body) == (False, forgers.body)  # the whole, whatever part was asked for
    assert "location" not in readers.headers


@needs_nginx
def test_other_names_than_the_sites_are_not_answered(fleet: Fleet) -> None:
    for asked in ("GET / HTTP/1.1\nHost: evil.example\n\n", "GET http://evil.example/ HTTP/1.1\nHost: localhost\n\n"):
        assert fleet.raw(asked) == b""
        assert fleet.raw(asked, port=fleet.plain_port) == b""
    stranger = ssl._create_unverified_context()  # noqa: S323
    with socket.create_connection(("127.0.0.1", fleet.port)) as wire, pytest.raises(ssl.SSLError):
        stranger.wrap_socket(wire, server_hostname="evil.example")


@needs_nginx
def test_http_leads_to_https_at_the_sites_own_name(fleet: Fleet) -> None:
    answer = fleet.raw("GET /live/x/ HTTP/1.1\nHost: localhost\nConnection: close\n\n", port=fleet.plain_port).decode()
    assert answer.startswith("HTTP/1.1 301 ")
    assert re.findall(r"Location: (.*)\r", answer) == ["https://localhost/live/x/"]
    assert re.findall(r"Server: (.*)\r", answer) == ["nginx"]  # and no version


@needs_nginx
def test_browsers_get_http_2(fleet: Fleet) -> None:
    fleet.tls.set_alpn_protocols(["h2", "http/1.1"])
    try:
        plain = socket.create_connection(("127.0.0.1", fleet.port))
        with fleet.tls.wrap_socket(plain, server_hostname="localhost") as wire:
            assert wire.selected_alpn_protocol() == "h2"
    finally:
        fleet.tls.set_alpn_protocols(["http/1.1"])


@needs_nginx
def test_files_come_from_the_disk_for_as_long_as_their_name_says(fleet: Fleet) -> None:
    page = fleet.ask(fleet.address).body.decode()
    style = re.findall(r'href="(/static/entries/site\.[0-9a-f]{12}\.css)"', page)[0]
    answer = fleet.ask(style, Accept_Encoding="gzip")
    told = {name: answer.headers.get(name) for name in ("cache-control", "content-encoding", "cache-status")}
    forever = "public, max-age=31536000, immutable"
    assert told == {"cache-control": forever, "content-encoding": "gzip", "cache-status": None}
    assert fleet.ask("/static/entries/site.css").headers["cache-control"] == "public, max-age=3600"
    picture = fleet.ask(fleet.picture)
    assert (picture.headers["cache-control"], picture.headers["content-type"]) == (forever, "image/png")
    assert "surrogate-key" not in picture.headers | answer.headers


@needs_nginx
def test_a_file_that_nginx_has_not_is_asked_of_the_site(fleet: Fleet) -> None:
    """As one of another machine's release is."""
    assert not (fleet.disk / "static" / ELSEWHERE).exists()
    answer = fleet.ask(f"/static/{ELSEWHERE}")
    assert (answer.status, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert "liveblog" not in answer.headers.get("cache-status", "")


@needs_nginx
@pytest.mark.parametrize(
    "path",
    [
        "/static/../db.sqlite3", "/static/..%2fdb.sqlite3", "/static/%2e%2e/db.sqlite3", "/static../db.sqlite3",
        "/media/../secret-key", "/media/images/..%2f..%2f..%2fsecret-key", "/media/secret-key",
        "/static/..%5csecret-key", "/static/..%252fsecret-key", "//static/../secret-key", "/media/images/aa/..%00.png",
        "/live/../admin/../static/../secret-key", "/media/notes.html",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_the_folders(fleet: Fleet, path: str) -> None:
    for name in ("secret-key", "db.sqlite3", "media/secret-key", "media/notes.html"):
        (fleet.disk / name).write_text("the crown jewels")
    answer = fleet.raw(f"GET {path} HTTP/1.1\nHost: localhost\nConnection: close\n\n")
    assert int(answer.split()[1]) in (301, 302, 400, 404)
    assert b"jewels" not in answer


@needs_nginx
def test_passwords_cannot_be_tried_at_speed_and_pages_go_on(fleet: Fleet) -> None:
    tried = [fleet.ask("/admin/login/", "POST", b"username=ann&password=x").status for _ in range(14)]
    assert (tried[0], tried[-1]) == (403, 429)
    assert fleet.ask("/admin/login/").status == fleet.ask(fleet.address).status == 200


@needs_nginx
def test_a_picture_may_be_large_in_the_newsroom_and_nowhere_else(fleet: Fleet) -> None:
    large = b"x" * 4_000_000
    assert fleet.ask("/admin/entries/image/add/", "POST", large).status != 413
    assert fleet.ask("/api/v1/posts/", "POST", large).status == 413


class Crowd:
    """Readers in a loop, each with a connection that stays open, and what went wrong."""

    def __init__(self, fleet: Fleet, readers: int = 6) -> None:
        self._fleet = fleet
        self._is_over = threading.Event()
        self.wrong: list[Any] = []
        self.number = 0
        self._threads = [threading.Thread(target=self._read, args=(reader,)) for reader in range(readers)]

    def _read(self, reader: int) -> None:
        with closing(self._fleet.connection()) as connection:
            turn = 0
            while not self._is_over.is_set():
                turn += 1
                address = f"/?of={reader}-{turn}"  # never in nginx's cache
                try:
                    answer = ask(connection, address)
                    if answer.status != 200:
                        self.wrong.append((address, answer.status))
                except (OSError, HTTPException) as error:
                    self.wrong.append((address, error))
                self.number += 1
                time.sleep(0.01)

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *given: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()


@needs_nginx
def test_a_reload_under_load_loses_no_request_and_ends_streams_where_they_can_go_on(fleet: Fleet) -> None:
    before = workers(fleet)
    with Crowd(fleet) as crowd, fleet.stream() as one, fleet.stream() as other:
        known = [lines_of(stream)[1].removeprefix("id: ") for stream in (one, other)]
        for server in fleet.servers:
            server.reload()
        assert [news_in(one), news_in(other)] == ["", ""]  # whole, by HTTP's own end: otherwise reading would fail
        with fleet.stream(Last_Event_ID=known[0]) as again:
            assert lines_of(again)[0] == "retry: 2000"
            seq = fleet.publish("After the reload.")
            assert news_in(again) == str(seq)
        until(lambda: not before & workers(fleet))
    assert crowd.wrong == []
    assert crowd.number > 10  # the machine is busy with starting anew


@needs_nginx
def test_a_stream_that_comes_while_the_old_process_goes_is_of_the_new_one(fleet: Fleet) -> None:
    """Straight from a server: nginx would ask the other one."""
    server, before = fleet.servers[0], workers(fleet)

    with (
        closing(HTTPConnection("127.0.0.1", server.port, timeout=20)) as old,
        closing(HTTPConnection("127.0.0.1", server.port, timeout=20)) as new,
    ):
        old.request("GET", f"{fleet.address}stream/")
        with old.getresponse() as stream:
            server.reload()
            assert news_in(stream) == ""
        new.request("GET", f"{fleet.address}stream/")
        with new.getresponse() as stream:
            assert (stream.status, lines_of(stream)[0]) == (200, "retry: 2000")
    until(lambda: len(before & workers(fleet)) == 1)


def workers(fleet: Fleet) -> set[int]:
    return {worker for server in fleet.servers for worker in server.workers}


@needs_nginx
def test_what_the_site_says_of_itself_is_not_for_strangers(fleet: Fleet) -> None:
    assert fleet.ask("/metrics").status in (403, 404)
    assert fleet.ask("/metrics", Forwarded="", X_Real_IP="127.0.0.1", X_Forwarded_For="127.0.0.1").status in (403, 404)
    forged = "id-of-a-stranger"
    assert forged not in str(fleet.ask("/?id=1", X_Request_ID=forged).headers)


@needs_nginx
def test_after_a_quiet_while_the_first_reader_gets_the_page_of_now(fleet: Fleet) -> None:
    """And not the one that was kept then, as `proxy_cache_use_stale updating` would give it to them."""
    time.sleep(max(0, fleet.asked_at + 7.1 - time.monotonic()))  # past stale-while-revalidate
    assert b"After the reload." in fleet.ask(QUIET).body


@needs_nginx
def test_one_machine_may_die_and_then_the_other(fleet: Fleet) -> None:
    """The last test: it ends them."""
    first, second = fleet.servers
    first.kill()
    answers = [fleet.ask(f"/?without={number}").status for number in range(8)]
    assert answers == [200] * 8
    fleet.ask(fleet.address)
    time.sleep(0.3)  # for the newest copy, which may be fetched behind that answer
    kept = fleet.ask(fleet.address)
    second.kill()
    assert fleet.ask(fleet.address).status == 200
    time.sleep(7.1)  # past stale-while-revalidate: now it is stale-if-error
    late = fleet.ask(fleet.address)
    assert (late.status, late.body, late.cache) == (200, kept.body, "hit; detail=stale")
    assert fleet.ask("/never-asked-before/").status == 502
