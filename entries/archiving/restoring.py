"""A site as its archive has it. First everything is looked at; then the pictures come, which change nothing that is
there; then all rows in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import batched
from pathlib import Path
from typing import Any

from django.apps import apps as current_apps
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, reset_queries, transaction
from django.db.models import Model

from entries.archiving import counters, schema
from entries.archiving.faults import BadArchive, NotRestored, OtherVersion
from entries.archiving.manifest import Manifest
from entries.archiving.reading import Archive, opened
from entries.archiving.rows import AT_ONCE, Names, read
from entries.domain.returning import mark_returned
from entries.models import Entry
from entries.models.post import LOST
from entries.progress import Progress, progress
from entries.sealing import TABLE, deletable


def restore(file: Path, *, is_replacing: bool) -> Manifest:
    with opened(file) as archive:
        migrations = archive.manifest.migrations
        schema.refuse_unless_known(migrations)
        is_older = schema.is_older(migrations)
        if is_older and is_replacing:
            raise OtherVersion(
                "The archive was made by an older version, which cannot replace what is there: restore it into an "
                "empty database, without --replace."
            )
        if not is_replacing:
            schema.refuse_unless_empty()
        schema.migrate()
        with _pictures_of(archive):
            if is_older:
                _restore_older(archive)
            else:
                _restore_rows(archive)
        return archive.manifest


@transaction.atomic
def _restore_rows(archive: Archive) -> None:
    _replace_rows(archive, current_apps)
    mark_returned()


def _restore_older(archive: Archive) -> None:
    """Rows come in as the database was then, and go with it through all migrations since."""
    try:
        apps = schema.migrate_to(archive.manifest.migrations)
        with transaction.atomic():
            _replace_rows(archive, apps)
    finally:
        schema.migrate()
    mark_returned()


def _replace_rows(archive: Archive, apps: Any) -> None:
    told, models, names = archive.manifest, schema.archived_models(apps), Names()
    if strange := {model._meta.label_lower for model in models} ^ told.rows.keys():
        raise BadArchive(f"The archive’s rows are not those of its migrations ({min(strange)}): take another backup.")
    try:
        schema.forget_logins(apps)
        for model in reversed(models):
            with deletable() if model._meta.db_table == TABLE else nullcontext():
                model._base_manager.all()._raw_delete(connection.alias)
        with progress("Rows", sum(told.rows.values()), "rows") as bar:
            for model in models:
                with archive.lines(model._meta.label_lower) as lines:
                    _insert(model, read(model, lines, names), bar)
        connection.check_constraints()
        least = dict(told.counters)
        # Addresses that were given after the backup was made, and are lost, must not lead to other entries.
        least[Entry._meta.label_lower] = least.get(Entry._meta.label_lower, 0) + LOST
        counters.go_on_from(models, least)
    except (DatabaseError, ValueError, OverflowError) as error:
        raise NotRestored.by(error) from error


def _insert(model: type[Model], rows: Iterator[Model], bar: Progress) -> None:
    """As they are: `save` would stamp times of its own."""
    fields = model._meta.concrete_fields
    most = min(AT_ONCE, connection.ops.bulk_batch_size(fields, [None] * AT_ONCE))
    for batch in batched(rows, most):
        model._base_manager._insert(list(batch), fields=fields, using=connection.alias, raw=True)  # type: ignore[attr-defined]
        bar.update(len(batch))
        reset_queries()  # a laptop, with DEBUG, remembers thousands, each as large as its rows


@contextmanager
def _pictures_of(archive: Archive) -> Iterator[None]:
    """In the store before a row names them; those that were not there go again where the rows do not come."""
    stored: list[str] = []
    try:
        with progress("Pictures", len(archive.pictures), "files") as bar:
            for name in archive.pictures:
                _store(archive, name, stored)
                bar.update(1)
        yield
    except BaseException:
        for name in stored:
            default_storage.delete(name)
        raise


def _store(archive: Archive, name: str, stored: list[str]) -> None:
    """Under its own name. One of that name and size is it: names are made of what they name."""
    if default_storage.exists(name):
        if default_storage.size(name) == archive.size(name):
            return
        default_storage.delete(name)  # what a copy left that was cut off, or what another version made of it
    stored.append(name)
    with archive.picture(name) as picture:
        saved = default_storage.save(name, File(picture, name))
    if saved != name:
        default_storage.delete(saved)
        raise NotRestored(f"Nothing was changed, for the storage gives “{name}” another name.")
