"""The hours of a post: kept with each change, so that no page has to count."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from entries.domain import posting
from entries.models import Post
from tests.factories import at, make_post, make_update

pytestmark = pytest.mark.django_db


def hours_of(post: Post) -> list[tuple[str, int, int]]:
    post.refresh_from_db()
    return [(hour.start[-2:], hour.updates, hour.key_moments) for hour in post.timeline]


def told(client: Client, post: Post, since: int) -> list[str]:
    answer: dict[str, Any] = client.get(reverse("entries:changes", args=[post.slug, since])).json()
    return [f"{hour['hour'][-2:]} {'' if hour['html'] else 'gone'}".strip() for hour in answer.get("hours", [])]


def test_hours_are_counted_with_the_quiet_ones_between_them() -> None:
    post = make_post()
    for clock in ("0700", "0759", "1000"):
        make_update(post, clock=clock)
    make_update(post, clock="1030", is_key=True)
    assert hours_of(post) == [("07", 2, 0), ("08", 0, 0), ("09", 0, 0), ("10", 2, 1)]


def test_the_last_hour_of_the_calendar_is_one_too() -> None:
    entry = make_update(make_post())
    last = at("2330", date.max)
    posting.edit_entry(entry=entry, author=None, source=entry.source, base_version=entry.version, published_at=last)
    assert hours_of(entry.post) == [("23", 1, 0)]


def test_a_post_without_updates_has_no_hours() -> None:
    assert hours_of(make_post()) == []


def test_removal_restoring_and_another_time_are_counted() -> None:
    post = make_post()
    early, late = make_update(post, clock="0700"), make_update(post, clock="0900")
    posting.remove_entry(entry=late, author=None)
    assert hours_of(post) == [("07", 1, 0)]
    posting.restore_entry(entry=late, author=None)
    posting.edit_entry(entry=early, author=None, source=early.source, base_version=1, published_at=at("0800"))
    assert hours_of(post) == [("08", 1, 0), ("09", 1, 0)]
    posting.mark_key(entry=early, author=None)
    assert hours_of(post) == [("08", 1, 1), ("09", 1, 0)]


def test_what_is_not_out_is_not_counted() -> None:
    post = make_post()
    posting.draft_entry(post=post, author=None, source="Draft", published_at=at("0700"))
    assert hours_of(post) == []


def test_a_reader_is_told_of_the_hours_that_are_another_now(client: Client) -> None:
    post = make_post()
    make_update(post, clock="0700")
    middle = make_update(post, clock="0900")
    last = make_update(post, clock="1200")
    assert told(client, post, last.seq) == []
    edited = posting.edit_entry(entry=middle, author=None, source="Only its text", base_version=1)
    assert told(client, post, last.seq) == []
    moved = posting.edit_entry(
        entry=middle, author=None, source="Only its text", base_version=2, published_at=at("1005")
    )
    assert told(client, post, edited.seq) == ["09", "10"]
    removed = posting.remove_entry(entry=last, author=None)
    assert told(client, post, moved.seq) == ["11 gone", "12 gone"]
    assert told(client, post, removed.seq) == []


def test_coverage_of_more_than_a_week_leaves_the_quiet_hours_out() -> None:
    post = make_post()
    make_update(post, clock="0700")
    make_update(post, published_at=at("0700") + timedelta(days=8))
    assert hours_of(post) == [("07", 1, 0), ("07", 1, 0)]


def test_each_hour_leads_to_its_newest_update_and_says_what_it_is(client: Client) -> None:
    post = make_post()
    make_update(post, clock="0832")
    newest = make_update(post, clock="0859")
    make_update(post, published_at=at("0032", date(2024, 12, 4)))
    page = " ".join(client.get(post.get_absolute_url()).content.decode().split())
    assert (
        f'data-hour="2024-12-03T08"><a href="#entry-{newest.pk}">08<span class="visually-hidden">00 GMT, 3 December: '
        "2 updates</span></a></li>"
    ) in page
    assert '<span class="visually-hidden">0900 GMT: no update</span>' in page
    assert "00 GMT, 4 December: 1 update<" in page


def test_a_year_that_was_mistyped_breaks_no_page(client: Client) -> None:
    post = make_post()
    make_update(post, published_at=at("0832").replace(year=24))
    make_update(post, published_at=at("0832"))
    assert client.get(post.get_absolute_url()).status_code == 200
