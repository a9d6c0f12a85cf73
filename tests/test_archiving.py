"""A site goes into a file and comes back out of it as it was."""

import json
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission, User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from entries import sealing
from entries.archiving import rows, schema
from entries.archiving.pictures import all_pictures
from entries.archiving.writing import back_up
from entries.domain import posting
from entries.domain.deltas import changes_since
from entries.models import Entry, LogLine, Post, Webhook, Writing
from entries.models.post import LOST
from entries.progress import Lines
from tests.archives import (
    busy_site,
    digests_of,
    empty_database,
    in_another_process,
    made_over,
    public_answers,
    rows_of,
)
from tests.factories import make_post, make_update

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2024, 12, 4, 12, tzinfo=UTC)


@pytest.fixture
def archive(tmp_path: Path, capsys: Any) -> Path:
    busy_site()
    call_command("backup", tmp_path / "site.zip")
    capsys.readouterr()
    return tmp_path / "site.zip"


def test_a_site_that_comes_back_answers_every_public_address_byte_for_byte(tmp_path: Path, settings: Any) -> None:
    with time_machine.travel(NOW, tick=False):
        busy_site()
        before = public_answers()
        call_command("backup", tmp_path / "site.zip")
        empty_database()
        settings.MEDIA_ROOT = tmp_path / "another folder"
        call_command("restore", tmp_path / "site.zip")
        after = public_answers()
    assert after.keys() == before.keys()
    assert [address for address in before if before[address] != after[address]] == []
    assert {status for status, _, _ in after.values()} == {200, 401, 404, 410}
    assert sum(address.startswith("/media/") for address in after) == 6


def test_all_else_comes_back_too(tmp_path: Path, archive: Path) -> None:
    group = Group.objects.get_or_create(name="administrator")[0]
    group.permissions.set(Permission.objects.filter(codename="view_webhook"))
    (tmp_path / "site.zip").unlink()
    back_up(archive)
    empty_database()
    call_command("restore", archive)
    back_up(tmp_path / "again.zip")
    first, second = rows_of(archive), rows_of(tmp_path / "again.zip")
    assert second.pop("rows/entries.post.jsonl") != first.pop("rows/entries.post.jsonl")  # that they came back
    log = "rows/entries.logline.jsonl"
    assert second[log].startswith(first[log])
    assert b"site.restore" in second.pop(log).removeprefix(first.pop(log))
    assert second == first
    assert User.objects.get(username="ann").check_password("correct horse battery")
    assert Group.objects.get(name="administrator").permissions.get().codename == "view_webhook"
    assert (Webhook.objects.get().secret, Writing.objects.get().fields["source"]) == ("x", "Half a sen")
    assert not {
        name for name in first if name.split(".")[1] in ("session", "login", "try", "contenttype", "permission")
    }


def test_an_entry_of_after_a_return_has_an_address_that_none_had(archive: Path) -> None:
    """Neither one that is gone, nor one that was given after the backup and is lost."""
    last = Entry.objects.order_by("pk").last()
    assert last
    make_post("Thrown away").delete()
    empty_database()
    call_command("restore", archive)
    entry = make_update(Post.objects.get(headline="The road is cut"))
    assert entry.pk == last.pk + LOST + 1


def test_a_reader_who_knows_what_is_lost_gets_the_page_anew_and_each_other_what_is_new(archive: Path) -> None:
    post = Post.objects.get(headline="The road is cut")
    lost = [make_update(post, f"Lost {number}").seq for number in range(3)]
    call_command("restore", archive, "--replace")
    slug, seq = post.slug, post.seq
    assert [changes_since(slug, cursor).is_reset for cursor in (seq, *lost)] == [False, True, True, True]
    new = make_update(Post.objects.get(slug=slug), "New")
    assert new.seq == seq + LOST
    newer = make_update(Post.objects.get(slug=slug), "Newer")
    assert newer.seq == new.seq + 1
    assert [changes_since(slug, cursor).is_reset for cursor in lost] == [True, True, True]
    assert not changes_since(slug, new.seq).is_reset
    assert [entry.pk for entry in changes_since(slug, seq).entries] == [new.pk, newer.pk]


def test_a_site_that_is_not_empty_is_left_alone_unless_it_is_to_be_replaced(archive: Path) -> None:
    before = list(Entry.objects.order_by("pk").values_list("pk", "source", "seq"))
    client = Client()
    client.force_login(User.objects.get(username="ann"))
    make_post("Of after the backup")
    with pytest.raises(CommandError, match=r"^This site is not empty, and nothing was changed: give --replace"):
        call_command("restore", archive)
    assert Post.objects.filter(headline="Of after the backup").exists()
    call_command("restore", archive, "--replace")
    assert list(Entry.objects.order_by("pk").values_list("pk", "source", "seq")) == before
    assert not Post.objects.filter(headline="Of after the backup").exists()
    assert client.get("/admin/").status_code == 302


def test_a_log_that_nobody_may_delete_from_gives_way_to_the_archives_and_is_closed_again(archive: Path) -> None:
    before = list(LogLine.objects.order_by("pk").values())
    assert "site.backup" in {row["deed"] for row in before}
    sealing.seal("delete")  # as everywhere but in tests
    make_post("Of after the backup")
    try:
        call_command("restore", archive, "--replace")
        assert sealing.is_sealed("delete")
    finally:
        sealing.unseal("delete")
    *rows, last = LogLine.objects.order_by("pk").values()
    assert (rows, last["deed"]) == ([row for row in before if row["deed"] != "site.backup"], "site.restore")


def test_an_archive_is_of_one_moment_while_editors_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor publishes and edits before each model's rows are read."""
    post = make_post()
    posting.edit_entry(entry=make_update(post, "Old"), author=None, source="New", base_version=1)
    wrote = threading.Event()

    def write() -> None:
        entry = make_update(Post.objects.get(pk=post.pk), "Meanwhile")
        posting.edit_entry(entry=entry, author=None, source="Changed", base_version=1)
        wrote.set()
        connection.close()

    def at_each_model(*given: Any) -> Any:
        editor = threading.Thread(target=write)
        editor.start()
        editor.join(10)
        assert wrote.is_set()
        wrote.clear()
        return written(*given)

    written = rows.written
    monkeypatch.setattr(rows, "written", at_each_model)
    back_up(tmp_path / "site.zip")
    told = {
        name: [json.loads(line) for line in text.splitlines()] for name, text in rows_of(tmp_path / "site.zip").items()
    }
    (row,), entries = told["rows/entries.post.jsonl"], told["rows/entries.entry.jsonl"]
    said = {one["seq"]: one["snapshot"].get("source") for one in told["rows/entries.revision.jsonl"]}
    assert said.keys() == set(range(1, row["seq"] + 1))
    assert [said[entry["seq"]] for entry in entries] == [entry["source"] for entry in entries]
    assert (row["seq"], len(entries)) == (5, 2)
    assert Entry.objects.count() > 10


def test_an_archive_is_for_its_owner_alone_and_never_in_the_place_of_another(
    tmp_path: Path, archive: Path, capsys: Any
) -> None:
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    before = archive.read_bytes()
    with pytest.raises(CommandError, match=r"is there already, and was left as it is: name another file\.$"):
        call_command("backup", archive)
    assert archive.read_bytes() == before
    with pytest.raises(CommandError, match=r"cannot be written: No such file or directory\.$"):
        call_command("backup", tmp_path / "nowhere" / "site.zip")
    call_command("backup", tmp_path / "again.zip")
    assert "3 posts, 10 entries, 6 picture files" in capsys.readouterr().out


def test_pictures_come_from_any_storage_and_go_into_any(settings: Any, tmp_path: Path) -> None:
    memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = {**settings.STORAGES, "default": memory}
    busy_site()
    names = all_pictures()
    back_up(tmp_path / "site.zip")
    settings.STORAGES = {**settings.STORAGES, "default": {**memory, "OPTIONS": {}}}
    assert all_pictures() == []
    call_command("restore", tmp_path / "site.zip", "--replace")
    assert (all_pictures(), len(names)) == (names, 6)


@pytest.mark.postgresql
def test_a_site_goes_from_postgresql_to_sqlite_and_back_byte_for_byte(tmp_path: Path) -> None:
    with time_machine.travel(NOW, tick=False):
        busy_site()
        before = public_answers()
        back_up(tmp_path / "site.zip")
        moved = in_another_process(_MOVED % {"folder": str(tmp_path), "now": NOW}, tmp_path / "sqlite")
        assert json.loads(moved.stdout.splitlines()[-1]) == digests_of(before), moved.stderr
        call_command("restore", tmp_path / "moved.zip", "--replace")
        after = public_answers()
    assert after == before
    make_update(Post.objects.get(headline="The road is cut"), "The first of a new life")


_MOVED = """
import json
from datetime import datetime, UTC
import time_machine
from django.core.management import call_command
from django.test.utils import setup_test_environment
from tests.archives import digests_of, public_answers
setup_test_environment()
with time_machine.travel(datetime.fromisoformat("%(now)s"), tick=False):
    call_command("restore", "%(folder)s/site.zip")
    call_command("backup", "%(folder)s/moved.zip")
    print(json.dumps(digests_of(public_answers())))
"""


@pytest.mark.once
def test_an_archive_of_an_older_version_goes_through_all_migrations_since(archive: Path, tmp_path: Path) -> None:
    def of_before(members: dict[str, bytes], told: dict[str, Any]) -> None:
        told["migrations"]["entries"].remove("0014_restored_seq")
        told["migrations"]["entries"].remove("0015_log")
        del members["rows/entries.logline.jsonl"], told["rows"]["entries.logline"]
        told["counters"].pop("entries.logline", None)
        posts = [json.loads(line) for line in members["rows/entries.post.jsonl"].splitlines()]
        for post in posts:
            del post["restored_seq"]
        members["rows/entries.post.jsonl"] = b"".join(json.dumps(post).encode() + b"\n" for post in posts)

    older = made_over(archive, of_before)
    with pytest.raises(CommandError, match="made by an older version, which cannot replace what is there"):
        call_command("restore", older, "--replace")
    script = f"""
from django.core.management import call_command
from entries.archiving import schema
from entries.models import Post
call_command("restore", {str(older)!r})
print(schema.is_up_to_date(), [post.seq == post.restored_seq for post in Post.objects.all()])
"""
    restored = in_another_process(script, tmp_path / "sqlite")
    assert restored.stdout.splitlines()[-1:] == ["True [True, True, True]"], restored.stderr


def test_models_come_after_what_they_refer_to() -> None:
    labels = [model._meta.label_lower for model in schema.archived_models()]
    assert labels.index("entries.series") < labels.index("entries.post") < labels.index("entries.entry")
    assert labels.index("entries.entry") < labels.index("entries.revision")
    assert len(labels) == len(set(labels))


def test_a_log_gets_a_line_now_and_then(capsys: Any) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        lines = Lines("Rows", 1000, "rows")
        lines.update(1)
        clock.shift(20)
        lines.update(499)
    assert capsys.readouterr().err == "Rows: 500 of 1,000 rows, 25 a second, 00:20 to go\n"
