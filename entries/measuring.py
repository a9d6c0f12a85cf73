"""What this process counts of itself, for `/metrics`.

Where readers are many, plain numbers of the event loop are counted up, and told to Prometheus once a second: its own
counters are in files that all processes share, and cost an eighth of what a kept page does.
"""

from bisect import bisect_left
from collections import Counter

from prometheus_client import CollectorRegistry, Gauge, Histogram
from prometheus_client import Counter as PrometheusCounter

BOUNDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)  # seconds

# Of this process. With several, entries.operations reads the files of all.
registry = CollectorRegistry()
requests = Histogram(
    "liveblog_request_seconds",
    "Requests but open streams, by the time that they took",
    ["method", "route", "status"],
    buckets=BOUNDS,
    registry=registry,
)
cache_answers = PrometheusCounter(
    "liveblog_cache_answers", "What the cache in the processes did for a request", ["result"], registry=registry
)
cache_bytes = Gauge("liveblog_cache_bytes", "Kept in the caches", registry=registry, multiprocess_mode="livesum")
cache_entries = Gauge(
    "liveblog_cache_entries", "Answers kept in the caches", registry=registry, multiprocess_mode="livesum"
)
streams_open = Gauge("liveblog_streams_open", "Open streams", registry=registry, multiprocess_mode="livesum")
streams_refused = PrometheusCounter("liveblog_streams_refused", "Streams that were not opened", registry=registry)
streams_cut = PrometheusCounter(
    "liveblog_streams_cut", "Readers who took nothing for so long that their queue was dropped", registry=registry
)
stream_delay = Histogram(
    "liveblog_stream_delay_seconds",
    "From a change to when it is with all open streams of the process",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
    registry=registry,
)
loop_lag = Gauge(
    "liveblog_loop_lag_seconds",
    "How late the slowest process's event loop last was",
    registry=registry,
    multiprocess_mode="livemax",
)
clock_age = Gauge(
    "liveblog_clock_age_seconds",
    "Since the clock that lets scheduled entries out last looked, in the process where that is longest",
    registry=registry,
    multiprocess_mode="livemax",
)
memory = Gauge(
    "liveblog_process_resident_bytes",
    "Memory of each process",
    registry=registry,
    multiprocess_mode="liveall",
)


class Durations:
    """How many took how long."""

    __slots__ = ("counts", "total")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.total = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds

    def tell(self, histogram: Histogram) -> None:
        """Many at once, for which the pinned package has no public way: `observe` takes one at a time."""
        for bucket, count in zip(histogram._buckets, self.counts, strict=True):
            if count:
                bucket.inc(count)
        histogram._sum.inc(self.total)


class Tally:
    """Belongs to the event loop."""

    def __init__(self) -> None:
        self.requests: dict[tuple[str, str, int], Durations] = {}
        self.cache: Counter[str] = Counter()
        self.cut = 0
        self.refused = 0

    def tell(self) -> None:
        """All that was counted since the last time."""
        for (method, route, status), durations in self.requests.items():
            durations.tell(requests.labels(method, route, str(status)))
        for result, count in self.cache.items():
            cache_answers.labels(result).inc(count)
        streams_cut.inc(self.cut)
        streams_refused.inc(self.refused)
        self.requests.clear()
        self.cache.clear()
        self.cut = self.refused = 0


tally = Tally()
