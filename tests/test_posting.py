from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone

from entries.domain import posting, publishing, waiting
from entries.domain.refusals import (
    EmptyText,
    EntryRemoved,
    LineTooLong,
    NotPublished,
    OriginalExists,
    OutAlready,
    PostEnded,
    StaleEdit,
    TextTooLong,
)
from entries.domain.timing import release_due
from entries.enums import Action, EntryKind, EntryState
from entries.models import Entry, Post
from tests.factories import at, make_post, make_update

pytestmark = pytest.mark.django_db


def seq_of(post: Post) -> int:
    return Post.objects.get(pk=post.pk).seq


def in_an_hour() -> datetime:
    return timezone.now().replace(microsecond=0) + timedelta(hours=1)


def history(entry: Entry) -> list[tuple[str, int | None]]:
    return list(entry.revisions.values_list("action", "seq"))


def test_publishing_raises_seq_by_one_stamps_the_entry_and_leaves_a_revision(editor: User) -> None:
    post = make_post()
    entry = posting.publish_entry(post=post, author=editor, source="<p>Water.</p>", published_at=at("1716"))
    entry.refresh_from_db()
    assert (seq_of(post), entry.seq) == (post.seq + 1, post.seq + 1)
    assert (entry.state, entry.kind, entry.html) == (EntryState.PUBLISHED, EntryKind.UPDATE, "<p>Water.</p>")
    revision = entry.revisions.get()
    assert (revision.action, revision.seq, revision.author) == (Action.PUBLISHED, entry.seq, editor)
    assert revision.snapshot["source"] == "<p>Water.</p>"
    assert revision.snapshot["published_at"] == "2024-12-03T17:16:00+00:00"


def test_without_a_time_an_entry_is_published_now() -> None:
    with time_machine.travel(at("1716"), tick=False):
        entry = posting.publish_entry(post=make_post(), author=None, source="Water")
    assert entry.published_at == at("1716")


def test_edit_keeps_the_old_text_as_a_revision(editor: User) -> None:
    entry = make_update(make_post(), "<p>Ninety metres.</p>")
    uid, address = entry.uid, entry.get_absolute_url()
    edited = posting.edit_entry(entry=entry, author=editor, source="<p>112 metres.</p>", base_version=1)
    assert [row["source"] for row in entry.revisions.values_list("snapshot", flat=True)] == [
        "<p>Ninety metres.</p>",
        "<p>112 metres.</p>",
    ]
    assert (edited.uid, edited.get_absolute_url(), edited.published_at) == (uid, address, entry.published_at)
    assert (edited.seq, edited.version) == (entry.seq + 1, 2)
    assert edited.edited_at is not None


def test_an_edit_that_changes_nothing_takes_no_seq() -> None:
    entry = make_update(make_post())
    posting.edit_entry(entry=entry, author=None, source=entry.source, base_version=1)
    assert (seq_of(entry.post), len(history(entry))) == (entry.seq, 1)


def test_the_later_of_two_editors_is_refused_with_both_texts() -> None:
    entry = make_update(make_post(), "<p>Old.</p>")
    posting.edit_entry(entry=entry, author=None, source="<p>Ann’s.</p>", base_version=1)
    with pytest.raises(StaleEdit) as caught:
        posting.edit_entry(entry=entry, author=None, source="<p>Ben’s.</p>", base_version=1)
    assert (caught.value.theirs, caught.value.yours) == ("<p>Ann’s.</p>", "<p>Ben’s.</p>")
    entry.refresh_from_db()
    assert (entry.source, entry.version) == ("<p>Ann’s.</p>", 2)


def test_a_pin_by_a_colleague_does_not_stand_in_the_way_of_an_edit() -> None:
    entry = make_update(make_post())
    posting.pin_entry(entry=entry, author=None)
    edited = posting.edit_entry(entry=entry, author=None, source="<p>New.</p>", base_version=entry.version)
    assert (edited.source, edited.is_pinned) == ("<p>New.</p>", True)


def test_removing_leaves_a_tombstone_and_restoring_brings_the_text_back(editor: User) -> None:
    entry = make_update(make_post())
    removed = posting.remove_entry(entry=entry, author=editor, reason="Not  confirmed")
    assert (removed.is_removed, removed.removal_reason, removed.seq) == (True, "Not confirmed", entry.seq + 1)
    restored = posting.restore_entry(entry=entry, author=editor)
    assert (restored.is_removed, restored.removal_reason, restored.seq) == (False, "", entry.seq + 2)
    assert restored.html == entry.html
    assert history(entry) == [
        (Action.PUBLISHED, entry.seq),
        (Action.REMOVED, entry.seq + 1),
        (Action.RESTORED, entry.seq + 2),
    ]


@pytest.mark.parametrize(
    ("verb", "field", "value", "action"),
    [
        (posting.pin_entry, "is_pinned", True, Action.PINNED),
        (posting.unpin_entry, "is_pinned", False, Action.UNPINNED),
        (posting.mark_key, "is_key", True, Action.MARKED_KEY),
        (posting.unmark_key, "is_key", False, Action.UNMARKED_KEY),
    ],
)
def test_a_mark_takes_one_seq_and_none_the_second_time(verb: object, field: str, value: bool, action: Action) -> None:
    assert callable(verb)
    given: dict[str, Any] = {field: not value}
    entry = make_update(make_post(), **given)
    verb(entry=entry, author=None)
    verb(entry=entry, author=None)
    entry.refresh_from_db()
    assert getattr(entry, field) is value
    assert history(entry)[1:] == [(action, entry.seq)]
    assert seq_of(entry.post) == entry.seq


def test_every_seq_of_a_post_is_used_once_and_none_is_left_out() -> None:
    post = make_post()
    entry = make_update(post)
    posting.pin_entry(entry=entry, author=None)
    posting.edit_entry(entry=entry, author=None, source="New", base_version=1)
    posting.draft_entry(post=post, author=None, source="Draft")
    posting.remove_entry(entry=entry, author=None)
    publishing.end_post(post=post, author=None)
    seqs = list(post.revisions.exclude(seq=None).values_list("seq", flat=True))
    assert seqs == list(range(1, seq_of(post) + 1))


def test_a_draft_leaves_a_revision_and_takes_no_seq() -> None:
    post = make_post()
    draft = posting.draft_entry(post=post, author=None, source="Later")
    posting.edit_entry(entry=draft, author=None, source="Later still", base_version=1)
    assert history(draft) == [(Action.DRAFTED, None), (Action.EDITED, None)]
    assert seq_of(post) == post.seq


def test_a_released_draft_comes_out_now_under_one_seq() -> None:
    post = make_post()
    draft = posting.draft_entry(post=post, author=None, source="Later")
    released = waiting.release_entry(entry=draft, author=None)
    assert (released.state, released.seq) == (EntryState.PUBLISHED, post.seq + 1)
    assert waiting.release_entry(entry=draft, author=None).seq == released.seq


def test_a_scheduled_entry_comes_out_once_when_it_is_due() -> None:
    post = make_post()
    due = in_an_hour()
    entry = posting.schedule_entry(post=post, author=None, source="At six", published_at=due)
    assert release_due(now=due - timedelta(seconds=1)) == 0
    assert (release_due(now=due), release_due(now=due)) == (1, 0)
    entry.refresh_from_db()
    assert (entry.state, entry.published_at, entry.seq) == (EntryState.PUBLISHED, due, post.seq + 1)
    assert history(entry) == [(Action.SCHEDULED, None), (Action.PUBLISHED, post.seq + 1)]


def test_a_scheduled_entry_can_be_put_off_and_made_a_draft_again() -> None:
    due = in_an_hour()
    entry = posting.schedule_entry(post=make_post(), author=None, source="At six", published_at=due)
    later = waiting.reschedule_entry(entry=entry, author=None, published_at=due + timedelta(hours=1))
    assert (later.state, later.published_at) == (EntryState.SCHEDULED, due + timedelta(hours=1))
    assert waiting.unschedule_entry(entry=entry, author=None).state == EntryState.DRAFT
    assert release_due(now=due + timedelta(days=1)) == 0


def test_a_draft_is_discarded_for_good_and_a_published_entry_never() -> None:
    post = make_post()
    draft = posting.draft_entry(post=post, author=None, source="Later")
    entry = make_update(post)
    waiting.discard_draft(entry=draft, author=None)
    with pytest.raises(OutAlready):
        waiting.discard_draft(entry=entry, author=None)
    assert list(post.entries.updates()) == [entry]


def test_a_post_has_one_original_entry() -> None:
    post = make_post()
    with pytest.raises(OriginalExists):
        posting.publish_entry(post=post, author=None, source="Another", kind=EntryKind.ORIGINAL)


def test_an_ended_post_takes_corrections_and_no_updates() -> None:
    post = make_post()
    entry = make_update(post)
    publishing.end_post(post=post, author=None)
    for add in (posting.publish_entry, posting.submit_new_entry):
        with pytest.raises(PostEnded):
            add(post=post, author=None, source="Late")
    assert posting.draft_entry(post=post, author=None, source="Late").is_draft  # what was under way is not lost
    assert posting.edit_entry(entry=entry, author=None, source="Right", base_version=1).source == "Right"
    assert posting.remove_entry(entry=entry, author=None).is_removed


def test_a_removed_entry_is_restored_before_it_is_changed() -> None:
    entry = make_update(make_post())
    posting.remove_entry(entry=entry, author=None)
    with pytest.raises(EntryRemoved):
        posting.edit_entry(entry=entry, author=None, source="New", base_version=1)
    with pytest.raises(EntryRemoved):
        posting.pin_entry(entry=entry, author=None)


def test_only_what_is_out_can_be_removed() -> None:
    draft = posting.draft_entry(post=make_post(), author=None, source="Later")
    with pytest.raises(NotPublished):
        posting.remove_entry(entry=draft, author=None)


@pytest.mark.parametrize("source", ["", "  \n ", "<p> </p>", "<script>alert(1)</script>", "<p>&nbsp;</p>"])
def test_a_text_without_words_is_refused_and_nothing_is_written(source: str) -> None:
    post = make_post()
    with pytest.raises(EmptyText):
        posting.publish_entry(post=post, author=None, source=source)
    assert (seq_of(post), post.entries.updates().count()) == (post.seq, 0)


def test_a_text_that_does_not_fit_is_refused_with_both_numbers() -> None:
    with pytest.raises(TextTooLong, match="500,001 characters and at most 500,000"):
        posting.publish_entry(post=make_post(), author=None, source="x" * 500_001)


def test_the_source_is_kept_as_typed_beside_the_clean_text() -> None:
    source = '<p onclick="steal()">Water <script>alert(1)</script>rises.</p>'
    entry = make_update(make_post(), source)
    assert (entry.source, entry.html) == (source, "<p>Water rises.</p>")


def test_a_topic_or_a_reason_that_does_not_fit_is_refused() -> None:
    post = make_post()
    with pytest.raises(LineTooLong, match="The topic has 81 characters and at most 80 fit"):
        make_update(post, topic="x" * 81)
    entry = make_update(post)
    with pytest.raises(LineTooLong, match="The removal reason has 501 characters"):
        posting.remove_entry(entry=entry, author=None, reason="x" * 501)


def test_an_entry_is_modified_when_its_text_is_and_when_it_comes_back() -> None:
    entry = make_update(make_post(), "One.", "0900")
    assert entry.modified_at == at("0900")
    posting.mark_key(entry=entry, author=None)
    entry.refresh_from_db()
    assert entry.modified_at == at("0900")
    entry = posting.edit_entry(entry=entry, author=None, source="Two.", base_version=1)
    assert entry.modified_at == entry.edited_at == entry.post.changed_at
    posting.remove_entry(entry=entry, author=None)
    entry = posting.restore_entry(entry=entry, author=None)
    assert entry.modified_at == entry.restored_at == entry.post.changed_at
