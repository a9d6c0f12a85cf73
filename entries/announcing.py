"""Tells the server processes, on whichever machine, that a post has a new `seq`."""

from collections.abc import Callable
from functools import partial

from django.db import connection, transaction

CHANNEL = "entries_seq"

# Of this process: each is called with the post's slug, in the thread that committed.
listeners: list[Callable[[str], object]] = []


def announce(slug: str) -> None:
    """Heard when the transaction has been committed, and never when it was not.

    PostgreSQL carries it to others. On SQLite there is nothing to say: `PRAGMA data_version` shows every commit by
    itself. In this process it is heard before whoever made the change is answered.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")
    transaction.on_commit(partial(_tell, slug))


def _tell(slug: str) -> None:
    for listener in listeners:
        listener(slug)
