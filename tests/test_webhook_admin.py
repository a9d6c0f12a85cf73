"""Where administrators say who is told of changes, and see what became of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from entries.domain import webhooks
from entries.domain.refusals import NoAddress, NotAllowed
from entries.models import Delivery, Revision, Webhook
from tests.factories import make_post, make_series, make_update, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]
HOOK = "https://hooks.example.org/live?key=a"
ADD = reverse("admin:entries_webhook_add")
WEBHOOKS = reverse("admin:entries_webhook_changelist")
DELIVERIES = reverse("admin:entries_delivery_changelist")


def form(**given: Any) -> dict[str, Any]:
    return {"address": HOOK, "series": "", "events": ["entry.published", "post.ended"], "is_active": "on", **given}


def client_of(role: str) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("sue") if role == "superuser" else make_user("una", role))
    return client


def make_webhook(**given: Any) -> Webhook:
    return webhooks.add_webhook(author=None, **({"address": HOOK, "events": ["entry.published"]} | given))


def change_page(webhook: Webhook) -> str:
    return reverse("admin:entries_webhook_change", args=[webhook.pk])


def acted(client: Client, address: str, action: str, row: Any) -> str:
    sent = {"action": action, "_selected_action": [row.pk]}
    return client.post(address, sent, follow=True).content.decode()


def test_an_administrator_adds_a_webhook_and_is_shown_its_secret() -> None:
    client, series = client_of("administrator"), make_series()
    page = client.post(ADD, form(series=series.pk), follow=True).content.decode()
    webhook = Webhook.objects.get()
    assert (webhook.address, webhook.series, webhook.events, webhook.is_active) == (
        HOOK, series, ["entry.published", "post.ended"], True,
    )  # fmt: skip
    assert "Its secret stands on its page" in page
    assert len(webhook.secret) == len("whsec_") + 44
    assert f"<code>{webhook.secret}</code>" in client.get(change_page(webhook)).content.decode()
    assert webhook.secret != make_webhook().secret


def test_what_the_history_keeps_names_neither_secret_nor_address() -> None:
    client = client_of("administrator")
    client.post(ADD, form())
    webhook = Webhook.objects.get()
    client.post(change_page(webhook), form(address=f"{HOOK}b"))
    acted(client, WEBHOOKS, "renew_secret", webhook)
    kept = [f"{row.object_repr} {row.change_message}" for row in LogEntry.objects.all()]
    assert len(kept) == 2
    assert not [row for row in kept if "whsec" in row or "key=" in row or "hooks.example.org" not in row]
    assert Revision.objects.count() == 0


@pytest.mark.parametrize("address", ["http://hooks.example.org/", "https://a:b@hooks.example.org/", "https://x:8443/"])
def test_an_address_that_nothing_can_be_sent_to_is_refused_on_the_form_and_by_the_domain(address: str) -> None:
    page = client_of("administrator").post(ADD, form(address=address)).content.decode()
    assert ("Nothing can be sent there" in page, Webhook.objects.count()) == (True, 0)
    with pytest.raises(NoAddress):
        make_webhook(address=address)


def test_a_new_secret_is_made_by_an_action() -> None:
    client, webhook = client_of("administrator"), make_webhook()
    said = acted(client, WEBHOOKS, "renew_secret", webhook)
    renewed = Webhook.objects.get()
    assert (renewed.former_secret, renewed.secret != webhook.secret) == (webhook.secret, True)
    assert ("the new secret stands on" in said, renewed.secret in said) == (True, False)


def test_how_a_webhook_stands_is_said() -> None:
    client, now = client_of("administrator"), timezone.now()
    webhook = make_webhook()

    def standing(**given: Any) -> list[bool]:
        Webhook.objects.update(**given)
        pages = [client.get(page).content.decode() for page in (WEBHOOKS, change_page(webhook))]
        return [
            words in page for page in pages for words in ("Nothing arrives since", "Switched off at", "500 &lt;b&gt;")
        ]

    assert standing() == [False] * 6
    assert standing(failing_since=now, last_answer="500 <b>") == [True, False, True] * 2
    assert standing(is_active=False, off_at=now) == [False, True, True] * 2
    client.post(change_page(webhook), form())
    webhook.refresh_from_db()
    assert (webhook.off_at, webhook.failing_since, webhook.failures, webhook.is_active) == (None, None, 0, True)


def test_deliveries_are_listed_and_sent_again() -> None:
    client = client_of("administrator")
    make_webhook()
    make_update(make_post())
    delivery = Delivery.objects.get()
    states: dict[str, dict[str, Any]] = {
        "Waiting": {},
        "Failing": {"tries": 2, "answer": "500 <i>", "try_at": timezone.now() + timedelta(hours=1)},
        "Given up": {"tries": 11, "try_at": None},
        "Delivered": {"delivered_at": timezone.now()},
    }
    for state, given in states.items():
        Delivery.objects.update(**given)
        page = client.get(DELIVERIES).content.decode()
        assert f'class="field-status">{state}<' in page
    assert "500 &lt;i&gt;" in page
    assert delivery.message in client.get(reverse("admin:entries_delivery_change", args=[delivery.pk])).content.decode()
    assert "1 delivery goes out again." in acted(client, DELIVERIES, "send_again", delivery)
    delivery.refresh_from_db()
    assert (delivery.tries, delivery.delivered_at, bool(delivery.try_at)) == (0, None, True)
    for state, number in {"waiting": 1, "failing": 0, "delivered": 0, "lost": 0, "": 1}.items():
        assert client.get(DELIVERIES, {"state": state}).context["cl"].result_count == number


def test_a_webhook_is_deleted_with_its_deliveries() -> None:
    client, webhook = client_of("administrator"), make_webhook()
    make_update(make_post())
    client.post(reverse("admin:entries_webhook_delete", args=[webhook.pk]), {"post": "yes"})
    assert (Webhook.objects.count(), Delivery.objects.count()) == (0, 0)
    acted_on = make_webhook()
    sent = {"action": "delete_selected", "_selected_action": [acted_on.pk], "post": "yes"}
    client.post(WEBHOOKS, sent)
    assert Webhook.objects.count() == 0


@pytest.mark.parametrize("role", ["", "contributor", "editor", "administrator", "superuser"])
def test_webhooks_are_an_administrators(role: str) -> None:
    client, webhook = client_of(role), make_webhook()
    make_update(make_post())
    delivery = Delivery.objects.get()
    is_theirs = role in ("administrator", "superuser")
    rows = {
        name: reverse(f"admin:entries_webhook_{name}", args=[webhook.pk]) for name in ("change", "delete", "history")
    }
    looked_at = [
        WEBHOOKS,
        ADD,
        DELIVERIES,
        reverse("admin:entries_delivery_change", args=[delivery.pk]),
        *rows.values(),
    ]
    answers = [client.get(page, follow=True) for page in looked_at]  # a history is in the log
    assert {answer.status_code for answer in answers} == ({200} if is_theirs else {403})
    if not is_theirs:
        assert not any(webhook.secret in answer.content.decode() for answer in answers)
    before = state()
    client.post(ADD, form())
    client.post(rows["change"], form(address="https://evil.example/"))
    acted(client, WEBHOOKS, "renew_secret", webhook)
    acted(client, DELIVERIES, "send_again", delivery)
    client.post(rows["delete"], {"post": "yes"})
    assert (state() != before) is is_theirs


def state() -> list[Any]:
    return [*Webhook.objects.order_by("pk").values(), *Delivery.objects.order_by("pk").values()]


def test_nobody_adds_changes_or_deletes_deliveries() -> None:
    client = client_of("superuser")
    make_webhook()
    make_update(make_post())
    delivery = Delivery.objects.get()
    before = state()
    for page in ("change", "delete"):
        address = reverse(f"admin:entries_delivery_{page}", args=[delivery.pk])
        assert client.post(address, {"post": "yes", "event": "post.ended"}).status_code == 403
    assert client.get(reverse("admin:entries_delivery_add")).status_code == 403
    assert state() == before


def test_the_domain_refuses_all_others() -> None:
    webhook = make_webhook()
    make_update(make_post())
    delivery = Delivery.objects.get()
    who: dict[str, Any] = {"author": make_user("edi", "editor")}
    given: dict[str, Any] = {"address": HOOK, "events": []}
    refused: list[Callable[[], object]] = [
        lambda: webhooks.add_webhook(**given, **who),
        lambda: webhooks.change_webhook(webhook=webhook, series=None, is_active=True, **given, **who),
        lambda: webhooks.renew_secret(webhook=webhook, **who),
        lambda: webhooks.delete_webhook(webhook=webhook, **who),
        lambda: webhooks.send_again(delivery=delivery, **who),
    ]
    before = state()
    for act in refused:
        with pytest.raises(NotAllowed):
            act()
    assert state() == before
