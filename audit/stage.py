"""What the audit adds to the demonstration, and the addresses of every kind of page that the public can get."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from itertools import cycle, islice
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

from entries import demonstration
from tests.browser.site import Site

UPDATES = 200
WORDS = 60  # an update
MINUTES = 4  # between two
type Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
PUBLIC = ("/live/", "/series/", "/embed/")


@dataclass(frozen=True)
class Answer:
    status: int
    is_html: bool
    body: bytes


def newest_post(site: Site) -> str:
    """The demonstration's: live, with a map, key moments and a pinned update."""
    found = re.search(r'<h2><a href="(/live/[^"]+)"', fetch(site.url + "/").body.decode())
    assert found
    return found[1]


def newest_entry(site: Site, post: str) -> str:
    return f"{post}entries/{_entries(site, post)[-1]['id']}/"


def add_long_post(site: Site, folder: Path) -> str:
    """A live post of UPDATES updates. Returns its address."""
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    file = folder / f"{yesterday}-a-long-day.md"
    file.write_text(long_day(), encoding="utf-8")
    said = site.manage("import_day", str(file), "--series", "The long day", "--headline", "A long day, all of it")
    address = said.split()[-1]
    for entry in _entries(site, address)[10::20]:
        site.manage("entry", "key", str(entry["id"]))
    return address


def add_correction(site: Site, post: str) -> str:
    """Edits an update that has been out for more than a minute. Returns the address of the post's corrections."""
    pk = _entries(site, post)[3]["id"]
    site.manage("entry", "edit", str(pk), "--text", "<p>The gate was open at noon, and not before.</p>")
    return f"{post}corrections/"


def add_removed(site: Site, post: str) -> str:
    """Takes an update back. Returns its address, which goes on saying so."""
    pk = _entries(site, post)[5]["id"]
    site.manage("entry", "remove", str(pk), "--reason", "It was another gate.")
    return f"{post}entries/{pk}/"


def long_day() -> str:
    """Prose of the demonstration in updates of WORDS words: what repeats itself compresses too well."""
    words = cycle(_prose())
    start = datetime(2000, 1, 1, 6, tzinfo=UTC)
    labels = [f"UPDATE {start + number * timedelta(minutes=MINUTES):%H%M} GMT:" for number in range(UPDATES)]
    texts = [f"{label} {' '.join(islice(words, WORDS))}." for label in reversed(labels)]
    return "\n\n".join([*texts, "ORIGINAL ENTRY: What the day began with."])


def _prose() -> list[str]:
    files = sorted(Path(demonstration.__file__).parent.glob("day*.md"))
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    paragraphs = [line for line in lines if re.match(r"[A-Z“][a-z’]+ ", line)]
    return re.sub(r"\[([^]]*)\]\([^)]*\)|[*_`\[\]]", r"\1", " ".join(paragraphs)).split()


def _entries(site: Site, post: str) -> list[dict[str, int]]:
    """By time, the oldest first."""
    entries = json.loads(fetch(f"{site.url}{post}changes/0/").body)["entries"]
    return sorted(
        (entry for entry in entries if "html" in entry), key=lambda entry: (entry["published_at"], entry["id"])
    )


def pages(site: Site, seeds: list[str]) -> dict[str, bytes]:
    """Addresses, and what they answer: the seeds, and one of every other kind of page that is linked from there."""
    seen: dict[str, bytes] = {}
    kinds: set[tuple[str, ...]] = set()
    waiting = list(seeds)
    for address in waiting:  # grows under way
        if address in seen or (address not in seeds and kind(address) in kinds):
            continue
        answer = fetch(site.url + address)
        if answer.is_html:
            seen[address] = answer.body
            if address not in seeds:
                kinds.add(kind(address))
            waiting += [link for link in links(address, answer.body) if is_looked_at(link)]
    return seen


def is_looked_at(address: str) -> bool:
    """Public, and of no more than two parameters: of those there is no end of combinations."""
    return address.startswith(PUBLIC) and len(parse_qsl(urlsplit(address).query)) <= 2


def kind(address: str) -> tuple[str, ...]:
    """`/live/*/entries/*/` and the names in the query."""
    parts = urlsplit(address)
    path = re.sub(r"^/(\w+)/[^/]+/", r"/\1/*/", re.sub(r"/\d+/", "/*/", parts.path))
    return (path, *sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}))


def links(address: str, body: bytes) -> Iterator[str]:
    finder = _Links()
    finder.feed(body.decode())
    for link in finder.found:
        parts = urlsplit(urldefrag(urljoin(address, link)).url)
        if not parts.netloc:
            yield parts.geturl()


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def fetch(address: str) -> Answer:
    try:
        response = urllib.request.urlopen(address)  # noqa: S310
    except urllib.error.HTTPError as error:
        response = error
    with response:
        return Answer(response.status, response.headers.get_content_type() == "text/html", response.read())
