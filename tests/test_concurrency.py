"""Two and more editors at once, each with a connection of their own."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from entries.domain import posting, publishing, waiting
from entries.domain.refusals import OutAlready, Refusal, StaleEdit
from entries.domain.timing import release_due
from entries.models import Post
from tests.factories import DAY, make_post, make_series, make_update

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(number: int, do: Callable[[int], Any]) -> list[Any]:
    """What each of `number` editors got who start at the same moment; a refusal is a result."""
    start = Barrier(number)

    def run(editor: int) -> Any:
        try:
            start.wait()
            return do(editor)
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def test_eight_editors_publish_and_every_entry_gets_a_seq_of_its_own() -> None:
    post = make_post()

    def publish(editor: int) -> list[int]:
        return [posting.publish_entry(post=post, author=None, source=f"{editor} {number}").seq for number in range(5)]

    seqs = sorted(seq for of_one in at_once(8, publish) for seq in of_one)
    assert seqs == list(range(post.seq + 1, post.seq + 41))
    assert Post.objects.get(pk=post.pk).seq == post.seq + 40
    assert list(post.revisions.order_by("seq").values_list("seq", flat=True)) == list(range(1, post.seq + 41))


def test_of_editors_who_save_one_entry_at_once_one_wins_and_each_other_gets_both_texts() -> None:
    entry = make_update(make_post(), "Old")
    results = at_once(
        6, lambda editor: posting.edit_entry(entry=entry, author=None, source=f"By {editor}", base_version=1)
    )
    entry.refresh_from_db()
    refusals = [result for result in results if isinstance(result, StaleEdit)]
    assert (len(refusals), entry.version, entry.revisions.count()) == (5, 2, 2)
    assert {refusal.theirs for refusal in refusals} == {entry.source}
    assert {entry.source, *(refusal.yours for refusal in refusals)} == {f"By {editor}" for editor in range(6)}


def test_editors_who_do_different_things_to_one_entry_all_succeed() -> None:
    entry = make_update(make_post())
    verbs: list[Callable[[], Any]] = [
        lambda: posting.edit_entry(entry=entry, author=None, source="New", base_version=1),
        lambda: posting.pin_entry(entry=entry, author=None),
        lambda: posting.mark_key(entry=entry, author=None),
        lambda: publishing.edit_post(
            post=entry.post,
            head=publishing.Head(headline="New", date=entry.post.date),
            author=None,
            base_seq=entry.post.head_seq,
        ),
    ]
    results = at_once(len(verbs), lambda editor: verbs[editor]())
    entry.refresh_from_db()
    assert Counter(type(result) for result in results)[StaleEdit] == 0
    assert (entry.source, entry.is_pinned, entry.is_key) == ("New", True, True)
    assert entry.post.headline == "New" or Post.objects.get(pk=entry.post_id).headline == "New"


def test_posts_of_one_headline_and_series_made_at_once_get_addresses_of_their_own() -> None:
    def make(editor: int) -> Post:
        series = publishing.ensure_series("The Great Tide")
        head = publishing.Head(headline="Live coverage", date=DAY, series=series)
        return publishing.create_post(head=head, author=None)

    posts = at_once(5, make)
    assert len({post.slug for post in posts}) == 5
    assert len({post.series_id for post in posts}) == 1


def test_a_text_that_is_sent_many_times_at_once_is_one_entry() -> None:
    post, uid = make_post(), uuid4()
    sent = at_once(6, lambda _: posting.publish_entry(post=post, author=None, source="Once", uid=uid))
    assert len({entry.pk for entry in sent}) == post.entries.updates().count() == 1
    assert Post.objects.get(pk=post.pk).seq == post.seq + 1


def test_the_next_day_that_is_started_by_many_at_once_is_one_post() -> None:
    post = make_post(series=make_series())
    started = at_once(4, lambda _: publishing.start_next_post(post=post, author=None))
    assert len({one.pk for one in started}) == 1
    assert Post.objects.count() == 2


def test_an_undo_and_the_end_of_the_hold_at_once_agree_on_what_became_of_it() -> None:
    """Either it is out and the editor is told so, or it is a draft and nobody has seen it."""
    post = make_post()
    entry = posting.hold_entry(post=post, author=None, source="x", hold=-timedelta(seconds=1))
    verbs: list[Callable[[], Any]] = [
        lambda: waiting.undo_publication(entry=entry, author=None),
        lambda: release_due(now=timezone.now()),
    ]
    undone, released = at_once(2, lambda editor: verbs[editor]())
    entry.refresh_from_db()
    if isinstance(undone, OutAlready):
        assert (entry.is_out, released) == (True, 1)
    else:
        assert (entry.is_draft, released, Post.objects.get(pk=post.pk).seq) == (True, 0, post.seq)
