"""What search engines are told of a page, field by field beside what the database holds."""

import json
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from entries.domain import posting, publishing
from entries.domain.pictures import store_image
from entries.enums import Confidence
from entries.models import Entry, Post
from entries.structured_data import coverage_start
from tests.factories import DAY, at, make_draft, make_image, make_post, make_series, make_update, picture

pytestmark = [pytest.mark.django_db, pytest.mark.once]
SITE = "http://127.0.0.1:8000"
NEWSROOM = {"@type": "Organization", "name": "Liveblog", "url": f"{SITE}/"}
HOSTILE = "</script><script>alert(1)</script><!-- <![CDATA[ ]]> &lt; \"' \\ \\u003c 🌊 \u202eשלום\u202c"


class _Page(HTMLParser):
    """The data blocks of a page as a browser finds them, and all of its other scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.blocks: list[str] = []
        self.scripts: list[dict[str, str | None]] = []
        self.is_in_block = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            self.is_in_block = ("type", "application/ld+json") in attrs
            if self.is_in_block:
                self.blocks.append("")
            else:
                self.scripts.append(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        self.is_in_block = self.is_in_block and tag != "script"

    def handle_data(self, data: str) -> None:
        if self.is_in_block:
            self.blocks[-1] += data


def data_of(client: Client, address: str) -> list[dict[str, Any]]:
    response = client.get(address)
    assert response.status_code == 200
    return [json.loads(block) for block in _Page(response.content.decode()).blocks]


def live_blog(client: Client, post: Post, search: str = "") -> dict[str, Any]:
    found = data_of(client, post.get_absolute_url() + search)[0]
    assert (found["@context"], found["@type"]) == ("https://schema.org", "LiveBlogPosting")
    return found


def told_of(client: Client, entry: Entry) -> dict[str, Any]:
    """The one update of its live blog's that is this entry."""
    address = SITE + entry.get_absolute_url()
    [found] = [update for update in live_blog(client, entry.post)["liveBlogUpdate"] if update["url"] == address]
    return dict(found)


def instant(moment: datetime | None) -> str:
    assert moment
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def people(*names: str) -> list[dict[str, str]]:
    return [{"@type": "Person", "name": name} for name in names]


# The live blog


def test_a_live_post_is_a_live_blog_with_all_that_the_database_knows(client: Client) -> None:
    image = make_image()
    post = make_post(
        standfirst="Boats are out.",
        byline="By Ann Lee and Bo Chi",
        series=make_series(),
        map=image,
        map_alt="The coast",
        map_caption="Where the water stands",
        map_credit="Harrow Survey Office",
    )
    update = make_update(post, "<p>The <b>water</b> is rising.</p>", "1716", topic="Kelder Lock")
    post.refresh_from_db()
    original = post.entries.originals().get()
    address = f"{SITE}/live/{post.slug}/"
    assert live_blog(client, post) == {
        "@context": "https://schema.org",
        "@type": "LiveBlogPosting",
        "@id": address,
        "url": address,
        "mainEntityOfPage": address,
        "headline": "The road is cut",
        "description": "Boats are out.",
        "image": {
            "@type": "ImageObject",
            "url": SITE + image.file.url,
            "contentUrl": SITE + image.file.url,
            "width": 64,
            "height": 40,
            "caption": "Where the water stands",
            "description": "The coast",
            "creditText": "Harrow Survey Office",
        },
        "inLanguage": "en-gb",
        "datePublished": instant(post.published_at),
        "dateModified": instant(post.changed_at),
        "coverageStartTime": "2024-12-03T06:00:00Z",
        "author": people("Ann Lee", "Bo Chi"),
        "publisher": NEWSROOM,
        "isPartOf": {"@type": "CreativeWorkSeries", "name": "The Great Tide", "url": f"{SITE}/series/the-great-tide/"},
        "liveBlogUpdate": [
            {
                "@type": "BlogPosting",
                "headline": "UPDATE 1716 GMT: Kelder Lock. The water is rising.",
                "url": SITE + update.get_absolute_url(),
                "datePublished": "2024-12-03T17:16:00Z",
                "dateModified": "2024-12-03T17:16:00Z",
                "author": people("Ann Lee", "Bo Chi"),
                "articleBody": "The water is rising.",
            },
            {
                "@type": "BlogPosting",
                "headline": "ORIGINAL ENTRY: It began at dawn.",
                "url": SITE + original.get_absolute_url(),
                "datePublished": "2024-12-03T06:00:00Z",
                "dateModified": "2024-12-03T06:00:00Z",
                "author": people("Ann Lee", "Bo Chi"),
                "articleBody": "It began at dawn.",
            },
        ],
    }


def test_a_bare_post_is_by_the_newsroom_and_shown_by_its_drawn_card(client: Client) -> None:
    post = make_post()
    found = live_blog(client, post)
    assert found["author"] == [NEWSROOM]
    assert found["description"] == "It began at dawn."
    assert found["liveBlogUpdate"][0]["author"] == [NEWSROOM]
    assert "isPartOf" not in found
    drawn = f"{SITE}{post.get_absolute_url()}card.png?v={post.head_seq}"
    assert found["image"] == {
        "@type": "ImageObject", "url": drawn, "contentUrl": drawn, "width": 1200, "height": 630,
        "caption": "The road is cut",
    }  # fmt: skip
    assert client.get(drawn.removeprefix(SITE)).status_code == 200


def test_coverage_has_an_end_once_it_has_ended_and_while_it_has(client: Client) -> None:
    post = make_post()
    assert "coverageEndTime" not in live_blog(client, post)
    post = publishing.end_post(post=post, author=None)
    assert live_blog(client, post)["coverageEndTime"] == instant(post.ended_at)
    post = publishing.open_post(post=post, author=None)
    assert "coverageEndTime" not in live_blog(client, post)


def test_every_change_moves_the_date_of_the_last_one(client: Client) -> None:
    post = make_post()
    Post.objects.filter(pk=post.pk).update(changed_at=at("0700"))
    assert live_blog(client, post)["dateModified"] == "2024-12-03T07:00:00Z"
    make_update(post)
    post.refresh_from_db()
    assert live_blog(client, post)["dateModified"] == instant(post.changed_at) > "2024-12-03T07:00:00Z"


def test_coverage_begins_with_the_original_or_the_opening() -> None:
    today = make_post()  # of a day that was covered elsewhere
    original = today.entries.originals().get()
    assert coverage_start(today, original) == at("0600")
    assert coverage_start(today, None) == today.published_at
    at_five = publishing.open_post(post=make_draft("At five"), author=None, at=at("0500"))
    assert coverage_start(at_five, at_five.entries.originals().get()) == at("0500")


# Its entries


def test_an_entrys_own_byline_comes_before_the_posts(client: Client) -> None:
    post = make_post(byline="Ann Lee")
    entry = make_update(post, byline="By Cy Dee, Di Eno and Ed Fox")
    assert told_of(client, entry)["author"] == people("Cy Dee", "Di Eno", "Ed Fox")
    assert told_of(client, make_update(post))["author"] == people("Ann Lee")


def test_an_edited_and_a_restored_entry_say_when(client: Client) -> None:
    entry = make_update(make_post())
    entry = posting.edit_entry(entry=entry, author=None, source="<p>Higher.</p>", base_version=1)
    found = told_of(client, entry)
    assert (found["datePublished"], found["dateModified"]) == ("2024-12-03T08:32:00Z", instant(entry.edited_at))
    assert (found["headline"], found["articleBody"]) == ("UPDATE 0832 GMT: Higher.", "Higher.")
    entry = posting.restore_entry(entry=posting.remove_entry(entry=entry, author=None), author=None)
    assert told_of(client, entry)["dateModified"] == instant(entry.restored_at)


def test_what_is_removed_or_not_out_is_not_in_it(client: Client) -> None:
    post = make_post()
    removed = posting.remove_entry(entry=make_update(post, "<p>Wrong</p>"), author=None, reason="Wrong")
    posting.draft_entry(post=post, author=None, source="<p>Draft</p>")
    assert [told["articleBody"] for told in live_blog(client, post)["liveBlogUpdate"]] == ["It began at dawn."]
    posting.remove_entry(entry=post.entries.originals().get(), author=None)
    assert live_blog(client, post)["liveBlogUpdate"] == []
    response = client.get(removed.get_absolute_url())
    assert (response.status_code, b"ld+json" in response.content) == (410, False)


def test_a_key_moment_is_told_once(client: Client) -> None:
    entry = make_update(make_post(), is_key=True, is_pinned=True)
    assert told_of(client, entry)["headline"] == "UPDATE 0832 GMT: The water is rising."


def test_what_is_unconfirmed_is_told_as_that(client: Client) -> None:
    entry = make_update(make_post(), confidence=Confidence.UNCONFIRMED)
    assert told_of(client, entry)["headline"] == "UPDATE 0832 GMT: [Unconfirmed] The water is rising."
    assert data_of(client, entry.get_absolute_url())[0]["headline"] == told_of(client, entry)["headline"]


def test_a_picture_without_words_has_a_headline_all_the_same(client: Client) -> None:
    image = store_image(picture(80, 50))
    entry = make_update(make_post(), f'<p><img src="{image.file.url}" alt="A &quot;boat&quot;"></p>')
    found = told_of(client, entry)
    assert found["headline"] == "UPDATE 0832 GMT:"
    assert found["image"] == {
        "@type": "ImageObject", "url": SITE + image.file.url, "contentUrl": SITE + image.file.url, "width": 80,
        "height": 50, "caption": 'A "boat"',
    }  # fmt: skip


@pytest.mark.parametrize("search", ["", "?page=1", "?order=oldest", "?key=1", "?q=water", "?since=3", "?zone=Kyiv"])
def test_the_updates_are_those_that_stand_on_the_page(client: Client, search: str) -> None:
    post = make_post()
    for number in range(65):
        make_update(post, is_key=number % 9 == 0, published_at=at("0600") + timedelta(minutes=number))
    page = client.get(post.get_absolute_url() + search)
    shown = [SITE + entry.get_absolute_url() for entry in page.context["window"].entries]
    found = live_blog(client, post, search)
    assert [update["url"] for update in found["liveBlogUpdate"]] == shown
    assert found["url"] == f"{SITE}{post.get_absolute_url()}"


# Other pages


def test_an_entrys_page_is_an_article_that_is_part_of_the_live_blog(client: Client) -> None:
    post = make_post(series=make_series(), byline="Ann Lee")
    entry = make_update(post, "<p>The water is rising.</p>")
    article, way = data_of(client, entry.get_absolute_url())
    address = SITE + entry.get_absolute_url()
    assert article == {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "headline": "UPDATE 0832 GMT: The water is rising.",
        "url": address,
        "mainEntityOfPage": address,
        "datePublished": "2024-12-03T08:32:00Z",
        "dateModified": "2024-12-03T08:32:00Z",
        "author": people("Ann Lee"),
        "publisher": NEWSROOM,
        "articleBody": "The water is rising.",
        "description": "The water is rising.",
        "image": {
            "@type": "ImageObject",
            "url": f"{address}card.png?v={entry.seq}",
            "contentUrl": f"{address}card.png?v={entry.seq}",
            "width": 1200,
            "height": 630,
            "caption": "UPDATE 0832 GMT: The water is rising.",
        },
        "inLanguage": "en-gb",
        "isPartOf": {
            "@type": "LiveBlogPosting",
            "@id": f"{SITE}{post.get_absolute_url()}",
            "headline": "The road is cut",
            "url": f"{SITE}{post.get_absolute_url()}",
        },
    }
    assert way == trail(
        ("Liveblog", "/"),
        ("The Great Tide", "/series/the-great-tide/"),
        ("The road is cut", post.get_absolute_url()),
        ("UPDATE 0832 GMT", entry.get_absolute_url()),
    )


def trail(*steps: tuple[str, str]) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": SITE + address}
            for position, (name, address) in enumerate(steps, 1)
        ],
    }


def test_the_way_to_a_post_leads_through_its_series(client: Client) -> None:
    alone, post = make_post("Alone"), make_post(series=make_series())
    assert data_of(client, alone.get_absolute_url())[1] == trail(("Liveblog", "/"), ("Alone", alone.get_absolute_url()))
    assert data_of(client, post.get_absolute_url())[1] == trail(
        ("Liveblog", "/"), ("The Great Tide", "/series/the-great-tide/"), ("The road is cut", post.get_absolute_url())
    )
    assert data_of(client, "/series/the-great-tide/") == [
        trail(("Liveblog", "/"), ("The Great Tide", "/series/the-great-tide/"))
    ]


def test_the_front_page_is_the_site(client: Client) -> None:
    assert data_of(client, "/") == [
        {"@context": "https://schema.org", "@type": "WebSite", "name": "Liveblog", "url": f"{SITE}/",
         "publisher": NEWSROOM}
    ]  # fmt: skip


def test_pages_that_are_for_nobody_elses_eyes_tell_nothing(client: Client, desk: Client, editor: User) -> None:
    post = make_post()
    entry = make_update(post)
    for query in ("", "?as=entry"):
        address = reverse("admin:entries_post_desk_preview_entry", args=[post.pk, entry.pk])
        page = desk.get(address + query).content.decode()
        assert "ld+json" not in page
        assert "og:" not in page
    for address in (reverse("entries:corrections", args=[post.slug]), reverse("entries:since", args=[post.slug, 1])):
        assert b"ld+json" not in client.get(address).content


# Hostile words


def test_no_word_can_leave_its_place(client: Client) -> None:
    series = make_series(f"Series {HOSTILE}")
    post = make_post(
        f"Headline {HOSTILE}", standfirst=HOSTILE, byline=f"By {HOSTILE}", series=series, map=make_image(),
        map_alt=HOSTILE, map_caption=HOSTILE, map_credit=HOSTILE,
    )  # fmt: skip
    escaped = HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    entry = make_update(post, f"<p>{escaped}</p>", topic=HOSTILE[:80], byline=HOSTILE)
    post.refresh_from_db()
    for address in (post.get_absolute_url(), entry.get_absolute_url(), series.get_absolute_url(), "/"):
        html = client.get(address).content.decode()
        page = _Page(html)
        assert all(set(script) <= {"type", "src"} and script["src"] for script in page.scripts)
        for block in page.blocks:
            assert not set(block) & set("<>&\u2028\u2029")
            json.loads(block)
    found = live_blog(client, post)
    assert found["headline"] == post.headline
    assert found["description"] == post.standfirst
    assert found["image"]["creditText"] == post.map_credit
    assert found["isPartOf"]["name"] == series.title
    assert told_of(client, entry)["articleBody"] == HOSTILE


def test_line_separators_that_were_stored_stay_within_their_string(client: Client) -> None:
    post = make_post()
    Post.objects.filter(pk=post.pk).update(headline="One\u2028two\u2029three")
    html = client.get(post.get_absolute_url()).content.decode()
    assert not set(_Page(html).blocks[0]) & {"\u2028", "\u2029"}
    assert live_blog(client, post)["headline"] == "One\u2028two\u2029three"


def test_an_entry_of_64_kilobytes_is_told_whole(client: Client) -> None:
    words = " ".join(f"</script>{number}" for number in range(4_000))[:64_000]
    entry = make_update(make_post(), f"<p>{words.replace('<', '&lt;')}</p>")
    assert told_of(client, entry)["articleBody"] == words
    assert len(told_of(client, entry)["headline"]) < 130


def test_addresses_are_the_sites_whatever_name_it_was_asked_under(client: Client, settings: Any) -> None:
    settings.SITE_URL = "https://news.example"
    settings.ALLOWED_HOSTS = ["*"]
    post = make_post(date=DAY)
    html = client.get(post.get_absolute_url(), headers={"host": "evil.example"}).content.decode()
    assert "evil.example" not in html
    assert json.loads(_Page(html).blocks[0])["url"] == f"https://news.example{post.get_absolute_url()}"


def test_another_language_is_said(client: Client, settings: Any) -> None:
    settings.LANGUAGE_CODE = "uk"
    post = make_post(date=date(2024, 12, 3))
    assert live_blog(client, post)["inLanguage"] == "uk"
