"""What a site says of itself, to whom, and what its log never says."""

import asyncio
import json
import logging
import os
import re
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection
from django.test import Client
from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.parser import text_string_to_metric_families

from entries import clock, journal
from entries.edge.cache import Cache
from entries.journal import Asking, Json, Text, current
from entries.measuring import BOUNDS, Durations, registry, tally
from entries.operations import readiness, sharing
from entries.operations.access import may_look
from entries.operations.asgi import Operations
from entries.operations.exposition import exposition
from entries.operations.figures import figures
from entries.operations.probing import Probe
from entries.operations.watched import LONGEST, naming, route_of
from entries.streaming.asgi import Streams
from entries.streaming.hub import MAX_WAITING, Hub, News, Reader
from tests.factories import make_post, make_update
from tests.loops import run_in_loop

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
TOKEN = "a-token-of-sixteen-and-more"


def scope(path: str = "/", client: str = "127.0.0.1", method: str = "GET", **headers: str) -> dict[str, Any]:
    given = {"host": "127.0.0.1:8000"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "client": (client, 5000) if client else None,
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }


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


class Answer:
    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""

    async def take(self, event: Any) -> None:
        if event["type"] == "http.response.start":
            self.status = event["status"]
            self.headers = {name.decode(): value.decode() for name, value in event["headers"]}
        else:
            self.body += event.get("body", b"")


type Work = Callable[[Callable[..., Coroutine[Any, Any, Answer]]], Coroutine[Any, Any, None]]


async def broken(scope: Any, receive: Any, send: Any) -> None:
    """What stands behind, not well."""
    if scope["path"] == "/slow/":
        await asyncio.sleep(0.02)
    if scope["path"] == "/fails/":
        raise OSError("away")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"behind"})


def in_loop(work: Work, **given: Any) -> None:
    cache = Cache(broken, limit=1000, session_cookie="sessionid", closed="/admin/")
    streams = Streams(broken, limit=10, cache=cache)
    streams._started = lambda: None  # type: ignore[method-assign,assignment,return-value]  # no database is watched
    settings: dict[str, Any] = {"token": "", "is_public": False, "slow": 0.01, "logs_all": False} | given
    operations = Operations(streams, cache, **settings)

    async def ask(path: str, **asked: str) -> Answer:
        answer = Answer()
        await operations(scope(path, **asked), None, answer.take)
        return answer

    run_in_loop(work(ask))


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


def families(text: bytes) -> dict[str, dict[tuple[str, ...], float]]:
    return {
        family.name: {(sample.name, *sample.labels.values()): sample.value for sample in family.samples}
        for family in text_string_to_metric_families(text.decode())
    }


@pytest.mark.once
def test_requests_are_counted_by_what_they_are_and_never_by_their_address() -> None:
    async def work(ask: Any) -> None:
        for path in ("/", "/live/a/", "/live/b/", "/static/x.css", "/nowhere", f"/{'x' * LONGEST}"):
            await ask(path, method="BREW" if path == "/nowhere" else "GET")
        with pytest.raises(OSError, match="away"):
            await ask("/fails/")
        counted = {key: sum(durations.counts) for key, durations in tally.requests.items()}
        assert counted == {
            ("GET", "entries:front", 200): 1,
            ("GET", "entries:post", 200): 2,
            ("GET", "static", 200): 1,
            ("OTHER", "none", 200): 1,
            ("GET", "long", 200): 1,
            ("GET", "none", 500): 1,
        }

    tally.requests.clear()
    in_loop(work)
    tally.requests.clear()
    assert route_of.cache_parameters()["maxsize"] == 1024


@pytest.mark.once
def test_many_durations_told_at_once_are_as_if_each_was_observed() -> None:
    told, observed = [Histogram("took", "Took", buckets=BOUNDS, registry=own) for own in (CollectorRegistry(), None)]
    durations = Durations()
    for seconds in (0.0, 0.001, 0.002, 0.03, 0.5, 99.0):
        durations.add(seconds)
        observed.observe(seconds)
    durations.tell(told)
    values = [[(s.name, s.labels, s.value) for m in h.collect() for s in m.samples] for h in (told, observed)]
    without_time = [[row for row in rows if not row[0].endswith("_created")] for rows in values]
    assert without_time[0] == without_time[1]


@pytest.mark.once
def test_what_the_cache_did_is_counted() -> None:
    behind: dict[str, Any] = {"status": 200, "control": "public, max-age=60, stale-if-error=600"}

    async def origin(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(0)
        headers = [(b"cache-control", behind["control"].encode()), (b"surrogate-key", b"all")]
        await send({"type": "http.response.start", "status": behind["status"], "headers": headers})
        await send({"type": "http.response.body", "body": b"said"})

    async def work() -> None:
        cache = Cache(origin, limit=100_000, session_cookie="sessionid", closed="/admin/")

        async def ask(path: str = "/") -> None:
            await cache(scope(path) | {"raw_path": path.encode()}, None, Answer().take)

        await asyncio.gather(ask(), ask())
        await ask()
        cache.store.drop({"all"})
        await ask()
        cache.store.drop({"all"})
        behind["status"] = 500
        await ask()
        await ask()
        behind.update(status=200, control="no-store")
        await ask("/other/")

    tally.cache.clear()
    run_in_loop(work())
    assert tally.cache == {"miss": 1, "collapsed": 1, "hit": 1, "stale": 1, "stale_error": 2, "passed": 1}
    tally.cache.clear()


def sample(name: str) -> float:
    return registry.get_sample_value(name) or 0.0


@pytest.mark.once
def test_how_long_a_change_takes_to_open_streams_and_who_takes_none_is_counted() -> None:
    async def work() -> None:
        hub = Hub(limit=10, read_seq=lambda _: 1, read_news=lambda *_: None, poke=lambda: None)
        channel = await hub.enter("a")
        assert channel
        reader = Reader(1)
        reader._task = None
        channel.readers.add(reader)
        for seq in range(2, MAX_WAITING + 4):
            hub.publish("a", News(seq - 1, seq, b"x", changed_at=time.time() - 0.2))
        await asyncio.sleep(0.05)
        hub._reader.shutdown()
        hub._opener.shutdown()

    tally.cut = 0
    before = sample("liveblog_stream_delay_seconds_count"), sample("liveblog_stream_delay_seconds_sum")
    run_in_loop(work())
    assert tally.cut == 2
    assert sample("liveblog_stream_delay_seconds_count") - before[0] == MAX_WAITING + 2
    assert 0.2 <= (sample("liveblog_stream_delay_seconds_sum") - before[1]) / (MAX_WAITING + 2) < 1
    tally.cut = 0


@pytest.mark.django_db
def test_robots_and_sitemaps_do_not_lead_there(client: Client) -> None:
    rules = client.get("/robots.txt").content.decode().splitlines()
    assert {f"Disallow: {path}" for path in ("/healthz", "/readyz", "/metrics")} <= set(rules)
    maps = b"".join(client.get(path).content for path in ("/sitemap.xml", "/sitemap-pages.xml"))
    assert not re.search(rb"healthz|readyz|metrics", maps)


@pytest.mark.django_db
def test_figures_of_the_newsroom() -> None:
    assert {name: value for name, _, value in figures() or ()}["liveblog_update_age_seconds"] == 0.0
    post = make_post()
    make_update(post)
    found = {name: value for name, _, value in figures() or ()}
    assert (found["liveblog_posts_live"], found["liveblog_deliveries_waiting"]) == (1, 0)
    assert 0 < found["liveblog_update_age_seconds"] == found["liveblog_quietest_post_age_seconds"]


@pytest.mark.django_db
def test_dashboard_and_alerts_ask_for_what_there_is() -> None:
    exported = {name for name in families(exposition(figures())) if not name.endswith("_created")}
    alerts = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text())
    rules = [rule for group in alerts["groups"] for rule in group["rules"]]
    board = json.loads((DEPLOY / "grafana/liveblog.json").read_text())
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    asked += [rule["expr"] for rule in rules]
    names = {re.sub("_(bucket|count|total)$", "", name) for name in re.findall(r"liveblog_\w+", " ".join(asked))}
    assert names - exported == set()
    assert exported - names == set()  # and nothing is measured that nobody looks at
    text = (DEPLOY.parent / "docs/operations.md").read_text()
    assert [rule["alert"] for rule in rules if f"| `{rule['alert']}` |" not in text] == []


@pytest.mark.once
def test_what_an_ended_process_counted_stays_and_what_it_held_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    from prometheus_client.mmap_dict import MmapedDict, mmap_key

    monkeypatch.setenv(sharing.NAME, "")
    sharing.begin()
    folder = Path(os.environ[sharing.NAME])
    try:
        for process in (7, 8):
            for kind, name in (("counter", "cut_total"), ("gauge_livesum", "open")):
                file = MmapedDict(str(folder / f"{kind}_{process}.db"))
                file.write_value(mmap_key(name.removesuffix("_total"), name, [], [], "…"), float(process), 0.0)
                file.close()
        before = families(exposition(None))
        sharing.bury(7)
        after = families(exposition(None))
        assert [said["cut"] for said in (before, after)] == [{("cut_total",): 15.0}] * 2
        assert [said["open"] for said in (before, after)] == [{("open",): 15.0}, {("open",): 8.0}]
        sharing.bury(8)
        assert {file.name for file in folder.iterdir()} == {"counter_dead.db", sharing.LOCK}
        assert families(exposition(None))["cut"] == {("cut_total",): 15.0}
    finally:
        sharing.end()
    assert not folder.exists()


SECRETS = [
    "lb_" + "a1" * 20,
    "whsec_c2VjcmV0c2VjcmV0",
    "correct-horse",
    "hunter2hunter2",
    "0123sessionkey",
    "dXNlcjpwYXNz",
    "s3cr3t-of-the-site",
]
LINES = [
    "Authorization: Bearer {0}",
    "headers: {{'authorization': 'Basic {5}', 'accept': '*/*'}}",
    "[(b'authorization', b'Bearer {0}'), (b'cookie', b'sessionid={4}; theme=dark')]",
    "Cookie: theme=dark; sessionid={4}",
    "a signature with {1} failed",
    "POST password={2}&user=ann",
    'sent {{"password": "{2}", "user": "ann"}}',
    "csrfmiddlewaretoken={4}&x=1 access_token={2}",
    "invalid dsn: postgres://ann:{3}@db/live",
    "the key is {6}, they say",
    "{0} alone",
]


def record(message: str, error: Exception | None = None) -> logging.LogRecord:
    given = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("entries", logging.ERROR, __file__, 1, message, None, given)


@pytest.mark.once
@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("formatter", [Text(), Json()])
def test_no_secret_is_in_a_line_or_in_a_traceback(
    line: str, formatter: logging.Formatter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "_values", set())
    journal.hide(["s3cr3t-of-the-site", "ab"])
    text = line.format(*SECRETS)
    said = formatter.format(record(text)) + formatter.format(record("It failed.", ValueError(text)))
    assert [secret for secret in SECRETS if secret in said] == []
    assert said.count(journal.HIDDEN) >= 2


@pytest.mark.once
def test_what_is_no_secret_stays() -> None:
    for line in ("The hub at https://hub.example/ was told.", "Not Found: /live/password-reset-scandal/", "tokens: 3"):
        assert json.loads(Json().format(record(line)))["message"] == line


@pytest.mark.once
def test_hiding_secrets_takes_no_time_that_a_stranger_could_make_long() -> None:
    began = time.monotonic()
    for part in ("://", "cookie:", "password=", "a@", 'token="', "Bearer ", "://" + "a" * 300):
        journal.without_secrets(part * (20_000 // len(part)))
    assert time.monotonic() - began < 1


@pytest.mark.once
def test_lines_are_json_on_one_line_with_the_requests_id(caplog: pytest.LogCaptureFixture) -> None:
    lines: list[dict[str, Any]] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            text = self.format(record)
            assert "\n" not in text
            lines.append(json.loads(text))

    kept = Kept()
    kept.setFormatter(Json())
    log = logging.getLogger("entries.requests")

    async def work(ask: Any) -> None:
        await ask("/", x_request_id="abc-1.2:3")
        await ask("/slow/", x_request_id="abc-1.2:3")
        with pytest.raises(OSError, match="away"):
            await ask("/fails/", x_request_id='x" forged')

    log.addHandler(kept)
    caplog.set_level(logging.INFO)
    try:
        in_loop(work)
    finally:
        log.removeHandler(kept)
        tally.requests.clear()
    assert [(line["path"], line["status"], line["route"], line["method"]) for line in lines] == [
        ("/slow/", 200, "none", "GET"),
        ("/fails/", 500, "none", "GET"),
    ]
    assert lines[0]["request_id"] == "abc-1.2:3"
    assert re.fullmatch("[0-9a-f]{32}", lines[1]["request_id"])
    assert lines[0]["milliseconds"] >= 20


@pytest.mark.once
def test_nobody_writes_lines_of_their_own() -> None:
    (line,) = Text().format(record("GET /a\n2026-11-25 INFO all is well\x1b[2J")).splitlines()
    assert line.endswith(r"GET /a\n2026-11-25 INFO all is well\x1b[2J")


@pytest.mark.once
def test_the_id_is_told_where_the_answer_is_for_one_alone() -> None:
    async def work() -> None:
        current.set(Asking(scope(x_request_id="abc")))
        for control, told in (("no-store", "abc"), ("private, max-age=9", "abc"), ("max-age=0, Public", None)):
            answer = Answer()
            headers = [(b"Cache-Control", control.encode())]
            await naming(answer.take)({"type": "http.response.start", "status": 200, "headers": headers})
            assert answer.headers.get("x-request-id") == told

    run_in_loop(work())
