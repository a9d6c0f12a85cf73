import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entries.enums import EntryKind
from entries.importers.day_labels import BadDay
from entries.importers.day_markup import Markup
from entries.importers.day_text import Day, DayEntry, decode_day, parse_day
from entries.sanitising import plain_text
from tests.factories import DAY, at

NEXT_DAY = DAY + timedelta(days=1)
MIDNIGHT = at("0000")
BOTH = pytest.mark.parametrize("markup", Markup)

PLAIN = """\
Monday’s Coverage: The Pier — “Closed Until Spring”
Map: Survey Office
UPDATE 1716 GMT:
The water has reached the market.
The mayor said:
We will not leave. We stay.
UPDATE, 0832 GMT:
One road is open.
ORIGINAL ENTRY: The tide is due on Tuesday.
However, boats are out.
"""
MARKDOWN = """\
Monday’s Coverage: The Pier — “Closed Until Spring”

Map: Survey Office

UPDATE 1716 GMT:

The water has reached the market.

The mayor said:

> We will not leave.
>
> We stay.

UPDATE, 0832 GMT:

One road is open.

ORIGINAL ENTRY: The tide is due on Tuesday.

## The boats

However, boats are out.
"""


def original(source: str, when: datetime = MIDNIGHT) -> DayEntry:
    return DayEntry(EntryKind.ORIGINAL, when, "", source)


def update(when: datetime, source: str, topic: str = "") -> DayEntry:
    return DayEntry(EntryKind.UPDATE, when, topic, source)


def lines_of(day: Day) -> list[str]:
    """The text of each block, newest entry first, as on the page."""
    blocks = [re.split(r"\n|(?<=</p>)", entry.source) for entry in reversed(day.entries)]
    return [words for entry in blocks for block in entry if (words := plain_text(block))]


def sources(text: str, markup: Markup = Markup.MARKDOWN) -> list[str]:
    """The HTML of each entry, newest first."""
    return [entry.source.strip() for entry in reversed(parse_day(text, date=DAY, markup=markup).entries)]


def times(text: str, day: date = DAY) -> list[datetime]:
    """The time of each update, newest first."""
    return [entry.published_at for entry in reversed(parse_day(text, date=day, markup=Markup.PLAIN).entries[1:])]


def sentence_of(text: str, markup: Markup = Markup.PLAIN, day: date = DAY) -> str:
    with pytest.raises(BadDay) as refused:
        parse_day(text, date=day, markup=markup)
    return str(refused.value)


# A whole day


def test_plain_text_is_a_paragraph_a_line() -> None:
    assert parse_day(PLAIN, date=DAY, markup=Markup.PLAIN) == Day(
        date=DAY,
        headline="",
        related=("Monday’s Coverage: The Pier — “Closed Until Spring”",),
        credit="Survey Office",
        entries=(
            original("<p>The tide is due on Tuesday.</p>\n<p>However, boats are out.</p>"),
            update(at("0832"), "<p>One road is open.</p>"),
            update(
                at("1716"),
                "<p>The water has reached the market.</p>\n<p>The mayor said:</p>\n<p>We will not leave. We stay.</p>",
            ),
        ),
    )


def test_markdown_has_quotes_and_headings() -> None:
    assert parse_day(MARKDOWN, date=DAY, markup=Markup.MARKDOWN) == Day(
        date=DAY,
        headline="",
        related=("Monday’s Coverage: The Pier — “Closed Until Spring”",),
        credit="Survey Office",
        entries=(
            original("<p>The tide is due on Tuesday.</p>\n<h3>The boats</h3>\n<p>However, boats are out.</p>\n"),
            update(at("0832"), "<p>One road is open.</p>\n"),
            update(
                at("1716"),
                "<p>The water has reached the market.</p>\n<p>The mayor said:</p>\n"
                "<blockquote>\n<p>We will not leave.</p>\n<p>We stay.</p>\n</blockquote>\n",
            ),
        ),
    )


@pytest.mark.parametrize("end", ["\r\n", "\r", "\N{LINE SEPARATOR}", "\x0b", "\n\n", "  \n", "\n\N{NO-BREAK SPACE}\n"])
@BOTH
def test_a_day_is_the_same_whatever_ends_its_lines(end: str, markup: Markup) -> None:
    expected = parse_day(PLAIN, date=DAY, markup=markup)
    assert parse_day(PLAIN.replace("\n", end), date=DAY, markup=markup) == expected


@pytest.mark.parametrize("text", [MARKDOWN.replace("\n\n", "\n"), MARKDOWN.replace("\n\n", "\n").replace(">\n", "")])
def test_markdown_without_blank_lines_is_a_paragraph_a_line(text: str) -> None:
    assert parse_day(text, date=DAY, markup=Markup.MARKDOWN) == parse_day(MARKDOWN, date=DAY, markup=Markup.MARKDOWN)


def test_blank_lines_between_the_entries_alone_do_not_join_paragraphs() -> None:
    text = PLAIN.replace("UPDATE", "\nUPDATE").replace("ORIGINAL", "\nORIGINAL")
    assert lines_of(parse_day(text, date=DAY, markup=Markup.MARKDOWN)) == lines_of(
        parse_day(PLAIN, date=DAY, markup=Markup.PLAIN)
    )


@pytest.mark.parametrize("markup", Markup)
def test_the_sample_comes_out_whole_and_in_its_order(sample: Path, markup: Markup) -> None:
    file = sample if markup is Markup.MARKDOWN else sample.with_suffix(".txt")
    if not file.exists():
        pytest.skip("the sample is not beside this checkout")
    text = decode_day(file.read_bytes())
    written = [line.lstrip("># ").replace("ORIGINAL ENTRY: ", "") for line in text.split("\n")]
    day = parse_day(text, date=DAY, markup=markup)
    assert [written[0], "Map: " + day.credit] == [*day.related, *[line for line in written if line.startswith("Map:")]]
    assert lines_of(day) == [line for line in written[1:] if line and not re.match(r"Map:|UPDATE", line)]
    assert [entry.published_at for entry in day.entries] == [at("0000"), at("0832"), at("1716")]
    assert [(s.count("<blockquote>"), s.count("<h3>")) for s in (entry.source for entry in day.entries)] == (
        [(1, 1), (0, 0), (1, 0)] if markup is Markup.MARKDOWN else [(0, 0)] * 3
    )


# Above the map


@BOTH
def test_the_lines_above_the_map_keep_their_order_around_the_credit(markup: Markup) -> None:
    text = "Also: the pier\nMap: Survey Office\nMonday's Coverage: X\nPhoto: A. Brown\nORIGINAL ENTRY: It began."
    day = parse_day(text, date=DAY, markup=markup)
    assert (day.related, day.credit) == (
        ("Also: the pier", "Monday's Coverage: X", "Photo: A. Brown"),
        "Survey Office",
    )


def test_lines_above_the_map_are_kept_between_labels_that_run_in() -> None:
    text = "Monday’s Coverage: X\nUPDATE 1716 GMT: One.\n\nTwo wraps\nhere.\n\nORIGINAL ENTRY: It began."
    day = parse_day(text, date=DAY, markup=Markup.MARKDOWN)
    assert (day.related, len(day.entries)) == (("Monday’s Coverage: X",), 2)


def test_markdown_above_the_map_has_links_and_lists_and_a_headline() -> None:
    text = (
        "# The *road* is cut #\n\n- [The pier](https://news.example.org/pier)\n- **Also:** the [market][1]\n\n---\n\n"
        "*Map: [Survey Office](https://survey.example.org)*\n\nORIGINAL ENTRY: It began.\n\n[1]: https://m.example.org\n"
    )
    assert parse_day(text, date=DAY, markup=Markup.MARKDOWN) == Day(
        date=DAY,
        headline="The road is cut",
        related=(
            '<a href="https://news.example.org/pier">The pier</a>',
            '<strong>Also:</strong> the <a href="https://m.example.org">market</a>',
        ),
        credit="Survey Office",
        entries=(original("<p>It began.</p>\n"),),
    )


def test_underlined_headings_are_headings() -> None:
    text = (
        "The road is cut\n===\n\nUPDATE 1716 GMT:\n---\n\nOne.\n\nORIGINAL ENTRY\n===\n\nThe tide\n---\n\nIt began.\n"
    )
    day = parse_day(text, date=DAY, markup=Markup.MARKDOWN)
    assert (day.headline, day.related, sources(text)) == (
        "The road is cut",
        (),
        ["<p>One.</p>", "<h3>The tide</h3>\n<p>It began.</p>"],
    )


# Labels in their surroundings


@BOTH
def test_a_list_or_any_text_may_follow_a_label_directly(markup: Markup) -> None:
    text = "**UPDATE 1716 GMT:**\n- The pier\n- The road\nBoth are cut.\n\n## ORIGINAL ENTRY\nIt began.\n"
    assert sources(text, markup) == (
        ["<ul>\n<li>The pier</li>\n<li>The road</li>\n</ul>\n<p>Both are cut.</p>", "<p>It began.</p>"]
        if markup is Markup.MARKDOWN
        else ["<p>- The pier</p>\n<p>- The road</p>\n<p>Both are cut.</p>", "<p>It began.</p>"]
    )


def test_a_label_inside_a_wrapped_sentence_stays_text() -> None:
    text = (
        "UPDATE 1716 GMT: The siren went at\n1702 GMT: then again, as the desk wrote under\n"
        "UPDATE 0832 GMT: in the morning,\nand at\nupdate 5 pm EST: too.\n\n"
        "UPDATE 0832 GMT: The siren\nwent.\n\nORIGINAL ENTRY: It began.\n"
    )
    assert sources(text) == [
        "<p>The siren went at\n1702 GMT: then again, as the desk wrote under\nUPDATE 0832 GMT: in the morning,\n"
        "and at\nupdate 5 pm EST: too.</p>",
        "<p>The siren\nwent.</p>",
        "<p>It began.</p>",
    ]


@BOTH
def test_a_label_within_a_line_stays_text(markup: Markup) -> None:
    text = "UPDATE 1716 GMT:\nUnder “UPDATE 0832 GMT:” stood: ORIGINAL ENTRY: none.\nORIGINAL ENTRY: It began."
    assert sources(text, markup) == [
        "<p>Under “UPDATE 0832 GMT:” stood: ORIGINAL ENTRY: none.</p>",
        "<p>It began.</p>",
    ]


@pytest.mark.parametrize(
    ("quoted", "html"),
    [
        ("> UPDATE 0832 GMT:\n> It rose.", "<blockquote>\n<p>UPDATE 0832 GMT:{}It rose.</p>\n</blockquote>"),
        ("- 0832 GMT: It rose.\n- 0900 GMT: It fell.",
         "<ul>\n<li>0832 GMT: It rose.</li>\n<li>0900 GMT: It fell.</li>\n</ul>"),
        ("```\nUPDATE 0832 GMT:\n\nIt rose.\n```", "<pre><code>UPDATE 0832 GMT:\n\nIt rose.\n</code></pre>"),
    ],
    ids=["quote", "list", "fence"],
)  # fmt: skip
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_label_in_a_quote_a_list_or_a_code_fence_is_text(quoted: str, html: str, gap: str) -> None:
    text = gap.join(["UPDATE 1716 GMT:", "It was said", "and heard:", quoted, "ORIGINAL ENTRY: It began."])
    said = "<p>It was said</p>\n<p>and heard:</p>"
    # Nothing here stops midway but the first line, and only beside the second.
    expected = html.format("</p>\n<p>")
    assert sources(text) == [f"{said}\n{expected}", "<p>It began.</p>"]


def test_a_fence_that_nothing_closes_hides_no_label() -> None:
    text = "UPDATE 1716 GMT:\n\n```\n\nOne.\n\nORIGINAL ENTRY:\n\nIt began."
    assert [plain_text(source) for source in sources(text)] == ["One.", "It began."]


# Text


@pytest.mark.parametrize(
    ("line", "html"),
    [
        ("5 < 6 & 7 > 6", "<p>5 &lt; 6 &amp; 7 &gt; 6</p>"),
        ("<script>alert(1)</script> &lt;", "<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp;lt;</p>"),
        ("# *no* `mark` _of_ [Markdown](x)", "<p># *no* `mark` _of_ [Markdown](x)</p>"),
        ("> “It's”\tso \N{NO-BREAK SPACE}", "<p>&gt; “It's”\tso</p>"),
    ],
)
def test_plain_text_is_shown_as_it_was_typed(line: str, html: str) -> None:
    assert sources(f"ORIGINAL ENTRY:\n{line}\n", Markup.PLAIN) == [html]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Two lines of\none paragraph.\n\nNext.", "<p>Two lines of\none paragraph.</p>\n<p>Next.</p>"),
        ("\tIndented.\n\n    Deeper.", "<p>Indented.</p>\n<p>Deeper.</p>"),
        ("One.\n- a\n- b\nTwo.\n2. c\n3. d", "<p>One.</p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<p>Two.</p>\n"
         '<ol start="2">\n<li>c</li>\n<li>d</li>\n</ol>'),
        ("One.\n| a | b |\n|---|---|\n| c | d |\nTwo.", "<p>One.</p>\n<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n"
         "</tr>\n</thead>\n<tbody>\n<tr>\n<td>c</td>\n<td>d</td>\n</tr>\n</tbody>\n</table>\n<p>Two.</p>"),
        ("One [link][1].\n[1]: https://example.org/", '<p>One <a href="https://example.org/">link</a>.</p>'),
        ("# One\n\n### Two\n\n###### Three", "<h3>One</h3>\n<h4>Two</h4>\n<h4>Three</h4>"),
        ("~~Old~~ **new** *text* & <b>tag</b>",
         "<p><s>Old</s> <strong>new</strong> <em>text</em> &amp; <b>tag</b></p>"),
    ],
)  # fmt: skip
def test_markdown_is_rendered(text: str, html: str) -> None:
    assert sources(f"ORIGINAL ENTRY:\n{text}\n") == [html]


# Time


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["UPDATE 0832 GMT:", "UPDATE 0832 GMT:"], [at("0832"), at("0832")]),
        (["UPDATE 0032 GMT:", "UPDATE 2350 GMT:"], [at("0032", NEXT_DAY), at("2350")]),
        (["UPDATE 0110 GMT:", "UPDATE 0032 GMT:", "UPDATE 2350 GMT:"],
         [at("0110", NEXT_DAY), at("0032", NEXT_DAY), at("2350")]),
        (["UPDATE 0032 GMT:", "UPDATE 2350 GMT:", "UPDATE 0010 GMT:", "UPDATE 2349 GMT:"],
         [at("0032", NEXT_DAY + timedelta(days=1)), at("2350", NEXT_DAY), at("0010", NEXT_DAY), at("2349")]),
        (["UPDATE 4 DEC 0032 GMT:", "UPDATE 0832 GMT:"], [at("0032", NEXT_DAY), at("0832")]),
        (["UPDATE 0110 GMT:", "UPDATE 4 DEC 0032 GMT:", "UPDATE 0005 GMT:"],
         [at("0110", NEXT_DAY), at("0032", NEXT_DAY), at("0005")]),
        (["UPDATE 0832 GMT:", "UPDATE 2 DEC 2350 GMT:"], [at("0832"), at("2350", date(2024, 12, 2))]),
    ],
)  # fmt: skip
def test_a_clock_that_falls_back_has_passed_midnight(labels: list[str], expected: list[datetime]) -> None:
    assert times("\n".join(f"{label}\nText." for label in labels) + "\nORIGINAL ENTRY: It began.") == expected


@pytest.mark.parametrize(
    ("day", "label", "expected"),
    [
        (date(2024, 12, 31), "UPDATE 0005 GMT:", date(2025, 1, 1)),
        (date(2024, 12, 31), "UPDATE 1 JAN 0005 GMT:", date(2025, 1, 1)),
        (date(2025, 1, 1), "UPDATE 31 DEC 2355 GMT:", date(2024, 12, 31)),
        (date(2024, 2, 28), "UPDATE 0005 GMT:", date(2024, 2, 29)),
        (date(2024, 2, 29), "UPDATE 29 FEB 0005 GMT:", date(2024, 2, 29)),
        (date(2024, 2, 29), "UPDATE 0005 GMT:", date(2024, 3, 1)),
        (date(2023, 2, 28), "UPDATE 0005 GMT:", date(2023, 3, 1)),
    ],
)
def test_midnight_is_passed_at_the_end_of_a_year_and_of_february_too(day: date, label: str, expected: date) -> None:
    below = "UPDATE 2350 GMT:\nText.\n" if re.match(r"UPDATE \d{4}", label) else ""
    assert times(f"{label}\nText.\n{below}ORIGINAL ENTRY: It began.", day)[0].date() == expected


def test_the_original_entry_may_have_a_time() -> None:
    day = parse_day("1716 GMT: One.\nORIGINAL ENTRY, 0600 GMT: It began.", date=DAY, markup=Markup.PLAIN)
    assert day.entries == (original("<p>It began.</p>", at("0600")), update(at("1716"), "<p>One.</p>"))


# Refusals


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "line 1: the day has no original entry: put “ORIGINAL ENTRY:” before its text."),
        ("One.\nUPDATE 1716 GMT:\nTwo.\n\n",
         "line 3: the day has no original entry: put “ORIGINAL ENTRY:” before its text."),
        ("ORIGINAL ENTRY: One.\n\nORIGINAL ENTRY: Two.",
         "line 3: this is a second original entry, the first is in line 1: a day has one."),
        ("ORIGINAL ENTRY: One.\nUPDATE 1716 GMT: Two.",
         "line 2: this update stands below the original entry: put updates above it, newest first."),
        ("UPDATE 1716 GMT:\n\n \t\nORIGINAL ENTRY: One.",
         "line 1: this update has no text: write some under its label."),
        ("UPDATE 1716 GMT: One.\nORIGINAL ENTRY:\n",
         "line 2: this original entry has no text: write some under its label."),
        ("Also: x\r\nUPDATE 2561 GMT:\r\nOne.\r\nORIGINAL ENTRY: Two.",
         "line 2: “2561” is not a time of day: write it as four digits from 0000 to 2359."),
        ("UPDATE 30 FEB 0032 GMT: One.\nORIGINAL ENTRY: Two.",
         "line 1: there is no day 30 in month 2: write the date like 4 DEC."),
        (f"UPDATE 1716 GMT: {'x' * 500_000}\nORIGINAL ENTRY: Two.",
         "line 1: The text has 500,007 characters and at most 500,000 fit: make two updates of it."),
    ],
)  # fmt: skip
@BOTH
def test_a_day_that_cannot_be_meant_is_refused_with_its_line(text: str, sentence: str, markup: Markup) -> None:
    got = sentence_of(text, markup)
    # Markdown ends its paragraphs with a line end.
    assert got.replace("500,008", "500,007") == sentence


@pytest.mark.parametrize(
    "nothing", ["<script>alert(1)</script>", "---", "<!-- later -->", "&nbsp;", "\N{NO-BREAK SPACE}"]
)
def test_an_update_of_which_readers_would_see_nothing_has_no_text(nothing: str) -> None:
    text = f"UPDATE 1716 GMT:\n\n{nothing}\n\nORIGINAL ENTRY: One.\n"
    assert sentence_of(text, Markup.MARKDOWN) == "line 1: this update has no text: write some under its label."


def test_29_february_is_refused_where_no_year_near_has_one() -> None:
    text = "UPDATE 29 FEB 0032 GMT: One.\nORIGINAL ENTRY: Two."
    assert sentence_of(text, day=date(2022, 2, 28)) == (
        "line 1: there is no day 29 in month 2: write the date like 4 DEC."
    )


def test_a_day_after_the_last_is_refused() -> None:
    text = "UPDATE 0032 GMT: One.\nUPDATE 2350 GMT: Two.\nORIGINAL ENTRY: Three."
    assert sentence_of(text, day=date.max) == (
        "line 1: this update is of a day after the last year there is: check the date."
    )


# Bytes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_read_with_its_byte_order_mark_or_without(encoding: str) -> None:
    text = decode_day(PLAIN.encode(encoding))
    assert parse_day(text, date=DAY, markup=Markup.PLAIN) == parse_day(PLAIN, date=DAY, markup=Markup.PLAIN)


def test_a_mark_in_the_middle_of_joined_files_is_ignored() -> None:
    text = PLAIN.replace("UPDATE", "\N{ZERO WIDTH NO-BREAK SPACE}UPDATE")
    assert parse_day(text, date=DAY, markup=Markup.PLAIN) == parse_day(PLAIN, date=DAY, markup=Markup.PLAIN)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "line 1: the file is empty: give it at least an original entry."),
        (b" \r\n\t\n", "line 1: the file is empty: give it at least an original entry."),
        (b"\xef\xbb\xbf", "line 1: the file is empty: give it at least an original entry."),
        (b"\xff\xfe\r\0\n\0", "line 1: the file is empty: give it at least an original entry."),
        (b"One.\nTwo.\nThe mayor\x92s road", "line 3: these bytes are not UTF-8: save the file as UTF-8 text."),
        (b"One.\rTwo.\rThe mayor\x92s road", "line 3: these bytes are not UTF-8: save the file as UTF-8 text."),
        (b"\xff\xfeO", "line 1: these bytes are not UTF-8: save the file as UTF-8 text."),
        (b"\x89PNG\r\n\x1a\n\0\0", "line 3: this is not a text file: save the day as text."),
        ("ORIGINAL ENTRY: x".encode("utf-16-le"), "line 1: this is not a text file: save the day as text."),
    ],
)
def test_bytes_that_are_no_text_are_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(BadDay) as refused:
        decode_day(data)
    assert str(refused.value) == sentence


# Any text


PIECES = st.sampled_from(
    "UPDATE |1716 |2561 |GMT|:| — |ORIGINAL ENTRY:|\n|\n\n|\r|> |- |1. |# |```|~~~|<script>|</p>|[a](b)|[a]: b\n|**|_|"
    "4 DEC |29 FEB |1 JAN |Map: |Monday’s Coverage: |===|--|&#0;|\x00|\ud800|\N{NO-BREAK SPACE}|\ufeff|text|. ".split(
        "|"
    )
)


def refusal(read: Callable[[], object]) -> str:
    try:
        read()
    except BadDay as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize(
    "line",
    [
        *(" ", "*", "_ ", "#", "1", "17.", "> ", "- ", "`", "UPDATE ", "UPDATE 1716 GMT{}x", "UPDATE 4 DEC{}x"),
        *("1716{}GMT?", "Map{}x", "# a{}b", "Map: a{}b"),
    ],
)
@BOTH
def test_a_line_without_end_takes_no_time_without_end(line: str, markup: Markup) -> None:
    endless = line.format(" " * 50_000) if "{}" in line else line * (50_000 // len(line))
    text = f"One.\n{endless} x\nORIGINAL ENTRY: It began.\n"
    assert sources(text, markup)[-1] == "<p>It began.</p>"


@settings(max_examples=250, deadline=None, database=None)
@given(
    st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join)), st.dates(), st.sampled_from(Markup), st.booleans()
)
def test_any_text_is_a_day_or_a_bad_day(text: str, day: date, markup: Markup, needs_original: bool) -> None:
    for whole in (text, f"{text}\nORIGINAL ENTRY: It began."):
        said = refusal(partial(parse_day, whole, date=day, markup=markup, needs_original=needs_original))
        assert re.fullmatch(r"|line \d+: .+", said)


@settings(max_examples=250, deadline=None, database=None)
@given(st.binary())
def test_any_bytes_are_text_or_a_bad_day(data: bytes) -> None:
    assert re.fullmatch(r"|line \d+: .+", refusal(partial(decode_day, data)))


WORDS = st.text(alphabet="abcdefghijklmnopqrstuvwxyz é’“”—,", min_size=1, max_size=40).map(
    lambda text: " ".join(f"The {text}.".split())
)
TEXTS = st.lists(WORDS, min_size=1, max_size=4)
LABELS = st.sampled_from(["UPDATE {} GMT:", "UPDATE, {} GMT:", "UPDATE {} GMT —", "**UPDATE {} GMT:**", "{} GMT:"])


@settings(max_examples=150, deadline=None, database=None)
@given(
    st.lists(st.tuples(LABELS, st.times(), TEXTS, st.booleans()), max_size=4),
    TEXTS,
    st.sampled_from(["\n", "\n\n", "\r\n", "\r\n\r\n"]),
    st.sampled_from(Markup),
)
def test_every_line_of_a_day_comes_out_once_and_in_its_order(
    updates: list[tuple[str, time, list[str], bool]], first: list[str], end: str, markup: Markup
) -> None:
    parts = [(label.format(f"{clock:%H%M}"), texts, runs_in) for label, clock, texts, runs_in in updates]
    parts.append(("ORIGINAL ENTRY:", first, True))
    lines: list[str] = []
    for label, texts, runs_in in parts:
        lines += [f"{label} {texts[0]}", *texts[1:]] if runs_in else [label, *texts]
    day = parse_day(end.join(lines), date=DAY, markup=markup)
    assert lines_of(day) == [line for _, texts, _ in parts for line in texts]
    assert [f"{entry.published_at:%H%M}" for entry in day.entries[1:]] == [
        f"{clock:%H%M}" for _, clock, _, _ in reversed(updates)
    ]
