"""How far a long command has come: a bar on a terminal, a line now and then in a log."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from tqdm import tqdm

LINE_EVERY = 10.0  # seconds


class Progress(Protocol):
    def update(self, number: int) -> object: ...


class Lines:
    """Each with what is done of what there is, the rate, and the time that remains."""

    def __init__(self, what: str, total: int, unit: str, *, every: float = LINE_EVERY) -> None:
        self._what = what
        self._total = total
        self._unit = unit
        self._every = every
        self._done = 0
        self._began = self._told = time.time()

    def update(self, number: int) -> None:
        self._done += number
        if time.time() - self._told >= self._every:
            self._told = time.time()
            print(self._line(self._told - self._began), file=sys.stderr, flush=True)

    def _line(self, seconds: float) -> str:
        rate = self._done / seconds
        remaining = max(self._total - self._done, 0) / rate if rate else 0
        done = f"{self._done:,} of {self._total:,} {self._unit}, {rate:,.0f} a second"
        return f"{self._what}: {done}, {tqdm.format_interval(int(remaining))} to go"


@contextmanager
def stoppable() -> Iterator[None]:
    """SIGTERM ends the command by way of every `finally`, which takes away what is half done."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def progress(what: str, total: int, unit: str) -> Iterator[Progress]:
    """Silent for what takes less than a second."""
    if not sys.stderr.isatty():
        yield Lines(what, total, unit)
        return
    scale = unit == "bytes"
    with tqdm(desc=what, total=total, unit="B" if scale else f" {unit}", unit_scale=scale, delay=1) as bar:
        yield bar
