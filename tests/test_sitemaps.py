"""The maps for search engines, by the rules of https://www.sitemaps.org/protocol.html and of Google News."""

import re
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from entries import sitemaps
from entries.domain import posting, publishing
from entries.models import Post
from tests.factories import DAY, at, make_draft, make_image, make_post, make_series, make_update

pytestmark = [pytest.mark.django_db, pytest.mark.once]
SITE = "http://127.0.0.1:8000"
NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
SHARED = "public, max-age=0, s-maxage=1, stale-while-revalidate=5, stale-if-error=86400"
W3C = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def lines(client: Client, address: str, kind: str = "urlset") -> dict[str, str]:
    """Location to time, in the order of the map."""
    root = tree(client, address, kind)
    found = {}
    for line in root:
        parts = {part.tag.removeprefix(NAMESPACE): part.text or "" for part in line}
        assert parts["loc"].startswith(SITE)
        assert len(parts["loc"]) < 2048
        assert parts["loc"] not in found
        assert W3C.fullmatch(parts["lastmod"])
        found[parts["loc"].removeprefix(SITE)] = parts["lastmod"]
    return found


def tree(client: Client, address: str, kind: str = "urlset") -> ElementTree.Element:
    response = client.get(address)
    assert (response.status_code, response["Content-Type"]) == (200, "application/xml; charset=utf-8")
    assert response["Cache-Control"] == SHARED
    assert not response.cookies
    assert len(response.content) < 50_000_000
    root = ElementTree.fromstring(response.content)  # noqa: S314
    assert root.tag == NAMESPACE + kind
    return root


def written(moment: datetime | None) -> str:
    assert moment
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def all_addresses(client: Client) -> list[str]:
    return [address for part in lines(client, "/sitemap.xml", "sitemapindex") for address in lines(client, part)]


def test_the_index_leads_to_every_page_that_is_to_be_found(client: Client) -> None:
    series = make_series()
    live, ended = make_post("Live", series=series), publishing.end_post(post=make_post("Ended"), author=None)
    update = make_update(live)
    assert list(lines(client, "/sitemap.xml", "sitemapindex")) == [
        "/sitemap-pages.xml",
        "/sitemap-posts.xml",
        "/sitemap-entries.xml",
    ]
    entries = [update, *(post.entries.originals().get() for post in (live, ended))]
    pages = ["/", series.get_absolute_url(), live.get_absolute_url(), ended.get_absolute_url()]
    assert sorted(all_addresses(client)) == sorted([*pages, *(entry.get_absolute_url() for entry in entries)])
    assert {client.get(address).status_code for address in all_addresses(client)} == {200}


def test_no_page_in_it_is_kept_from_search_and_each_is_its_own_address(client: Client) -> None:
    make_update(make_post(series=make_series()))
    for address in all_addresses(client):
        page = client.get(address).content.decode()
        assert '<meta name="robots"' not in page
        assert f'<link rel="canonical" href="{SITE}{address}">' in page


def test_what_is_hidden_is_in_none(client: Client) -> None:
    post = make_post()
    make_draft("Secret", series=make_series("Secret series"))
    removed = posting.remove_entry(entry=make_update(post), author=None)
    draft = posting.draft_entry(post=post, author=None, source="x")
    found = all_addresses(client)
    assert not {removed.get_absolute_url(), draft.get_absolute_url()} & set(found)
    assert not any("secret" in address for address in found)


def test_an_empty_site_has_its_front_page(client: Client) -> None:
    index = tree(client, "/sitemap.xml", "sitemapindex")
    assert [line.findtext(f"{NAMESPACE}loc") for line in index] == [f"{SITE}/sitemap-pages.xml"]
    [front] = tree(client, "/sitemap-pages.xml")
    assert (front.findtext(f"{NAMESPACE}loc"), front.find(f"{NAMESPACE}lastmod")) == (f"{SITE}/", None)
    assert len(tree(client, "/news-sitemap.xml")) == 0


def test_the_times_are_those_of_the_last_change_and_move(client: Client) -> None:
    series = make_series()
    post, other = make_post("One", series=series), make_post("Other")
    Post.objects.filter(pk=post.pk).update(changed_at=at("0700"))
    Post.objects.filter(pk=other.pk).update(changed_at=at("0800"))
    seven, eight = "2024-12-03T07:00:00Z", "2024-12-03T08:00:00Z"
    assert lines(client, "/sitemap-pages.xml") == {"/": eight, series.get_absolute_url(): seven}
    assert lines(client, "/sitemap-posts.xml") == {post.get_absolute_url(): seven, other.get_absolute_url(): eight}
    assert set(lines(client, "/sitemap.xml", "sitemapindex").values()) == {eight}
    entry = make_update(post)
    post.refresh_from_db()
    now = written(post.changed_at)
    assert lines(client, "/sitemap-pages.xml") == {"/": now, series.get_absolute_url(): now}
    assert lines(client, "/sitemap-posts.xml")[post.get_absolute_url()] == now
    assert set(lines(client, "/sitemap.xml", "sitemapindex").values()) == {now}
    assert lines(client, "/sitemap-entries.xml")[entry.get_absolute_url()] == "2024-12-03T08:32:00Z"
    entry = posting.edit_entry(entry=entry, author=None, source="<p>Higher.</p>", base_version=1)
    assert lines(client, "/sitemap-entries.xml")[entry.get_absolute_url()] == written(entry.edited_at)
    entry = posting.restore_entry(entry=posting.remove_entry(entry=entry, author=None), author=None)
    assert lines(client, "/sitemap-entries.xml")[entry.get_absolute_url()] == written(entry.restored_at)


def test_more_addresses_than_a_map_holds_are_in_several(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sitemaps.LIMIT <= 50_000
    monkeypatch.setattr(sitemaps.EntryMap, "limit", 10)
    post = make_post()
    entries = [make_update(post, published_at=at("0600") + timedelta(minutes=number)) for number in range(25)]
    maps = [f"/sitemap-entries.xml{page}" for page in ("", "?p=2", "?p=3")]
    assert list(lines(client, "/sitemap.xml", "sitemapindex"))[2:] == maps
    assert [len(lines(client, address)) for address in maps] == [10, 10, 6]
    found = {address for part in maps for address in lines(client, part)}
    assert {entry.get_absolute_url() for entry in entries} < found
    assert len(found) == 26


@pytest.mark.parametrize(
    "address",
    ["/sitemap-nothing.xml", "/sitemap-posts.xml?p=2", "/sitemap-posts.xml?p=0", "/sitemap-posts.xml?p=no",
     "/sitemap-posts.xml?p=99999999999999999999"],
)  # fmt: skip
def test_other_maps_are_not_there(client: Client, address: str) -> None:
    make_post()
    assert client.get(address).status_code == 404


def test_addresses_are_the_sites_whatever_name_it_was_asked_under(client: Client, settings: Any) -> None:
    settings.SITE_URL = "https://news.example:8443"
    settings.ALLOWED_HOSTS = ["*"]
    make_update(make_post())
    for address in ("/sitemap.xml", "/sitemap-posts.xml", "/sitemap-entries.xml", "/news-sitemap.xml", "/robots.txt"):
        text = client.get(address, headers={"host": "evil.example"}).content.decode()
        assert "evil.example" not in text
        assert "https://news.example:8443/" in text


def test_maps_are_only_read(client: Client) -> None:
    for address in ("/sitemap.xml", "/sitemap-posts.xml", "/news-sitemap.xml", "/robots.txt"):
        assert client.head(address).status_code == 200
        assert client.post(address).status_code == 405


# News


def news(client: Client) -> list[dict[str, str]]:
    return [
        {
            "loc": line.findtext(f"{NAMESPACE}loc", ""),
            "name": line.findtext(f"{NEWS}news/{NEWS}publication/{NEWS}name", ""),
            "language": line.findtext(f"{NEWS}news/{NEWS}publication/{NEWS}language", ""),
            "date": line.findtext(f"{NEWS}news/{NEWS}publication_date", ""),
            "title": line.findtext(f"{NEWS}news/{NEWS}title", ""),
        }
        for line in tree(client, "/news-sitemap.xml")
    ]


def test_the_news_are_the_posts_of_two_days(client: Client) -> None:
    now = timezone.now()
    hostile = "Boats & “bridges” <b>]]></news:title> 🌊"
    fresh = make_post(hostile, date=now.date(), series=make_series())
    publishing.open_post(post=make_draft("Two days ago"), author=None, at=now - timedelta(hours=49))
    newer = publishing.open_post(post=make_draft("Yesterday"), author=None, at=now - timedelta(hours=47))
    publishing.end_post(post=newer, author=None)
    publishing.open_post(post=make_draft("Of an archive"), author=None, at=at("0600", DAY))
    make_draft("Secret")
    assert news(client) == [
        {
            "loc": SITE + post.get_absolute_url(),
            "name": "Liveblog",
            "language": "en",
            "date": written(post.published_at),
            "title": post.headline,
        }
        for post in (fresh, newer)
    ]


def test_the_news_hold_a_thousand(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sitemaps.NEWS_LIMIT == 1_000
    monkeypatch.setattr("entries.views.machines.NEWS_LIMIT", 2)
    for number in range(3):
        make_post(f"Post {number}")
    assert [line["title"] for line in news(client)] == ["Post 2", "Post 1"]


# Robots


def allowed(rules: list[str], address: str) -> bool:
    """As RFC 9309 has it, for a file without an Allow."""
    patterns = [re.escape(rule).replace(r"\*", ".*") for rule in rules]
    return not any(re.match(pattern, address) for pattern in patterns)


def test_robots_are_kept_from_what_is_no_page_and_from_nothing_else(client: Client) -> None:
    response = client.get("/robots.txt")
    assert (response["Content-Type"], response["Cache-Control"]) == ("text/plain; charset=utf-8", SHARED)
    text = response.content.decode()
    rules = re.findall("^Disallow: (.+)$", text, re.M)
    assert text.startswith("User-agent: *\n")
    assert re.findall("^Sitemap: (.+)$", text, re.M) == [f"{SITE}/sitemap.xml", f"{SITE}/news-sitemap.xml"]
    image = make_image()
    post = make_post(series=make_series(), map=image)
    entry = make_update(post)
    pages = [
        *all_addresses(client),
        *lines(client, "/sitemap.xml", "sitemapindex"),
        image.file.url,
        f"{post.get_absolute_url()}card.png?v=3",
        f"{entry.get_absolute_url()}card.png?v=3",
        f"{post.get_absolute_url()}?page=2",
        f"{post.get_absolute_url()}?order=oldest",
        f"{post.get_absolute_url()}?since=3",
        f"{post.get_absolute_url()}feed.rss",
        reverse("entries:corrections", args=[post.slug]),
        "/?page=2",
        "/static/entries/site.css",
    ]
    assert [page for page in pages if not allowed(rules, page)] == []
    others = [
        "/admin/",
        "/admin/login/",
        f"{post.get_absolute_url()}changes/3/",
        f"{post.get_absolute_url()}stream/?since=3",
        f"{post.get_absolute_url()}since/3/",
        f"{post.get_absolute_url()}?q=water",
        f"{post.get_absolute_url()}?order=oldest&q=water",
    ]
    assert [page for page in others if allowed(rules, page)] == []
