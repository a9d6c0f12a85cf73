"""The numbers that a database gives to new rows: never one that an address had before."""

from django.db import connection
from django.db.models import AutoField, Max, Model


def given_out(models: list[type[Model]]) -> dict[str, int]:
    return {model._meta.label_lower: _last(model) for model in models if _is_counted(model)}


def go_on_from(models: list[type[Model]], least: dict[str, int]) -> None:
    """Each gives out higher numbers than it has, than it gave, and than `least` says."""
    for model in filter(_is_counted, models):
        highest = model._base_manager.aggregate(highest=Max("pk"))["highest"] or 0
        if last := max(highest, _last(model), least.get(model._meta.label_lower, 0)):
            _set(model, last)


def _is_counted(model: type[Model]) -> bool:
    return isinstance(model._meta.pk, AutoField)


def _last(model: type[Model]) -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_sequence_last_value(%s::regclass)", [_sequence(model)])
        else:
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
        row = cursor.fetchone()
    return int(row[0] or 0) if row else 0


def _set(model: type[Model], last: int) -> None:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT setval(%s, %s)", [_sequence(model), last])
            return
        cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [last, table])
        if not cursor.rowcount:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last])


def _sequence(model: type[Model]) -> str:
    """As PostgreSQL names it, quoted where it must be."""
    assert model._meta.pk  # noqa: S101
    with connection.cursor() as cursor:
        names = [connection.ops.quote_name(model._meta.db_table), model._meta.pk.column]
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", names)
        return str(cursor.fetchone()[0])
