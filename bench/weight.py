"""python -m bench.weight: what goes over the wire, beside the text alone.

The text alone is the same entries, as they stand in the database, each with its label in a paragraph of its own, in a
page that has a title and a headline and nothing else; compressed as the site compresses pages.
"""

import gzip
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import brotli

from bench.findings import Findings
from bench.load import Answer
from bench.place import Place, is_quick, served

# As entries.edge has them.
CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda page: gzip.compress(page, 6),
    "br": lambda page: brotli.compress(page, quality=5),
}
MOST = 1.1
SCRIPT = 5_000  # bytes
_ENTRY = re.compile(r'<article[^>]* id="entry-(\d+)"')
_ASSET = re.compile(r'<(?:script|link)[^>]* (?:src|href)="(/static/[^"]+\.(?:js|css))"')


def main() -> None:
    is_quick(__doc__)
    findings = Findings()
    with served() as place:
        (post,) = place.backroom.do("fill", posts=1, updates=200)
        entries = place.backroom.do("entries", slug=post["slug"])
        for coding in CODINGS:
            page = place.asked("page", f"/live/{post['slug']}/", said=b"Update 199.", coding=coding).once()
            assert page.header("content-encoding") == coding
            beside(findings, page, entries, coding)
        assets(place, page.text.decode(), findings)
    findings.tell()


def beside(findings: Findings, page: Answer, entries: list[dict[str, Any]], coding: str) -> None:
    shown = {int(key) for key in _ENTRY.findall(page.text.decode())}
    own = len(page.body)
    of_shown, of_all = (alone(entries, ids, coding) for ids in (shown, {entry["id"] for entry in entries}))
    figure = f"{own:,} bytes with {len(shown)} entries, their text alone {of_shown:,}: {own / of_shown:.2f} times"
    what = f"page of 200 updates, {coding}, beside the text alone of what it shows"
    findings.row("P12", what, f"≤ {MOST} times", figure, own <= MOST * of_shown)
    figure = f"{own:,} bytes, the text alone of all 201 entries {of_all:,}: {own / of_all:.2f} times"
    what = f"page of 200 updates, {coding}, beside the text alone of the whole post"
    findings.row("P12", what, f"≤ {MOST} times", figure, own <= MOST * of_all)


def alone(entries: list[dict[str, Any]], shown: set[int], coding: str) -> int:
    lines = [f"<p>{entry['label']}</p>{entry['html']}" for entry in entries if entry["id"] in shown]
    assert len(lines) == len(shown) > 0
    page = f"<!doctype html><title>Day 0</title><h1>Day 0</h1>{''.join(lines)}"
    return len(CODINGS[coding](page.encode()))


def assets(place: Place, text: str, findings: Findings) -> None:
    """Each as it comes, with what it imports."""
    sizes = {path: len(place.asked(path, path).once().body) for path in loaded(place, text)}
    for path, size in sizes.items():
        print(f"{size:7,} bytes  {path}")
    scripts = sum(size for path, size in sizes.items() if path.endswith(".js"))
    styles = sum(size for path, size in sizes.items() if path.endswith(".css"))
    figure = f"{scripts:,} bytes in {sum(path.endswith('.js') for path in sizes)} files; {styles:,} of styles besides"
    findings.row("P12", "reader's scripts, gzip", f"≤ {SCRIPT / 1000:.0f} KB", figure, scripts <= SCRIPT)


def loaded(place: Place, text: str) -> list[str]:
    found = list(dict.fromkeys(unescape(path) for path in _ASSET.findall(text)))
    assert any(path.endswith(".js") for path in found), text[:3000]
    for path in found:
        if path.endswith(".js"):
            body = place.asked(path, path).once().text.decode()
            imported = re.findall(r'(?:from|import) ?"\./([^"]+)"', body)
            found += [one for name in imported if (one := f"{path.rpartition('/')[0]}/{name}") not in found]
    return found


if __name__ == "__main__":
    main()
