"""How a process learns what was committed, by itself or by any other: from the database, in a thread of its own."""

import logging
import selectors
import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing, suppress

from django.db import DatabaseError, close_old_connections, connection

from entries.announcing import CHANNEL
from entries.domain.deltas import changes_since
from entries.models import Post
from entries.serialisers import delta_event
from entries.streaming.hub import News

# SQLite, seconds: 10 ms is how long a change waits to be seen, for 0.2 % of a core.
LOOK_PERIOD = 0.02
# PostgreSQL, seconds: a connection that died without a word is found out by then.
SILENCE = 5.0
PAUSE = 1.0  # seconds between tries while the database is away

log = logging.getLogger(__name__)


def read_seq(slug: str) -> int | None:
    close_old_connections()
    return Post.objects.visible().filter(slug=slug).values_list("seq", flat=True).first()


def read_news(slug: str, since: int) -> News | None:
    close_old_connections()
    try:
        delta = changes_since(slug, since)
    except Post.DoesNotExist:
        return None
    return News(since, delta.seq, delta_event(delta))


class Bell:
    """Wakes a thread that waits for files. Any thread may ring it."""

    def __init__(self) -> None:
        self._here, self._there = socket.socketpair()
        self._here.setblocking(False)
        self._there.setblocking(False)

    def fileno(self) -> int:
        return self._here.fileno()

    def ring(self) -> None:
        with suppress(OSError):  # full, so that it has been rung often enough; or nobody listens any more
            self._there.send(b"!")

    def hush(self) -> None:
        with suppress(BlockingIOError):
            while self._here.recv(4096):
                pass

    def close(self) -> None:
        self._here.close()
        self._there.close()


class Watch(threading.Thread):
    """Tells the news of the posts that have streams: `seqs` says which those are and how far each is known.

    It looks when the database moved, and when the bell is rung.
    """

    def __init__(self, bell: Bell, *, seqs: Callable[[], dict[str, int]], tell: Callable[[str, News], object]) -> None:
        super().__init__(name="watch", daemon=True)
        self._bell = bell
        self._seqs = seqs
        self._tell = tell
        self._told: dict[str, int] = {}
        self._is_stopping = False

    def stop(self) -> None:
        self._is_stopping = True
        self._bell.ring()

    def run(self) -> None:
        while not self._is_stopping:
            try:
                self._watch()
            except DatabaseError as error:
                log.warning("The database cannot be watched; the next try is in a second. %s", error)
            except Exception:
                log.exception("The database could not be watched; the next try is in a second.")
            connection.close()
            time.sleep(0 if self._is_stopping else PAUSE)
        self._bell.close()

    def _watch(self) -> None:
        occasions = self._postgresql_occasions() if connection.vendor == "postgresql" else self._sqlite_occasions()
        with closing(occasions):
            for _ in occasions:
                if self._is_stopping:
                    return
                self._tell_news()

    def _tell_news(self) -> None:
        close_old_connections()
        seqs = self._seqs()
        # The loop may not have heard yet what was told a moment ago.
        self._told = {slug: max(seq, self._told.get(slug, 0)) for slug, seq in seqs.items()}
        if not seqs:
            return
        for slug, seq in Post.objects.visible().filter(slug__in=seqs).values_list("slug", "seq"):
            if seq > self._told[slug] and (news := read_news(slug, self._told[slug])):
                self._told[slug] = news.seq
                self._tell(slug, news)

    def _sqlite_occasions(self) -> Generator[None]:
        """https://www.sqlite.org/pragma.html#pragma_data_version"""
        seen = None
        with selectors.DefaultSelector() as selector:
            selector.register(self._bell, selectors.EVENT_READ)
            while True:
                is_rung = bool(selector.select(LOOK_PERIOD if self._seqs() else None))
                self._bell.hush()
                with connection.cursor() as cursor:
                    # Before the posts are read: what is committed in between moves it again.
                    version = cursor.execute("PRAGMA data_version").fetchone()
                if is_rung or version != seen:
                    seen = version
                    yield

    def _postgresql_occasions(self) -> Generator[None]:
        own = connection.copy()  # a transaction elsewhere on it would hold notifications back
        with closing(own), selectors.DefaultSelector() as selector:
            with own.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")
            selector.register(self._bell, selectors.EVENT_READ)
            selector.register(own.connection, selectors.EVENT_READ)
            yield  # for what was missed before this connection listened
            while True:
                if selector.select(SILENCE):
                    self._bell.hush()
                    with own.wrap_database_errors:
                        own.connection.poll()
                else:
                    with own.cursor() as cursor:
                        cursor.execute("SELECT 1")
                own.connection.notifies.clear()
                yield
