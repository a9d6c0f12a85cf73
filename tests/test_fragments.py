"""What was rendered before is shown again only while it is what would be rendered now."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import translation

from entries.domain import posting, publishing, superseding
from entries.fragments import Fragments, fragments
from entries.models import Entry, Post
from tests.factories import DAY, at, make_image, make_post, make_update

pytestmark = pytest.mark.django_db
_NOW = re.compile(rb'data-now="[^"]*"|(?:As of|Stand) <time.*?</time>')


@dataclass
class Three:
    older: Entry
    newer: Entry  # which superseded it
    gone: Entry  # removed

    @property
    def post(self) -> Post:
        return self.older.post


@pytest.fixture
def three() -> Three:
    post = make_post(byline="By Ann Lee")
    made = Three(*(make_update(post, f"<p>The water at {clock}.</p>", clock) for clock in ("0832", "0900", "0930")))
    superseding.supersede_entry(entry=made.older, by=made.newer, author=None)
    posting.remove_entry(entry=made.gone, author=None)
    return made


def edited(entry: Entry, **given: object) -> None:
    entry.refresh_from_db()
    said = {"source": entry.source, "base_version": entry.version} | given
    posting.edit_entry(entry=entry, author=None, **said)  # type: ignore[arg-type]


def with_head(post: Post, **given: object) -> None:
    post.refresh_from_db()
    lines = {"headline": post.headline, "date": post.date, "byline": post.byline} | given
    head = publishing.Head(**lines)  # type: ignore[arg-type]
    publishing.edit_post(post=post, head=head, author=None, base_seq=post.head_seq)


CHANGES: dict[str, Callable[[Three], object]] = {
    "text": lambda three: edited(three.older, source="<p>It fell.</p>"),
    "topic": lambda three: edited(three.older, topic="Kelder"),
    "byline": lambda three: edited(three.older, byline="Bo Chi"),
    "confidence": lambda three: edited(three.older, confidence="unconfirmed"),
    "time": lambda three: edited(three.older, published_at=at("0700")),
    "picture": lambda three: edited(three.older, source=f'<p><img src="{make_image().file.url}" alt="A"></p>'),
    "pin": lambda three: posting.pin_entry(entry=three.older, author=None),
    "key": lambda three: posting.mark_key(entry=three.older, author=None),
    "time of the newer one": lambda three: edited(three.newer, published_at=at("0910")),
    "removal of the newer one": lambda three: posting.remove_entry(entry=three.newer, author=None),
    "no longer superseded": lambda three: superseding.unsupersede_entry(entry=three.older, author=None),
    "restored": lambda three: posting.restore_entry(entry=three.gone, author=None),
    "day of the post": lambda three: with_head(three.older.post, date=DAY + timedelta(days=1)),
    "byline of the post": lambda three: with_head(three.older.post, byline="By Cy Dee"),
}


def shown(client: Client, post: Post) -> list[bytes]:
    """The page, the wire's entries, the frame, the feed; without the time at which they were asked for."""
    wire = reverse("entries:changes", args=[post.slug, 0])
    others = (reverse("entries:framed", args=[post.slug]), f"{post.get_absolute_url()}feed.json")
    addresses = [post.get_absolute_url(), wire, *others]
    return [_NOW.sub(b"", client.get(address).content) for address in addresses]


def fresh(client: Client, post: Post) -> list[bytes]:
    fragments.clear()
    return shown(client, post)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_shown_at_once(client: Client, three: Three, change: str) -> None:
    post = three.post
    before = shown(client, post)
    assert before == shown(client, post)
    CHANGES[change](three)
    after = shown(client, post)
    assert after == fresh(client, post)
    assert all(new != old for new, old in zip(after[:2], before[:2], strict=True))


@pytest.mark.parametrize(("name", "value"), [("SITE_URL", "https://tide.example"), ("SITE_NAME", "The Tide")])
def test_other_settings_are_shown_at_once(
    client: Client, three: Three, settings: object, name: str, value: str
) -> None:
    post = three.post
    shown(client, post)
    setattr(settings, name, value)
    page = shown(client, post)
    assert page == fresh(client, post)
    assert value.encode() in page[0]


def test_each_language_has_its_own(client: Client, three: Three) -> None:
    post = three.post
    shown(client, post)
    with translation.override("de"):
        page = shown(client, post)
        assert page == fresh(client, post)


def test_a_page_in_a_zone_leaves_the_others_as_they_are(client: Client, three: Three) -> None:
    post = three.post
    zoned = client.get(f"{post.get_absolute_url()}?zone=Kyiv").content
    assert zoned.count(b"Kyiv</small>") > 2
    assert b"Kyiv</small>" not in b"".join(shown(client, post))


def test_readers_do_not_get_what_is_only_previewed(desk: Client, editor: User, three: Three) -> None:
    older = three.older
    older.refresh_from_db()
    before = shown(Client(), older.post)
    fragments.clear()
    address = reverse("admin:entries_post_desk_preview_entry", args=[older.post.pk, older.pk])
    given = {"source": "<p>A secret.</p>", "base_version": older.version, "as": "page", "key": "on", "pin": "on"}
    assert b"A secret." in desk.post(address, given).content
    assert shown(Client(), older.post) == before


def test_one_entry_is_rendered_after_one_change(client: Client, three: Three) -> None:
    post = three.post
    shown(client, post)
    before = set(fragments)
    edited(three.newer, source="<p>It is higher.</p>")
    shown(client, post)
    assert {key[3] for key in set(fragments) - before} == {three.newer.uid.int}  # type: ignore[index]


def test_the_store_is_bounded_and_forgets_what_was_asked_for_longest_ago() -> None:
    made: list[str] = []

    def make(key: str) -> str:
        made.append(key)
        return key * 1000

    store = Fragments(limit=5000)
    for key in "abcabda":
        assert store.get(key, partial(make, key)) == key * 1000
    assert made == list("abcd")
    store.get("c", partial(make, "c"))
    assert made == list("abcdc")
    assert 0 < store.size <= 5000
