"""A reader's page without a browser: what static/entries/wire.js and stack.js do, on ids, seqs and texts.

Holds every change against what may come: from where the page is, in order, and each once.
"""

import html
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_ARTICLE = re.compile(
    r'<article class="(?P<classes>entry [^"]*)" id="entry-(?P<id>\d+)" data-seq="(?P<seq>\d+)"(?P<rest>.*?)</article>',
    re.DOTALL,
)
_TIME = re.compile(r'<h2 class="label">.*?<time datetime="([^"]+)"', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_POST = re.compile(r'<article class="post"[^>]* data-seq="(\d+)"')
_LOWEST = re.compile(r'<section class="entries"[^>]* data-lowest="entry-(\d+)"')
_OLDER = re.compile(r'<nav class="pager".*?<a rel="next" href="(\?[^"#]*)', re.DOTALL)
_HEADLINE = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)

type Rank = tuple[bool, bool, str, int]


@dataclass(frozen=True)
class Shown:
    """An entry as a reader sees it."""

    id: int
    seq: int
    marks: str
    words: str
    rank: Rank


class Wrong(Exception):  # what a reader says
    """What no reader may ever be told."""


@dataclass(frozen=True)
class Page:
    seq: int
    headline: str
    entries: tuple[Shown, ...]
    lowest: int | None  # id of the entry below which there are older pages
    older: str | None  # the query of the next one


def page_of(text: str) -> Page:
    found, head, lowest, older = (one.search(text) for one in (_POST, _HEADLINE, _LOWEST, _OLDER))
    assert found, text[:500]
    assert head, text[:500]
    shown = tuple(_shown(article) for article in _ARTICLE.finditer(text))
    key, query = int(lowest[1]) if lowest else None, html.unescape(older[1]) if older else None
    return Page(int(found[1]), _words(head[1]), shown, key, query)


@lru_cache(2_000)  # all readers are told the same
def delta_of(data: bytes) -> dict[str, Any]:
    delta: dict[str, Any] = json.loads(data)
    for entry in delta["entries"]:
        if not entry.get("removed"):
            entry["shown"] = entry_of(entry["html"])
    return delta


def entry_of(text: str) -> Shown:
    found = _ARTICLE.search(text)
    assert found, text
    return _shown(found)


class Reader:
    def __init__(self, page: Page) -> None:
        self.needs_new_page = False
        self.open(page)

    def open(self, page: Page) -> None:
        self.seq = page.seq
        self.headline = page.headline
        self._entries = {entry.id: entry for entry in page.entries}
        self._floor: Rank | None = None
        if page.lowest is not None:
            original, _, at, key = self._entries[page.lowest].rank
            self._floor = (original, False, at, key)
        self.needs_new_page = False

    def take(self, delta: dict[str, Any]) -> bool:
        """Whether it was news. Wrong if it does not go on from here, tells a change again or tells out of order."""
        if delta.get("reset"):
            self.needs_new_page = True
            return False
        if delta["since"] > self.seq:
            raise Wrong(f"A step from {self.seq} to {delta['since']} is missing.")
        if delta["seq"] <= self.seq:
            return False  # of a cache that is behind
        seqs = [entry["seq"] for entry in delta["entries"]]
        if seqs != sorted(set(seqs)) or (seqs and seqs[-1] > delta["seq"]):
            raise Wrong(f"Changes {seqs} came out of order.")
        for entry in delta["entries"]:
            self._take_entry(entry)
        if post := delta.get("post"):
            self.headline = _words(html.escape(post["headline"]))
        self.seq = delta["seq"]
        return True

    def _take_entry(self, told: dict[str, Any]) -> None:
        if told["seq"] <= self.seq:
            raise Wrong(f"Change {told['seq']} was told again to a reader who was at {self.seq}.")
        if told.get("removed"):
            self._entries.pop(told["id"], None)
            return
        shown: Shown = told["shown"]
        if self._floor is not None and shown.rank < self._floor:
            self._entries.pop(shown.id, None)  # on an older page
        else:
            self._entries[shown.id] = shown

    def its_part(self, entries: Iterable[Shown]) -> tuple[Shown, ...]:
        """Of all that there are, those that this page has: it may have been opened when the post was shorter."""
        return tuple(entry for entry in entries if self._floor is None or entry.rank >= self._floor)

    @property
    def entries(self) -> tuple[Shown, ...]:
        """As they stand on the page, from the top."""
        return tuple(sorted(self._entries.values(), key=lambda entry: entry.rank, reverse=True))


def differences(reader: Iterable[Shown], truth: Iterable[Shown]) -> int:
    """Entries that one has and the other has not, or not so, or not in that place."""
    mine, theirs = list(reader), list(truth)
    if mine == theirs:
        return 0
    return max(1, len(set(mine) ^ set(theirs)))


def _shown(article: re.Match[str]) -> Shown:
    classes, key = article["classes"].split(), int(article["id"])
    at = _TIME.search(article["rest"])
    rank = ("entry-original" not in classes, "is-pinned" in classes, at[1] if at else "", key)
    return Shown(key, int(article["seq"]), " ".join(sorted(classes)), _words(article["rest"].partition(">")[2]), rank)


def _words(text: str) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", text)).split())
