"""A site as a newsroom runs it: the real server on a database of its own, with the demonstration."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 30.0  # seconds until the server answers


@dataclass
class Site:
    environment: dict[str, str]
    password: str = ""
    server: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.environment['PORT']}"

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "--log-level", "warning"]
        self.server = subprocess.Popen(command, cwd=ROOT, env=self.environment, start_new_session=True)
        _wait_for(f"{self.url}/", self.server)

    def stop(self) -> float:
        """Lets it end in its own time; returns how many seconds that was."""
        assert self.server
        started = time.monotonic()
        self.server.terminate()
        self.server.wait(timeout=PATIENCE)
        return time.monotonic() - started

    def kill(self) -> None:
        """All of its processes, at once and without a word."""
        if self.server:
            with suppress(ProcessLookupError):
                os.killpg(self.server.pid, signal.SIGKILL)
            self.server.wait(timeout=PATIENCE)

    @property
    def is_running(self) -> bool:
        return self.server is not None and self.server.poll() is None

    @property
    def workers(self) -> list[int]:
        assert self.server
        pid = self.server.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def running_site(folder: Path, *, is_empty: bool = False, **settings: str) -> Iterator[Site]:
    """An empty one has neither the demonstration nor an account."""
    site = Site(environment(folder) | settings)
    if is_empty:
        site.manage("migrate", "--verbosity", "0")
        site.manage("collectstatic", "--no-input", "--verbosity", "0")
    else:
        site.password = site.manage("set_up").split("Password:")[1].split()[0]
    try:
        site.start()
        yield site
        site.stop()
    finally:
        site.kill()


def environment(folder: Path) -> dict[str, str]:
    given = {
        "PORT": str(free_port()),
        "DATA_DIR": str(folder),
        "EMBED_LOOKUPS": "0",
        "SECRET_KEY": "a-secret-for-browser-tests-only-0123456789-abcdefgh",
    }
    if "DATABASE_URL" in os.environ:
        given["DATABASE_URL"] = _another_database(os.environ["DATABASE_URL"])
    return os.environ | given


def _another_database(url: str) -> str:
    """A new, empty database beside the one that the other tests have."""
    name = f"site_{uuid.uuid4().hex}"
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(address).close()  # noqa: S310
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"The server did not answer at {address}.")
