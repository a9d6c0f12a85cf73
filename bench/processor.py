"""What processes have used of the processor."""

import time
from collections.abc import Iterable
from pathlib import Path

_OF_A_PROCESS = 2  # clock_getcpuclockid(3): all threads of it, also those that have ended, in nanoseconds


def used(pids: Iterable[int]) -> float:
    """Seconds. /proc/PID/stat has them in hundredths, and nginx answers a thousand requests in one."""
    return sum(time.clock_gettime((~pid << 3) | _OF_A_PROCESS) for pid in pids)


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
