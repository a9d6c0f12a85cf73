import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
SECRET = "a-secret-for-this-test-only-0123456789-abcdefghijklmnop"


def loaded(tmp_path: Path, expression: str, module: str = "liveblog.settings", **environment: str) -> str:
    """What `expression` says of the settings in a process of its own; what it complains of, if it cannot start."""
    code = f"import {module}; from django.conf import settings; print(({expression}))"
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**kept, "DJANGO_SETTINGS_MODULE": "liveblog.settings", "DATA_DIR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.stdout or done.stderr.splitlines()[-1]).strip()


def test_on_a_laptop_nothing_need_be_set(tmp_path: Path) -> None:
    assert loaded(tmp_path, "settings.DEBUG, settings.SITE_URL") == "(True, 'http://127.0.0.1:8000')"


def test_with_a_secret_it_is_a_site(tmp_path: Path) -> None:
    assert loaded(tmp_path, "settings.DEBUG", SECRET_KEY=SECRET) == "False"


@pytest.mark.parametrize("module", ["liveblog.asgi", "liveblog.wsgi"])
def test_a_server_without_a_secret_does_not_start_and_says_what_to_set(tmp_path: Path, module: str) -> None:
    assert loaded(tmp_path, "1", module) == (
        "django.core.exceptions.ImproperlyConfigured: SECRET_KEY is not set: "
        "give the site a secret of its own, 50 random characters or more."
    )


def test_https_is_taken_from_the_sites_address(tmp_path: Path) -> None:
    names = "settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.SECURE_SSL_REDIRECT"
    assert loaded(tmp_path, names, SECRET_KEY=SECRET) == "(False, False, False)"
    https = {"SECRET_KEY": SECRET, "SITE_URL": "https://news.example.org/"}
    assert loaded(tmp_path, names, **https) == "(True, True, True)"
    names = "settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.DEVICE_COOKIE_NAME"
    assert loaded(tmp_path, names) == "('sessionid', 'csrftoken', 'device')"
    assert loaded(tmp_path, names, **https) == "('__Host-sessionid', '__Host-csrftoken', '__Secure-device')"
    assert loaded(tmp_path, "settings.ALLOWED_HOSTS[0], settings.SITE_URL", **https) == (
        "('news.example.org', 'https://news.example.org')"
    )


@pytest.mark.django_db  # and so on both databases
def test_postgresql_is_spoken_to_by_psycopg2() -> None:
    """Django takes psycopg 3 without a word where some package brought it."""
    if connection.vendor == "postgresql":
        from django.db.backends.postgresql.psycopg_any import is_psycopg3

        assert not is_psycopg3
    else:
        with pytest.raises(ImportError):
            __import__("psycopg")


def test_sqlite_keeps_the_settings_that_make_it_safe_for_many_writers_and_without_power(tmp_path: Path) -> None:
    assert loaded(tmp_path, "settings.DATABASES['default']['OPTIONS']") == str(
        {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
        }
    )


def test_who_listens_on_every_address_is_found_under_every_name(tmp_path: Path) -> None:
    said = loaded(tmp_path, "settings.ALLOWED_HOSTS, settings.SITE_URL", HOST="0.0.0.0", PORT="9000")
    assert said == "(['*'], 'http://127.0.0.1:9000')"


@pytest.mark.parametrize("setting", [{"DATABASE_URL": "postgres://u:p@h:abc/db"}, {"PORT": "x"}, {"DEBUG": "0"}])
def test_a_setting_that_cannot_be_used_is_told_in_one_line(tmp_path: Path, setting: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), **setting},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("A setting cannot be used: ")


def test_a_language_that_the_site_does_not_speak_stops_the_start(tmp_path: Path) -> None:
    for language in ("nl", "de-<x>", "english"):
        assert loaded(tmp_path, "1", LANGUAGE_CODE=language) == (
            f"django.core.exceptions.ImproperlyConfigured: LANGUAGE_CODE is {language}, and the site speaks "
            "en, ar, de, es, fr, uk: give one of these, or one of its variants, such as en-gb."
        )
    for given, language in {"": "en-gb", "DE_at": "de-at", "ar": "ar"}.items():
        assert loaded(tmp_path, "settings.LANGUAGE_CODE", LANGUAGE_CODE=given) == language


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT is xml: it must be text or json."),
        ({"TWO_FACTOR": "yes"}, "TWO_FACTOR is yes: it must be optional or required."),
        (
            {"METRICS_TOKEN": "short"},
            "METRICS_TOKEN can be guessed: give 16 characters or more, letters and digits.",
        ),
    ],
)
def test_what_cannot_be_meant_stops_the_start(tmp_path: Path, setting: dict[str, str], said: str) -> None:
    assert loaded(tmp_path, "1", **setting) == f"django.core.exceptions.ImproperlyConfigured: {said}"


def test_the_log_is_for_people_on_a_laptop_and_for_programs_behind_https(tmp_path: Path) -> None:
    assert loaded(tmp_path, "settings.LOG_FORMAT") == "text"
    https = {"SECRET_KEY": SECRET, "SITE_URL": "https://news.example.org"}
    assert loaded(tmp_path, "settings.LOG_FORMAT", **https) == "json"
    assert loaded(tmp_path, "settings.LOG_FORMAT", LOG_FORMAT="text", **https) == "text"
