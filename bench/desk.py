"""python -m bench.desk: how long the desk of a post with 500 updates takes beside that of one with 50.

Both are asked for in turn from one server with a login of their own, and each answer is looked at before it counts.
"""

import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import APIRequestContext, sync_playwright

from bench.findings import Findings
from bench.place import is_quick
from bench.screen import log_in
from tests.browser.conftest import launch
from tests.browser.live.newsroom import Newsroom
from tests.browser.site import running_site

ROUNDS = 40
SIZES = (50, 500)


def main() -> None:
    rounds = 5 if is_quick(__doc__) else ROUNDS
    with tempfile.TemporaryDirectory() as folder, running_site(Path(folder)) as site, sync_playwright() as playwright:
        newsroom = Newsroom(site)
        posts = {size: newsroom.do("open", headline=f"With {size}", updates=size)["pk"] for size in SIZES}
        newsroom.close()
        browser = launch(playwright)
        request = log_in(browser.new_context(base_url=site.url).new_page(), site)
        seconds: dict[int, list[float]] = {size: [] for size in SIZES}
        for _ in range(rounds):
            for size, key in posts.items():
                seconds[size].append(until_there(request, f"{site.url}/admin/entries/post/{key}/desk/", size))
        few, many = (statistics.median(seconds[size][1:]) for size in SIZES)
        browser.close()
    findings, figure = Findings(), f"{many / few:.2f} times ({few * 1000:.0f} and {many * 1000:.0f} ms)"
    findings.row("", "opening the desk of a post with 500 updates beside one with 50", "", figure, None)
    findings.tell()


def until_there(request: APIRequestContext, address: str, size: int) -> float:
    started = time.perf_counter()
    text = request.get(address).text()
    seconds = time.perf_counter() - started
    assert f"Update {size - 1}." in text
    assert "Older updates" in text
    return seconds


if __name__ == "__main__":
    main()
