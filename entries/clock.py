"""What happens by the clock: each server process looks at every full second whether an entry is due."""

import logging
import threading
import time

from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from entries.domain.timing import release_due

log = logging.getLogger(__name__)


def start() -> None:
    threading.Thread(target=_run, name="clock", daemon=True).start()


def _run() -> None:
    while True:
        # Entries are due on full seconds. A sleep may end a little early, and an entry must not wait for the next.
        time.sleep(1.001 - time.time() % 1)
        tick()


def tick() -> None:
    """One look. A database that is away now is back at a later one, so nothing that goes wrong ends the clock."""
    try:
        close_old_connections()
        release_due(now=timezone.now())
    except DatabaseError as error:
        log.error("The database is away, so nothing can come out; the next try is in a second. %s", error)
    except Exception:
        log.exception("Scheduled entries could not be released; the next try is in a second.")
