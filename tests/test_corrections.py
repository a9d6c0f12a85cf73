"""What readers are told of changes to what they may have read."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from entries.addresses import FEED_FORMATS
from entries.corrections import Correction, LineChange, TextChange, corrections_of, versions_of
from entries.domain import posting, publishing, superseding, waiting
from entries.domain.timing import release_due
from entries.models import Entry, Post, Revision
from entries.models.entry import GRACE
from entries.views.corrections import CORRECTIONS_A_PAGE
from tests.factories import DAY, at, make_draft, make_post, make_update
from tests.test_visibility import SECRET

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def later(clock: Any, delay: timedelta = timedelta(minutes=5)) -> None:
    clock.shift(delay)


def edit(entry: Entry, source: str, **given: Any) -> Entry:
    version = Entry.objects.get(pk=entry.pk).version
    return posting.edit_entry(entry=entry, author=None, source=source, base_version=version, **given)


def edit_head(post: Post, **lines: Any) -> Post:
    post.refresh_from_db()
    given: dict[str, Any] = {"headline": post.headline, "date": post.date, "standfirst": post.standfirst}
    head = publishing.Head(**(given | lines))
    return publishing.edit_post(post=post, head=head, author=None, base_seq=post.head_seq)


def told(post: Post) -> list[Correction]:
    return corrections_of(post, Revision.objects.corrections(post).with_version_before())


def diffs(post: Post) -> list[str]:
    return [str(text.diff) for correction in told(post) for text in correction.texts]


def page_of(client: Client, post: Post) -> str:
    return client.get(reverse("entries:corrections", args=[post.slug])).content.decode()


# The grace minute


def test_an_edit_within_a_minute_belongs_to_the_first_version(clock: Any) -> None:
    post = make_post()
    entry = make_update(post, "<p>One boat.</p>")
    later(clock, GRACE)
    entry = edit(entry, "<p>Two boats.</p>")
    assert (told(post), versions_of(entry), entry.is_corrected) == ([], [], False)


def test_an_edit_after_a_minute_is_compared_with_the_last_text_within_it(clock: Any) -> None:
    post = make_post()
    entry = make_update(post, "<p>One boat.</p>")
    later(clock, GRACE)
    edit(entry, "<p>Two boats.</p>")
    later(clock, timedelta(microseconds=1))
    entry = edit(entry, "<p>Three boats.</p>")
    assert diffs(post) == ["<p><del>Two</del> <ins>Three</ins> boats.</p>"]
    assert entry.is_corrected


def test_each_version_is_compared_with_the_one_that_readers_had_before(clock: Any) -> None:
    post = make_post()
    entry = make_update(post, "<p>One boat.</p>")
    for text in ("<p>Two boats.</p>", "<p>Two ships.</p>"):
        later(clock)
        edit(entry, text)
    assert diffs(post) == [
        "<p>Two <del>boats.</del> <ins>ships.</ins></p>",
        "<p><del>One boat.</del> <ins>Two boats.</ins></p>",
    ]


def test_a_pin_in_between_is_no_version(clock: Any) -> None:
    post = make_post()
    entry = make_update(post, "<p>One boat.</p>")
    later(clock)
    posting.pin_entry(entry=entry, author=None)
    posting.mark_key(entry=entry, author=None)
    assert told(post) == []
    entry = edit(entry, "<p>One ship.</p>")
    assert diffs(post) == ["<p>One <del>boat.</del> <ins>ship.</ins></p>"]


def test_the_minute_is_counted_by_the_clock_and_not_by_the_label(clock: Any) -> None:
    post = make_post()
    entry = make_update(post, "<p>One boat.</p>", "0832")  # hours ago by its label
    entry = edit(entry, "<p>Two boats.</p>")
    assert (told(post), entry.is_corrected) == ([], False)


# What readers never saw


def test_a_draft_that_was_edited_and_then_published_shows_its_published_text_alone(clock: Any) -> None:
    post = make_post()
    entry = posting.draft_entry(post=post, author=None, source=f"<p>{SECRET}</p>", topic=SECRET, byline=SECRET)
    later(clock)
    edit(entry, f"<p>{SECRET} again</p>")
    later(clock)
    edit(entry, "<p>One boat.</p>", topic="Boats", byline="Ann")
    later(clock)
    waiting.release_entry(entry=entry, author=None)
    assert told(post) == []
    later(clock)
    edit(entry, "<p>Two boats.</p>")
    assert diffs(post) == ["<p><del>One boat.</del> <ins>Two boats.</ins></p>"]
    assert [correction.lines for correction in told(post)] == [()]


def hold(post: Post) -> Entry:
    return posting.hold_entry(post=post, author=None, source=f"<p>{SECRET}</p>", hold=timedelta(minutes=20))


def schedule(post: Post) -> Entry:
    at = NOON + timedelta(minutes=20)
    return posting.schedule_entry(post=post, author=None, source=f"<p>{SECRET}</p>", published_at=at)


@pytest.mark.parametrize("wait", [hold, schedule])
def test_a_text_that_waited_shows_nothing_of_what_it_was_before_it_came_out(
    client: Client, clock: Any, wait: Any
) -> None:
    post = make_post()
    entry = wait(post)
    later(clock)
    edit(entry, "<p>One boat.</p>")
    assert SECRET not in page_of(client, post)
    later(clock, timedelta(minutes=15))
    assert release_due(now=NOON + timedelta(minutes=20)) == 1
    later(clock, GRACE)
    edit(entry, "<p>Two boats.</p>")
    assert told(post) == []
    later(clock)
    edit(entry, "<p>Three boats.</p>")
    assert diffs(post) == ["<p><del>Two</del> <ins>Three</ins> boats.</p>"]
    assert SECRET not in page_of(client, post) + client.get(entry.get_absolute_url()).content.decode()


def test_a_post_that_was_written_as_a_draft_shows_nothing_of_what_came_before_its_opening(clock: Any) -> None:
    post = make_draft(headline=SECRET, standfirst=SECRET)
    entry = make_update(post, f"<p>{SECRET}</p>")
    later(clock)
    edit(entry, "<p>One boat.</p>")
    edit_head(post, headline="The road is cut", standfirst="")
    later(clock)
    publishing.open_post(post=post, author=None, at=at("0600"))  # as an import opens it: long ago
    later(clock, GRACE)
    edit(entry, "<p>Two boats.</p>")
    edit_head(post, headline="The road is under water")
    post.refresh_from_db()
    assert told(post) == []
    later(clock)
    edit(entry, "<p>Three boats.</p>")
    post = edit_head(post, headline="The road is dry")
    assert diffs(post) == [
        "<p>The road is <del>under water</del> <ins>dry</ins></p>",
        "<p><del>Two</del> <ins>Three</ins> boats.</p>",
    ]


def test_of_a_removed_entry_only_that_it_was_removed_when_and_why(client: Client, clock: Any) -> None:
    post = make_post()
    entry = make_update(post, f"<p>{SECRET}</p>", topic=SECRET)
    later(clock)
    edit(entry, f"<p>{SECRET} again</p>", topic=f"{SECRET} too")
    assert SECRET in page_of(client, post)
    later(clock)
    entry = posting.remove_entry(entry=entry, author=None, reason="It was wrong.")
    assert [(one.entry, one.is_removal, one.texts, one.lines, one.at) for one in told(post)] == [
        (entry, True, (), (), NOON + timedelta(minutes=10))
    ]
    page = page_of(client, post)
    assert SECRET not in page
    assert "It was wrong." in page
    assert "1210 GMT, 25 November 2026" in page
    assert SECRET not in client.get(entry.get_absolute_url()).content.decode()


def test_a_restored_entry_shows_its_versions_again(client: Client, clock: Any) -> None:
    post = make_post()
    entry = make_update(post, "<p>One boat.</p>")
    later(clock)
    edit(entry, "<p>Two boats.</p>")
    before = told(post)
    for reason in ("Wrong.", "Wrong again."):
        posting.remove_entry(entry=entry, author=None, reason=reason)
        assert len(told(post)) == 1
        posting.restore_entry(entry=entry, author=None)
    page = page_of(client, post)
    assert [one.texts for one in told(post)] == [one.texts for one in before]
    assert "Wrong" not in page


def test_what_was_removed_before_its_post_opened_is_told_to_nobody(clock: Any) -> None:
    post = make_draft()
    entry = posting.remove_entry(entry=make_update(post, SECRET), author=None, reason=SECRET)
    post = publishing.open_post(post=post, author=None)
    assert told(post) == []
    later(clock)
    entry = posting.restore_entry(entry=entry, author=None)  # this is when readers get it
    assert entry.out_at == NOON + timedelta(minutes=5)
    entry = edit(entry, "<p>Edited at once.</p>")
    assert told(post) == []


def test_a_post_of_drafts_has_no_corrections(client: Client) -> None:
    post = make_draft()
    assert client.get(reverse("entries:corrections", args=[post.slug])).status_code == 404
    assert client.get("/live/nothing/corrections/").status_code == 404


# What is told


def test_other_lines_of_an_entry_are_told_plainly(client: Client, clock: Any) -> None:
    post = make_post()
    entry = make_update(post, "<p>One boat.</p>", "1716", confidence="unconfirmed", topic="Harbour")
    later(clock)
    given = {"published_at": at("1720"), "confidence": "confirmed", "topic": "", "byline": "Ann"}
    edit(entry, "<p>One boat.</p>", **given)
    assert [(one.texts, one.lines) for one in told(post)] == [
        (
            (),
            (
                LineChange("Time", "1716 GMT", "1720 GMT"),
                LineChange("Topic", "Harbour", ""),
                LineChange("Byline", "", "Ann"),
                LineChange("Confidence", "Unconfirmed", "Confirmed"),
            ),
        )
    ]
    page = page_of(client, post)
    for said in ("Time: 1716 GMT → 1720 GMT", "Topic: Harbour → none", "Confidence: Unconfirmed → Confirmed"):
        assert said in page


def test_a_time_of_another_day_says_its_day(clock: Any) -> None:
    post = make_post()
    entry = make_update(post, "<p>One boat.</p>", "2316")
    later(clock)
    edit(entry, "<p>One boat.</p>", published_at=at("0016", DAY + timedelta(days=1)))
    assert told(post)[0].lines == (LineChange("Time", "2316 GMT", "2024-12-04 0016 GMT"),)


def test_headline_and_standfirst_are_told_and_the_map_is_not(clock: Any) -> None:
    post = make_post("Road cut", standfirst="At dawn.")
    later(clock)
    post = edit_head(post, headline="Road open", standfirst="At noon.")
    post = edit_head(post, map_credit="Survey")
    assert [(one.entry, one.texts) for one in told(post)] == [
        (
            None,
            (
                TextChange("Headline", diffs(post)[0]),  # type: ignore[arg-type]
                TextChange("Standfirst", diffs(post)[1]),  # type: ignore[arg-type]
            ),
        )
    ]
    assert diffs(post) == [
        "<p>Road <del>cut</del> <ins>open</ins></p>",
        "<p>At <del>dawn.</del> <ins>noon.</ins></p>",
    ]


def test_a_change_of_looks_is_told_as_that(client: Client, clock: Any) -> None:
    post = make_post()
    entry = make_update(post, "<p>One boat.</p>")
    later(clock)
    edit(entry, "<p>One <b>boat</b>.</p>")
    assert diffs(post) == [""]
    assert "Its looks changed, and no word." in page_of(client, post)


def test_where_nothing_was_changed_the_page_says_so(client: Client) -> None:
    assert "Nothing was changed after publication." in page_of(client, make_post())


def test_the_newest_correction_stands_first_and_links_to_its_entry(client: Client, clock: Any) -> None:
    post = make_post()
    one, two = make_update(post, "<p>One.</p>", "0900"), make_update(post, "<p>Two.</p>", "0800")
    for entry in (one, two, one):
        later(clock)
        edit(entry, f"<p>{Entry.objects.get(pk=entry.pk).version} boats.</p>")
    assert [correction.entry for correction in told(post)] == [one, two, one]
    assert all(newer.seq > older.seq for newer, older in pairwise(told(post)))
    page = page_of(client, post)
    assert page.count(f'<a href="{one.get_absolute_url()}">UPDATE 0900 GMT</a>') == 2
    assert "1215 GMT, 25 November 2026" in page


def test_corrections_come_thirty_a_page(client: Client, clock: Any) -> None:
    post = make_post()
    entry = make_update(post, "<p>0</p>")
    later(clock)
    for number in range(CORRECTIONS_A_PAGE + 1):
        edit(entry, f"<p>{number + 1}</p>")
    address = reverse("entries:corrections", args=[post.slug])
    pages = [client.get(f"{address}?page={page}").content.decode() for page in (1, 2)]
    assert [page.count('<article class="entry"') for page in pages] == [CORRECTIONS_A_PAGE, 1]
    assert "?page=2" in pages[0]
    assert client.get(f"{address}?page=nonsense").status_code == 200


def test_hostile_text_is_text(client: Client, clock: Any) -> None:
    attack = "<script>alert(1)</script>"
    post = make_post()
    entry = make_update(post, "<p>&lt;del&gt;&lt;script&gt;alert(1)&lt;/script&gt;</p>", topic=attack)
    later(clock)
    edit(entry, "<p>&lt;ins&gt;&lt;img src=x onerror=alert(1)&gt;</p>", topic=attack + "2", byline=attack)
    post = edit_head(post, headline=f"{attack}<ins>", standfirst=f"<del>{attack}")
    posting.remove_entry(entry=make_update(post), author=None, reason=attack)
    for page in (page_of(client, post), client.get(entry.get_absolute_url()).content.decode()):
        main = page.partition("<main")[2].replace('<script type="application/ld+json">', "")  # data, which does not run
        assert "<script" not in main
        assert "<img" not in main
        assert "&lt;script&gt;" in main
        assert "&lt;ins&gt;" in main


@pytest.mark.parametrize("entries", [1, 3, 20])
def test_corrections_cost_four_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, clock: Any, entries: int
) -> None:
    post = make_post()
    rows = [make_update(post, "<p>One boat.</p>") for _ in range(entries)]
    later(clock)
    for entry in rows:
        edit(entry, "<p>Two boats.</p>", topic="Boats")
    posting.remove_entry(entry=make_update(post), author=None)
    edit_head(post, headline="The road is open")
    address = reverse("entries:corrections", args=[post.slug])
    with django_assert_num_queries(4):  # post, number of changes, changes with their entries, what stood there before
        assert client.get(address).content.decode().count('<article class="entry"') == entries + 2


def test_the_page_is_for_shared_caches(client: Client) -> None:
    address = reverse("entries:corrections", args=[make_post().slug])
    answer = client.get(address)
    assert answer["Cache-Control"] == ("public, max-age=0, s-maxage=1, stale-while-revalidate=5, stale-if-error=86400")
    assert client.post(address).status_code == 405


# The entry itself


def test_an_entry_shows_its_versions_and_its_stamp_links_to_them(
    client: Client, clock: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    post = make_post()
    entry = make_update(post, "<p>One boat.</p>")
    edit(entry, "<p>One small boat.</p>")
    link = f'<a href="{entry.get_absolute_url()}#versions">Updated'
    page = client.get(entry.get_absolute_url()).content.decode()
    assert ("Updated" in page, link in page, 'id="versions"' in page) == (True, False, False)
    later(clock)
    edit(entry, "<p>Two small boats.</p>")
    with django_assert_num_queries(6):  # entry with its post, newer, older (the original), versions, those before
        page = client.get(entry.get_absolute_url()).content.decode()
    assert link in page
    assert 'id="versions"' in page
    assert (
        '<p><del><span class="visually-hidden">[removed: </span>One<span class="visually-hidden">]</span></del> '
        '<ins><span class="visually-hidden">[added: </span>Two<span class="visually-hidden">]</span></ins> small '
    ) in page
    for address in (post.get_absolute_url(), reverse("entries:changes", args=[post.slug, 0])):
        assert f"{entry.get_absolute_url()}#versions" in client.get(address).content.decode()


def test_the_post_links_to_its_corrections(client: Client) -> None:
    post = make_post()
    address = reverse("entries:corrections", args=[post.slug])
    assert f'href="{address}"' in client.get(post.get_absolute_url()).content.decode()


def test_an_old_text_is_in_no_feed_and_no_change(client: Client, clock: Any) -> None:
    post = make_post()
    entry = make_update(post, f"<p>{SECRET}</p>")
    later(clock)
    edit(entry, "<p>Mended.</p>")
    feeds = [f"{root}feed.{suffix}" for root in ("/", post.get_absolute_url()) for suffix in FEED_FORMATS]
    addresses = [post.get_absolute_url(), "/", *feeds]
    for address in [*addresses, reverse("entries:changes", args=[post.slug, 0])]:
        assert SECRET not in client.get(address).content.decode()


# Data of before


def test_the_migration_finds_out_when_entries_came_out(clock: Any) -> None:
    post = make_draft()
    early = make_update(post)
    gone = posting.remove_entry(entry=make_update(post), author=None)
    later(clock)
    publishing.open_post(post=post, author=None)
    later(clock)
    draft = posting.draft_entry(post=post, author=None, source="x")
    later(clock)
    waiting.release_entry(entry=draft, author=None)
    hidden = make_update(make_draft("Other"))
    before = dict(Entry.objects.values_list("pk", "out_at"))
    Entry.objects.update(out_at=None)
    import_module("entries.migrations.0007_corrections").tell_when_entries_came_out(apps, None)
    assert dict(Entry.objects.values_list("pk", "out_at")) == before
    assert (before[early.pk], before[draft.pk]) == (NOON + timedelta(minutes=5), NOON + timedelta(minutes=15))
    assert (before[gone.pk], before[hidden.pk]) == (None, None)


def test_a_superseded_entry_has_no_correction_for_that(clock: Any) -> None:
    post = make_post()
    older, newer = make_update(post), make_update(post, clock="0900")
    later(clock)
    superseding.supersede_entry(entry=older, by=newer, author=None)
    assert told(post) == []
