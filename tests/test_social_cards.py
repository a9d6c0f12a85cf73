"""What other sites show of a link: the lines that they read, and the card that is drawn where there is no picture."""

import io
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image as Pillow
from pytest_django import DjangoAssertNumQueries

from entries.cards import entry_poster, post_poster
from entries.domain import posting, publishing
from entries.domain.pictures import store_image
from entries.drawing.poster import Poster, drawn
from entries.enums import Confidence
from tests.factories import make_draft, make_image, make_post, make_series, make_update, picture

pytestmark = [pytest.mark.django_db, pytest.mark.once]
SITE = "http://127.0.0.1:8000"
SHARED = "public, max-age=0, s-maxage=1, stale-while-revalidate=5, stale-if-error=86400"
_META = re.compile(r'<meta (?:property|name)="((?:og|article|twitter):[a-z_:]+|description)" content="([^"]*)">')
_CANONICAL = re.compile(r'<link rel="canonical" href="([^"]*)">')


def lines(client: Client, address: str) -> list[tuple[str, str]]:
    response = client.get(address)
    assert response.status_code == 200
    return [(name, unescape(value)) for name, value in _META.findall(response.content.decode())]


def canonical(client: Client, address: str) -> str:
    [found] = _CANONICAL.findall(client.get(address).content.decode())
    return unescape(found)


def card_of(client: Client, address: str) -> Pillow.Image:
    response = client.get(address)
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    image = Pillow.open(io.BytesIO(response.content))
    image.load()
    return image.convert("RGB")


# The lines


def test_a_post_says_all_of_itself(client: Client) -> None:
    image = make_image()
    post = make_post(
        standfirst="Boats are out.",
        byline="By Ann Lee and Bo Chi",
        series=make_series(),
        map=image,
        map_alt="The coast",
    )
    assert post.published_at
    assert lines(client, post.get_absolute_url()) == [
        ("description", "Boats are out."),
        ("og:type", "article"),
        ("og:site_name", "Liveblog"),
        ("og:locale", "en_GB"),
        ("og:title", "The road is cut"),
        ("og:description", "Boats are out."),
        ("og:url", f"{SITE}{post.get_absolute_url()}"),
        ("article:published_time", f"{post.published_at:%Y-%m-%dT%H:%M:%SZ}"),
        ("article:modified_time", f"{post.changed_at:%Y-%m-%dT%H:%M:%SZ}"),
        ("article:section", "The Great Tide"),
        ("article:author", "Ann Lee"),
        ("article:author", "Bo Chi"),
        ("og:image", SITE + image.file.url),
        ("og:image:width", "64"),
        ("og:image:height", "40"),
        ("og:image:alt", "The coast"),
        ("twitter:card", "summary_large_image"),
    ]


def test_an_entry_says_all_of_itself(client: Client) -> None:
    post = make_post(byline="Ann Lee", series=make_series(), map=make_image(), map_alt="The coast")
    own = store_image(picture(80, 50))
    entry = make_update(
        post,
        f'<p>It holds.</p><p><img src="{own.file.url}" alt="A boat"></p>',
        byline="Cy Dee and Di Eno",
        confidence=Confidence.DISPUTED,
    )
    address = f"{SITE}{entry.get_absolute_url()}"
    assert lines(client, entry.get_absolute_url()) == [
        ("description", "It holds."),
        ("og:type", "article"),
        ("og:site_name", "Liveblog"),
        ("og:locale", "en_GB"),
        ("og:title", "UPDATE 0832 GMT: [Disputed] It holds."),
        ("og:description", "It holds."),
        ("og:url", address),
        ("article:published_time", "2024-12-03T08:32:00Z"),
        ("article:modified_time", "2024-12-03T08:32:00Z"),
        ("article:section", "The Great Tide"),
        ("article:author", "Cy Dee"),
        ("article:author", "Di Eno"),
        ("og:image", SITE + own.file.url),
        ("og:image:width", "80"),
        ("og:image:height", "50"),
        ("og:image:alt", "A boat"),
        ("twitter:card", "summary_large_image"),
    ]


def test_without_pictures_both_have_a_drawn_card_under_an_address_of_its_version(client: Client) -> None:
    post = make_post()
    entry = make_update(post)
    given = dict(lines(client, post.get_absolute_url()))
    assert given["og:image"] == f"{SITE}/live/{post.slug}/card.png?v={post.head_seq}"
    assert (given["og:image:width"], given["og:image:height"], given["og:image:alt"]) == ("1200", "630", post.headline)
    before = dict(lines(client, entry.get_absolute_url()))["og:image"]
    assert before == f"{SITE}/live/{post.slug}/entries/{entry.pk}/card.png?v={entry.seq}"
    entry = posting.edit_entry(entry=entry, author=None, source="<p>Higher.</p>", base_version=1)
    after = dict(lines(client, entry.get_absolute_url()))["og:image"]
    assert after != before
    assert card_of(client, after.removeprefix(SITE)).size == (1200, 630)
    publishing.end_post(post=entry.post, author=None)
    assert dict(lines(client, entry.get_absolute_url()))["og:image"] not in (before, after)


def test_the_front_page_and_a_series_say_what_they_are(client: Client) -> None:
    series = make_series()
    make_post(series=series)
    for address, title in (("/", "Liveblog"), (series.get_absolute_url(), "The Great Tide")):
        description = "Live coverage from Liveblog, the newest first" if address == "/" else title
        assert lines(client, address) == [
            ("description", description),
            ("og:type", "website"),
            ("og:site_name", "Liveblog"),
            ("og:locale", "en_GB"),
            ("og:title", title),
            ("og:description", description),
            ("og:url", SITE + address),
            ("twitter:card", "summary"),
        ]


@pytest.mark.parametrize(
    ("language", "locale"), [("uk", "uk_UA"), ("ar", "ar_AR"), ("de-at", "de_AT"), ("en", "en_US")]
)
def test_a_language_has_its_country(client: Client, settings: Any, language: str, locale: str) -> None:
    settings.LANGUAGE_CODE = language
    assert dict(lines(client, make_post().get_absolute_url()))["og:locale"] == locale


def test_every_page_names_the_address_that_lasts(client: Client) -> None:
    series = make_series()
    post = make_post(series=series)
    for _ in range(95):
        entry = make_update(post)
    oldest = post.entries.updates().by_time()[0]
    whole, front, of_series = post.get_absolute_url(), "/", series.get_absolute_url()
    expected = {
        whole: whole,
        f"{whole}?zone=Kyiv": whole,
        f"{whole}?since=3": whole,
        f"{whole}?order=oldest&page=2": whole,
        f"{whole}?key=1": whole,
        f"{whole}?q=water": whole,
        f"{whole}?page=2": f"{whole}?page=2",
        f"{whole}?page=2&zone=Kyiv": f"{whole}?page=2",
        f"{whole}?page=999": f"{whole}?page=4",
        f"{whole}?page=no": whole,
        f"{whole}?entry={oldest.pk}": f"{whole}?page=1",
        f"{whole}?entry={entry.pk}": whole,
        f"{entry.get_absolute_url()}?zone=Kyiv": entry.get_absolute_url(),
        f"{front}?page=2": front,
        f"{of_series}?page=no": of_series,
        reverse("entries:corrections", args=[post.slug]): reverse("entries:corrections", args=[post.slug]),
    }
    assert {address: canonical(client, address) for address in expected} == {
        address: SITE + lasting for address, lasting in expected.items()
    }
    for address in (whole, f"{whole}?page=2", entry.get_absolute_url(), front, of_series):
        assert dict(lines(client, address))["og:url"] == canonical(client, address)


# The drawn card


def test_a_card_says_who_when_and_what() -> None:
    post = make_post(series=make_series(), standfirst="Boats are out.")
    assert post_poster(post) == Poster(
        site="Liveblog",
        series="The Great Tide",
        day="Tuesday 3 December 2024",
        headline="The road is cut",
        footer="Boats are out.",
    )
    entry = make_update(post, topic="Kelder Lock", confidence=Confidence.UNCONFIRMED)
    assert entry_poster(entry) == Poster(
        site="Liveblog",
        series="The Great Tide",
        label="UPDATE 0832 GMT · Unconfirmed",
        day="Tuesday 3 December 2024",
        headline="Kelder Lock. The water is rising.",
        footer="The road is cut",
    )
    original = entry_poster(post.entries.originals().get())
    assert (original.label, original.day) == ("ORIGINAL ENTRY", "0600 GMT · Tuesday 3 December 2024")
    wordless = entry_poster(make_update(post, f'<p><img src="{make_image().file.url}" alt=""></p>'))
    assert (wordless.headline, wordless.footer) == ("The road is cut", "Boats are out.")


def test_a_card_is_cached_like_every_page_and_known_by_its_tag(client: Client) -> None:
    post = make_post()
    entry = make_update(post)
    for address in (f"{post.get_absolute_url()}card.png", f"{entry.get_absolute_url()}card.png"):
        first = client.get(address)
        assert first["Cache-Control"] == SHARED
        assert not first.cookies
        again = client.get(address, headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content, again["Cache-Control"]) == (304, b"", SHARED)
        assert client.head(address).status_code == 200
        assert client.post(address).status_code == 405
    tag = client.get(f"{entry.get_absolute_url()}card.png")["ETag"]
    posting.pin_entry(entry=entry, author=None)  # says nothing else
    assert client.get(f"{entry.get_absolute_url()}card.png")["ETag"] == tag
    entry.refresh_from_db()
    posting.edit_entry(entry=entry, author=None, source="<p>Higher.</p>", base_version=1)
    assert client.get(f"{entry.get_absolute_url()}card.png?v=1", headers={"if-none-match": tag}).status_code == 200


def test_the_sites_name_and_language_make_another_card(client: Client, settings: Any) -> None:
    address = f"{make_update(make_post()).get_absolute_url()}card.png"
    tags = {client.get(address)["ETag"]}
    settings.SITE_NAME = "Courier"
    tags.add(client.get(address)["ETag"])
    settings.LANGUAGE_CODE = "de"
    tags.add(client.get(address)["ETag"])
    assert len(tags) == 3


def test_what_is_hidden_has_no_card(client: Client) -> None:
    post, draft = make_post(), make_draft("Secret")
    hidden = [
        posting.draft_entry(post=post, author=None, source="x"),
        posting.schedule_entry(post=post, author=None, source="x", published_at=post.changed_at.replace(year=2090)),
        make_update(draft),
    ]
    other = make_update(make_post("Other"))
    addresses = [
        *(f"{entry.get_absolute_url()}card.png" for entry in hidden),
        f"{draft.get_absolute_url()}card.png",
        reverse("entries:entry-card", args=[post.slug, other.pk]),
        "/live/nothing/card.png",
    ]
    assert [client.get(address).status_code for address in addresses] == [404] * 6


def test_a_removed_entrys_card_is_gone(client: Client) -> None:
    entry = make_update(make_post())
    address = f"{entry.get_absolute_url()}card.png"
    tag = client.get(address)["ETag"]
    posting.remove_entry(entry=entry, author=None, reason="It was wrong.")
    for headers in ({}, {"if-none-match": tag}):
        response = client.get(f"{address}?v=2", headers=headers)
        assert (response.status_code, response.content, response["Cache-Control"]) == (410, b"", SHARED)


def test_a_card_costs_one_query_and_is_drawn_once(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    entry = make_update(make_post("Drawn once", series=make_series()))
    drawn.cache_clear()
    for number in range(5):
        with django_assert_num_queries(1):
            assert client.get(f"{entry.get_absolute_url()}card.png?v={number}").status_code == 200
    assert drawn.cache_info().misses == 1


def test_hostile_words_are_drawn(client: Client) -> None:
    hostile = "</script>\u202e<!-- 🌊 %s {{ x }} \\ &amp; " + "A" * 150
    post = make_post(hostile, standfirst=hostile * 50, series=make_series(hostile[:150]))
    entry = make_update(post, f"<p>{'W' * 60_000}</p>", topic=hostile[:80])
    for address in (post.get_absolute_url(), entry.get_absolute_url()):
        assert card_of(client, f"{address}card.png").size == (1200, 630)
