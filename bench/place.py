"""Where a script measures: an empty site in one process, and somebody who fills it."""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.backroom import Backroom
from bench.load import Question, request
from tests.browser.site import Site, environment, running_site


def is_quick(about: str | None) -> bool:
    """Whether this run is to be short: its figures say that the script works, and no more."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="smaller sizes, which say nothing of the site")
    return bool(parser.parse_args().quick)


@dataclass(frozen=True)
class Place:
    site: Site
    backroom: Backroom
    folder: Path

    @property
    def port(self) -> int:
        return int(self.site.environment["PORT"])

    @property
    def pids(self) -> list[int]:
        return self.site.workers

    def asked(
        self, name: str, path: str, *headers: str, status: int = 200, said: bytes = b"", coding: str = "gzip"
    ) -> Question:
        return Question(name, self.port, request(path, *headers, coding=coding), status, said, self.pids)


@contextmanager
def served(**settings: str) -> Iterator[Place]:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_site(Path(folder) / "data", is_empty=True, **settings) as site,
        backroom_of(site) as backroom,
    ):
        yield Place(site, backroom, Path(folder))


@contextmanager
def unserved() -> Iterator[Backroom]:
    """With a database of its own and no server."""
    with tempfile.TemporaryDirectory() as folder:
        site = Site(environment(Path(folder)) | {"SITE_URL": "http://127.0.0.1"})
        site.manage("migrate", "--verbosity", "0")
        site.manage("collectstatic", "--no-input", "--verbosity", "0")
        with backroom_of(site) as backroom:
            yield backroom


@contextmanager
def backroom_of(site: Site) -> Iterator[Backroom]:
    backroom = Backroom(site)
    try:
        yield backroom
    finally:
        backroom.close()
