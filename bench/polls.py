"""python -m bench.polls: 10,000 readers without a stream, each of whom asks what is new every five seconds.

What that costs the processor: with nginx in front, all its processes and the servers' together; and without. A change
comes now and then, and in the end every reader has to have what the page has. Connections are kept, as browsers keep
them: without nginx one a reader, and with nginx, where each is encrypted, one for some twenty.
"""

import argparse
import asyncio
import re
import ssl
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.costs import CLIENT, SERVER, on_core, processor
from bench.crowd import allow_files
from bench.findings import Findings
from bench.reader import Reader, delta_of, page_of
from bench.stream import children_of
from tests.browser.live.newsroom import Newsroom
from tests.browser.site import running_site
from tests.fleet import running_fleet

READERS, QUICK_READERS = 10_000, 1_000
PACE = 5.0  # seconds between a reader's questions
TURNS, QUICK_TURNS = 5, 2  # questions of each reader that count, and changes meanwhile
MORE_TURNS = 4  # that readers may need after the last change
THROUGH_NGINX = 500  # connections


@dataclass
class Service:
    host: str
    port: int
    path: str
    pids: Callable[[], list[int]]
    publish: Callable[[str], int]  # returns the seq
    tls: ssl.SSLContext | None = None

    def processor(self) -> float:
        return sum(map(processor, self.pids()))


class Line:
    """One kept connection, and the readers behind it."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.readers: list[Reader] = []

    async def open(self) -> None:
        service = self._service
        self._reader, self._writer = await asyncio.open_connection(
            service.host, service.port, ssl=service.tls, limit=2**20
        )

    async def get(self, path: str) -> bytes:
        self._writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: identity\r\n\r\n".encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        found = re.search(rb"content-length: (\d+)", head, re.I)
        assert found, head
        assert head.startswith(b"HTTP/1.1 200"), head
        return await self._reader.readexactly(int(found[1]))

    async def ask(self, reader: Reader) -> None:
        reader.take(delta_of(await self.get(f"{self._service.path}changes/{reader.seq}/")))

    async def turns(self, began: float, first: float, turns: int) -> None:
        """Its readers one after another, spread over PACE."""
        for turn in range(turns):
            for number, reader in enumerate(self.readers):
                at = began + first + (turn + number / len(self.readers)) * PACE
                await asyncio.sleep(at - time.monotonic())
                await self.ask(reader)

    def close(self) -> None:
        self._writer.transport.abort()


async def cost(service: Service, readers: int, connections: int, turns: int) -> float:
    """Cores, while all of them ask."""
    lines = [Line(service) for _ in range(connections)]
    for start in range(0, connections, 250):
        await asyncio.gather(*(line.open() for line in lines[start : start + 250]))
    page = page_of((await lines[0].get(service.path)).decode())
    for number in range(readers):
        lines[number % connections].readers.append(Reader(page))
    spread = PACE / (readers / connections) / connections  # so that all lines' questions fall evenly
    began = time.monotonic()
    before = service.processor()
    changing = asyncio.create_task(changed(service, turns))
    await asyncio.gather(*(line.turns(began, number * spread, turns) for number, line in enumerate(lines)))
    used, took = service.processor() - before, time.monotonic() - began
    seq = await changing
    for _ in range(MORE_TURNS):  # a cache may be some seconds behind
        more = (line.turns(time.monotonic(), number * spread, 1) for number, line in enumerate(lines))
        await asyncio.gather(*more)
        if all(reader.seq >= seq for line in lines for reader in line.readers):
            break
    truth = page_of((await lines[0].get(service.path)).decode())
    assert truth.seq == seq
    for line in lines:
        assert all((reader.seq, reader.entries) == (truth.seq, truth.entries) for reader in line.readers)
        line.close()
    return used / took


async def changed(service: Service, changes: int) -> int:
    seq = 0
    for number in range(changes):
        await asyncio.sleep(PACE * changes / (changes + 1))
        seq = await asyncio.to_thread(service.publish, f"<p>Now and then {number}.</p>")
    return seq


def without_nginx(readers: int, turns: int) -> float:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        with on_core(SERVER):
            site = stack.enter_context(running_site(Path(folder), is_empty=True))
        stack.enter_context(on_core(CLIENT))
        newsroom = Newsroom(site)
        stack.callback(newsroom.close)
        post = newsroom.do("open", headline="A crowd that asks", updates=20)

        def publish(text: str) -> int:
            return int(newsroom.do("publish", slug=post["slug"], text=text)["seq"])

        port, path = int(site.environment["PORT"]), f"/live/{post['slug']}/"
        service = Service("127.0.0.1", port, path, lambda: site.workers, publish)
        return asyncio.run(cost(service, readers, readers, turns))


def with_nginx(readers: int, turns: int) -> float:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx's processes are somebody else's
        with running_fleet(folder) as fleet:
            nginx = int((folder / "nginx.pid").read_text())

            def pids() -> list[int]:
                return [*children_of(nginx), *(pid for server in fleet.servers for pid in server.workers)]

            service = Service("localhost", fleet.port, fleet.address, pids, fleet.publish, fleet.tls)
            return asyncio.run(cost(service, readers, min(THROUGH_NGINX, readers), turns))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    readers, turns = (QUICK_READERS, QUICK_TURNS) if parser.parse_args().quick else (READERS, TURNS)
    allow_files(readers)
    findings = Findings()
    what = f"{readers:,} readers who ask every {PACE:.0f} s, with a change about as often: cores"
    for how, wanted, measure in (("with nginx", 0.1, with_nginx), ("without nginx", 0.2, without_nginx)):
        cores = measure(readers, turns)
        findings.row("P13", f"{what}, {how}", f"≤ {wanted}", f"{cores:.3f}", cores <= wanted)
    findings.tell()


if __name__ == "__main__":
    main()
