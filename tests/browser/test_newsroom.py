"""An editor's working day in the browser, on the real server, under the strict policy."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.site import Site
from tests.factories import picture

# With PostgreSQL it is the desk and the live page that are looked at in a browser.
pytestmark = pytest.mark.once

PATIENCE = 10.0  # seconds for the clock of a busy machine; it looks once a second
POSTS, ENTRIES = "/admin/entries/post/", "/admin/entries/entry/"
LOGIN = "/admin/login/"
DESK_PAGES = [
    "/admin/",
    POSTS,
    ENTRIES,
    f"{POSTS}add/",
    f"{POSTS}1/change/",
    f"{ENTRIES}1/change/",
    f"{ENTRIES}1/delete/",
    f"{POSTS}1/desk/",
    f"{POSTS}1/desk/entries/1/history/",
    f"{POSTS}1/desk/day/",
    "/admin/account/",
    "/admin/account/second-step/",
]


def text_area(desk: Page, field: str = "source") -> Locator:
    return desk.locator(f"#cke_id_{field} .cke_wysiwyg_div")


def save(desk: Page, back_at: str) -> None:
    desk.click("[name=_save]")
    desk.wait_for_url(f"**{back_at}")
    expect(desk.locator(".messagelist .success")).to_be_visible()


def make_post(desk: Page, headline: str) -> str:
    """A live post; its public address."""
    desk.goto(f"{POSTS}add/")
    desk.fill("#id_headline", headline)
    text_area(desk, "original").fill("It began at dawn.")
    desk.get_by_label("Live").check()
    save(desk, POSTS)
    return f"/live/{headline.lower().replace(' ', '-')}/"


def start_update(desk: Page, headline: str, text: str) -> None:
    desk.goto(POSTS)
    address = desk.locator("#result_list tr", has_text=headline).locator(".field-desk a").get_attribute("href") or ""
    desk.goto(f"{ENTRIES}add/?post={address.split('/')[-3]}")
    expect(text_area(desk)).to_be_focused()
    desk.keyboard.type(text)


def add_update(desk: Page, headline: str, text: str) -> str:
    """The public address of the new update."""
    start_update(desk, headline, text)
    desk.keyboard.press("Control+Enter")
    desk.wait_for_url(f"**{ENTRIES}")
    open_entry(desk, text)
    redirect = str(desk.locator(".viewsitelink").get_attribute("href"))
    return urlsplit(desk.request.get(redirect).url).path


def open_entry(desk: Page, text: str) -> None:
    desk.goto(ENTRIES)
    desk.locator("#result_list tr", has_text=text).locator(".field-label a").click()


def public(desk: Page, address: str) -> str:
    return desk.request.get(address).text()


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_an_editor_logs_in_and_out(page: Page, site: Site) -> None:
    page.goto("/admin/")
    page.get_by_label("Username").fill("editor")
    page.get_by_label("Password").fill(site.password)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Newsroom")
    page.locator("button.theme-toggle:visible").click()
    page.get_by_role("button", name="Log out").click()
    page.goto("/admin/")
    expect(page.get_by_label("Password")).to_be_visible()


def test_a_post_of_a_new_series_is_made_in_one_form(newsroom: Page) -> None:
    newsroom.goto(POSTS)
    newsroom.get_by_role("link", name="Add post").click()
    expect(newsroom.get_by_label("Headline")).to_be_focused()
    newsroom.keyboard.type("The harbour reopens")
    with newsroom.expect_popup() as opened:
        newsroom.click("#add_id_series")
    opened.value.get_by_label("Title").fill("Harbour Works")
    opened.value.click("[name=_save]")
    expect(newsroom.locator("#id_series option:checked")).to_have_text("Harbour Works")
    text_area(newsroom, "original").click()
    newsroom.keyboard.type("The gates opened at dawn.")
    newsroom.set_input_files("#id_map_file", {"name": "map.png", "mimeType": "image/png", "buffer": picture()})
    newsroom.get_by_label("Map: what it shows").fill("The harbour and its two gates")
    newsroom.get_by_label("Map: credit").fill("Harbour Office")
    newsroom.get_by_label("Live").check()
    save(newsroom, POSTS)
    newsroom.locator("#result_list").get_by_role("link", name="The harbour reopens").click()
    expect(newsroom.locator(".field-map_now img")).to_have_attribute("alt", "The harbour and its two gates")
    newsroom.get_by_role("link", name="View on site").click()
    expect(newsroom.locator("h1")).to_have_text("The harbour reopens")
    expect(newsroom.get_by_role("link", name="Harbour Works").first).to_be_visible()
    expect(newsroom.locator(".entry-original")).to_contain_text("The gates opened at dawn.")
    expect(newsroom.locator(".map .credit")).to_have_text("Map: Harbour Office")
    chosen = newsroom.locator(".map img").evaluate("async (image) => (await image.decode(), image.currentSrc)")
    assert chosen.endswith("-64.avif")


def test_an_update_is_on_top_everywhere_and_stays_itself_when_edited(newsroom: Page) -> None:
    page_address = make_post(newsroom, "Two gates")
    add_update(newsroom, "Two gates", "The east gate is open.")
    address = add_update(newsroom, "Two gates", "The west gate is stuck.")

    def top() -> tuple[str, str, str]:
        newsroom.goto(page_address)
        newest = newsroom.locator(".entry").first
        item = feedparser.parse(public(newsroom, f"{page_address}feed.rss")).entries[0]
        link = str(newest.locator(".label a").get_attribute("href"))
        assert item.link.endswith(link)
        assert newest.locator(".text").inner_text() in item.content[0].value
        return newest.locator(".text").inner_text(), link, item.id

    before = top()
    assert before[:2] == ("The west gate is stuck.", address)
    open_entry(newsroom, "The west gate is stuck.")
    text_area(newsroom).fill("The west gate is open too.")
    save(newsroom, ENTRIES)
    assert top() == ("The west gate is open too.", *before[1:])
    expect(newsroom.locator(".entry").first).to_contain_text("Updated")


def test_an_update_is_removed_with_a_reason_and_restored(newsroom: Page) -> None:
    page_address = make_post(newsroom, "One ferry")
    address = add_update(newsroom, "One ferry", "The ferry has sunk.")
    newsroom.get_by_role("link", name="Remove").click()
    newsroom.get_by_label("Reason").fill("The ferry was late.")
    newsroom.get_by_role("button", name="Remove").click()
    newsroom.wait_for_url(f"**{ENTRIES}")
    gone = newsroom.request.get(address)
    assert (gone.status, "The ferry was late." in gone.text(), "has sunk" in gone.text()) == (410, True, False)
    for everywhere in (page_address, f"{page_address}feed.rss"):
        assert "has sunk" not in public(newsroom, everywhere)
    open_entry(newsroom, "The ferry has sunk.")
    expect(newsroom.locator(".errornote")).to_contain_text("The ferry was late.")
    newsroom.get_by_role("button", name="Restore").click()
    expect(newsroom.locator(".messagelist")).to_contain_text("is back")
    newsroom.goto(address)
    expect(newsroom.locator(".entry")).to_contain_text("The ferry has sunk.")


def test_a_draft_stays_in_and_a_scheduled_update_comes_out_by_itself(newsroom: Page) -> None:
    address = make_post(newsroom, "High water")
    start_update(newsroom, "High water", "Not yet.")
    newsroom.get_by_label("Keep as a draft").check()
    save(newsroom, ENTRIES)
    start_update(newsroom, "High water", "The tide has turned.")
    at = datetime.now(UTC) + timedelta(seconds=3)
    newsroom.get_by_label("Date:").fill(f"{at:%Y-%m-%d}")
    newsroom.get_by_label("Time:", exact=True).fill(f"{at:%H:%M:%S}")
    save(newsroom, ENTRIES)
    expect(newsroom.locator(".messagelist")).to_contain_text(f"It comes out at {at:%H%M} GMT")
    until(lambda: "The tide has turned." in public(newsroom, address))
    assert datetime.now(UTC) >= at.replace(microsecond=0)
    assert "Not yet." not in public(newsroom, address)


def test_two_editors_of_one_entry_lose_nothing(newsroom: Page, browser: Browser, site: Site, signed_in: Any) -> None:
    page_address = make_post(newsroom, "Two desks")
    add_update(newsroom, "Two desks", "Ninety people.")
    with browser.new_context(base_url=site.url, storage_state=signed_in) as context:
        other = context.new_page()
        other.goto(newsroom.url)
        text_area(newsroom).fill("Ninety-one, says Ann.")
        save(newsroom, ENTRIES)
        text_area(other).fill("Ninety-two, says Ben.")
        other.click("[name=_save]")
        expect(other.locator(".errorlist pre")).to_have_text("<p>Ninety-one, says Ann.</p>")
        expect(text_area(other)).to_have_text("Ninety-two, says Ben.")
        assert "says Ben" not in public(other, page_address)
        save(other, ENTRIES)
    assert "says Ben" in public(newsroom, page_address)


def test_now_is_the_newsrooms_now_wherever_the_editor_sits(newsroom: Page) -> None:
    zone = {"timezoneId": "America/New_York"}
    newsroom.context.new_cdp_session(newsroom).send("Emulation.setTimezoneOverride", zone)
    newsroom.goto(f"{ENTRIES}add/")
    newsroom.get_by_role("button", name="Now").click()
    typed = newsroom.get_by_label("Time:", exact=True).input_value()
    now = datetime.now(UTC)
    assert typed[:5] in (f"{now:%H:%M}", f"{now - timedelta(minutes=1):%H:%M}")
    newsroom.click(".field-published_at .date-icon")
    newsroom.locator(".calendarbox:visible .calendar td a", has_text=re.compile("^15$")).click()
    newsroom.click(".field-published_at .clock-icon")
    newsroom.locator(".clockbox:visible a", has_text="Noon").click()
    expect(newsroom.get_by_label("Time:", exact=True)).to_have_value("12:00:00")
    expect(newsroom.get_by_label("Date:")).to_have_value(re.compile("15"))


def test_lists_are_searched_filtered_and_acted_on(newsroom: Page) -> None:
    newsroom.goto(POSTS)
    newsroom.fill("#searchbar", "kelder")
    newsroom.keyboard.press("Enter")
    expect(newsroom.locator("#result_list tbody tr")).to_have_count(1)
    newsroom.goto(POSTS)
    newsroom.get_by_role("link", name="Ended", exact=True).click()
    expect(newsroom.locator("#result_list tbody tr")).to_have_count(2)
    address = make_post(newsroom, "A full list")
    add_update(newsroom, "A full list", "Please pin me.")
    newsroom.goto(ENTRIES)
    newsroom.fill("#searchbar", "please pin")
    newsroom.get_by_role("button", name="Search").click()
    newsroom.check("#result_list .action-select")
    newsroom.get_by_label("Action:").select_option(label="Pin")
    newsroom.get_by_role("button", name="Run").click()
    expect(newsroom.locator(".messagelist")).to_have_text("1 entry changed.")
    expect(newsroom.locator("#result_list .field-status")).to_have_text("Published, pinned")
    newsroom.goto(address)
    expect(newsroom.locator(".entry.is-pinned")).to_contain_text("Please pin me.")


@pytest.mark.parametrize("address", [LOGIN, *DESK_PAGES])
def test_the_desk_fits_a_phone(request: pytest.FixtureRequest, address: str) -> None:
    page: Page = request.getfixturevalue("page" if address == LOGIN else "newsroom")
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    for button in page.locator("#content [type=submit]:visible").all():
        button.scroll_into_view_if_needed()
        box = button.bounding_box()
        assert box
        assert 0 <= box["x"] <= 360 - box["width"]


@pytest.mark.parametrize("address", [LOGIN, *DESK_PAGES])
def test_axe_finds_nothing_grave(request: pytest.FixtureRequest, address: str) -> None:
    page: Page = request.getfixturevalue("axe_page" if address == LOGIN else "axe_newsroom")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(address)
        editors = page.locator("textarea[data-type=ckeditortype]").count()
        expect(page.locator(".cke_wysiwyg_div[role=textbox]")).to_have_count(editors)
        found = Axe().run(page).response["violations"]
        grave = [fault for fault in found if fault["impact"] in ("serious", "critical")]
        assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in grave] == []
