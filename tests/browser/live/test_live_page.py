"""A page that a reader keeps open, on the real server with two processes; editors work in a process of their own."""

import os
import re
import shutil
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route, expect

from tests.browser.conftest import launch
from tests.browser.live.conftest import SNAPSHOT, Desk, connected, has_seq

pytestmark = pytest.mark.once

TOP_OF = "(id) => document.getElementById(`entry-${id}`).getBoundingClientRect().top"
CLOCK_OFF = """
const now = Date.now;
Date.now = () => now() + OFF * 60_000;
"""


def read_down_to(page: Page, key: int) -> float:
    """Scrolls until that entry is near the top; returns where its top is."""
    page.evaluate("(id) => document.getElementById(`entry-${id}`).scrollIntoView()", key)
    page.wait_for_timeout(50)
    return top_of(page, key)


def top_of(page: Page, key: int) -> float:
    return float(page.evaluate(TOP_OF, key))


def shown(page: Page) -> list[str]:
    return [str(entry) for entry in page.evaluate("[...document.querySelectorAll('.entry')].map((entry) => entry.id)")]


def button(page: Page) -> Any:
    return page.locator(".live-new")


def opened(page: Page, desk: Desk) -> Page:
    page.goto(desk.address)
    connected(page)
    page.evaluate("window.isTheSamePage = true")
    return page


def test_a_new_update_comes_in_at_once_for_a_reader_at_the_top(page: Page, desk: Desk) -> None:
    opened(page, desk)
    new = desk.publish("<p>The road is open.</p>", is_key=True)
    has_seq(page, new["seq"])
    expect(page.locator(".entry").first).to_contain_text("The road is open.")
    expect(button(page)).to_be_hidden()
    expect(page.locator("live-updates [role=status]")).to_have_text("1 new update")
    assert page.evaluate(SNAPSHOT) == desk.fresh()


def test_updates_wait_behind_the_button_for_a_reader_who_has_scrolled(page: Page, desk: Desk) -> None:
    opened(page, desk)
    reading = desk.ids[6]
    before = read_down_to(page, reading)
    for number in range(3):
        new = desk.publish(f"<p>News {number}.</p>" * 5)
    has_seq(page, new["seq"])
    expect(button(page)).to_have_text("3 new updates")
    assert page.title().startswith("(3) ")
    assert len(shown(page)) == 13
    assert top_of(page, reading) == pytest.approx(before, abs=1)
    button(page).click()
    expect(button(page)).to_be_hidden()
    expect(page.locator(f"#entry-{new['id']}")).to_be_in_viewport()
    assert page.evaluate(SNAPSHOT) == desk.fresh()
    assert page.evaluate("document.activeElement.className") == "entries"


def test_what_waits_is_shown_when_the_reader_comes_back_to_the_top(page: Page, desk: Desk) -> None:
    opened(page, desk)
    read_down_to(page, desk.ids[6])
    has_seq(page, desk.publish("<p>News.</p>")["seq"])
    page.evaluate("scrollTo(0, 0)")
    expect(button(page)).to_be_hidden()
    assert page.evaluate(SNAPSHOT) == desk.fresh()


def test_a_correction_and_a_removal_reach_an_update_that_still_waits(page: Page, desk: Desk) -> None:
    opened(page, desk)
    read_down_to(page, desk.ids[6])
    one, two, three = (desk.publish(f"<p>Wrong {number}.</p>") for number in range(3))
    has_seq(page, three["seq"])
    desk.edit(one["id"], "<p>Right.</p>")
    desk.pin(three["id"])
    has_seq(page, desk.remove(two["id"])["seq"])
    expect(button(page)).to_have_text("2 new updates")
    assert "Wrong 1" not in page.content()
    button(page).click()
    assert page.evaluate(SNAPSHOT) == desk.fresh()
    assert "Wrong 0" not in page.content()


def test_when_all_that_waited_is_removed_the_button_goes(page: Page, desk: Desk) -> None:
    opened(page, desk)
    read_down_to(page, desk.ids[6])
    new = desk.publish("<p>A mistake.</p>")
    has_seq(page, new["seq"])
    expect(button(page)).to_be_visible()
    has_seq(page, desk.remove(new["id"])["seq"])
    expect(button(page)).to_be_hidden()
    assert not page.title().startswith("(")


@pytest.mark.parametrize("by_itself", [False, True])
def test_nothing_moves_under_the_readers_eyes(page: Page, desk: Desk, by_itself: bool) -> None:
    opened(page, desk)
    if by_itself:
        page.get_by_label("Show new updates by themselves").check()
    reading = desk.ids[5]
    before = read_down_to(page, reading)
    changes: list[Callable[[], dict[str, Any]]] = [
        lambda: desk.publish("<p>A long one.</p>" * 8),
        lambda: desk.edit(desk.ids[9], "<p>Much longer than it was.</p>" * 9),
        lambda: desk.edit(desk.ids[10], "<p>Short.</p>"),
        lambda: desk.remove(desk.ids[8]),
        lambda: desk.pin(desk.ids[2]),
        lambda: desk.restore(desk.ids[8]),
        lambda: desk.head(standfirst="A standfirst of more than one line. " * 9),
        lambda: desk.edit(desk.ids[4], "<p>Below, and longer.</p>" * 4),
    ]
    for change in changes:
        has_seq(page, change()["seq"])
        page.wait_for_timeout(60)  # the browser's own anchoring, had it a say, would have had it by now
        assert top_of(page, reading) == pytest.approx(before, abs=1)
    if not by_itself:
        button(page).click()
    assert page.evaluate(SNAPSHOT) == desk.fresh()


def test_the_entry_that_is_read_may_be_corrected_and_stays_in_its_place(page: Page, desk: Desk) -> None:
    opened(page, desk)
    reading = desk.ids[6]
    before = read_down_to(page, reading)
    edited = desk.edit(reading, "<p>Corrected.</p>")
    has_seq(page, edited["seq"])
    assert top_of(page, reading) == pytest.approx(before, abs=1)
    entry = page.locator(f"#entry-{reading}")
    expect(entry.locator(".text")).to_have_text("Corrected.")
    expect(entry.locator(".edited")).to_have_text(re.compile(r"^Updated \d{4} GMT$"))
    assert page.evaluate("window.isTheSamePage")


def test_when_the_entry_that_is_read_is_pinned_the_next_one_takes_its_place(page: Page, desk: Desk) -> None:
    opened(page, desk)
    before = read_down_to(page, desk.ids[6])
    has_seq(page, desk.pin(desk.ids[6])["seq"])
    assert shown(page)[0] == f"entry-{desk.ids[6]}"
    assert top_of(page, desk.ids[5]) == pytest.approx(before, abs=1)


def test_focus_stays_where_it_is(page: Page, desk: Desk) -> None:
    opened(page, desk)
    link = f"#entry-{desk.ids[10]} .label a"
    page.focus(link)
    address = page.locator(link).get_attribute("href")
    for change in (
        desk.publish("<p>New.</p>"),
        desk.edit(desk.ids[10], "<p>Corrected.</p>"),
        desk.pin(desk.ids[10]),
        desk.remove(desk.ids[11]),
        desk.head(headline="Another headline"),
    ):
        has_seq(page, change["seq"])
        assert page.evaluate("document.activeElement.getAttribute('href')") == address
    has_seq(page, desk.remove(desk.ids[10])["seq"])
    assert page.evaluate("document.activeElement.matches('.entry .label a')")


def test_focus_stays_when_the_headline_changes_and_is_not_lost_with_the_button(page: Page, desk: Desk) -> None:
    opened(page, desk)
    page.focus(".post-head .feed")
    has_seq(page, desk.head(headline="Another headline")["seq"])
    assert page.evaluate("document.activeElement.className") == "feed"
    read_down_to(page, desk.ids[6])
    has_seq(page, desk.publish("<p>News.</p>")["seq"])
    button(page).focus()
    page.evaluate("scrollTo(0, 0)")
    expect(button(page)).to_be_hidden()
    assert page.evaluate("document.activeElement.className") == "entries"


def test_pins_and_key_marks_headline_and_end_arrive(page: Page, desk: Desk) -> None:
    opened(page, desk)
    desk.pin(desk.ids[0])
    desk.key(desk.ids[1])
    desk.head(headline="The road is $& open", standfirst="At last.")
    has_seq(page, desk.unpin(desk.ids[0])["seq"])
    assert page.evaluate(SNAPSHOT) == desk.fresh()
    assert page.title() == "The road is $& open · Liveblog"
    end = desk.end()
    has_seq(page, end["seq"])
    expect(page.locator(".live-state span")).to_have_text(f"Ended {end['clock']} GMT")
    expect(page.locator(".post-head .state")).to_have_text(f"Coverage ended {end['clock']} GMT")
    has_seq(page, desk.edit(desk.ids[3], "<p>Corrected afterwards.</p>")["seq"])
    assert page.evaluate(SNAPSHOT) == desk.fresh()
    has_seq(page, desk.reopen()["seq"])
    expect(page.locator(".live-state span")).to_have_text(re.compile(r"^Live · checked \d+ s ago$"))
    assert page.evaluate("window.isTheSamePage")


def test_removing_the_newest_that_a_reader_has_does_not_stall_it(page: Page, desk: Desk) -> None:
    opened(page, desk)
    newest = desk.publish("<p>The newest.</p>")
    has_seq(page, newest["seq"])
    has_seq(page, desk.remove(newest["id"])["seq"])
    has_seq(page, desk.publish("<p>And on it goes.</p>")["seq"])
    assert page.evaluate(SNAPSHOT) == desk.fresh()


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_wrong_clock_changes_nothing(reader: BrowserContext, page: Page, desk: Desk, minutes: int) -> None:
    reader.add_init_script(CLOCK_OFF.replace("OFF", str(minutes)))
    opened(page, desk)
    new = desk.publish("<p>On time.</p>")
    has_seq(page, new["seq"], timeout=5000)
    expect(page.locator(".live-state span")).to_have_text(re.compile(r"^Live · checked \d s ago$"))
    assert page.evaluate(SNAPSHOT) == desk.fresh()


def test_a_scheduled_entry_comes_out_at_its_second_on_the_open_page(page: Page, desk: Desk) -> None:
    opened(page, desk)
    scheduled = desk.schedule("<p>At its second.</p>", seconds=3)
    entry = page.locator(f"#entry-{scheduled['id']}")
    while time.time() < scheduled["at"] - 0.05:
        assert entry.count() == 0
        page.wait_for_timeout(20)
    expect(entry).to_be_visible()
    assert time.time() - scheduled["at"] < 1  # the next second would be another one's


def test_a_page_from_a_stale_cache_goes_on_from_its_own_seq(page: Page, desk: Desk) -> None:
    stale = page.request.get(desk.address).text()
    desk.publish("<p>While it lay in a cache.</p>")
    desk.edit(desk.ids[3], "<p>Corrected meanwhile.</p>")
    last = desk.remove(desk.ids[11])
    page.route(desk.address, lambda route: route.fulfill(body=stale, content_type="text/html"))
    page.goto(desk.address)
    has_seq(page, last["seq"])
    assert page.evaluate(SNAPSHOT) == desk.fresh()


def test_a_page_from_the_back_forward_cache_catches_up(playwright: Playwright, desk: Desk) -> None:
    whole = os.environ.get("CHROMIUM", "")
    if "headless" in whole and not (whole := shutil.which("chromium") or ""):
        pytest.skip("Chromium’s headless shell has no such cache.")
    options = {"executable_path": whole} if whole else {}
    with launch(playwright, ignore_default_args=["--disable-back-forward-cache"], **options) as browser:
        page = browser.new_page()
        opened(page, desk)
        page.goto(f"{desk.site.url}/")
        last = desk.publish("<p>While the reader was elsewhere.</p>")
        page.evaluate("history.back()")  # go_back() waits for an event that a page from this cache does not have
        page.wait_for_url(desk.address, wait_until="commit")
        has_seq(page, last["seq"])
        assert page.evaluate("window.isTheSamePage"), "It was loaded anew, so this says nothing about the cache."
        assert page.evaluate(SNAPSHOT) == desk.fresh()


@pytest.mark.parametrize("status", [500, 502, 404])
def test_errors_do_not_end_it(page: Page, desk: Desk, status: int) -> None:
    failures = iter([True, True, True])

    def fail(route: Route) -> None:
        if next(failures, False):
            route.fulfill(status=status, body="no")
        else:
            route.fallback()

    page.route(re.compile("/(stream|changes)/"), fail)
    page.goto(desk.address)
    expect(page.locator(".live-state.is-away span")).to_have_text(re.compile("^Reconnecting · last checked"))
    has_seq(page, desk.publish("<p>Past the error.</p>")["seq"])
    connected(page)
    assert page.evaluate(SNAPSHOT) == desk.fresh()


def test_where_no_stream_can_be_had_the_page_asks(page: Page, desk: Desk) -> None:
    asked = []
    refused = {"status": 503, "headers": {"Retry-After": "10"}, "body": "full"}
    page.route("**/stream/**", lambda route: route.fulfill(**refused))
    page.on("request", lambda request: asked.append(request.url) if "/changes/" in request.url else None)
    opened(page, desk)
    new = desk.publish("<p>By asking.</p>")
    has_seq(page, new["seq"], timeout=20_000)
    assert page.evaluate(SNAPSHOT) == desk.fresh()
    assert not page.locator(".live-state.is-away").count()
    assert asked[0] == f"{desk.address}changes/{new['seq'] - 1}/"
    assert len(asked) <= 4


@pytest.mark.parametrize("answer", [502, None])
def test_where_something_on_the_way_keeps_the_stream_the_page_asks_at_the_servers_pace(
    page: Page, desk: Desk, answer: int | None
) -> None:
    """A proxy that refuses streams, and one that holds them back until it has all."""
    page.route("**/stream/**", lambda route: route.fulfill(status=answer) if answer else None)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.split("/")[5]))
    page.clock.install()
    page.goto(desk.address)
    for _ in range(10):
        page.clock.run_for(1200)
        page.wait_for_timeout(30)
    connected(page)
    asked.clear()
    new = desk.publish("<p>By asking.</p>")
    away = 0
    for _ in range(30):
        page.clock.run_for(1000)
        page.wait_for_timeout(30)
        away += page.locator(".live-state.is-away").count()
    has_seq(page, new["seq"])
    assert away <= 3  # for a moment, each time that the stream is tried
    assert asked.count("stream") <= 2
    assert 2 <= asked.count("changes") <= 8


def test_a_seq_that_cannot_be_gone_on_from_loads_the_page_again_at_the_same_place(page: Page, desk: Desk) -> None:
    body = re.sub(r'(data-post="[^"]+" data-seq=)"\d+"', r'\1"9999"', page.request.get(desk.address).text())
    page.route("**/stream/**", lambda _: None, times=1)  # held, so that the reader has time to scroll
    page.route(desk.address, lambda route: route.fulfill(body=body, content_type="text/html"), times=1)
    page.goto(desk.address)
    reading = desk.ids[4]
    before = read_down_to(page, reading)
    page.evaluate("window.isTheSamePage = true; dispatchEvent(new Event('online'))")
    page.wait_for_function("!window.isTheSamePage", timeout=20_000)
    connected(page)
    assert top_of(page, reading) == pytest.approx(before, abs=2)
    has_seq(page, desk.publish("<p>And on it goes.</p>")["seq"])


def test_a_cache_that_keeps_a_seq_of_the_future_is_no_endless_circle(page: Page, desk: Desk) -> None:
    body = re.sub(r'(data-post="[^"]+" data-seq=)"\d+"', r'\1"9999"', page.request.get(desk.address).text())
    loads = []

    def fulfill(route: Route) -> None:
        loads.append(route.request.url)
        route.fulfill(body=body, content_type="text/html")

    page.route(desk.address, fulfill)
    page.clock.install()
    page.goto(desk.address)
    for _ in range(12):  # after thirty it may try again
        page.clock.run_for(1000)
        page.wait_for_timeout(30)
    assert len(loads) == 2


def test_choices_are_remembered_on_the_device(page: Page, desk: Desk) -> None:
    opened(page, desk)
    by_itself, mute = page.get_by_label("Show new updates by themselves"), page.get_by_label("Mute")
    expect(by_itself).not_to_be_checked()
    by_itself.check()
    mute.check()
    page.reload()
    connected(page)
    expect(by_itself).to_be_checked()
    expect(mute).to_be_checked()
    read_down_to(page, desk.ids[6])
    new = desk.publish("<p>Shown by itself.</p>")
    has_seq(page, new["seq"])
    assert f"entry-{new['id']}" in shown(page)
    expect(button(page)).to_be_hidden()


def test_mute_is_silence_in_the_tab_and_aloud(page: Page, desk: Desk) -> None:
    opened(page, desk)
    read_down_to(page, desk.ids[6])
    page.get_by_label("Mute").evaluate("(box) => box.click()")
    has_seq(page, desk.publish("<p>In silence.</p>")["seq"])
    expect(button(page)).to_have_text("1 new update")
    assert not page.title().startswith("(")
    expect(page.locator("live-updates [role=status]")).to_be_empty()
    page.get_by_label("Mute").evaluate("(box) => box.click()")
    assert page.title().startswith("(1) ")


def test_without_storage_it_works_all_the_same(reader: BrowserContext, page: Page, desk: Desk) -> None:
    forbidden = "{ get() { throw new DOMException('no', 'SecurityError') } }"
    reader.add_init_script(
        f"for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, {forbidden});"
    )
    opened(page, desk)
    page.get_by_label("Mute").check()
    has_seq(page, desk.publish("<p>News.</p>")["seq"])


@pytest.mark.parametrize(("motion", "animation"), [("reduce", "none"), ("no-preference", "fresh")])
def test_movement_only_for_those_who_want_it(page: Page, desk: Desk, motion: Any, animation: str) -> None:
    page.emulate_media(reduced_motion=motion)
    opened(page, desk)
    new = desk.publish("<p>News.</p>")
    has_seq(page, new["seq"])
    assert page.locator(f"#entry-{new['id']}").evaluate("(e) => getComputedStyle(e).animationName") == animation


def test_with_scripts_off_the_page_says_of_when_it_is_and_links_to_a_fresh_one(browser: Browser, desk: Desk) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(desk.address)
        expect(page.locator(".live-state")).to_have_text(re.compile(r"^As of \d{4} GMT Load the newest$"))
        expect(page.locator(".live-choices, .live-new")).to_have_count(2)
        expect(page.locator(".live-choices:visible, .live-new:visible")).to_have_count(0)
        desk.publish("<p>Since then.</p>")
        page.get_by_role("link", name="Load the newest").click()
        expect(page.locator(".entry").first).to_contain_text("Since then.")


def test_the_answer_of_one_reader_is_what_another_has(desk: Desk, browser: Browser) -> None:
    """Two readers, one of them with an editor's cookies, one after the other at the same address."""
    pages = [browser.new_page(), browser.new_page()]
    for page in pages:
        opened(page, desk)
    has = desk.work(changes=20, seed=7)["seq"]
    for page in pages:
        has_seq(page, has)
    assert pages[0].evaluate(SNAPSHOT) == pages[1].evaluate(SNAPSHOT) == desk.fresh()
    for page in pages:
        page.close()


HIDEABLE = "Object.defineProperty(document, 'hidden', { get: () => window.isHidden ?? IS_HIDDEN });"
HIDE = "(isHidden) => { window.isHidden = isHidden; document.dispatchEvent(new Event('visibilitychange')); }"


def streams_of(page: Page) -> list[str]:
    """What became of the page's streams: "open" for one that still is."""
    told: list[str] = []

    def note(request: Any, what: str) -> None:
        if "/stream/" in request.url:
            told[:] = [*(told[:-1] if what == "closed" else told), what]

    page.on("request", lambda request: note(request, "open"))
    page.on("requestfailed", lambda request: note(request, "closed"))
    return told


def test_in_a_tab_that_nobody_sees_updates_wait_and_are_counted(reader: BrowserContext, page: Page, desk: Desk) -> None:
    reader.add_init_script(HIDEABLE.replace("IS_HIDDEN", "false"))
    opened(page, desk)
    page.evaluate(HIDE, True)
    desk.publish("<p>One.</p>")
    has_seq(page, desk.publish("<p>Two.</p>")["seq"])
    assert (page.title()[:4], len(shown(page))) == ("(2) ", 13)
    page.evaluate(HIDE, False)
    expect(page.locator(".entry")).to_have_count(15)
    assert page.evaluate(SNAPSHOT) == desk.fresh()


def test_a_tab_that_nobody_sees_gives_its_connection_up_and_asks_more_seldom(
    reader: BrowserContext, page: Page, desk: Desk
) -> None:
    reader.add_init_script(HIDEABLE.replace("IS_HIDDEN", "false"))
    page.clock.install()
    streams = streams_of(page)
    opened(page, desk)
    page.evaluate(HIDE, True)
    page.clock.run_for(25_000)
    page.wait_for_timeout(200)
    assert streams == ["closed"]
    new = desk.publish("<p>Seen late.</p>")
    page.clock.run_for(50_000)
    has_seq(page, new["seq"])
    assert page.title().startswith("(1) ")
    page.evaluate(HIDE, False)
    page.clock.run_for(2000)
    has_seq(page, desk.publish("<p>Seen at once.</p>")["seq"], timeout=5000)
    assert streams == ["closed", "open"]
    assert page.evaluate(SNAPSHOT) == desk.fresh()


def test_a_tab_opened_in_the_background_holds_no_connection(reader: BrowserContext, page: Page, desk: Desk) -> None:
    reader.add_init_script(HIDEABLE.replace("IS_HIDDEN", "true"))
    streams = streams_of(page)
    stale = page.request.get(desk.address).text()
    new = desk.publish("<p>Before it was looked at.</p>")
    page.route(desk.address, lambda route: route.fulfill(body=stale, content_type="text/html"))
    page.goto(desk.address)
    has_seq(page, new["seq"])
    assert streams == []


def test_a_device_that_slept_connects_anew_at_once(page: Page, desk: Desk) -> None:
    page.clock.install()
    streams = streams_of(page)
    opened(page, desk)
    page.clock.fast_forward(3_600_000)  # timers fire once, as after a sleep
    page.clock.run_for(2000)
    has_seq(page, desk.publish("<p>Good morning.</p>")["seq"], timeout=5000)
    assert streams == ["closed", "open"]


def test_a_stream_that_has_gone_silent_is_not_believed(page: Page, desk: Desk) -> None:
    page.clock.install()
    streams = streams_of(page)
    opened(page, desk)
    for _ in range(5):
        page.clock.run_for(10_000)  # more than two heartbeats late, by the page's clock
    page.wait_for_timeout(200)
    assert streams[0] == "closed"
