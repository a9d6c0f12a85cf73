"""A row as a line of JSON, which every database reads alike."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import BinaryField, Field, JSONField, Model
from django.utils.duration import duration_iso_string

from entries.archiving.faults import BadArchive
from entries.archiving.schema import NAMED

AT_ONCE = 200  # rows in memory
LONGEST = 32_000_000  # bytes of a line; the longest text has a hundredth of it

type Words = tuple[str, ...]


class Names:
    """The ids of what NAMED says, and the words that mean the same in every database."""

    def __init__(self) -> None:
        kinds: dict[Words, int] = {(kind.app_label, kind.model): kind.pk for kind in ContentType.objects.all()}
        rights = Permission.objects.values_list("content_type__app_label", "content_type__model", "codename", "pk")
        self.ids: dict[str, dict[Words, int]] = dict(
            zip(NAMED, [kinds, {(app, model, code): pk for app, model, code, pk in rights}], strict=True)
        )
        self.words = {label: {pk: words for words, pk in ids.items()} for label, ids in self.ids.items()}


def written(model: type[Model], names: Names) -> Iterator[bytes]:
    """Each with its line end, in the order of their keys."""
    fields = model._meta.concrete_fields
    plain = [_writer(field, names) for field in fields]
    rows = model._base_manager.order_by("pk").values_list(*(field.attname for field in fields))
    for row in rows.iterator(chunk_size=AT_ONCE):
        said = {field.attname: say(value) for field, say, value in zip(fields, plain, row, strict=True)}
        yield json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def read(model: type[Model], lines: Iterator[bytes], names: Names) -> Iterator[Model]:
    """Rows to be saved as they are. What names a permission that this version has no more is passed over."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    for number, line in enumerate(lines, 1):
        try:
            given = json.loads(line)
            if given.keys() != fields.keys():
                raise ValueError(given)
            values = {name: _value(fields[name], said, names) for name, said in given.items()}
        except (ValueError, TypeError, AttributeError, RecursionError, OverflowError, ValidationError) as error:
            raise BadArchive(f"Row {number} of {model._meta.label} is damaged: take another backup.") from error
        except KeyError:
            continue
        yield model(**values)


def _writer(field: "Field[Any, Any]", names: Names) -> Callable[[Any], Any]:
    if (label := _named(field)) is not None:
        return lambda value: None if value is None else list(names.words[label][value])
    return (lambda value: value) if isinstance(field, JSONField) else _plain


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    if isinstance(value, timedelta):
        return duration_iso_string(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _value(field: "Field[Any, Any]", said: Any, names: Names) -> Any:
    if said is None or isinstance(field, JSONField):
        return said
    if (label := _named(field)) is not None:
        return _id(names.ids[label], tuple(said), field)
    if isinstance(field, BinaryField):
        return base64.b64decode(said, validate=True)
    return field.to_python(said)


def _id(ids: dict[Words, int], words: Words, field: "Field[Any, Any]") -> int | None:
    return ids.get(words) if field.null else ids[words]


def _named(field: "Field[Any, Any]") -> str | None:
    label = field.related_model._meta.label_lower if field.related_model else None
    return label if label in NAMED else None
