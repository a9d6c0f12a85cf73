"""Readers whose server, worker, database or wire dies while two editors go on: in the end each has what a fresh page
has, none twice, none missing, none out of order, and without having been loaded again."""

import http.client
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.live.conftest import SNAPSHOT, Database, Desk, connected, has_seq
from tests.browser.live.proxy import Proxy

CHANGES = 50  # in each of four situations


@pytest.fixture
def own(desk: Desk, database: Database | None) -> Iterator[Desk]:
    """A desk whose server and database the test may kill: whatever became of them, the next test has them again."""
    desk.mirror.close()  # its idle connection would hold up a stop
    yield desk
    if database:
        database.start()
    if not desk.site.is_running:
        desk.site.start()


def test_200_changes_while_open_offline_asleep_and_without_a_database(
    page: Page, own: Desk, database: Database | None
) -> None:
    page.goto(own.address)
    connected(page)
    page.evaluate("window.isTheSamePage = true")

    def has_all(seq: int) -> None:
        has_seq(page, seq)
        snapshot = page.evaluate(SNAPSHOT)
        assert snapshot == own.fresh(like=snapshot)

    has_all(own.work(changes=CHANGES, seed=1)["seq"])

    page.context.set_offline(True)
    page.wait_for_selector(".live-state.is-away")
    seq = own.work(changes=CHANGES, seed=2)["seq"]
    assert page.get_attribute("article.post", "data-seq") != str(seq)
    page.context.set_offline(False)
    has_all(seq)
    connected(page)

    own.site.kill()
    seq = own.work(changes=CHANGES, seed=3)["seq"]
    page.wait_for_selector(".live-state.is-away")
    own.site.start()
    has_all(seq)
    connected(page)

    own.newsroom.tell("work", slug=own.slug, changes=CHANGES, seed=4)
    if database:
        time.sleep(0.1)  # in the middle of the editors' work
        database.kill()
        database.start()
    else:
        os.kill(own.site.workers[0], signal.SIGKILL)
    has_all(own.newsroom.answer()["seq"])
    connected(page)
    has_all(own.publish("<p>And on it goes.</p>")["seq"])
    assert page.evaluate("window.isTheSamePage")


def test_a_worker_that_is_killed_takes_no_change_with_it(page: Page, own: Desk) -> None:
    page.goto(own.address)
    connected(page)
    for round_ in range(3):
        for worker in own.site.workers:
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        has_seq(page, own.work(changes=10, seed=round_)["seq"])
    assert page.evaluate(SNAPSHOT) == own.fresh()


def test_a_wire_that_is_cut_or_dead_takes_no_change_with_it(page: Page, desk: Desk) -> None:
    with closing(Proxy(int(desk.site.environment["PORT"]))) as proxy:
        page.goto(f"{proxy.url}/live/{desk.slug}/")
        connected(page)
        for round_ in range(3):
            desk.newsroom.tell("work", slug=desk.slug, changes=10, seed=round_)
            assert proxy.cut() >= 1
            has_seq(page, desk.newsroom.answer()["seq"])
        connected(page)
        proxy.is_dead = True  # the wire is there and nothing comes through, as after a change of networks
        seq = desk.work(changes=10, seed=9)["seq"]
        proxy.is_dead = False
        page.evaluate("dispatchEvent(new Event('online'))")
        has_seq(page, seq)
        assert page.evaluate(SNAPSHOT) == desk.fresh()


class Follower:
    """A subscriber of the stream that is no browser."""

    def __init__(self, address: str, since: int) -> None:
        parts = urlsplit(address)
        self.seq = since
        self.seqs: list[int] = []
        self._connection = http.client.HTTPConnection(parts.netloc, timeout=20)
        self._connection.request("GET", f"{parts.path}stream/", headers={"Last-Event-ID": str(since)})
        self._response = self._connection.getresponse()
        assert self._response.status == 200

    def read_to(self, seq: int) -> None:
        while self.seq < seq and (line := self._response.readline()):
            if line.startswith(b"data: "):
                delta: dict[str, Any] = json.loads(line[6:])
                assert delta["since"] == self.seq
                self.seqs += [entry["seq"] for entry in delta["entries"]]
                self.seq = delta["seq"]

    def read_to_its_end(self) -> bytes:
        """Raises http.client.IncompleteRead where the stream was cut and not ended."""
        rest = self._response.read()
        self._connection.close()
        return rest

    def close(self) -> None:
        self._response.close()
        self._connection.close()


def test_every_process_tells_all_its_streams_of_what_another_process_did(desk: Desk) -> None:
    start = desk.publish("<p>Before.</p>")["seq"]
    followers = [Follower(desk.address, start) for _ in range(20)]  # the kernel deals them out to both processes
    last = 0
    for number in range(10):
        last = desk.publish(f"<p>{number}</p>")["seq"]
    for follower in followers:
        follower.read_to(last)
        assert follower.seqs == list(range(start + 1, last + 1))
        follower.close()


def test_a_server_that_stops_ends_its_streams_within_seconds_and_a_new_one_goes_on(own: Desk) -> None:
    start = own.publish("<p>Before.</p>")["seq"]
    followers = [Follower(own.address, start) for _ in range(10)]
    last = own.publish("<p>The last of this server.</p>")["seq"]
    for follower in followers:
        follower.read_to(last)
    assert own.site.stop() < 4
    for follower in followers:
        assert b"data:" not in follower.read_to_its_end()
    between = own.publish("<p>While it was away.</p>")["seq"]
    own.site.start()
    follower = Follower(own.address, last)
    follower.read_to(between)
    assert follower.seqs == [between]
    follower.close()


def test_twenty_due_entries_come_out_once_each_though_a_worker_dies(own: Desk) -> None:
    start = own.publish("<p>Before.</p>")["seq"]
    due = [own.schedule(f"<p>Due {number}.</p>", seconds=2) for number in range(20)]
    os.kill(own.site.workers[0], signal.SIGKILL)
    follower = Follower(own.address, start)
    follower.read_to(start + 20)
    assert time.time() - max(entry["at"] for entry in due) < 2
    assert follower.seqs == list(range(start + 1, start + 21))
    after = own.publish("<p>After.</p>")["seq"]
    assert after == start + 21
    follower.close()


def test_a_reader_who_takes_nothing_is_cut_off_and_catches_up_by_its_cursor(desk: Desk) -> None:
    start = desk.publish("<p>Before.</p>")["seq"]
    quick, slow = Follower(desk.address, start), Follower(desk.address, start)
    long = f"<p>{'The water is rising. ' * 15_000}</p>"
    last = start
    for number in range(70):  # more than the queue, the server's buffer and the kernel's hold together
        last = desk.publish(f"<p>{number}</p>{long}")["seq"]
        quick.read_to(last)
    assert quick.seqs == list(range(start + 1, last + 1))
    with suppress(http.client.IncompleteRead):
        slow.read_to(last)
    assert start < slow.seq < last
    again = Follower(desk.address, slow.seq)
    again.read_to(last)
    assert slow.seqs + again.seqs == quick.seqs
    for follower in (quick, slow, again):
        follower.close()
