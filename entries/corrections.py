"""What readers had, and what they have instead."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.core.cache import cache
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from entries.enums import Action, Confidence
from entries.labels import time_text
from entries.models import Entry, Post, Revision
from entries.wording import word_changes

VERSIONS_SHOWN = 30


@dataclass(frozen=True)
class TextChange:
    """`name`: of the line, or empty for an entry’s text. `diff`: empty where its looks changed and no word."""

    name: str
    diff: SafeString


@dataclass(frozen=True)
class LineChange:
    """`Confidence: Unconfirmed → Confirmed`. Empty is what had nothing to say."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Correction:
    """One change. Of what is removed it says no more than that."""

    seq: int
    at: datetime
    # None: of the post's own lines.
    entry: Entry | None
    texts: tuple[TextChange, ...] = ()
    lines: tuple[LineChange, ...] = ()

    @property
    def is_removal(self) -> bool:
        return self.entry is not None and self.entry.is_removed

    @property
    def says_something(self) -> bool:
        return bool(self.texts or self.lines or self.is_removal)


type _Snapshot = dict[str, Any]
type _Printed = Callable[[str, Post], str]


def corrections_of(post: Post, page: Iterable[Revision]) -> list[Correction]:
    """Of a page of `Revision.objects.corrections(post).with_version_before()`, in one query more."""
    revisions = list(page)
    before = Revision.objects.in_bulk([revision.before_id for revision in revisions if _is_edit(revision)])
    told = [_correction(post, revision, before.get(revision.before_id or 0)) for revision in revisions]
    return [correction for correction in told if correction.says_something]


def versions_of(entry: Entry) -> list[Correction]:
    """How a visible entry came to its text, the last change first."""
    if not entry.is_corrected:
        return []
    revisions = Revision.objects.corrections(entry.post).filter(entry=entry).with_version_before()
    return corrections_of(entry.post, revisions[:VERSIONS_SHOWN])


def _is_edit(revision: Revision) -> bool:
    return revision.action == Action.EDITED


def _correction(post: Post, revision: Revision, before: Revision | None) -> Correction:
    entry, seq = revision.entry, revision.seq or 0
    if entry:
        entry.post = post
    if before is None:
        return Correction(seq, revision.created_at, entry)
    old, new = before.snapshot, revision.snapshot
    texts = _entry_texts(old, new) if entry else _head_texts(old, new)
    lines = _lines(post, old, new) if entry else ()
    return Correction(seq, revision.created_at, entry, tuple(texts), tuple(lines))


def _entry_texts(old: _Snapshot, new: _Snapshot) -> Iterable[TextChange]:
    if old["html"] != new["html"]:
        yield TextChange("", _words(old["html"], new["html"]))


def _words(old: str, new: str) -> SafeString:
    """Made once a process: of two long texts it takes a tenth of a second, and thirty may stand on a page."""
    key = hashlib.sha256(f"{old}\0{new}".encode()).hexdigest()
    return cast("SafeString", cache.get_or_set(f"word-changes-{key}", lambda: word_changes(old, new), timeout=None))


def _head_texts(old: _Snapshot, new: _Snapshot) -> Iterable[TextChange]:
    for field, name in (("headline", _("Headline")), ("standfirst", _("Standfirst"))):
        if old[field] != new[field]:
            yield TextChange(str(name), _words(escape(old[field]), escape(new[field])))


def _lines(post: Post, old: _Snapshot, new: _Snapshot) -> Iterable[LineChange]:
    for field, name, printed in _LINES:
        # What came with a later version of the site is not in an older snapshot.
        before, after = (printed(snapshot.get(field) or "", post) for snapshot in (old, new))
        if before != after:
            yield LineChange(str(name), before, after)


def _as_it_is(value: str, post: Post) -> str:
    return value


def _confidence(value: str, post: Post) -> str:
    return str(Confidence(value).label) if value else ""


def _time(value: str, post: Post) -> str:
    return str(_("%(clock)s GMT") % {"clock": time_text(datetime.fromisoformat(value), post.date)}) if value else ""


_LINES: Sequence[tuple[str, Any, _Printed]] = (
    ("published_at", _("Time"), _time),
    ("topic", _("Topic"), _as_it_is),
    ("byline", _("Byline"), _as_it_is),
    ("confidence", _("Confidence"), _confidence),
)
