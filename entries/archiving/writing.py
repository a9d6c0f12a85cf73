"""From a site that goes on serving: its database as it was at one moment, its pictures, into one file."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.core.files.storage import default_storage
from django.db import connection, transaction

from entries.archiving import counters, manifest, rows, schema
from entries.archiving.faults import ArchivingFault
from entries.archiving.manifest import Manifest, Member
from entries.archiving.pictures import all_pictures
from entries.archiving.rows import Names
from entries.progress import progress

PIECE = 1_000_000  # bytes of a picture in memory
_OWNER_ALONE = 0o600 << 16


@dataclass
class Backup:
    manifest: Manifest
    size: int = 0
    # Of pictures that went while they were copied.
    missing: list[str] = field(default_factory=list)


def back_up(file: Path) -> Backup:
    if file.exists():
        raise ArchivingFault(f"{file} is there already, and was left as it is: name another file.")
    if not schema.is_up_to_date():
        raise ArchivingFault("The database is older than this version: run manage.py migrate, then back up.")
    with appearing(file) as out, ZipFile(out, "w", allowZip64=True) as archive:
        done = Backup(Manifest(datetime.now(UTC).isoformat(), connection.vendor, schema.applied_migrations()))
        with one_moment():
            _write_rows(archive, done.manifest)
        # After the rows: a picture is stored before a row or a text names it, and never changes.
        _write_pictures(archive, done)
        archive.writestr(_info(manifest.NAME, ZIP_DEFLATED), done.manifest.to_json())
    done.size = file.stat().st_size
    return done


@contextmanager
def appearing(file: Path) -> Iterator[BinaryIO]:
    """A file that is there when it is whole, and not before. Nobody but its owner can read it."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.", suffix=".part")  # 0600
    try:
        with os.fdopen(descriptor, "w+b") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        Path(name).rename(file)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(name).unlink()
        raise
    _sync_folder(file.parent)


def _sync_folder(folder: Path) -> None:
    """The name is on the disk only then."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def one_moment() -> Iterator[None]:
    """Whatever is read within is of the same moment, and nobody who writes waits for it."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")  # atomic() would begin as one who writes
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _write_rows(archive: ZipFile, told: Manifest) -> None:
    models, names = schema.archived_models(), Names()
    told.counters = counters.given_out(models)
    with progress("Rows", sum(model._base_manager.count() for model in models), "rows") as bar:
        for model in models:
            label = model._meta.label_lower
            told.rows[label] = 0
            with _member(archive, told, f"rows/{label}.jsonl", ZIP_DEFLATED) as out:
                for line in rows.written(model, names):
                    out.write(line)
                    told.rows[label] += 1
                    bar.update(1)


def _write_pictures(archive: ZipFile, done: Backup) -> None:
    pictures = all_pictures()
    with progress("Pictures", len(pictures), "files") as bar:
        for name in pictures:
            try:
                picture = default_storage.open(name)
            except FileNotFoundError:
                done.missing.append(name)
                continue
            with picture, _member(archive, done.manifest, f"media/{name}", ZIP_STORED) as out:
                while piece := picture.read(PIECE):
                    out.write(piece)
            bar.update(1)


class Hashed:
    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._digest = sha256()
        self._size = 0

    def write(self, data: bytes) -> None:
        self._out.write(data)
        self._digest.update(data)
        self._size += len(data)

    @property
    def member(self) -> Member:
        return Member(self._size, self._digest.hexdigest())


@contextmanager
def _member(archive: ZipFile, told: Manifest, name: str, method: int) -> Iterator[Hashed]:
    with archive.open(_info(name, method), "w", force_zip64=True) as out:
        hashed = Hashed(out)
        yield hashed
    told.members[name] = hashed.member


def _info(name: str, method: int) -> ZipInfo:
    info = ZipInfo(name, datetime.now(UTC).timetuple()[:6])
    info.compress_type = method
    info.external_attr = _OWNER_ALONE
    return info
