"""How a process learns what was committed, by itself or by any other: from the database, in a thread of its own."""

import logging
import selectors
import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from typing import Any

from django.db import Error, close_old_connections, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from entries.announcing import CHANNEL
from entries.caching import ALL_POSTS, post_key
from entries.domain.deltas import changes_since
from entries.models import Post
from entries.serialisers import delta_event
from entries.streaming.hub import News

# SQLite, seconds: 10 ms is how long a change waits to be seen, for 0.2 % of a core.
LOOK_PERIOD = 0.02
# Seconds until it looks though nothing was heard: a connection that died without a word is found out by then.
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

    def hush(self) -> bool:
        """Whether it has been rung since the last time."""
        try:
            return bool(self._here.recv(4096))
        except BlockingIOError:
            return False

    def close(self) -> None:
        self._here.close()
        self._there.close()


class Watch(threading.Thread):
    """Calls `look` when the database moved, and when the bell is rung; while `is_idle` it takes its time."""

    def __init__(self, bell: Bell, *, look: Callable[[], object], is_idle: Callable[[], bool]) -> None:
        super().__init__(name="watch", daemon=True)
        self._bell = bell
        self._look = look
        self._is_idle = is_idle
        self._is_stopping = False

    def stop(self) -> None:
        self._is_stopping = True
        self._bell.ring()

    def run(self) -> None:
        while not self._is_stopping:
            try:
                self._watch()
            except Error as error:
                log.warning("The database cannot be watched; the next try is in a second. %s", error)
                time.sleep(PAUSE)
            except Exception:
                log.exception("The database could not be watched; the next try is in a second.")
                time.sleep(PAUSE)
            connection.close()
        self._bell.close()

    def _watch(self) -> None:
        own = connection.copy()
        with closing(own), selectors.DefaultSelector() as selector:
            commits = PostgresqlCommits(own) if own.vendor == "postgresql" else SqliteCommits(own)
            for file in (self._bell, *commits.files):
                selector.register(file, selectors.EVENT_READ)
            looked_at = float("-inf")  # at once, for what was missed before
            is_rung = False
            while not self._is_stopping:
                is_overdue = time.monotonic() - looked_at > SILENCE
                if commits.have_come() or is_rung or is_overdue:
                    looked_at = time.monotonic()
                    close_old_connections()
                    self._look()
                ready = selector.select(SILENCE if self._is_idle() else commits.period)
                is_rung = any(key.fileobj is self._bell for key, _ in ready) and self._bell.hush()


class StreamNews:
    """Tells the news of the posts that have streams: `seqs` says which those are and how far each is known."""

    def __init__(self, *, seqs: Callable[[], dict[str, int]], tell: Callable[[str, News], object]) -> None:
        self._seqs = seqs
        self._tell = tell
        self._told: dict[str, int] = {}

    def look(self) -> None:
        seqs = self._seqs()
        # The loop may not have heard yet what was told a moment ago.
        self._told = {slug: max(seq, self._told.get(slug, 0)) for slug, seq in seqs.items()}
        if not seqs:
            return
        posts = Post.objects.visible().filter(slug__in=seqs)
        for slug, seq, changed_at in posts.values_list("slug", "seq", "changed_at"):
            if seq > self._told[slug] and (news := read_news(slug, self._told[slug])):
                self._told[slug] = news.seq
                self._tell(slug, replace(news, changed_at=changed_at.timestamp()))


class KeptAnswers:
    """Drops what the cache keeps of posts that have another seq, and all lists of posts."""

    def __init__(self, *, keys: Callable[[], set[str]], drop: Callable[[set[str]], object]) -> None:
        self._keys = keys
        self._drop = drop
        self._seqs: dict[str, int] = {}

    def look(self) -> None:
        """A post that was not looked at before is dropped too: its page may be of before this."""
        keys = self._keys()
        posts = Post.objects.filter(slug__in=[key.removeprefix(post_key("")) for key in keys - {ALL_POSTS}])
        now = {post_key(slug): seq for slug, seq in posts.values_list("slug", "seq")}
        changed = {key for key in keys if now.get(key) != self._seqs.get(key)}
        self._seqs = now
        self._drop({ALL_POSTS, *changed})


class SqliteCommits:
    """https://www.sqlite.org/pragma.html#pragma_data_version

    Its numbers say something on one connection only, so that must not be one that Django closes now and then.
    """

    period = LOOK_PERIOD
    files: tuple[Any, ...] = ()

    def __init__(self, own: BaseDatabaseWrapper) -> None:
        own.ensure_connection()
        self._own = own
        self._version: Any = None

    def have_come(self) -> bool:
        """Asked before the posts are read: what is committed in between is seen at the next time.

        Fifty times a second, so without Django's cursor: with it an idle process uses twice as much.
        """
        with self._own.wrap_database_errors:
            before, self._version = self._version, self._own.connection.execute("PRAGMA data_version").fetchone()
        return bool(before != self._version)


class PostgresqlCommits:
    """Notifications on a session of its own: a transaction on it would hold them back."""

    period = SILENCE

    def __init__(self, own: BaseDatabaseWrapper) -> None:
        self._own = own
        with own.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
        self.files: tuple[Any, ...] = (own.connection,)

    def have_come(self) -> bool:
        """By a question, which also finds out whether the database is there."""
        with self._own.cursor() as cursor:
            cursor.execute("SELECT 1")
        came = bool(self._own.connection.notifies)
        self._own.connection.notifies.clear()
        return came
