"""A database that is away, or full: how that is known, and how it is written down without filling the log."""

import logging
import threading
import time
from typing import Any, cast

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

RETRY = 10  # seconds
PAUSE = 10.0  # seconds between two lines about it
log = logging.getLogger(__name__)


def is_away(error: BaseException) -> bool:
    """And not of what it was asked. psycopg2 has no name of its own for a server that went in the middle."""
    return isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError


class Notes:
    """Each failed request is a line of the log in any case; why is said in one without a traceback, and not again for
    ten seconds: a crowd that finds the database away would fill the disk."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said_at = float("-inf")
        self._unsaid = 0

    def note(self, request: HttpRequest, error: BaseException) -> None:
        with self._lock:
            self._unsaid += 1
            if time.monotonic() - self._said_at < PAUSE:
                return
            others, self._unsaid, self._said_at = self._unsaid - 1, 0, time.monotonic()
        log.error(
            "The database is away, or full. %s %s was answered 503, and so were %d before it that were not told of. "
            "%s: %s",
            request.method, request.path, others, type(error).__name__, error,
        )  # fmt: skip


notes = Notes()


def told[R: HttpResponse](request: HttpRequest, error: BaseException, response: R) -> R:
    """`response` is what whoever asked is told."""
    notes.note(request, error)
    response.headers["Retry-After"] = str(RETRY)
    response.headers["Cache-Control"] = "no-store"
    cast("Any", response)._has_been_logged = True  # or Django writes a line too, some with a traceback
    return response
