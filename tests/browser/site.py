"""A site as a newsroom runs it: the real server on a database of its own, with the demonstration."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit, urlunsplit

import psycopg2

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 30.0  # seconds until the server answers


@dataclass(frozen=True)
class Site:
    url: str
    environment: dict[str, str]
    password: str

    def manage(self, *arguments: str) -> str:
        return _manage(self.environment, *arguments)


@contextmanager
def running_site(folder: Path) -> Iterator[Site]:
    environment = _environment(folder)
    said = _manage(environment, "set_up")
    password = said.split("Password:")[1].split()[0]
    command = [sys.executable, "-m", "gunicorn", "--log-level", "warning"]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as server:
        try:
            url = f"http://127.0.0.1:{environment['PORT']}"
            _wait_for(f"{url}/", server)
            yield Site(url, environment, password)
        finally:
            server.terminate()


def _environment(folder: Path) -> dict[str, str]:
    given = {
        "PORT": str(_free_port()),
        "DATA_DIR": str(folder),
        "SECRET_KEY": "a-secret-for-browser-tests-only-0123456789-abcdefgh",
    }
    if "DATABASE_URL" in os.environ:
        given["DATABASE_URL"] = _another_database(os.environ["DATABASE_URL"])
    return os.environ | given


def _another_database(url: str) -> str:
    """A new, empty database beside the one that the other tests have."""
    name = f"site_{os.getpid()}"
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _manage(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(address).close()  # noqa: S310
        except URLError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"The server did not answer at {address}.")
