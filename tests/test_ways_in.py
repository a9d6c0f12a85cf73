"""However a text comes in, it is the one sanitiser that lets it in."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from entries.importers.day_markup import Markup
from entries.importers.day_paste import paste_day
from entries.models import Entry, Post
from entries.sanitising import clean_html
from tests.factories import make_draft, make_post
from tests.hostile import texts
from tests.test_api_writing import Program

pytestmark = [pytest.mark.django_db, pytest.mark.once]
# On one line, for a day's text has a paragraph on each.
HOSTILE = [f"<p>Before.</p>{text}" for text in texts() if text.isprintable()][::60]
type Way = Callable[[Client, User, Post, str], object]


def by_the_form(client: Client, editor: User, post: Post, source: str) -> None:
    form = {"post": post.pk, "source": source, "intent": "publish"}
    assert client.post(reverse("admin:entries_entry_add"), form).status_code == 302


def by_the_desk(client: Client, editor: User, post: Post, source: str) -> None:
    form = {"source": source, "intent": "publish"}
    assert client.post(reverse("admin:entries_post_desk_add", args=[post.pk]), form).status_code == 302


def by_the_api(client: Client, editor: User, post: Post, source: str) -> None:
    assert Program(editor).add(post, source, state="publish").status_code == 201


@pytest.mark.parametrize("way", [by_the_form, by_the_desk, by_the_api])
def test_what_an_editor_sends_is_cleaned(desk: Client, editor: User, way: Way) -> None:
    post = make_post()
    for source in HOSTILE:
        way(desk, editor, post, source)
    made = post.entries.updates().order_by("pk").values_list("html", flat=True)
    assert list(made) == [clean_html(source) for source in HOSTILE]


@pytest.mark.parametrize("markup", Markup)
def test_what_a_day_holds_is_cleaned(editor: User, tmp_path: Path, markup: Markup) -> None:
    labels = (f"UPDATE {minute // 60:02}{minute % 60:02} GMT:" for minute in range(len(HOSTILE) + 60, 60, -1))
    day = "\n\n".join(f"{label} Word. {text}" for label, text in zip(labels, HOSTILE, strict=True))
    day += "\n\nORIGINAL ENTRY: It began.\n"
    pasted = make_draft("Pasted", original="")
    paste_day(pasted, day, markup=markup, author=editor)
    file = tmp_path / f"2024-12-03.{'md' if markup is Markup.MARKDOWN else 'txt'}"
    file.write_text(day)
    call_command("import_day", str(file), headline="Imported", series="Tide")
    made = Entry.objects.values_list("html", flat=True)
    assert len(made) >= len(HOSTILE)
    assert [html for html in made if clean_html(html) != html] == []
