"""From a line of the log to what it tells of, where that still is: one query for each kind on a page of the list."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model
from django.urls import reverse

from entries.deeds import Kind
from entries.domain.noting import KINDS
from entries.models import LogLine

_MODELS: dict[str, type[Model]] = {kind: model for model, kind in KINDS.items()}


def add_links(found: Iterable[LogLine], reader: Any) -> list[LogLine]:
    """Each line with its `link`, empty where there is nothing to go to."""
    lines = list(found)
    numbers: dict[str, set[int]] = defaultdict(set)
    for line in lines:
        if line.kind in _MODELS and line.number:
            numbers[line.kind].add(line.number)
    there = {kind: _there(_MODELS[kind], of_kind, reader) for kind, of_kind in numbers.items()}
    for line in lines:
        line.link = _link(line) if line.number in there.get(line.kind, ()) else ""
    return lines


def _there(model: type[Model], numbers: set[int], reader: Any) -> set[int]:
    rows = model._base_manager.filter(pk__in=numbers)
    if model is User and not reader.is_superuser:  # whose page they have not
        rows = rows.filter(is_superuser=False)
    return set(rows.values_list("pk", flat=True))


def _link(line: LogLine) -> str:
    if line.kind == Kind.POST:
        return reverse("admin:entries_post_desk", args=[line.number])
    if line.kind == Kind.ENTRY:
        if line.post is None:
            return ""
        return reverse("admin:entries_post_desk_history", args=[line.post, line.number])
    meta = _MODELS[line.kind]._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[line.number])
