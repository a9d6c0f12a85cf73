"""python -m bench.stream: what an open stream costs, and how long a change is on its way, beside a bare ASGI stream
on the same server in the same run, at 1,000, 5,000 and 10,000 streams.

The server has a core of its own where there are two. The bare one is told by a request, and has neither a database
nor a change to find, read and render.
"""

import argparse
import http.client
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench.costs import CLIENT, SERVER, megabytes, on_core, processor
from bench.crowd import Crowd
from bench.findings import Findings, Plot
from bench.program import Program
from bench.visits import visited
from tests.browser.live.newsroom import Newsroom
from tests.browser.site import Site, free_port, running_site

SIZES, ROUNDS, IDLE, BUSY = (1_000, 5_000, 10_000), 15, 31.0, 15.0  # two signs of life are in IDLE
QUICK_SIZES, QUICK_ROUNDS, QUICK_IDLE, QUICK_BUSY = (1_000, 2_000), 4, 16.0, 4.0
SOON = {1_000: 0.030, 10_000: 0.250}  # seconds to the last open stream
PAGE = {1_000: 0.015, 10_000: 0.050}
CLOCK = time.time() - time.perf_counter()
TEXT = f"<p>{'The water is rising. ' * 20}%s</p>"


@dataclass
class Side:
    """A server with its crowd, and what was measured at each size."""

    pid: int
    address: str
    kilobytes: dict[int, float] = field(default_factory=dict)  # a stream
    delivery: dict[int, float] = field(default_factory=dict)  # seconds of the processor
    p50: dict[str, dict[int, float]] = field(default_factory=dict)  # by how it was told
    p99: dict[str, dict[int, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.crowd = Crowd(self.address)
        self._grown = 0  # KB, by streams alone

    def grow_to(self, size: int) -> None:
        before = resident(self.pid)
        self.crowd.grow_to(size)
        self._grown += resident(self.pid) - before
        self.kilobytes[size] = self._grown / size

    def measure(self, how: str, rounds: int, publish: Callable[[str], tuple[float, int]]) -> float:
        """`publish` returns when it began and the seq. Returns seconds of the processor a delivery."""
        size, found, used = len(self.crowd), [], []
        for number in range(rounds + 1):
            before = processor(self.pid)
            found.append(self.crowd.arrivals(*publish(TEXT % number)))
            used.append(processor(self.pid) - before)
        for share, table in ((0.5, self.p50), (0.99, self.p99)):  # the first round warms up
            table.setdefault(how, {})[size] = statistics.median(arrivals.at(share) for arrivals in found[1:])
        return statistics.median(used[1:]) / size


@dataclass
class Newsdesk:
    """The site that is measured, and who writes in it."""

    site: Site
    slug: str
    newsroom: Newsroom
    here: Program  # asks the process that has the streams
    there: Program  # asks another

    def commit(self, text: str) -> tuple[float, int]:
        told = self.newsroom.do("publish", slug=self.slug, text=text)
        return told["at"] + CLOCK, told["seq"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    is_quick = parser.parse_args().quick
    sizes = QUICK_SIZES if is_quick else SIZES
    rounds = QUICK_ROUNDS if is_quick else ROUNDS
    findings = Findings()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        with on_core(SERVER):
            site = stack.enter_context(running_site(Path(folder), is_empty=True))
            bare_pid, bare_port = stack.enter_context(bare_server("bare_stream"))
        stack.enter_context(on_core(CLIENT))
        at = stack.enter_context(written_at(site))
        told_memory(findings, site, "of an empty site", 80)
        ours = Side(site.workers[0], f"{site.url}/live/{at.slug}/stream/")
        for size in sizes:
            ours.grow_to(size)
            ours.delivery[size] = ours.measure("commit", rounds, at.commit)
            told_pages(findings, at, ours, QUICK_BUSY if is_quick else BUSY)
            if size == 1_000:
                told_memory(findings, site, "with 1,000 readers, changes and pages", 100)
            ours.measure("request", rounds, at.here.publish)
            ours.measure("another", rounds, at.there.publish)
        told_idle(findings, ours, QUICK_IDLE if is_quick else IDLE)
        ours.crowd.close()
        theirs = Side(bare_pid, f"http://127.0.0.1:{bare_port}/")
        tell_bare = partial(broadcast, bare_port, ours.crowd.chunk)
        for size in sizes:
            theirs.grow_to(size)
            theirs.delivery[size] = theirs.measure("request", rounds, tell_bare)
            assert theirs.crowd.chunk == ours.crowd.chunk
        theirs.crowd.close()
    told_times(findings, ours, theirs)
    told_costs(findings, ours, theirs)
    findings.tell()


@contextmanager
def written_at(site: Site) -> Iterator[Newsdesk]:
    newsroom = Newsroom(site)
    another = Site(site.environment | {"PORT": str(free_port())})
    try:
        post = newsroom.do("open", headline="A crowd", updates=200)
        token = Program.token(site)
        another.start()
        here, there = (Program(one.url, post["slug"], token) for one in (site, another))
        for program in (here, there):
            assert program.ask("/")[0] == 200
        yield Newsdesk(site, post["slug"], newsroom, here, there)
    finally:
        newsroom.close()
        another.kill()


def told_memory(findings: Findings, site: Site, how: str, wanted: int) -> None:
    told = megabytes(site.workers[0])
    findings.row("P11", f"memory, {how}", f"≤ {wanted} MB", f"{told:.0f} MB; {_whole(site)}", told <= wanted)


def _whole(site: Site) -> str:
    assert site.server
    pids = [site.server.pid, *site.workers]
    rss, pss = (sum(megabytes(pid, what) for pid in pids) for what in ("Rss", "Pss"))
    return f"with gunicorn’s master {rss:.0f}, what they share counted once {pss:.0f}"


def told_pages(findings: Findings, at: Newsdesk, ours: Side, seconds: float) -> None:
    """The page, asked for while two changes a second go out. The crowd looks afterwards, so as not to be in the way."""
    assert at.here.ask(f"/live/{at.slug}/")[0] == 200  # warms up
    began = time.time()
    changes = int(seconds * 2)
    times = visited(at.site.url, f"/live/{at.slug}/", seconds, lambda: at.commit(TEXT % "Meanwhile"), changes)
    ours.crowd.arrivals(began, at.newsroom.do("publish", slug=at.slug, text="<p>And so on.</p>")["seq"], seconds + 30)
    size = len(ours.crowd)
    wanted = PAGE.get(size)
    figure = f"p50 {times.at(0.5) * 1000:.1f} ms, p99 {times.at(0.99) * 1000:.1f} ms, max {times.at(1) * 1000:.0f} ms"
    what = f"page in the process of {size:,} streams that get 2 events a second, p99"
    findings.row("P10", what, f"≤ {wanted * 1000:.0f} ms" if wanted else "", figure, _below(times.at(0.99), wanted))


def told_idle(findings: Findings, ours: Side, seconds: float) -> None:
    before = processor(ours.pid)
    time.sleep(seconds)
    share = (processor(ours.pid) - before) / seconds
    size = len(ours.crowd)
    what = f"{size:,} open streams to which nothing happens for {seconds:.0f} s, of a core"
    findings.row("P8", what, "≤ 2 %", f"{share:.2%}", share <= 0.02)


def told_times(findings: Findings, ours: Side, theirs: Side) -> None:
    names = {"commit": "from the commit", "request": "from the editor’s request"}
    for how, named in names.items():
        for size, p99 in ours.p99[how].items():
            wanted = SOON.get(size)
            figure = f"p50 {_ms(ours.p50[how][size])}, p99 {_ms(p99)}; bare {_ms(theirs.p99['request'][size])}"
            what = f"{named} to the last of {size:,} open streams, p99"
            findings.row("P7", what, f"≤ {_ms(wanted)}" if wanted else "", figure, _below(p99, wanted))
    for size, p99 in ours.p99["another"].items():
        more = p99 - ours.p99["request"][size]
        figure = f"p99 {_ms(p99)}: {more * 1000:+.0f} ms"
        findings.row("P7", f"the same by a second process, {size:,} streams", "≤ 25 ms more", figure, more <= 0.025)
    lines = {named: ours.p99[how] for how, named in names.items()} | {
        "from another process’s request": ours.p99["another"],
        "bare ASGI": theirs.p99["request"],
    }
    _plot(findings, "arrivals", "From a change to the last open stream", "p99, milliseconds", lines, 1000)


def told_costs(findings: Findings, ours: Side, theirs: Side) -> None:
    for size, kilobytes in ours.kilobytes.items():
        ratio = kilobytes / theirs.kilobytes[size]
        figure = f"{kilobytes:.1f} KB; bare {theirs.kilobytes[size]:.1f}: {ratio:.2f} ×"
        findings.row("P8", f"memory of a stream, of {size:,}", "≤ 1.25 × bare ASGI", figure, ratio <= 1.25)
    for size, seconds in ours.delivery.items():
        figure = f"{seconds * 1e6:.1f} µs; bare {theirs.delivery[size] * 1e6:.1f}"
        findings.row("P8", f"processor a delivery, {size:,} streams", "≤ 16 µs", figure, seconds <= 16e-6)
    lines = {"liveblog": ours.kilobytes, "bare ASGI": theirs.kilobytes}
    _plot(findings, "stream-memory", "What an open stream takes", "memory, KB", lines)


def _plot(
    findings: Findings, name: str, title: str, y: str, lines: dict[str, dict[int, float]], times: float = 1
) -> None:
    drawn = {named: [(float(x), value * times) for x, value in line.items()] for named, line in lines.items()}
    findings.plots.append(Plot(name, title, "open streams", y, drawn))


def _below(seconds: float, wanted: float | None) -> bool | None:
    return None if wanted is None else seconds <= wanted


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def resident(pid: int) -> int:
    """KB"""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def bare_server(module: str) -> Iterator[tuple[int, int]]:
    """Serves a module of this folder: pid of the one worker, and port."""
    port = free_port()
    options = ["--bind", f"127.0.0.1:{port}", "-k", "asgi", "--asgi-lifespan", "off", "--no-control-socket"]
    command = [sys.executable, "-m", "gunicorn", *options, "--log-level", "warning", f"{module}:application"]
    # In this folder the site's own configuration is not found.
    with subprocess.Popen(command, cwd=Path(__file__).parent) as server:
        try:
            time.sleep(2)
            yield children_of(server.pid)[0], port
        finally:
            for pid in (server.pid, *children_of(server.pid)):
                os.kill(pid, signal.SIGKILL)


def broadcast(port: int, chunk: bytes, _: str) -> tuple[float, int]:
    """When it was asked for, and the seq in it."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    started = time.time()
    connection.request("POST", "/", body=chunk)
    connection.getresponse().read()
    connection.close()
    return started, int(chunk.removeprefix(b"id: ").partition(b"\n")[0])


if __name__ == "__main__":
    main()
