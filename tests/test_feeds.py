import gzip
import re
from datetime import date, timedelta
from typing import Any

import feedparser
import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from entries.addresses import FEED_FORMATS
from entries.domain import posting, publishing
from entries.models import Entry, Post
from tests.factories import at, make_image, make_post, make_series, make_update

pytestmark = pytest.mark.django_db
SITE = "http://127.0.0.1:8000"


def address_of(post: Post) -> str:
    return reverse("entries:post-feed", args=[post.slug, "rss"])


def read(client: Client, address: str) -> Any:
    """The feed as a reader's program understands it; a warning is a failure."""
    feed = feedparser.parse(client.get(address).content)
    assert not feed.bozo, feed.get("bozo_exception")
    return feed


def test_a_posts_feed_has_an_item_for_every_entry_newest_first(client: Client) -> None:
    post = make_post(
        "The road is cut", standfirst="Boats are out.", map=make_image(), map_alt="A map", map_credit="Survey"
    )
    make_update(post, "<p>Eight o’clock.</p>", "0832", is_pinned=True)
    make_update(post, '<p>Five, <a href="/live/x/">as said</a>.</p>', "1716", topic="Boats")
    feed = read(client, address_of(post))
    assert (feed.feed.title, feed.feed.description) == ("The road is cut", "Boats are out.")
    assert feed.feed.link == SITE + post.get_absolute_url()
    assert [item.title for item in feed.entries] == [
        "UPDATE 1716 GMT: Boats. Five, as said.",
        "UPDATE 0832 GMT: Eight o’clock.",
        "ORIGINAL ENTRY: It began at dawn.",
    ]
    newest, _, original = feed.entries
    assert newest.content[0].value == f'<p><b class="topic">Boats.</b> Five, <a href="{SITE}/live/x/">as said</a>.</p>'
    assert newest.summary == "Five, as said."
    assert newest.published == "Tue, 03 Dec 2024 17:16:00 +0000"
    assert original.media_content[0]["url"] == f"{SITE}{post.map.file.url}"  # type: ignore[union-attr]
    assert "media_content" not in newest


def test_the_site_feed_has_one_item_a_post_with_its_whole_text(client: Client) -> None:
    post = make_post("The road is cut", standfirst="Boats are out.", map=make_image(), map_alt="A map")
    make_update(post, "<p>Eight o’clock.</p>", "0832")
    publishing.end_post(post=make_post("Yesterday", date=date(2024, 12, 2)), author=None)
    feed = read(client, reverse("entries:site-feed", args=["rss"]))
    assert [item.title for item in feed.entries] == ["The road is cut", "Yesterday"]
    item = feed.entries[0]
    assert (item.summary, item.link) == ("Boats are out.", SITE + post.get_absolute_url())
    text = item.content[0].value
    assert text.index("UPDATE 0832 GMT:") < text.index("Eight o’clock.") < text.index("It began at dawn.")
    assert item.media_content[0]["url"] == f"{SITE}{post.map.file.url}"  # type: ignore[union-attr]


def test_a_feed_names_itself_and_every_page_names_its_feeds(client: Client) -> None:
    post = make_post(series=make_series())
    entry = make_update(post)
    story = make_series().get_absolute_url()
    for address in ("/feed.rss", address_of(post), f"{story}feed.atom", f"{address_of(post)}?key=1&author=Ann+Lee"):
        links = read(client, address).feed.links
        assert [link.href for link in links if link.rel == "self"] == [SITE + address]
    corrections = reverse("entries:corrections", args=[post.slug])
    gone = posting.remove_entry(entry=make_update(post), author=None).get_absolute_url()
    for page in ("/", story, post.get_absolute_url(), entry.get_absolute_url(), corrections, gone, "/nowhere/"):
        assert feeds_on(client, page) >= feeds_under("/", "Liveblog")
    for page in (post.get_absolute_url(), entry.get_absolute_url(), corrections):
        assert feeds_on(client, page) >= feeds_under(post.get_absolute_url(), post.headline)
    assert feeds_on(client, story) >= feeds_under(story, "The Great Tide")


def feeds_on(client: Client, page: str) -> set[str]:
    return set(re.findall('<link rel="alternate" ([^>]*)>', client.get(page).content.decode()))


def feeds_under(root: str, title: str) -> set[str]:
    return {
        f'type="application/rss+xml" title="{title}" href="{SITE}{root}feed.rss"',
        f'type="application/atom+xml" title="{title} (Atom)" href="{SITE}{root}feed.atom"',
        f'type="application/feed+json" title="{title} (JSON Feed)" href="{SITE}{root}feed.json"',
    }


def test_guid_date_and_address_stay_through_an_edit_and_the_text_does_not(client: Client) -> None:
    entry = make_update(make_post(), "<p>Ninety metres.</p>")
    before = read(client, address_of(entry.post)).entries[0]
    posting.edit_entry(entry=entry, author=None, source="<p>112 metres.</p>", base_version=1)
    publishing.edit_post(
        post=entry.post,
        head=publishing.Head(headline="Another headline", date=entry.post.date + timedelta(days=1)),
        author=None,
        base_seq=entry.post.head_seq,
    )
    after = read(client, address_of(entry.post)).entries[0]
    assert (after.id, after.published, after.link) == (before.id, before.published, before.link)
    assert (after.id, after.guidislink) == (entry.uid.urn, False)
    assert after.content[0].value.endswith(" 112 metres.</p>")
    assert after.updated_parsed > after.published_parsed


def test_a_removed_entry_leaves_the_feed_and_a_restored_one_comes_back_as_itself(client: Client) -> None:
    entry = make_update(make_post())
    guids = [item.id for item in read(client, address_of(entry.post)).entries]
    posting.remove_entry(entry=entry, author=None)
    assert [item.id for item in read(client, address_of(entry.post)).entries] == guids[1:]
    posting.restore_entry(entry=entry, author=None)
    assert [item.id for item in read(client, address_of(entry.post)).entries] == guids


def changes(entry: Entry) -> list[Any]:
    """Everything that a subscriber must hear of."""
    post = entry.post
    return [
        lambda: make_update(post, "New", "0900"),
        lambda: posting.edit_entry(entry=entry, author=None, source="Edited", base_version=1),
        lambda: posting.remove_entry(entry=entry, author=None),
        lambda: posting.restore_entry(entry=entry, author=None),
        lambda: publishing.edit_post(
            post=post,
            head=publishing.Head(headline="Changed", date=post.date, series=post.series),
            author=None,
            base_seq=Post.objects.get(pk=post.pk).head_seq,
        ),
        lambda: publishing.end_post(post=post, author=None),
    ]


@pytest.mark.parametrize(
    "address",
    [
        *(f"/feed.{suffix}" for suffix in FEED_FORMATS),
        *(f"/series/the-great-tide/feed.{suffix}" for suffix in FEED_FORMATS),
        *(f"/live/the-road-is-cut/feed.{suffix}" for suffix in FEED_FORMATS),
        "/live/the-road-is-cut/feed.json?key=1",
        "/live/the-road-is-cut/feed.atom?digest=hourly",
    ],
)
def test_a_feed_answers_304_to_its_own_etag_until_something_changes(client: Client, address: str) -> None:
    entry = make_update(make_post("The road is cut", series=make_series()))

    def ask(tag: str) -> HttpResponse:
        return client.get(address, headers={"if-none-match": tag})  # type: ignore[return-value]

    for change in changes(entry):
        tag = client.get(address)["ETag"]
        unchanged = ask(tag)
        assert (unchanged.status_code, unchanged.content, unchanged["ETag"]) == (304, b"", tag)
        assert ask(f"W/{tag}").status_code == 304
        change()
        assert ask(tag).status_code == 200


def test_a_feed_answers_304_to_its_own_date_once_that_is_settled(client: Client) -> None:
    with time_machine.travel(at("1200"), tick=False) as clock:
        post = make_post()
        assert "Last-Modified" not in client.get(address_of(post)).headers
        clock.shift(10)
        modified = client.get(address_of(post))["Last-Modified"]
        assert modified == "Tue, 03 Dec 2024 12:00:00 GMT"
        assert client.get(address_of(post), headers={"if-modified-since": modified}).status_code == 304
        posting.remove_entry(entry=make_update(post), author=None)
        assert client.get(address_of(post), headers={"if-modified-since": modified}).status_code == 200


def test_a_feed_carries_hostile_text_as_text(client: Client) -> None:
    hostile = "]]>\x08\x00<script>alert(1)</script>& \u202e𝒳 😀 \ufffe"
    post = make_post(f"Headline {hostile}", standfirst=hostile, map=make_image(), map_alt=hostile, map_credit=hostile)
    make_update(post, f"<p>Text {hostile}</p>" + "<p>long</p>" * 6000, topic=hostile)
    for address in ("/feed.rss", address_of(post)):
        feed = read(client, address)
        assert "<script" not in feed.entries[0].content[0].value
        assert "😀" in feed.entries[0].content[0].value


def test_a_browser_gets_a_feed_as_a_page_and_a_feed_reader_as_a_feed(client: Client) -> None:
    post = make_post()
    for suffix, (kind, _) in FEED_FORMATS.items():
        address = f"{post.get_absolute_url()}feed.{suffix}"
        answer = client.get(address)
        assert (answer["Content-Type"], answer["Vary"]) == (f"{kind}; charset=utf-8", "Sec-Fetch-Dest, Accept-Encoding")
        page = client.get(address, headers={"sec-fetch-dest": "document"})
        as_page = answer["Content-Type"] if suffix == "json" else "application/xml; charset=utf-8"
        assert page["Content-Type"] == as_page
        assert page.content == answer.content
        assert ('<?xml-stylesheet href="/feed.css" media="screen" type="text/css"?>' in page.content.decode()) == (
            suffix != "json"
        )
    assert client.get("/feed.css")["Content-Type"] == "text/css; charset=utf-8"


def test_a_feed_is_sent_compressed(client: Client) -> None:
    post = make_post()
    for number in range(20):
        make_update(post, f"<p>The water is rising, for the time being. {number}</p>")
    for suffix in FEED_FORMATS:
        address = f"{post.get_absolute_url()}feed.{suffix}"
        plain, packed = client.get(address), client.get(address, headers={"accept-encoding": "gzip"})
        assert packed["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.content) == plain.content
        assert len(packed.content) < len(plain.content) / 4


def test_a_feed_does_not_believe_the_host_that_it_is_asked_for(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    post = make_post()
    body = client.get(address_of(post), headers={"host": "evil.example"}).content.decode()
    assert "evil.example" not in body
