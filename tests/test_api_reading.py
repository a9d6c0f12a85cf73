"""What programs read: every field against the database, and nothing that readers do not have."""

import gzip
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from entries.domain import posting, promising, publishing, superseding
from entries.domain.deltas import MAX_CHANGES
from entries.labels import instant
from entries.models import Entry, Post
from tests.factories import DAY, at, make_draft, make_image, make_post, make_series, make_update

pytestmark = [pytest.mark.django_db, pytest.mark.once]
SITE = "http://127.0.0.1:8000"
ROOT = "/api/v1"


def get(client: Client, address: str, **query: Any) -> Any:
    response = client.get(address if address.startswith("http") else ROOT + address, query)
    assert response.status_code == 200, response.content
    return response.json()


def current(post: Post) -> Post:
    return Post.objects.get(pk=post.pk)


def test_the_addresses_are_the_contracts() -> None:
    assert [
        reverse("entries:api:page"),
        reverse("entries:api:schema"),
        reverse("entries:api:all-series"),
        reverse("entries:api:series", args=["a"]),
        reverse("entries:api:posts"),
        reverse("entries:api:post", args=["a"]),
        reverse("entries:api:entries", args=["a"]),
        reverse("entries:api:entry", args=["a", 1]),
        reverse("entries:api:entry-source", args=["a", 1]),
        reverse("entries:api:changes", args=["a"]),
    ] == [
        "/api/",
        "/api/v1/openapi.json",
        "/api/v1/series/",
        "/api/v1/series/a/",
        "/api/v1/posts/",
        "/api/v1/posts/a/",
        "/api/v1/posts/a/entries/",
        "/api/v1/posts/a/entries/1/",
        "/api/v1/posts/a/entries/1/source/",
        "/api/v1/posts/a/changes/",
    ]


def test_a_series_is_told_with_what_is_public_of_it(client: Client) -> None:
    series = make_series()
    make_post("One", series=series)
    make_post("Two", series=series, date=DAY + timedelta(days=2))
    make_draft("Three", series=series, date=DAY + timedelta(days=9))
    told = {
        "slug": "the-great-tide",
        "title": "The Great Tide",
        "description": "",
        "url": f"{SITE}/series/the-great-tide/",
        "posts_url": f"{SITE}/api/v1/posts/?series=the-great-tide",
        "posts": 2,
        "first_day": "2024-12-03",
        "last_day": "2024-12-05",
        "feeds": {
            "rss": f"{SITE}/series/the-great-tide/feed.rss",
            "atom": f"{SITE}/series/the-great-tide/feed.atom",
            "json_feed": f"{SITE}/series/the-great-tide/feed.json",
        },
    }
    assert get(client, "/series/the-great-tide/") == told
    assert get(client, "/series/") == {"next": None, "items": [told]}


def test_a_post_is_told_in_all_its_lines(client: Client) -> None:
    image = make_image()
    post = make_post(
        series=make_series(), standfirst="The water rose.", byline="By Ann Lee and Bo Chi", map=image,
        map_alt="A coast", map_caption="The coast", map_credit="Harrow Survey Office", related='<a href="/x/">More</a>',
    )  # fmt: skip
    by = timezone.now() + timedelta(hours=1)
    post = promising.promise_update(post=post, author=None, by=by)
    assert post.published_at
    assert get(client, f"/posts/{post.slug}/") == {
        "uid": str(post.uid),
        "slug": "the-road-is-cut",
        "url": f"{SITE}/live/the-road-is-cut/",
        "headline": "The road is cut",
        "standfirst": "The water rose.",
        "byline": "By Ann Lee and Bo Chi",
        "authors": ["Ann Lee", "Bo Chi"],
        "date": "2024-12-03",
        "state": "live",
        "seq": post.seq,
        "published_at": instant(post.published_at),
        "ended_at": None,
        "changed_at": instant(post.changed_at),
        "next_update_at": instant(by),
        "related": [f'<a href="{SITE}/x/">More</a>'],
        "map": {
            "url": SITE + image.file.url,
            "width": 64,
            "height": 40,
            "alt": "A coast",
            "caption": "The coast",
            "credit": "Map: Harrow Survey Office",
        },
        "credit": "Map: Harrow Survey Office",
        "series": {"slug": "the-great-tide", "title": "The Great Tide", "url": f"{SITE}/series/the-great-tide/"},
        "feeds": {
            "rss": f"{SITE}/live/the-road-is-cut/feed.rss",
            "atom": f"{SITE}/live/the-road-is-cut/feed.atom",
            "json_feed": f"{SITE}/live/the-road-is-cut/feed.json",
        },
        "stream_url": f"{SITE}/live/the-road-is-cut/stream/",
        "changes_url": f"{SITE}/api/v1/posts/the-road-is-cut/changes/?since=0",
        "entries_url": f"{SITE}/api/v1/posts/the-road-is-cut/entries/",
    }


def test_a_post_without_series_or_map_that_ended(client: Client) -> None:
    post = publishing.end_post(post=make_post(), author=None)
    told = get(client, f"/posts/{post.slug}/")
    assert post.ended_at
    assert (told["state"], told["ended_at"]) == ("ended", instant(post.ended_at))
    assert (told["series"], told["map"], told["credit"], told["related"], told["authors"]) == (None, None, "", [], [])


def test_an_entry_is_told_in_all_its_lines(client: Client) -> None:
    post = make_post()
    source = '<p>The <b>gate</b> is <a href="/live/x/">open</a>.</p><p><img src="/media/images/a.png" alt="A gate"></p>'
    entry = make_update(
        post, source, "1716", topic="Gates", byline="By Ann Lee and Bo Chi", confidence="disputed", is_key=True,
        is_pinned=True,
    )  # fmt: skip
    told = {
        "is_removed": False,
        "id": entry.pk,
        "uid": str(entry.uid),
        "post": "the-road-is-cut",
        "url": f"{SITE}/live/the-road-is-cut/entries/{entry.pk}/",
        "label": "UPDATE 1716 GMT:",
        "kind": "update",
        "topic": "Gates",
        "html": f'<p>The <b>gate</b> is <a href="{SITE}/live/x/">open</a>.</p>'
        f'<p><img src="{SITE}/media/images/a.png" alt="A gate"></p>',
        "text": "The gate is open.",
        "byline": "By Ann Lee and Bo Chi",
        "authors": ["Ann Lee", "Bo Chi"],
        "confidence": "disputed",
        "is_key": True,
        "is_pinned": True,
        "published_at": "2024-12-03T17:16:00Z",
        "modified_at": "2024-12-03T17:16:00Z",
        "edited_at": None,
        "seq": entry.seq,
        "superseded_by": None,
    }
    assert get(client, f"/posts/{post.slug}/entries/{entry.pk}/") == told
    assert get(client, f"/posts/{post.slug}/entries/")["items"][0] == told
    assert get(client, f"/posts/{post.slug}/changes/", since=entry.seq - 1)["entries"] == [told]


def test_the_original_entry(client: Client) -> None:
    post = make_post(original="<p>It began.</p>", byline="By Ann Lee")
    told = get(client, f"/posts/{post.slug}/entries/")["items"][0]
    assert (told["kind"], told["label"], told["text"]) == ("original", "ORIGINAL ENTRY:", "It began.")
    assert (told["byline"], told["authors"]) == ("", ["Ann Lee"])  # its post's, where it names none


def test_an_edited_and_superseded_entry(client: Client) -> None:
    post = make_post()
    old, new = make_update(post), make_update(post, clock="0900")
    edited = posting.edit_entry(entry=old, author=None, source="It falls.", base_version=1)
    entry = superseding.supersede_entry(entry=edited, by=new, author=None)
    told = get(client, f"/posts/{post.slug}/entries/{old.pk}/")
    assert entry.edited_at
    assert (told["text"], told["edited_at"], told["modified_at"], told["seq"]) == (
        "It falls.", instant(entry.edited_at), instant(entry.edited_at), entry.seq,
    )  # fmt: skip
    address = SITE + new.get_absolute_url()
    assert told["superseded_by"] == {"id": new.pk, "url": address, "label": "UPDATE 0900 GMT:"}


def test_a_removed_entry_is_gone_and_told_as_that(client: Client) -> None:
    post = make_post()
    entry = posting.remove_entry(entry=make_update(post, "Zebrafinch"), author=None, reason="It was another gate.")
    assert entry.removed_at
    tombstone = {
        "is_removed": True,
        "id": entry.pk,
        "uid": str(entry.uid),
        "post": "the-road-is-cut",
        "url": SITE + entry.get_absolute_url(),
        "seq": entry.seq,
        "removed_at": instant(entry.removed_at),
        "removal_reason": "It was another gate.",
    }
    response = client.get(f"{ROOT}/posts/{post.slug}/entries/{entry.pk}/")
    assert (response.status_code, response["Content-Type"]) == (410, "application/problem+json")
    assert response.json() == {
        "type": "about:blank",
        "title": "Gone",
        "status": 410,
        "detail": "This entry was removed: show it no longer.",
        "entry": tombstone,
    }
    assert get(client, f"/posts/{post.slug}/changes/", since=entry.seq - 1)["entries"] == [tombstone]
    assert [one["id"] for one in get(client, f"/posts/{post.slug}/entries/")["items"]] == [
        post.entries.originals().get().pk
    ]


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("limit", [1, 2, 3, 30])
def test_pages_of_entries_hold_each_once_in_the_order_of_time(client: Client, order: str, limit: int) -> None:
    post = make_post()
    for clock in ("0832", "0832", "0500", "1716", "0832"):  # one below the original's own time, three at once
        make_update(post, clock=clock)
    make_update(post, published_at=at("2359", DAY - timedelta(days=1)), is_pinned=True)
    found, address = [], f"{ROOT}/posts/{post.slug}/entries/?order={order}&limit={limit}"
    while address:
        page = client.get(address).json()
        assert len(page["items"]) <= limit
        found += [one["id"] for one in page["items"]]
        address = page["next"]
        assert address is None or address.startswith(f"{SITE}/api/v1/posts/{post.slug}/entries/?")
    by_time = list(Entry.objects.by_time().values_list("pk", flat=True))
    assert found == (by_time if order == "oldest" else by_time[::-1])


def test_a_page_goes_on_where_it_was_whatever_came_and_went(client: Client) -> None:
    post = make_post()
    old, middle, new = (make_update(post, clock=clock) for clock in ("0700", "0800", "0900"))
    first = get(client, f"/posts/{post.slug}/entries/", limit=2)
    make_update(post, clock="1000")
    posting.remove_entry(entry=middle, author=None)
    original = post.entries.originals().get()
    assert [one["id"] for one in first["items"]] == [new.pk, middle.pk]
    assert [one["id"] for one in client.get(first["next"]).json()["items"]] == [old.pk, original.pk]


def test_key_moments_alone(client: Client) -> None:
    post = make_post()
    make_update(post)
    keys = [make_update(post, clock=clock, is_key=True).pk for clock in ("0900", "1000")]
    page = get(client, f"/posts/{post.slug}/entries/", key="true", limit=1, order="oldest")
    assert [one["id"] for one in page["items"]] == keys[:1]
    assert [one["id"] for one in client.get(page["next"]).json()["items"]] == keys[1:]


def test_posts_by_series_state_and_day(client: Client) -> None:
    series = make_series()
    one = make_post("One", series=series)
    two = make_post("Two", date=DAY + timedelta(days=1))
    three = publishing.end_post(post=make_post("Three", series=series, date=DAY - timedelta(days=1)), author=None)
    make_draft("Four")

    def slugs(**query: Any) -> list[str]:
        return [post["slug"] for post in get(client, "/posts/", **query)["items"]]

    assert slugs() == [two.slug, one.slug, three.slug]
    assert slugs(series=series.slug) == [one.slug, three.slug]
    assert (slugs(state="live"), slugs(state="ended")) == ([two.slug, one.slug], [three.slug])
    assert (slugs(day="2024-12-03"), slugs(day="2024-12-09"), slugs(series="none")) == ([one.slug], [], [])
    page = get(client, "/posts/", limit=2)
    assert client.get(page["next"]).json()["items"] == [get(client, f"/posts/{three.slug}/")]


def test_pages_of_series(client: Client) -> None:
    for title in ("B", "A", "C"):
        make_post(title, series=make_series(title))
    page = get(client, "/series/", limit=2)
    further = client.get(page["next"]).json()
    assert [one["title"] for one in page["items"] + further["items"]] == ["A", "B", "C"]
    assert further["next"] is None


def test_changes_are_told_once_and_as_they_are(client: Client) -> None:
    post = make_post()
    one, two = make_update(post), make_update(post, clock="0900")
    posting.edit_entry(entry=one, author=None, source="First correction", base_version=1)
    posting.edit_entry(entry=one, author=None, source="Second", base_version=2)
    told = get(client, f"/posts/{post.slug}/changes/", since=post.seq)
    assert [(entry["id"], entry["text"]) for entry in told["entries"]] == [
        (two.pk, "The water is rising."), (one.pk, "Second"),
    ]  # fmt: skip
    seq = current(post).seq
    assert told | {"entries": []} == {
        "seq": seq, "since": post.seq, "is_reset": False, "state": "live", "poll": 10, "post": None, "entries": [],
    }  # fmt: skip
    assert get(client, f"/posts/{post.slug}/changes/", since=seq)["entries"] == []


def test_changes_tell_of_the_posts_own_lines_where_they_changed(client: Client) -> None:
    post = make_post()
    before = post.seq
    publishing.end_post(post=post, author=None)
    told = get(client, f"/posts/{post.slug}/changes/", since=before)
    assert (told["state"], told["post"]) == ("ended", get(client, f"/posts/{post.slug}/"))


@pytest.mark.parametrize("since", [MAX_CHANGES * 1000, 10**39])
def test_a_cursor_from_the_future_is_reset_and_kept_by_no_cache(client: Client, since: int) -> None:
    post = make_post()
    response = client.get(f"{ROOT}/posts/{post.slug}/changes/", {"since": since})
    assert (response.json()["is_reset"], response.json()["entries"]) == (True, [])
    assert response["Cache-Control"] == "no-store"


def test_an_answer_can_be_kept_by_caches_and_is_asked_for_again_by_its_tag(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    post = make_post(series=make_series())
    entry = make_update(post)
    below = f"{ROOT}/posts/{post.slug}/"
    addresses = [
        f"{ROOT}/series/", f"{ROOT}/series/the-great-tide/", f"{ROOT}/posts/", below, f"{below}entries/",
        f"{below}entries/{entry.pk}/", f"{below}changes/?since=1",
    ]  # fmt: skip
    for address in addresses:
        response = client.get(address)
        assert "s-maxage=1" in response["Cache-Control"]
        assert "public" in response["Cache-Control"]
        assert "Cookie" not in response["Vary"]
        with django_assert_num_queries(1):
            again = client.get(address, headers={"if-none-match": response["ETag"]})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", response["ETag"])
    tags = {address: client.get(address)["ETag"] for address in addresses[2:]}
    posting.edit_entry(entry=entry, author=None, source="Corrected", base_version=1)
    assert all(client.get(address)["ETag"] != tag for address, tag in tags.items())


def test_a_renamed_series_changes_the_tag_of_its_posts(client: Client) -> None:
    post = make_post(series=make_series())
    tag = client.get(f"{ROOT}/posts/{post.slug}/")["ETag"]
    assert post.series
    post.series.title = "Another"
    post.series.save()
    response = client.get(f"{ROOT}/posts/{post.slug}/", headers={"if-none-match": tag})
    assert (response.status_code, response.json()["series"]["title"]) == (200, "Another")


def test_long_answers_are_compressed(client: Client) -> None:
    post = make_post()
    response = client.get(f"{ROOT}/posts/{post.slug}/", headers={"accept-encoding": "gzip"})
    assert json.loads(gzip.decompress(response.content))["slug"] == post.slug


def test_scripts_of_other_sites_may_read_and_not_write(client: Client) -> None:
    post = make_post()
    address = f"{ROOT}/posts/{post.slug}/entries/"
    for response in (client.get(address), client.get(f"{ROOT}/nowhere"), client.get(f"{ROOT}/posts/none/")):
        assert response["Access-Control-Allow-Origin"] == "*"
    asked = client.options(address, headers={"origin": "https://evil.example"})
    assert (asked.status_code, asked["Access-Control-Allow-Methods"], asked["Allow"]) == (
        204, "GET, HEAD, OPTIONS", "GET, HEAD, POST, OPTIONS",
    )  # fmt: skip
    assert "authorization" not in asked["Access-Control-Allow-Headers"].lower()
    assert "Access-Control-Allow-Origin" not in client.post(address, {}, content_type="application/json")


def test_head_is_get_without_the_body(client: Client) -> None:
    address = f"{ROOT}/posts/{make_post().slug}/"
    got, asked = client.get(address), client.head(address)
    assert (asked.status_code, asked.content, asked["ETag"]) == (200, b"", got["ETag"])


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/posts/?limit=0", 422),
        ("/posts/?limit=101", 422),
        ("/posts/?limit=1.0", 422),
        ("/posts/?day=2024-13-01", 422),
        ("/posts/?day=1733184000", 422),
        ("/posts/?state=draft", 422),
        ("/posts/?series=%00", 422),
        ("/posts/?after=x", 422),
        ("/posts/?after=" + "9" * 400, 422),
        ("/posts/none/", 404),
        ("/posts/the-road-is-cut/entries/99999999999999999999999999/", 404),
        ("/posts/the-road-is-cut/entries/?key=1", 422),
        ("/posts/the-road-is-cut/entries/?order=up", 422),
        ("/posts/the-road-is-cut/entries/?after=1.1.1", 422),
        ("/posts/the-road-is-cut/changes/?since=-1", 422),
        ("/posts/the-road-is-cut/changes/?since=٣", 422),
        ("/posts/the-road-is-cut", 404),
        ("/", 404),
        ("/../x", 404),
    ],
)
def test_what_is_wrong_is_said_in_one_shape(client: Client, address: str, status: int) -> None:
    make_post()
    response = client.get(ROOT + address)
    told = response.json()
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert (told["type"], told["status"]) == ("about:blank", status)
    assert len(told["detail"]) > 20
    if status == 422:
        assert [set(fault) for fault in told["errors"]] == [{"place", "field", "message"}]


@pytest.mark.parametrize("after", ["original", "0.1", "-999999999999999999.1", "999999999999999999.999999999999999999"])
def test_any_place_to_go_on_from_is_one(client: Client, after: str) -> None:
    post = make_post()
    for order in ("newest", "oldest"):
        get(client, f"/posts/{post.slug}/entries/", after=after, order=order)
    assert get(client, "/posts/", after="0.1")["items"] == []
    assert len(get(client, "/posts/", after="999999999.1")["items"]) == 1


def test_an_embed_goes_out_without_its_player(client: Client) -> None:
    post = make_post()
    entry = make_update(post, "<p>https://youtu.be/dQw4w9WgXcQ</p>")
    told = get(client, f"/posts/{post.slug}/entries/{entry.pk}/")
    assert "embed-player" not in told["html"]
    assert "youtu" in told["html"]


def test_a_uid_is_the_feeds(client: Client) -> None:
    post = make_post()
    feed = client.get(f"/live/{post.slug}/feed.rss").content.decode()
    uids = [UUID(one["uid"]).urn for one in get(client, f"/posts/{post.slug}/entries/")["items"]]
    assert all(uid in feed for uid in uids)


def test_the_page_tells_every_operation(client: Client) -> None:
    response = client.get("/api/")
    schema = client.get("/api/v1/openapi.json").json()
    page = response.content.decode()
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            assert f"<code>{method.upper()} {path}</code>" in page
            assert f'id="{operation["operationId"]}"' in page
    assert "<script" not in page
    assert schema["openapi"] == "3.1.0"
    assert schema["servers"] == [{"url": SITE}]
