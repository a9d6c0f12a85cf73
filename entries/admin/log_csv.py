"""The log as a table for other programs."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC

from django.db.models import QuerySet

from entries.models import LogLine

COLUMNS = (
    "at", "name", "account", "token", "deed", "kind", "number", "title", "post", "door", "address", "detail",
)  # fmt: skip
AT_ONCE = 1000  # rows in memory; each lot is a query of its own, so that a slow reader holds no transaction open


def lines(found: QuerySet[LogLine]) -> Iterator[bytes]:
    yield "\ufeff".encode() + _table([["time (UTC)", *COLUMNS[1:]]])  # without the mark Excel takes it for Latin-1
    rows = found.order_by("-pk")
    lot = list(rows[:AT_ONCE])
    while lot:
        yield _table([_row(line) for line in lot])
        lot = list(rows.filter(pk__lt=lot[-1].pk)[:AT_ONCE])


def harmless(cell: str) -> str:
    """A spreadsheet computes what begins so, and a headline could send the table to somebody's server."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")) else cell


def _row(line: LogLine) -> list[str]:
    cells = [getattr(line, name) for name in COLUMNS[1:]]
    at = line.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return [at, *(harmless("" if cell is None else str(cell)) for cell in cells)]


def _table(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
