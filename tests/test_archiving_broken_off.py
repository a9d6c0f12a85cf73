"""What ends in the middle of a backup or of its return leaves nothing that is half."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from entries.archiving.pictures import all_pictures
from entries.archiving.writing import back_up
from entries.models import Post, Revision
from tests.archives import busy_site, empty_database, in_another_process, made_over

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    busy_site()
    back_up(tmp_path / "site.zip")
    return tmp_path / "site.zip"


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """A larger one fails as it would on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_is_killed_on_its_way_leaves_no_archive(tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    half = f"""
import os, signal
from pathlib import Path
from entries.archiving import writing
from entries.progress import stoppable
with stoppable(), writing.appearing(Path({str(folder / "site.zip")!r})) as out:
    out.write(b"half")
    os.kill(os.getpid(), signal."""
    assert in_another_process(f"{half}SIGTERM)", tmp_path).returncode == 143
    assert list(folder.iterdir()) == []
    assert in_another_process(f"{half}SIGKILL)", tmp_path).returncode == -9
    assert [file.suffix for file in folder.iterdir()] == [".part"]


def test_a_full_disk_leaves_no_half_of_an_archive(archive: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    with files_of_at_most(5000), pytest.raises(CommandError, match=r"cannot be written: File too large\.$"):
        call_command("backup", folder / "site.zip")
    assert list(folder.iterdir()) == []


def test_a_full_disk_leaves_no_half_of_a_restored_site(archive: Path, settings: Any, tmp_path: Path) -> None:
    empty_database()
    settings.MEDIA_ROOT = tmp_path / "another folder"
    largest = max(info.file_size for info in ZipFile(archive).infolist() if info.filename.startswith("media/"))
    with (
        files_of_at_most(largest - 1),
        pytest.raises(CommandError, match=r"^Nothing was changed: .*: File too large\.$"),
    ):
        call_command("restore", archive)
    assert all_pictures() == []
    assert (Post.objects.count(), User.objects.count()) == (0, 0)


def test_half_a_picture_that_a_copy_left_is_made_whole(archive: Path) -> None:
    name = next(name for name in ZipFile(archive).namelist() if name.startswith("media/")).removeprefix("media/")
    whole = Path(default_storage.path(name)).read_bytes()
    Path(default_storage.path(name)).write_bytes(whole[:50])
    call_command("restore", archive, "--replace")
    assert Path(default_storage.path(name)).read_bytes() == whole


def test_what_the_database_does_not_take_changes_nothing(archive: Path) -> None:
    before = list(Revision.objects.order_by("pk").values_list("pk", "snapshot"))

    def without_its_post(members: dict[str, bytes], told: dict[str, Any]) -> None:
        members["rows/entries.post.jsonl"] = b""
        told["rows"]["entries.post"] = 0

    with pytest.raises(CommandError, match=r"^Nothing was changed, for the database does not take the archive’s rows"):
        call_command("restore", made_over(archive, without_its_post), "--replace")
    assert list(Revision.objects.order_by("pk").values_list("pk", "snapshot")) == before
