"""A post of several pages that readers keep open, at its newest page and at others."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.live.conftest import SNAPSHOT, Desk, Mirror, connected, has_seq
from tests.browser.live.newsroom import Newsroom
from tests.browser.site import Site

pytestmark = pytest.mark.once


@pytest.fixture
def desk(request: pytest.FixtureRequest, live_site: Site, newsroom: Newsroom, mirror: Mirror) -> Desk:
    opened = newsroom.do("open", headline=request.node.name[:80], updates=70, lines=1)
    return Desk(live_site, newsroom, mirror, opened["slug"], opened["ids"])


def entry(page: Page, key: int) -> Any:
    return page.locator(f"#entry-{key}")


def test_the_newest_page_stays_what_a_fresh_one_is(page: Page, desk: Desk) -> None:
    page.goto(desk.address)
    connected(page)
    old, fresh_too = desk.ids[3], desk.ids[60]
    has_seq(page, desk.edit(old, "<p>Corrected on an older page.</p>")["seq"])
    assert entry(page, old).count() == 0
    has_seq(page, desk.pin(old)["seq"])
    expect(page.locator(".entry").first).to_contain_text("Corrected on an older page.")
    desk.key(old)
    desk.key(fresh_too)
    desk.publish("<p>In an hour of its own.</p>", ago=200)
    has_seq(page, desk.remove(desk.ids[61])["seq"])
    assert page.evaluate(SNAPSHOT)["guide"] == desk.fresh()["guide"]
    has_seq(page, desk.unpin(old)["seq"])
    assert entry(page, old).count() == 0
    has_seq(page, desk.unkey(fresh_too)["seq"])
    snapshot = page.evaluate(SNAPSHOT)
    assert snapshot == desk.fresh(like=snapshot)


def test_what_waits_and_goes_back_to_its_older_page_waits_no_more(page: Page, desk: Desk) -> None:
    page.goto(desk.address)
    connected(page)
    page.mouse.wheel(0, 4000)
    page.wait_for_function("() => document.querySelector('#updates').getBoundingClientRect().top < 0")
    has_seq(page, desk.pin(desk.ids[3])["seq"])
    expect(page.locator(".live-new")).to_have_text("1 new update")
    has_seq(page, desk.unpin(desk.ids[3])["seq"])
    expect(page.locator(".live-new")).to_be_hidden()
    snapshot = page.evaluate(SNAPSHOT)
    assert snapshot == desk.fresh(like=snapshot)


def test_a_pin_from_the_end_of_the_page_goes_back_there(page: Page, desk: Desk) -> None:
    lowest = desk.ids[29]  # after the original and the 29 of page one
    desk.pin(lowest)
    page.goto(desk.address)
    connected(page)
    assert page.locator(".entry").first.get_attribute("id") == f"entry-{lowest}"
    has_seq(page, desk.unpin(lowest)["seq"])
    assert page.locator(".entry").last.get_attribute("id") == f"entry-{lowest}"
    assert page.evaluate(SNAPSHOT) == desk.fresh()


def test_what_was_seen_in_one_tab_is_not_new_for_having_an_older_one(page: Page, desk: Desk) -> None:
    page.goto(desk.address)
    connected(page)
    older = page.context.new_page()
    for path in ("stream", "changes"):
        older.route(f"**/{path}/**", lambda route: route.abort())
    older.goto(desk.address)
    seq = desk.publish("<p>News.</p>")["seq"]
    page.bring_to_front()
    has_seq(page, seq)
    page.goto(f"{desk.site.url}/")
    older.goto(f"{desk.site.url}/")
    assert page.evaluate("JSON.parse(localStorage['live-updates-seen'])")[desk.slug] == seq


def test_an_older_page_takes_corrections_and_leads_to_what_is_new(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.address}?page=1")
    connected(page)
    assert page.locator(".entry").count() == 30
    desk.edit(desk.ids[5], "<p>Corrected.</p>")
    desk.remove(desk.ids[6])
    desk.pin(desk.ids[7])
    desk.edit(desk.ids[65], "<p>Corrected elsewhere.</p>")
    desk.publish("<p>News.</p>")
    gone = desk.publish("<p>A mistake.</p>")
    has_seq(page, gone["seq"])
    expect(page.locator(".live-new")).to_have_text("2 new updates")
    has_seq(page, desk.remove(gone["id"])["seq"])
    expect(page.locator(".live-new")).to_have_text("1 new update")
    expect(entry(page, desk.ids[5])).to_contain_text("Corrected.")
    shown = [key for key in reversed(desk.ids[:29]) if key != desk.ids[6]]
    assert page.eval_on_selector_all(".entry-update", "all => all.map(one => Number(one.id.slice(6)))") == shown
    page.click(".live-new")
    page.wait_for_url(desk.address)
    expect(page.locator(".entry:not(.is-pinned)").first).to_contain_text("News.")


def test_links_to_entries_on_the_page_do_not_load_it_again(page: Page, desk: Desk) -> None:
    key = desk.ids[66]
    desk.key(key)
    page.goto(desk.address)
    connected(page)
    page.evaluate("window.isTheSamePage = true")
    new = desk.publish("<p>Key and new.</p>", is_key=True)
    has_seq(page, new["seq"])
    page.click(f".moments [data-entry='{new['id']}'] a")
    page.click(f".moments [data-entry='{key}'] a")
    expect(entry(page, key)).to_be_in_viewport()
    assert page.url == f"{desk.address}#entry-{key}"
    page.evaluate("scrollTo(0, 0)")
    page.click(f".moments [data-entry='{key}'] a")
    expect(entry(page, key)).to_be_in_viewport()
    assert page.evaluate("window.isTheSamePage")
    page.click("text=Original entry")
    page.wait_for_url(re.compile(r"\?entry=\d+#entry-\d+$"))
    expect(page.locator(".entry:target")).to_be_in_viewport()


def test_who_comes_back_is_told_what_is_new_and_where_they_were(page: Page, desk: Desk) -> None:
    page.goto(desk.address)
    connected(page)
    expect(page.locator(".since-note")).to_have_count(0)
    page.goto(f"{desk.site.url}/")
    for number in range(3):
        desk.publish(f"<p>News {number}.</p>", is_key=number == 1)
    desk.edit(desk.ids[0], "<p>An old one, corrected.</p>")
    desk.settle()
    page.goto(desk.address)
    expect(page.locator(".since-note b")).to_have_text("3 new, 1 key moment")
    expect(page.locator("#since + .entry")).to_have_id(f"entry-{desk.ids[-1]}")
    page.click(".since-note a")
    expect(page.locator("#since")).to_be_in_viewport()
    new = desk.publish("<p>While they read.</p>")
    has_seq(page, new["seq"])
    page.click(".live-new")
    expect(page.locator(".entry").first).to_contain_text("While they read.")
    expect(page.locator("#since + .entry")).to_have_id(f"entry-{desk.ids[-1]}")
    page.goto(f"{desk.site.url}/")
    page.goto(desk.address)
    connected(page)
    expect(page.locator(".since-note")).to_have_count(0)


def test_what_waited_behind_the_button_is_new_the_next_time(page: Page, desk: Desk) -> None:
    page.goto(desk.address)
    connected(page)
    page.evaluate("(id) => document.getElementById(`entry-${id}`).scrollIntoView()", desk.ids[50])
    has_seq(page, desk.publish("<p>Not looked at.</p>")["seq"])
    expect(page.locator(".live-new")).to_be_visible()
    page.goto(f"{desk.site.url}/")
    desk.settle()
    page.goto(desk.address)
    expect(page.locator(".since-note b")).to_have_text("1 new")


def test_all_ways_are_open_without_a_script(browser: Browser, desk: Desk) -> None:
    desk.key(desk.ids[1])
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(desk.address)
        page.click(".pager >> text=Older")
        expect(entry(page, desk.ids[28])).to_be_visible()
        expect(entry(page, desk.ids[29])).to_have_count(0)
        page.click("text=Newest")
        page.click(f".moments [data-entry='{desk.ids[1]}'] a")
        expect(entry(page, desk.ids[1])).to_be_in_viewport()
        page.click("text=Oldest first")
        expect(page.locator(".entry").first).to_contain_text("ORIGINAL ENTRY:")
        page.fill("[type=search]", "update 4")
        page.click(".find button")
        expect(page.locator(".entry .text").first).to_have_text("Update 4.")
        page.click("text=Newest first")
        expect(page.locator(".shown")).to_contain_text("16 entries with “update 4”")  # and 14, 24 … 40 to 49
        page.click("text=Show all updates")
        page.click("text=Mark my place")
        place = page.url
        desk.publish("<p>News.</p>")
        desk.settle()
        page.goto(place)
        expect(page.locator(".since-note b")).to_have_text("1 new")
        page.click("text=Go to where you were")
        expect(page.locator("#since + .entry")).to_have_id(f"entry-{desk.ids[-1]}")
        page.click("text=Original entry")
        expect(page.locator(".entry-original")).to_be_in_viewport()
