"""Tells the server processes, on whichever machine, that a post has a new `seq`."""

from django.db import connection

CHANNEL = "entries_seq"


def announce() -> None:
    """Heard when the transaction has been committed, and never when it was not.

    PostgreSQL carries it. On SQLite there is nothing to say: `PRAGMA data_version` shows every commit by itself.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")
