"""What each answer says to browsers, whoever asks and however it went: headers, cookies, markup that runs nothing."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from pytest_django import DjangoDbBlocker

from entries.journal import Json, Text
from entries.streaming.asgi import _HEADERS, _refuse
from entries.views.guard import PERMISSIONS
from tests.asking import Answer, in_loop
from tests.loops import run_in_loop
from tests.test_every_address import World, routes

pytestmark = [pytest.mark.django_db, pytest.mark.once]
# For everybody's pages; and those that other sites may frame.
FRAMED = {"/embed/<slug:slug>/", "/embed/<slug:slug>/entries/<int:pk>/", "/embed/<slug:slug>/latest/"}
NEWSROOM = ("/admin/", "app_list", "admin/…")
# Where CKEditor writes (entries/richtext.py), and what a browser's own viewer shows (entries/views/media.py).
EDITORS = re.compile(r"/admin/entries/(post|entry)/(add/|<path:object_id>/change/|<int:pk>/desk/)")
PICTURES = re.compile(r"media|.*/card\.png")

RUNS = re.compile(r"\s*(javascript|vbscript|data:text)", re.IGNORECASE)


def fail(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


def fail_away(request: HttpRequest) -> HttpResponse:
    raise OperationalError("away")


def fail_with_all_it_knows(request: HttpRequest) -> HttpResponse:
    password = request.POST["password"]
    raise ValueError(f"{request.POST!r} {request.META!r} {request.headers!r} {request.COOKIES!r}", len(password))


urlpatterns = [
    path("fails/", fail),
    path("tells/", fail_with_all_it_knows),
    path("away/", fail_away),
    path("", include("liveblog.urls")),
]
handler500 = "entries.views.guard.broken"


@pytest.fixture(scope="module")
def asked(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[tuple[str, str], Any]]:
    """The answer to each role at each address, by GET and by a method that it does not take."""
    found: dict[tuple[str, str], Any] = {}
    with django_db_blocker.unblock():
        for role in ("anybody", "superuser"):
            with transaction.atomic():
                world = World(role)
                for route in sorted({*routes()} - {"/admin/logout/"}):
                    found[role, route] = world.client.get(world.path(route), headers={"accept": "text/html"})
                    found[f"{role}, wrong method", route] = world.client.generic("PROPFIND", world.path(route))
                transaction.set_rollback(True)
        yield found


@pytest.fixture
def errors(settings: Any) -> dict[str, Any]:
    settings.ROOT_URLCONF = __name__
    client = Client(raise_request_exception=False)
    html = {"accept": "text/html"}
    return {
        "400": client.get("/", headers=html | {"host": "evil.example"}),
        "404": client.get("/nowhere/", headers=html),
        "404 of the newsroom": client.get("/admin/r/1/1/", headers=html),
        "403": Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x"}, headers=html),
        "405": client.post("/", headers=html),
        "500": client.get("/fails/", headers=html),
        "503": client.get("/away/", headers=html),
        "503 in words": client.get("/away/"),
    }


def policy_of(answer: Any) -> dict[str, list[str]]:
    parts = [part.split() for part in answer.headers["Content-Security-Policy"].split(";")]
    return {name: values for name, *values in parts}


def is_page(route: str, answer: Any) -> bool:
    """Feeds and data are opened, framed and left by nobody; all of the newsroom is treated alike."""
    return is_newsroom(route) or answer.headers.get("Content-Type", "").startswith("text/html")


def is_newsroom(route: str) -> bool:
    return route.startswith(NEWSROOM)


def test_scripts_are_the_sites_own_everywhere(asked: Any, errors: Any) -> None:
    for key, answer in [*asked.items(), *errors.items()]:
        policy = policy_of(answer)
        scripts = policy.get("script-src", policy["default-src"])
        assert scripts in (["'self'"], ["'none'"]), (key, scripts)
        assert policy["default-src"] == ["'none'"], key
        assert not {"*", "https:", "http:", "data:"} & {
            value for name, values in policy.items() if name not in ("img-src", "frame-ancestors") for value in values
        }, key


def test_styles_are_too_but_beside_an_editor_and_in_the_viewer_of_pictures(asked: Any, errors: Any) -> None:
    loose = {
        route for (_, route), answer in asked.items() if "'unsafe-inline'" in policy_of(answer).get("style-src", [])
    }  # fmt: skip
    assert {route for route in loose if not EDITORS.match(route) and not PICTURES.fullmatch(route)} == set()
    assert {route for route in loose if PICTURES.fullmatch(route)} > {"media"}
    assert "/admin/entries/post/<int:pk>/desk/" in loose
    for answer in errors.values():
        assert "'unsafe-inline'" not in answer.headers["Content-Security-Policy"]


def test_nobody_guesses_types_and_nobody_elsewhere_learns_addresses(asked: Any, errors: Any) -> None:
    for key, answer in [*asked.items(), *errors.items()]:
        assert answer.headers["X-Content-Type-Options"] == "nosniff", key
        wanted = "same-origin" if is_page(key[1], answer) else None
        assert answer.headers.get("Referrer-Policy") == wanted, key
        assert not {"Server", "X-Powered-By"} & set(answer.headers), key


def test_frames_of_others_hold_what_is_made_for_them_and_nothing_else(asked: Any, errors: Any) -> None:
    for (role, route), answer in asked.items():
        is_framed = route in FRAMED and answer.status_code == 200
        framed = (policy_of(answer)["frame-ancestors"], answer.headers.get("X-Frame-Options"))
        closed = ["'none'"], "DENY" if is_page(route, answer) else None
        assert framed == ((["*"], None) if is_framed else closed), (role, route)
    for key, answer in errors.items():
        assert policy_of(answer)["frame-ancestors"] == ["'none'"], key


def test_documents_ask_for_nothing_of_the_device_and_what_is_no_document_says_nothing_of_it(
    asked: Any, errors: Any
) -> None:
    for key, answer in [*asked.items(), *errors.items()]:
        is_document = answer.headers.get("Content-Type", "").startswith("text/html")
        assert answer.headers.get("Permissions-Policy") == (PERMISSIONS if is_document else None), key
        if is_document:
            assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", key


def test_nothing_of_the_newsroom_is_kept_or_read_elsewhere(asked: Any, errors: Any) -> None:
    of_newsroom = {key: answer for key, answer in asked.items() if is_newsroom(key[1])}
    assert len(of_newsroom) > 200
    for key, answer in [*of_newsroom.items(), ("404", errors["404 of the newsroom"]), ("403", errors["403"])]:
        assert "no-store" in answer.headers["Cache-Control"], key
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin", key
    for key, answer in asked.items():
        if not is_newsroom(key[1]):
            # Feed readers show pictures elsewhere, and embed.js is for other sites' pages.
            assert answer.headers.get("Cross-Origin-Resource-Policy") in (None, "cross-origin"), key


def test_errors_are_kept_by_nobody(errors: Any) -> None:
    said = {name: (answer.status_code, answer.headers.get("Cache-Control", "")) for name, answer in errors.items()}
    assert {name: status for name, (status, _) in said.items()} == {name: int(name[:3]) for name in said}
    assert said["500"][1] == said["503"][1] == said["503 in words"][1] == "no-store"
    assert [name for name, (_, control) in said.items() if "public" in control] == []


def test_readers_get_no_cookie(asked: Any, errors: Any) -> None:
    for (role, route), answer in asked.items():
        if not is_newsroom(route) and role.startswith("anybody"):
            assert not answer.cookies, route
            assert "cookie" not in answer.headers.get("Vary", "").lower(), route
    assert {name: dict(answer.cookies) for name, answer in errors.items() if name != "403"} == {
        name: {} for name in errors if name != "403"
    }


class Markup(HTMLParser):
    """What a page would run or dress without a file of the site's."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        is_data = "json" in given.get("type", "")
        if tag == "style" or (tag == "script" and "src" not in given and not is_data):
            self.found.append(f"<{tag}>")
        self.found += [name for name in given if name.startswith("on") or name in ("style", "srcdoc")]
        self.found += [
            value for value in given.values() if re.match(r"\s*(javascript|vbscript|data:text)", value, re.I)
        ]


def test_no_page_of_readers_has_a_script_a_style_or_a_handler_in_it(asked: Any, errors: Any) -> None:
    pages = {
        key: answer.content.decode() for key, answer in [*asked.items(), *errors.items()]
        if "/admin/" not in str(key) and answer.headers.get("Content-Type", "").startswith("text/html")
    }  # fmt: skip
    assert len(pages) > 15
    assert {key: Markup(page).found for key, page in pages.items() if Markup(page).found} == {}
    planted = '<p style="x" onclick="x"><a href=" javascript:x">x</a><style></style><script>x</script>'
    assert Markup(planted).found == ["style", "onclick", " javascript:x", "<style>", "<script>"]


def test_cookies_of_the_newsroom_are_out_of_scripts_and_other_sites_reach(editor: Any, settings: Any) -> None:
    """Over HTTPS with names that no other host of the domain can set; there, too, for the desk's script, the token."""
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    client = Client()
    client.get("/admin/login/", secure=True)
    sent = {"username": "ann", "password": "correct horse battery"}
    answer = client.post("/admin/login/", sent, secure=True)
    assert answer.status_code == 302
    cookies = {name: answer.cookies[name] for name in ("__Host-sessionid", "__Host-csrftoken")}
    for name, cookie in cookies.items():
        assert (cookie["secure"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", ""), name
    assert cookies["__Host-sessionid"]["httponly"] is True
    device = answer.cookies[settings.DEVICE_COOKIE_NAME]
    assert (device["httponly"], device["path"], device["samesite"]) == (True, "/admin/", "Lax")


def test_over_https_browsers_are_told_to_stay_there(settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS, settings.SECURE_SSL_REDIRECT = 365 * 24 * 3600, True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    client = Client(headers={"x-forwarded-proto": "https"})
    for address in ("/", "/nowhere/", "/feed.rss", "/admin/login/"):
        assert client.get(address)["Strict-Transport-Security"] == "max-age=31536000", address
    plain = Client()
    assert plain.get("/")["Location"] == "https://testserver/"
    wrong = plain.get("/", headers={"host": "evil.example"})
    assert (wrong.status_code, "Location" in wrong) == (400, False)
    assert policy_of(wrong)["script-src"] == ["'self'"]


def test_what_is_answered_before_django_is_no_document_and_is_kept_by_nobody() -> None:
    found: dict[str, Answer] = {}

    async def work(ask: Any) -> None:
        for address in ("/healthz", "/readyz", "/metrics"):
            found[address] = await ask(address)
            found[f"{address}, by a stranger"] = await ask(address, client="8.8.8.8")
            found[f"{address}, written to"] = await ask(address, method="POST")

    in_loop(work)
    for address, answer in found.items():
        assert answer.headers["x-content-type-options"] == "nosniff", address
        assert answer.headers["cache-control"] == "no-store", address
        assert answer.headers["content-type"].partition(";")[0] in ("text/plain", "application/json"), address
        assert not {"server", "set-cookie"} & set(answer.headers), address


def test_streams_and_their_refusals_are_no_documents_either() -> None:
    sent: list[Any] = []

    async def take(event: Any) -> None:
        sent.append(event)

    run_in_loop(_refuse(take, 1))
    for headers in (dict(_HEADERS), dict(sent[0]["headers"])):
        assert (headers[b"x-content-type-options"], headers[b"cache-control"]) == (b"nosniff", b"no-store")
        assert b"set-cookie" not in headers


def test_what_fails_tells_neither_the_page_nor_the_log_what_was_sent(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ROOT_URLCONF = __name__
    client = Client(raise_request_exception=False, headers={"authorization": "Digest hunter2-header"})
    client.cookies["__Host-sessionid"] = "hunter2-cookie"
    sent = {name: f"hunter2-{name}" for name in ("password", "new_password1", "proof", "csrfmiddlewaretoken")}
    answer = client.post("/tells/?token=hunter2-query", sent | {"code": "492039"}, headers={"accept": "text/html"})
    (failed,) = (record for record in caplog.records if record.exc_info)
    for formatter in (Text(), Json()):
        said = formatter.format(failed) + answer.content.decode()
        assert "hunter2" not in said
        assert "492039" not in said
    assert answer.status_code == 500
    assert "tells" in Text().format(failed)
