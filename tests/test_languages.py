"""Every language that the site speaks: its catalogue is complete, and nothing English is left on its pages."""

import ast
import re
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import feedparser
import pytest
import time_machine
from babel import Locale
from django.conf import settings as site
from django.contrib.auth.models import User
from django.template.base import Lexer, TokenType
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from entries.domain import posting, publishing, superseding
from entries.domain.refusals import LineTooLong, PostEnded, TextTooLong
from entries.domain.rights import require_publishing
from entries.enums import EntryKind
from entries.importers.day_labels import BadDay
from entries.importers.day_markup import Markup
from entries.importers.day_paste import paste_day
from entries.labels import ORIGINAL_LABEL, coverage_label, day_text, update_label
from entries.management.commands import messages
from entries.models import Entry, Post
from entries.richtext import EDITOR_LANGUAGES
from entries.templatetags.entry_text import say_new_updates
from tests.factories import at, make_draft, make_image, make_post, make_series, make_update

ALL = [code for code, _ in site.LANGUAGES]
OTHERS = messages.languages()
TUESDAY = date(2024, 12, 3)
# The same in every language, and what of a template looks like words and is markup.
NO_WORDS = {"API", "RSS", "hidden", "desk-page"}


# The catalogues


@pytest.mark.once
@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_has_all_that_is_said_and_nothing_else(language: str) -> None:
    assert list(messages.faults(language)) == []


@pytest.mark.once
def test_taking_in_what_is_said_a_second_time_changes_nothing(settings: Any, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in Path(site.LOCALE_PATHS[0]).rglob("django.*")}
    settings.LOCALE_PATHS = [tmp_path]
    for path, content in before.items():
        copy = tmp_path / path.relative_to(messages.ROOT / "locale")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(content)
    messages.update()
    assert sorted(path.read_bytes() for path in tmp_path.rglob("django.*")) == sorted(before.values())


BROKEN = [
    ('msgid "Live"\nmsgstr "Live"', 'msgid "Live"\nmsgstr ""', "“Live” is not translated."),
    ('msgid "Live"\nmsgstr', '#, fuzzy\nmsgid "Live"\nmsgstr', "“Live” is marked as fuzzy."),
    ('msgid "Live"\nmsgstr', 'msgid "Leave"\nmsgstr', "“Live” is not in the catalogue."),
    ('msgid "Live"\nmsgstr', 'msgid "Leave"\nmsgstr', "“Leave” is said nowhere any more."),
    ('msgstr "%(clock)s GMT"', 'msgstr "%(time)s GMT"', "“%(clock)s GMT” has other placeholders in “%(time)s GMT”."),
    ('msgstr[1] "%s neue Updates"', 'msgstr[1] ""', "“%s new update” is not translated."),
    ('msgstr[1] "%s neue Updates"', 'msgstr[1] "Updates"', "“%s new update” has other placeholders in “Updates”."),
    ('msgstr "Stumm"', 'msgstr "\\"Stumm"', '“Mute” has other markup in “"Stumm”.'),
    ('msgstr "Stumm"', 'msgstr "<b>Stumm</b>"', "“Mute” has other markup in “<b>Stumm</b>”."),
    ('msgstr "Stumm"', 'msgstr "Stumm "', "“Mute” has other space around it in “Stumm ”."),
]


@pytest.mark.once
@pytest.mark.parametrize(("right", "wrong", "fault"), BROKEN)
def test_what_is_wrong_in_a_catalogue_is_told(
    settings: Any, tmp_path: Path, right: str, wrong: str, fault: str
) -> None:
    text = messages.path_of("de").read_text()
    assert text.count(right) == 1
    settings.LOCALE_PATHS = [tmp_path]
    messages.path_of("de").parent.mkdir(parents=True)
    messages.path_of("de").write_text(text.replace(right, wrong))
    messages.path_of("de", "mo").write_bytes(messages.compiled("de"))
    assert f"de: {fault}" in list(messages.faults("de"))


@pytest.mark.once
def test_a_compiled_catalogue_of_another_day_is_told(settings: Any, tmp_path: Path) -> None:
    text = messages.path_of("de").read_text()
    settings.LOCALE_PATHS = [tmp_path]
    messages.path_of("de").parent.mkdir(parents=True)
    messages.path_of("de").write_text(text)
    messages.path_of("de", "mo").write_bytes(b"")
    assert list(messages.faults("de")) == ["de: django.mo is not what django.po compiles to."]


# The code


def _bare_words(source: str) -> list[str]:
    """Words of a template that go round the catalogues: between its tags, and in attributes that are read out."""
    source = re.sub(r"(?s){% blocktranslate\b.*?{% endblocktranslate %}", "{% translated %}", source)
    tokens = Lexer(source).tokenize()
    text = "".join(token.contents if token.token_type == TokenType.TEXT else "\0" for token in tokens)
    attributes = re.findall(r"""\b(?:aria-label|alt|title|placeholder|label)=["']([^"'\0]+)""", text)
    between = re.split(r"""<[^>]*>|\0|&\w+;|[\w-]+=["'][^"'\0]*["']>?""", text)
    return [words for piece in [*attributes, *between] if re.search(r"[^\W\d_]{2}", words := piece.strip())]


@pytest.mark.once
def test_no_template_has_words_of_its_own() -> None:
    found = {
        f"{path.name}: {words}"
        for path in (messages.ROOT / "templates").rglob("*.html")
        for words in _bare_words(path.read_text())
        # The API's page is its schema, which is in English as its field names are, and says so (`lang="en"`).
        if words not in NO_WORDS and path.parent.name != "api"
    }
    assert found == set()


def _raised_words(source: str) -> list[str]:
    """Sentences that an exception is made of without the catalogues."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    of_exceptions = [
        *(node for node in calls if isinstance(node.func, ast.Attribute) and node.func.attr == "__init__"),
        *(node.exc for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Raise)),
    ]
    words = [argument for call in of_exceptions if isinstance(call, ast.Call) for argument in call.args]
    return [
        ast.unparse(word)
        for word in words
        if isinstance(word, ast.JoinedStr) or (isinstance(word, ast.Constant) and " " in str(word.value))
    ]


@pytest.mark.once
def test_what_the_domain_and_the_importers_refuse_is_in_the_catalogues() -> None:
    """But for a wrong change number, which is told to programs, and what its caller says in other words."""
    found = [
        words
        for folder in ("domain", "importers", "forms", "views", "admin")
        for path in (messages.ROOT / "entries" / folder).rglob("*.py")
        for words in _raised_words(path.read_text())
    ]
    assert sorted(found) == [
        "'no such hour before or after noon'",
        "f'“{text[:40]}” is not a change number: give the seq of the page, such as 41.'",
    ]


@pytest.mark.once
def test_days_in_templates_are_written_as_the_language_has_them() -> None:
    """Django's `date` knows the names of months, but neither their grammar nor their place."""
    found = [
        f"{path.name}: {form}"
        for path in (messages.ROOT / "templates").rglob("*.html")
        for form in re.findall(r"""\|date:["']([^"']*)""", path.read_text())
        if re.search(r"[lDFMNE]", form)
    ]
    assert found == []


def test_the_rich_text_editor_speaks_every_language_of_the_site() -> None:
    assert sorted(EDITOR_LANGUAGES) == sorted(ALL)


# Labels

LABELS = {
    "en": ("UPDATE 1716 GMT:", "UPDATE 4 DEC 0032 GMT:", "ORIGINAL ENTRY:", "Monday’s Coverage:", "3 May’s Coverage:"),
    "de": (
        "UPDATE 1716 GMT:", "UPDATE 4. DEZ. 0032 GMT:", "AUSGANGSMELDUNG:",
        "Berichterstattung vom Montag:", "Berichterstattung vom 3. Mai:",
    ),
    "fr": (
        "MISE À JOUR 1716 GMT\u00a0:", "MISE À JOUR 4 DÉC. 0032 GMT\u00a0:", "TEXTE INITIAL\u00a0:",
        "Le direct de lundi\u00a0:", "Le direct du 3 mai\u00a0:",
    ),
    "es": (
        "ACTUALIZACIÓN 1716 GMT:", "ACTUALIZACIÓN 4 DIC 0032 GMT:", "ENTRADA INICIAL:",
        "Cobertura del lunes:", "Cobertura del 3 de mayo:",
    ),
    "uk": (
        "ОНОВЛЕННЯ 1716 GMT:", "ОНОВЛЕННЯ 4 ГРУД. 0032 GMT:", "ПОЧАТКОВИЙ ЗАПИС:",
        "Понеділок наживо:", "3 травня наживо:",
    ),
    "ar": (
        "تحديث 1716 غرينتش:", "تحديث 4 ديسمبر 0032 غرينتش:", "المنشور الأول:",
        "تغطية يوم الاثنين:", "تغطية 3 مايو:",
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", ALL)
def test_labels_are_in_the_sites_language(settings: Any, language: str) -> None:
    settings.LANGUAGE_CODE = language
    assert LABELS[language] == (
        update_label(at("1716", TUESDAY), TUESDAY),
        update_label(at("0032", date(2024, 12, 4)), TUESDAY),
        str(ORIGINAL_LABEL),
        coverage_label(date(2024, 12, 2), TUESDAY),
        coverage_label(date(2024, 5, 3), TUESDAY),
    )


DAYS = {
    "en": "Tuesday 3 December 2024",
    "de": "Dienstag, 3. Dezember 2024",
    "fr": "mardi 3 décembre 2024",
    "es": "martes, 3 de diciembre de 2024",
    "uk": "Вівторок, 3 грудня 2024",
    "ar": "الثلاثاء، 3 ديسمبر 2024",
}


@pytest.mark.parametrize("language", ALL)
def test_a_day_is_written_as_its_language_has_it(settings: Any, language: str) -> None:
    settings.LANGUAGE_CODE = language
    assert day_text(TUESDAY, "l j F Y") == DAYS[language]


def test_a_variant_speaks_its_language(settings: Any) -> None:
    settings.LANGUAGE_CODE = "de-at"
    assert str(ORIGINAL_LABEL) == "AUSGANGSMELDUNG:"


@pytest.mark.parametrize("language", ALL)
def test_a_credit_that_says_what_it_is_for_stands_as_it_is(settings: Any, language: str) -> None:
    settings.LANGUAGE_CODE = language
    line = Post(map_credit="Harrow Survey Office").credit_line
    assert line.endswith("Harrow Survey Office")
    assert Post(map_credit=line).credit_line == line


@pytest.mark.parametrize("language", ALL)
def test_a_script_finds_the_plural_that_the_catalogue_means(settings: Any, language: str) -> None:
    settings.LANGUAGE_CODE = language
    said = dict(re.findall(r' data-say-(\w+)="([^"]*)"', say_new_updates()))
    plural = Locale(language).plural_form  # CLDR's, as browsers have them in Intl.PluralRules
    chosen = [said.get(plural(number), said["other"]) for number in range(1000)]
    assert chosen == [translation.ngettext("%s new update", "%s new updates", number) for number in range(1000)]


def test_english_has_its_two_forms_and_no_more(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en-gb"
    assert say_new_updates() == ' data-say-one="%s new update" data-say-other="%s new updates"'


# What is refused


@pytest.mark.django_db
def test_what_is_refused_is_told_in_the_sites_language(settings: Any) -> None:
    settings.LANGUAGE_CODE = "de"
    post = Post(headline="100 % „Sturm“ %(label)s")
    assert str(PostEnded(post)) == (
        "Die Berichterstattung „100 % „Sturm“ %(label)s“ ist beendet: "
        "Öffnen Sie den Liveblog wieder, um ein Update hinzuzufügen."
    )
    assert str(TextTooLong(500_001, 500_000)).startswith("Der Text hat 500.001 Zeichen")
    assert str(LineTooLong("map_credit", 251, 250)).startswith("Zu lang: „Quelle der Karte“ hat 251 Zeichen")
    assert str(BadDay(7, "x")) == "Zeile 7: x"
    with pytest.raises(Exception, match="Nur die Redaktion veröffentlicht"):
        require_publishing(User.objects.create_user("con"))


# Other languages' sites read English days


DAY = """UPDATE 1716 GMT: Boats are out.
UPDATE 3 DEC 0832 GMT: The water is rising.
ORIGINAL ENTRY: It began at dawn.
"""


@pytest.mark.django_db
@pytest.mark.parametrize("language", OTHERS)
def test_labels_of_a_pasted_day_are_read_in_english_and_shown_translated(settings: Any, language: str) -> None:
    settings.LANGUAGE_CODE = language
    post = publishing.create_post(head=publishing.Head("Tide", TUESDAY), author=None)
    pasted = paste_day(post, DAY, markup=Markup.PLAIN, author=None)
    assert [(one.entry.kind, one.entry.published_at) for one in pasted.entries] == [
        (EntryKind.UPDATE, at("1716", TUESDAY)),
        (EntryKind.UPDATE, at("0832", TUESDAY)),
        (EntryKind.ORIGINAL, at("0000", TUESDAY)),
    ]
    assert (pasted.entries[0].label, pasted.entries[2].label) == (LABELS[language][0], LABELS[language][2])


@pytest.mark.django_db
@pytest.mark.parametrize("language", OTHERS)
def test_a_written_coverage_line_is_known_in_english_and_shown_translated(
    settings: Any, client: Client, language: str
) -> None:
    settings.LANGUAGE_CODE = language
    story = make_series()
    before = make_post("The storm", date=date(2024, 12, 2), series=story)
    post = make_post("The road", date=TUESDAY, series=story, related="Monday’s Coverage: Of another name")
    page = client.get(post.get_absolute_url()).content.decode()
    assert f'<a href="{before.get_absolute_url()}">{LABELS[language][3]} The storm</a>' in page
    assert "Coverage" not in page


# The pages


class _Said(HTMLParser):
    """All that a page says: its text, and the attributes that are shown or read out."""

    def __init__(self) -> None:
        super().__init__()
        self.words: set[str] = set()
        self.is_code = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.is_code = tag in ("script", "style")
        names = ("title", "alt", "placeholder", "aria-label", "label")
        self.words |= {
            value.strip() for name, value in attrs if value and (name in names or name.startswith("data-say-"))
        }
        if tag == "input" and dict(attrs).get("type") in ("submit", "button"):
            self.words.add(dict(attrs).get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        self.is_code = False

    def handle_data(self, data: str) -> None:
        if not self.is_code and data.strip():
            self.words.add(" ".join(data.split()))


def left_in_english(html: str, language: str) -> set[str]:
    """What a page says in English though the catalogue has other words for it."""
    said = _Said()
    said.feed(html)
    english: set[str] = set()
    for message in messages.read(language):
        if message.id and message.id != message.string:
            english |= {form.replace("%%", "%") for form in messages.forms(message.id)}
    phrases = {text for text in english if " " in text.strip(" %s") and "%(" not in text}
    return (said.words & english) | {text for text in phrases for words in said.words if text in words}


def a_story() -> dict[str, Any]:
    """A series of two days in which everything is that a page may speak of."""
    story = make_series("Gezeiten")
    make_post("Sturm", date=date(2024, 12, 2), series=story, original="<p>Ab.</p>")
    post = make_post(
        "Flut", date=TUESDAY, series=story, original="<p>Abc.</p><table><tr><td>1</td></tr></table>",
        map=make_image(), map_alt="xyz", map_credit="Xyz", byline="Ann",
    )  # fmt: skip
    update = make_update(post, "<p>Xyz.</p>", is_key=True, is_pinned=True, confidence="unconfirmed", byline="Ben")
    with time_machine.travel(timezone.now() + timedelta(hours=1)):  # what is corrected at once is no correction
        posting.edit_entry(
            entry=update, author=None, source="<p>Abc xyz.</p>", base_version=1, topic="Syr", confidence="confirmed"
        )
    removed = make_update(post, "<p>Fff.</p>", "0900")
    posting.remove_entry(entry=removed, author=None, reason="Zzz.")
    for minute in range(12):
        newest = make_update(post, "<p>Ggg.</p>", f"10{minute:02}", topic="Syr")
    superseding.supersede_entry(entry=update, by=newest, author=None)
    make_draft("Entw", date=TUESDAY)
    posting.draft_entry(post=post, author=None, source="<p>Uuu.</p>")
    posting.submit_new_entry(post=post, author=None, source="<p>Vvv.</p>")
    return {"post": post, "update": update, "removed": removed, "series": story}


def public_pages(story: dict[str, Any]) -> dict[str, int]:
    post: Post = story["post"]
    own = post.get_absolute_url()
    return {
        reverse("entries:front"): 200,
        story["series"].get_absolute_url(): 200,
        own: 200,
        f"{own}?key=1": 200,
        f"{own}?order=oldest&page=1": 200,
        f"{own}?q=ggg": 200,
        f"{own}?q=nowhere": 200,
        f"{own}?since=1": 200,
        f"{own}?since={post.seq + 100}": 200,
        reverse("entries:since", args=[post.slug, 1]): 200,
        reverse("entries:corrections", args=[post.slug]): 200,
        story["update"].get_absolute_url(): 200,
        story["removed"].get_absolute_url(): 410,
        "/live/nothing/": 404,
    }


@pytest.mark.django_db
@pytest.mark.parametrize("language", OTHERS)
def test_no_public_page_has_english_left(settings: Any, client: Client, language: str) -> None:
    settings.LANGUAGE_CODE = language
    story = a_story()
    for address, status in public_pages(story).items():
        response = client.get(address)
        html = response.content.decode()
        assert (response.status_code, left_in_english(html, language)) == (status, set()), address
        if "<html" in html:
            direction = ' dir="rtl"' if language == "ar" else ""
            assert f'<html lang="{language}"{direction}>' in html


@pytest.mark.django_db
@pytest.mark.parametrize("language", OTHERS)
def test_what_changed_comes_in_the_pages_language(settings: Any, client: Client, language: str) -> None:
    settings.LANGUAGE_CODE = language
    post = a_story()["post"]
    delta = client.get(reverse("entries:changes", args=[post.slug, 0])).json()
    htmls = [entry.get("html", "") + entry.get("moment_html", "") for entry in delta["entries"]]
    htmls += [delta["post"]["head_html"], delta["post"]["map_html"], *(hour["html"] for hour in delta.get("hours", []))]
    assert left_in_english("".join(htmls), language) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("language", ALL)
def test_feeds_say_their_language_and_speak_it(settings: Any, client: Client, language: str) -> None:
    settings.LANGUAGE_CODE = language
    post = a_story()["post"]
    of_site = feedparser.parse(client.get(reverse("entries:site-feed", args=["rss"])).content)
    of_post = feedparser.parse(client.get(reverse("entries:post-feed", args=[post.slug, "rss"])).content)
    assert (of_site.feed.language, of_post.feed.language) == (language, language)
    titles = [item.title for item in of_post.entries]
    assert titles[-1].startswith(LABELS[language][2])
    assert all(title.split()[0] == LABELS[language][0].split()[0] for title in titles[:-1])
    if language != "en":
        texts = [of_site.feed.description, *(item.content[0].value for item in of_post.entries + of_site.entries)]
        assert left_in_english("".join(texts), language) == set()


def test_a_change_of_language_is_a_change_of_every_feed(settings: Any, client: Client, db: None) -> None:
    make_post()
    address = reverse("entries:site-feed", args=["rss"])
    tag = client.get(address).headers["ETag"]
    settings.LANGUAGE_CODE = "de"
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("language", OTHERS)
def test_the_page_for_a_fault_of_ours_needs_nothing_but_the_language(settings: Any, language: str) -> None:
    """Without a context, as Django renders it, and without a database, which may be what is broken."""
    settings.LANGUAGE_CODE = language
    html = render_to_string("500.html")
    assert left_in_english(html, language) == set()
    assert f'<html lang="{language}"' in html


@pytest.mark.django_db
@pytest.mark.parametrize("language", OTHERS)
def test_who_may_not_open_a_page_is_told_so_in_the_sites_language(settings: Any, client: Client, language: str) -> None:
    settings.LANGUAGE_CODE = language
    client.force_login(User.objects.create_user("con", is_staff=True))
    response = client.get(reverse("admin:entries_series_changelist"))
    assert (response.status_code, left_in_english(response.content.decode(), language)) == (403, set())
    assert response.content.decode().count("<h1>") == 1


@pytest.mark.django_db
@pytest.mark.parametrize("language", OTHERS)
def test_no_page_of_the_newsroom_has_english_left(settings: Any, desk: Client, language: str) -> None:
    settings.LANGUAGE_CODE = language
    story = a_story()
    post, update = story["post"], story["update"]
    pages = [
        reverse("admin:index"),
        reverse("admin:entries_post_desk", args=[post.pk]),
        reverse("admin:entries_post_desk_history", args=[post.pk, update.pk]),
        reverse("admin:entries_post_desk_day", args=[post.pk]),
        reverse("admin:entries_post_desk_supersede", args=[post.pk, update.pk]),
        reverse("admin:entries_post_desk_preview_entry", args=[post.pk, update.pk]),
        reverse("admin:entries_post_change", args=[post.pk]),
        reverse("admin:entries_entry_change", args=[update.pk]),
        reverse("admin:entries_entry_change", args=[story["removed"].pk]),
        reverse("admin:entries_entry_delete", args=[update.pk]),
        reverse("admin:auth_user_add"),
        *(reverse(f"admin:entries_{name}_changelist") for name in ("post", "entry", "image", "revision", "series")),
        *(reverse(f"admin:entries_{name}_add") for name in ("post", "entry", "image", "series")),
        reverse("admin:auth_user_changelist"),
    ]
    for address in pages:
        response = desk.get(address, follow=True)
        html = response.content.decode()
        # A day's labels are typed in English.
        assert (response.status_code, left_in_english(html, language) - {"ORIGINAL ENTRY:"}) == (200, set()), address
        assert f'<html lang="{language}"' in html
        assert ('dir="rtl"' in html.partition(">")[2][:200]) == (language == "ar")


def test_readers_get_the_sites_language_and_not_their_browsers(client: Client, db: None) -> None:
    """A page in a shared cache is everybody's."""
    make_post()
    page = client.get("/", headers={"Accept-Language": "de"})
    assert 'lang="en-gb"' in page.content.decode()
    assert "Accept-Language" not in page.headers.get("Vary", "")


def test_entries_know_their_label_before_they_have_a_time(settings: Any) -> None:
    settings.LANGUAGE_CODE = "es"
    assert Entry(post=Post(date=TUESDAY)).label == "ACTUALIZACIÓN:"
