"""How a site is, and who is told."""

import asyncio
import json
import threading
import time
from typing import Any

import pytest
from django.db import connection

from entries import clock
from entries.operations import readiness
from entries.operations.access import may_look
from entries.operations.probing import Probe
from tests.asking import Answer, in_loop, scope
from tests.loops import run_in_loop

TOKEN = "a-token-of-sixteen-and-more"


@pytest.mark.parametrize(
    ("asked", "without_token", "with_token"),
    [
        (scope(), True, True),
        (scope(client="::1", host="[::1]:8000"), True, True),
        (scope(client="10.1.2.3", host="10.1.2.9:8000"), True, False),
        (scope(client="::ffff:10.1.2.3", host="app:8000"), True, False),
        (scope(client="10.1.2.3", host="app.internal"), True, False),
        (scope(client="203.0.113.9x"), False, False),
        (scope(client="8.8.8.8"), False, False),
        (scope(client="::ffff:8.8.8.8"), False, False),
        (scope(client=""), False, False),  # by a socket
        (scope(host="news.example.org"), False, False),  # a proxy's, or a page's that has its name point here
        (scope(host=""), False, False),
        (scope(x_forwarded_for="127.0.0.1"), False, False),
        (scope(forwarded="for=127.0.0.1"), False, False),
        (scope(x_real_ip="127.0.0.1"), False, False),
        (scope(client="8.8.8.8", authorization=f"Bearer {TOKEN}", x_forwarded_for="8.8.8.8"), False, True),
        (scope(client="8.8.8.8", authorization=f"Basic {TOKEN}"), False, False),
        (scope(client="8.8.8.8", authorization="Bearer "), False, False),
        (scope(client="8.8.8.8", authorization="Bearer é"), False, False),
    ],
)
@pytest.mark.once
def test_who_may_look(asked: dict[str, Any], without_token: bool, with_token: bool) -> None:
    assert may_look(asked, token="", is_public=False) is without_token
    assert may_look(asked, token=TOKEN, is_public=False) is with_token
    assert may_look(asked, token="", is_public=True)


OWN = {"cache-control": "no-store", "x-robots-tag": "noindex", "x-content-type-options": "nosniff"}


@pytest.mark.once
def test_strangers_get_healthz_and_nothing_else() -> None:
    async def work(ask: Any) -> None:
        stranger = {"client": "8.8.8.8", "host": "news.example.org"}
        answers = {path: await ask(path, **stranger) for path in ("/healthz", "/readyz", "/metrics")}
        assert {path: (answer.status, answer.body) for path, answer in answers.items()} == {
            "/healthz": (200, b"ok\n"),
            "/readyz": (404, b"Not found\n"),
            "/metrics": (404, b"Not found\n"),
        }
        assert all(OWN.items() <= answer.headers.items() for answer in answers.values())
        assert (await ask("/healthz", method="POST")).status == 405
        assert ((head := await ask("/healthz", method="HEAD")).status, head.body) == (200, b"")

    in_loop(work)


def ready(answer: Answer) -> dict[str, str]:
    said = json.loads(answer.body)
    assert answer.status == (200 if said["ready"] else 503)
    return {name: text for name, text in said["checks"].items() if text != "ok"}


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "threads", [threading.current_thread()])
    monkeypatch.setattr(clock.Beat, "at", time.monotonic())


@pytest.mark.django_db(transaction=True)
def test_readiness_says_what_is_wrong(ticking: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(ask: Any) -> None:
        assert ready(await ask("/readyz")) == {}
        settings.DISK_FREE_MB = 10**9
        assert ready(await ask("/readyz"))["disk"].endswith("and 1000000000 are wanted (DISK_FREE_MB).")
        settings.DISK_FREE_MB, settings.DATA_DIR = 1, "/nowhere"
        assert ready(await ask("/readyz"))["disk"] == "DATA_DIR cannot be written to: No such file or directory."
        settings.DISK_FREE_MB = 0
        monkeypatch.setattr(clock.Beat, "at", time.monotonic() - 99)
        assert ready(await ask("/readyz")) == {"clock": "It has not looked for 99 seconds."}
        ended = threading.Thread(name="telling")
        monkeypatch.setattr(clock, "threads", [ended])
        assert ready(await ask("/readyz")) == {"clock": "Ended: telling."}

    in_loop(work)


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_was_not_applied_is_named() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET app = 'was' WHERE app = 'entries' AND name LIKE '0002%%'")
    try:
        said = "1 not applied, the first of them entries.0002_entry_changed_since: run “manage.py migrate”."
        assert readiness.database() == ("ok", said)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE django_migrations SET app = 'entries' WHERE app = 'was'")
    assert readiness.database() == ("ok", "ok")


@pytest.mark.once
def test_what_hangs_is_waited_for_no_longer_than_patience_and_by_one_thread() -> None:
    gate, asked = threading.Event(), []

    def ask() -> str:
        asked.append(threading.current_thread())
        gate.wait(10)
        return "found"

    async def work() -> None:
        probe = Probe(ask)
        began = time.monotonic()
        assert await asyncio.gather(*(probe.answer(0.05) for _ in range(20))) == [None] * 20
        assert (await probe.answer(0.05), len(asked), time.monotonic() - began < 1) == (None, 1, True)
        gate.set()
        assert await probe.answer(5) == "found"
        assert (await probe.answer(5), len(asked)) == ("found", 2)

    run_in_loop(work())
