"""What was rendered of an entry before, kept in this process: after a change a page renders one entry and not sixty.

A fragment is kept under all that decides what is in it. Whatever a reader can see of an entry, and of the one that
superseded it, raises its `seq`; whatever it shows of its post raises the post's `head_seq`; code, settings and language
are the edition's and their own. So none is ever old, and there is nothing to be told of changes: those that nobody asks
for any more go by themselves.
"""

import sys
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from threading import Lock

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from entries.edition import edition
from entries.models import Entry

LIMIT = 16_000_000  # bytes: the pages of some forty posts


class Fragments:
    """Views run in threads. Two that miss the same one at once both make it, which is the same twice."""

    def __init__(self, limit: int) -> None:
        self.size = 0
        self._limit = limit
        self._kept: OrderedDict[Hashable, str] = OrderedDict()
        self._lock = Lock()

    def __iter__(self) -> Iterator[Hashable]:
        return iter([*self._kept])

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self.size = 0

    def get[Text: str](self, key: Hashable, make: Callable[[], Text]) -> Text:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]  # type: ignore[return-value]  # what a key's `make` makes is always of one type
        made = make()
        with self._lock:
            self._add(key, made)
        return made

    def _add(self, key: Hashable, made: str) -> None:
        if key not in self._kept:
            self.size += _size(made)
            self._kept[key] = made
        while self.size > self._limit:
            self.size -= _size(self._kept.popitem(last=False)[1])


fragments = Fragments(LIMIT)


def kept[Text: str](kind: str, entry: Entry, make: Callable[[], Text], *also: Hashable) -> Text:
    """What `make` makes of an entry as it stands in the database, with its post; `also`: what else decides it."""
    # By `uid` and not by id: another database, as each test has one and a backup is one, counts the same way.
    post = entry.post
    key = (kind, post.uid.int, post.head_seq, entry.uid.int, entry.seq, get_language(), edition(), *also)
    return fragments.get(key, make)


def entry_html(entry: Entry) -> SafeString:
    """As it stands on pages and on the wire: for everybody, and so without times in a reader's own zone."""
    return kept("entry", entry, lambda: render_to_string("entries/_entry.html", {"entry": entry}))


def moment_html(entry: Entry, *, is_on_page: bool) -> SafeString:
    """Its line among the key moments."""
    context = {"entry": entry, "is_on_page": is_on_page}
    return kept("moment", entry, lambda: render_to_string("entries/_moment.html", context), is_on_page)


def _size(text: str) -> int:
    return sys.getsizeof(text) + 500  # the key and its place
