"""python -m bench.stream: what a stream costs, beside a bare ASGI stream on the same server in the same run.

Prints the memory of a stream, and the time from a commit until all of 5,000 readers have it. The bare one is told by a
request and has neither a database nor a change to find, read and render.
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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.crowd import SHARES, Arrivals, Crowd
from tests.browser.live.newsroom import Newsroom
from tests.browser.site import free_port, running_site


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_site(Path(folder), is_empty=True) as site,
        bare_server("bare_stream") as pid_port,
    ):
        newsroom = Newsroom(site)
        post = newsroom.do("open", headline="A crowd", updates=20)
        bare_pid, port = pid_port
        ours = Side("liveblog", site.workers[0], f"{site.url}/live/{post['slug']}/stream/", given.streams)
        theirs = Side("bare ASGI", bare_pid, f"http://127.0.0.1:{port}/", given.streams)
        for number in range(given.rounds + 1):
            told = newsroom.do("publish", slug=post["slug"], text=f"<p>{'The water is rising. ' * 20}{number}</p>")
            arrivals = ours.crowd.arrivals(told["at"], b'"}]}\n\n\r\n')
            assert f'"seq":{told["seq"]},'.encode() in ours.crowd.chunk
            ours.note(arrivals, number)
            theirs.note(theirs.crowd.arrivals(broadcast(port, ours.crowd.chunk), b"\n\n\r\n"), number)
            assert theirs.crowd.chunk == ours.crowd.chunk
        newsroom.close()
        report(ours, theirs, given.streams)
        ours.crowd.close()
        theirs.crowd.close()


class Side:
    def __init__(self, name: str, pid: int, address: str, streams: int) -> None:
        self.name = name
        self._pid = pid
        before = resident(pid)
        self.crowd = Crowd(address, streams)
        self.kilobytes = (resident(pid) - before) / streams
        self.rounds: list[Arrivals] = []

    def note(self, arrivals: Arrivals, number: int) -> None:
        if number:  # the first warms up
            self.rounds.append(arrivals)

    def median(self, share: float) -> float:
        return statistics.median(arrivals.at(share) for arrivals in self.rounds)


def report(ours: Side, theirs: Side, streams: int) -> None:
    changes = f"{len(ours.rounds)} changes of {len(ours.crowd.chunk):,} bytes"
    print(f"{streams:,} open streams in one process; medians of {changes}")
    for side in (ours, theirs):
        costs = f"{side.kilobytes:5.1f} KB a stream  {side.crowd.opened_a_second:6,.0f} opened/s"
        times = "  ".join(f"{name} {side.median(share) * 1000:6.1f} ms" for name, share in SHARES)
        print(f"{side.name:10} {costs}  {times}")
    ratios = "  ".join(f"{name} {ours.median(share) / theirs.median(share):.2f}" for name, share in SHARES)
    print(f"ratio      memory {ours.kilobytes / theirs.kilobytes:.2f}  {ratios}")


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


def broadcast(port: int, chunk: bytes) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    started = time.perf_counter()
    connection.request("POST", "/", body=chunk)
    connection.getresponse().read()
    connection.close()
    return started


if __name__ == "__main__":
    main()
