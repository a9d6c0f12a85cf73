import html
import io
import os
import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from entries.domain import posting, publishing
from entries.enums import EntryState, PostState
from entries.importers.day_markup import Markup
from entries.importers.day_text import parse_day
from entries.management.commands import import_day as command
from entries.models import Entry, Image, Post, Revision, Series
from tests.factories import DAY, at, make_post, picture

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ROOT = Path(__file__).resolve().parent.parent
NAME = "2024-12-03-tide.md"
COVERAGE = "Monday’s Coverage: The Pier — “Closed Until Spring” and No Boats"
MARKDOWN = f"""\
{COVERAGE}

Map: Survey Office

UPDATE 1716 GMT:

The water has reached the market.

Holding a lamp, the mayor said:

> We will not leave the square. So we must not repeat what we did.
>
> That’s why, of course, we stay “through the night”.

The harbour has closed.

UPDATE 0832 GMT:

One road is open & two are cut.

Of 28 boats 22 are in.

ORIGINAL ENTRY: The tide is due on Tuesday and Wednesday.

However, boats are out, and the pilot says:

> I cannot stop them. Ask me tomorrow.
>
> But the buoys are lit.

## The Mayor: Lamps “Necessary”

The council meets at noon.
"""
HEADING = "The Mayor: Lamps “Necessary”"
PARAGRAPHS = [
    line.removeprefix("ORIGINAL ENTRY: ").lstrip("># ")
    for line in MARKDOWN.split("\n")[4:]
    if line.strip("> ") and not line.startswith("UPDATE")
]
PLAIN = re.sub(r"\n(?:>? *\n)+", "\n", re.sub(r"^(?:> |## )", "", MARKDOWN, flags=re.M))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "desk").mkdir()
    return tmp_path / "desk"


def run(folder: Path, text: str | bytes = MARKDOWN, name: str = NAME, **options: Any) -> str:
    """What the command says when it takes in a file of that text."""
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return take(file, **options)


def take(file: Path, **options: Any) -> str:
    out = io.StringIO()
    given: dict[str, Any] = {"series": "The Great Tide", "headline": "The tide is due"} | options
    call_command("import_day", str(file), stdout=out, **given)
    return out.getvalue().strip()


def refusal(folder: Path, text: str | bytes = MARKDOWN, name: str = NAME, **options: Any) -> str:
    with pytest.raises(CommandError) as refused:
        run(folder, text, name, **options)
    return str(refused.value).replace(f"{folder}/", "")


def map_in(folder: Path, colour: int = 64) -> Path:
    (folder / "map.png").write_bytes(picture(colour))
    return folder / "map.png"


def stored(media: Path) -> tuple[int, ...]:
    """How many rows of each kind there are, and files: three an image."""
    rows = (Series.objects, Post.objects, Entry.objects, Revision.objects, Image.objects)
    return (*(kind.count() for kind in rows), sum(file.is_file() for file in media.rglob("*")))


def everything() -> list[Any]:
    kinds = (Series, Post, Entry, Revision, Image)
    return [list(kind.objects.order_by("pk").values()) for kind in kinds]


def page_of(client: Client, post: Post) -> str:
    return client.get(post.get_absolute_url()).content.decode()


def texts_on(page: str) -> list[str]:
    """The paragraphs, headings and quoted paragraphs of the entries, as the page has them from the top."""
    bodies = re.findall(r'<div class="text">(.*?)</div>', page, re.S)
    blocks = [block for body in bodies for block in re.split(r"</(?:p|h3)>", body)]
    words = [html.unescape(re.sub(r"<[^>]+>", "", block)).strip() for block in blocks]
    return [text.removeprefix("ORIGINAL ENTRY: ") for text in words if text]


def assert_in_order(page: str, parts: list[str]) -> None:
    places = [page.find(part) for part in parts]
    assert places == sorted(places)
    assert -1 not in places


def entry_at(clock: str, day: date = DAY) -> Entry:
    return Entry.objects.select_related("post").get(kind="update", published_at=at(clock, day))


def sources() -> list[str]:
    """The text of each entry, newest first, without its tags."""
    return [re.sub(r"<[^>]+>|\s+$", "", entry.source) for entry in Entry.objects.newest_first()]


SHORT = "UPDATE 1716 GMT: Two.\nUPDATE 0832 GMT: One.\nORIGINAL ENTRY: It began.\n"
DONE = "Entries: {} created, {} updated, {} unchanged. Post {}: The tide is due /live/the-tide-is-due/"


# The page


@pytest.mark.parametrize(("text", "name"), [(MARKDOWN, NAME), (PLAIN, "2024-12-03-tide.txt")])
def test_a_day_becomes_a_page_in_its_order(client: Client, folder: Path, text: str, name: str) -> None:
    assert run(folder, text, name, map=map_in(folder)) == DONE.format(3, 0, 0, "created")
    page = page_of(client, Post.objects.get())
    first, last = PARAGRAPHS[-6], PARAGRAPHS[-1]
    assert_in_order(
        page,
        [
            "<h1>The tide is due</h1>", COVERAGE, '<figure class="map">', "Map: Survey Office",
            "UPDATE 1716 GMT:", "UPDATE 0832 GMT:", f"ORIGINAL ENTRY:</a></b> {first}", last,
        ],
    )  # fmt: skip
    assert texts_on(page) == PARAGRAPHS
    quotes = [quote.count("<p>") for quote in re.findall(r"<blockquote>(.*?)</blockquote>", page, re.S)]
    is_markdown = name.endswith(".md")
    assert quotes == ([2, 2] if is_markdown else [])
    assert (f"<h3>{HEADING}</h3>" in page) is is_markdown


@pytest.mark.parametrize("suffix", [".md", ".txt"])
def test_the_sample_becomes_a_page_in_its_order(client: Client, folder: Path, sample: Path, suffix: str) -> None:
    if not sample.exists():
        pytest.skip("the sample is not beside this checkout")
    file = sample.with_suffix(suffix)
    take(file, series="Ukraine War", headline="NATO foreign ministers meet", map=map_in(folder))
    written = [line.lstrip("># ") for line in file.read_text(encoding="utf-8").split("\n")]
    lines = [line.removeprefix("ORIGINAL ENTRY: ") for line in written if line]
    texts = [line for line in lines[2:] if not line.startswith("UPDATE")]
    page = page_of(client, Post.objects.get(slug="nato-foreign-ministers-meet"))
    assert texts_on(page) == texts
    assert_in_order(
        html.unescape(page),
        ["<h1>NATO foreign ministers meet</h1>", lines[0], lines[1], "UPDATE 1716 GMT:", "UPDATE 0832 GMT:",
         "ORIGINAL ENTRY:</a></b> NATO Foreign Ministers meet"],
    )  # fmt: skip
    quotes = [quote.count("<p>") for quote in re.findall(r"<blockquote>(.*?)</blockquote>", page, re.S)]
    assert (quotes, page.count("<h3>")) == (([2, 2], 1) if suffix == ".md" else ([], 0))


def test_the_coverage_line_is_text_until_its_post_is_in_the_series_and_then_the_link(
    client: Client, folder: Path
) -> None:
    run(folder)
    tuesday = Post.objects.get()
    assert f"<p>{COVERAGE}</p>" in page_of(client, tuesday)
    run(folder, SHORT, "2024-12-02.txt", headline=COVERAGE.removeprefix("Monday’s Coverage: "))
    monday = Post.objects.get(date=DAY - timedelta(days=1))
    assert f'<a href="{monday.get_absolute_url()}">{COVERAGE}</a>' in page_of(client, tuesday)
    assert f'href="{tuesday.get_absolute_url()}"' in page_of(client, monday)


def test_a_day_that_passes_midnight_is_labelled_with_the_next_date(client: Client, folder: Path) -> None:
    run(folder, "UPDATE 0032 GMT: Three.\nUPDATE 2350 GMT: Two.\nORIGINAL ENTRY: One.", "2024-12-31.txt")
    assert_in_order(
        page_of(client, Post.objects.get()), ["UPDATE 1 JAN 0032 GMT:", "UPDATE 2350 GMT:", "ORIGINAL ENTRY:"]
    )


def test_two_updates_of_one_minute_stand_as_the_desk_stacked_them(client: Client, folder: Path) -> None:
    run(folder, "UPDATE 0832 GMT: Second.\nUPDATE 0832 GMT: First.\nORIGINAL ENTRY: It began.", "2024-12-03.txt")
    assert texts_on(page_of(client, Post.objects.get())) == ["Second.", "First.", "It began."]


@pytest.mark.parametrize("name", ["2024-12-03.txt", "2024-12-03.md"])
def test_no_script_gets_through(client: Client, folder: Path, name: str) -> None:
    attack = '<script>alert(1)</script><img src=x onerror="alert(2)"><a href="javascript:alert(3)">x</a>'
    text = f"{attack}\n\nMap: {attack} Office\n\nORIGINAL ENTRY: It began.\n\n{attack}\n"
    run(folder, text, name)
    page = page_of(client, Post.objects.get())
    page = page[page.index("<article class") : page.index("</article>")]
    assert re.findall(r"<script|<[^>]*onerror|<[^>]*javascript:", page) == []


# What the command works out


@pytest.mark.parametrize(
    ("name", "given", "day"),
    [
        ("2024-12-03-tide.md", {}, date(2024, 12, 3)),
        ("2024-12-03.txt", {}, date(2024, 12, 3)),
        ("tide-2024-12-03.md", {}, date(2024, 12, 3)),
        ("tide_2024_12_03.MD", {}, date(2024, 12, 3)),
        ("20241203 tide.txt", {}, date(2024, 12, 3)),
        ("2024-12-03-tide.md", {"date": "2024-02-29"}, date(2024, 2, 29)),
        ("tide 1234567890.md", {}, date(2025, 6, 1)),
    ],
)
@time_machine.travel("2025-06-01T23:30:00Z", tick=False)
def test_the_date_is_the_given_one_or_the_file_names_or_today(
    folder: Path, name: str, given: dict[str, str], day: date
) -> None:
    run(folder, SHORT, name, **given)
    assert (Post.objects.get().date, entry_at("0832", day).published_at) == (day, at("0832", day))


@pytest.mark.parametrize(
    ("text", "name", "given", "headline", "slug"),
    [
        (f"# From the file\n\n{SHORT}", NAME, {"headline": "From the desk!"}, "From the desk!", "from-the-desk"),
        (f"# From the file\n\n{SHORT}", NAME, {"headline": ""}, "From the file", "from-the-file"),
        (SHORT, "2024-12-03-the-tide_is due.txt", {"headline": ""}, "The tide is due", "the-tide-is-due"),
        (SHORT, "2024-12-03.txt", {"headline": ""}, "The Great Tide, 3 December 2024",
         "the-great-tide-3-december-2024"),
        (SHORT, "2024-12-03.txt", {"headline": "", "series": ""}, "Live, 3 December 2024", "live-3-december-2024"),
        (SHORT, NAME, {"headline": "Вода"}, "Вода", "the-great-tide-2024-12-03"),
    ],
)  # fmt: skip
def test_the_headline_is_the_given_one_or_the_files_and_makes_the_address(
    folder: Path, text: str, name: str, given: dict[str, str], headline: str, slug: str
) -> None:
    run(folder, text, name, **given)
    post = Post.objects.get()
    assert (post.headline, post.slug) == (headline, slug)


def test_the_post_is_live_from_its_original_entry_on(folder: Path) -> None:
    run(folder, "1716 GMT: One.\nORIGINAL ENTRY, 0600 GMT: It began.")
    post = Post.objects.get()
    assert (post.state, post.published_at) == (PostState.LIVE, at("0600"))
    assert set(Entry.objects.values_list("state", flat=True)) == {EntryState.PUBLISHED}


def test_headlines_of_other_alphabets_on_one_day_are_posts_of_their_own(folder: Path) -> None:
    for headline in ("Мост 2", "Порт 2", "🌊", "⛵"):
        run(folder, SHORT, headline=headline)
    assert Post.objects.count() == 4


def test_headlines_that_differ_at_their_end_are_posts_of_their_own(folder: Path) -> None:
    for end in ("a", "b"):
        run(folder, SHORT, headline=f"{'long ' * 45}{end}", series=f"{'wide ' * 20}")
    assert Post.objects.count() == 2


def test_a_map_is_described_where_nobody_said_what_it_shows(folder: Path) -> None:
    run(folder, map=map_in(folder))
    assert Post.objects.get().map_alt == "Map for “The tide is due”"
    run(folder, headline="Another", map=map_in(folder), map_alt="The bay")
    assert (Post.objects.get(headline="Another").map_alt, Image.objects.count()) == ("The bay", 1)


# Again


def test_run_twice_it_changes_nothing(folder: Path, media_folder: Path) -> None:
    run(folder, map=map_in(folder))
    before = everything()
    assert run(folder, map=map_in(folder)) == DONE.format(0, 0, 3, "unchanged")
    assert (everything(), stored(media_folder)[-1]) == (before, 3)


def test_plain_text_and_markdown_of_one_day_are_the_same_post(folder: Path) -> None:
    run(folder, SHORT, "2024-12-03.txt")
    run(folder, SHORT, "2024-12-03.md")
    assert (Post.objects.count(), Entry.objects.count()) == (1, 3)


def test_a_corrected_text_is_an_edit_of_its_entry(folder: Path) -> None:
    run(folder)
    before = entry_at("0832")
    assert run(folder, MARKDOWN.replace("Of 28 boats", "Of 30 boats")) == DONE.format(0, 1, 2, "unchanged")
    after = entry_at("0832")
    assert "Of 30 boats" in after.html
    assert (after.pk, after.uid, after.get_absolute_url()) == (before.pk, before.uid, before.get_absolute_url())
    assert (after.version, after.revisions.count()) == (2, 2)
    assert run(folder, MARKDOWN.replace("Of 28 boats", "Of 30 boats")) == DONE.format(0, 0, 3, "unchanged")


def test_a_corrected_time_is_an_edit_of_its_entry(folder: Path) -> None:
    run(folder)
    before = entry_at("0832")
    corrected = MARKDOWN.replace("0832", "0823")
    assert run(folder, corrected) == DONE.format(0, 1, 2, "unchanged")
    assert (entry_at("0823").pk, Entry.objects.count()) == (before.pk, 3)
    assert run(folder, corrected) == DONE.format(0, 0, 3, "unchanged")


def test_a_new_update_among_those_of_its_minute_takes_no_others_place(folder: Path) -> None:
    run(folder, SHORT)
    one, two = entry_at("0832").pk, entry_at("1716").pk
    grown = SHORT.replace(
        "UPDATE 0832 GMT: One.", "UPDATE 0832 GMT: One.\nUPDATE 0832 GMT: Half.\nUPDATE 0832 GMT: Early."
    )
    assert run(folder, grown) == DONE.format(2, 0, 3, "unchanged")
    assert dict(Entry.objects.filter(pk__in=[one, two]).values_list("pk", "import_ref")) == {
        one: "2024-12-03T0832/1",
        two: "2024-12-03T1716/1",
    }
    assert run(folder, grown) == DONE.format(0, 0, 5, "unchanged")
    assert sorted(sources()) == ["Early.", "Half.", "It began.", "One.", "Two."]


def test_an_update_that_the_file_gained_is_created_alone(folder: Path) -> None:
    run(folder, SHORT)
    assert run(folder, f"UPDATE 1800 GMT: Three.\n{SHORT}") == DONE.format(1, 0, 3, "unchanged")
    assert sources() == ["Three.", "Two.", "One.", "It began."]


def test_what_an_editor_made_of_an_entry_stays(folder: Path, editor: User) -> None:
    run(folder)
    entry = posting.edit_entry(entry=entry_at("0832"), author=editor, source="<p>Mine.</p>", base_version=1)
    posting.remove_entry(entry=entry_at("1716"), author=editor)
    posting.pin_entry(entry=entry, author=editor)
    before = everything()
    assert run(folder) == DONE.format(0, 0, 3, "unchanged")
    assert everything() == before
    # A removed entry stays away, whatever becomes of its text in the file.
    assert run(folder, MARKDOWN.replace("the market", "the square")) == DONE.format(0, 0, 3, "unchanged")
    assert everything() == before


def test_what_an_editor_made_of_the_posts_own_lines_stays(folder: Path, editor: User) -> None:
    run(folder, map=map_in(folder))
    post = Post.objects.get()
    head = publishing.Head(headline="The editor’s", date=DAY, related="Theirs", map_credit="A. Brown", map_alt="A bay")
    publishing.edit_post(post=post, head=head, author=editor, base_seq=post.head_seq)
    before = everything()
    assert run(folder, map=map_in(folder)).startswith("Entries: 0 created, 0 updated, 3 unchanged. Post unchanged:")
    assert everything() == before


def test_the_posts_own_lines_are_corrected_from_the_file(folder: Path, media_folder: Path) -> None:
    run(folder, map=map_in(folder))
    corrected = MARKDOWN.replace("Map: Survey Office", "Map: Tide Office\n\nAlso: the pier")
    assert run(folder, corrected, map=map_in(folder, 65)) == DONE.format(0, 0, 3, "updated")
    post = Post.objects.get()
    assert (post.map_credit, post.related, post.map) == (
        "Tide Office",
        [COVERAGE, "Also: the pier"],
        Image.objects.latest("pk"),
    )
    assert stored(media_folder)[-2:] == (2, 6)


def test_an_import_without_a_series_leaves_the_post_in_its_own(folder: Path, editor: User) -> None:
    run(folder, series="")
    post = Post.objects.get()
    head = publishing.Head(
        headline=post.headline, date=DAY, series=publishing.ensure_series("Tides"), related=post.related_source,
        map_credit=post.map_credit,
    )  # fmt: skip
    publishing.edit_post(post=post, head=head, author=editor, base_seq=post.head_seq)
    assert run(folder, series="") == DONE.format(0, 0, 3, "unchanged")
    assert str(Post.objects.get().series) == "Tides"


def test_an_ended_post_takes_corrections_and_no_new_update(folder: Path) -> None:
    run(folder, SHORT)
    publishing.end_post(post=Post.objects.get(), author=None)
    assert run(folder, SHORT.replace("One", "Won")) == DONE.format(0, 1, 2, "unchanged")
    before = everything()
    assert refusal(folder, f"UPDATE 1800 GMT: Three.\n{SHORT}", map=map_in(folder)) == (
        f"{NAME}: Coverage of “The tide is due” has ended: reopen the post to add an update."
    )
    assert everything() == before


# Dry run and progress


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(folder: Path, media_folder: Path) -> None:
    said = run(folder, map=map_in(folder), dry_run=True)
    assert said == (
        "Dry run, nothing written. Entries: 3 created, 0 updated, 0 unchanged. Post created: The tide is due"
    )
    assert stored(media_folder) == (0, 0, 0, 0, 0, 0)
    run(folder)
    before = everything()
    said = run(folder, MARKDOWN.replace("28", "30"), map=map_in(folder), dry_run=True)
    assert said == (
        "Dry run, nothing written. Entries: 0 created, 1 updated, 2 unchanged. Post updated: The tide is due"
    )
    assert (everything(), stored(media_folder)[-1]) == (before, 0)


def test_a_dry_run_refuses_what_the_run_would(folder: Path) -> None:
    (folder / "map.png").write_text("no image")
    assert refusal(folder, map=folder / "map.png", dry_run=True).startswith("map.png: This is not a whole JPEG")


def test_a_long_import_shows_progress(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    day = "".join(f"UPDATE {n // 60:02}{n % 60:02} GMT: Text {n}.\n" for n in reversed(range(300)))
    # A second of the clock goes by at each look, so that no test has to wait.
    with time_machine.travel(at("1716")) as clock:
        entries = command._with_progress(list(day))  # type: ignore[arg-type]
        next(entries)
        clock.shift(20)
        list(entries)
    said = rf"Entries: [\d,]+ of {len(day):,} entries, [\d,]+ a second, [\d:]+ to go\n"
    assert re.search(said, capsys.readouterr().err)


def test_thousands_of_updates_are_read_in_their_order(folder: Path) -> None:
    clocks = [f"{n * 1439 // 3000 // 60:02}{n * 1439 // 3000 % 60:02}" for n in range(3000)]
    text = "".join(f"UPDATE {clock} GMT:\n\nText {n}.\n\n" for n, clock in reversed(list(enumerate(clocks))))
    day = parse_day(f"{text}ORIGINAL ENTRY: It began.\n", date=DAY, markup=Markup.MARKDOWN)
    assert [entry.source for entry in day.entries[1:]] == [f"<p>Text {n}.</p>\n" for n in range(3000)]


# Refusals


@pytest.mark.parametrize(
    ("text", "name", "options", "sentence"),
    [
        ("", NAME, {}, f"{NAME}, line 1: the file is empty: give it at least an original entry."),
        (picture(), NAME, {}, f"{NAME}, line 3: this is not a text file: save the day as text."),
        ("One.\nThe mayor’s".encode("cp1252"), NAME, {},
         f"{NAME}, line 2: these bytes are not UTF-8: save the file as UTF-8 text."),
        ("UPDATE 2561 GMT: One.\nORIGINAL ENTRY: Two.", NAME, {},
         f"{NAME}, line 1: “2561” is not a time of day: write it as four digits from 0000 to 2359."),
        ("One.", NAME, {}, f"{NAME}, line 1: the day has no original entry: put “ORIGINAL ENTRY:” before its text."),
        (f"{SHORT}ORIGINAL ENTRY: Again.", NAME, {},
         f"{NAME}, line 4: this is a second original entry, the first is in line 3: a day has one."),
        (SHORT.replace(" One.", ""), NAME, {},
         f"{NAME}, line 2: this update has no text: write some under its label."),
        (SHORT, NAME, {"date": "3 December"}, "“3 December” is not a date: give --date like 2024-12-03."),
        (SHORT, NAME, {"date": "2023-02-29"}, "“2023-02-29” is not a date: give --date like 2024-12-03."),
        (SHORT, "2024-13-03.md", {}, "“2024-13-03” is not a date: give --date like 2024-12-03."),
        (SHORT, NAME, {"headline": "x" * 251},
         f"{NAME}: The headline has 251 characters and at most 250 fit: make it shorter."),
        (f"Map: {'x' * 201}\n{SHORT}", NAME, {},
         f"{NAME}: The map credit has 201 characters and at most 200 fit: make it shorter."),
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_a_sentence_and_leaves_nothing(
    folder: Path, media_folder: Path, text: str | bytes, name: str, options: dict[str, Any], sentence: str
) -> None:
    assert refusal(folder, text, name, map=map_in(folder), **options) == sentence
    assert stored(media_folder) == (0, 0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "map.png cannot be read: No such file or directory."),
        (b"", "map.png: This is not a whole JPEG, PNG, WebP, GIF or AVIF image: save it as one of these."),
        (SHORT.encode(), "map.png: This is not a whole JPEG, PNG, WebP, GIF or AVIF image: save it as one of these."),
        (picture()[:60], "map.png: This is not a whole JPEG, PNG, WebP, GIF or AVIF image: save it as one of these."),
    ],
)
def test_a_map_that_is_no_picture_leaves_nothing(
    folder: Path, media_folder: Path, content: bytes | None, sentence: str
) -> None:
    if content is not None:
        (folder / "map.png").write_bytes(content)
    assert refusal(folder, map=folder / "map.png") == sentence
    assert stored(media_folder) == (0, 0, 0, 0, 0, 0)


def test_what_is_refused_late_leaves_no_row_and_no_file(folder: Path, media_folder: Path) -> None:
    post = make_post("Another")
    before = (everything(), stored(media_folder))
    assert refusal(folder, map=map_in(folder), map_alt="x" * 501) == (
        f"{NAME}: The map alt has 501 characters and at most 500 fit: make it shorter."
    )
    assert (everything(), stored(media_folder)) == before
    assert list(Post.objects.all()) == [post]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("none.md", "none.md cannot be read: No such file or directory."), ("", " cannot be read: Is a directory.")],
)
def test_a_file_that_cannot_be_read_is_named(folder: Path, name: str, sentence: str) -> None:
    with pytest.raises(CommandError) as refused:
        take(folder / name)
    assert str(refused.value).replace(str(folder), "").removeprefix("/") == sentence


# As it is run


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a site of its own, its tables made."""
    environment = {**os.environ, "DATA_DIR": str(tmp_path_factory.mktemp("site"))}
    environment.pop("DATABASE_URL", None)
    manage(environment, "migrate", "--verbosity", "0").check_returncode()
    return environment


def manage(environment: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        ("One.", [], "{}, line 1: the day has no original entry: put “ORIGINAL ENTRY:” before its text."),
        (SHORT, ["--date", "soon"], "“soon” is not a date: give --date like 2024-12-03."),
        (SHORT, ["--map", "{}"],
         "{}: This is not a whole JPEG, PNG, WebP, GIF or AVIF image: save it as one of these."),
        (None, [], "{} cannot be read: No such file or directory."),
    ],
)  # fmt: skip
def test_a_refusal_is_one_line_and_exit_status_1(
    site: dict[str, str], folder: Path, text: str | None, options: list[str], sentence: str
) -> None:
    file = folder / "day.txt"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    done = manage(site, "import_day", str(file), *[option.format(file) for option in options])
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"CommandError: {sentence.format(file)}\n")


def test_a_day_is_taken_in_from_the_command_line(site: dict[str, str], folder: Path) -> None:
    (folder / NAME).write_text(MARKDOWN, encoding="utf-8")
    arguments = ["import_day", str(folder / NAME), "--series", "Tides", "--headline", "The tide is due"]
    done = [manage(site, *arguments, "--map", str(map_in(folder))) for _ in range(2)]
    assert [(run.returncode, run.stdout, run.stderr) for run in done] == [
        (0, DONE.format(3, 0, 0, "created") + "\n", ""),
        (0, DONE.format(0, 0, 3, "unchanged") + "\n", ""),
    ]


def test_a_day_that_is_over_ends_with_its_last_update(tmp_path: Path) -> None:
    file = tmp_path / "2024-12-03-tide.txt"
    file.write_text("UPDATE 1716 GMT:\nBoats.\nORIGINAL ENTRY: Water.\n")
    call_command("import_day", str(file), ended=True, stdout=io.StringIO())
    post = Post.objects.get()
    assert (post.state, post.ended_at) == (PostState.ENDED, at("1716"))


def test_an_update_of_a_time_still_to_come_is_taken_in_with_a_question(tmp_path: Path) -> None:
    file, said = tmp_path / "tide.txt", io.StringIO()
    file.write_text("UPDATE 1716 GMT:\nBoats.\nORIGINAL ENTRY: Water.\n")
    with time_machine.travel(at("0900"), tick=False):
        call_command("import_day", str(file), stdout=io.StringIO(), stderr=said)
    assert Entry.objects.visible().updates().count() == 1
    assert said.getvalue() == (
        "Note: the newest update is of 1716 GMT on 3 December 2024, still to come: is --date right?\n"
    )
