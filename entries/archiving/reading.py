"""An archive that somebody brings: looked at whole, byte for byte, before anything is made of it."""

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from entries.archiving import manifest
from entries.archiving.faults import BadArchive
from entries.archiving.manifest import Manifest
from entries.archiving.pictures import is_picture
from entries.archiving.rows import LONGEST
from entries.progress import progress

_ROWS = re.compile(r"rows/([a-z0-9_]+\.[a-z0-9_]+)\.jsonl")
MEDIA = "media/"
PIECE = 1_000_000  # bytes in memory
MANIFEST_LIMIT = 256_000_000  # bytes: of a million pictures
# How many times smaller rows are packed; those of real texts a tenth of it. A bomb is a thousand times.
PACKED = 250
SMALL = 10_000_000  # bytes that are no bomb however they are packed
_ENCRYPTED = 0x1
_FAULTS = (BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError, KeyError, OverflowError)


class Archive:
    def __init__(self, archive: ZipFile, manifest: Manifest) -> None:
        self._zip = archive
        self.manifest = manifest

    @property
    def pictures(self) -> list[str]:
        return [name.removeprefix(MEDIA) for name in self.manifest.members if name.startswith(MEDIA)]

    @contextmanager
    def lines(self, label: str) -> Iterator[Iterator[bytes]]:
        with self._zip.open(f"rows/{label}.jsonl") as rows:
            yield _lines(rows)

    @contextmanager
    def picture(self, name: str) -> Iterator[IO[bytes]]:
        with self._zip.open(f"{MEDIA}{name}") as picture:
            yield picture

    def size(self, name: str) -> int:
        return self.manifest.members[f"{MEDIA}{name}"].size


@contextmanager
def opened(file: Path) -> Iterator[Archive]:
    """BadArchive for what is not as it was written; OSError for what cannot be read."""
    try:
        archive = ZipFile(file)
    except _FAULTS as error:
        raise BadArchive(f"{file} is no archive, or not a whole one: take another backup.") from error
    with archive:
        try:
            told = _looked_at(archive, file.stat().st_size)
        except _FAULTS as error:
            raise BadArchive(f"{file} is damaged: take another backup.") from error
        yield Archive(archive, told)


def _looked_at(archive: ZipFile, size: int) -> Manifest:
    infos = {info.filename: info for info in archive.infolist()}
    if manifest.NAME not in infos:
        raise BadArchive("The archive has no manifest.json, so it is no backup of a site: take another one.")
    if len(infos) != len(archive.infolist()) or sum(info.compress_size for info in infos.values()) > size:
        raise BadArchive("The archive has files that lie over each other: take another backup.")
    told = _manifest(archive, infos.pop(manifest.NAME))
    if infos.keys() != told.members.keys():
        strange = min(infos.keys() ^ told.members.keys())
        raise BadArchive(f"The archive and its manifest do not agree on “{strange}”: take another backup.")
    for name, info in infos.items():
        _refuse_if_strange(name, info, told)
    if {label for name in infos if (label := _label(name))} != told.rows.keys():
        raise BadArchive("The archive lacks some of its rows: take another backup.")
    with progress("Checking", sum(info.file_size for info in infos.values()), "bytes") as bar:
        for name in infos:
            for read in _checked(archive, name, told):
                bar.update(read)
    return told


def _manifest(archive: ZipFile, info: ZipInfo) -> Manifest:
    _refuse_unless_plain(info)
    if info.file_size > MANIFEST_LIMIT:
        raise BadArchive("The archive’s manifest is too large to be one: take another backup.")
    return Manifest.from_json(archive.read(info))


def _refuse_if_strange(name: str, info: ZipInfo, told: Manifest) -> None:
    _refuse_unless_plain(info)
    if not _label(name) and not is_picture(name.removeprefix(MEDIA)):
        raise BadArchive(f"The archive has a file that no site has, “{name}”: it was made by somebody else.")
    if info.file_size != told.members[name].size:
        raise BadArchive(f"“{name}” in the archive is not as it was written: take another backup.")
    most = max(SMALL, info.compress_size * PACKED) if _label(name) else info.compress_size
    if info.file_size > most:
        raise BadArchive(f"“{name}” in the archive is packed as no backup is: it was made by somebody else.")


def _refuse_unless_plain(info: ZipInfo) -> None:
    if info.flag_bits & _ENCRYPTED or info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise BadArchive(f"“{info.filename}” in the archive is packed as no backup is: it was made by somebody else.")


def _checked(archive: ZipFile, name: str, told: Manifest) -> Iterator[int]:
    """How many bytes of it were read, piece by piece; BadArchive in the end where they are others."""
    digest, lines = sha256(), 0
    with archive.open(name) as member:
        while piece := member.read(PIECE):
            digest.update(piece)
            lines += piece.count(b"\n")
            yield len(piece)
    if digest.hexdigest() != told.members[name].sha256 or lines != told.rows.get(_label(name) or "", lines):
        raise BadArchive(f"“{name}” in the archive is not as it was written: take another backup.")


def _label(name: str) -> str | None:
    found = _ROWS.fullmatch(name)
    return found[1] if found else None


def _lines(rows: IO[bytes]) -> Iterator[bytes]:
    while line := rows.readline(LONGEST):
        if not line.endswith(b"\n"):
            raise BadArchive("A row in the archive is longer than any that a site has: it was made by somebody else.")
        yield line
