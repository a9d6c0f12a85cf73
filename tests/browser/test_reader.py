"""The reader's pages on the real server, as a reader has them."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.site import Site

# With PostgreSQL it is the desk and the live page that are looked at in a browser.
pytestmark = pytest.mark.once

PAGES = {
    "front": "/",
    "series": "/series/the-great-tide/",
    "live post": "/live/forty-small-boats-where-the-road-used-to-be/",
    "corrections": "/live/forty-small-boats-where-the-road-used-to-be/corrections/",
    "ended post": "/live/the-sea-road-is-cut-but-kelder-lock-holds/",
    "embedding": "/live/forty-small-boats-where-the-road-used-to-be/embed/",
    "frame": "/embed/forty-small-boats-where-the-road-used-to-be/",
}
NOTHING = "/live/nothing/"
WIDTHS = [320, 360, 768, 1440]
LIVE = PAGES["live post"]
NEIGHBOURED = 22
LENGTHEN = """document.querySelectorAll("main :is(h1, h2, p, li > a, a, summary, label, figcaption)")
  .forEach(element => element.append(` ${"W".repeat(80)}`))"""


def test_with_scripts_off_the_page_is_complete(browser: Browser, site: Site) -> None:
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(LIVE)
    expect(page.locator("h1")).to_have_text("Forty Small Boats Where the Road Used to Be")
    standing = [one for one in page.request.get(f"{LIVE}changes/0/").json()["entries"] if "removed" not in one]
    assert len(standing) >= 9  # editors of other tests add some
    expect(page.locator(".entry")).to_have_count(len(standing))
    expect(page.locator(".entry").last).to_contain_text("ORIGINAL ENTRY:")
    expect(page.locator(".map .credit")).to_have_text("Map: Harrow Survey Office")
    page.click(".coverage-line a")
    expect(page.locator("h1")).to_have_text("The Sea-Road Is Cut, but Kelder Lock Holds")
    page.click("nav.neighbours a.next")
    page.click(".entry-update:not(.is-pinned) .label a >> nth=0")
    expect(page.locator(".entry")).to_have_count(1)
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", [*PAGES.values(), NOTHING])
def test_axe_finds_nothing(axe_page: Page, address: str, scheme: Any) -> None:
    axe_page.emulate_media(color_scheme=scheme)
    axe_page.goto(address)
    found = Axe().run(axe_page).response["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found] == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_overflows_at_any_width(page: Page, name: str) -> None:
    page.goto(PAGES[name])
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("address", [*PAGES.values(), f"{LIVE}entries/{NEIGHBOURED}/"])
def test_a_word_without_end_widens_nothing(page: Page, address: str) -> None:
    page.goto(address)
    page.evaluate(LENGTHEN)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_map_is_there_and_opens_large(page: Page) -> None:
    page.goto(LIVE)
    image = page.locator(".map img")
    chosen = image.evaluate("async (image) => (await image.decode(), image.currentSrc)")
    assert chosen.endswith("-1080.avif")
    fits = "image => Math.abs(image.clientWidth / image.clientHeight - 1.6) < 0.01 && image.clientWidth"
    assert image.evaluate(fits) == page.locator(".map").evaluate("map => map.clientWidth")
    page.click(".map a")
    assert page.url.endswith(".png")


def test_static_files_are_kept_by_the_browser_for_good(page: Page) -> None:
    answers = []
    page.on("response", lambda response: answers.append(response) if "/static/" in response.url else None)
    page.goto("/")
    assert answers
    assert all("immutable" in (answer.header_value("cache-control") or "") for answer in answers)


def test_reading_leaves_no_cookie(page: Page) -> None:
    for address in PAGES.values():
        page.goto(address)
    assert page.context.cookies() == []


def test_a_head_request_is_answered_without_a_body(page: Page) -> None:
    answer = page.request.head(LIVE)
    assert (answer.status, answer.body()) == (200, b"")
