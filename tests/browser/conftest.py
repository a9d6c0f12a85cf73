import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, StorageState, sync_playwright

from tests.browser.site import Site, running_site

CHROMIUM_ARGS = [
    "--no-sandbox",  # the tests may run as root, where Chromium has none
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
"""


@dataclass
class Watch:
    """What the pages complained of, and what they asked of other hosts. Both must stay empty."""

    host: str
    errors: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self._note(request.url))

    def _note(self, url: str) -> None:
        if url.startswith("http") and not url.startswith(self.host):
            self.strangers.append(url)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = launch(playwright)
    yield browser
    browser.close()


def launch(playwright: Playwright, **options: Any) -> Browser:
    options.setdefault("executable_path", os.environ.get("CHROMIUM") or shutil.which("chromium"))
    return playwright.chromium.launch(args=CHROMIUM_ARGS, **options)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


def new_context(browser: Browser, site: Site, **options: Any) -> BrowserContext:
    # Without movement: to draw it takes a core.
    context = browser.new_context(base_url=site.url, locale="en-GB", reduced_motion="reduce", **options)
    context.set_default_timeout(10_000)
    context.add_init_script(REPORT_VIOLATIONS)
    return context


@pytest.fixture
def context(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    with new_context(browser, site) as context:
        yield context


@contextmanager
def watched_page(context: BrowserContext, site: Site) -> Iterator[Page]:
    """A page that ends the test if it complained or asked a stranger for anything."""
    page = context.new_page()
    watch = Watch(site.url)
    watch.follow(page)
    yield page
    page.close()
    assert (watch.errors, watch.strangers) == ([], [])


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Iterator[Page]:
    with watched_page(context, site) as page:
        yield page


@pytest.fixture(scope="session")
def signed_in(browser: Browser, site: Site) -> StorageState:
    """The cookies of an editor who logged in by the form, once for all tests."""
    with browser.new_context(base_url=site.url) as context:
        page = context.new_page()
        page.goto("/admin/login/")
        page.fill("#id_username", "editor")
        page.fill("#id_password", site.password)
        page.click("input[type=submit]")
        page.wait_for_url("**/admin/")
        return context.storage_state()


@pytest.fixture(scope="session")
def editors(browser: Browser, site: Site, signed_in: StorageState) -> Iterator[BrowserContext]:
    """One browser for all that an editor who has logged in does: the rich-text editor is fetched and compiled once."""
    with new_context(browser, site, storage_state=signed_in) as context:
        yield context


@pytest.fixture
def newsroom(editors: BrowserContext, site: Site) -> Iterator[Page]:
    """A page whose editor has logged in."""
    with watched_page(editors, site) as page:
        yield page


@pytest.fixture(scope="session")
def axe_page(browser: Browser, site: Site) -> Iterator[Page]:
    """Where axe may run its script."""
    with browser.new_context(base_url=site.url, bypass_csp=True) as context:
        yield context.new_page()


@pytest.fixture(scope="session")
def axe_newsroom(browser: Browser, site: Site, signed_in: StorageState) -> Iterator[Page]:
    with browser.new_context(base_url=site.url, storage_state=signed_in, bypass_csp=True) as context:
        yield context.new_page()
