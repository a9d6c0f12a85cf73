"""What happens by the clock: each server process looks at every full second whether an entry is due, every second
whether somebody is to be told of a change, and every few seconds whether another site is to be asked once more for
what it told nothing of."""

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from itertools import count

from django.db import DatabaseError, close_old_connections, connections
from django.utils import timezone

from entries.calling import by_door
from entries.deeds import Door
from entries.domain.delivering import deliver_due, webhooks_due
from entries.domain.learning import learn_due
from entries.domain.logins import forget_logins
from entries.domain.pinging import hubs_due, ping_due
from entries.domain.timing import release_due
from entries.domain.tries import forget_tries
from entries.domain.webhooks import forget_old

ASKING = 5.0  # seconds
TELLING = 1.0
FORGETTING = 3600  # of TELLING
SENDERS = 8

log = logging.getLogger(__name__)
threads: list[threading.Thread] = []


class Beat:
    """When the clock that lets entries out began to look, in monotonic time."""

    at: float | None = None


def start() -> None:
    # Beside each other: another site may take its time, and no entry waits for that.
    for name, work in (("clock", _run), ("embeds", _ask), ("telling", _tell)):
        threads.append(threading.Thread(target=work, name=name, daemon=True))
        threads[-1].start()
    Beat.at = time.monotonic()


def _run() -> None:
    while True:
        # Entries are due on full seconds. A sleep may end a little early, and an entry must not wait for the next.
        time.sleep(1.001 - time.time() % 1)
        Beat.at = time.monotonic()
        tick()


def _ask() -> None:
    while True:
        time.sleep(ASKING)
        ask()


def _tell() -> None:
    senders = Senders()
    for number in count():
        if number % FORGETTING == 0:
            forget()
        tell(senders)
        time.sleep(TELLING)


@by_door(Door.CLOCK)
def tick() -> None:
    """One look. A database that is away now is back at a later one, so nothing that goes wrong ends the clock."""
    try:
        close_old_connections()
        release_due(now=timezone.now())
    except DatabaseError as error:
        log.error("The database is away, so nothing can come out; the next try is in a second. %s", error)
    except Exception:
        log.exception("Scheduled entries could not be released; the next try is in a second.")


@by_door(Door.CLOCK)
def ask() -> None:
    try:
        close_old_connections()
        learn_due(now=timezone.now())
    except DatabaseError as error:
        log.error("The database is away, so no site is asked for its posts. %s", error)
    except Exception:
        log.exception("Other sites could not be asked for their posts.")


class Senders:
    """A thread for each receiver that is being told, so that a slow one keeps nobody else waiting.

    Not a pool, whose threads a process would wait for when it stops: what they leave undone, another takes up.
    """

    def __init__(self) -> None:
        self.busy: set[object] = set()

    def take(self, receiver: object, work: Callable[[], object]) -> None:
        """Unless that receiver is being told, or too many are: then at a later look."""
        if receiver in self.busy or len(self.busy) >= SENDERS:
            return
        self.busy.add(receiver)
        threading.Thread(target=self._work, args=(receiver, work), name="sender", daemon=True).start()

    @by_door(Door.CLOCK)
    def _work(self, receiver: object, work: Callable[[], object]) -> None:
        try:
            work()
        except DatabaseError as error:
            log.error("The database is away, so somebody could not be told of a change. %s", error)
        except Exception:
            log.exception("Somebody could not be told of a change.")
        finally:
            connections.close_all()
            self.busy.discard(receiver)


def tell(senders: Senders) -> None:
    try:
        close_old_connections()
        now = timezone.now()
        for hub in hubs_due(now):
            senders.take(hub, partial(ping_due, hub=hub, now=now))
        for webhook in webhooks_due(now):
            senders.take(webhook, partial(deliver_due, webhook=webhook, now=now))
    except DatabaseError as error:
        log.error("The database is away, so nobody is told of changes. %s", error)
    except Exception:
        log.exception("Nobody could be told of changes.")


@by_door(Door.CLOCK)
def forget() -> None:
    try:
        close_old_connections()
        now = timezone.now()
        forget_old(now=now)
        forget_tries(now=now)
        forget_logins(now=now)
    except Exception as error:
        log.error("What is over could not be tidied away. %s", error)
