"""`/metrics`: what all processes counted, and what the database says."""

import fcntl
import os
import struct
import time
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from entries import clock
from entries.measuring import clock_age, memory, registry
from entries.operations.figures import Families, Figures
from entries.operations.sharing import NAME, locked

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


def exposition(found: Figures | None) -> bytes:
    """Reads files, so not for the event loop."""
    shown = CollectorRegistry()
    shown.register(_Counted())
    shown.register(Families(found))
    return generate_latest(shown)


def measure_process() -> None:
    if clock.Beat.at is not None:
        clock_age.set(time.monotonic() - clock.Beat.at)
    memory.set(_resident())


class _Counted(Collector):
    def collect(self) -> Iterable[Metric]:
        if not Path(os.environ.get(NAME, "") or "/nowhere").is_dir():  # one process, or a folder that was tidied away
            return list(registry.collect())
        with locked(fcntl.LOCK_SH):
            try:
                return list(MultiProcessCollector(None).collect())
            except (FileNotFoundError, struct.error):  # a process has just ended, or is just beginning
                return list(MultiProcessCollector(None).collect())


def _resident() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:  # not on every system
        return 0
