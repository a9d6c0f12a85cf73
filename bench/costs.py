"""What processes cost: their time on the processor, their memory; and which core they run on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SERVER, CLIENT = 0, -1  # of the cores that there are: server and readers are not to take each other's


def processor(pid: int) -> float:
    """Seconds that all threads of a process have run. /proc/PID/stat counts in hundredths, which is too coarse."""
    nanoseconds = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):  # it has just ended
            nanoseconds += int((task / "schedstat").read_text().split()[0])
    return nanoseconds / 1e9


def megabytes(pid: int, what: str = "Rss") -> float:
    """`Rss`, or `Pss`: where what several processes share is shared out."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{what}:")) / 1024


@contextmanager
def on_core(which: int) -> Iterator[None]:
    """What is started here, and this process meanwhile, runs on that core alone."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[which]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
