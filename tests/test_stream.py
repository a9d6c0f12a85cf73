"""`stream/`: the same answer as `changes/<seq>/`, as server-sent events that go on."""

import asyncio
import json
import random
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection, connections, transaction
from django.test import Client

from entries.domain import posting, publishing
from entries.domain.deltas import Delta
from entries.edge.cache import Cache
from entries.models import Post
from entries.serialisers import delta_event
from entries.streaming import watching
from entries.streaming.asgi import Streams
from entries.streaming.hub import News
from tests.factories import make_draft, make_post, make_update
from tests.loops import run_in_loop

pytestmark = pytest.mark.django_db(transaction=True)
Event = dict[str, Any]


def events_in(text: str) -> list[tuple[str, Event]]:
    """Each event's id and data; comments and fields of the stream itself are left out."""
    blocks = [dict(line.split(": ", 1) for line in block.splitlines() if ": " in line) for block in text.split("\n\n")]
    return [(block["id"], json.loads(block["data"])) for block in blocks if "data" in block]


class Listener:
    """A reader of one stream, in the loop of the test."""

    def __init__(self, streams: Streams, path: str, **headers: str) -> None:
        self.text = ""
        self.status = 0
        self.headers: dict[str, str] = {}
        self.is_over = False
        path, _, query = path.partition("?")
        self._scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        self._arrival = asyncio.Event()
        self.task = asyncio.create_task(streams(self._scope, None, self._send))

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        self.text += message.get("body", b"").decode()
        self.is_over = message["type"] == "http.response.body" and not message.get("more_body", False)
        self._arrival.set()

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(15):
            while not is_so():
                await self._arrival.wait()
                self._arrival.clear()

    async def events(self, number: int) -> list[tuple[str, Event]]:
        await self.until(lambda: len(events_in(self.text)) >= number)
        return events_in(self.text)


async def inner(scope: Any, receive: Any, send: Any) -> None:
    """What stands behind the streams."""
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"inner"})


def in_loop(work: Callable[[Streams], Awaitable[None]], limit: int = 100) -> None:
    cache = Cache(inner, limit=0, session_cookie="sessionid", closed="/admin/")
    streams = Streams(inner, limit=limit, cache=cache)

    async def whole() -> None:
        try:
            await work(streams)
        finally:
            streams.close()

    run_in_loop(whole())
    if streams._watch and streams._hub:
        streams._watch.join(timeout=10)
        assert not streams._watch.is_alive()
        for threads in (streams._hub._reader, streams._hub._opener):
            threads.submit(connections.close_all).result()
            threads.shutdown()


async def in_thread[Made](make: Callable[[], Made]) -> Made:
    """As an editor's request would do it."""

    def make_and_close() -> Made:
        try:
            return make()
        finally:
            connections.close_all()

    return await asyncio.to_thread(make_and_close)


def test_a_change_is_told_as_the_delta_is(client: Client) -> None:
    post = make_post()
    address = f"/live/{post.slug}/stream/"

    async def work(streams: Streams) -> None:
        listener = Listener(streams, address)
        await listener.until(lambda: bool(listener.text))
        assert listener.text == f"retry: 2000\nid: {post.seq}\n\n"
        entry = await in_thread(lambda: make_update(post, "<p>The water is rising.</p>"))
        (event,) = await listener.events(1)
        told = await in_thread(lambda: json.loads(client.get(f"/live/{post.slug}/changes/{post.seq}/").content))
        assert event == (str(entry.seq), told)
        assert (listener.status, listener.headers["content-type"]) == (200, "text/event-stream")
        assert listener.headers["cache-control"] == "no-store"

    in_loop(work)


def test_what_this_process_commits_is_told_without_a_look_at_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching.SqliteCommits, "period", 60.0)
    post = make_post()

    async def work(streams: Streams) -> None:
        listener = Listener(streams, f"/live/{post.slug}/stream/")
        await listener.until(lambda: bool(listener.text))
        await asyncio.sleep(0.1)  # the look after it opened is over
        entry = await in_thread(lambda: make_update(post, "<p>At once.</p>"))
        ((key, _),) = await listener.events(1)
        assert key == str(entry.seq)

    in_loop(work)


@pytest.mark.parametrize("by_header", [True, False])
def test_it_catches_up_from_the_cursor_and_then_goes_on(by_header: bool) -> None:
    post = make_post()
    first, second = make_update(post, "First"), make_update(post, "Second")

    async def work(streams: Streams) -> None:
        address = f"/live/{post.slug}/stream/"
        if by_header:  # of a page that was cut off: where it had come to, and not where its address began
            listener = Listener(streams, f"{address}?since=0", **{"last-event-id": str(first.seq)})
        else:
            listener = Listener(streams, f"{address}?since={first.seq}")
        await listener.events(1)
        third = await in_thread(lambda: make_update(post, "Third"))
        told = await listener.events(2)
        assert [(key, data["since"], [row["id"] for row in data["entries"]]) for key, data in told] == [
            (str(second.seq), first.seq, [second.pk]),
            (str(third.seq), second.seq, [third.pk]),
        ]

    in_loop(work)


@pytest.mark.parametrize("lateness", [0, 0.02])
def test_nothing_falls_between_catching_up_and_following(monkeypatch: pytest.MonkeyPatch, lateness: float) -> None:
    """Readers who come at any moment while an editor is at work: each ends with all of it, in order, once.

    Also where each answer from the database arrives when it is no longer true.
    """

    def read_late(slug: str, since: int) -> News | None:
        news = watching.read_news(slug, since)
        time.sleep(lateness * random.random())  # noqa: S311
        return news

    monkeypatch.setattr("entries.streaming.asgi.read_news", read_late)
    post = make_post()

    def publish() -> None:
        for number in range(30):
            make_update(post, f"Text {number}")

    async def work(streams: Streams) -> None:
        publishing_all = asyncio.create_task(in_thread(publish))
        listeners = []
        while not publishing_all.done():
            listeners.append(Listener(streams, f"/live/{post.slug}/stream/?since={post.seq}"))
            await asyncio.sleep(0.01)
        await publishing_all
        last = post.seq + 30
        for listener in listeners:
            await listener.until(lambda: bool(events_in(listener.text)) and listener.text.count(f"id: {last}\n") > 0)  # noqa: B023
            seqs = [row["seq"] for _, data in events_in(listener.text) for row in data["entries"]]
            assert seqs == list(range(post.seq + 1, last + 1))

    in_loop(work, limit=10_000)  # a slow machine takes long to publish, and a reader more comes each moment


def test_a_cursor_from_the_future_is_told_to_reset_and_goes_on_from_now() -> None:
    post = make_post()

    async def work(streams: Streams) -> None:
        listener = Listener(streams, f"/live/{post.slug}/stream/?since={post.seq + 9}")
        ((key, data),) = await listener.events(1)
        assert (key, data["reset"], data["seq"]) == (str(post.seq), True, post.seq)
        entry = await in_thread(lambda: make_update(post))
        assert [key for key, _ in await listener.events(2)] == [str(post.seq), str(entry.seq)]

    in_loop(work)


def test_one_change_is_rendered_once_for_all_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    post = make_post()
    rendered: list[int] = []

    def counted(delta: Delta) -> bytes:
        rendered.append(delta.seq)
        return delta_event(delta)

    monkeypatch.setattr(watching, "delta_event", counted)

    async def work(streams: Streams) -> None:
        listeners = [Listener(streams, f"/live/{post.slug}/stream/?since={post.seq}") for _ in range(50)]
        for listener in listeners:
            await listener.until(lambda: bool(listener.text))  # noqa: B023
        await in_thread(lambda: make_update(post))
        for listener in listeners:
            await listener.events(1)
        assert rendered == [post.seq + 1]

    in_loop(work)


def test_streams_of_different_posts_do_not_mix() -> None:
    one, two = make_post("One"), make_post("Two")

    async def work(streams: Streams) -> None:
        listeners = [Listener(streams, f"/live/{post.slug}/stream/?since={post.seq}") for post in (one, two)]
        for post in (one, two):
            await in_thread(lambda: make_update(post, f"Of {post.headline}"))  # noqa: B023
        (of_one,), (of_two,) = [await listener.events(1) for listener in listeners]
        assert "Of One" in of_one[1]["entries"][0]["html"]
        assert "Of Two" in of_two[1]["entries"][0]["html"]

    in_loop(work)


def test_a_change_that_was_rolled_back_is_told_to_nobody() -> None:
    post = make_post()

    def fail() -> None:
        with suppress(ZeroDivisionError), transaction.atomic():
            make_update(post, "Never happened")
            1 / 0  # noqa: B018

    async def work(streams: Streams) -> None:
        listener = Listener(streams, f"/live/{post.slug}/stream/?since={post.seq}")
        await listener.until(lambda: bool(listener.text))
        await in_thread(fail)
        entry = await in_thread(lambda: make_update(post, "Happened"))
        ((key, data),) = await listener.events(1)
        assert (key, [row["id"] for row in data["entries"]]) == (str(entry.seq), [entry.pk])

    in_loop(work)


def test_two_commits_after_a_long_quiet_are_both_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection that posts are read by is closed at its age, and what SQLite counts is counted by connection."""
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
    monkeypatch.setattr(watching, "SILENCE", 1000.0)  # nothing is found by looking anyway
    post = make_post()

    def publish_two() -> None:
        make_update(post, "One")
        make_update(post, "Two")

    async def work(streams: Streams) -> None:
        listener = Listener(streams, f"/live/{post.slug}/stream/?since={post.seq}")
        for number in range(1, 21):
            await in_thread(publish_two)
            await listener.until(lambda: f"id: {post.seq + 2 * number}\n" in listener.text)  # noqa: B023

    in_loop(work)


def test_a_database_that_cannot_be_read_is_no_stream_for_now(monkeypatch: pytest.MonkeyPatch) -> None:
    def is_away(*given: object) -> None:
        raise InterfaceError("connection already closed")

    post = make_post()
    monkeypatch.setattr("entries.streaming.asgi.read_seq", is_away)

    async def work(streams: Streams) -> None:
        listener = Listener(streams, f"/live/{post.slug}/stream/")
        await listener.until(lambda: listener.is_over)
        assert (listener.status, listener.headers["retry-after"]) == (503, "10")

    in_loop(work)


def test_a_database_that_goes_while_catching_up_ends_the_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    def is_away(*given: object) -> None:
        raise OperationalError("the database is away")

    post = make_post()
    monkeypatch.setattr("entries.streaming.asgi.read_news", is_away)

    async def work(streams: Streams) -> None:
        listener = Listener(streams, f"/live/{post.slug}/stream/?since=0")
        await listener.until(lambda: listener.is_over)
        assert listener.text == "retry: 2000\nid: 0\n\n"

    in_loop(work)


def test_a_commit_that_comes_late_is_told_too() -> None:
    """A transaction held open on one post while others commit, on this post's neighbour and on this post itself."""
    post, other = make_post("One"), make_post("Two")
    is_held, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            make_update(post, "Held open")
            is_held.set()
            may_go.wait(10)

    async def work(streams: Streams) -> None:
        listener = Listener(streams, f"/live/{post.slug}/stream/?since={post.seq}")
        holding = asyncio.create_task(in_thread(hold))
        await asyncio.to_thread(is_held.wait, 10)
        if connection.vendor == "postgresql":  # SQLite has one writer, and it is holding
            await in_thread(lambda: make_update(other, "Meanwhile"))
        queueing = asyncio.create_task(in_thread(lambda: make_update(post, "Behind it")))
        await asyncio.sleep(0.1)
        assert events_in(listener.text) == []
        may_go.set()
        await asyncio.gather(holding, queueing)
        await listener.until(lambda: f"id: {post.seq + 2}\n" in listener.text)
        told = [row["html"] for _, data in events_in(listener.text) for row in data["entries"]]
        assert ["Held open" in told[0], "Behind it" in told[1], len(told)] == [True, True, 2]

    in_loop(work)


def test_closing_ends_streams_cleanly_and_takes_no_more() -> None:
    post = make_post()

    async def work(streams: Streams) -> None:
        listener = Listener(streams, f"/live/{post.slug}/stream/")
        await listener.until(lambda: bool(listener.text))
        streams.close()
        await listener.until(lambda: listener.is_over)
        late = Listener(streams, f"/live/{post.slug}/stream/")
        await late.until(lambda: late.is_over)
        assert (late.status, late.headers["retry-after"]) == (503, "1")

    in_loop(work)


def test_past_the_limit_a_reader_is_asked_to_poll() -> None:
    post = make_post()

    async def work(streams: Streams) -> None:
        first = Listener(streams, f"/live/{post.slug}/stream/")
        await first.until(lambda: bool(first.text))
        second = Listener(streams, f"/live/{post.slug}/stream/")
        await second.until(lambda: second.is_over)
        assert (second.status, second.headers["retry-after"], second.headers["cache-control"]) == (
            503,
            "60",
            "no-store",
        )
        assert second.text == "No stream can be held open now: ask for changes/ every 10 seconds."
        first.task.cancel()
        await asyncio.wait([first.task])
        third = Listener(streams, f"/live/{post.slug}/stream/")
        await third.until(lambda: bool(third.text))
        assert third.status == 200

    in_loop(work, limit=1)


def test_all_that_is_no_stream_goes_on_to_the_pages() -> None:
    draft = make_draft("Not yet")
    post = make_post()

    async def work(streams: Streams) -> None:
        for path in (
            f"/live/{draft.slug}/stream/",
            "/live/nowhere/stream/",
            f"/live/{post.slug}/stream/?since=abc",
            f"/live/{post.slug}/stream",
            f"/live/{post.slug}/",
        ):
            listener = Listener(streams, path)
            await listener.until(lambda: listener.is_over)  # noqa: B023
            assert (listener.status, listener.text) == (299, "inner"), path

    in_loop(work)


class TestCutOff:
    """The view behind it: what a server that cannot hold streams open says, and what is refused."""

    def test_it_is_a_stream_of_one_answer(self, client: Client) -> None:
        post = make_post()
        entry = make_update(post)
        answer = client.get(f"/live/{post.slug}/stream/?since={post.seq}")
        told = json.loads(client.get(f"/live/{post.slug}/changes/{post.seq}/").content)
        text = answer.content.decode()
        assert text.startswith(f"retry: 10000\nid: {entry.seq}\n\n")
        assert events_in(text) == [(str(entry.seq), told)]
        assert (answer["Content-Type"], "no-store" in answer["Cache-Control"]) == ("text/event-stream", True)

    def test_without_news_it_only_says_where_to_resume(self, client: Client) -> None:
        post = make_post()
        for address in (f"/live/{post.slug}/stream/", f"/live/{post.slug}/stream/?since={post.seq}"):
            assert client.get(address).content.decode() == f"retry: 10000\nid: {post.seq}\n\n"

    def test_the_header_counts_more_than_the_address(self, client: Client) -> None:
        post = make_post()
        entry = make_update(post)
        answer = client.get(f"/live/{post.slug}/stream/?since=0", headers={"last-event-id": str(entry.seq)})
        assert events_in(answer.content.decode()) == []

    def test_a_cursor_from_the_future_resets(self, client: Client) -> None:
        post = make_post()
        ((key, data),) = events_in(client.get(f"/live/{post.slug}/stream/?since=99").content.decode())
        assert (key, data["reset"]) == (str(post.seq), True)

    @pytest.mark.parametrize("where", ["address", "header"])
    def test_nonsense_is_refused_in_a_sentence(self, client: Client, where: str) -> None:
        address = f"/live/{make_post().slug}/stream/"
        if where == "address":
            answer = client.get(f"{address}?since=abc")
        else:
            answer = client.get(address, headers={"last-event-id": "abc"})
        sentence = "“abc” is not a change number: give the seq of the page, such as 41."
        assert (answer.status_code, answer.content.decode()) == (400, sentence)

    def test_a_draft_has_no_stream(self, client: Client) -> None:
        for address in (f"/live/{make_draft('Not yet').slug}/stream/", "/live/nowhere/stream/"):
            assert client.get(address).status_code == 404
            assert client.get(f"{address}?since=0").status_code == 404

    def test_other_methods_are_refused(self, client: Client) -> None:
        post = make_post()
        assert client.post(f"/live/{post.slug}/stream/").status_code == 405
        assert Post.objects.get().seq == post.seq

    def test_an_ended_post_has_its_stream_still(self, client: Client) -> None:
        post = publishing.end_post(post=make_post(), author=None)
        posting.edit_entry(entry=post.entries.get(), author=None, source="Corrected afterwards", base_version=1)
        ((_, data),) = events_in(client.get(f"/live/{post.slug}/stream/?since={post.seq}").content.decode())
        assert (data["state"], "Corrected afterwards" in data["entries"][0]["html"]) == ("ended", True)
