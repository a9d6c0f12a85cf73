"""Two and more editors at once, each with a connection of their own."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from entries.domain import posting, publishing
from entries.domain.refusals import StaleEdit
from entries.models import Post
from tests.factories import DAY, make_post, make_update

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(number: int, do: Callable[[int], Any]) -> list[Any]:
    """What each of `number` editors got who start at the same moment; a refusal is a result."""
    start = Barrier(number)

    def run(editor: int) -> Any:
        try:
            start.wait()
            return do(editor)
        except StaleEdit as refusal:
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
