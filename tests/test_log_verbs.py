"""No verb of the domain changes anything without a row of the log."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.utils import timezone

from entries import domain
from entries.deeds import Deed
from entries.domain import (
    delivering,
    learning,
    logins,
    noting,
    pictures,
    posting,
    promising,
    publishing,
    returning,
    saving,
    second_step,
    superseding,
    timing,
    tokens,
    waiting,
    webhooks,
)
from entries.enums import Intent
from entries.models import Delivery, Entry, Login, LogLine, Post
from tests.factories import DAY, at, make_draft, make_second_step, make_user, picture
from tests.test_rights import Scene, make_scene

pytestmark = [pytest.mark.django_db, pytest.mark.once]
# Modules that read, compute or keep house, or write for verbs of others, in whose rows that stands.
SILENT = {
    "deltas", "embeds", "keeping", "ledger", "lines", "noting", "pinging", "rights", "signing", "telling", "texts",
    "tries", "witnessing",
}  # fmt: skip
# Of the others, what changes nothing that anybody did, or is part of a verb.
NO_DEEDS = {
    "delivering.webhooks_due", "learning.learn_embeds", "learning.shown_embed", "learning.learn_due",
    "logins.logins_of", "logins.note_seen", "logins.is_place_of", "logins.forget_logins", "pictures.store_ahead",
    "pictures.make_variants", "promising.keep_promise", "publishing.free_slug", "second_step.has_second_step",
    "second_step.new_nonce", "second_step.secret_of", "second_step.address_for_app",
    "second_step.recovery_codes_left", "second_step.plain", "second_step.is_recovery_code",
    "superseding.show_superseded", "tokens.find_token", "webhooks.forget_old",
}  # fmt: skip
HEAD = publishing.Head(headline="Mine", date=DAY)
TEXT, MARKS = saving.Text("Other"), saving.Marks()

type Act = Callable[[Scene, User], object]


def write(verb: Callable[..., object], **given: Any) -> Act:
    return lambda scene, ann: verb(post=scene.post, author=ann, source="x", **given)


def do(verb: Callable[..., object], name: str = "published", **given: Any) -> Act:
    return lambda scene, ann: verb(entry=getattr(scene, name), author=ann, **given)


def then(first: Act, second: Act) -> Act:
    return lambda scene, ann: (first(scene, ann), second(scene, ann))


def a_webhook(act: Callable[..., object], **given: Any) -> Act:
    def add_and(scene: Scene, ann: User) -> object:
        return act(
            webhook=webhooks.add_webhook(author=ann, address="https://a.example/", events=[]), author=ann, **given
        )

    return add_and


def send_again(scene: Scene, ann: User) -> None:
    webhook = webhooks.add_webhook(author=ann, address="https://a.example/", events=[])
    given = {"event": "post.ended", "post": scene.post, "seq": 1, "created_at": timezone.now()}
    webhooks.send_again(delivery=Delivery.objects.create(webhook=webhook, **given), author=ann)


def give_up(scene: Scene, ann: User) -> None:
    now = timezone.now()
    webhook = webhooks.add_webhook(author=ann, address="http://127.0.0.1:1/", events=[])
    type(webhook).objects.update(failing_since=now - timedelta(days=9))
    given = {"event": "post.ended", "post": scene.post, "seq": 1, "created_at": now, "try_at": now}
    Delivery.objects.create(webhook=webhook, **given)
    delivering.deliver_due(webhook=webhook.pk, now=now + timedelta(seconds=1))


def revoke(scene: Scene, ann: User) -> None:
    token, _ = tokens.make_token(user=ann, name="Wire", author=ann)
    tokens.revoke_token(token=token, author=ann)
    tokens.revoke_token(token=token, author=ann)


def be_due(scene: Scene, ann: User) -> None:
    timing.release_due(now=timezone.now() + timedelta(minutes=1))


def logged_in(act: Callable[[User], object]) -> Act:
    def log_in_and(scene: Scene, ann: User) -> object:
        Client().force_login(ann)
        return act(ann)

    return log_in_and


def set_up(scene: Scene, ann: User) -> None:
    import pyotp

    nonce = second_step.new_nonce()
    assert second_step.set_up(user=ann, nonce=nonce, code=pyotp.TOTP(second_step.secret_of(nonce)).now())


def recover(scene: Scene, ann: User) -> None:
    code = make_second_step(ann)[1][0]
    assert second_step.is_right(user=ann, code=code)
    assert not second_step.is_right(user=ann, code=code)


def renew(scene: Scene, ann: User) -> None:
    Entry.objects.filter(pk=scene.published.pk).update(html="<p>As it was rendered before.</p>")
    learning.renew_entry(entry=scene.published)


def promise(scene: Scene, ann: User) -> None:
    promising.promise_update(post=scene.post, author=ann, by=timezone.now() + timedelta(hours=1))


LATER = timezone.now() + timedelta(days=1)
VERBS: dict[str, tuple[Act, str]] = {
    "posting.publish_entry": (write(posting.publish_entry), "entry.published"),
    "posting.hold_entry": (write(posting.hold_entry, hold=timedelta(seconds=9)), "entry.held"),
    "posting.schedule_entry": (write(posting.schedule_entry, published_at=LATER), "entry.scheduled"),
    "posting.draft_entry": (write(posting.draft_entry), "entry.drafted"),
    "posting.submit_new_entry": (write(posting.submit_new_entry), "entry.submitted"),
    "posting.edit_entry": (do(posting.edit_entry, source="y", base_version=1), "entry.edited"),
    "posting.remove_entry": (do(posting.remove_entry, reason="Wrong"), "entry.removed"),
    "posting.restore_entry": (
        then(do(posting.remove_entry), do(posting.restore_entry)), "entry.removed entry.restored",
    ),
    "posting.pin_entry": (do(posting.pin_entry), "entry.pinned"),
    "posting.unpin_entry": (then(do(posting.pin_entry), do(posting.unpin_entry)), "entry.pinned entry.unpinned"),
    "posting.mark_key": (do(posting.mark_key), "entry.marked-key"),
    "posting.unmark_key": (
        then(do(posting.mark_key), do(posting.unmark_key)), "entry.marked-key entry.unmarked-key",
    ),
    "superseding.supersede_entry": (
        lambda scene, ann: superseding.supersede_entry(entry=scene.published, by=scene.newer, author=ann),
        "entry.superseded",
    ),
    "superseding.unsupersede_entry": (
        lambda scene, ann: superseding.unsupersede_entry(
            entry=superseding.supersede_entry(entry=scene.published, by=scene.newer, author=ann), author=ann
        ),
        "entry.superseded entry.unsuperseded",
    ),
    "saving.add_entry": (
        lambda scene, ann: saving.add_entry(
            post=scene.post, author=ann, text=TEXT, marks=MARKS, intent=Intent.PUBLISH
        ),
        "entry.published",
    ),
    "saving.change_entry": (
        do(saving.change_entry, text=replace(TEXT, published_at=at("0832")), base_version=1,
           marks=saving.Marks(is_key=True), base_marks=MARKS),
        "entry.edited entry.marked-key",
    ),
    "waiting.release_entry": (do(waiting.release_entry, "mine"), "entry.published"),
    "waiting.reschedule_entry": (do(waiting.reschedule_entry, "mine", published_at=LATER), "entry.scheduled"),
    "waiting.keep_as_draft": (do(waiting.keep_as_draft, "waiting", published_at=None), "entry.drafted"),
    "waiting.unschedule_entry": (do(waiting.unschedule_entry, "held"), "entry.drafted"),
    "waiting.undo_publication": (do(waiting.undo_publication, "held"), "entry.undone"),
    "waiting.submit_entry": (do(waiting.submit_entry, "mine"), "entry.submitted"),
    "waiting.return_entry": (do(waiting.return_entry, "waiting"), "entry.returned"),
    "waiting.discard_draft": (do(waiting.discard_draft, "mine"), "entry.discarded"),
    "timing.release_due": (be_due, "entry.published"),
    "learning.renew_entry": (renew, "entry.embedded"),
    "promising.promise_update": (promise, "post.promised"),
    "publishing.create_post": (lambda _, ann: publishing.create_post(head=HEAD, author=ann), "post.created"),
    "publishing.edit_post": (
        lambda scene, ann: publishing.edit_post(post=scene.post, head=HEAD, author=ann, base_seq=99), "post.edited",
    ),
    "publishing.open_post": (
        then(
            lambda scene, ann: publishing.end_post(post=scene.post, author=ann),
            lambda scene, ann: publishing.open_post(post=scene.post, author=ann),
        ),
        "entry.drafted post.ended post.reopened",
    ),
    "publishing.end_post": (
        lambda scene, ann: publishing.end_post(post=scene.post, author=ann), "entry.drafted post.ended",
    ),
    "publishing.start_next_post": (
        lambda scene, ann: publishing.start_next_post(post=scene.post, author=ann), "post.created",
    ),
    "publishing.assign_contributors": (
        lambda scene, ann: publishing.assign_contributors(post=scene.post, author=ann, add=[ann]), "post.assigned",
    ),
    "publishing.discard_post": (
        lambda _, ann: publishing.discard_post(post=make_draft("Never out"), author=ann),
        "post.created entry.published post.discarded",
    ),
    "publishing.ensure_series": (
        lambda *_: (publishing.ensure_series("Another"), publishing.ensure_series("Another")), "series.created",
    ),
    "pictures.store_image": (
        lambda *_: (pictures.store_image(picture()), pictures.store_image(picture())), "image.added",
    ),
    "tokens.make_token": (lambda _, ann: tokens.make_token(user=ann, name="Wire", author=ann), "token.made"),
    "tokens.revoke_token": (revoke, "token.made token.revoked"),
    "webhooks.add_webhook": (a_webhook(lambda **_: None), "webhook.added"),
    "webhooks.change_webhook": (
        a_webhook(webhooks.change_webhook, address="https://b.example/", events=[], series=None, is_active=True),
        "webhook.added webhook.changed",
    ),
    "webhooks.renew_secret": (a_webhook(webhooks.renew_secret), "webhook.added webhook.secret"),
    "webhooks.delete_webhook": (a_webhook(webhooks.delete_webhook), "webhook.added webhook.deleted"),
    "webhooks.send_again": (send_again, "webhook.added webhook.again"),
    "delivering.deliver_due": (give_up, "webhook.added webhook.off"),
    "logins.end_login": (
        logged_in(lambda ann: logins.end_login(user=ann, uid=Login.objects.get(user=ann).uid)), "login.in login.ended",
    ),
    "logins.end_logins": (logged_in(lambda ann: logins.end_logins(user=ann)), "login.in login.ended"),
    "second_step.set_up": (set_up, "account.step-set account.codes"),
    "second_step.renew_recovery_codes": (
        lambda _, ann: second_step.renew_recovery_codes(user=ann), "account.codes",
    ),
    "second_step.remove": (
        lambda _, ann: (make_second_step(ann), second_step.remove(user=ann), second_step.remove(user=ann)),
        "account.codes account.step-reset",
    ),
    "second_step.is_right": (recover, "account.codes account.recovered"),
    "returning.mark_returned": (lambda *_: returning.mark_returned(), "site.restore"),
}  # fmt: skip


def verbs() -> set[str]:
    """Every function that another module may call."""
    found = set()
    for module in pkgutil.iter_modules(domain.__path__):
        members = vars(importlib.import_module(f"entries.domain.{module.name}"))
        for name, member in members.items():
            function = inspect.unwrap(member) if callable(member) else None
            is_own = inspect.isfunction(function) and function.__module__ == f"entries.domain.{module.name}"
            if is_own and not name.startswith("_") and module.name not in SILENT:
                found.add(f"{module.name}.{name}")
    return found


def test_every_verb_of_the_domain_is_here() -> None:
    assert verbs() == {*VERBS, *NO_DEEDS}


def test_every_verb_writes_its_row_and_no_other(settings: Any) -> None:
    settings.OUTSIDE_PRIVATE_HOSTS = ["127.0.0.1:1"]
    scene, ann = make_scene("contributor", "assigned"), make_user("ann", "administrator")
    wrote = {}
    for name, (act, _) in VERBS.items():
        last = LogLine.objects.values_list("pk", flat=True)[0]
        with transaction.atomic():
            act(scene, ann)
            wrote[name] = " ".join(LogLine.objects.filter(pk__gt=last).order_by("pk").values_list("deed", flat=True))
            transaction.set_rollback(True)
        for row in (scene.published, scene.newer, scene.mine, scene.theirs, scene.waiting, scene.held, scene.post):
            row.refresh_from_db()
    assert wrote == {name: deeds for name, (_, deeds) in VERBS.items()}


def test_a_change_that_comes_to_nothing_has_no_row() -> None:
    scene = make_scene("editor", "assigned")
    count = LogLine.objects.count()
    posting.edit_entry(entry=scene.published, author=None, source=scene.published.source, base_version=1)
    posting.unpin_entry(entry=scene.published, author=None)
    publishing.open_post(post=scene.post, author=None)
    publishing.assign_contributors(post=scene.post, author=None)
    assert LogLine.objects.count() == count


def test_a_change_that_is_rolled_back_takes_its_row_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """And where no row can be written, nothing is changed."""
    scene = make_scene("editor", "assigned")
    count, before = LogLine.objects.count(), Post.objects.get(pk=scene.post.pk).seq
    monkeypatch.setattr(LogLine, "save", lambda *_, **__: (_ for _ in ()).throw(OSError("The disk is full")))
    with pytest.raises(OSError, match="full"):
        posting.publish_entry(post=scene.post, author=scene.user, source="x")
    assert (LogLine.objects.count(), Post.objects.get(pk=scene.post.pk).seq) == (count, before)


def test_a_row_costs_one_insert(django_assert_num_queries: Any) -> None:
    scene = make_scene("editor", "assigned")
    with django_assert_num_queries(1):
        noting.note(Deed.ENTRY_PINNED, scene.published, by=scene.user)
