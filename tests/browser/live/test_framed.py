"""A live blog in a frame of another site's page, which stands on another server under another name."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Frame, Page

from tests.browser.live.conftest import Desk

# What a frame shows is asked for as the page is, of which the other tests here look at both databases.
pytestmark = pytest.mark.once

LISTEN = "addEventListener('message', ({ data }) => (window.heard ??= []).push(data))"
# In a frame and in one that is new: ids, what readers see of them, and whether they are pinned on top.
SNAPSHOT = """() => [...document.querySelectorAll(".entries > .entry:not([hidden])")].map((entry) =>
  [entry.id, entry.dataset.seq, entry.textContent, entry.matches(".is-pinned:not(.entry-original)")])"""
ENTRIES = """() => [...document.querySelectorAll(".entries > .entry:not([hidden])")].map((entry) =>
  entry.querySelector(".text").textContent.replace(/\\s+/g, " ").trim())"""


@dataclass
class Host:
    """The other site: whatever is put into `body` is its page."""

    url: str = ""
    body: str = field(default="", init=False)


@contextmanager
def serving(host: Host) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = f"<!doctype html><title>Elsewhere</title><script>{LISTEN}</script>{host.body}"
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *given: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        host.url = f"http://localhost:{server.server_port}/"  # the site is at 127.0.0.1
        Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    host = Host()
    with serving(host):
        yield host


def pasted(desk: Desk) -> str:
    """What the site gives to readers to paste."""
    with urlopen(f"{desk.address}embed/") as response:  # noqa: S310
        found = re.search("<textarea[^>]*>(.*)</textarea>", response.read().decode(), re.S)
    assert found
    return unescape(found[1])


def frame_of(page: Page, host: Host, body: str) -> Frame:
    host.body = body
    page.goto(host.url)
    page.locator("iframe").first.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('iframe').style.height")
    frame = page.frames[1]
    frame.wait_for_selector(".live-state:has-text('Live')")
    return frame


def height(page: Page) -> int:
    return int(page.evaluate("document.querySelector('iframe').offsetHeight"))


def fits(page: Page, frame: Frame) -> None:
    """Waits until the frame is as high as what is in it."""
    needed = frame.evaluate("Math.ceil(document.documentElement.getBoundingClientRect().height)")
    page.wait_for_function(
        "(needed) => Math.abs(document.querySelector('iframe').offsetHeight - needed) < 2", arg=needed
    )


def has(frame: Frame, *texts: str) -> None:
    """Waits until these are the first."""
    shown = f"(texts) => JSON.stringify(({ENTRIES})().slice(0, texts.length)) === JSON.stringify(texts)"
    frame.wait_for_function(shown, arg=list(texts))


def test_a_pasted_frame_is_live_and_as_high_as_its_text(page: Page, host: Host, desk: Desk) -> None:
    frame = frame_of(page, host, pasted(desk))
    shown = [f"Update {number}." * 3 for number in range(11, 1, -1)]
    has(frame, *shown)
    fits(page, frame)
    before = height(page)

    new = desk.publish("<p>The gate is open.</p>" * 30)["id"]
    has(frame, "The gate is open." * 30, *shown[:9])
    fits(page, frame)
    assert height(page) > before + 500

    desk.edit(new, "<p>The gate is shut.</p>")
    has(frame, "The gate is shut.", *shown[:9])
    fits(page, frame)
    assert height(page) < before + 100

    desk.remove(new)
    has(frame, *shown)
    assert len(frame.evaluate(ENTRIES)) == 10
    fits(page, frame)
    assert height(page) == pytest.approx(before, abs=2)

    desk.pin(desk.ids[0])
    has(frame, "Update 0." * 3, *shown)
    desk.head(headline="Boats & <b>ferries</b>")
    desk.end()
    frame.wait_for_selector("h1 a:text-is('Boats & <b>ferries</b>')")
    frame.wait_for_selector(".kicker .state-ended")
    frame.wait_for_selector(".live-state", state="hidden")
    fits(page, frame)
    # Its host has heard of nothing but heights, and a link leads out of the frame.
    assert {tuple(sorted(said)) for said in page.evaluate("heard")} == {("height", "sentinel", "type")}
    with page.context.expect_page() as opened:
        frame.click(".entry .label a")
    assert opened.value.url.startswith(f"{desk.address}entries/")
    opened.value.close()


def test_what_came_while_somebody_reads_further_down_waits(page: Page, host: Host, desk: Desk) -> None:
    frame = frame_of(page, host, f"{pasted(desk)}<p style='height:2000px'>")
    page.evaluate("scrollTo(0, 600)")
    frame.locator("header").evaluate("""(top) => new Promise((resolve) =>
      new IntersectionObserver(([seen]) => seen.isIntersecting || resolve()).observe(top))""")
    before = height(page)
    desk.publish("<p>The gate is open.</p>")
    frame.wait_for_selector("button:text-is('Show new updates'):not([hidden])")
    assert "The gate is open." not in frame.evaluate(ENTRIES)
    assert height(page) - before < 80
    page.evaluate("scrollTo(0, 0)")
    has(frame, "The gate is open.")
    frame.wait_for_selector("button", state="hidden")


def test_after_many_changes_a_frame_shows_the_newest_in_their_order(page: Page, host: Host, desk: Desk) -> None:
    frame = frame_of(page, host, pasted(desk))
    desk.work(changes=80, seed=1)
    desk.publish("<p>The end.</p>")
    frame.wait_for_selector(".text p:text-is('The end.')")
    shown = frame.evaluate(SNAPSHOT)
    fresh = page.context.new_page()
    desk.settle()
    fresh.goto(f"{desk.site.url}/embed/{desk.slug}/?limit=30")
    entries = fresh.evaluate(SNAPSHOT)
    fresh.close()
    pinned, others = ([entry for entry in entries if entry[3] is on_top] for on_top in (True, False))
    assert shown == [*pinned, *others[:10]]


def test_an_entry_in_a_frame_of_its_own_says_that_it_was_removed(page: Page, host: Host, desk: Desk) -> None:
    address = f"{desk.site.url}/embed/{desk.slug}/entries/{desk.ids[3]}/"
    script = f"<script src='{desk.site.url}/embed.js' async></script>"
    frame = frame_of(page, host, f"<iframe src='{address}'></iframe>{script}")
    has(frame, "Update 3." * 3)
    desk.publish("<p>Another.</p>")
    desk.edit(desk.ids[3], "<p>Corrected.</p>")
    has(frame, "Corrected.")
    assert len(frame.evaluate(ENTRIES)) == 1
    desk.remove(desk.ids[3])
    page.frames[1].wait_for_selector("h2:text-is('This update was removed')")


def test_a_frame_is_sized_by_its_own_page_alone_and_within_bounds(page: Page, host: Host, desk: Desk) -> None:
    frame = frame_of(page, host, f"{pasted(desk)}<iframe id=stranger srcdoc='<p>…'></iframe>")
    fits(page, frame)
    before = height(page)
    lie = "{ sentinel: 'amp', type: 'embed-size', height: 7777 }"
    page.evaluate(f"postMessage({lie}, '*')")
    page.frames[-1].evaluate(f"parent.postMessage({lie}, '*')")
    page.evaluate("new Promise((resolve) => setTimeout(resolve, 100))")
    assert height(page) == before
    assert page.evaluate("document.querySelector('#stranger').style.height") == ""

    def says(said: str) -> int:
        frame.evaluate(f"parent.postMessage({{ type: 'embed-size', height: {said} }}, '*')")
        page.evaluate("new Promise((resolve) => setTimeout(resolve, 50))")
        return height(page)

    assert [says(said) for said in ("1e9", "Infinity", "NaN", "'100vh'", "[5]", "null")] == [30_000] * 6
    assert [says(said) for said in ("-5", "undefined", "{}")] == [80] * 3
    # And the frame says no more to its host than it was asked for.
    page.evaluate("heard.length = 0; document.querySelector('iframe').contentWindow.postMessage({ type: 'x' }, '*')")
    page.evaluate("document.querySelector('iframe').contentWindow.postMessage('liveblog:height', '*')")
    page.wait_for_function("heard.length")
    assert page.evaluate("heard") == [{"sentinel": "amp", "type": "embed-size", "height": before}]


def test_without_scripts_a_frame_is_a_whole_page(browser: Browser, host: Host, desk: Desk) -> None:
    host.body = pasted(desk)
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(host.url)
        page.frame_locator("iframe").locator(".entry").first.wait_for()
        frame = page.frames[1]
        assert frame.locator(".entry .text").all_inner_texts()[0].split() == ["Update", "11."] * 3
        assert frame.locator(".entry").count() == 10
        with context.expect_page() as opened:
            frame.click("h1 a")
        assert opened.value.url == desk.address
        assert context.cookies() == []
