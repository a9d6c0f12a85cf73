"""What a request costs the database: the same number, however much there is."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from entries.addresses import FEED_FORMATS
from entries.models import Post
from tests.factories import DAY, at, make_image, make_post, make_series, make_update

pytestmark = pytest.mark.django_db
ROWS = [1, 3, 20]


def fill(number: int) -> Post:
    """`number` posts in a series, each with a map and with `number` updates; the middle one."""
    series, image = make_series(), make_image()
    posts = [
        make_post(f"Post {day}", series=series, date=DAY + timedelta(days=day), map=image, map_alt="x")
        for day in range(number)
    ]
    middle = posts[number // 2]
    for post in posts:
        for _ in range(number if post is middle else 1):
            make_update(post)
    return middle


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize(
    ("name", "queries"),
    [
        ("front", 4),  # number of posts, posts, the first one's updates, last update of each
        ("site-feed", 4),  # state, posts, updates, originals
        ("series-feed", 4),
        ("series", 4),  # series, number of posts, posts, last update of each
        ("post", 6),  # post with series and map; entries marked, those of the page; last update, previous, next
        ("since", 3),  # post, what is new, where the reader was
        ("post-feed", 2),  # post, entries
        ("changes", 3),  # all that changed; since the post's own lines did, the post before and the last update
        ("post-card", 1),
        ("entry-card", 1),
        ("sitemap", 5),  # last change, twice and of each series; numbers of posts and of entries
        ("sitemap-section", 2),  # number of entries, entries
        ("news-sitemap", 1),
        ("embedding", 1),  # post
        ("framed", 3),  # post, pins, the newest
        ("framed-entry", 1),  # entry with its post
        ("framed-latest", 2),  # post, the newest
        ("entry", 4),  # entry with its post, newer, older; the original where there is no older update
        ("api:page", 0),
        ("api:schema", 0),
        ("api:all-series", 1),
        ("api:series", 1),
        ("api:posts", 1),
        ("api:post", 1),
        ("api:entries", 2),  # post, entries
        ("api:entry", 1),
        ("api:changes", 1),
    ],
)
def test_public_addresses(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, name: str, queries: int, rows: int
) -> None:
    post = fill(rows)
    entry = post.entries.updates().by_time()[0]
    arguments: dict[str, list[object]] = {
        "front": [],
        "site-feed": ["rss"],
        "series-feed": ["the-great-tide", "atom"],
        "post-feed": [post.slug, "json"],
        "series": ["the-great-tide"],
        "entry": [post.slug, entry.pk],
        "entry-card": [post.slug, entry.pk],
        "sitemap": [],
        "sitemap-section": ["entries"],
        "news-sitemap": [],
        "framed-entry": [post.slug, entry.pk],
        "changes": [post.slug, 0],
        "since": [post.slug, 1],
        "api:page": [],
        "api:schema": [],
        "api:all-series": [],
        "api:series": ["the-great-tide"],
        "api:posts": [],
        "api:entry": [post.slug, entry.pk],
    }
    address = reverse(f"entries:{name}", args=arguments.get(name, [post.slug]))
    with django_assert_num_queries(queries):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("updates", [5, 95])
@pytest.mark.parametrize(
    ("query", "queries"),
    [("", 6), ("?page=1", 6), ("?order=oldest", 6), ("?key=1", 7), ("?q=water", 7), ("?since=3", 8), ("?entry=1", 8)],
)
def test_a_post_of_many_pages_costs_what_a_short_one_does(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, query: str, queries: int, updates: int
) -> None:
    post = make_post(series=make_series())
    for number in range(updates):
        make_update(post, is_key=number % 3 == 0, published_at=at("0600") + timedelta(minutes=number))
    query = query.replace("entry=1", f"entry={post.entries.updates().by_time()[0].pk}")
    with django_assert_num_queries(queries):
        assert client.get(post.get_absolute_url() + query).status_code == 200


@pytest.mark.skipif("sqlite" not in settings.DATABASES["default"]["ENGINE"], reason="PostgreSQL counts what there is")
def test_the_newest_posts_are_found_without_looking_at_all_others() -> None:
    post = fill(3)
    of_series = Post.objects.visible().filter(series=post.series)
    later = Q(date__gt=post.date) | Q(id__gt=post.pk)
    newest = Post.objects.visible()
    for posts in (newest.newest_first(), newest.by_day().reverse(), of_series.by_day().reverse(), of_series.by_day()):
        assert "TEMP B-TREE" not in posts[:20].explain()
    assert "(series_id=? AND date>?)" in of_series.filter(later, date__gte=post.date).explain()
    assert "post_opened" in newest.opened_between(at("0000"), at("2300")).explain()


def test_an_unchanged_feed_costs_one_query(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    post = fill(3)
    roots = ("/", post.get_absolute_url(), make_series().get_absolute_url())
    queries = ("", "?key=1", "?author=Ann", "?digest=hourly", "?before=1")
    for address in (f"{root}feed.{suffix}{query}" for root in roots for suffix in FEED_FORMATS for query in queries):
        tag = client.get(address)["ETag"]
        with django_assert_num_queries(1):
            assert client.get(address, headers={"if-none-match": tag}).status_code == 304


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("page", "queries"),
    [
        ("post_changelist", 8),
        ("post_change", 10),
        ("entry_changelist", 6),
        ("entry_change", 4),
        ("entry_add", 4),
        ("series_changelist", 6),
        ("revision_changelist", 8),
        ("image_changelist", 5),
    ],
)
def test_admin_pages(
    desk: Client, editor: User, django_assert_num_queries: DjangoAssertNumQueries, page: str, queries: int, rows: int
) -> None:
    post = fill(rows)
    ContentType.objects.clear_cache()  # it outlives a test
    keys = {"post_change": [post.pk], "entry_change": [post.entries.updates()[0].pk]}
    address = reverse(f"admin:entries_{page}", args=keys.get(page, []))
    with django_assert_num_queries(queries):
        assert desk.get(address).status_code == 200
