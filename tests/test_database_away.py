"""The database away, its file gone or its server refusing: what readers, editors and programs get, and the log."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from entries.away import Notes, notes
from entries.edge.cache import Cache
from entries.measuring import tally
from entries.models import Post
from entries.operations.asgi import Operations
from entries.streaming.asgi import Streams
from entries.streaming.hub import Hub
from entries.streaming.watching import read_news, read_seq
from liveblog.handling import Django
from tests.asking import Answer, scope
from tests.factories import make_post, make_update
from tests.loops import run_in_loop

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def database_away() -> Iterator[None]:
    given, here = connection.settings_dict, dict(connection.settings_dict)
    connection.close()
    files = [Path(f"{here['NAME']}{end}") for end in ("", "-wal", "-shm")]
    try:
        if connection.vendor == "sqlite":
            moved = [file.rename(f"{file}-moved") for file in files if file.exists()]
        else:
            given |= {"HOST": "127.0.0.1", "PORT": "1"}
        yield
    finally:
        connection.close()
        given |= here
        if connection.vendor == "sqlite":
            for file in files:  # made anew, and empty
                file.unlink(missing_ok=True)
            for file in moved:
                file.rename(str(file).removesuffix("-moved"))


@asynccontextmanager
async def database_away_meanwhile() -> AsyncIterator[None]:
    """As above, in a loop."""
    away = database_away()
    await asyncio.to_thread(away.__enter__)
    try:
        yield
    finally:
        await asyncio.to_thread(away.__exit__, None, None, None)


@pytest.fixture(autouse=True)
def no_session_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the database is away for new sessions alone, and one that stays in a thread would not be dropped with it."""
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)


@pytest.fixture(autouse=True)
def nothing_said(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.INFO)
    notes.__init__()  # type: ignore[misc]
    yield
    tally.requests.clear()


@pytest.fixture
def post() -> Post:
    post = make_post()
    make_update(post)
    return post


class Site:
    def __init__(self) -> None:
        django: Any = Django()
        self.cache = Cache(django, limit=1_000_000, session_cookie="sessionid", closed="/admin/")
        streams = Streams(self.cache, limit=10, cache=self.cache)
        # Without the thread that watches the database.
        streams._hub = Hub(limit=10, read_seq=read_seq, read_news=read_news, poke=lambda: None)
        self.operations = Operations(streams, self.cache, token="", is_public=False, slow=60, logs_all=False)

    async def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        answer = Answer()
        await self.operations(scope(path, method=method, **headers), Patient(), answer.take)
        return answer


class Patient:
    """Sends an empty body, and stays."""

    def __init__(self) -> None:
        self._has_spoken = False

    async def __call__(self) -> dict[str, Any]:
        if self._has_spoken:
            await asyncio.Future()
        self._has_spoken = True
        return {"type": "http.request", "body": b"", "more_body": False}


def public(post: Post) -> list[str]:
    live = post.get_absolute_url()
    entry = post.entries.updates().get()
    return [
        *("/", live, f"{live}changes/0/", f"{live}feed.rss", f"{live}corrections/", entry.get_absolute_url()),
        *("/feed.json", "/sitemap.xml", "/news-sitemap.xml", f"/embed/{post.slug}/", f"{live}card.png"),
        *("/api/v1/posts/", f"/api/v1/posts/{post.slug}/entries/", f"{live}since/1/", f"{live}stream/"),
    ]


def test_who_asks_for_what_is_not_kept_is_told_so_in_a_sentence(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    paths = public(post)
    answers: dict[str, Answer] = {}

    async def work() -> None:
        site = Site()
        for path in paths:
            answers[path] = await site.ask(path)
        answers["page"] = await site.ask(paths[1], accept="text/html,*/*;q=0.8")
        answers["json"] = await site.ask(paths[2], accept="application/json")

    with database_away():
        run_in_loop(work())
    told = {path: (one.status, one.headers.get("retry-after"), one.headers.get("cache-control"))
            for path, one in lowered(answers).items()}  # fmt: skip
    assert told == dict.fromkeys(answers, (503, "10", "no-store"))
    assert b"<h1>Back in a moment</h1>" in answers["page"].body
    assert answers["json"].body == b'{"error": "This cannot be shown at the moment. Please try again in a minute."}'
    assert answers[paths[3]].body == b"This cannot be shown at the moment. Please try again in a minute.\n"
    assert [one.body for one in answers.values() if b"Traceback" in one.body or b"Error" in one.body] == []


def lowered(answers: dict[str, Answer]) -> dict[str, Answer]:
    for answer in answers.values():
        answer.headers = {name.lower(): value for name, value in answer.headers.items()}
    return answers


def test_each_is_a_line_and_the_reason_one_for_all(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        site = Site()
        await asyncio.gather(*(site.ask(f"{post.get_absolute_url()}changes/{seq}/") for seq in range(12)))

    tally.requests.clear()
    with database_away():
        run_in_loop(work())
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []
    reasons = [record for record in caplog.records if record.name == "entries.away"]
    assert [record.getMessage().startswith("The database is away, or full. GET /live/") for record in reasons] == [True]
    assert len([record for record in caplog.records if record.name == "entries.requests"]) == 12
    assert len(caplog.records) == 13
    counted = {(route, status): sum(durations.counts) for (_, route, status), durations in tally.requests.items()}
    assert counted == {("entries:changes", 503): 12}


def test_what_was_read_before_is_shown_at_once_and_the_site_says_what_is_wrong(post: Post) -> None:
    address = post.get_absolute_url()
    found: list[Any] = []

    async def work() -> None:
        site = Site()
        found.append((await site.ask(address)).body)
        site.cache.store.drop({f"post-{post.slug}"})
        async with database_away_meanwhile():
            began = time.monotonic()
            found.append(await site.ask(address))
            found.append(time.monotonic() - began)
            found.append(await site.ask("/readyz"))
            found.append(await site.ask("/healthz"))

    run_in_loop(work())
    body, shown, seconds, ready, healthy = found
    assert (shown.status, shown.body, seconds < 1) == (200, body, True)
    assert "origin-failed" in shown.headers["cache-status"]
    # A file that is not there SQLite makes anew, empty, for the first who asks.
    wrong = (
        b"It is empty: was it moved, or is it another one?" if connection.vendor == "sqlite" else b"It cannot be used: "
    )
    assert (ready.status, wrong in ready.body, healthy.status) == (503, True, 200)


def test_it_is_whole_again_when_the_database_is_back(post: Post) -> None:
    client = Client()
    with database_away():
        assert client.get(post.get_absolute_url()).status_code == 503
    assert client.get(post.get_absolute_url()).status_code == 200


def test_the_newsroom_is_told_too(post: Post, desk: Client) -> None:
    html = {"accept": "text/html"}
    desk.raise_request_exception = False
    addresses = ("/admin/", "/admin/entries/post/", f"/admin/entries/post/{post.pk}/desk/", "/admin/account/")
    with database_away():
        answers = [desk.get(address, headers=html) for address in addresses]
        login = Client(raise_request_exception=False).post("/admin/login/", {"username": "a", "password": "b"})
    assert [(one.status_code, one["Retry-After"], "no-store" in one["Cache-Control"]) for one in [*answers, login]] == [
        (503, "10", True)
    ] * 5
    assert {b"<h1>Back in a moment</h1>" in one.content for one in answers} == {True}


def test_a_program_that_writes_is_told_to_send_it_again(post: Post) -> None:
    with database_away():
        answer = Client().post(
            f"/api/v1/posts/{post.slug}/entries/", {"source": "<p>x</p>"}, content_type="application/json",
            headers={"authorization": "Bearer lb_" + "a1" * 20},
        )  # fmt: skip
    assert (answer.status_code, answer["Content-Type"], answer["Retry-After"]) == (
        503,
        "application/problem+json",
        "10",
    )


@pytest.mark.once
def test_the_reason_is_said_again_after_a_pause_with_how_many_were_not(
    rf: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, now = Notes(), [0.0]
    monkeypatch.setattr("entries.away.time.monotonic", lambda: now[0])
    for now[0] in (0.0, 1.0, 9.0, 10.5):
        own.note(rf.get("/"), OSError("away"))
    said = [record.getMessage().partition(" was answered 503, and so were ")[2] for record in caplog.records]
    assert said == [f"{others} before it that were not told of. OSError: away" for others in (0, 2)]
