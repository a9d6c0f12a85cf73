from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from entries.domain import posting, publishing, waiting
from entries.domain.publishing import Head
from entries.domain.refusals import Gone, LineTooLong, NoHeadline, NoOriginalEntry, StaleEdit
from entries.enums import Action, EntryState, PostState
from entries.models import Post, Series
from tests.factories import DAY, make_draft, make_image, make_post, make_series, make_update

pytestmark = pytest.mark.django_db


def head(headline: str = "The road is cut", **lines: Any) -> Head:
    given: dict[str, Any] = {"headline": headline, "date": DAY} | lines
    return Head(**given)


def test_a_post_goes_from_draft_to_live_to_ended_and_back_a_seq_each() -> None:
    draft = make_draft()
    opened = publishing.open_post(post=draft, author=None)
    ended = publishing.end_post(post=draft, author=None)
    reopened = publishing.open_post(post=draft, author=None)
    assert [post.state for post in (draft, opened, ended, reopened)] == [
        PostState.DRAFT,
        PostState.LIVE,
        PostState.ENDED,
        PostState.LIVE,
    ]
    assert [post.seq - draft.seq for post in (opened, ended, reopened)] == [1, 2, 3]
    assert (reopened.published_at, reopened.ended_at) == (opened.published_at, None)
    assert list(draft.revisions.filter(entry=None).values_list("action", flat=True)) == [
        Action.CREATED,
        Action.OPENED,
        Action.ENDED,
        Action.REOPENED,
    ]


def test_a_state_that_is_there_already_takes_no_seq() -> None:
    post = make_post()
    assert publishing.open_post(post=post, author=None).seq == post.seq
    publishing.end_post(post=post, author=None)
    assert publishing.end_post(post=post, author=None).seq == post.seq + 1


def test_a_post_opens_with_its_original_entry_only() -> None:
    with pytest.raises(NoOriginalEntry):
        publishing.open_post(post=make_draft(original=""), author=None)


def test_ending_makes_drafts_of_what_was_scheduled() -> None:
    post = make_post()
    due = timezone.now().replace(microsecond=0) + timedelta(hours=1)
    entry = posting.schedule_entry(post=post, author=None, source="At six", published_at=due)
    publishing.end_post(post=post, author=None)
    entry.refresh_from_db()
    assert (entry.state, entry.published_at, entry.source) == (EntryState.DRAFT, due, "At six")


def test_editing_the_head_raises_seq_once_and_leaves_the_address() -> None:
    post = make_post()
    edited = publishing.edit_post(
        post=post, head=head("The road is open", map=make_image()), author=None, base_seq=post.head_seq
    )
    assert (edited.seq, edited.head_seq, edited.slug) == (post.seq + 1, post.seq + 1, "the-road-is-cut")
    assert post.revisions.last().snapshot["headline"] == "The road is open"  # type: ignore[union-attr]


def test_the_later_of_two_editors_of_a_head_is_refused_with_both_lines() -> None:
    post = make_post()
    publishing.edit_post(post=post, head=head("Ann’s"), author=None, base_seq=post.head_seq)
    with pytest.raises(StaleEdit) as caught:
        publishing.edit_post(post=post, head=head("Ben’s"), author=None, base_seq=post.head_seq)
    assert (caught.value.theirs, caught.value.yours) == ("Headline: Ann’s", "Headline: Ben’s")


def test_an_update_by_a_colleague_does_not_stand_in_the_way_of_a_new_headline() -> None:
    post = make_post()
    make_update(post)
    assert publishing.edit_post(post=post, head=head("New"), author=None, base_seq=post.head_seq).headline == "New"


@pytest.mark.parametrize(
    ("headline", "slug"),
    [
        ("Zelensky — “Steps Forward With NATO”", "zelensky-steps-forward-with-nato"),
        ("Élections à l’île", "elections-a-lile"),
        ("Харків тримається", "live-2024-12-03"),
        ("word " * 40, "word-" * 15 + "word"),
        ("x" * 120, "x" * 80),
    ],
)
def test_the_address_is_made_of_the_headline(headline: str, slug: str) -> None:
    assert publishing.create_post(head=head(headline), author=None).slug == slug


def test_posts_of_one_headline_get_addresses_of_their_own() -> None:
    slugs = [publishing.create_post(head=head("Live coverage"), author=None).slug for _ in range(3)]
    assert slugs == ["live-coverage", "live-coverage-2024-12-03", "live-coverage-2024-12-03-2"]


def test_lines_are_cleaned() -> None:
    post = publishing.create_post(
        head=head("  The\x08 road\n is cut ", related="<b>A</b><script>x</script>\n\n<a href='javascript:x'>B</a>"),
        author=None,
    )
    assert (post.headline, post.related) == ("The road is cut", ["<b>A</b>", "B"])


def test_a_head_without_a_headline_or_with_one_that_does_not_fit_is_refused() -> None:
    with pytest.raises(NoHeadline):
        publishing.create_post(head=head(" "), author=None)
    with pytest.raises(LineTooLong, match="The headline has 251 characters and at most 250 fit"):
        publishing.create_post(head=head("x" * 251), author=None)
    assert Post.objects.count() == 0


def test_only_a_post_that_nobody_saw_can_be_discarded() -> None:
    draft, post = make_draft("Draft"), make_post("Seen")
    publishing.discard_post(post=draft, author=None)
    publishing.discard_post(post=post, author=None)
    assert list(Post.objects.values_list("headline", flat=True)) == ["Seen"]


@pytest.mark.parametrize(
    ("credit", "line"),
    [
        ("", ""),
        ("Institute for the Study of War", "Map: Institute for the Study of War"),
        ("Photo: A. Person", "Photo: A. Person"),
        ("Map and data: B. Person", "Map and data: B. Person"),
        ("Office: North", "Map: Office: North"),
        ("Map: Harrow Survey Office", "Map: Harrow Survey Office"),
    ],
)
def test_the_credit_line_says_what_it_is_for(credit: str, line: str) -> None:
    assert Post(map_credit=credit).credit_line == line


def test_neighbours_are_the_visible_posts_of_the_series_by_day() -> None:
    series = make_series()
    monday, tuesday, wednesday = (
        make_post(name, series=series, date=date(2024, 12, day)) for name, day in (("Mon", 2), ("Tue", 3), ("Wed", 4))
    )
    make_draft("Secret", series=series, date=date(2024, 12, 3))
    make_post("Elsewhere", date=date(2024, 12, 3))
    assert (Post.objects.before(tuesday), Post.objects.after(tuesday)) == (monday, wednesday)
    assert (Post.objects.before(monday), Post.objects.after(wednesday)) == (None, None)


def test_a_post_whose_original_entry_was_removed_does_not_open() -> None:
    draft = make_draft()
    posting.remove_entry(entry=draft.entries.get(), author=None)
    with pytest.raises(NoOriginalEntry):
        publishing.open_post(post=draft, author=None)


def test_what_was_thrown_away_meanwhile_is_refused() -> None:
    draft = make_draft()
    entry = posting.draft_entry(post=draft, author=None, source="x")
    waiting.discard_draft(entry=entry, author=None)
    with pytest.raises(Gone):
        waiting.release_entry(entry=entry, author=None)
    publishing.discard_post(post=draft, author=None)
    with pytest.raises(Gone):
        posting.draft_entry(post=draft, author=None, source="x")


def test_a_series_is_known_by_its_title_and_another_title_is_another_series() -> None:
    made = Series.objects.create(title="Ukraine War", slug="ukraine")
    assert publishing.ensure_series("ukraine  war") == made
    slugs = [publishing.ensure_series(title).slug for title in ("C", "C++", "C")]
    assert slugs == ["c", "c-2", "c"]
