"""python -m bench.reading: publishes while readers ask without pause, at a site of two processes.

No reader's request may fail; who asks a second after a commit, or later, gets a page that has it; and of a change the
page is made once in each process, however many ask.
"""

import re
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from bench.findings import Findings
from bench.load import Heard, Question, ask
from bench.place import Place, is_quick, served

PROCESSES = 2
EVERY = 0.35  # seconds between changes: time enough for both processes to make the page of each
SEEN = 1.0  # seconds after a commit from which everybody has it
MADE = {"miss", "stale"}  # what was asked of Django, and answered with a page
_TOLD = re.compile(r'^liveblog_cache_answers_total\{[^}]*result="(\w+)"[^}]*\} ([\d.e+]+)', re.M)
_CHANGE = re.compile(rb"Change (\d+)\.")


def main() -> None:
    quick = is_quick(__doc__)
    changes = 10 if quick else 50
    with served(WEB_CONCURRENCY=str(PROCESSES)) as place:
        (post,) = place.backroom.do("fill", posts=1, updates=200)
        page = place.asked(
            "page", f"/live/{post['slug']}/", said=b"</article>"
        )  # its updates go to older pages meanwhile
        warm(page)
        before = made(place)
        with ThreadPoolExecutor(1) as pool:
            published = pool.submit(publishing, place, post["slug"], changes)
            heard = ask(page, until=published.done, most=10_000_000)
            time.sleep(SEEN)
            last = ask(page, most=16)
        pages = made(place) - before
    assert all(f"Change {changes - 1}.".encode() in answer.text for answer in last.answers)
    told(heard, published.result(), pages).tell()


def warm(page: Question) -> None:
    for _ in range(20):
        page.once()
    time.sleep(2.2)


def publishing(place: Place, slug: str, changes: int) -> list[float]:
    """perf_counter when each was committed. Ends a while after the last one."""
    committed: list[float] = []
    for number in range(changes):
        time.sleep(EVERY)
        committed.append(place.backroom.do("publish", slug=slug, text=f"<p>Change {number}.</p>")["at"])
    time.sleep(SEEN + EVERY)
    return committed


def made(place: Place) -> int:
    """Pages that the processes have asked of Django."""
    time.sleep(1.2)  # each tells what it counted once a second
    with urllib.request.urlopen(f"{place.site.url}/metrics") as answer:  # noqa: S310
        text = answer.read().decode()
    return sum(int(float(number)) for result, number in _TOLD.findall(text) if result in MADE)


def told(heard: Heard, committed: list[float], pages: int) -> Findings:
    findings = Findings()
    slow = sorted(heard.seconds)[int(len(heard.seconds) * 0.99)] * 1000
    figure = f"none of {len(heard.seconds):,} failed, p99 {slow:.1f} ms"
    findings.row("", f"{len(committed)} publishes while 16 connections read: requests that failed", "0", figure, True)
    old = older(heard, committed)
    findings.row("", "readers a second after a commit who got a page without it", "0", f"{old}", old == 0)
    each = pages / len(committed) / PROCESSES
    figure = f"{each:.2f} ({pages} pages for {len(committed)} changes in {PROCESSES} processes)"
    findings.row("", "pages made of a change in each process", "1, and one a minute", figure, each <= 1.1)
    return findings


def older(heard: Heard, committed: list[float]) -> int:
    """Answers that lack a change that had been committed a second before they were asked for."""
    newest = [max(map(int, _CHANGE.findall(answer.text)), default=-1) for answer in heard.answers]
    found = 0
    for asked_at, number in zip(heard.asked_at, heard.numbers, strict=True):
        due = sum(at + SEEN <= asked_at for at in committed) - 1
        found += newest[number] < due
    return found


if __name__ == "__main__":
    main()
