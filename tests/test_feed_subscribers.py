"""Subscribers who look in every hour, over a day of changes: what they have at its end is what the page has."""

import random
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from entries.domain import posting, publishing
from entries.hours import HOUR
from entries.models import Entry, Post
from tests.factories import at, make_post, make_series, make_update
from tests.feed_rules import NAMESPACES

pytestmark = pytest.mark.django_db
SITE = "http://127.0.0.1:8000"
CHANGES = 300
EVERY = timedelta(days=1) / CHANGES


class Subscriber:
    """Keeps what it read by id, and asks for no feed that has not changed."""

    def __init__(self, client: Client, address: str) -> None:
        self.client = client
        self.address = address
        self.has: dict[str, str] = {}
        self.tag = ""
        self.unchanged = 0

    def poll(self) -> None:
        response = self.client.get(self.address, headers={"if-none-match": self.tag} if self.tag else {})
        if response.status_code == 304:
            self.unchanged += 1
            return
        self.tag = response["ETag"]
        self.take(response)

    def take(self, response: Any) -> None:
        raise NotImplementedError

    def following(self, address: str | None) -> Any:
        return self.client.get(address.removeprefix(SITE)) if address else None


class AtomSubscriber(Subscriber):
    """Reads the first sheet and no other, and believes its tombstones (RFC 6721)."""

    def take(self, response: Any) -> None:
        root = ET.fromstring(response.content)  # noqa: S314
        for entry in root.findall("atom:entry", NAMESPACES):
            guid, content = (entry.findtext(f"atom:{name}", "", NAMESPACES) for name in ("id", "content"))
            self.has[guid] = content
        for gone in root.findall("at:deleted-entry", NAMESPACES):
            self.has.pop(gone.get("ref", ""), None)


class RssSubscriber(Subscriber):
    """Reads sheet after sheet (RFC 5005), and keeps what was in them."""

    def take(self, response: Any) -> None:
        self.has = {}
        while response:
            channel = ET.fromstring(response.content)[0]  # noqa: S314
            for item in channel.findall("item"):
                self.has[item.findtext("guid", "")] = item.findtext("content:encoded", "", NAMESPACES)
            links = {link.get("rel"): link.get("href") for link in channel.findall("atom:link", NAMESPACES)}
            response = self.following(links.get("next"))


class JsonSubscriber(Subscriber):
    """Reads sheet after sheet by next_url."""

    def take(self, response: Any) -> None:
        self.has = {}
        while response:
            feed = response.json()
            self.has |= {item["id"]: item["content_html"] for item in feed["items"]}
            response = self.following(feed.get("next_url"))


def change(chance: random.Random, post: Post, number: int) -> None:
    """Something that an editor does, to any of the entries."""
    standing = list(post.entries.visible().updates())
    removed = list(post.entries.known().filter(removed_at__isnull=False))
    verb = chance.choices(("new", "backdated", "edit", "remove", "restore", "key", "pin"), (12, 3, 4, 4, 1, 1, 1))[0]
    if verb == "restore" and removed:
        posting.restore_entry(entry=chance.choice(removed), author=None)
    elif verb in ("edit", "remove", "key", "pin") and standing:
        change_one(verb, chance.choice(standing), number)
    else:
        back = timedelta(minutes=chance.randrange(600)) if verb == "backdated" else timedelta()
        make_update(post, f"<p>Change {number}: new.</p>", published_at=at("0000") + number * EVERY - back)


def change_one(verb: str, entry: Entry, number: int) -> None:
    if verb == "edit":
        text = f"<p>Change {number}: edited.</p>"
        posting.edit_entry(entry=entry, author=None, source=text, base_version=entry.version)
    else:
        do = {"remove": posting.remove_entry, "key": posting.mark_key, "pin": posting.pin_entry}[verb]
        do(entry=entry, author=None)


def on_the_page(post: Post) -> dict[str, str]:
    """Of each entry that readers have its id, and its text as it was last written."""
    return {entry.uid.urn: entry.html for entry in post.entries.visible()}


def words_of(subscriber: Subscriber) -> dict[str, str]:
    """Without the note of a correction before them."""
    return {
        guid: "<p>" + content.removeprefix("<p>").rpartition("</b> ")[2] for guid, content in subscriber.has.items()
    }


@pytest.mark.once
def test_who_polls_every_hour_over_a_day_of_300_changes_has_what_the_page_has(client: Client) -> None:
    chance = random.Random(1)  # noqa: S311
    with time_machine.travel(at("0000"), tick=False) as clock:
        post = make_post()
        root = f"{post.get_absolute_url()}feed"
        subscribers = [
            AtomSubscriber(client, f"{root}.atom"),
            RssSubscriber(client, f"{root}.rss"),
            JsonSubscriber(client, f"{root}.json"),
        ]
        for number in range(1, CHANGES + 1):
            change(chance, post, number)
            clock.move_to(at("0000") + number * EVERY)
            if (number - 1) * EVERY // HOUR < number * EVERY // HOUR:
                poll(subscribers)
        clock.shift(timedelta(hours=3))
        poll(subscribers)
    truth = on_the_page(post)
    assert len(truth) > 100  # more than a sheet
    assert post.entries.known().filter(removed_at__isnull=False).count() > 10
    for subscriber in subscribers:
        assert words_of(subscriber) == truth
        assert subscriber.unchanged == 1
    publishing.end_post(post=post, author=None)
    poll(subscribers)
    assert [subscriber.unchanged for subscriber in subscribers] == [1, 1, 1]


def poll(subscribers: list[Subscriber]) -> None:
    for subscriber in subscribers:
        subscriber.poll()


def sheets(client: Client, address: str) -> Iterator[list[str]]:
    """The ids in each sheet, from the first to the last."""
    following: str | None = address
    while following:
        feed = client.get(following.removeprefix(SITE)).json()
        yield [item["id"] for item in feed["items"]]
        following = feed.get("next_url")


def guids(entries: Any) -> list[str]:
    return [entry.uid.urn for entry in entries]


def test_entries_that_come_and_go_between_two_sheets_move_none_past_a_reader(client: Client) -> None:
    post = make_post()
    for number in range(230):
        make_update(post, published_at=at("0600") + timedelta(minutes=number))
    before = guids(post.entries.visible().by_time().reverse())
    reading = sheets(client, f"{post.get_absolute_url()}feed.json")
    found = next(reading)
    assert found == before[:100]
    last = post.entries.get(uid=found[-1])
    posting.remove_entry(entry=last, author=None)
    posting.remove_entry(entry=post.entries.get(uid=found[3]), author=None)
    make_update(post, published_at=at("2300"))
    found += [guid for sheet in reading for guid in sheet]
    assert found == before


def test_a_slice_has_its_entries_and_its_own_pages(client: Client) -> None:
    post = make_post(byline="Cy Dee")
    for number in range(120):
        make_update(
            post,
            published_at=at("0600") + timedelta(minutes=number),
            is_key=number % 40 == 0,
            byline="Ann Lee and Ben Roy" if number % 2 else "",
        )
    feed = f"{post.get_absolute_url()}feed.json"
    by_time = post.entries.visible().by_time().reverse()
    assert list(sheets(client, f"{feed}?key=1")) == [guids(by_time.filter(is_key=True))]
    theirs = guids(by_time.filter(byline="Ann Lee and Ben Roy"))
    for author in ("Ann+Lee", "ben%20roy"):
        assert list(sheets(client, f"{feed}?author={author}")) == [theirs]
    assert list(sheets(client, f"{feed}?author=Cy+Dee")) == [guids(by_time.filter(byline=""))]
    assert list(sheets(client, f"{feed}?author=Ann")) == [[]]
    assert client.get(f"{feed}?key=1&author=Cy+Dee").json()["feed_url"] == f"{SITE}{feed}?key=1&author=Cy+Dee"
    assert client.get(f"{feed}?key=1").json()["title"] == "The road is cut · Key moments"


@pytest.mark.parametrize(
    "query", ["key=2", "before=x", "before=0", "before=²", "before=99999999999999999999", "nonsense=1", "digest=daily"]
)
def test_what_makes_no_sense_is_as_if_it_were_not_there(client: Client, query: str) -> None:
    post = make_post(series=make_series())
    make_update(post)
    for root in ("/", post.get_absolute_url(), "/series/the-great-tide/"):
        plain, asked = (client.get(f"{root}feed.json{search}").json() for search in ("", f"?{query}"))
        assert asked == plain


def test_a_digest_has_an_item_an_hour_when_the_hour_is_over(client: Client) -> None:
    with time_machine.travel(at("0830"), tick=False) as clock:
        post = make_post()
        first, second = make_update(post, "<p>One.</p>", "0810"), make_update(post, "<p>Two.</p>", "0820", is_key=True)
        address = f"{post.get_absolute_url()}feed.json?digest=hourly"
        original = post.entries.originals().get().uid.urn
        running = client.get(address)
        assert [item["id"] for item in running.json()["items"]] == [original]
        clock.move_to(at("0900"))
        tag = {"if-none-match": running["ETag"]}
        answer = client.get(address, headers=tag)
        assert answer.status_code == 200
        digest, opening = answer.json()["items"]
        assert opening["id"] == original
        assert (digest["title"], digest["url"]) == (
            "0800 to 0900 GMT: 2 updates",
            f"{SITE}{post.get_absolute_url()}?entry={second.pk}#entry-{second.pk}",
        )
        assert digest["content_html"] == "<h3>UPDATE 0810 GMT:</h3><p>One.</p><h3>UPDATE 0820 GMT:</h3><p>Two.</p>"
        assert (digest["date_published"], digest["date_modified"]) == ("2024-12-03T09:00:00+00:00",) * 2
        assert client.get(address, headers={"if-none-match": answer["ETag"]}).status_code == 304
        clock.move_to(at("0915"))
        posting.edit_entry(entry=first, author=None, source="<p>One, mended.</p>", base_version=1)
        again = client.get(address).json()["items"][0]
        assert (again["id"], again["date_published"]) == (digest["id"], digest["date_published"])
        assert again["date_modified"] == "2024-12-03T09:15:00+00:00"
        assert "One, mended." in again["content_html"]
        clock.move_to(at("0916"))
        posting.remove_entry(entry=second, author=None)
        shorter = client.get(address).json()["items"][0]
        assert (shorter["title"], shorter["date_modified"]) == (
            "0800 to 0900 GMT: 1 update",
            "2024-12-03T09:16:00+00:00",
        )
        posting.remove_entry(entry=first, author=None)
        empty = client.get(address).json()
        assert [item["id"] for item in empty["items"]] == [original]
        assert [gone["id"] for gone in empty["_liveblog"]["removed"]] == [digest["id"]]


def test_the_last_hour_is_over_with_the_coverage(client: Client) -> None:
    with time_machine.travel(at("0830"), tick=False):
        post = make_post()
        make_update(post, "<p>One.</p>", "0810")
        publishing.end_post(post=post, author=None)
        items = client.get(f"{post.get_absolute_url()}feed.json?digest=hourly").json()["items"]
        assert [item["title"] for item in items] == ["0800 to 0830 GMT: 1 update", "ORIGINAL ENTRY: It began at dawn."]
        assert items[0]["date_published"] == "2024-12-03T08:30:00+00:00"


def test_the_digest_of_a_week_has_pages(client: Client) -> None:
    post = make_post()
    for number in range(60):
        make_update(post, published_at=at("0600") + timedelta(hours=number))
    pages = list(sheets(client, f"{post.get_absolute_url()}feed.json?digest=hourly"))
    assert [len(page) for page in pages] == [48, 13]
    assert len({guid for page in pages for guid in page}) == 61
