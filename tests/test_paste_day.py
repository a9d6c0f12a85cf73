from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User

from entries.domain import posting, publishing
from entries.domain.refusals import PostEnded
from entries.enums import EntryKind, EntryState
from entries.importers.day import Outcome, Setting, import_day
from entries.importers.day_labels import BadDay
from entries.importers.day_markup import Markup
from entries.importers.day_paste import Pasted, PasteResult, paste_day
from entries.importers.day_text import DayEntry, parse_day
from entries.models import Entry, Post, Revision
from tests.factories import DAY, at, make_draft, make_post, make_update

pytestmark = [pytest.mark.django_db, pytest.mark.once]

CREATED, UPDATED, UNCHANGED = Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED
UPDATES = "UPDATE 1716 GMT: The water has reached the market.\nUPDATE 0832 GMT: The water is rising.\n"
ORIGINAL = "ORIGINAL ENTRY: It began at dawn.\n"  # of factories.make_draft too
DAY_TEXT = UPDATES + ORIGINAL


def paste(post: Post, text: str = DAY_TEXT, markup: Markup = Markup.PLAIN, **options: Any) -> PasteResult:
    return paste_day(post, text, markup=markup, author=None, **options)


def refusal(post: Post, text: str, **options: Any) -> str:
    """The sentence that refuses the text, which leaves the post as it was."""
    before = everything()
    with pytest.raises((BadDay, PostEnded)) as refused:
        paste(post, text, **options)
    assert everything() == before
    return str(refused.value)


def everything() -> list[Any]:
    return [list(kind.objects.order_by("pk").values()) for kind in (Post, Entry, Revision)]


def update(clock: str, words: str, outcome: Outcome, topic: str = "") -> Pasted:
    entry = DayEntry(EntryKind.UPDATE, at(clock), topic, f"<p>{words}</p>")
    return Pasted(entry, f"UPDATE {clock} GMT:", outcome)


def original(words: str, outcome: Outcome) -> Pasted:
    return Pasted(DayEntry(EntryKind.ORIGINAL, at("0000"), "", f"<p>{words}</p>"), "ORIGINAL ENTRY:", outcome)


def whole_day(market: Outcome, rising: Outcome, began: Outcome) -> PasteResult:
    return PasteResult(
        entries=(
            update("1716", "The water has reached the market.", market),
            update("0832", "The water is rising.", rising),
            original("It began at dawn.", began),
        ),
        ignored=(),
    )


def texts(post: Post) -> list[tuple[str, str]]:
    """Label and text of each entry that is out, newest first."""
    return [(entry.label, entry.html) for entry in post.entries.standing().newest_first().select_related("post")]


WHOLE_DAY_ON_THE_PAGE = [
    ("UPDATE 1716 GMT:", "<p>The water has reached the market.</p>"),
    ("UPDATE 0832 GMT:", "<p>The water is rising.</p>"),
    ("ORIGINAL ENTRY:", "<p>It began at dawn.</p>"),
]


# What is taken over


def test_a_day_is_taken_over_into_an_empty_draft(editor: User) -> None:
    post = make_draft(original="")
    assert paste_day(post, DAY_TEXT, markup=Markup.PLAIN, author=editor) == whole_day(CREATED, CREATED, CREATED)
    assert texts(post) == WHOLE_DAY_ON_THE_PAGE
    assert set(post.entries.values_list("author", flat=True)) == {editor.pk}


@pytest.mark.parametrize("markup", Markup)
def test_updates_alone_go_into_a_post_that_has_its_original_entry(markup: Markup) -> None:
    post = make_post()
    pasted = paste(post, UPDATES.replace("\nUPDATE", "\n\nUPDATE"), markup)
    assert [(one.label, one.outcome) for one in pasted.entries] == [
        ("UPDATE 1716 GMT:", CREATED),
        ("UPDATE 0832 GMT:", CREATED),
    ]
    assert texts(post) == WHOLE_DAY_ON_THE_PAGE


def test_an_update_past_midnight_has_its_date_in_its_label() -> None:
    pasted = paste(make_post(), f"UPDATE 0032 GMT: The water falls.\n{DAY_TEXT}")
    assert pasted.entries[0] == Pasted(
        DayEntry(EntryKind.UPDATE, at("0032", DAY + timedelta(days=1)), "", "<p>The water falls.</p>"),
        "UPDATE 4 DEC 0032 GMT:",
        CREATED,
    )


def test_the_lines_above_the_entries_are_not_taken_but_told() -> None:
    post = make_post(map_credit="Tide Office")
    text = f"# The tide\n\nMonday’s Coverage: [The pier](https://news.example.org)\n\nMap: Survey Office\n\n{UPDATES}"
    head = Post.objects.values("headline", "related", "map_credit").get()
    assert paste(post, text, Markup.MARKDOWN).ignored == (
        "The tide",
        "Monday’s Coverage: The pier",
        "Map: Survey Office",
    )
    assert Post.objects.values("headline", "related", "map_credit").get() == head


# Again


def test_pasted_twice_it_changes_nothing() -> None:
    post = make_draft(original="")
    paste(post)
    before = everything()
    assert paste(post) == whole_day(UNCHANGED, UNCHANGED, UNCHANGED)
    assert everything() == before


def test_a_corrected_text_is_an_edit_of_its_entry() -> None:
    post = make_draft(original="")
    paste(post)
    before = {entry.published_at: entry.pk for entry in post.entries.all()}
    corrected = DAY_TEXT.replace("is rising", "rises").replace("at dawn", "at night")
    assert paste(post, corrected) == PasteResult(
        entries=(
            update("1716", "The water has reached the market.", UNCHANGED),
            update("0832", "The water rises.", UPDATED),
            original("It began at night.", UPDATED),
        ),
        ignored=(),
    )
    assert {entry.published_at: entry.pk for entry in post.entries.all()} == before
    assert [html for _, html in texts(post)][1:] == ["<p>The water rises.</p>", "<p>It began at night.</p>"]


def test_a_day_that_was_imported_is_there_already() -> None:
    day = parse_day(DAY_TEXT, date=DAY, markup=Markup.PLAIN)
    post = import_day(day, Setting("The tide is due")).post
    assert paste(post) == whole_day(UNCHANGED, UNCHANGED, UNCHANGED)


def test_a_correction_by_hand_that_the_pasted_text_has_too_stays_with_its_links(editor: User) -> None:
    post = make_draft(original="")
    paste(post)
    entry = post.entries.get(published_at=at("0832"))
    linked = '<p>The water <a href="https://tide.example.org">rises</a>.</p>'
    posting.edit_entry(entry=entry, author=editor, source=linked, base_version=1)
    before = everything()
    pasted = paste(post, DAY_TEXT.replace("is rising", "rises"))
    assert [one.outcome for one in pasted.entries] == [UNCHANGED, UNCHANGED, UNCHANGED]
    assert everything() == before


# What was written by hand


def test_a_day_that_was_written_by_hand_is_there_already() -> None:
    post = make_post(original="<p>It <em>began</em> at dawn.</p>")
    make_update(post, "<p>The water\nis rising.</p>", published_at=at("0832").replace(second=41))
    make_update(post, "The water has reached the market.", "1716")
    before = everything()
    assert paste(post) == whole_day(UNCHANGED, UNCHANGED, UNCHANGED)
    assert everything() == before


@pytest.mark.parametrize(
    ("source", "given"),
    [
        ("<p>Boats are out.</p>", {"topic": "The Pier"}),
        ("<p>The Pier. Boats are out.</p>", {}),
    ],
)
def test_a_topic_is_the_same_in_its_field_and_in_the_text(source: str, given: dict[str, Any]) -> None:
    post = make_post()
    make_update(post, source, **given)
    assert paste(post, "UPDATE 0832 GMT: The Pier. Boats are out.") == PasteResult(
        entries=(update("0832", "Boats are out.", UNCHANGED, topic="The Pier"),), ignored=()
    )


@pytest.mark.parametrize(
    "line",
    [
        "UPDATE 0833 GMT: The water is rising.",
        "UPDATE 0832 GMT: The water is falling.",
        "UPDATE 0832 GMT: The Pier. The water is rising.",
    ],
)
def test_what_differs_in_minute_text_or_topic_from_an_update_by_hand_is_a_new_one(line: str) -> None:
    post = make_post()
    by_hand = make_update(post)
    assert [one.outcome for one in paste(post, line).entries] == [CREATED]
    assert (post.entries.updates().count(), Entry.objects.get(pk=by_hand.pk).version) == (2, 1)


def test_two_images_of_one_minute_are_two_updates() -> None:
    post = make_post()
    make_update(post, '<p><img src="/one.png" alt=""></p>')
    text = "UPDATE 0832 GMT:\n\n![](/two.png)\n\nUPDATE 0832 GMT:\n\n![](/one.png)\n"
    assert [one.outcome for one in paste(post, text, Markup.MARKDOWN).entries] == [CREATED, UNCHANGED]


def test_a_draft_of_what_is_pasted_comes_out() -> None:
    post = make_draft(original="")
    draft = posting.draft_entry(post=post, author=None, source="It began at dawn.", kind=EntryKind.ORIGINAL)
    timed = posting.draft_entry(post=post, author=None, source="The water is rising.", published_at=at("0832"))
    assert paste(post) == whole_day(CREATED, UPDATED, UPDATED)
    assert texts(post) == WHOLE_DAY_ON_THE_PAGE
    assert set(Entry.objects.filter(pk__in=[draft.pk, timed.pk]).values_list("state", flat=True)) == {
        EntryState.PUBLISHED
    }


def test_a_draft_update_without_a_time_is_not_the_original_entry_of_its_words() -> None:
    post = make_draft(original="")
    posting.draft_entry(post=post, author=None, source="It began at dawn.")
    assert paste(post) == whole_day(CREATED, CREATED, CREATED)


def test_what_an_editor_removed_stays_away(editor: User) -> None:
    post = make_post()
    posting.remove_entry(entry=make_update(post), author=editor)
    assert paste(post) == whole_day(CREATED, UNCHANGED, UNCHANGED)
    assert texts(post) == [WHOLE_DAY_ON_THE_PAGE[0], WHOLE_DAY_ON_THE_PAGE[2]]


# Dry run


def test_a_dry_run_shows_what_would_come_and_writes_nothing() -> None:
    post = make_post()
    make_update(post)
    before = everything()
    shown = paste(post, dry_run=True)
    assert everything() == before
    assert shown == paste(post) == whole_day(CREATED, UNCHANGED, UNCHANGED)


# Refusals


@pytest.mark.parametrize("dry_run", [True, False])
def test_an_original_entry_by_hand_is_not_overwritten(dry_run: bool) -> None:
    sentence = refusal(make_post(), UPDATES + "ORIGINAL ENTRY: It began at noon.", dry_run=dry_run)
    assert sentence == (
        "line 3: the post’s original entry has another text: edit that one on the desk, or paste only the updates."
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "line 1: there is no update in this text: put a label like “UPDATE 1716 GMT:” above each."),
        ("The water is rising.\n\nBoats are out.",
         "line 1: there is no update in this text: put a label like “UPDATE 1716 GMT:” above each."),
        (f"{UPDATES}UPDATE 0700 GMT:\n", "line 3: this update has no text: write some under its label."),
        (f"Also: x\n{UPDATES.replace('0832', '2561')}",
         "line 3: “2561” is not a time of day: write it as four digits from 0000 to 2359."),
        (f"{ORIGINAL}{UPDATES}",
         "line 2: this update stands below the original entry: put updates above it, newest first."),
    ],
)  # fmt: skip
def test_a_text_that_cannot_be_meant_is_refused_with_its_line(text: str, sentence: str) -> None:
    assert refusal(make_post(), text) == sentence


def test_a_post_without_an_original_entry_needs_one() -> None:
    assert refusal(make_draft(original=""), UPDATES) == (
        "line 2: the day has no original entry: put “ORIGINAL ENTRY:” before its text."
    )


@pytest.mark.parametrize(
    ("now", "text", "start"),
    [
        ("1715", DAY_TEXT, "line 1: 1716 GMT on 3 December 2024"),
        ("1716", "UPDATE 0832 GMT: One.\nUPDATE 1716 GMT: Two.\n", "line 1: 0832 GMT on 4 December 2024"),
    ],
)
def test_a_time_still_to_come_is_refused(now: str, text: str, start: str) -> None:
    post = make_post()
    with time_machine.travel(at(now), tick=False):
        assert refusal(post, text) == (
            f"{start} is still to come: check the time, the day of the post, and that the newest update is on top."
        )


def test_an_update_of_this_minute_is_taken_over() -> None:
    post = make_post()
    with time_machine.travel(at("1716"), tick=False):
        assert paste(post) == whole_day(CREATED, CREATED, UNCHANGED)


def test_an_ended_post_takes_corrections_and_no_new_update() -> None:
    post = make_post()
    paste(post)
    publishing.end_post(post=post, author=None)
    assert refusal(post, f"UPDATE 1800 GMT: Boats are out.\n{DAY_TEXT.replace('rising', 'falling')}") == (
        "Coverage of “The road is cut” has ended: reopen the post to add an update."
    )
    assert paste(post, UPDATES.replace("is rising", "rises")) == PasteResult(
        entries=(
            update("1716", "The water has reached the market.", UNCHANGED),
            update("0832", "The water rises.", UPDATED),
        ),
        ignored=(),
    )
