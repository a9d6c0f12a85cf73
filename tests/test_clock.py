import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection, connections

from entries.clock import tick
from entries.domain.posting import schedule_entry
from entries.enums import Action, EntryState, PostState
from entries.models import Entry, Post
from tests.factories import make_post

# A tick lets go of connections that it finds inside a transaction, as an ordinary test's are.
pytestmark = pytest.mark.django_db(transaction=True)


def make_due(post: Post, source: str = "<p>The gates are shut.</p>") -> Entry:
    a_minute_ago = datetime.now(UTC) - timedelta(minutes=1)
    return schedule_entry(post=post, author=None, source=source, published_at=a_minute_ago)


def releases(entry: Entry) -> list[int | None]:
    """The seq of each time that the entry came out."""
    return list(entry.revisions.filter(action=Action.PUBLISHED).values_list("seq", flat=True))


def at_once(number: int, work: Callable[[], None]) -> None:
    """The same work in so many threads, none of which starts before all are there."""
    gate = threading.Barrier(number)

    def wait_and_work() -> None:
        gate.wait(timeout=30)
        try:
            work()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=wait_and_work) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)


def test_a_tick_lets_out_what_is_due_and_nothing_else() -> None:
    post = make_post()
    due = make_due(post)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    later = schedule_entry(post=post, author=None, source="<p>Low water.</p>", published_at=tomorrow)
    seq = Post.objects.get(pk=post.pk).seq
    tick()
    due.refresh_from_db()
    later.refresh_from_db()
    assert (due.state, due.seq, later.state, later.seq) == (EntryState.PUBLISHED, seq + 1, EntryState.SCHEDULED, 0)


def test_the_next_tick_does_not_let_it_out_again() -> None:
    entry = make_due(make_post())
    tick()
    entry.refresh_from_db()
    tick()
    assert releases(entry) == [entry.seq]
    assert Post.objects.get(pk=entry.post_id).seq == entry.seq


def test_several_clocks_at_once_let_each_entry_out_once() -> None:
    post = make_post()
    entries = [make_due(post, f"<p>Gate {number} is shut.</p>") for number in range(5)]
    seq = Post.objects.get(pk=post.pk).seq
    at_once(4, tick)
    seqs = [releases(entry) for entry in entries]
    assert seqs == [[seq + number] for number in range(1, 6)]
    assert Post.objects.get(pk=post.pk).seq == seq + 5


def test_a_database_that_was_away_is_no_end_of_the_clock(caplog: pytest.LogCaptureFixture) -> None:
    def is_away(*query: object) -> None:
        raise OperationalError("the database is away")

    entry = make_due(make_post())
    with caplog.at_level(logging.ERROR, "entries.clock"), connection.execute_wrapper(is_away):
        tick()
    entry.refresh_from_db()
    assert (entry.state, len(caplog.records)) == (EntryState.SCHEDULED, 1)
    tick()
    entry.refresh_from_db()
    assert entry.state == EntryState.PUBLISHED


def test_an_entry_that_cannot_come_out_does_not_hold_up_another(caplog: pytest.LogCaptureFixture) -> None:
    stuck = make_due(make_post("Ended behind the domain's back"))
    ended = {"state": PostState.ENDED, "ended_at": datetime.now(UTC)}
    Post.objects.filter(pk=stuck.post_id).update(**ended)
    entry = make_due(make_post())
    with caplog.at_level(logging.ERROR, "entries.domain.timing"):
        tick()
    stuck.refresh_from_db()
    entry.refresh_from_db()
    assert (stuck.state, entry.state) == (EntryState.SCHEDULED, EntryState.PUBLISHED)
    assert [record.args for record in caplog.records] == [(stuck.pk,)]
