"""python -m bench.storm: all readers come back at once, each a few changes behind, as after a server was away.

What a connect costs the server's processor, catch-up included, beside a bare ASGI stream that has nothing to catch up.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from bench.costs import CLIENT, SERVER, on_core, processor
from bench.crowd import Crowd
from bench.findings import Findings
from bench.stream import bare_server
from tests.browser.live.newsroom import Newsroom
from tests.browser.site import running_site

STREAMS, ROUNDS = 5_000, 5
QUICK_STREAMS, QUICK_ROUNDS = 1_000, 2
BEHIND = 5  # changes, of which each reader misses between one and all
AT_ONCE = 1_500  # connections under way: fewer than the server's queue, for a full one makes a client wait a second
SETTLED = 1.0  # seconds until those who left are forgotten


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    is_quick = parser.parse_args().quick
    streams, rounds = (QUICK_STREAMS, QUICK_ROUNDS) if is_quick else (STREAMS, ROUNDS)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        with on_core(SERVER):
            site = stack.enter_context(running_site(Path(folder), is_empty=True))
            bare_pid, bare_port = stack.enter_context(bare_server("bare_stream"))
        stack.enter_context(on_core(CLIENT))
        newsroom = Newsroom(site)
        post = newsroom.do("open", headline="A storm", updates=50)
        address, bare_address = f"{site.url}/live/{post['slug']}/stream/", f"http://127.0.0.1:{bare_port}/"

        def change() -> list[int]:
            seqs = [newsroom.do("publish", slug=post["slug"], text="<p>Missed.</p>")["seq"] for _ in range(BEHIND)]
            time.sleep(SETTLED)
            return seqs

        ours = measured(site.workers[0], change, lambda seqs: storm(address, streams, seqs), rounds)
        bare = measured(bare_pid, list, lambda _: [storm_at(bare_address, streams)], rounds)
        newsroom.close()
    told(streams, ours, bare)


def storm(address: str, streams: int, seqs: list[int]) -> list[Crowd]:
    """Everybody has the last change; `seqs` are those that were missed."""
    mark = b"id: %d\n" % seqs[-1]
    share = streams // len(seqs)
    return [storm_at(address, share, f"Last-Event-ID: {seq - 1}\r\n", mark) for seq in seqs]


def storm_at(address: str, streams: int, headers: str = "", mark: bytes = b"") -> Crowd:
    crowd = Crowd(address, headers=headers)
    crowd.grow_to(streams, mark, AT_ONCE)
    return crowd


def measured(
    pid: int, prepare: Callable[[], list[int]], come: Callable[[list[int]], list[Crowd]], rounds: int
) -> float:
    """Connects a second of the processor: the median."""
    found = []
    for number in range(rounds + 1):
        seqs = prepare()
        before = processor(pid)
        crowds = come(seqs)
        if number:  # the first warms up
            found.append(sum(map(len, crowds)) / (processor(pid) - before))
        for crowd in crowds:
            crowd.close()
        time.sleep(SETTLED)
    return statistics.median(found)


def told(streams: int, ours: float, bare: float) -> None:
    findings = Findings()
    figure = f"{ours:,.0f}; bare, with nothing to catch up, {bare:,.0f}"
    what = f"{streams:,} readers come back, each 1 to {BEHIND} changes behind: connects a second and core"
    findings.row("P9", what, "≥ 5,000", figure, ours >= 5_000)
    findings.tell()


if __name__ == "__main__":
    main()
