"""What each feed says of each entry and post, field by field, beside what the database has."""

import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from entries.domain import posting, publishing
from entries.domain.pictures import store_image
from entries.models import Entry, Post
from tests.factories import at, make_image, make_post, make_series, make_update, picture
from tests.feed_rules import NAMESPACES

pytestmark = [pytest.mark.django_db, pytest.mark.once]
SITE = "http://127.0.0.1:8000"
FORMATS = ["rss", "atom", "json"]


@dataclass(frozen=True)
class Said:
    """Of one item, whatever the format."""

    guid: str
    link: str
    title: str
    summary: str
    content: str
    published_at: datetime
    modified_at: datetime
    authors: list[str]
    tags: list[str]
    pictures: list[tuple[str, str]]  # address and what it shows


def items(client: Client, address: str) -> list[Said]:
    response = client.get(address)
    assert response.status_code == 200
    if address.partition("?")[0].endswith("json"):
        return [_of_json(item) for item in response.json()["items"]]
    root = ET.fromstring(response.content)  # noqa: S314
    if root.tag == "rss":
        return [_of_rss(item) for item in root.iter("item")]
    return [_of_atom(entry) for entry in root.findall("atom:entry", NAMESPACES)]


def _of_rss(item: ET.Element) -> Said:
    return Said(
        guid=item.findtext("guid", ""),
        link=item.findtext("link", ""),
        title=item.findtext("title", ""),
        summary=item.findtext("description", ""),
        content=item.findtext("content:encoded", "", NAMESPACES),
        published_at=parsedate_to_datetime(item.findtext("pubDate", "")),
        modified_at=datetime.fromisoformat(item.findtext("atom:updated", "", NAMESPACES)),
        authors=_texts(item.findall("dc:creator", NAMESPACES)),
        tags=_texts(item.findall("category")),
        pictures=_pictures(item),
    )


def _of_atom(entry: ET.Element) -> Said:
    link = entry.find("atom:link", NAMESPACES)
    assert link is not None
    return Said(
        guid=entry.findtext("atom:id", "", NAMESPACES),
        link=link.get("href", ""),
        title=entry.findtext("atom:title", "", NAMESPACES),
        summary=entry.findtext("atom:summary", "", NAMESPACES),
        content=entry.findtext("atom:content", "", NAMESPACES),
        published_at=datetime.fromisoformat(entry.findtext("atom:published", "", NAMESPACES)),
        modified_at=datetime.fromisoformat(entry.findtext("atom:updated", "", NAMESPACES)),
        authors=_texts(entry.findall("atom:author/atom:name", NAMESPACES)),
        tags=[category.get("term", "") for category in entry.findall("atom:category", NAMESPACES)],
        pictures=_pictures(entry),
    )


def _of_json(item: dict[str, Any]) -> Said:
    return Said(
        guid=item["id"],
        link=item["url"],
        title=item["title"],
        summary=item["summary"],
        content=item["content_html"],
        published_at=datetime.fromisoformat(item["date_published"]),
        modified_at=datetime.fromisoformat(item["date_modified"]),
        authors=[author["name"] for author in item.get("authors", [])],
        tags=item.get("tags", []),
        pictures=[(attachment["url"], attachment.get("title", "")) for attachment in item.get("attachments", [])],
    )


def _texts(elements: Iterable[ET.Element]) -> list[str]:
    return [element.text or "" for element in elements]


def _pictures(item: ET.Element) -> list[tuple[str, str]]:
    found = item.findall("media:content", NAMESPACES)
    return [(image.get("url", ""), image.findtext("media:description", "", NAMESPACES)) for image in found]


def one(client: Client, entry: Entry, suffix: str) -> Said:
    said = [item for item in items(client, feed_of(entry.post, suffix)) if item.guid == entry.uid.urn]
    assert len(said) == 1
    return said[0]


def feed_of(post: Post, suffix: str) -> str:
    return f"{post.get_absolute_url()}feed.{suffix}"


def expected(entry: Entry, **said: Any) -> Said:
    """What is the same of each."""
    given: dict[str, Any] = {
        "guid": entry.uid.urn,
        "link": SITE + entry.get_absolute_url(),
        "published_at": entry.published_at,
        "modified_at": entry.published_at,
        "authors": [],
        "tags": [],
        "pictures": [],
    }
    return Said(**(given | said))


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_update(client: Client, suffix: str) -> None:
    entry = make_update(make_post(), '<p>Five, <a href="/live/x/">as said</a>.</p>', "1716", topic="Boats")
    assert one(client, entry, suffix) == expected(
        entry,
        title="UPDATE 1716 GMT: Boats. Five, as said.",
        summary="Five, as said.",
        content=f'<p><b class="topic">Boats.</b> Five, <a href="{SITE}/live/x/">as said</a>.</p>',
        tags=["Boats"],
    )


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_original_with_its_map(client: Client, suffix: str) -> None:
    post = make_post(byline="By Ann Lee", map=make_image(), map_alt="The isles", map_credit="Survey")
    assert post.map
    entry = post.entries.get()
    image = SITE + post.map.file.url
    assert one(client, entry, suffix) == expected(
        entry,
        title="ORIGINAL ENTRY: It began at dawn.",
        summary="It began at dawn.",
        content=f'<figure><img src="{image}" width="64" height="40" alt="The isles">'
        "<figcaption>Map: Survey</figcaption></figure><p>It began at dawn.</p>",
        authors=["Ann Lee"],
        pictures=[(image, "The isles")],
    )


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_edited_entry_keeps_its_id_and_date_and_says_that_it_is_corrected(client: Client, suffix: str) -> None:
    with time_machine.travel(at("0900"), tick=False) as clock:
        entry = make_update(make_post(), "<p>Ninety metres.</p>", "0900")
        clock.shift(timedelta(hours=5, minutes=20))
        edited = posting.edit_entry(entry=entry, author=None, source="<p>112 metres.</p>", base_version=1)
        assert edited.edited_at == at("1420")
        assert one(client, edited, suffix) == expected(
            entry,
            title="UPDATE 0900 GMT: 112 metres.",
            summary="112 metres.",
            content="<p><b>[Corrected 1420 GMT]</b> 112 metres.</p>",
            modified_at=edited.edited_at,
        )


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_key_moment_by_two_authors_of_which_not_all_is_sure(client: Client, suffix: str) -> None:
    post = make_post(byline="Ann Lee")
    entry = make_update(
        post, "<p>Forty are missing.</p>", "0900", is_key=True, confidence="unconfirmed", byline="Ben Roy and Con Fay"
    )
    assert one(client, entry, suffix) == expected(
        entry,
        title="UPDATE 0900 GMT: [Unconfirmed] Forty are missing.",
        summary="Forty are missing.",
        content="<p><b>[Unconfirmed]</b> Forty are missing.</p>",
        authors=["Ben Roy", "Con Fay"],
        tags=["Key moment"],
    )


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_picture_in_a_text(client: Client, suffix: str) -> None:
    image = store_image(picture(90, 50))
    entry = make_update(make_post(), f'<p><img src="{image.file.url}" alt="A boat"></p>', "0900")
    assert one(client, entry, suffix) == expected(
        entry,
        title="UPDATE 0900 GMT:",
        summary="UPDATE 0900 GMT",
        content=f'<p><img src="{SITE}{image.file.url}" alt="A boat"></p>',
        pictures=[(SITE + image.file.url, "A boat")],
    )


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_removed_entry_leaves_no_text_and_where_there_is_a_way_a_tombstone(client: Client, suffix: str) -> None:
    post = make_post()
    entry = make_update(post, "<p>Zebrafinch.</p>", "0900")
    gone = posting.remove_entry(entry=entry, author=None, reason="It was the wrong bridge.")
    assert gone.removed_at
    body = client.get(feed_of(post, suffix)).content.decode()
    assert "Zebrafinch" not in body
    assert [item.guid for item in items(client, feed_of(post, suffix))] == [post.entries.originals().get().uid.urn]
    told = [(gone.uid.urn, gone.removed_at, "It was the wrong bridge.")]
    assert tombstones(client, feed_of(post, suffix)) == ([] if suffix == "rss" else told)
    restored = posting.restore_entry(entry=gone, author=None)
    assert tombstones(client, feed_of(post, suffix)) == []
    assert one(client, restored, suffix).modified_at == restored.restored_at


def tombstones(client: Client, address: str) -> list[tuple[str, datetime, str]]:
    response = client.get(address)
    if address.partition("?")[0].endswith("json"):
        removed = response.json()["_liveblog"]["removed"]
        return [(it["id"], datetime.fromisoformat(it["date_removed"]), it.get("reason", "")) for it in removed]
    found = ET.fromstring(response.content).findall("at:deleted-entry", NAMESPACES)  # noqa: S314
    return [
        (it.get("ref", ""), datetime.fromisoformat(it.get("when", "")), it.findtext("at:comment", "", NAMESPACES))
        for it in found
    ]


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("root", ["/", "/series/the-great-tide/"])
def test_a_post_in_the_feeds_of_posts(client: Client, root: str, suffix: str) -> None:
    series = make_series()
    post = make_post(
        "The road is cut", standfirst="Boats are out.", byline="Ann Lee, Ben Roy", series=series,
        map=make_image(), map_alt="The isles",
    )  # fmt: skip
    make_update(post, "<p>Eight o’clock.</p>", "0832", confidence="disputed")
    post.refresh_from_db()
    assert post.map
    image = SITE + post.map.file.url
    original = SITE + post.entries.originals().get().get_absolute_url()
    assert items(client, f"{root}feed.{suffix}") == [
        Said(
            guid=post.uid.urn,
            link=SITE + post.get_absolute_url(),
            title="The road is cut",
            summary="Boats are out.",
            content="<p><em>Boats are out.</em></p>"
            f'<figure><img src="{image}" width="64" height="40" alt="The isles"></figure>'
            "<h3>UPDATE 0832 GMT:</h3><p><b>[Disputed]</b> Eight o’clock.</p>"
            f'<p><b class="label"><a href="{original}">ORIGINAL ENTRY:</a></b> It began at dawn.</p>',
            published_at=within_a_second(post.published_at, suffix),
            modified_at=post.changed_at,
            authors=["Ann Lee", "Ben Roy"],
            tags=["The Great Tide"],
            pictures=[(image, "The isles")],
        )
    ]


def within_a_second(at: datetime | None, suffix: str) -> Any:
    """RSS counts whole seconds."""
    assert at
    return at.replace(microsecond=0) if suffix == "rss" else at


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_long_post_says_in_the_feeds_of_posts_where_the_rest_is(client: Client, suffix: str) -> None:
    post = make_post()
    for number in range(53):
        make_update(post, f"<p>Update {number}.</p>", f"10{number:02}")
    content = items(client, f"/feed.{suffix}")[0].content
    assert [f"<p>Update {number}.</p>" in content for number in (52, 3, 2)] == [True, True, False]
    assert f'<p><a href="{SITE}{post.get_absolute_url()}">3 earlier updates</a></p>' in content
    assert "It began at dawn." in content


def test_the_feed_itself_says_when_it_changed_and_whose_it_is(client: Client, settings: Any) -> None:
    settings.WEBSUB_HUBS = ["https://hub.example/", "https://other.example/"]
    post = make_post("The road is cut", standfirst="Boats are out.", byline="Ann Lee")
    posting.remove_entry(entry=make_update(post), author=None)
    post.refresh_from_db()
    rss, atom = (ET.fromstring(client.get(feed_of(post, suffix)).content) for suffix in ("rss", "atom"))  # noqa: S314
    said = client.get(feed_of(post, "json")).json()
    assert (said["title"], said["description"], said["language"]) == ("The road is cut", "Boats are out.", "en-gb")
    assert (said["home_page_url"], said["feed_url"]) == (
        SITE + post.get_absolute_url(),
        SITE + feed_of(post, "json"),
    )
    assert said["authors"] == [{"name": "Ann Lee"}]
    assert said["hubs"] == [{"type": "WebSub", "url": url} for url in settings.WEBSUB_HUBS]
    assert datetime.fromisoformat(said["_liveblog"]["changed_at"]) == post.changed_at
    assert datetime.fromisoformat(atom.findtext("atom:updated", "", NAMESPACES)) == post.changed_at
    built = parsedate_to_datetime(rss.findtext("channel/lastBuildDate", ""))
    assert built == post.changed_at.replace(microsecond=0)
    assert _texts(atom.findall("atom:author/atom:name", NAMESPACES)) == ["Ann Lee"]
    for root in (rss[0], atom):
        hubs = [link.get("href") for link in root.findall("atom:link", NAMESPACES) if link.get("rel") == "hub"]
        assert hubs == settings.WEBSUB_HUBS
    for suffix in FORMATS:
        assert client.get(feed_of(post, suffix))["Link"] == (
            '<https://hub.example/>; rel="hub", <https://other.example/>; rel="hub", '
            f'<{SITE}{feed_of(post, suffix)}>; rel="self"'
        )


def test_a_json_feed_expires_when_coverage_ends_and_no_sooner(client: Client) -> None:
    post = make_post()
    assert "expired" not in client.get(feed_of(post, "json")).json()
    publishing.end_post(post=post, author=None)
    assert client.get(feed_of(post, "json")).json()["expired"] is True
    publishing.open_post(post=post, author=None)
    assert "expired" not in client.get(feed_of(post, "json")).json()
    assert "expired" not in client.get("/feed.json").json()


def test_a_correction_on_another_day_says_which(client: Client) -> None:
    entry = make_update(make_post(), "<p>Ninety metres.</p>", "2350")
    with time_machine.travel(datetime(2024, 12, 4, 0, 20, tzinfo=UTC), tick=False):
        posting.edit_entry(entry=entry, author=None, source="<p>112 metres.</p>", base_version=1)
    said = one(client, entry, "atom")
    assert said.content == "<p><b>[Updated 0020 GMT, 4 December 2024]</b> 112 metres.</p>"


def test_the_feeds_of_posts_are_by_day_and_have_late_changes_besides(client: Client) -> None:
    posts = [make_post(f"Day {number}", date=date(2024, 1, 1) + timedelta(days=number)) for number in range(33)]
    guids = [post.uid.urn for post in reversed(posts)]
    first = client.get("/feed.json").json()
    # The ten that were changed last are the newest ones.
    assert [item["id"] for item in first["items"]] == guids[:20]
    older = client.get(first["next_url"].removeprefix(SITE)).json()
    assert [item["id"] for item in older["items"]] == guids[20:]
    assert (older["feed_url"], "next_url" in older) == (first["next_url"], False)
    make_update(posts[0], "<p>Mended after a month.</p>")
    assert [item["id"] for item in client.get("/feed.json").json()["items"]] == [*guids[:20], guids[-1]]
