"""Every feed at every address, against what validators say."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from xml.sax.saxutils import escape

import feedparser
import pytest
from django.core.management import call_command
from django.test import Client

from entries.addresses import FEED_FORMATS
from entries.domain import posting, publishing
from entries.domain.superseding import supersede_entry
from entries.management.commands import demo
from entries.models import Post, Series
from tests.factories import at, make_image, make_post, make_series, make_update, picture
from tests.feed_rules import faults

pytestmark = [pytest.mark.django_db, pytest.mark.once]
SITE = "http://127.0.0.1:8000"
SLICES = ("", "?key=1", "?author=Ann", "?digest=hourly", "?key=1&digest=hourly")
HOSTILE = (
    "]]>\x08\x00\x1f<script>alert(1)</script> &amp; <b>bold</b> \u202eאבג سلام \u202c 𝒳 😀 "
    "\ufffe\ufdd0 \ud83d e\u0301 -->"
)


def addresses() -> Iterator[str]:
    """Each feed that the site has, page for page."""
    posts = [(post.get_absolute_url(), SLICES) for post in Post.objects.visible()]
    series = [(story.get_absolute_url(), ("",)) for story in Series.objects.all()]
    for root, slices in [("/", ("",)), *series, *posts]:
        yield from (f"{root}feed.{suffix}{query}" for suffix in FEED_FORMATS for query in slices)


def assert_clean(client: Client) -> int:
    """The number of feeds in which nothing was found."""
    found = {}
    number = 0
    for address in addresses():
        response = client.get(address)
        found[address] = faults(response.content, response["Content-Type"], SITE + address)
        number += 1
    assert {address: said for address, said in found.items() if said} == {}
    return number


def test_nothing_is_found_in_the_feeds_of_the_demonstration(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    # Its maps take seconds to draw, and a feed says of them no more than their size.
    monkeypatch.setattr(demo, "draw_chart", lambda _: picture())
    call_command("demo", stdout=io.StringIO())
    assert assert_clean(client) == 3 * (1 + 1 + 3 * len(SLICES))


def test_nothing_is_found_in_the_feeds_of_the_sample(client: Client, sample: Path) -> None:
    if not sample.exists():
        pytest.skip("the sample is not beside this checkout")
    call_command("import_day", str(sample), "--series", "Days", stdout=io.StringIO())
    post = Post.objects.get()
    assert assert_clean(client) == 3 * (1 + 1 + len(SLICES))
    of_post = client.get(f"{post.get_absolute_url()}feed.json").json()
    assert [item["id"] for item in of_post["items"]] == [
        entry.uid.urn for entry in post.entries.visible().by_time().reverse()
    ]


def test_nothing_is_found_in_the_feeds_of_hostile_texts(client: Client) -> None:
    series = make_series("Tides & <b>Ebbs</b>")
    post = make_post(
        "Tides ]]> 😀", series=series, standfirst="x\x08y ]]>", byline="Ann, ]]> & 😀", map=make_image(),
        map_alt='"]]>\x0b', map_credit="<Survey>",
    )  # fmt: skip
    lines = {"topic": "]]> & 😀 אבג", "byline": "Ann and \u202eBob"}
    first = make_update(post, f"<p>{HOSTILE}</p>", "0900", **lines, is_key=True)
    make_update(post, f"<p>{escape(HOSTILE)}</p>", "0901", confidence="disputed")
    make_update(post, "<p>" + "ж😀 ]]> " * 9_500 + "</p>", "0902")
    make_update(post, "<p>At the same minute.</p>", "0902")
    make_update(
        post,
        '<p><a href="#x">a</a> <a href="x y">b</a> <a href="//other.example/ä">c</a> <a href="http://[">d</a>'
        '<img src="/media/x.png" onerror="x"><iframe src="https://x.example"></iframe></p>',
        "1003",
    )
    make_update(post, f'<p><img src="{make_image().file.url}" alt="&lt;script&gt; ]]>"></p>', "1004")
    edited = posting.edit_entry(entry=first, author=None, source=f"<p>{HOSTILE} again</p>", base_version=1)
    supersede_entry(entry=edited, by=make_update(post, "<p>Better.</p>", "1105"), author=None)
    posting.remove_entry(entry=make_update(post, "<p>Gone.</p>", "1106"), author=None, reason=f"Wrong {HOSTILE}")
    make_update(make_post("Yesterday", series=series, original=f"<p>{HOSTILE}</p>"), published_at=at("2359"))
    assert assert_clean(client) == 3 * (1 + 1 + 2 * len(SLICES))


def test_nothing_is_found_in_any_sheet_of_a_long_feed_or_in_an_empty_or_ended_one(client: Client) -> None:
    assert assert_clean(client) == 3
    post = make_post("The road is cut", series=make_series())
    for number in range(250):
        make_update(post, f"<p>Update {number}.</p>", f"{6 + number // 60:02}{number % 60:02}")
    publishing.end_post(post=post, author=None)
    for suffix in FEED_FORMATS:
        assert_every_sheet_is_clean(client, f"{post.get_absolute_url()}feed.{suffix}", 3)


def assert_every_sheet_is_clean(client: Client, address: str, sheets: int) -> None:
    visited = []
    following: str | None = SITE + address
    while following:
        response = client.get(following.removeprefix(SITE))
        assert faults(response.content, response["Content-Type"], following) == []
        visited.append(following)
        following = next_of(response)
    assert len(visited) == sheets


def next_of(response: Any) -> str | None:
    """The address of the sheet with what is older."""
    if "json" in response["Content-Type"]:
        return cast("str | None", response.json().get("next_url"))
    links = feedparser.parse(response.content).feed.links
    return next((link.href for link in links if link.rel == "next"), None)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<rss version='2.0'><channel><title>x</title></channel></rss>", "application/rss+xml"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'><title>x</title></feed>", "application/atom+xml"),
        (b'{"version": "https://jsonfeed.org/version/1.1", "title": "", "items": []}', "application/feed+json"),
        (b"<rss version='2.0'><channel>", "application/rss+xml"),
        (b"<html></html>", "text/html"),
    ],
)
def test_the_rules_find_something_in_what_is_wrong(body: bytes, content_type: str) -> None:
    assert faults(body, content_type, f"{SITE}/feed") != []
