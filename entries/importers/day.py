"""Takes a day that was read from text into a series, as often as wanted: what is there already stays as it is."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.utils.text import slugify

from entries.domain.ledger import Author
from entries.domain.pictures import store_image
from entries.domain.posting import edit_entry, publish_entry
from entries.domain.publishing import Head, create_post, edit_post, ensure_series, open_post
from entries.enums import EntryKind
from entries.imaging import read_picture
from entries.importers.day_text import Day, DayEntry
from entries.models import Entry, Image, Post


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Setting:
    """What a day's text does not say of itself."""

    headline: str
    series: str = ""
    standfirst: str = ""
    map: bytes | None = None
    map_alt: str = ""
    map_caption: str = ""


@dataclass(frozen=True)
class ImportResult:
    post: Post
    post_outcome: Outcome
    entries: Counter[Outcome]


@transaction.atomic
def import_day(
    day: Day,
    setting: Setting,
    *,
    author: Author = None,
    dry_run: bool = False,
    progress: Callable[[list[DayEntry]], Iterator[DayEntry]] = iter,
) -> ImportResult:
    """All of the day or, where anything is refused, nothing."""
    if dry_run and setting.map:
        read_picture(setting.map)
        setting = replace(setting, map=None)
    post, post_outcome = _take_head(day, setting, author)
    outcomes = Counter(_take_entry(post, ref, entry, author) for ref, entry in _referred(progress(list(day.entries))))
    if post_outcome is Outcome.CREATED:
        post = open_post(post=post, author=author, at=day.entries[0].published_at)
    if dry_run:
        transaction.set_rollback(True)
    return ImportResult(post, post_outcome, outcomes)


def _take_head(day: Day, setting: Setting, author: Author) -> tuple[Post, Outcome]:
    ref = f"day/{slugify(setting.series)}/{day.date}/{slugify(setting.headline) or setting.headline}"[:250]
    post = Post.objects.with_head().filter(import_ref=ref).first()
    head = _head(day, setting, post)
    if post is None:
        return create_post(head=head, author=author, import_ref=ref), Outcome.CREATED
    edited = edit_post(post=post, head=head, author=author, base_seq=post.head_seq)
    return edited, Outcome.UNCHANGED if edited.head_seq == post.head_seq else Outcome.UPDATED


def _head(day: Day, setting: Setting, post: Post | None) -> Head:
    """What the import brings; where it brings nothing, what the post has already."""
    image = store_image(setting.map) if setting.map else None
    return Head(
        headline=post.headline if post else setting.headline,
        date=day.date,
        series=ensure_series(setting.series) if setting.series else None,
        standfirst=setting.standfirst or (post.standfirst if post else ""),
        related="\n".join(day.related) or (post.related_source if post else ""),
        map=image or (post.map if post else None),
        map_alt=setting.map_alt or (post.map_alt if post else "") or _default_alt(setting, image),
        map_caption=setting.map_caption or (post.map_caption if post else ""),
        map_credit=day.credit or (post.map_credit if post else ""),
    )


def _default_alt(setting: Setting, image: Image | None) -> str:
    return f"Map for “{setting.headline}”" if image else ""


def _referred(entries: Iterator[DayEntry]) -> Iterator[tuple[str, DayEntry]]:
    """Each entry with the name it keeps through every later import of its day: its time, and its place among equals."""
    seen: Counter[datetime] = Counter()
    for entry in entries:
        if entry.kind == EntryKind.ORIGINAL:
            yield "original", entry
        else:
            seen[entry.published_at] += 1
            yield f"{entry.published_at:%Y-%m-%dT%H%M}/{seen[entry.published_at]}", entry


def _take_entry(post: Post, ref: str, given: DayEntry, author: Author) -> Outcome:
    digest = hashlib.sha256(f"{given.topic}\n{given.source}".encode()).hexdigest()
    entry = Entry.objects.filter(post=post, import_ref=ref).select_related("post").first()
    if entry is None:
        publish_entry(
            post=post, author=author, source=given.source, kind=given.kind, published_at=given.published_at,
            topic=given.topic, import_ref=ref, import_digest=digest,
        )  # fmt: skip
        return Outcome.CREATED
    # The same text as last time: whatever an editor has made of it since stays.
    if entry.import_digest == digest or entry.is_removed:
        return Outcome.UNCHANGED
    edit_entry(
        entry=entry, author=author, source=given.source, topic=given.topic, base_version=entry.version,
        import_digest=digest,
    )  # fmt: skip
    return Outcome.UPDATED
