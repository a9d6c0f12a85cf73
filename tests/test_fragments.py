"""What was rendered before is shown again only while it is what would be rendered now."""

import re
from collections.abc import Callable
from datetime import timedelta

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
_NOW = re.compile(rb'data-now="[^"]*"|As of <time.*?</time>')


@pytest.fixture
def entries() -> list[Entry]:
    """The older one superseded by the newer one, and a third that was removed."""
    post = make_post(byline="By Ann Lee")
    older, newer, gone = (
        make_update(post, f"<p>The water is at {clock}.</p>", clock) for clock in ("0832", "0900", "0930")
    )
    superseding.supersede_entry(entry=older, by=newer, author=None)
    posting.remove_entry(entry=gone, author=None)
    return [older, newer, gone]


def edited(entry: Entry, **given: object) -> None:
    entry.refresh_from_db()
    said = {"source": entry.source, "base_version": entry.version} | given
    posting.edit_entry(entry=entry, author=None, **said)  # type: ignore[arg-type]


def with_head(post: Post, **given: object) -> None:
    post.refresh_from_db()
    lines = {"headline": post.headline, "date": post.date, "byline": post.byline} | given
    head = publishing.Head(**lines)  # type: ignore[arg-type]
    publishing.edit_post(post=post, head=head, author=None, base_seq=post.head_seq)


CHANGES: dict[str, Callable[[Entry, Entry, Entry], object]] = {
    "text": lambda older, newer, gone: edited(older, source="<p>It fell.</p>"),
    "topic": lambda older, newer, gone: edited(older, topic="Kelder"),
    "byline": lambda older, newer, gone: edited(older, byline="Bo Chi"),
    "confidence": lambda older, newer, gone: edited(older, confidence="unconfirmed"),
    "time": lambda older, newer, gone: edited(older, published_at=at("0700")),
    "picture": lambda older, newer, gone: edited(older, source=f'<p><img src="{make_image().file.url}" alt="A"></p>'),
    "pin": lambda older, newer, gone: posting.pin_entry(entry=older, author=None),
    "key": lambda older, newer, gone: posting.mark_key(entry=older, author=None),
    "time of the newer one": lambda older, newer, gone: edited(newer, published_at=at("0910")),
    "removal of the newer one": lambda older, newer, gone: posting.remove_entry(entry=newer, author=None),
    "no longer superseded": lambda older, newer, gone: superseding.unsupersede_entry(entry=older, author=None),
    "restored": lambda older, newer, gone: posting.restore_entry(entry=gone, author=None),
    "day of the post": lambda older, newer, gone: with_head(older.post, date=DAY + timedelta(days=1)),
    "byline of the post": lambda older, newer, gone: with_head(older.post, byline="By Cy Dee"),
}


def shown(client: Client, post: Post) -> list[bytes]:
    """The page, the wire's entries, the frame; without the time at which they were asked for."""
    wire = reverse("entries:changes", args=[post.slug, 0])
    addresses = [post.get_absolute_url(), wire, reverse("entries:framed", args=[post.slug])]
    return [_NOW.sub(b"", client.get(address).content) for address in addresses]


def fresh(client: Client, post: Post) -> list[bytes]:
    fragments.clear()
    return shown(client, post)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_shown_at_once(client: Client, entries: list[Entry], change: str) -> None:
    post = entries[0].post
    before = shown(client, post)
    assert before == shown(client, post)
    CHANGES[change](*entries)
    after = shown(client, post)
    assert after == fresh(client, post)
    assert all(new != old for new, old in zip(after[:2], before[:2], strict=True))


@pytest.mark.parametrize(("name", "value"), [("SITE_URL", "https://tide.example"), ("SITE_NAME", "The Tide")])
def test_other_settings_are_shown_at_once(
    client: Client, entries: list[Entry], settings: object, name: str, value: str
) -> None:
    post = entries[0].post
    shown(client, post)
    setattr(settings, name, value)
    page = shown(client, post)
    assert page == fresh(client, post)
    assert value.encode() in page[0]


def test_each_language_has_its_own(client: Client, entries: list[Entry]) -> None:
    post = entries[0].post
    shown(client, post)
    with translation.override("de"):
        page = shown(client, post)
        assert page == fresh(client, post)


def test_a_page_in_a_zone_leaves_the_others_as_they_are(client: Client, entries: list[Entry]) -> None:
    post = entries[0].post
    zoned = client.get(f"{post.get_absolute_url()}?zone=Kyiv").content
    assert zoned.count(b"Kyiv</small>") > 2
    assert b"Kyiv</small>" not in b"".join(shown(client, post))


def test_readers_do_not_get_what_is_only_previewed(desk: Client, editor: User, entries: list[Entry]) -> None:
    older = entries[0]
    older.refresh_from_db()
    before = shown(Client(), older.post)
    fragments.clear()
    address = reverse("admin:entries_post_desk_preview_entry", args=[older.post.pk, older.pk])
    given = {"source": "<p>A secret.</p>", "base_version": older.version, "as": "page", "key": "on", "pin": "on"}
    assert b"A secret." in desk.post(address, given).content
    assert shown(Client(), older.post) == before


def test_one_entry_is_rendered_after_one_change(client: Client, entries: list[Entry]) -> None:
    post = entries[0].post
    shown(client, post)
    before = set(fragments)
    edited(entries[1], source="<p>It is higher.</p>")
    shown(client, post)
    assert {key[3] for key in set(fragments) - before} == {entries[1].pk}  # type: ignore[index]


def test_the_store_is_bounded_and_forgets_what_was_asked_for_longest_ago() -> None:
    made: list[str] = []

    def get(key: str) -> None:
        assert store.get(key, lambda: made.append(key) or key * 1000) == key * 1000

    store = Fragments(limit=5000)
    for key in "abcabda":
        get(key)
    assert made == list("abcd")
    get("c")
    assert made == list("abcdc")
    assert 0 < store.size <= 5000
