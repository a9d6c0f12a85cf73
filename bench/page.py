"""python -m bench.page: what a reader's request costs the server's processor, beside a bare ASGI callable that answers
with the same bytes on the same server in the same run.

Each kind is asked for in turn over 16 connections; every answer is looked at before it counts.
"""

import asyncio
import http.client
import os
import re
import statistics
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.stream import bare_server
from tests.browser.live.newsroom import Newsroom
from tests.browser.site import running_site

CONNECTIONS = 16
REQUESTS = 4_000  # a round
ROUNDS = 5
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Served:
    pid: int
    port: int


@dataclass
class Kind:
    name: str
    by: Served
    request: bytes
    expected: bytes  # in each answer
    costs: list[float] = field(default_factory=list)  # microseconds of the server's processor a request

    @property
    def cost(self) -> float:
        return statistics.median(self.costs)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, running_site(Path(folder), is_empty=True) as site:
        newsroom = Newsroom(site)
        post = newsroom.do("open", headline="A long day", updates=200)
        newsroom.close()
        with bare_server("bare_page") as (bare_pid, bare_port):
            kinds = asked(Served(site.workers[0], int(site.environment["PORT"])), post, Served(bare_pid, bare_port))
            for number in range(ROUNDS + 1):
                for kind in kinds:
                    cost = asyncio.run(measured(kind))
                    if number:  # the first warms up
                        kind.costs.append(cost)
    report(kinds)


def asked(ours: Served, post: dict[str, Any], bare: Served) -> list[Kind]:
    page = f"/live/{post['slug']}/"
    feed = f"{page}feed.rss"
    status, body, tag = once(ours.port, page, {"Accept-Encoding": "br"})
    assert (status, len(body) > 1000) == (200, True)
    _, _, feed_tag = once(ours.port, feed, {"Accept-Encoding": "br"})
    once(bare.port, "/", {}, body)
    nothing = b'"entries":[]'
    return [
        Kind("bare ASGI callable, the same bytes", bare, request("/"), b"200 OK"),
        Kind("page of 200 updates", ours, request(page), b"200 OK"),
        Kind("304 of it", ours, request(page, f"If-None-Match: {tag}"), b"304 Not"),
        Kind("poll with nothing new", ours, request(f"{page}changes/{post['seq']}/", coding=""), nothing),
        Kind("feed", ours, request(feed), b"200 OK"),
        Kind("304 of it", ours, request(feed, f"If-None-Match: {feed_tag}"), b"304 Not"),
    ]


def once(port: int, path: str, headers: dict[str, str], body: bytes | None = None) -> tuple[int, bytes, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST" if body else "GET", path, body, headers)
    answer = connection.getresponse()
    found = answer.status, answer.read(), answer.headers.get("ETag", "")
    connection.close()
    return found


def request(path: str, *headers: str, coding: str = "br") -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", f"Accept-Encoding: {coding}", *headers, "", ""]
    return "\r\n".join(lines).encode()


async def measured(kind: Kind) -> float:
    before = processor(kind.by.pid)
    await asyncio.gather(*(ask(kind) for _ in range(CONNECTIONS)))
    return (processor(kind.by.pid) - before) / REQUESTS * 1e6


async def ask(kind: Kind) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", kind.by.port, limit=2**20)
    for _ in range(REQUESTS // CONNECTIONS):
        writer.write(kind.request)
        head = await reader.readuntil(b"\r\n\r\n")
        found = re.search(rb"content-length: (\d+)", head, re.I)
        body = await reader.readexactly(int(found[1])) if found else b""
        assert kind.expected in head + body, head
    writer.close()
    await writer.wait_closed()


def processor(pid: int) -> float:
    """Seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def report(kinds: list[Kind]) -> None:
    bare, *others = kinds
    print(f"Medians of {ROUNDS} rounds of {REQUESTS:,} requests over {CONNECTIONS} connections")
    print(f"{bare.name:36} {bare.cost:7.1f} µs  {1e6 / bare.cost:8,.0f} a second and core")
    for kind in others:
        ratio = bare.cost / kind.cost
        cost = f"{kind.cost:7.1f} µs  {1e6 / kind.cost:8,.0f} a second and core"
        print(f"{kind.name:36} {cost}  {ratio:.2f} of the bare rate")


if __name__ == "__main__":
    main()
