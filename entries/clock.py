"""What happens by the clock: each server process looks once a second whether an entry is due."""

import logging
import threading

from django.db import close_old_connections
from django.utils import timezone

from entries.domain.timing import release_due

PERIOD = 1.0  # seconds
log = logging.getLogger(__name__)


def start() -> None:
    threading.Thread(target=_run, name="clock", daemon=True).start()


def _run() -> None:
    pause = threading.Event()
    while not pause.wait(PERIOD):
        tick()


def tick() -> None:
    """One look. A database that is away now is back at a later one, so nothing that goes wrong ends the clock."""
    try:
        close_old_connections()
        release_due(now=timezone.now())
    except Exception:
        log.exception("Scheduled entries could not be released; the next try is in a second.")
