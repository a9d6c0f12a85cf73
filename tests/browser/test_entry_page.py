"""One entry's page in a browser: its link is copied or shared, in every way that a device allows."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.site import Site
from tests.browser.test_reader import LIVE, WIDTHS

pytestmark = pytest.mark.once

NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: undefined });"
NO_COPYING = "Document.prototype.execCommand = () => false;"
SHARE_SHEET = "navigator.share = async (what) => { window.shared = what; };"


@pytest.fixture
def entry(site: Site, browser: Browser) -> str:
    """The address of an update's page."""
    page = browser.new_page()
    page.goto(site.url + LIVE)
    address = page.locator(".entry-update .label a").nth(1).get_attribute("href")
    page.close()
    assert address
    return address


def address_of(page: Page) -> str:
    return page.locator("share-link input").input_value()


def test_without_scripts_the_link_stands_there(browser: Browser, site: Site, entry: str) -> None:
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    for address in (entry, LIVE):
        page.goto(address)
        expect(page.locator("share-link input")).to_have_value(site.url + address)
        expect(page.locator("share-link input")).to_be_visible()
        expect(page.locator("share-link button:visible")).to_have_count(0)
        expect(page.locator("share-link a")).to_be_visible()
    context.close()


def test_the_link_is_copied(page: Page, context: BrowserContext, entry: str) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(entry)
    expect(page.locator("share-link input")).to_be_hidden()
    expect(page.locator("text=Share")).to_be_hidden()
    for _ in range(2):
        page.click("text=Copy link")
        expect(page.locator("share-link [role=status]")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == address_of(page)


def test_a_site_without_https_copies_the_old_way(page: Page, context: BrowserContext, entry: str) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.add_init_script(f"window.clipboard = navigator.clipboard; {NO_CLIPBOARD}")
    page.goto(entry)
    page.click("text=Copy link")
    expect(page.locator("share-link [role=status]")).to_have_text("Copied")
    expect(page.locator("share-link input")).to_be_hidden()
    expect(page.locator("text=Copy link")).to_be_focused()
    assert page.evaluate("clipboard.readText()") == address_of(page)


def test_where_nothing_may_be_copied_the_link_is_there_to_take(page: Page, context: BrowserContext, entry: str) -> None:
    context.add_init_script(NO_CLIPBOARD + NO_COPYING)
    page.goto(entry)
    page.click("text=Copy link")
    expect(page.locator("share-link [role=status]")).to_have_text("Copy it from here:")
    expect(page.locator("share-link input")).to_be_focused()
    assert page.evaluate("getSelection().toString()") == address_of(page)


def test_the_devices_share_sheet_is_offered_where_there_is_one(page: Page, context: BrowserContext, entry: str) -> None:
    context.add_init_script(SHARE_SHEET)
    page.goto(entry)
    page.click("text=Share")
    title = page.locator("meta[property='og:title']").get_attribute("content")
    assert page.evaluate("shared") == {"title": title, "url": address_of(page)}


def test_a_share_that_was_called_off_is_no_error(page: Page, context: BrowserContext, entry: str) -> None:
    context.add_init_script("navigator.share = async () => { throw new DOMException('off', 'AbortError'); };")
    page.goto(entry)
    page.click("text=Share")
    page.wait_for_timeout(100)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("query", ["", "?zone=Kyiv", "?zone=nowhere"])
def test_axe_finds_nothing(browser: Browser, site: Site, entry: str, scheme: str, query: str) -> None:
    context = browser.new_context(base_url=site.url, color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]
    page = context.new_page()
    for address in (entry, LIVE):
        page.goto(address + query)
        found = Axe().run(page).response["violations"]
        assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found] == []
    context.close()


@pytest.mark.parametrize("script", [True, False])
def test_nothing_overflows_at_any_width(browser: Browser, site: Site, entry: str, script: bool) -> None:
    context = browser.new_context(base_url=site.url, java_script_enabled=script)
    page = context.new_page()
    for address in (entry, LIVE):
        page.goto(f"{address}?zone=America/Argentina/ComodRivadavia")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            box = page.locator("share-link").bounding_box()
            assert page.locator("html").evaluate("root => root.scrollWidth") == width if script else box
            assert box
            assert box["x"] + box["width"] <= width
    context.close()


def test_print_leaves_the_tools_out(page: Page, entry: str) -> None:
    page.goto(entry)
    page.emulate_media(media="print")
    expect(page.locator("share-link")).to_be_hidden()
    expect(page.locator("own-times")).to_be_hidden()
