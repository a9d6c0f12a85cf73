"""The cache before Django, beside an origin that counts what it is asked."""

import asyncio
import gzip
from collections.abc import Callable, Coroutine
from typing import Any

import brotli
import pytest

from entries.edge.cache import Cache
from entries.edge.kept import best_coding
from tests.loops import run_in_loop

pytestmark = pytest.mark.once
PUBLIC = "public, max-age=0, s-maxage=60, stale-if-error=3600"
TEXT = "All that is said here is said at length. " * 40


class Origin:
    """Answers with what it is set to."""

    def __init__(self) -> None:
        self.status = 200
        self.body = TEXT
        self.headers = {
            "cache-control": PUBLIC,
            "content-type": "text/html",
            "etag": '"1"',
            "surrogate-key": "post-a posts",
        }
        self.asked: list[dict[str, str]] = []
        self.gate: asyncio.Event | None = None
        self.failure: Exception | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        given = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.asked.append({"method": scope["method"], "path": scope["path"], **given})
        if self.gate:
            await self.gate.wait()
        if self.failure:
            raise self.failure
        is_known = given.get("if-none-match") == self.headers.get("etag") != None  # noqa: E711
        headers = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": 304 if is_known else self.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if is_known else self.body.encode()})


class Answer:
    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""
        self.was_ready = False  # before it was asked for; then it was the same

    async def take(self, event: Any) -> None:
        if event["type"] == "http.response.start":
            self.status = event["status"]
            self.headers = {name.decode(): value.decode() for name, value in event["headers"]}
        else:
            self.body += event.get("body", b"")

    @property
    def did(self) -> str:
        """What Cache-Status says, without how long it will be so."""
        return "; ".join(part for part in self.headers["cache-status"].split("; ")[1:] if "ttl=" not in part)


def in_loop(work: Callable[[Cache, Origin], Coroutine[Any, Any, None]], limit: int = 1_000_000) -> None:
    origin = Origin()
    cache = Cache(origin, limit=limit, session_cookie="sessionid", closed="/admin/")
    run_in_loop(work(cache, origin))


async def get(cache: Cache, path: str = "/live/a/", method: str = "GET", query: str = "", **headers: str) -> Answer:
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(b"host", b"news.example")]
        + [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    answer, at_once = Answer(), cache.ready(scope)
    await cache(scope, receive, answer.take)
    if at_once is not None:
        answer.was_ready = True
        twin = Answer()
        for event in at_once:
            await twin.take(event)
        assert (twin.status, twin.headers, twin.body) == (answer.status, answer.headers, answer.body)
    return answer


def test_an_answer_is_made_once_and_says_where_it_is_from() -> None:
    async def work(cache: Cache, origin: Origin) -> None:
        first, second = await get(cache), await get(cache)
        assert (first.body, first.did) == (TEXT.encode(), "fwd=uri-miss; stored")
        assert (second.body, second.did, second.headers["age"]) == (TEXT.encode(), "hit", "0")
        assert second.headers["content-length"] == str(len(TEXT))
        assert len(origin.asked) == 1

    in_loop(work)


def test_what_is_kept_is_ready_for_readers_who_may_have_it() -> None:
    async def work(cache: Cache, origin: Origin) -> None:
        known = {"if_none_match": 'W/"1"'}
        asked = [
            *({}, {}, {"accept_encoding": "br"}, {"accept_encoding": "br"}, known, {"cookie": "theme=dark"}),
            *({"method": "HEAD"}, {"range": "bytes=0-1"}, {"authorization": "Bearer x"}),
            *({"cookie": "theme=dark; sessionid=x"}, {"host": "other.example"}),
        ]
        answers = [await get(cache, **headers) for headers in asked]
        ready = [answer.was_ready for answer in answers]
        assert ready == [False, True, False, True, True, True, False, False, False, False, False]
        cache.store.drop({"posts"})
        assert [(await get(cache)).was_ready for _ in range(2)] == [False, True]

    in_loop(work)


def test_a_session_in_the_second_of_two_cookie_headers_is_one() -> None:
    async def work(cache: Cache, origin: Origin) -> None:
        await get(cache)
        for order in ((b"theme=dark", b"sessionid=x"), (b"sessionid=x", b"theme=dark")):
            headers = [(b"host", b"news.example"), *((b"cookie", value) for value in order)]
            asked = {"type": "http", "method": "GET", "path": "/live/a/", "query_string": b"", "headers": headers}
            assert cache.ready(asked) is None

    in_loop(work)


def test_each_reader_gets_the_encoding_that_it_takes_and_the_origin_is_asked_for_none() -> None:
    async def work(cache: Cache, origin: Origin) -> None:
        packed = await get(cache, accept_encoding="gzip, deflate")
        smaller = await get(cache, accept_encoding="gzip, br;q=1.0")
        plain = await get(cache, accept_encoding="br;q=0, *;q=0")
        assert gzip.decompress(packed.body) == brotli.decompress(smaller.body) == plain.body == TEXT.encode()
        assert [answer.headers.get("content-encoding") for answer in (packed, smaller, plain)] == ["gzip", "br", None]
        assert [answer.headers["etag"] for answer in (packed, plain)] == ['W/"1"', '"1"']
        assert packed.headers["vary"] == "Accept-Encoding"
        assert [asked.get("accept-encoding") for asked in origin.asked] == [None]

    in_loop(work)


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        (b"", b""), (b"gzip", b"gzip"), (b"gzip, br", b"br"), (b"br;q=0.5, gzip;q=0.8", b"gzip"), (b"*", b"br"),
        (b"gzip;q=0", b""), (b"identity", b""), (b"br;q=x", b""), (b"BR", b"br"), (b",;q=,", b""),
    ],
)  # fmt: skip
def test_the_best_encoding(accepted: bytes, coding: bytes) -> None:
    assert best_coding(accepted) == coding


def test_who_has_it_already_is_told_so_from_memory() -> None:
    async def work(cache: Cache, origin: Origin) -> None:
        await get(cache)
        for tag in ('"1"', 'W/"1"', '"0", W/"1"', "*"):
            known = await get(cache, if_none_match=tag, accept_encoding="br")
            assert (known.status, known.body, "content-length" in known.headers) == (304, b"", False)
            assert (known.headers["etag"], known.headers["cache-control"]) == ('W/"1"', PUBLIC)
        assert (await get(cache, if_none_match='"2"')).status == 200
        assert len(origin.asked) == 1

    in_loop(work)


def test_what_a_commit_made_old_is_asked_for_before_it_is_shown_again() -> None:
    async def work(cache: Cache, origin: Origin) -> None:
        await get(cache)
        cache.store.drop({"post-b"})
        assert (await get(cache)).did == "hit"
        cache.store.drop({"post-a"})
        same = await get(cache)
        assert (same.did, same.body) == ("fwd=stale; fwd-status=304", TEXT.encode())
        cache.store.drop({"posts"})
        origin.body, origin.headers["etag"] = "Another.", '"2"'
        other = await get(cache)
        assert (other.did, other.body) == ("fwd=stale; stored", b"Another.")
        assert (await get(cache)).did == "hit"
        assert [asked.get("if-none-match") for asked in origin.asked] == [None, '"1"', '"1"']

    in_loop(work)


def test_what_is_dropped_while_it_is_made_is_old_when_it_comes() -> None:
    async def work(cache: Cache, origin: Origin) -> None:
        origin.gate = asyncio.Event()
        first = asyncio.create_task(get(cache))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        cache.store.drop({"post-a"})
        origin.gate.set()
        assert (await first).body == TEXT.encode()
        assert (await get(cache)).did == "fwd=stale; fwd-status=304"
        assert (await get(cache)).did == "hit"

    in_loop(work)


def test_of_many_who_miss_together_one_asks_though_it_goes_away() -> None:
    async def work(cache: Cache, origin: Origin) -> None:
        origin.gate = asyncio.Event()
        tasks = [asyncio.create_task(get(cache)) for _ in range(50)]
        await asyncio.sleep(0.01)
        tasks[0].cancel()
        origin.gate.set()
        answers = await asyncio.gather(*tasks[1:])
        assert {answer.body for answer in answers} == {TEXT.encode()}
        assert {answer.did for answer in answers} == {"hit; collapsed"}
        assert len(origin.asked) == 1

    in_loop(work)


def test_who_comes_after_a_change_does_not_wait_for_an_answer_of_before() -> None:
    async def work(cache: Cache, origin: Origin) -> None:
        origin.gate = before = asyncio.Event()
        early = asyncio.create_task(get(cache))
        await asyncio.sleep(0.01)
        cache.store.drop({"post-a"})
        origin.gate = after = asyncio.Event()
        late = [asyncio.create_task(get(cache)) for _ in range(3)]
        await asyncio.sleep(0.01)
        before.set()
        await early
        assert not any(task.done() for task in late)
        origin.body, origin.headers["etag"] = "Changed.", '"2"'
        after.set()
        assert {answer.body for answer in await asyncio.gather(*late)} == {b"Changed."}
        assert (len(origin.asked), cache._under_way) == (2, {})

    in_loop(work)


def test_a_slow_site_costs_a_reader_no_more_than_the_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entries.edge.cache.PATIENCE", 0.05)

    async def work(cache: Cache, origin: Origin) -> None:
        await get(cache)
        cache.store.drop({"post-a"})
        origin.gate = asyncio.Event()
        slow = await get(cache)
        assert (slow.did, slow.body) == ("hit; detail=origin-slow", TEXT.encode())
        # What then comes is not for keeping, and nobody waits for it any more.
        origin.headers["cache-control"], origin.headers["etag"] = "no-store", '"2"'
        origin.gate.set()
        await asyncio.gather(*(task for _, task in cache._under_way.values()))
        assert slow.body == TEXT.encode()

    in_loop(work)


@pytest.mark.parametrize(
    "changes",
    [
        {"cache-control": "no-store"},
        {"cache-control": "private, max-age=60"},
        {"cache-control": "max-age=60"},
        {"cache-control": ""},
        {"set-cookie": "a=b"},
        {"vary": "*"},
    ],
)
def test_what_is_not_for_all_is_kept_for_nobody(changes: dict[str, str]) -> None:
    async def work(cache: Cache, origin: Origin) -> None:
        origin.headers |= changes
        origin.headers.pop("etag")
        first, second = await get(cache), await get(cache)
        assert (first.body, second.body, len(origin.asked), len(cache.store)) == (TEXT.encode(), TEXT.encode(), 2, 0)
        assert first.did == "fwd=uri-miss"

    in_loop(work)


@pytest.mark.parametrize(
    "headers",
    [{"cookie": "a=b; sessionid=x"}, {"authorization": "Bearer x"}, {"range": "bytes=0-1"}],
)
def test_whoever_is_somebody_is_not_answered_from_memory_and_leaves_nothing_there(headers: dict[str, str]) -> None:
    async def work(cache: Cache, origin: Origin) -> None:
        await get(cache)
        for _ in range(2):
            answer = await get(cache, **headers, accept_encoding="br")
            assert "cache-status" not in answer.headers
        assert [asked.get("accept-encoding") for asked in origin.asked] == [None, "br", "br"]
        await get(cache, "/b/", **headers)
        assert (await get(cache, "/b/")).did == "fwd=uri-miss; stored"

    in_loop(work)


def test_other_methods_and_the_newsroom_go_by_it() -> None:
    async def work(cache: Cache, origin: Origin) -> None:
        for method, path in (("POST", "/live/a/"), ("OPTIONS", "/live/a/"), ("GET", "/admin/")):
            for _ in range(2):
                assert "cache-status" not in (await get(cache, path, method, cookie="csrftoken=x")).headers
        assert [asked["method"] for asked in origin.asked] == ["POST", "POST", "OPTIONS", "OPTIONS", "GET", "GET"]
        assert origin.asked[-1]["cookie"] == "csrftoken=x"

    in_loop(work)


def test_other_cookies_are_no_reason_for_another_answer_and_do_not_reach_the_origin() -> None:
    async def work(cache: Cache, origin: Origin) -> None:
        await get(cache, cookie="theme=dark")
        assert (await get(cache, cookie="theme=light")).did == "hit"
        assert "cookie" not in origin.asked[0]

    in_loop(work)


def test_head_is_answered_from_what_get_brought_and_has_no_body() -> None:
    async def work(cache: Cache, origin: Origin) -> None:
        head = await get(cache, method="HEAD")
        assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(TEXT)))
        assert ((await get(cache)).did, origin.asked[0]["method"]) == ("hit", "GET")
        origin.headers["cache-control"] = "no-store"
        assert (await get(cache, "/b/", "HEAD")).body == b""

    in_loop(work)


def test_addresses_hosts_and_what_an_answer_varies_by_are_told_apart() -> None:
    async def work(cache: Cache, origin: Origin) -> None:
        origin.headers["vary"] = "Sec-Fetch-Dest, Accept-Encoding"
        for given in ({}, {"query": "page=1"}, {"host": "other.example"}, {"x_forwarded_proto": "https"}):
            assert (await get(cache, **given)).did == "fwd=uri-miss; stored"
            assert (await get(cache, **given)).did == "hit"
        assert (await get(cache, sec_fetch_dest="document")).did == "fwd=uri-miss; stored"
        assert (await get(cache, sec_fetch_dest="document")).did == "hit"
        assert (await get(cache)).did == "hit"
        assert (await get(cache)).headers["vary"] == "sec-fetch-dest, Accept-Encoding"

    in_loop(work)


@pytest.mark.parametrize("failure", ["status", "exception"])
def test_readers_get_what_was_said_before_while_the_site_fails(failure: str) -> None:
    async def work(cache: Cache, origin: Origin) -> None:
        await get(cache)
        cache.store.drop({"post-a"})
        origin.headers["etag"] = '"2"'
        if failure == "status":
            origin.status, origin.headers["cache-control"] = 500, "no-store"
        else:
            origin.failure = OSError("away")
        answers = [await get(cache) for _ in range(3)]
        assert [(answer.status, answer.body) for answer in answers] == [(200, TEXT.encode())] * 3
        assert answers[1].did == "hit; detail=origin-away"
        assert len(origin.asked) == 2  # not again within a second
        for kept in cache.store._kept.values():
            kept.failed_at = float("-inf")
        origin.status, origin.failure, origin.body = 200, None, "Back."
        origin.headers["cache-control"] = PUBLIC
        assert (await get(cache)).body == b"Back."

    in_loop(work)


def test_an_error_is_told_where_nothing_was_said_before() -> None:
    async def work(cache: Cache, origin: Origin) -> None:
        origin.status, origin.headers["cache-control"] = 500, "no-store"
        answer = await get(cache)
        assert (answer.status, answer.body) == (500, TEXT.encode())
        origin.failure = OSError("away")
        with pytest.raises(OSError, match="away"):
            await get(cache)

    in_loop(work)


def test_what_is_used_least_goes_first_when_there_is_no_more_room() -> None:
    async def work(cache: Cache, origin: Origin) -> None:
        for path in ("/1/", "/2/", "/3/"):
            await get(cache, path)
        await get(cache, "/1/")
        await get(cache, "/4/")
        assert (len(cache.store), cache.store.size <= cache.store.limit) == (3, True)
        did = {path: (await get(cache, path)).did for path in ("/1/", "/4/", "/2/")}
        assert did == {"/1/": "hit", "/4/": "hit", "/2/": "fwd=uri-miss; stored"}
        origin.body = "x" * 10_000
        await get(cache, "/large/")
        assert (await get(cache, "/large/")).did == "fwd=uri-miss; stored"
        assert len(cache.store) == 3

    in_loop(work, limit=14_000)


def test_many_addresses_leave_no_more_than_fits() -> None:
    async def work(cache: Cache, origin: Origin) -> None:
        for number in range(5_000):
            await get(cache, query=f"q={number}")
        assert cache.store.size <= cache.store.limit
        assert len(cache.store._vary) <= 2 * len(cache.store) + 1000
        assert cache.store.keys == {"post-a", "posts"}

    in_loop(work, limit=100_000)


def test_who_watches_for_changes_is_woken_when_there_is_something_that_may_grow_old() -> None:
    async def work(cache: Cache, origin: Origin) -> None:
        there: list[int] = []
        cache.start(asyncio.get_running_loop(), poke=lambda: there.append(len(cache.store)))
        await get(cache)
        await get(cache, path="/live/b/")
        assert there == [1]  # once, and not before it is kept: or the one who was woken would go back to sleep

    in_loop(work)


def test_an_answer_is_as_old_as_the_question_that_it_answers() -> None:
    async def work(cache: Cache, origin: Origin) -> None:
        origin.headers["cache-control"] = "public, s-maxage=1"
        origin.gate = asyncio.Event()
        slow = asyncio.create_task(get(cache))
        await asyncio.sleep(1.05)
        origin.gate.set()
        assert (await slow).did == "fwd=uri-miss; stored"
        assert (await get(cache)).did == "fwd=stale; fwd-status=304"

    in_loop(work)
