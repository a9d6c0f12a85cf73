"""Each address that the site has × each role: who gets it, and that nobody else changes anything by it.

A new address without a row fails the first test. What the desk does with posts of one's own and of others is in
test_rights.py, what the API does with each role's token in test_api_writing.py.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver
from pytest_django import DjangoDbBlocker

from entries.domain import tokens, webhooks
from entries.models import ApiToken, Delivery, Image, LogLine, Series, Webhook
from tests.factories import make_image
from tests.test_rights import make_scene, state_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]
# What some form or other would take.
FORM = {
    "source": "<p>x</p>",
    "intent": "publish",
    "base_version": "1",
    "headline": "x",
    "title": "x",
    "slug": "x",
    "date": "2024-12-04",
    "action": "delete_selected",
    "_selected_action": "1",
    "post": "yes",
    "name": "x",
    "username": "eve",
    "password1": "correct horse battery",
    "password2": "correct horse battery",
    "is_superuser": "on",
    "is_active": "on",
    "groups": "1",
    "address": "https://evil.example/",
    "by": "2359",
    "events": "published",
}
ENTRANCES = {"/admin/login/", "/admin/logout/"}
ROLES = ["anybody", "nobody", "contributor", "editor", "administrator", "superuser"]

# Who is the least that gets it; whoever may do more gets it too.
FROM = {
    "anybody": """
        /admin/login/
        /admin/logout/
        /
        /feed.<format:suffix>
        /feed.css
        /series/<slug:slug>/
        /series/<slug:slug>/feed.<format:suffix>
        /live/<slug:slug>/
        /live/<slug:slug>/changes/<str:since>/
        /live/<slug:slug>/since/<int:seq>/
        /live/<slug:slug>/stream/
        /live/<slug:slug>/feed.<format:suffix>
        /live/<slug:slug>/corrections/
        /live/<slug:slug>/entries/<int:pk>/
        /live/<slug:slug>/card.png
        /live/<slug:slug>/entries/<int:pk>/card.png
        /sitemap.xml
        /sitemap-<slug:name>.xml
        /news-sitemap.xml
        /robots.txt
        /live/<slug:slug>/embed/
        /embed/<slug:slug>/
        /embed/<slug:slug>/entries/<int:pk>/
        /embed/<slug:slug>/latest/
        /embed.js
        /oembed/
        /api/
        /api/v1/openapi.json
        /api/v1/series/
        /api/v1/series/<slug:slug>/
        /api/v1/posts/
        /api/v1/posts/<slug:slug>/
        /api/v1/posts/<slug:slug>/entries/
        /api/v1/posts/<slug:slug>/entries/<int:entry_id>/
        /api/v1/posts/<slug:slug>/changes/
        /favicon.ico
        media
    """,
    "nobody": """
        /admin/
        /admin/password_change/
        /admin/password_change/done/
        /admin/account/
        /admin/account/second-step/
        /admin/account/second-step/codes/
        /admin/account/second-step/remove/
        /admin/account/logins/end/
        /admin/account/logins/<uuid:uid>/end/
        /admin/jsi18n/
        /admin/auth/group/<path:object_id>/
        /admin/auth/user/<path:object_id>/
        /admin/entries/entry/<path:object_id>/
        /admin/entries/image/<path:object_id>/
        /admin/entries/post/<path:object_id>/
        /admin/entries/revision/<path:object_id>/
        /admin/entries/series/<path:object_id>/
        /admin/entries/apitoken/<path:object_id>/
        /admin/entries/webhook/<path:object_id>/
        /admin/entries/delivery/<path:object_id>/
        /admin/entries/logline/<path:object_id>/
    """,
    "contributor": """
        /admin/entries/post/
        app_list
    """,
    "editor": """
        /admin/entries/entry/
        /admin/entries/entry/add/
        /admin/entries/entry/<path:object_id>/history/
        /admin/entries/entry/<path:object_id>/delete/
        /admin/entries/entry/<path:object_id>/change/
        /admin/entries/image/
        /admin/entries/image/add/
        /admin/entries/image/<path:object_id>/history/
        /admin/entries/image/<path:object_id>/change/
        /admin/entries/post/<int:pk>/desk/
        /admin/entries/post/<int:pk>/desk/news/
        /admin/entries/post/<int:pk>/desk/entries/
        /admin/entries/post/<int:pk>/desk/entries/<int:entry_pk>/
        /admin/entries/post/<int:pk>/desk/entries/<int:entry_pk>/history/
        /admin/entries/post/<int:pk>/desk/entries/<int:entry_pk>/history/<int:revision_pk>/
        /admin/entries/post/<int:pk>/desk/entries/<int:entry_pk>/preview/
        /admin/entries/post/<int:pk>/desk/entries/<int:entry_pk>/superseded/
        /admin/entries/post/<int:pk>/desk/entries/<int:entry_pk>/<slug:verb>/
        /admin/entries/post/<int:pk>/desk/preview/
        /admin/entries/post/<int:pk>/desk/writing/<uuid:uid>/
        /admin/entries/post/<int:pk>/desk/writing/<uuid:uid>/discard/
        /admin/entries/post/<int:pk>/desk/images/
        /admin/entries/post/<int:pk>/desk/embeds/
        /admin/entries/post/<int:pk>/desk/promise/
        /admin/entries/post/<int:pk>/desk/day/
        /admin/entries/post/<int:pk>/desk/post/<slug:verb>/
        /admin/entries/post/add/
        /admin/entries/post/<path:object_id>/history/
        /admin/entries/post/<path:object_id>/change/
        /admin/entries/revision/
        /admin/entries/revision/<path:object_id>/history/
        /admin/entries/revision/<path:object_id>/change/
        /admin/entries/series/
        /admin/entries/series/add/
        /admin/entries/series/<path:object_id>/history/
        /admin/entries/series/<path:object_id>/delete/
        /admin/entries/series/<path:object_id>/change/
    """,
    "administrator": """
        /admin/auth/group/
        /admin/auth/group/<path:object_id>/history/
        /admin/auth/group/<path:object_id>/change/
        /admin/auth/user/<id>/password/
        /admin/auth/user/
        /admin/auth/user/add/
        /admin/auth/user/<path:object_id>/history/
        /admin/auth/user/<path:object_id>/change/
        /admin/entries/apitoken/
        /admin/entries/apitoken/add/
        /admin/entries/apitoken/<path:object_id>/history/
        /admin/entries/apitoken/<path:object_id>/change/
        /admin/entries/webhook/
        /admin/entries/webhook/add/
        /admin/entries/webhook/<path:object_id>/history/
        /admin/entries/webhook/<path:object_id>/delete/
        /admin/entries/webhook/<path:object_id>/change/
        /admin/entries/delivery/
        /admin/entries/delivery/<path:object_id>/history/
        /admin/entries/delivery/<path:object_id>/change/
        /admin/entries/logline/
        /admin/entries/logline/export/
        /admin/entries/logline/<path:object_id>/history/
        /admin/entries/logline/<path:object_id>/change/
    """,
    "superuser": """
        /admin/auth/group/add/
        /admin/auth/group/<path:object_id>/delete/
        /admin/auth/user/<path:object_id>/delete/
        /admin/entries/apitoken/<path:object_id>/delete/
    """,
    "none": """
        /admin/r/<path:rest>
        /admin/autocomplete/
        /admin/r/<path:content_type_id>/<path:object_id>/
        /admin/entries/image/<path:object_id>/delete/
        /admin/entries/post/<path:object_id>/delete/
        /admin/entries/revision/add/
        /admin/entries/revision/<path:object_id>/delete/
        /admin/entries/delivery/add/
        /admin/entries/delivery/<path:object_id>/delete/
        /admin/entries/logline/add/
        /admin/entries/logline/<path:object_id>/delete/
        admin/…
        /api/v1/posts/<slug:slug>/entries/<int:entry_id>/source/
        api/…
    """,
}


def routes() -> Iterator[str]:
    """Of all addresses; where one is an expression, its name or what it leads to."""
    yield from _below(get_resolver().url_patterns, "")


def _below(patterns: list[Any], route: str) -> Iterator[str]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _below(one.url_patterns, route + str(one.pattern))
        elif "\\" in str(one.pattern) or "(" in str(one.pattern):
            yield one.name or f"{route}…"
        else:
            yield f"/{route}{one.pattern}"


class World:
    """A live post that nobody here is assigned to, and one of each thing beside it."""

    def __init__(self, role: str) -> None:
        self.scene = make_scene("editor" if role == "anybody" else role, "foreign")
        self.client = Client()
        if role != "anybody":
            self.client.force_login(self.scene.user)
        entry, post = self.scene.published, self.scene.post
        assert post.series
        image, user = make_image(), User.objects.get(username="ben")
        webhook = webhooks.add_webhook(address="https://partner.example/", events=["published"], author=None)
        delivery = Delivery.objects.create(
            webhook=webhook, event="published", post=post, seq=1, created_at=entry.created_at
        )
        token, _ = tokens.make_token(user=user, name="x", author=None)
        revision = entry.revisions.get()
        rows = [entry, post, post.series, image, revision, webhook, delivery, token, user, Group.objects.all()[0]]
        rows.append(LogLine.objects.all()[0])
        self._rows = {row._meta.model_name: row for row in rows}
        self._said: dict[str, Any] = {
            "content_type_id": 1,
            "path": "1/1",
            "rest": "1/1",
            "entry_pk": entry.pk,
            "entry_id": entry.pk,
            "revision_pk": revision.pk,
            "uid": self.scene.writing.uid,
            "since": "0",
            "seq": 1,
            "suffix": "rss",
            "name": "posts",
        }
        self._expressions = {
            "app_list": "/admin/entries/",
            "admin/…": "/admin/nowhere",
            "api/…": "/api/nowhere",
        }

    def path(self, route: str) -> str:
        if route == "media":
            return str(make_image().file.url)  # each test has a folder of its own
        if route in self._expressions:
            return self._expressions[route]
        model = (re.findall(r"^/admin/\w+/(\w+)/", route) or [""])[0]
        post, entry = self.scene.post, self.scene.published
        said = {
            **self._said,
            "object_id": getattr(self._rows.get(model), "pk", 0),
            "id": getattr(self._rows.get(model), "pk", 0),
            "pk": post.pk if "/desk/" in route else entry.pk,
            "slug": post.series.slug if "series/" in route and post.series else post.slug,
            "verb": "end" if "/desk/post/" in route else "remove",
        }
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(said[found[1]]), route)

    def state(self) -> Any:
        things = (User, ApiToken, Webhook, Delivery, Image, Series, Group.permissions.through, User.groups.through)
        return state_of(self.scene.post), [list(model.objects.order_by("pk").values()) for model in things]


def test_every_address_has_a_row() -> None:
    rows = [route for listed in FROM.values() for route in listed.split()]
    assert sorted(rows) == sorted({*routes()})


@pytest.fixture(scope="module", params=ROLES)
def asked_by(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[str, World]]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield request.param, World(request.param)
        transaction.set_rollback(True)


def test_each_role_gets_what_is_its_own_and_no_more(asked_by: tuple[str, World]) -> None:
    role, world = asked_by
    got = {route for route in routes() if not is_refused(route, world.client.get(world.path(route)))}
    listed = [FROM[least].split() for least in ROLES[: ROLES.index(role) + 1]]
    assert got == {route for some in listed for route in some}


def test_what_is_refused_changes_nothing(asked_by: tuple[str, World]) -> None:
    """By any method, with and without what a form would have sent."""
    role, world = asked_by
    mine = {route for least in ROLES[1 : ROLES.index(role) + 1] for route in FROM[least].split()}
    before = world.state()
    for route in sorted({*routes()} - mine - ENTRANCES):
        for method, form in ((world.client.post, {}), (world.client.post, FORM), (world.client.delete, None)):
            answer = method(world.path(route), form) if form is not None else method(world.path(route))
            assert is_refused(route, answer) or answer.status_code in (405, 415), (route, answer.status_code)
    assert world.state() == before


def is_refused(route: str, answer: Any) -> bool:
    away = answer.headers.get("Location", "")
    is_sent_away = route not in ENTRANCES and (away == "/admin/" or away.startswith("/admin/login/"))
    return answer.status_code in (401, 403, 404) or is_sent_away
