"""./run audit: what Lighthouse, axe and the Nu HTML checker say of the demonstration, in one table.

The table goes to docs/audit.md too. Exits with 1 where a demand is not met. With --screenshots it takes the pictures
of docs/reader.md instead.
"""

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from audit import axe, first_visit, lighthouse, markup, stage, tools
from audit.demands import Demand, exit_code, findings, table
from audit.pictures import take_pictures
from tests.browser.conftest import launch
from tests.browser.site import ROOT, Site, running_site

REPORT = ROOT / "docs" / "audit.md"
INTRODUCTION = """# What the pages measure

`./run audit` writes this. It serves the demonstration as a site would be served, and adds to it a post of {updates} \
updates of {words} words each. Lighthouse: its phone, its slow network, the median of {runs} runs. Axe: all rules but \
those of WCAG's level AAA. A KB is 1,000 bytes.
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run audit", description="Measures the pages that readers get.")
    parser.add_argument("--screenshots", action="store_true", help="take the pictures of docs/reader.md instead")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # by way of every `finally`: the server must not stay
    with tempfile.TemporaryDirectory(prefix="liveblog-audit-") as folder:
        # Browsers leave much there.
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        if parser.parse_args().screenshots:
            take_pictures(Path(folder))
            return 0
        return audit(Path(folder))


def audit(folder: Path) -> int:
    _say("Installing Lighthouse, axe and the Nu HTML checker …")
    tools.install()
    with running_site(folder / "site") as site, sync_playwright() as playwright:
        browser = launch(playwright)
        demands = measure(site, browser, folder)
        versions = [
            f"Lighthouse {tools.version('lighthouse')}", f"axe-core {tools.version('axe-core')}",
            f"Nu HTML checker {markup.version()}", f"Chromium {browser.version}",
        ]  # fmt: skip
        browser.close()
    report(demands, versions)
    return exit_code(demands)


def measure(site: Site, browser: Browser, folder: Path) -> list[Demand]:
    post = stage.newest_post(site)
    entry = stage.newest_entry(site, post)
    demands = []
    for name, address in {"post": post, "front page": "/", "entry": entry}.items():
        _say(f"Lighthouse on the {name} …")
        demands += lighthouse.demands(name, site.url + address)
    _say("Looking for every kind of page …")
    long = stage.add_long_post(site, folder)
    changed = [stage.add_removed(site, long), stage.add_correction(site, post)]
    searches = [f"{long}?q=gate", f"{long}?q=nothing-of-the-kind"]
    seeds = ["/", post, long, entry, *changed, *searches, "/nowhere/"]
    pages = stage.pages(site, seeds)
    _say(f"Axe on {len(pages)} pages, four times …")
    demands += axe.demands(browser, site.url, list(pages))
    _say("The Nu HTML checker …")
    (folder / "pages").mkdir()
    demands += markup.demands(pages, folder / "pages")
    _say("A first visit …")
    return demands + first_visit.demands(browser, site.url, long, stage.UPDATES)


def report(demands: list[Demand], versions: list[str]) -> None:
    introduction = INTRODUCTION.format(updates=stage.UPDATES, words=stage.WORDS, runs=lighthouse.RUNS)
    parts = [introduction, table(demands), ""]
    if lines := findings(demands):
        parts += ["What was found:", "", *(f"- {line}" for line in lines), ""]
    parts.append(f"Measured with {', '.join(versions)}.\n")
    REPORT.write_text("\n".join(parts), encoding="utf-8")
    print("\n".join([table(demands), *lines]))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
