"""Hubs are told which feeds have changed, over a real connection to a server that stands in for them."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from entries.domain import posting, publishing, webhooks
from entries.domain.pinging import LEASE, MOST, TRIES, hubs_due, ping_due
from entries.models import Ping, Post
from tests.factories import make_draft, make_post, make_series, make_update
from tests.othersites import Answer, OtherSites, Posted, other_sites

pytestmark = pytest.mark.django_db(transaction=True)
HUB, OTHER = "https://hub.example.org/", "https://other-hub.example.org/publish?token=a"
SITE = "http://127.0.0.1:8000"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[OtherSites]:
    settings.WEBSUB_HUBS, settings.SITE_URL = [HUB], SITE
    with other_sites(monkeypatch) as sites:
        sites.answers = {"hub.example.org/": Answer(status=204), "other-hub.example.org/": Answer(status=202)}
        yield sites


def ping_all(now: datetime | None = None, seconds: float = 3) -> int:
    """What the clock does so many seconds from now."""
    at = (now or timezone.now()) + timedelta(seconds=seconds)
    return sum(ping_due(hub=hub, now=at) for hub in hubs_due(at))


def feeds(*pages: str) -> list[str]:
    return [f"{SITE}{page}feed.{form}" for page in pages for form in ("rss", "atom", "json")]


def told(posted: Posted) -> list[str]:
    """The topics of a ping."""
    assert posted.headers["content-type"] == "application/x-www-form-urlencoded"
    (mode, *urls) = parse_qsl(posted.body.decode(), strict_parsing=True)
    assert (mode, {name for name, _ in urls}) == (("hub.mode", "publish"), {"hub.url"})
    return [address for _, address in urls]


def test_a_hub_hears_of_the_feeds_of_post_series_and_site(hub: OtherSites) -> None:
    make_post(series=make_series())
    assert (ping_all(), [posted.target for posted in hub.posted]) == (1, ["hub.example.org/"])
    assert told(hub.posted[0]) == feeds("/live/the-road-is-cut/", "/series/the-great-tide/", "/")


def test_what_is_told_is_what_feeds_call_themselves_and_no_cache_keeps_what_was_there_before(
    hub: OtherSites, client: Client
) -> None:
    make_update(make_post(series=make_series()), is_key=True)
    ping_all()
    for topic in told(hub.posted[0]):
        feed = client.get(topic.removeprefix(SITE))
        assert feed["Link"] == f'<{HUB}>; rel="hub", <{topic}>; rel="self"'
        assert "stale-while-revalidate" not in feed["Cache-Control"]
        assert "s-maxage=1" in feed["Cache-Control"]
    sliced = client.get("/live/the-road-is-cut/feed.json?key=1")
    assert ("hub" in sliced["Link"], "hubs" in sliced.json()) == (False, False)


def test_many_changes_within_a_moment_are_one_ping_and_none_is_told_twice(hub: OtherSites) -> None:
    began = timezone.now()
    post = make_post()
    entries = [make_update(post, clock=f"08{minute}") for minute in range(10, 25)]
    posting.pin_entry(entry=entries[0], author=None)
    posting.remove_entry(entry=entries[1], author=None)
    assert (ping_all(began, 2), ping_all(), ping_all(seconds=60)) == (0, 1, 0)
    make_update(post)
    assert (ping_all(), len(hub.posted), Ping.objects.count()) == (1, 2, 1)


def test_every_hub_is_told_and_one_that_is_named_later_too(hub: OtherSites, settings: Any) -> None:
    post = make_post()
    ping_all()
    settings.WEBSUB_HUBS = [HUB, OTHER]
    make_update(post)
    assert ping_all() == 2
    assert [posted.target for posted in hub.posted[1:]] == ["hub.example.org/", "other-hub.example.org/publish?token=a"]
    settings.WEBSUB_HUBS = []
    make_update(post)
    assert (ping_all(), len(hub.posted)) == (0, 3)


def test_what_readers_do_not_see_pings_nobody(hub: OtherSites) -> None:
    make_draft()
    post = make_post("Open")
    ping_all()
    posting.draft_entry(post=post, author=None, source="Draft")
    assert (ping_all(), Ping.objects.count()) == (0, 1)


def test_a_change_that_is_rolled_back_pings_nobody(hub: OtherSites) -> None:
    post = make_post()
    ping_all()
    with transaction.atomic():
        make_update(post)
        transaction.set_rollback(True)
    assert ping_all() == 0


def test_a_change_that_comes_while_a_ping_is_on_its_way_is_told_after_it(hub: OtherSites) -> None:
    post = make_post()
    hub.answers["hub.example.org/"] = Answer(status=204, seconds=0.5)
    pinging = threading.Thread(target=in_a_thread, args=[ping_all])
    pinging.start()
    while not hub.posted:
        pass
    make_update(post)
    assert ping_all() == 0  # it is being told
    pinging.join()
    hub.answers["hub.example.org/"] = Answer(status=204)
    assert (ping_all(seconds=6), len(hub.posted), ping_all(seconds=60)) == (1, 2, 0)


def in_a_thread(do: Any) -> None:
    do()
    connections.close_all()


def test_a_hub_that_fails_is_told_again_after_longer_and_longer_spans(hub: OtherSites) -> None:
    make_post()
    hub.answers["hub.example.org/"] = Answer(status=503)
    now, spans = timezone.now() + timedelta(seconds=3), []
    for _ in range(9):
        assert ping_all(now, 0) == 0
        spans.append(round((Ping.objects.get().try_at - now).total_seconds()))
        now = Ping.objects.get().try_at
    assert spans == [5, 10, 20, 40, 80, 160, 320, 600, 600]
    hub.answers["hub.example.org/"] = Answer(status=204)
    assert (ping_all(now, -1), ping_all(now, 0), len(hub.posted)) == (0, 1, 10)


def test_a_hub_that_stays_away_is_left_alone_until_the_next_change(hub: OtherSites) -> None:
    post = make_post()
    hub.answers["hub.example.org/"] = Answer(status=500)
    for number in range(TRIES + 5):
        ping_all(seconds=3 + number * MOST.total_seconds())
    assert len(hub.posted) == TRIES
    hub.answers["hub.example.org/"] = Answer(status=204)
    make_update(post)
    assert ping_all() == 1


def test_a_hub_that_is_down_is_asked_once_and_not_for_every_post(hub: OtherSites) -> None:
    for number in range(4):
        make_post(f"Post {number}")
    hub.answers["hub.example.org/"] = Answer(status=502)
    assert (ping_all(), len(hub.posted)) == (0, 1)
    hub.answers["hub.example.org/"] = Answer(status=204)
    assert ping_all(seconds=10) == 4
    hub.answers["hub.example.org/"] = Answer(status=400)  # it answers: one post says nothing of the others
    for post in Post.objects.all():
        make_update(post)
    assert (ping_all(), len(hub.posted)) == (0, 9)


def test_who_is_killed_while_pinging_leaves_it_to_others(hub: OtherSites) -> None:
    make_post()
    claimed = timezone.now() + timedelta(seconds=3)
    Ping.objects.update(try_at=claimed + LEASE)  # as it stands when a process dies in the middle
    assert (ping_all(claimed, 59), ping_all(claimed, 61), len(hub.posted)) == (0, 1, 1)


def test_several_processes_ping_once(hub: OtherSites) -> None:
    for number in range(5):
        make_post(f"Post {number}")
    now = timezone.now()
    threads = [threading.Thread(target=in_a_thread, args=[lambda: ping_all(now)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told(posted)[0] for posted in hub.posted) == [f"{SITE}/live/post-{n}/feed.rss" for n in range(5)]


def test_the_feeds_of_the_series_that_a_post_has_left_are_told_too(hub: OtherSites) -> None:
    post = make_post(series=make_series())
    ping_all()
    for series in (make_series("Another"), None):
        post.refresh_from_db()
        head = publishing.Head(headline=post.headline, date=post.date, series=series)
        publishing.edit_post(post=post, head=head, author=None, base_seq=post.head_seq)
        ping_all()
    page = "/live/the-road-is-cut/"
    assert [told(posted) for posted in hub.posted[1:]] == [
        feeds(page, "/series/the-great-tide/", "/series/another/", "/"),
        feeds(page, "/series/another/", "/"),
    ]


def test_hubs_within_the_own_network_are_refused_unless_the_operator_names_them(settings: Any) -> None:
    settings.WEBSUB_HUBS = ["https://localhost/"]
    make_post()
    assert ping_all() == 0
    assert Ping.objects.get().tries == 1


def test_what_is_settled_is_forgotten_after_two_weeks(hub: OtherSites) -> None:
    make_post("Quiet")
    ping_all()
    make_post("Waiting")
    webhooks.forget_old(now=timezone.now() + timedelta(days=15))
    assert [ping.post.headline for ping in Ping.objects.all()] == ["Waiting"]
