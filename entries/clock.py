"""What happens by the clock: each server process looks at every full second whether an entry is due, and every few
seconds whether another site is to be asked once more for what it told nothing of."""

import logging
import threading
import time

from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from entries.domain.learning import learn_due
from entries.domain.timing import release_due

ASKING = 5.0  # seconds

log = logging.getLogger(__name__)


def start() -> None:
    threading.Thread(target=_run, name="clock", daemon=True).start()
    # Beside it: another site may take its time, and no entry waits for that.
    threading.Thread(target=_ask, name="embeds", daemon=True).start()


def _run() -> None:
    while True:
        # Entries are due on full seconds. A sleep may end a little early, and an entry must not wait for the next.
        time.sleep(1.001 - time.time() % 1)
        tick()


def _ask() -> None:
    while True:
        time.sleep(ASKING)
        ask()


def tick() -> None:
    """One look. A database that is away now is back at a later one, so nothing that goes wrong ends the clock."""
    try:
        close_old_connections()
        release_due(now=timezone.now())
    except DatabaseError as error:
        log.error("The database is away, so nothing can come out; the next try is in a second. %s", error)
    except Exception:
        log.exception("Scheduled entries could not be released; the next try is in a second.")


def ask() -> None:
    try:
        close_old_connections()
        learn_due(now=timezone.now())
    except DatabaseError as error:
        log.error("The database is away, so no site is asked for its posts. %s", error)
    except Exception:
        log.exception("Other sites could not be asked for their posts.")
