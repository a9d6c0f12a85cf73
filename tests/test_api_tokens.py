"""Tokens: who makes them, what they open, and what else opens nothing."""

import hashlib
import logging
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from entries.domain import tokens
from entries.domain.refusals import NotAllowed
from entries.models import ApiToken, Entry
from tests.factories import make_post, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ADDRESS = "/api/v1/posts/the-road-is-cut/entries/"


def send(client: Client, authorization: str | None, **headers: str) -> Any:
    given = headers | ({"Authorization": authorization} if authorization is not None else {})
    return client.post(ADDRESS, {"source": "The gate is open."}, content_type="application/json", headers=given)


def make_token(user: User, **given: Any) -> tuple[ApiToken, str]:
    return tokens.make_token(user=user, name="The ferry board", author=None, **given)


@pytest.fixture
def user() -> User:
    make_post()
    return make_user("edi", "editor")


def test_only_a_digest_of_a_token_is_kept(user: User) -> None:
    row, token = make_token(user)
    assert re.fullmatch("lb_[A-Za-z0-9_-]{43}", token)
    assert row.digest == hashlib.sha256(token.encode()).hexdigest()
    assert row.start == token[:8]
    assert token not in str(ApiToken.objects.values().get())
    assert make_token(user)[1] != token


def test_a_token_opens_for_its_account(client: Client, user: User) -> None:
    _, token = make_token(user)
    for scheme in ("Bearer", "bearer"):
        assert send(client, f"{scheme} {token}").status_code == 201
    assert set(Entry.objects.updates().values_list("author", flat=True)) == {user.pk}


@pytest.mark.parametrize(
    "authorization",
    [
        None, "", "Bearer", "Bearer ", "Bearer x", "Bearer lb_x", "Basic ZWRpOmNvcnJlY3QgaG9yc2UgYmF0dGVyeQ==",
        "Token {token}", "{token}", "Bearer {start}", "Bearer {digest}", "Bearer {token}x", "Bearer {token} {token}",
        "Bearer \xff\xfe", "Bearer " + "x" * 5000, "Bearer \x00",
    ],
)  # fmt: skip
def test_what_is_no_token_opens_nothing(client: Client, user: User, authorization: str | None) -> None:
    row, token = make_token(user)
    sent = authorization and authorization.format(token=token, start=row.start, digest=row.digest)
    response = send(client, sent)
    assert (response.status_code, response["Content-Type"]) == (401, "application/problem+json")
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert not Entry.objects.updates().exists()


def test_revoked_run_out_and_of_nobody(client: Client, user: User) -> None:
    now = timezone.now()
    row, token = make_token(user, expires_at=now + timedelta(days=1))
    assert send(client, f"Bearer {token}").status_code == 201
    with time_machine.travel(now + timedelta(days=1, seconds=1)):
        assert send(client, f"Bearer {token}").status_code == 401
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert send(client, f"Bearer {token}").status_code == 401
    User.objects.filter(pk=user.pk).update(is_active=True)
    assert send(client, f"Bearer {token}").status_code == 201
    tokens.revoke_token(token=row, author=None)
    refused = send(client, f"Bearer {token}")
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, 'Bearer error="invalid_token"')
    revoked_at = ApiToken.objects.get(pk=row.pk).revoked_at
    tokens.revoke_token(token=row, author=None)
    assert ApiToken.objects.get(pk=row.pk).revoked_at == revoked_at


def test_a_token_loses_what_its_account_loses(client: Client, user: User) -> None:
    _, token = make_token(user)
    user.groups.set([Group.objects.get(name="contributor")])
    assert send(client, f"Bearer {token}").status_code == 404
    user.groups.clear()
    assert send(client, f"Bearer {token}").status_code == 404


def test_its_use_is_noted_once_an_hour(user: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    _, token = make_token(user)
    start = timezone.now()
    with time_machine.travel(start, tick=False), django_assert_num_queries(2):
        tokens.find_token(token)
    with time_machine.travel(start + timedelta(minutes=59), tick=False), django_assert_num_queries(1):
        tokens.find_token(token)
    assert ApiToken.objects.get().last_used_at == start
    with time_machine.travel(start + timedelta(hours=2), tick=False), django_assert_num_queries(2):
        tokens.find_token(token)
    assert ApiToken.objects.get().last_used_at == start + timedelta(hours=2)


def test_a_logged_in_browser_opens_nothing(user: User) -> None:
    """A page of another site could have it send a form, or this site's own script: its cookies are not looked at."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    page = browser.get(reverse("admin:entries_post_changelist"))
    csrf = browser.cookies["csrftoken"].value if "csrftoken" in browser.cookies else ""
    assert page.status_code == 200
    for headers in ({}, {"X-CSRFToken": csrf}, {"Origin": "https://evil.example"}):
        assert send(browser, None, **headers).status_code == 401
    form = browser.post(ADDRESS, {"source": "x", "csrfmiddlewaretoken": csrf})
    assert form.status_code in (401, 415)
    assert browser.get(f"{ADDRESS}1/source/").status_code == 401
    assert not Entry.objects.updates().exists()


def test_the_api_sets_no_cookie(client: Client, user: User) -> None:
    _, token = make_token(user)
    assert not send(client, f"Bearer {token}").cookies
    assert not client.get(ADDRESS).cookies


def test_a_browsers_cookie_changes_nothing_of_what_a_token_may(user: User) -> None:
    contributor = make_user("con", "contributor")
    _, token = make_token(contributor)
    browser = Client()
    browser.force_login(user)
    assert send(browser, f"Bearer {token}").status_code == 404


@pytest.mark.parametrize("debug", [True, False])
def test_a_token_is_in_no_log(client: Client, user: User, caplog: Any, settings: Any, debug: bool) -> None:
    settings.DEBUG = debug
    _, token = make_token(user)
    caplog.set_level(logging.DEBUG)
    for authorization in (f"Bearer {token}", f"Token {token}", f"Bearer {token}x", token):
        send(client, authorization)
    assert token not in caplog.text.replace(hashlib.sha256(token.encode()).hexdigest(), "")


# In the admin


def form(user: User, **given: Any) -> dict[str, Any]:
    return {"user": user.pk, "name": "The ferry board", "expires_at_0": "", "expires_at_1": "", **given}


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(make_user("ada", "administrator"))
    return client


ADD = "admin:entries_apitoken_add"
LIST = "admin:entries_apitoken_changelist"


def test_an_administrator_makes_one_and_sees_it_once(admin: Client, client: Client, user: User) -> None:
    assert admin.get(reverse(ADD)).status_code == 200
    response = admin.post(reverse(ADD), form(user))
    token = re.findall("lb_[A-Za-z0-9_-]{43}", response.content.decode())[0]
    assert (response.status_code, "no-store" in response["Cache-Control"]) == (200, True)
    row = ApiToken.objects.get()
    assert (row.user, row.name, row.expires_at, row.revoked_at) == (user, "The ferry board", None, None)
    assert send(client, f"Bearer {token}").status_code == 201
    for page in (reverse(LIST), reverse("admin:entries_apitoken_change", args=[row.pk]), reverse("admin:index")):
        shown = admin.get(page).content.decode()
        assert (token in shown, row.digest in shown) == (False, False)
    assert token not in str(list(LogEntry.objects.values()))


def test_an_administrator_revokes_it(admin: Client, client: Client, user: User) -> None:
    row, token = make_token(user)
    admin.post(reverse(LIST), {"action": "revoke", "_selected_action": [row.pk]})
    assert ApiToken.objects.get().revoked_at
    assert send(client, f"Bearer {token}").status_code == 401


def test_nothing_of_a_token_is_changed(admin: Client, user: User) -> None:
    row, _ = make_token(user)
    before = ApiToken.objects.values().get()
    address = reverse("admin:entries_apitoken_change", args=[row.pk])
    assert admin.post(address, form(make_user("eve", "editor"), name="Mine")).status_code == 403
    assert admin.post(reverse("admin:entries_apitoken_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    admin.post(reverse(LIST), {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    assert ApiToken.objects.values().get() == before


@pytest.mark.parametrize(
    "given",
    [
        {"user": ""},
        {"user": 99999},
        {"name": ""},
        {"name": "x" * 101},
        {"expires_at_0": "2024-12-03", "expires_at_1": "17:16"},
    ],
)
def test_what_is_wrong_with_the_form_is_said(admin: Client, user: User, given: dict[str, Any]) -> None:
    response = admin.post(reverse(ADD), form(user) | given)
    assert (response.status_code, "errorlist" in response.content.decode()) == (200, True)
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("role", ["", "contributor", "editor"])
def test_nobody_else_manages_them(role: str, user: User) -> None:
    row, _ = make_token(user)
    client, somebody = Client(), make_user("pat", role)
    client.force_login(somebody)
    for page in (reverse(LIST), reverse(ADD), reverse("admin:entries_apitoken_change", args=[row.pk])):
        assert client.get(page).status_code in (302, 403)
    assert client.post(reverse(ADD), form(user)).status_code in (302, 403)
    client.post(reverse(LIST), {"action": "revoke", "_selected_action": [row.pk]})
    assert (ApiToken.objects.count(), ApiToken.objects.get().revoked_at) == (1, None)
    for act in (
        lambda: tokens.make_token(user=user, name="x", author=somebody),
        lambda: tokens.revoke_token(token=row, author=somebody),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_superusers_token_is_a_superusers_to_make_and_revoke(admin: Client, user: User) -> None:
    root = User.objects.create_superuser("root")
    row, _ = make_token(root)
    assert "root" not in admin.get(reverse(ADD)).content.decode()
    assert admin.post(reverse(ADD), form(root)).status_code == 200
    admin.post(reverse(LIST), {"action": "revoke", "_selected_action": [row.pk]})
    assert (ApiToken.objects.count(), ApiToken.objects.get().revoked_at) == (1, None)
    ada = User.objects.get(username="ada")
    with pytest.raises(NotAllowed):
        tokens.make_token(user=root, name="x", author=ada)
    with pytest.raises(NotAllowed):
        tokens.revoke_token(token=row, author=ada)
    client = Client()
    client.force_login(root)
    assert client.post(reverse(ADD), form(root)).status_code == 200
    assert ApiToken.objects.count() == 2
