"""A table to which rows are only added: the database itself refuses to change one or to delete one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

TABLE = "entries_logline"
VERBS = ("update", "delete")
_SAID = "The log is only ever added to."
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{_SAID}'; END $$
"""


def seal(verb: str, using: Any = connection) -> None:
    with using.cursor() as cursor:
        if using.vendor == "postgresql":
            cursor.execute(_FUNCTION)
            act = f"FOR EACH ROW EXECUTE FUNCTION {TABLE}_refuse()"
        else:
            act = f"BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
        cursor.execute(f"CREATE TRIGGER {_name(verb)} BEFORE {verb} ON {TABLE} {act}")


def unseal(verb: str, using: Any = connection) -> None:
    with using.cursor() as cursor:
        on = f" ON {TABLE}" if using.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER IF EXISTS {_name(verb)}{on}")


def is_sealed(verb: str) -> bool:
    table, column = ("pg_trigger", "tgname") if connection.vendor == "postgresql" else ("sqlite_master", "name")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {table} WHERE {column} = %s", [_name(verb)])  # noqa: S608  # constants
        return cursor.fetchone() is not None


@contextmanager
def deletable() -> Iterator[None]:
    """For who shortens the log, and for a site that another one replaces. In a transaction, which takes back all of it
    where something goes wrong."""
    was_sealed = is_sealed("delete")
    unseal("delete")
    yield
    if was_sealed:
        seal("delete")


def _name(verb: str) -> str:
    return f"{TABLE}_no_{verb}"
