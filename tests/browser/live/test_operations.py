"""A server of two processes whose database goes away."""

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.browser.live.conftest import Database
from tests.browser.site import Site

PATIENCE = 20.0  # seconds


def ask(site: Site, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        answer = urllib.request.urlopen(urllib.request.Request(f"{site.url}{path}", headers=given))  # noqa: S310
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, answer.read().decode(), {name.lower(): value for name, value in answer.headers.items()}


@contextmanager
def without_database(site: Site, database: Database | None) -> Iterator[None]:
    if database:
        database.kill()
        try:
            yield
        finally:
            database.start()
        return
    file = Path(site.environment["DATA_DIR"]) / "db.sqlite3"
    away = file.with_name("away.sqlite3")
    file.rename(away)
    file.mkdir()  # or whoever opens it now would make an empty one
    try:
        yield
    finally:
        file.rmdir()
        away.rename(file)


def checks(site: Site) -> dict[str, str]:
    began = time.monotonic()
    status, text, headers = ask(site, "/readyz")
    assert time.monotonic() - began < 1.5
    said = json.loads(text)
    assert (status, headers["cache-control"]) == (200 if said["ready"] else 503, "no-store")
    return {name: told for name, told in said["checks"].items() if told != "ok"}


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def counted(site: Site, name: str) -> float:
    found = [float(value) for value in re.findall(rf"^{name} (\S+)$", ask(site, "/metrics")[1], re.M)]
    assert len(found) == 1
    return found[0]


def test_it_says_that_its_database_is_away_while_it_is_alive_itself(live_site: Site, database: Any) -> None:
    until(lambda: not checks(live_site))
    with without_database(live_site, database):
        wrong = checks(live_site)
        assert wrong["database"].startswith("It cannot be used: ")
        assert wrong["migrations"] == "Unknown without a database."
        assert ask(live_site, "/healthz")[:2] == (200, "ok\n")
        assert counted(live_site, "liveblog_database_up") == 0
    until(lambda: not checks(live_site))
    assert counted(live_site, "liveblog_database_up") == 1


def test_requests_of_all_processes_are_in_one_answer(live_site: Site) -> None:
    name = r'liveblog_request_seconds_count{method="GET",route="entries:robots",status="200"}'
    ask(live_site, "/robots.txt")
    until(lambda: name in ask(live_site, "/metrics")[1])
    time.sleep(1.2)  # the other process may have told nothing yet
    before = counted(live_site, re.escape(name))
    for _ in range(20):  # each by a connection of its own, so that both have some
        ask(live_site, "/robots.txt")
    until(lambda: counted(live_site, re.escape(name)) == before + 20)
    text = ask(live_site, "/metrics")[1]
    assert len(re.findall(r"^liveblog_process_resident_bytes\{pid=", text, re.M)) == 2


def test_proxies_strangers_get_nothing_and_their_requests_ids_only_when_alone(live_site: Site) -> None:
    for path in ("/metrics", "/readyz"):
        assert ask(live_site, path, X_Forwarded_For="127.0.0.1")[:2] == (404, "Not found\n")
    assert ask(live_site, "/nowhere/", X_Request_ID="abc-1")[2]["x-request-id"] == "abc-1"
    assert ["x-request-id" in ask(live_site, "/", X_Request_ID="abc-1")[2] for _ in range(3)] == [False] * 3
