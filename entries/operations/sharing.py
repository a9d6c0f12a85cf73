"""The folder in which the processes of one server have their counters. Used by gunicorn's master too."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAME = "PROMETHEUS_MULTIPROC_DIR"
LOCK = "lock"
DEAD = "dead"


def begin() -> None:
    """A new one for each server, also for one that a running server starts to take its place. prometheus-client looks
    for the name when it is imported."""
    os.environ[NAME] = tempfile.mkdtemp(prefix="liveblog-metrics-")


def end() -> None:
    shutil.rmtree(os.environ.get(NAME, ""), ignore_errors=True)


def bury(process: int) -> None:
    """What a process counted stays counted, in one file for all that have ended; what it held is gone."""
    from prometheus_client.mmap_dict import MmapedDict
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(process)
    with locked(fcntl.LOCK_EX) as folder:
        for file in folder.glob(f"*_{process}.db"):
            total = MmapedDict(str(folder / file.name.replace(f"_{process}.db", f"_{DEAD}.db")))
            for key, value, _, _ in MmapedDict.read_all_values_from_file(str(file)):
                total.write_value(key, total.read_value(key)[0] + value, 0.0)
            total.close()
            file.unlink()


@contextmanager
def locked(how: int) -> Iterator[Path]:
    """Or a look in between would find it counted twice, or not at all."""
    folder = Path(os.environ[NAME])
    with (folder / LOCK).open("a") as lock:  # a system may tidy away what lay in its temporary folder for days
        fcntl.flock(lock, how)
        yield folder
