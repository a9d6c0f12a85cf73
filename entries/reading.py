"""What a reader asked to see of a post, and the page of entries that it comes to.

Pages hold PAGE_SIZE entries and count from the oldest, so that an address goes on meaning what it meant while updates
arrive. The post's own address shows the newest: the last page, and the one before it until the last is full.
"""

from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from django.utils.functional import cached_property

from entries.models import Entry, Post
from entries.models.entries import EntryQuerySet
from entries.searching import words_of

PAGE_SIZE = 30


@dataclass(frozen=True)
class Reading:
    """The address of a page of a post, taken apart."""

    page: int | None = None
    is_oldest_first: bool = False
    is_key_only: bool = False
    query: str = ""
    since: int | None = None  # the seq up to which the reader knew the post
    entry: int | None = None  # the id of one that is to be on the page
    zone: str = ""  # in which times stand beside GMT

    @property
    def is_narrowed(self) -> bool:
        return self.is_key_only or bool(self.words)

    @property
    def is_whole(self) -> bool:
        """The post as its address alone shows it, which takes in what arrives."""
        return self == Reading(since=self.since, zone=self.zone)

    @property
    def is_passing(self) -> bool:
        """A view of the moment, which no search engine is to keep."""
        return self.is_narrowed or self.since is not None or self.is_oldest_first

    @cached_property
    def words(self) -> list[str]:
        return words_of(self.query)

    @property
    def parameters(self) -> dict[str, str]:
        given = {
            "order": "oldest" if self.is_oldest_first else "",
            "key": "1" if self.is_key_only else "",
            "q": self.query if self.words else "",
            "page": self.page,
            "entry": self.entry,
            "since": self.since,
            "zone": self.zone,
        }
        return {name: str(value) for name, value in given.items() if value not in ("", None)}

    @property
    def search(self) -> str:
        """`?order=oldest&page=2`; empty for the post's own address."""
        return f"?{urlencode(self.parameters, safe='/')}" if self.parameters else ""

    # The links on a page: each changes one thing, and what it does not change stays.

    def on(self, page: int) -> "Reading":
        return replace(self, page=page, entry=None)

    @property
    def turned(self) -> "Reading":
        return replace(self, is_oldest_first=not self.is_oldest_first, page=None, entry=None)

    @property
    def key_switched(self) -> "Reading":
        return replace(self, is_key_only=not self.is_key_only, page=None, entry=None)

    @property
    def all(self) -> "Reading":
        return replace(self, query="", is_key_only=False, page=None, entry=None)


@dataclass(frozen=True)
class Absence:
    """What came while a reader was away, and the entry where they had left."""

    new: int
    key: int
    known: Entry | None


@dataclass(frozen=True)
class Window:
    """A page of a post's entries, in the order in which it shows them."""

    reading: Reading
    entries: list[Entry]
    marked: list[Entry] = field(repr=False)  # all key moments and pins of the post, the newest first
    total: int  # of the entries that were asked for
    first: int  # the pages that it shows, of `pages`
    last: int
    pages: int
    absence: Absence | None = None
    lowest: Entry | None = None  # by time: a pin on top may be of an older page, or of the end of this one

    @property
    def newer(self) -> Reading | None:
        return self.reading.on(self.last + 1) if self.last < self.pages else None

    @property
    def older(self) -> Reading | None:
        return self.reading.on(self.first - 1) if self.first > 1 else None

    @property
    def lasting(self) -> Reading:
        """The address under which search engines are to know what is here."""
        return Reading(page=None if self.reading.is_passing or self.reading.is_whole else self.first)

    @cached_property
    def key_moments(self) -> list[Entry]:
        return [entry for entry in self.marked if entry.is_key_moment]

    @property
    def original(self) -> Entry | None:
        return next((entry for entry in self.marked if entry.is_original), None)

    @cached_property
    def shown(self) -> set[int]:
        return {entry.pk for entry in self.entries}

    @property
    def is_left_here(self) -> bool:
        """The place where the reader had left is on this page."""
        return bool(self.absence and self.absence.known and self.absence.known.pk in self.shown)


def window_of(post: Post, reading: Reading) -> Window:
    """The page of a post that the caller may show, in its present state."""
    standing = post.entries.standing().for_page()
    marked = list(standing.marked().by_time().reverse())
    asked_for = _asked_for(standing, reading)
    total = asked_for.count() if reading.is_narrowed else _number(post, marked)
    pages = max(1, -(-total // PAGE_SIZE))
    newest_pages = range(pages if total % PAGE_SIZE == 0 else max(1, pages - 1), pages + 1)
    reading = _with_page_of_entry(asked_for, reading, newest_pages)
    shown = _shown(reading, newest_pages)
    by_time = _by_time(post, asked_for, shown[0], None if shown[-1] == pages else shown[-1])
    away = None if reading.since is None else absence(post, reading.since)
    return Window(
        reading, _in_order(by_time, marked, reading), marked, total, shown[0], shown[-1], pages, away,
        lowest=next(iter(by_time), None),
    )  # fmt: skip


def whole_of(entries: list[Entry]) -> Window:
    """All of them on one page."""
    marked = [entry for entry in entries if entry.is_key or entry.is_pinned or entry.is_original]
    return Window(Reading(), entries, marked, len(entries), first=1, last=1, pages=1)


def _number(post: Post, marked: list[Entry]) -> int:
    """Of all entries, as the post has them counted: 5,000 take the database a millisecond."""
    return sum(hour.updates for hour in post.timeline) + any(entry.is_original for entry in marked)


def absence(post: Post, since: int) -> Absence:
    standing = post.entries.standing()
    return Absence(**standing.counts_since(since), known=standing.newest_known_at(since))


def _asked_for(entries: EntryQuerySet, reading: Reading) -> EntryQuerySet:
    if reading.is_key_only:
        entries = entries.filter(is_key=True)
    return entries.saying(reading.words)


def _with_page_of_entry(asked_for: EntryQuerySet, reading: Reading, newest: range) -> Reading:
    """`?entry=` as the page that it is on: the post's own where it is among the newest."""
    entry = asked_for.filter(pk=reading.entry).first() if reading.entry else None
    if entry is None:
        return replace(reading, entry=None)
    page = asked_for.earlier_than(entry).count() // PAGE_SIZE + 1
    is_on_newest = page in newest and not reading.is_oldest_first
    return replace(reading, entry=None, page=None if is_on_newest else page)


def _shown(reading: Reading, newest: range) -> range:
    """The pages that are shown as one."""
    if reading.page is None and not reading.is_oldest_first:
        return newest
    page = min(reading.page or 1, newest[-1])
    return range(page, page + 1)


def _by_time(post: Post, asked_for: EntryQuerySet, first: int, last: int | None) -> list[Entry]:
    """The entries of these pages; without a last one all up to the newest.

    Counted from the oldest: what comes in between the counting and this moves nothing.
    """
    ids = asked_for.by_time().values("pk")[(first - 1) * PAGE_SIZE : last and last * PAGE_SIZE]
    # Of the ids alone: with the post beside them SQLite would go through all of its entries.
    entries = list(Entry.objects.for_page().filter(pk__in=ids).by_time())
    for entry in entries:
        entry.post = post
    return entries


def _in_order(by_time: list[Entry], marked: list[Entry], reading: Reading) -> list[Entry]:
    if reading.is_oldest_first:
        return by_time
    if not reading.is_whole:
        return by_time[::-1]
    pinned = [entry for entry in marked if entry.is_pinned and not entry.is_original]
    return [*pinned, *(entry for entry in reversed(by_time) if entry not in pinned)]
