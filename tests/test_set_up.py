import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from entries.models import Post, Series
from tests.factories import make_post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folders(settings: Any, tmp_path: Path) -> None:
    """One static file in place of all of CKEditor's."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "site.css").write_text("body { margin: 0 }\n")
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_DIRS = [tmp_path / "assets"]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]


def set_up() -> str:
    said = io.StringIO()
    call_command("set_up", stdout=said)
    return said.getvalue()


def password_in(said: str) -> str:
    return "".join(re.findall(r"Password: +(\S+)", said))


def everything(folder: Path) -> tuple[object, object]:
    """Every row of every table, and every file with the time at which it was last written."""
    rows = {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in apps.get_models()}
    files = {file: file.stat().st_mtime_ns for file in folder.rglob("*") if file.is_file()}
    return rows, files


def test_a_new_site_gets_a_demonstration_and_an_account_and_run_again_nothing_changes(tmp_path: Path) -> None:
    password = password_in(set_up())
    assert authenticate(username="editor", password=password) == User.objects.get(is_superuser=True)
    assert [series.posts.count() for series in Series.objects.all()] == [3]
    before = everything(tmp_path)
    assert set_up() == ""
    assert everything(tmp_path) == before


def test_a_site_with_an_account_gets_neither_another_nor_the_demonstration(editor: User) -> None:
    assert password_in(set_up()) == ""
    assert (User.objects.get(), Post.objects.count()) == (editor, 0)


def test_a_site_with_posts_and_no_account_gets_the_account_alone() -> None:
    post = make_post()
    assert password_in(set_up())
    assert (User.objects.count(), Post.objects.get()) == (1, post)


def test_a_changed_static_file_is_collected_again_and_one_that_went_leaves(tmp_path: Path, editor: User) -> None:
    set_up()
    (tmp_path / "assets" / "site.css").rename(tmp_path / "assets" / "new.css")
    assert set_up() == "Collecting static files …\n"
    assert sorted(file.name for file in (tmp_path / "static").iterdir()) == [".stamp", "new.css"]


def test_no_account_stays_whose_password_could_not_be_said() -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space left"):
        call_command("first_editor", stdout=Full())
    assert not User.objects.exists()


def test_a_database_that_cannot_be_used_is_told_in_a_sentence() -> None:
    def is_away(*query: object) -> None:
        raise OperationalError("connection refused\n\tis the server running?")

    with connection.execute_wrapper(is_away), pytest.raises(CommandError) as refusal:
        set_up()
    assert str(refusal.value) == "The database cannot be used (connection refused): look at DATABASE_URL or DATA_DIR."
