"""Where a page goes on: after a row, by what rows are ordered by. What comes, goes or moves shifts no page."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from pydantic import BeforeValidator, Field

from entries.addresses import absolute
from entries.api.values import read_number
from entries.enums import EntryKind
from entries.models import Entry, Post
from entries.models.entries import EntryQuerySet
from entries.models.post import PostQuerySet

DEFAULT, MOST = 30, 100
ORIGINAL = "original"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CALENDAR = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_WHERE = "Where to go on: a part of the address in `next`."

Order = Literal["newest", "oldest"]
Limit = Annotated[int, Field(ge=1, le=MOST, description="How many at most."), BeforeValidator(read_number)]
AfterSeries = Annotated[str, Field(pattern="^[-a-zA-Z0-9_]{1,100}$", description=_WHERE)]
# Numbers, of which each is somewhere: beyond the calendar stands for its end.
AfterPost = Annotated[str, Field(pattern="^[0-9]{1,9}[.][0-9]{1,18}$", description=_WHERE)]
AfterEntry = Annotated[str, Field(pattern="^(original|-?[0-9]{1,18}[.][0-9]{1,18})$", description=_WHERE)]


def below_post(posts: PostQuerySet, after: str | None) -> PostQuerySet:
    if after is None:
        return posts
    day, key = (int(part) for part in after.split("."))
    return posts.earlier_than(date.fromordinal(max(1, min(day, date.max.toordinal()))), key)


def place_of_post(post: Post) -> str:
    return f"{post.date.toordinal()}.{post.pk}"


def beyond_entry(entries: EntryQuerySet, after: str | None, order: Order) -> EntryQuerySet:
    if after is None:
        return entries
    place = _entry_at(after)
    if order == "newest":
        return entries.earlier_than(place)
    return entries.updates() if place.is_original else entries.updates().above(place)


def place_of_entry(entry: Entry) -> str:
    if entry.is_original or entry.published_at is None:
        return ORIGINAL
    return f"{(entry.published_at - _EPOCH) // _MICROSECOND}.{entry.pk}"


def _entry_at(after: str) -> Entry:
    if after == ORIGINAL:
        return Entry(kind=EntryKind.ORIGINAL)
    time, key = (int(part) for part in after.split("."))
    first, last = ((end - _EPOCH) // _MICROSECOND for end in _CALENDAR)
    return Entry(pk=key, published_at=_EPOCH + max(first, min(time, last)) * _MICROSECOND)


def page_of[Row: Model](
    request: HttpRequest, rows: QuerySet[Row], limit: int, place_of: Callable[[Row], str]
) -> tuple[list[Row], str | None]:
    """The first rows, and the address at which the others are, if there are others."""
    found = list(rows[: limit + 1])
    if len(found) <= limit:
        return found, None
    given = request.GET.dict() | {"after": place_of(found[limit - 1])}
    return found[:limit], absolute(f"{request.path}?{urlencode(given)}")
