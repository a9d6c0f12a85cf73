import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
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


@pytest.hookimpl(tryfirst=True)  # before xdist looks for groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            # One server and one browser for all of a folder.
            item.add_marker(pytest.mark.xdist_group(f"browser {item.path.parent.name}"))


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
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    return playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS, **options)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def context(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    # Without movement: to draw it takes a core.
    context = browser.new_context(base_url=site.url, locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(10_000)
    context.add_init_script(REPORT_VIOLATIONS)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Iterator[Page]:
    """A browser's page that ends the test if it complained or asked a stranger for anything."""
    page = context.new_page()
    watch = Watch(site.url)
    watch.follow(page)
    yield page
    assert (watch.errors, watch.strangers) == ([], [])


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


@pytest.fixture
def newsroom(page: Page, signed_in: Any) -> Page:
    """A page whose editor has logged in."""
    page.context.add_cookies(signed_in["cookies"])
    return page
