"""What readers get while a post changes under them: from memory, and true."""

import re
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message

from tests.browser.live.conftest import Desk

PUBLICATIONS = 20
READERS = 4


def get(address: str, **headers: str) -> tuple[int, Message, str]:
    request = urllib.request.Request(address, headers=headers)  # noqa: S310 (the site's own)
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return answer.status, answer.headers, answer.read().decode()


def newest(page: str) -> int:
    return max((int(number) for number in re.findall(r"News (\d+)\.", page)), default=0)


@contextmanager
def reading(address: str) -> Iterator[list[tuple[float, float, int]]]:
    """Readers who ask again and again: when each asked, when it had the page, and the newest that was on it."""
    had: list[tuple[float, float, int]] = []
    is_over = threading.Event()

    def read() -> None:
        while not is_over.is_set():
            asked = time.perf_counter()
            status, _, page = get(address)
            had.append((asked, time.perf_counter(), newest(page) if status == 200 else -1))

    threads = [threading.Thread(target=read) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    yield had
    is_over.set()
    for thread in threads:
        thread.join()


def test_under_load_no_reader_gets_an_old_page_for_longer_than_a_second(desk: Desk) -> None:
    """Each publication is another process's than those that serve."""
    with reading(desk.address) as had:
        published = {}
        for number in range(1, PUBLICATIONS + 1):
            desk.publish(f"<p>News {number}.</p>")
            published[number] = time.perf_counter()
            enough = len(had) + READERS
            while len(had) < enough:
                time.sleep(0.005)
    assert len(had) > PUBLICATIONS * READERS
    assert min(number for _, _, number in had) >= 0
    late = [asked - at for asked, _, number in had for news, at in published.items() if news > number and asked > at]
    assert max(late, default=0.0) < 1


def test_a_page_is_made_once_and_told_from_memory_until_something_changes(desk: Desk) -> None:
    def did() -> set[str]:
        """Of some requests, of which the kernel gives each to one of the processes."""
        statuses = (get(desk.address, Connection="close")[1]["Cache-Status"] for _ in range(12))
        return {re.sub(r"; ttl=-?\d+", "", status) for status in statuses}

    did()
    assert "liveblog; hit" in did()
    desk.publish("<p>News 1.</p>")
    deadline = time.monotonic() + 1
    while newest(get(desk.address)[2]) < 1:
        assert time.monotonic() < deadline
    assert get(desk.address, Cookie="sessionid=x")[1]["Cache-Status"] is None
