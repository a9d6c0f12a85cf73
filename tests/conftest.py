import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, override_settings
from xdist.scheduler import LoadScopeScheduling


class BrowsersByFolder(LoadScopeScheduling):
    """One server and one browser for all of a folder's tests; each other test by itself.

    By name: pytest 9.2 does not see what pytest-xdist 3.8 does for marks of groups. And in the order of pytest-django,
    which has tests with a database first: Playwright leaves a loop running in which Django refuses to ask one.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if file.endswith("/test_deploy.py"):  # one nginx, with two servers, for all of its tests
            return file
        return file.rpartition("/")[0] if "/browser/" in file else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> BrowsersByFolder:
    return BrowsersByFolder(config, log)


@pytest.hookimpl(tryfirst=True)  # before pytest looks for the marks that were asked for
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What asks for no database is the same on every database; a site in another process has one all the same."""
    for item in items:
        is_of_a_site = "browser" in item.path.parts or "fleet" in _fixtures(item)
        if not is_of_a_site and not item.get_closest_marker("django_db") and "db" not in _fixtures(item):
            item.add_marker(pytest.mark.once)


def _fixtures(item: pytest.Item) -> list[str]:
    return list(getattr(item, "fixturenames", []))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite in a file: a database in memory has no second connection, and so no two editors."""
    from django.conf import settings
    from django.db import connection

    if connection.vendor == "sqlite":
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        connection.settings_dict["TEST"]["NAME"] = str(settings.DATA_DIR / f"test-{worker}.sqlite3")
        # Nothing here must outlive the machine's power.
        options = connection.settings_dict["OPTIONS"]
        options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """What a test leaves behind is deleted row by row on SQLite, and the log lets nobody delete from it. That nobody
    changes it stays; tests/test_log.py puts the other one back."""
    from entries.sealing import unseal

    with django_db_blocker.unblock():
        unseal("delete")


@pytest.fixture(autouse=True)
def media_folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """The real hash takes half a second by design."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True)
def no_lookups(settings: Any) -> None:
    """No test asks another site by accident; those of embeds turn it on beside a site that stands in for all."""
    settings.EMBED_LOOKUPS = False


@pytest.fixture
def editor(db: None) -> User:
    return User.objects.create_superuser("ann", password="correct horse battery")


@pytest.fixture
def desk(editor: User) -> Client:
    """A browser in which an editor has logged in."""
    client = Client()
    client.force_login(editor)
    return client


@pytest.fixture
def sample() -> Any:
    """The real day beside the checkout; where it is not there, tests use days of their own."""
    return Path(__file__).resolve().parent.parent.parent / "shared" / "samples" / "2024-12-03-nato.md"
