"""A post's own lines and its states: draft → live → ended. The only writer of posts."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain, count
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import capfirst, slugify

from entries.deeds import Deed
from entries.domain import ledger, rights
from entries.domain.lines import fitting
from entries.domain.noting import note
from entries.domain.refusals import NoHeadline, NoNextDay, NoOriginalEntry, NoSeries, StaleEdit
from entries.domain.rights import Author
from entries.enums import Action, EntryState, PostState
from entries.models import Image, Post, Series
from entries.sanitising import clean_line, clean_text

MAX_SLUG = 80
ATTEMPTS = 5
LINES = ("headline", "byline", "map_alt", "map_caption", "map_credit")


@dataclass(frozen=True)
class Head:
    """A post's own lines as an editor gives them. `related` holds a line of inline HTML each."""

    headline: str
    date: date
    series: Series | None = None
    standfirst: str = ""
    byline: str = ""
    related: str = ""
    map: Image | None = None
    map_alt: str = ""
    map_caption: str = ""
    map_credit: str = ""


@transaction.atomic
def create_post(*, head: Head, author: Author, slug: str = "", import_ref: str | None = None) -> Post:
    rights.require_managing(author)
    columns = _columns(head)

    def make() -> Post:
        return Post.objects.create(
            **columns, slug=slug or free_slug(head), import_ref=import_ref, changed_at=timezone.now()
        )

    post = _again_if_taken(make)
    ledger.record_head(post, Action.CREATED, author, fields=[])
    return post


@transaction.atomic
def edit_post(*, post: Post, head: Head, author: Author, base_seq: int) -> Post:
    """Replaces the lines that the editor had open as `base_seq` (the post's `head_seq` at that time).

    Raises StaleEdit, with both versions, when another editor saved other lines in between.
    """
    rights.require_managing(author)
    post = ledger.lock(post)
    columns = _columns(head)
    changed = [name for name, value in columns.items() if getattr(post, name) != value]
    if not changed:
        return post
    if _has_other_lines(post, base_seq):
        theirs = {name: getattr(post, name) for name in changed}
        raise StaleEdit(theirs=_told(theirs), yours=_told(columns, changed))
    for name in changed:
        setattr(post, name, columns[name])
    ledger.record_head(post, Action.EDITED, author, fields=changed)
    return post


@transaction.atomic
def open_post(*, post: Post, author: Author, at: datetime | None = None) -> Post:
    """Shows a draft to the public, or goes on with coverage that had ended. `at`: when that was, if not now."""
    rights.require_managing(author)
    post = ledger.lock(post)
    if post.is_live:
        return post
    if not post.entries.originals().standing().exists():
        raise NoOriginalEntry(post)
    action = Action.REOPENED if post.is_ended else Action.OPENED
    post.state = PostState.LIVE
    post.published_at = post.published_at or at or timezone.now()
    post.ended_at = None
    ledger.record_head(post, action, author, fields=["state", "published_at", "ended_at"])
    # What was in the draft comes out with it.
    post.entries.standing().filter(out_at=None).update(out_at=post.changed_at)
    return post


@transaction.atomic
def end_post(*, post: Post, author: Author, at: datetime | None = None) -> Post:
    """Closes coverage, `at` that time or now.

    What was to come out becomes a draft: nothing comes out of an ended post, and nothing is lost.
    """
    rights.require_managing(author)
    post = ledger.lock(post)
    if not post.is_live:
        return post
    for entry in post.entries.going_out():
        entry.state = EntryState.DRAFT
        entry.held_until = None
        ledger.record_entry(entry, Action.DRAFTED, author, fields=["state", "held_until"])
    post.state = PostState.ENDED
    post.ended_at = at or timezone.now()
    post.next_update_at = None
    ledger.record_head(post, Action.ENDED, author, fields=["state", "ended_at", "next_update_at"])
    return post


@transaction.atomic
def start_next_post(*, post: Post, author: Author) -> Post:
    """A draft for the day after in the same series, with the map, the byline and the contributors of this one; the post
    of that day where there is one already. Its coverage line comes of itself."""
    rights.require_managing(author)
    post = ledger.lock(post)  # two editors who start it at once get the same one
    if post.series is None:
        raise NoSeries(post)
    if post.date == date.max:
        raise NoNextDay
    day = post.date + timedelta(days=1)
    if started := Post.objects.filter(series=post.series, date=day).order_by("id").first():
        return started
    head = Head(
        headline=post.headline, date=day, series=post.series, byline=post.byline, map=post.map,
        map_alt=post.map_alt, map_caption=post.map_caption, map_credit=post.map_credit,
    )  # fmt: skip
    started = create_post(head=head, author=author)
    started.contributors.set(post.contributors.all())
    return started


@transaction.atomic
def assign_contributors(*, post: Post, author: Author, add: Iterable[User] = (), remove: Iterable[User] = ()) -> None:
    """Of those who may write in this post and are no editors, some more and some no longer."""
    rights.require_managing(author)
    add, remove = [*add], [*remove]
    post.contributors.add(*add)
    post.contributors.remove(*remove)
    if add or remove:
        signed = [*(f"+{user}" for user in add), *(f"−{user}" for user in remove)]
        note(Deed.POST_ASSIGNED, post, by=author, detail=" ".join(signed))


@transaction.atomic
def discard_post(*, post: Post, author: Author) -> None:
    """Throws away, with its entries, a post that no reader ever saw."""
    rights.require_managing(author)
    post = ledger.lock(post)
    if post.published_at is None:
        note(Deed.POST_DISCARDED, post, by=author)
        post.delete()


def ensure_series(title: str, description: str = "") -> Series:
    """The series of that title, made where it is not there yet."""
    title = fitting(Series, "title", title)
    words = slugify(title)[:MAX_SLUG].strip("-") or f"series-{hashlib.sha256(title.encode()).hexdigest()[:8]}"

    def find_or_make() -> Series:
        found = Series.objects.filter(title__iexact=title).order_by("id").first()
        return found or Series.objects.create(
            title=title, slug=_free(words, Series.objects.all()), description=description
        )

    return _again_if_taken(find_or_make)


def free_slug(head: Head) -> str:
    """An address made of the headline that no post has yet."""
    words = slugify(head.headline)[: MAX_SLUG + 1]
    if len(words) > MAX_SLUG:
        words = words.rpartition("-")[0] or words[:MAX_SLUG]
    if not words:  # a headline without a Latin letter
        words = f"{head.series.slug[:MAX_SLUG] if head.series else 'live'}-{head.date}"
    if not Post.objects.filter(slug=words).exists():
        return words
    return _free(f"{words}-{head.date}", Post.objects.all())


def _free(words: str, rows: QuerySet[Any]) -> str:
    taken = set(rows.filter(slug__startswith=words).values_list("slug", flat=True))
    numbered = (f"{words}-{number}" for number in count(2))
    return next(slug for slug in chain([words], numbered) if slug not in taken)


def _again_if_taken[Row: (Post, Series)](make: Callable[[], Row]) -> Row:
    """Two editors may find the same address free; the one who comes second looks again."""
    for _ in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return make()
        except IntegrityError:
            continue
    return make()


def _has_other_lines(post: Post, since: int) -> bool:
    """Whether somebody wrote lines after that seq; a state or a promise has its place beside them."""
    if post.head_seq == since:
        return False
    return post.revisions.filter(entry=None, seq__gt=since, action=Action.EDITED).exists()


def _told(columns: dict[str, Any], names: Iterable[str] = ()) -> str:
    """The lines as an editor reads them, one each."""
    lines = [(name, columns[name]) for name in names or columns if name != "related"]
    return "\n".join(
        f"{capfirst(getattr(Post._meta.get_field(name), 'verbose_name', name))}: {value or '–'}"
        for name, value in lines
    )


def _columns(head: Head) -> dict[str, Any]:
    """The values of a post's columns, cleaned; refused where a line is missing or does not fit."""
    related = [line.strip() for line in clean_text(head.related).splitlines() if line.strip()]
    lines = {name: fitting(Post, name, getattr(head, name)) for name in LINES}
    if not lines["headline"]:
        raise NoHeadline
    return {
        **lines,
        "series": head.series,
        "date": head.date,
        "standfirst": clean_text(head.standfirst).strip(),
        "related_source": "\n".join(related),
        "related": [clean for line in related if (clean := clean_line(line))],
        "map": head.map,
    }
