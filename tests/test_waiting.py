"""What is not out yet, on its way out."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from entries.domain import posting, promising, publishing, saving, waiting
from entries.domain.refusals import NotLive, OutAlready, PastTime, PostEnded, StaleEdit, TextChanged
from entries.domain.timing import release_due
from entries.enums import Action, EntryState, Intent
from entries.models import Entry, Post
from tests.factories import at, make_draft, make_post, make_update

pytestmark = pytest.mark.django_db
HOLD = timedelta(seconds=10)


def hold(post: Post, source: str = "Soon") -> Entry:
    return posting.hold_entry(post=post, author=None, source=source, hold=HOLD)


def actions(entry: Entry) -> list[str]:
    return list(entry.revisions.values_list("action", flat=True))


def test_a_held_entry_comes_out_when_its_hold_ends_with_the_time_at_which_it_does() -> None:
    post = make_post()
    entry = hold(post)
    assert release_due(now=timezone.now()) == 0
    assert release_due(now=timezone.now() + HOLD) == 1
    entry.refresh_from_db()
    assert (entry.state, entry.held_until, entry.seq) == (EntryState.PUBLISHED, None, post.seq + 1)
    assert entry.published_at
    assert actions(entry) == [Action.HELD, Action.PUBLISHED]


def test_a_held_entry_keeps_the_time_that_its_editor_gave_it() -> None:
    entry = posting.hold_entry(post=make_post(), author=None, source="x", hold=HOLD, published_at=at("0716"))
    release_due(now=timezone.now() + HOLD)
    entry.refresh_from_db()
    assert entry.published_at == at("0716")


def test_what_was_undone_does_not_come_out_later() -> None:
    entry = waiting.undo_publication(entry=hold(make_post()), author=None)
    assert (release_due(now=timezone.now() + HOLD), entry.state) == (0, EntryState.DRAFT)
    assert actions(entry) == [Action.HELD, Action.UNDONE]
    assert waiting.undo_publication(entry=entry, author=None).state == EntryState.DRAFT


def test_what_is_out_is_not_undone() -> None:
    with pytest.raises(OutAlready):
        waiting.undo_publication(entry=make_update(make_post()), author=None)


def test_a_draft_can_be_let_out_with_a_hold() -> None:
    draft = posting.draft_entry(post=make_post(), author=None, source="x")
    held = waiting.release_entry(entry=draft, author=None, hold=HOLD)
    assert (held.state, held.seq) == (EntryState.HELD, 0)
    assert waiting.release_entry(entry=held, author=None).state == EntryState.PUBLISHED


def test_the_end_of_coverage_makes_drafts_of_what_was_to_come_out() -> None:
    post = make_post()
    held = hold(post)
    scheduled = posting.schedule_entry(
        post=post, author=None, source="y", published_at=timezone.now() + timedelta(hours=1)
    )
    publishing.end_post(post=post, author=None)
    assert set(Entry.objects.filter(pk__in=[held.pk, scheduled.pk]).values_list("state", "held_until")) == {
        (EntryState.DRAFT, None)
    }
    with pytest.raises(PostEnded):
        waiting.submit_entry(entry=held, author=None)


def test_a_text_for_approval_goes_back_and_forth() -> None:
    entry = posting.submit_new_entry(post=make_post(), author=None, source="x")
    entry = waiting.return_entry(entry=entry, author=None)
    entry = waiting.return_entry(entry=entry, author=None)
    entry = waiting.submit_entry(entry=entry, author=None)
    entry = waiting.release_entry(entry=entry, author=None)
    assert actions(entry) == [Action.SUBMITTED, Action.RETURNED, Action.SUBMITTED, Action.PUBLISHED]


def test_what_is_out_is_no_longer_sent_back_thrown_away_or_made_a_draft() -> None:
    entry = make_update(make_post())
    later = timezone.now() + HOLD
    verbs: list[Callable[[], object]] = [
        lambda: waiting.submit_entry(entry=entry, author=None),
        lambda: waiting.return_entry(entry=entry, author=None),
        lambda: waiting.unschedule_entry(entry=entry, author=None),
        lambda: waiting.reschedule_entry(entry=entry, author=None, published_at=later),
        lambda: waiting.discard_draft(entry=entry, author=None),
    ]
    for verb in verbs:
        with pytest.raises(OutAlready):
            verb()
    assert waiting.release_entry(entry=entry, author=None).seq == entry.seq


def test_what_is_let_out_before_its_time_has_the_time_of_now() -> None:
    later = timezone.now() + timedelta(hours=3)
    post = make_post()
    for entry in (
        posting.schedule_entry(post=post, author=None, source="x", published_at=later),
        posting.draft_entry(post=post, author=None, source="x", published_at=later),
    ):
        out_at = waiting.release_entry(entry=entry, author=None).published_at
        assert out_at
        assert out_at <= timezone.now()


def test_an_approval_is_of_the_text_that_was_read() -> None:
    entry = posting.submit_new_entry(post=make_post(), author=None, source="Harmless")
    posting.edit_entry(entry=entry, author=None, source="Libel", base_version=1)
    with pytest.raises(TextChanged):
        waiting.release_entry(entry=entry, author=None, base_version=1)
    assert waiting.release_entry(entry=entry, author=None, base_version=2).is_out


def test_a_half_written_draft_does_not_follow_what_came_out_meanwhile() -> None:
    post = make_post()
    soon = timezone.now() + timedelta(minutes=1)
    entry = posting.schedule_entry(post=post, author=None, source="Whole", published_at=soon)
    release_due(now=soon)
    for intent in (Intent.DRAFT, Intent.SUBMIT):
        with pytest.raises(OutAlready):
            saving.change_entry(
                entry=entry, author=None, text=saving.Text("Half wri"), base_version=1, marks=saving.Marks(),
                base_marks=saving.Marks(), intent=intent,
            )  # fmt: skip
    assert Entry.objects.get(pk=entry.pk).source == "Whole"


def test_a_scheduled_text_is_saved_where_it_waits() -> None:
    soon = (timezone.now() + timedelta(minutes=5)).replace(microsecond=0)
    entry = posting.schedule_entry(post=make_post(), author=None, source="x", published_at=soon)
    text = saving.Text("Better", published_at=soon)
    entry = saving.change_entry(
        entry=entry, author=None, text=text, base_version=1, marks=saving.Marks(), base_marks=saving.Marks(),
        intent=Intent.KEEP,
    )  # fmt: skip
    assert (entry.state, entry.source, entry.published_at) == (EntryState.SCHEDULED, "Better", soon)


def test_a_promise_is_no_conflict_for_who_writes_the_headline() -> None:
    post = make_post()
    promising.promise_update(post=post, author=None, by=timezone.now() + HOLD)
    head = publishing.Head(headline="Another", date=post.date)
    assert publishing.edit_post(post=post, head=head, author=None, base_seq=post.head_seq).headline == "Another"
    with pytest.raises(StaleEdit):
        publishing.edit_post(
            post=post, head=publishing.Head(headline="A third", date=post.date), author=None, base_seq=post.head_seq
        )


def test_every_way_out_keeps_the_promise() -> None:
    post = make_post()
    soon = timezone.now() + timedelta(hours=1)
    ways: list[Callable[[], object]] = [
        lambda: posting.publish_entry(post=post, author=None, source="x"),
        lambda: waiting.release_entry(entry=posting.draft_entry(post=post, author=None, source="x"), author=None),
        lambda: (hold(post), release_due(now=timezone.now() + HOLD)),
    ]
    for way in ways:
        seq = promising.promise_update(post=post, author=None, by=soon).seq
        way()
        now = Post.objects.get(pk=post.pk)
        assert (now.next_update_at, now.seq, now.head_seq) == (None, seq + 2, seq + 2)


def test_a_promise_needs_a_live_post_and_a_time_to_come() -> None:
    with pytest.raises(NotLive):
        promising.promise_update(post=make_draft(), author=None, by=timezone.now() + HOLD)
    post = make_post("Another")
    with pytest.raises(PastTime):
        promising.promise_update(post=post, author=None, by=timezone.now() - HOLD)
    assert promising.promise_update(post=post, author=None, by=None).seq == post.seq
