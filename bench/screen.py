"""python -m bench.screen: from an editor to a reader's screen.

A reader has the page open in Chromium. An editor posts the newsroom's own form, timed from the request's first byte;
then writes at the desk in a Chromium of their own, timed from the press of Ctrl+Enter. Tells p50 and p99 of the time
until the text is laid out on the reader's page.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import APIRequestContext, Page, sync_playwright

from bench.crowd import Arrivals
from bench.findings import Findings
from tests.browser.conftest import launch
from tests.browser.live.conftest import connected
from tests.browser.site import Site, running_site

SLUG = "forty-small-boats-where-the-road-used-to-be"
# Notes when each text is laid out, in seconds of the clock that this machine has in common.
WATCH = """() => {
  window.seen = {};
  new MutationObserver(() => {
    const text = document.querySelector(".entries .entry:not(.is-pinned) .text");
    text.getBoundingClientRect();
    window.seen[text.textContent.trim()] ??= (performance.timeOrigin + performance.now()) / 1000;
  }).observe(document.querySelector(".entries"), { childList: true });
}"""

PRESSED = """() => document.addEventListener("keydown", ({ key, timeStamp }) => {
  if (key === "Enter") window.pressedAt = (performance.timeOrigin + timeStamp) / 1000;
}, true)"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--saves", type=int, default=60)
    parser.add_argument("--quick", action="store_true", help="ten saves")
    given = parser.parse_args()
    saves, findings = 10 if given.quick else given.saves, Findings()
    with tempfile.TemporaryDirectory() as folder, running_site(Path(folder)) as site, sync_playwright() as playwright:
        browser = launch(playwright)
        editor, reader = browser.new_context(base_url=site.url), browser.new_page()
        desk = editor.new_page()
        save = at_the_form(log_in(desk, site), site)
        reader.goto(f"{site.url}/live/{SLUG}/")
        connected(reader)
        reader.evaluate(WATCH)
        measure(findings, "the form's request", reader, save, saves)
        measure(findings, "Ctrl+Enter at the desk", reader, at_the_desk(desk, site), saves)
        browser.close()
    findings.tell()


def measure(findings: Findings, what: str, reader: Page, save: Callable[[str], float], saves: int) -> None:
    seconds = [until_seen(reader, f"{what}, {number}", save) for number in range(saves)]
    arrivals = Arrivals(seconds[1:])  # the first warms up
    times = f"p50 {statistics.median(arrivals.seconds) * 1000:.0f} ms  p99 {arrivals.at(0.99) * 1000:.0f} ms"
    findings.row("", f"from {what} to the text on a reader's screen, {saves - 1} times", "", times, None)


def log_in(page: Page, site: Site) -> APIRequestContext:
    page.goto("/admin/login/")
    page.fill("#id_username", "editor")
    page.fill("#id_password", site.password)
    page.click("input[type=submit]")
    page.wait_for_url("**/admin/")
    return page.request


def at_the_form(request: APIRequestContext, site: Site) -> Callable[[str], float]:
    """Posts the form for a new update; returns when that began."""
    address = f"{site.url}/admin/entries/entry/add/"
    post = key_of_post(site)
    token = next(cookie["value"] for cookie in request.storage_state()["cookies"] if cookie["name"] == "csrftoken")

    def save(text: str) -> float:
        form: dict[str, str | float | bool] = {
            "csrfmiddlewaretoken": token,
            "post": post,
            "source": f"<p>{text}</p>",
            "intent": "publish",
        }
        started = time.time()
        answer = request.post(address, form=form, headers={"Referer": address}, max_redirects=0)
        assert answer.status == 302, answer.text()
        return started

    return save


def at_the_desk(page: Page, site: Site) -> Callable[[str], float]:
    """Writes in the box and presses Ctrl+Enter; returns when the key went down."""
    page.goto(f"{site.url}/admin/entries/post/{key_of_post(site)}/desk/")
    page.locator(".cke_wysiwyg_div").click()
    page.evaluate(PRESSED)

    def save(text: str) -> float:
        page.keyboard.type(text)
        page.keyboard.press("Control+Enter")
        return float(page.evaluate("window.pressedAt"))

    return save


def key_of_post(site: Site) -> str:
    return site.manage("shell", "-v", "0", "-c", f"print(Post.objects.get(slug='{SLUG}').pk)").strip()


def until_seen(reader: Page, text: str, save: Callable[[str], float]) -> float:
    started = save(text)
    reader.wait_for_function("(text) => window.seen[text]", arg=text, polling=10)
    return float(reader.evaluate("(text) => window.seen[text]", text)) - started


if __name__ == "__main__":
    main()
