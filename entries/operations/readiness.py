"""What keeps this process from serving its readers and its newsroom, in a sentence each."""

import asyncio
import os
import tempfile
import time
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from entries import clock
from entries.journal import without_secrets
from entries.operations.probing import Probe

PATIENCE = 0.8  # seconds; with what else there is to do, an answer comes within one
SILENT = 30.0  # seconds; a look at a busy SQLite may take twenty
OK = "ok"


class Readiness:
    def __init__(self) -> None:
        self._database = Probe(database)
        self._disk = Probe(disk)

    async def checks(self) -> dict[str, str]:
        """`ok`, or what is wrong."""
        answers, space = await asyncio.gather(self._database.answer(PATIENCE), self._disk.answer(PATIENCE))
        hangs = f"It has not answered for {PATIENCE} seconds."
        unknown = "Unknown while the database does not answer."
        database, migrations = answers or (hangs, unknown)
        return {"database": database, "migrations": migrations, "disk": space or hangs, "clock": clocks()}


def database() -> tuple[str, str]:
    """By a connection of its own, for one that is open may outlive what it leads to."""
    try:
        refuse_missing_file()
        applied = set(MigrationRecorder(connection).applied_migrations())
        wanted = set(MigrationLoader(None).disk_migrations or {})
    except Exception as error:
        reason = without_secrets(str(error)).strip().partition("\n")[0][:300]
        return f"It cannot be used: {reason or type(error).__name__}", "Unknown without a database."
    if not applied:  # a file that was moved away SQLite makes anew: “run migrate” would be the wrong advice
        return "It is empty: was it moved, or is it another one?", "Unknown without a database."
    missing = sorted(".".join(key) for key in wanted - applied)
    if not missing:
        return OK, OK
    return OK, f"{len(missing)} not applied, the first of them {missing[0]}: run “manage.py migrate”."


def refuse_missing_file() -> None:
    """SQLite would make it anew, and empty."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and not Path(name).is_file() and "mode=memory" not in name:
        raise FileNotFoundError("its file is not there.")


def disk() -> str:
    """Written to, for permissions do not tell of quotas and of disks that a fault made read-only."""
    if not settings.DISK_FREE_MB:
        return OK
    try:
        with tempfile.TemporaryFile(dir=settings.DATA_DIR) as file:
            file.write(b"\0" * 4096)
            file.flush()
        status = os.statvfs(settings.DATA_DIR)
    except OSError as error:
        return f"DATA_DIR cannot be written to: {error.strerror}."
    free = status.f_bavail * status.f_frsize // 1_000_000
    if free < settings.DISK_FREE_MB:
        return f"{free} MB are free for DATA_DIR, and {settings.DISK_FREE_MB} are wanted (DISK_FREE_MB)."
    return OK


def clocks() -> str:
    """Without them scheduled entries do not come out, and nobody elsewhere hears of changes."""
    ended = [thread.name for thread in clock.threads if not thread.is_alive()]
    if not clock.threads or clock.Beat.at is None:
        return "It was not started."
    if ended:
        return f"Ended: {', '.join(ended)}."
    silent = time.monotonic() - clock.Beat.at
    return OK if silent < SILENT else f"It has not looked for {silent:.0f} seconds."
