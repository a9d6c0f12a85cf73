"""The reader's own time beside GMT, and how long ago: on the device, and for what arrives later."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import REPORT_VIOLATIONS
from tests.browser.live.conftest import SNAPSHOT, Desk, connected, has_seq
from tests.browser.live.test_live_page import CLOCK_OFF

pytestmark = pytest.mark.once

type Open = Callable[..., Page]
BOX = "own-times input[type=checkbox]"
SET_TIME = """(instant) => {
  document.querySelector(".label time").dateTime = instant;
  document.dispatchEvent(new Event("entrieschange"));
}"""


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """Opens an address in a browser of its own; a script that fails fails the test."""
    contexts, errors = [], []

    def open_page(address: str, script: str = "", **options: Any) -> Page:
        given = {"locale": "en-GB", "timezone_id": "Europe/Kyiv", "reduced_motion": "reduce"} | options
        context = browser.new_context(**given)
        context.set_default_timeout(15_000)
        context.add_init_script(REPORT_VIOLATIONS + script)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if "policy:" in message.text else None)
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def entry_page(desk: Desk, index: int = -1) -> str:
    return f"{desk.address}entries/{desk.ids[index]}/"


def owns(page: Page) -> int:
    """How many entries have their own time, of which none may have two."""
    counts = page.locator(".entry-update").evaluate_all(
        "(all) => all.map((entry) => entry.querySelectorAll('.label .own').length)"
    )
    assert set(counts) <= {0, 1}
    return sum(counts)


def said_ago(page: Page) -> str | None:
    return page.locator(".label time").first.get_attribute("data-ago")


def test_without_scripts_a_reader_chooses_a_zone(opened: Open, desk: Desk) -> None:
    page = opened(f"{desk.address}?order=newest", java_script_enabled=False)
    expect(page.locator(BOX)).to_be_hidden()
    page.click("text=Times in your own zone")
    page.fill("input[name=zone]", "tokyo")
    page.click("own-times button")
    assert page.url == f"{desk.address}?order=newest&zone=tokyo"
    expect(page.locator(".label .own").first).to_have_text(re.compile(r"^(\w{3} )?\d{4} Tokyo$"))
    assert owns(page) == 12
    page.click("text=GMT only")
    assert page.url == f"{desk.address}?order=newest"
    assert owns(page) == 0


def test_the_devices_time_is_shown_on_demand_and_remembered(opened: Open, desk: Desk) -> None:
    page = opened(desk.address)
    expect(page.locator("own-times details")).to_be_hidden()
    assert owns(page) == 0
    page.check(BOX)
    assert owns(page) == 12
    expect(page.locator(".label .own").first).to_have_text(re.compile(r"^(\w{3} )?\d{4} your time$"))
    page.reload()
    expect(page.locator(BOX)).to_be_checked()
    assert owns(page) == 12
    page.goto(entry_page(desk))
    assert owns(page) == 1
    page.goto(f"{desk.site.url}/")
    expect(page.locator(".card .latest-time + .own").first).to_have_text(re.compile("your time$"))
    page.goto(desk.address)
    page.uncheck(BOX)
    assert "your time" not in page.locator(".entries").inner_text()
    page.reload()
    assert owns(page) == 0


@pytest.mark.parametrize(
    ("zone", "instant", "written"),
    [
        ("Europe/London", "2025-03-30T00:59:00Z", "0059 your time"),
        ("Europe/London", "2025-03-30T01:00:00Z", "0200 your time"),
        ("Europe/London", "2025-10-26T00:30:00Z", "0130 your time"),
        ("Europe/London", "2025-10-26T01:30:00Z", "0130 your time"),
        ("Asia/Kolkata", "2024-12-03T17:16:00Z", "2246 your time"),
        ("Europe/Kyiv", "2024-12-03T22:16:00Z", "Wed 0016 your time"),
        ("Pacific/Kiritimati", "2024-12-03T10:30:00Z", "Wed 0030 your time"),
        ("Pacific/Pago_Pago", "2024-12-03T10:30:00Z", "Mon 2330 your time"),
    ],
)
def test_the_devices_time_is_right_for_each_moment(
    opened: Open, desk: Desk, zone: str, instant: str, written: str
) -> None:
    page = opened(entry_page(desk), timezone_id=zone)
    page.check(BOX)
    page.evaluate(SET_TIME, instant)
    expect(page.locator(".label .own")).to_have_text(written)


@pytest.mark.parametrize("query", ["", "?zone=Asia/Kolkata"])
def test_what_arrives_has_its_own_time_too_and_once(opened: Open, desk: Desk, query: str) -> None:
    page = opened(desk.address + query)
    connected(page)
    if not query:
        page.check(BOX)
    new = desk.publish("<p>The road is open.</p>")
    has_seq(page, new["seq"])
    expect(page.locator(f"#entry-{new['id']} .own")).to_have_count(1)
    assert owns(page) == 13
    first = page.locator(".label .own").first.inner_text()
    expect(page.locator(".dateline .own")).to_have_text(first)
    has_seq(page, desk.edit(new["id"], "<p>The road is shut.</p>")["seq"])
    expect(page.locator(f"#entry-{new['id']} .own")).to_have_count(2)  # when it was updated, too
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    waits = desk.publish("<p>It waits.</p>")
    has_seq(page, waits["seq"])
    page.click(".live-new")
    expect(page.locator(f"#entry-{waits['id']} .own")).to_have_count(1)
    if query:
        expect(page.locator(f"#entry-{waits['id']} .own")).to_have_text(re.compile("Kolkata$"))


def test_a_page_with_own_times_reads_as_one_without(opened: Open, desk: Desk) -> None:
    page = opened(desk.address)
    page.check(BOX)
    connected(page)
    has_seq(page, desk.publish("<p>The road is open.</p>")["seq"])
    page.uncheck(BOX)
    assert page.evaluate(SNAPSHOT) == desk.fresh()


def test_the_reader_keeps_their_place_while_own_times_come_in(opened: Open, desk: Desk) -> None:
    page = opened(desk.address, viewport={"width": 320, "height": 600})
    page.check(BOX)
    connected(page)
    page.evaluate("(id) => document.getElementById(`entry-${id}`).scrollIntoView()", desk.ids[3])
    top = "(id) => document.getElementById(`entry-${id}`).getBoundingClientRect().top"
    before = page.evaluate(top, desk.ids[3])
    for number in range(3):
        new = desk.publish(f"<p>News {number}.</p>")
    has_seq(page, new["seq"])
    page.wait_for_timeout(100)
    assert page.evaluate(top, desk.ids[3]) == pytest.approx(before, abs=1)


def test_how_long_ago_is_kept_fresh(opened: Open, desk: Desk) -> None:
    page = opened(entry_page(desk))
    page.clock.install(time=datetime.now(UTC))
    page.reload()
    assert said_ago(page) == "1 minute ago"
    page.clock.fast_forward("05:00")
    assert said_ago(page) == "6 minutes ago"
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    page.clock.fast_forward("20:00")
    assert said_ago(page) == "6 minutes ago"
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    assert said_ago(page) == "26 minutes ago"
    page.clock.fast_forward("01:00:00")
    assert said_ago(page) == "1 hour ago"
    page.clock.fast_forward("02:00:00")
    assert said_ago(page) is None


@pytest.mark.parametrize("minutes", [-60 * 24 * 365, -10, 10, 60 * 24 * 365])
def test_a_wrong_clock_on_the_device_says_nothing_wrong(opened: Open, desk: Desk, minutes: int) -> None:
    page = opened(desk.address, CLOCK_OFF.replace("OFF", str(minutes)))
    connected(page)
    assert said_ago(page) == "1 minute ago"
    has_seq(page, desk.publish("<p>The road is open.</p>")["seq"])
    assert said_ago(page) == "now"
    expect(page.locator(".latest-time")).to_have_attribute("data-ago", "now")


def test_of_what_is_to_come_nothing_is_said(opened: Open, desk: Desk) -> None:
    page = opened(entry_page(desk))
    assert said_ago(page) == "1 minute ago"
    page.evaluate(SET_TIME, "2099-01-01T00:00:00Z")
    assert said_ago(page) is None


def test_a_device_that_stores_nothing_shows_times_all_the_same(opened: Open, desk: Desk) -> None:
    forbid = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no'); } });"
    page = opened(desk.address, forbid)
    page.check(BOX)
    assert owns(page) == 12
