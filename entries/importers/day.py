"""Takes a day that was read from text into a series, as often as wanted: what is there already stays as it is."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from entries.deeds import Deed
from entries.domain.noting import note
from entries.domain.pictures import store_image
from entries.domain.posting import edit_entry, publish_entry
from entries.domain.publishing import Head, create_post, edit_post, end_post, ensure_series, open_post
from entries.domain.rights import Author
from entries.imaging import read_picture
from entries.importers.day_matching import Given, match
from entries.importers.day_text import Day
from entries.models import Image, Post


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
    is_over: bool = False  # a new post ends with its last update


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
    progress: Callable[[list[Given]], Iterator[Given]] = iter,
) -> ImportResult:
    """All of the day or, where anything is refused, nothing."""
    post, head, outcome = _take_head(day, setting, author)
    outcomes = Counter(take_entry(post, given, author) for given in progress(match(post, day.entries)))
    # After all that may be refused: a file is what no rollback takes back.
    if setting.map is not None and _is_new_map(post, setting.map):
        post = _take_map(post, head, setting.map, author, dry_run=dry_run)
        outcome = Outcome.UPDATED if outcome is Outcome.UNCHANGED else outcome
    if outcome is Outcome.CREATED:
        post = open_post(post=post, author=author, at=day.entries[0].published_at)
        if setting.is_over:
            post = end_post(post=post, author=author, at=day.entries[-1].published_at)
    if outcome is not Outcome.UNCHANGED or outcomes.keys() - {Outcome.UNCHANGED}:
        new, changed = outcomes[Outcome.CREATED], outcomes[Outcome.UPDATED]
        note(Deed.IMPORTED, post, by=author, detail=f"{new} new, {changed} changed")
    if dry_run:
        transaction.set_rollback(True)
    return ImportResult(post, outcome, outcomes)


def _take_head(day: Day, setting: Setting, author: Author) -> tuple[Post, Head, Outcome]:
    ref = _post_ref(day, setting)
    brought: dict[str, Any] = {
        "series": ensure_series(setting.series) if setting.series else None,
        "standfirst": setting.standfirst,
        "related": "\n".join(day.related),
        "map_alt": setting.map_alt,
        "map_caption": setting.map_caption,
        "map_credit": day.credit,
    }
    post = Post.objects.with_head().filter(import_ref=ref).first()
    if post is None:
        head = Head(headline=setting.headline, date=day.date, **brought)
        return create_post(head=head, author=author, import_ref=ref), head, Outcome.CREATED
    head = replace(_head_of(post), **_new_in_file(post, brought))
    edited = edit_post(post=post, head=head, author=author, base_seq=post.head_seq)
    return edited, head, Outcome.UNCHANGED if edited.head_seq == post.head_seq else Outcome.UPDATED


def _post_ref(day: Day, setting: Setting) -> str:
    """The name that the post keeps through every later import of its day."""
    # Letters of every alphabet: without them all that is left of “Мост 2” is its number.
    words = [slugify(line, allow_unicode=True) or line for line in (setting.series, setting.headline)]
    return f"day/{day.date}/{hashlib.sha256('/'.join(words).encode()).hexdigest()[:32]}"


def _head_of(post: Post) -> Head:
    return Head(
        headline=post.headline, date=post.date, series=post.series, standfirst=post.standfirst, byline=post.byline,
        related=post.related_source, map=post.map,
        map_alt=post.map_alt, map_caption=post.map_caption, map_credit=post.map_credit,
    )  # fmt: skip


def _new_in_file(post: Post, brought: dict[str, Any]) -> dict[str, Any]:
    """What the post has never said. What it said once, an editor has changed since, and that stays."""
    columns = {"series": "series_id", "related": "related_source"}
    said = list(post.revisions.filter(entry=None).values_list("snapshot", flat=True))
    return {
        name: value
        for name, value in brought.items()
        if value and getattr(value, "pk", value) not in [snapshot.get(columns.get(name, name)) for snapshot in said]
    }


def _is_new_map(post: Post, upload: bytes) -> bool:
    known = Image.objects.filter(digest=hashlib.sha256(upload).hexdigest()).first()
    if known is None:
        return True
    return not post.revisions.filter(entry=None, snapshot__map_id=known.pk).exists()


def _take_map(post: Post, head: Head, upload: bytes, author: Author, *, dry_run: bool) -> Post:
    if dry_run:
        read_picture(upload)
        return post
    alt = head.map_alt or _("Map for “%(headline)s”") % {"headline": head.headline}
    head = replace(head, map=store_image(upload), map_alt=alt)
    return edit_post(post=post, head=head, author=author, base_seq=post.head_seq)


def take_entry(post: Post, given: Given, author: Author) -> Outcome:
    text, entry = given.entry, given.known
    if entry is None:
        publish_entry(
            post=post, author=author, source=text.source, kind=text.kind, published_at=text.published_at,
            topic=text.topic, import_ref=given.ref, import_digest=given.digest,
        )  # fmt: skip
        return Outcome.CREATED
    # The same text at the same time as in an earlier import: whatever an editor has made of it since stays.
    if entry.is_removed or (entry.import_ref, entry.import_digest) == (given.ref, given.digest):
        return Outcome.UNCHANGED
    entry.post = post
    if entry.import_digest == given.digest:
        edited = edit_entry(
            entry=entry, author=author, source=entry.source, base_version=entry.version,
            published_at=text.published_at,
        )  # fmt: skip
    else:
        edited = edit_entry(
            entry=entry, author=author, source=text.source, topic=text.topic, base_version=entry.version,
            import_digest=given.digest,
        )  # fmt: skip
    return Outcome.UNCHANGED if edited.version == entry.version else Outcome.UPDATED
