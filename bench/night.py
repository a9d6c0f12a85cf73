"""python -m bench.night: an election night. Readers come in waves, some on streams and some asking every few seconds,
while two editors work through hundreds of changes of every kind; in the middle a server process is killed, then the
database. In the end every reader has to have what a fresh page has: nothing lost, nothing twice, all in order.
"""

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.crowd import Arrivals, allow_files
from bench.findings import Findings
from bench.reader import Page, differences, page_of
from bench.visitor import Night, Visitor, lags
from tests.browser.live.conftest import Database
from tests.browser.live.newsroom import Newsroom
from tests.browser.site import Site, running_site

STREAMING = 0.4  # of the readers; the others ask
LOSING = 0.1  # of them lose their connection once
WAVES = (0.0, 0.15, 0.35, 0.5)  # when they begin, as parts of the night
WAVE = 2.0  # seconds that one takes
KILL, RESTART = 0.4, 0.65
SHAKEN = 12.0  # seconds after a blow in which requests may fail
AWAY = 1.0  # seconds without a database
COMPARED = 90.0  # seconds for the last reader to have the last change


@dataclass
class Blows:
    at: list[float] = field(default_factory=list)

    def excuse(self, moment: float) -> bool:
        return any(at - 0.1 <= moment <= at + SHAKEN for at in self.at)

    def since(self, moment: float) -> float:
        return min((moment - at for at in self.at if at <= moment), default=0.0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=int, default=2_000)
    parser.add_argument("--changes", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=75)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    if given.quick:
        given.readers, given.changes, given.seconds = 200, 60, 20
    random.seed(1)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # by way of every `finally`: PostgreSQL must not stay
    allow_files(given.readers)
    with tempfile.TemporaryDirectory() as folder, database_in(Path(folder)) as database:
        settings = {"WEB_CONCURRENCY": "2", **database.settings}
        with running_site(Path(folder) / "site", is_empty=True, **settings) as site:
            editors = [Newsroom(site), Newsroom(site)]
            post = editors[0].do("open", headline="Election night", updates=30)
            night = Night("127.0.0.1", int(site.environment["PORT"]), post["slug"])
            blows = Blows()
            visitors = asyncio.run(through(night, site, database, editors, blows, given))
            truth = asyncio.run(whole(night))
            for editor in editors:
                editor.close()
    return told(night, visitors, truth, blows)


@contextmanager
def database_in(folder: Path) -> Iterator[Database]:
    database = Database(folder / "postgres")
    try:
        yield database
    finally:
        database.close()


async def through(
    night: Night, site: Site, database: Database, editors: list[Newsroom], blows: Blows, given: argparse.Namespace
) -> list[Visitor]:
    began = time.monotonic()

    async def at(part: float) -> None:
        await asyncio.sleep(max(0.0, began + part * given.seconds - time.monotonic()))

    visitors = [
        Visitor(
            night,
            is_streaming=random.random() < STREAMING,  # noqa: S311
            loses_its_way=random.uniform(2, given.seconds / 2) if random.random() < LOSING else None,  # noqa: S311
        )
        for _ in range(given.readers)
    ]

    async def come(number: int, visitor: Visitor) -> None:
        await at(WAVES[number % len(WAVES)])
        await asyncio.sleep(random.uniform(0, WAVE))  # noqa: S311
        await visitor.visit()

    async def strike() -> None:
        await at(KILL)
        blows.at.append(time.time())
        os.kill(site.workers[0], signal.SIGKILL)
        await at(RESTART)
        blows.at.append(time.time())
        await asyncio.to_thread(database.kill)
        await asyncio.sleep(AWAY)
        await asyncio.to_thread(database.start)
        blows.at.append(time.time())

    visits = [asyncio.create_task(come(number, visitor)) for number, visitor in enumerate(visitors)]
    striking = asyncio.create_task(strike())
    shares = [given.changes // len(editors)] * len(editors)
    await asyncio.gather(*map(edit, editors, [night] * len(editors), shares, [given.seconds] * len(editors), (1, 2)))
    await striking
    last = await asyncio.to_thread(editors[0].do, "publish", slug=night.slug, text="<p>All votes are counted.</p>")
    night.goal = last["seq"]
    _, late = await asyncio.wait(visits, timeout=COMPARED)
    for task in late:
        task.cancel()
    await asyncio.gather(*visits, return_exceptions=True)
    for visit in visits:
        if not visit.cancelled() and (error := visit.exception()):
            raise error
    return visitors


async def edit(editor: Newsroom, night: Night, changes: int, seconds: float, seed: int) -> None:
    """In turn an update, whose moment is known to the millisecond, and something that nobody chose."""
    clock = time.time() - time.perf_counter()
    began = time.monotonic()
    for number in range(0, changes, 2):
        await asyncio.sleep(max(0.0, began + number / changes * seconds - time.monotonic()))
        told = await asyncio.to_thread(editor.do, "publish", slug=night.slug, text=f"<p>Result {seed}-{number}.</p>")
        night.published[told["seq"]] = told["at"] + clock
        await asyncio.to_thread(editor.do, "work", slug=night.slug, changes=1, seed=seed * 10_000 + number)


async def whole(night: Night) -> Page:
    """What a fresh page shows, with the older pages under it."""
    assert night.goal
    probe = Visitor(night, is_streaming=False, loses_its_way=None)
    until = time.monotonic() + 5
    while (page := page_of((await probe.get(night.address)).decode())).seq < night.goal:
        assert time.monotonic() < until, "A fresh page does not have the last change."
        await asyncio.sleep(0.1)
    entries, older = {entry.id: entry for entry in page.entries}, page.older
    while older:
        below = page_of((await probe.get(f"{night.address}{older}")).decode())
        entries |= {entry.id: entry for entry in below.entries if entry.id not in entries}
        older = below.older
    return replace(page, entries=tuple(entries.values()))


def told(night: Night, visitors: list[Visitor], truth: Page, blows: Blows) -> int:
    findings = Findings()
    readers = [visitor.reader for visitor in visitors if visitor.reader]
    wrong_entries = [differences(reader.entries, reader.its_part(truth.entries)) for reader in readers]
    equal = sum(
        not wrong and (reader.seq, reader.headline) == (truth.seq, truth.headline)
        for reader, wrong in zip(readers, wrong_entries, strict=True)
    )
    lost = sum(wrong_entries)
    failures = [what for at, what in night.failures if not blows.excuse(at)]
    everybody, changes = len(visitors), truth.seq
    all_equal = equal == everybody
    findings.row("", "election night: readers who end with the page", f"all {everybody:,}", f"{equal:,}", all_equal)
    findings.row("", f"entries lost or other than on the page, after {changes} changes", "0", f"{lost}", not lost)
    findings.row("", "changes told twice, out of order or with a gap", "0", f"{len(night.wrong)}", not night.wrong)
    for how, named in (("stream", "on streams"), ("poll", "who ask every 5 seconds")):
        times = Arrivals(lags(night.seen, night.published, how))
        figure = f"p50 {times.at(0.5):.2f} s, p99 {times.at(0.99):.2f} s, of {len(times.seconds):,}"
        findings.row("", f"from the commit to readers {named}, blows and all", "", figure, None)
    what = f"requests that failed outside {SHAKEN:.0f} s of a blow"
    excused = len(night.failures) - len(failures)
    longest = max((blows.since(at) for at, _ in night.failures), default=0.0)
    figure = f"{len(failures)} (and {excused:,} within; the last {longest:.0f} s after one)"
    findings.row("", what, "0", figure, not failures)
    findings.tell()
    for what, times_said in Counter(failures).most_common(3):
        print(f"{times_said} × {what}")
    if all_equal and not lost and not night.wrong:
        return 0
    example = f", the first of them because: {night.wrong[0]}" if night.wrong else ""
    print(f"{everybody - equal} readers do not end with what a fresh page has{example}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
