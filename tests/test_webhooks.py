"""Webhooks hear of changes, over a real connection to a server that stands in for their receivers."""

import base64
import hashlib
import hmac
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone

from entries.clock import Senders, tell
from entries.domain import posting, publishing, superseding, webhooks
from entries.domain.delivering import AGAIN, LEASE, deliver_due, webhooks_due
from entries.enums import Happening
from entries.models import Delivery, Ping, Webhook
from tests.factories import at, make_draft, make_post, make_series, make_update
from tests.othersites import Answer, OtherSites, Posted, other_sites

pytestmark = pytest.mark.django_db(transaction=True)
HOOK = "https://hooks.example.org/live?key=a"
TARGET = "hooks.example.org/live?key=a"
SITE = "http://127.0.0.1:8000"


@pytest.fixture
def sites(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[OtherSites]:
    settings.SITE_URL = SITE
    with other_sites(monkeypatch) as sites:
        sites.answers = {"hooks.example.org/": Answer(status=204), "slow.example.org/": Answer(status=204, seconds=1)}
        yield sites


def make_webhook(address: str = HOOK, **given: Any) -> Webhook:
    return webhooks.add_webhook(author=None, address=address, **({"events": Happening.values} | given))


def deliver(now: datetime | None = None, seconds: float = 1) -> int:
    """What the clock does so many seconds from now."""
    moment = (now or timezone.now()) + timedelta(seconds=seconds)
    return sum(deliver_due(webhook=webhook, now=moment) for webhook in webhooks_due(moment))


def told(posted: Posted) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(posted.body)
    return said


def types(sites: OtherSites) -> list[str]:
    return [told(posted)["type"] for posted in sites.posted]


def is_signed(posted: Posted, secret: str, number: int = 0) -> bool:
    """As a receiver finds out, by the specification of Standard Webhooks."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{posted.headers['webhook-id']}.{posted.headers['webhook-timestamp']}.".encode() + posted.body
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    version, given = posted.headers["webhook-signature"].split()[number].split(",")
    return version == "v1" and hmac.compare_digest(given, expected)


def in_threads(number: int, do: Callable[[int], Any]) -> list[Any]:
    def run(thread: int) -> Any:
        try:
            return do(thread)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def test_each_change_is_told_in_its_order_and_signed(sites: OtherSites) -> None:
    webhook = make_webhook()
    post = make_post()
    entry = make_update(post)
    posting.edit_entry(entry=entry, author=None, source="<p>It falls.</p>", base_version=1)
    posting.pin_entry(entry=entry, author=None)  # no such event
    posting.remove_entry(entry=entry, author=None, reason="It was another river.")
    posting.restore_entry(entry=entry, author=None)
    post.refresh_from_db()
    head = publishing.Head(headline="The road is open", date=post.date)
    publishing.edit_post(post=post, head=head, author=None, base_seq=post.head_seq)
    publishing.end_post(post=post, author=None)
    publishing.open_post(post=post, author=None)
    assert (deliver(), deliver(seconds=9)) == (8, 0)
    assert types(sites) == [
        "post.opened", "entry.published", "entry.edited", "entry.removed", "entry.restored", "post.edited",
        "post.ended", "post.opened",
    ]  # fmt: skip
    seqs = [told(posted)["seq"] for posted in sites.posted]
    assert seqs == sorted(set(seqs))
    assert all(is_signed(posted, webhook.secret) for posted in sites.posted)
    assert len({posted.headers["webhook-id"] for posted in sites.posted}) == 8
    assert {(p.target, p.headers["content-type"]) for p in sites.posted} == {(TARGET, "application/json")}
    assert abs(int(sites.posted[0].headers["webhook-timestamp"]) - time.time()) < 30


def test_receivers_can_verify_as_the_documentation_says(sites: OtherSites) -> None:
    page = (Path(__file__).resolve().parent.parent / "docs" / "webhooks.md").read_text("utf-8")
    told_how: dict[str, Any] = {}
    exec(page.partition("```python\n")[2].partition("```")[0], told_how)  # noqa: S102
    webhook = make_webhook()
    webhooks.renew_secret(webhook=webhook, author=None)
    make_post()
    deliver()
    (posted,) = sites.posted
    stale = posted.headers | {"webhook-timestamp": str(int(time.time()) - 301)}
    answers = [
        told_how["is_genuine"](secret, headers, body)
        for secret, headers, body in (
            (webhook.secret, posted.headers, posted.body),
            (Webhook.objects.get().secret, posted.headers, posted.body),
            (make_webhook().secret, posted.headers, posted.body),
            (webhook.secret, posted.headers, posted.body + b" "),
            (webhook.secret, stale, posted.body),
        )
    ]
    assert answers == [True, True, False, False, False]


def test_what_is_told_of_an_entry(sites: OtherSites) -> None:
    post = make_post(series=make_series(), byline="By Ann Lee")
    make_webhook()
    source = '<p>The <a href="/live/x/">gate</a> &amp; the road.</p>'
    entry = make_update(post, source, topic="Gate", byline="Bo Chi and Cy Dee", is_key=True, confidence="confirmed")
    newer = make_update(post, clock="0900")
    superseding.supersede_entry(entry=entry, by=newer, author=None)
    deliver()
    post.refresh_from_db()
    entry.refresh_from_db()
    address = f"{SITE}/live/the-road-is-cut/"
    said = told(sites.posted[0])
    assert said.pop("timestamp").endswith("Z")
    opened = said["data"]["post"].pop("published_at")
    assert opened.endswith("Z")
    assert said == {
        "type": "entry.published",
        "seq": entry.published_seq,
        "data": {
            "post": {
                "uid": str(post.uid), "seq": post.seq, "url": address, "changes_url": f"{address}changes/",
                "state": "live", "date": "2024-12-03", "headline": "The road is cut", "standfirst": "",
                "authors": ["Ann Lee"], "ended_at": None,
                "series": {"title": "The Great Tide", "url": f"{SITE}/series/the-great-tide/"},
            },
            "entry": {
                "id": entry.pk, "uid": str(entry.uid), "seq": entry.seq, "kind": "update",
                "url": f"{address}entries/{entry.pk}/", "removed": False, "label": "UPDATE 0832 GMT:",
                "topic": "Gate", "authors": ["Bo Chi", "Cy Dee"], "confidence": "confirmed", "key": True,
                "pinned": False, "text": "The gate & the road.",
                "html": f'<p>The <a href="{SITE}/live/x/">gate</a> &amp; the road.</p>',
                "published_at": "2024-12-03T08:32:00Z", "modified_at": "2024-12-03T08:32:00Z",
                "superseded_by_url": f"{address}entries/{newer.pk}/",
            },
        },
    }  # fmt: skip


def test_a_text_that_was_removed_or_changed_meanwhile_is_not_sent_any_more(sites: OtherSites) -> None:
    make_webhook()
    post = make_post()
    gone, changed = make_update(post, "<p>Zebrafinch</p>", topic="Zebrafinch"), make_update(post, "Zebrafinch")
    posting.remove_entry(entry=gone, author=None, reason="Wrong")
    posting.edit_entry(entry=changed, author=None, source="Better", base_version=1)
    deliver()
    assert b"Zebrafinch" not in b"".join(posted.body for posted in sites.posted)
    first = told(sites.posted[1])["data"]["entry"]
    assert (first["id"], first["removed"], first["removal_reason"], "text" in first) == (gone.pk, True, "Wrong", False)


def test_drafts_and_what_is_rolled_back_are_told_to_nobody(sites: OtherSites) -> None:
    make_webhook()
    draft = make_draft()
    make_update(draft)
    posting.draft_entry(post=make_post("Open"), author=None, source="Draft")
    with transaction.atomic():
        publishing.open_post(post=draft, author=None)
        transaction.set_rollback(True)
    assert (deliver(), types(sites)) == (1, ["post.opened"])


def test_a_webhook_hears_of_its_events_and_its_series_alone(sites: OtherSites) -> None:
    series = make_series()
    make_webhook("https://hooks.example.org/series", series=series)
    make_webhook("https://hooks.example.org/ends", events=["post.ended"])
    make_webhook("https://hooks.example.org/off", is_active=False)
    for post in (make_post("A", series=series), make_post("B")):
        publishing.end_post(post=post, author=None)
    deliver()
    heard = [(posted.target.rpartition("/")[2], told(posted)["type"]) for posted in sites.posted]
    assert sorted(heard) == [
        ("ends", "post.ended"), ("ends", "post.ended"), ("series", "post.ended"), ("series", "post.opened"),
    ]  # fmt: skip


def test_what_fails_is_sent_again_after_longer_and_longer_spans_and_given_up_at_last(sites: OtherSites) -> None:
    make_post()
    webhook = make_webhook()
    make_update(make_post("B"))
    webhooks.change_webhook(
        webhook=webhook, author=None, address=HOOK, events=["entry.published"], series=None, is_active=True
    )
    Delivery.objects.exclude(event="entry.published").delete()
    sites.answers["hooks.example.org/"] = Answer(status=500, body=b"No\n<b>disk</b>\x00")
    now, spans = timezone.now(), []
    for _ in AGAIN:
        assert deliver(now, 0) == 0
        delivery, webhook = Delivery.objects.get(), Webhook.objects.get()
        assert delivery.try_at
        spans.append(delivery.try_at - now)
        now = max(delivery.try_at, webhook.try_at)
        Webhook.objects.update(failing_since=now)  # something else got through meanwhile
    for expected, span in zip(AGAIN, spans, strict=True):
        assert expected <= span <= expected * 1.1 + timedelta(seconds=1)
    assert deliver(now, 0) == 0
    delivery = Delivery.objects.get()
    assert (delivery.try_at, delivery.tries, delivery.answer) == (None, 11, "500 No <b>disk</b>")
    assert len({posted.headers["webhook-id"] for posted in sites.posted}) == 1
    assert len({posted.headers["webhook-timestamp"] for posted in sites.posted}) == 11
    assert deliver(now, 10**6) == 0


def test_a_redirect_is_not_followed(sites: OtherSites) -> None:
    make_webhook()
    make_post()
    sites.answers["hooks.example.org/"] = Answer(status=302, headers={"Location": "https://slow.example.org/"})
    assert (deliver(), len(sites.posted), sites.asked) == (0, 1, [])


def test_an_event_that_its_receiver_chokes_on_keeps_the_others_waiting_for_a_minute_only(sites: OtherSites) -> None:
    make_webhook()
    post = make_post()
    deliver()
    sites.answers["hooks.example.org/"] = Answer(status=400)
    make_update(post, "First")
    make_update(post, "Second", "0900")
    now = timezone.now()
    tries = []
    for second in range(60):
        if len(sites.posted) == 4:  # three tries of the first
            sites.answers["hooks.example.org/"] = Answer()
        if deliver(now, second):
            tries.append(second)
            break
    assert [told(posted)["data"]["entry"]["text"] for posted in sites.posted[1:]] == ["First"] * 3 + ["Second"]
    assert 40 < tries[0] < 55
    assert (deliver(now, 500), told(sites.posted[-1])["data"]["entry"]["text"]) == (1, "First")


def test_after_an_outage_all_that_waited_goes_out_in_its_order(sites: OtherSites) -> None:
    make_webhook()
    post = make_post()
    deliver()
    for number in range(5):
        make_update(post, f"Text {number}", f"090{number}")
    sites.answers["hooks.example.org/"] = Answer(status=503)
    now = timezone.now()
    for minute in range(60):
        deliver(now, 60 * minute)
    failed = len(sites.posted)
    assert failed < 40
    sites.answers["hooks.example.org/"] = Answer()
    arrived = [deliver(now, 3600 + 60 * minute) for minute in range(7)]
    assert sum(arrived) == 5
    assert Delivery.objects.waiting().count() == 0
    assert Webhook.objects.get().failing_since is None


def test_a_receiver_that_asks_for_a_rest_gets_it(sites: OtherSites) -> None:
    make_webhook()
    make_post()
    sites.answers["hooks.example.org/"] = Answer(status=429, headers={"Retry-After": "120"})
    now = timezone.now()
    assert (deliver(now, 1), deliver(now, 100), len(sites.posted)) == (0, 0, 1)
    sites.answers["hooks.example.org/"] = Answer()
    assert deliver(now, 122) == 1


def test_a_receiver_that_is_gone_is_switched_off_and_can_be_switched_on_again(sites: OtherSites) -> None:
    webhook = make_webhook()
    post = make_post()
    sites.answers["hooks.example.org/"] = Answer(status=410)
    deliver()
    webhook.refresh_from_db()
    assert (webhook.is_active, bool(webhook.off_at), webhook.last_answer) == (False, True, "410 {}")
    make_update(post)
    assert (deliver(seconds=9999), len(sites.posted), Delivery.objects.count()) == (0, 1, 1)
    sites.answers["hooks.example.org/"] = Answer()
    webhooks.change_webhook(
        webhook=webhook, author=None, address=HOOK, events=Happening.values, series=None, is_active=True
    )
    assert (deliver(), types(sites)) == (1, ["post.opened", "post.opened"])


def test_a_new_address_is_not_switched_off_for_what_the_old_one_answers(sites: OtherSites) -> None:
    webhook = make_webhook("https://slow.example.org/")
    make_post()
    sites.answers["slow.example.org/"] = Answer(status=410, seconds=0.5)
    sending = threading.Thread(target=in_threads, args=[1, lambda _: deliver()])
    sending.start()
    wait_until(lambda: bool(sites.posted))
    webhooks.change_webhook(
        webhook=webhook, author=None, address=HOOK, events=Happening.values, series=None, is_active=True
    )
    sending.join()
    assert Webhook.objects.get().is_active
    assert (deliver(seconds=30), sites.posted[-1].target) == (1, TARGET)


def test_a_receiver_that_fails_for_three_days_is_switched_off(sites: OtherSites) -> None:
    make_webhook()
    make_post()
    sites.answers["hooks.example.org/"] = Answer(status=500)
    now = timezone.now()
    for hour in range(72):
        deliver(now, 3600 * hour)
        assert Webhook.objects.get().is_active
    deliver(now, 3600 * 96)
    assert (Webhook.objects.get().is_active, bool(Webhook.objects.get().off_at)) == (False, True)


def test_who_is_killed_while_sending_leaves_it_to_others(sites: OtherSites) -> None:
    make_webhook()
    make_post()
    claimed = timezone.now()
    Webhook.objects.update(try_at=claimed + LEASE)  # as it stands when a process dies in the middle
    assert (deliver(claimed, 119), deliver(claimed, 121), len(sites.posted)) == (0, 1, 1)


def test_many_editors_and_many_processes_tell_each_event_once(sites: OtherSites) -> None:
    make_webhook()
    make_webhook("https://hooks.example.org/other")
    post = make_post()

    def work(thread: int) -> None:
        for number in range(4):
            if thread % 2:
                posting.publish_entry(post=post, author=None, source=f"{thread} {number}", published_at=at("0900"))
            deliver()

    in_threads(8, work)
    deliver(seconds=5)
    for target in (TARGET, "hooks.example.org/other"):
        seqs = [told(posted)["seq"] for posted in sites.posted if posted.target == target]
        assert seqs == list(range(3, 20))


def test_a_slow_receiver_and_a_hub_that_hangs_hold_nobody_up(sites: OtherSites, settings: Any) -> None:
    settings.WEBSUB_HUBS = ["https://slow.example.org/hub"]
    slow = make_webhook("https://slow.example.org/hook")
    make_webhook()
    post, senders = make_post(), Senders()
    Ping.objects.update(try_at=timezone.now())
    tell(senders)
    wait_until(lambda: len(sites.posted) == 3)
    make_update(post)
    while types_at(sites, TARGET) != ["post.opened", "entry.published"]:
        tell(senders)
        time.sleep(0.02)
    assert (slow.deliveries.filter(tries=0).count(), Ping.objects.waiting().count()) == (2, 1)
    wait_until(lambda: not senders.busy)


def types_at(sites: OtherSites, target: str) -> list[str]:
    return [told(posted)["type"] for posted in sites.posted if posted.target == target]


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not is_so() and time.monotonic() < end:
        time.sleep(0.02)


def test_a_receiver_that_never_ends_its_answer_has_heard_it(sites: OtherSites) -> None:
    make_webhook()
    make_post()
    sites.answers["hooks.example.org/"] = Answer(is_slow=True)
    assert deliver() == 1


def test_a_new_secret_signs_beside_the_one_before_for_a_day(sites: OtherSites) -> None:
    webhook = make_webhook()
    before = webhook.secret
    webhooks.renew_secret(webhook=webhook, author=None)
    webhook.refresh_from_db()
    post = make_post()
    deliver()
    make_update(post)
    deliver(seconds=25 * 3600)
    assert (is_signed(sites.posted[0], webhook.secret), is_signed(sites.posted[0], before, 1)) == (True, True)
    assert (is_signed(sites.posted[1], webhook.secret), " " in sites.posted[1].headers["webhook-signature"]) == (
        True, False,
    )  # fmt: skip


def test_a_delivery_that_arrived_can_be_sent_again_under_its_number(sites: OtherSites) -> None:
    make_webhook()
    make_post()
    deliver()
    webhooks.send_again(delivery=Delivery.objects.get(), author=None)
    assert deliver() == 1
    assert len({posted.headers["webhook-id"] for posted in sites.posted}) == 1


def test_a_webhook_that_is_deleted_meanwhile_undoes_no_save(sites: OtherSites) -> None:
    webhook, post = make_webhook(), make_post()
    make_update(post)
    with transaction.atomic():
        make_update(post, clock="0900")
        Webhook.objects.filter(pk=webhook.pk)._raw_delete("default")  # as a colleague's transaction does
    assert (deliver(), post.entries.updates().count()) == (0, 2)
    webhooks.forget_old(now=timezone.now() + timedelta(days=15))
    assert Delivery.objects.count() == 0


def test_neither_secret_nor_address_gets_into_logs(sites: OtherSites, caplog: pytest.LogCaptureFixture) -> None:
    webhook = make_webhook()
    make_post()
    sites.answers["hooks.example.org/"] = Answer(status=500)
    with caplog.at_level(logging.DEBUG):
        deliver()
    assert "hooks.example.org could not be told" in caplog.text
    assert not {word for word in (webhook.secret, "key=a", "/live?") if word in caplog.text}
