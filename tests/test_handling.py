"""How many requests Django works on at once, and what each leaves behind."""

import asyncio
from typing import Any

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from liveblog.handling import AT_ONCE, Django
from tests.factories import make_post
from tests.loops import run_in_loop

pytestmark = pytest.mark.django_db(transaction=True)


async def ask(django: Django, path: str) -> int:
    statuses: list[int] = []
    body: list[dict[str, Any]] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if not body:
            await asyncio.sleep(60)  # it does not go away
        return body.pop()

    async def send(event: Any) -> None:
        if event["type"] == "http.response.start":
            statuses.append(event["status"])

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [(b"host", b"localhost")]}
    await django(scope, receive, send)
    return statuses[0]


def test_a_crowd_takes_no_more_connections_than_there_are_threads() -> None:
    post = make_post()
    opened: list[BaseDatabaseWrapper] = []
    most = 0

    def note(connection: BaseDatabaseWrapper, **_: Any) -> None:
        nonlocal most
        opened.append(connection)
        most = max(most, len({id(one) for one in opened if one.connection is not None}))

    async def crowd() -> None:
        django = Django()
        paths = [f"{post.get_absolute_url()}changes/{number}/" for number in range(3 * AT_ONCE)]
        assert set(await asyncio.gather(*(ask(django, path) for path in paths))) == {200}

    connection_created.connect(note)
    try:
        run_in_loop(crowd())
    finally:
        connection_created.disconnect(note)
    assert most <= AT_ONCE
    for one in opened:
        one.inc_thread_sharing()
        one.close()
    connections.close_all()
