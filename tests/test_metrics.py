"""What is counted, and who looks at it."""

import asyncio
import json
import os
import re
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client
from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.parser import text_string_to_metric_families

from entries.edge.cache import Cache
from entries.measuring import BOUNDS, Durations, registry, tally
from entries.operations import sharing
from entries.operations.exposition import exposition
from entries.operations.figures import figures
from entries.operations.watched import LONGEST, _route_of
from entries.streaming.hub import MAX_WAITING, Hub, News, Reader
from tests.asking import Answer, in_loop, scope
from tests.factories import make_post, make_update
from tests.loops import run_in_loop

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"


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
        await ask("/left/")
        counted = {key: sum(durations.counts) for key, durations in tally.requests.items()}
        assert counted == {
            ("GET", "entries:front", 200): 1,
            ("GET", "entries:post", 200): 2,
            ("GET", "static", 200): 1,
            ("OTHER", "none", 200): 1,
            ("GET", "long", 200): 1,
            ("GET", "none", 500): 1,
            ("GET", "none", 499): 1,
        }

    tally.requests.clear()
    in_loop(work)
    tally.requests.clear()
    assert _route_of.cache_parameters()["maxsize"] == 1024


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
