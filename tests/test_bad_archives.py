"""What somebody brings as an archive: refused with a sentence, and nothing is touched."""

import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZipFile

import pytest
from django.core.management import CommandError, call_command

from entries.archiving.pictures import all_pictures
from entries.archiving.writing import back_up
from entries.models import Post
from tests.archives import Members, made_over, packed
from tests.factories import make_image, make_post

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
ROWS = "rows/entries.entry.jsonl"
OUTSIDE = "images/ab/../../../../0123456789abcdef0123456789abcdef.png"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    make_post(map=make_image(), map_alt="A map")
    back_up(tmp_path / "site.zip")
    return tmp_path / "site.zip"


def refusal(file: Path) -> str:
    """Of a restore, which left everything as it was."""
    before = (list(Post.objects.values()), all_pictures())
    with pytest.raises(CommandError) as refused:
        call_command("restore", file, "--replace")
    assert (list(Post.objects.values()), all_pictures()) == before
    sentence = str(refused.value).replace(str(file), "FILE")
    assert "Traceback" not in sentence
    assert sentence.endswith(".")
    return sentence


def rewritten(members: Members, told: dict[str, Any]) -> None:
    members[ROWS] = members[ROWS].replace(b"It began at dawn", b"It began at dusk")


def another_file(name: str, data: bytes = b"x") -> Callable[[Members, dict], object]:
    return lambda members, _: members.update({name: data})


def without(name: str) -> Callable[[Members, dict], object]:
    return lambda members, _: members.pop(name)


def a_row(**changed: Any) -> Callable[[Members, dict], object]:
    def change(members: Members, told: dict[str, Any]) -> None:
        row = json.loads(members[ROWS]) | changed
        members[ROWS] = json.dumps(row).encode() + b"\n"

    return change


def no_json(members: Members, told: dict[str, Any]) -> None:
    members[ROWS] = b"[" * 100_000 + b"\n"


def two_rows_fewer(members: Members, told: dict[str, Any]) -> None:
    told["rows"]["entries.entry"] = 3


def bomb(members: Members, told: dict[str, Any]) -> None:
    members[ROWS] = b" " * 30_000_000 + b"\n"


def of_a_later_day(members: Members, told: dict[str, Any]) -> None:
    told["migrations"]["entries"].append("0999_tomorrow")


def of_a_later_format(members: Members, told: dict[str, Any]) -> None:
    told["format"] = 2


def with_odd_counts(members: Members, told: dict[str, Any]) -> None:
    told["rows"]["entries.entry"] = -1


DISHONEST = "is not as it was written: take another backup."
STRANGE = "it was made by somebody else."


@pytest.mark.parametrize(
    ("change", "is_honest", "sentence"),
    [
        (rewritten, False, DISHONEST),
        (two_rows_fewer, False, DISHONEST),
        (another_file(f"media/{OUTSIDE}"), True, STRANGE),
        (another_file("media/../../etc/cron.d/x"), True, STRANGE),
        (another_file("/etc/passwd"), True, STRANGE),
        (another_file("media/images/x.html"), True, STRANGE),
        (another_file("rows/../x.jsonl"), True, STRANGE),
        (another_file("rows/entries.nothing.jsonl", b"{}\n"), True, "lacks some of its rows: take another backup."),
        (another_file("media/images/ab/x.png"), False, "do not agree on “media/images/ab/x.png”: take another backup."),
        (without(ROWS), True, "lacks some of its rows: take another backup."),
        (without(ROWS), False, f"do not agree on “{ROWS}”: take another backup."),
        (bomb, True, "packed as no backup is: it was made by somebody else."),
        (no_json, True, "Row 1 of entries.Entry is damaged: take another backup."),
        (a_row(strange=1), True, "Row 1 of entries.Entry is damaged: take another backup."),
        (a_row(published_at="soon"), True, "Row 1 of entries.Entry is damaged: take another backup."),
        (a_row(id=[1]), True, "Row 1 of entries.Entry is damaged: take another backup."),
        (a_row(id=10**30), True, "Nothing was changed, for the database does not take the archive’s rows: "),
        (a_row(source="\ud800"), True, "Nothing was changed, for the database does not take the archive’s rows: "),
        (a_row(post_id=99), True, "Nothing was changed, for the database does not take the archive’s rows: "),
        (a_row(seq=0), True, "Nothing was changed, for the database does not take the archive’s rows: "),
        (of_a_later_day, True, "with entries.0999_tomorrow, which is unknown here: update this installation"),
        (of_a_later_format, True, "The archive has format 2 and this version reads 1: restore it with the version"),
        (with_odd_counts, True, "The archive’s manifest is damaged: take another backup."),
    ],
)
def test_an_archive_that_somebody_changed(
    archive: Path, change: Callable[[Members, dict], object], is_honest: bool, sentence: str
) -> None:
    assert sentence in refusal(made_over(archive, change, is_honest=is_honest))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_an_archive_that_was_cut_off(archive: Path, share: float) -> None:
    whole = archive.read_bytes()
    archive.write_bytes(whole[: int(len(whole) * share)])
    assert refusal(archive) == "FILE is no archive, or not a whole one: take another backup."


def test_an_archive_with_a_byte_that_is_another_one(archive: Path) -> None:
    """Wherever it is. Some are of no account: a time, a padding."""
    whole = archive.read_bytes()
    with ZipFile(archive) as read:
        media = next(info for info in read.infolist() if info.filename.startswith("media/"))
    place = media.header_offset + 200
    archive.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    assert refusal(archive) == "FILE is damaged: take another backup."


def test_what_is_no_archive_at_all(tmp_path: Path) -> None:
    for number, data in enumerate([b"", b"<html>", b"SQLite format 3\0", zlib.compress(b"x")]):
        file = tmp_path / f"{number}.zip"
        file.write_bytes(data)
        assert refusal(file) == "FILE is no archive, or not a whole one: take another backup."
    (tmp_path / "other.zip").write_bytes(packed({"a.txt": b"a"}))
    assert refusal(tmp_path / "other.zip").startswith("The archive has no manifest.json, so it is no backup of a site")
    assert refusal(tmp_path / "nowhere.zip") == "Nothing was changed: FILE: No such file or directory."
    assert refusal(tmp_path) == "Nothing was changed: FILE: Is a directory."


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_archive_with_two_files_of_one_name(archive: Path) -> None:
    with ZipFile(archive, "a") as made:
        made.writestr(ROWS, b"{}\n", ZIP_DEFLATED)
    assert refusal(archive) == "The archive has files that lie over each other: take another backup."


def test_an_archive_that_is_packed_otherwise(archive: Path) -> None:
    with ZipFile(archive) as read:
        members = {name: read.read(name) for name in read.namelist()}
    with ZipFile(archive, "w", ZIP_LZMA) as made:
        for name, data in members.items():
            made.writestr(name, data)
    assert refusal(archive).endswith("packed as no backup is: it was made by somebody else.")


def test_an_archive_that_asks_for_a_password(archive: Path) -> None:
    data = bytearray(archive.read_bytes())
    directory = data.index(b"PK\x01\x02")
    while directory >= 0:
        data[directory + 8] |= 1
        directory = data.find(b"PK\x01\x02", directory + 4)
    archive.write_bytes(data)
    assert refusal(archive).endswith("packed as no backup is: it was made by somebody else.")
