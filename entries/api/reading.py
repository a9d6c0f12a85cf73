"""What anybody may read, by programs: from visible() and known() alone, and the same for everyone."""

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from entries.api import paging, schemas, shapes
from entries.api.answers import known
from entries.api.interface import api, responses
from entries.api.problems import ApiProblem
from entries.api.values import ABSENT, Day, Flag, Id, Number, Slug
from entries.domain.deltas import Delta, changes_since
from entries.enums import PostState
from entries.models import Entry, Post, Series


@api.get(
    "series/",
    url_name="all-series",
    operation_id="listSeries",
    response=responses({200: schemas.SeriesPage, 304: None}, 422),
    summary="All series",
)
def all_series(
    request: HttpRequest,
    response: HttpResponse,
    limit: paging.Limit = paging.DEFAULT,
    after: paging.AfterSeries = ABSENT,
) -> Any:
    """The running stories that have a public post, in the order of their slugs."""
    rows = Series.objects.visible().order_by("slug")
    rows = rows.filter(slug__gt=after) if after else rows
    found, further = paging.page_of(request, rows, limit, lambda row: row.slug)
    page = schemas.SeriesPage(next=further, items=[shapes.series(row) for row in found])
    return known(request, response, page.model_dump_json(), lambda: page)


@api.get(
    "series/{slug:slug}/",
    url_name="series",
    operation_id="getSeries",
    response=responses({200: schemas.Series, 304: None}, 404),
    summary="One series",
)
def one_series(request: HttpRequest, response: HttpResponse, slug: Slug) -> Any:
    row = Series.objects.visible().filter(slug=slug).first()
    if row is None:
        raise ApiProblem(404, _("There is no such series: ask for all of them, and take the slug from there."))
    told = shapes.series(row)
    return known(request, response, told.model_dump_json(), lambda: told)


@api.get(
    "posts/",
    url_name="posts",
    operation_id="listPosts",
    response=responses({200: schemas.PostPage, 304: None}, 422),
    summary="Posts, the newest day first",
)
def posts(
    request: HttpRequest,
    response: HttpResponse,
    series: Slug = ABSENT,
    state: Literal["live", "ended"] = ABSENT,
    day: Day = ABSENT,
    limit: paging.Limit = paging.DEFAULT,
    after: paging.AfterPost = ABSENT,
) -> Any:
    """Of a series, in a state, of a day, or all."""
    rows = Post.objects.visible().with_head().by_day().reverse()
    rows = rows.filter(series__slug=series) if series else rows
    rows = rows.in_state(PostState(state)) if state else rows
    rows = rows.filter(date=day) if day else rows
    found, further = paging.page_of(request, paging.below_post(rows, after), limit, paging.place_of_post)
    return known(
        request,
        response,
        [further, *(_state_of(row) for row in found)],
        lambda: schemas.PostPage(next=further, items=[shapes.post(row) for row in found]),
    )


@api.get(
    "posts/{slug:slug}/",
    url_name="post",
    operation_id="getPost",
    response=responses({200: schemas.Post, 304: None}, 404),
    summary="One post",
)
def one_post(request: HttpRequest, response: HttpResponse, slug: Slug) -> Any:
    """Its own lines; its entries have an address of their own."""
    row = _post(slug)
    return known(request, response, _state_of(row), lambda: shapes.post(row))


@api.get(
    "posts/{slug:slug}/entries/",
    url_name="entries",
    operation_id="listEntries",
    response=responses({200: schemas.EntryPage, 304: None}, 404, 422),
    summary="The entries of a post",
)
def entries(
    request: HttpRequest,
    response: HttpResponse,
    slug: Slug,
    order: paging.Order = "newest",
    key: Flag = False,
    limit: paging.Limit = paging.DEFAULT,
    after: paging.AfterEntry = ABSENT,
) -> Any:
    """By the times in their labels; the original entry is the oldest of all. `key=true`: key moments only."""
    post = _post(slug)
    return known(request, response, _state_of(post), lambda: _entries(request, post, order, key, limit, after))


@api.get(
    "posts/{slug:slug}/entries/{int:entry_id}/",
    url_name="entry",
    operation_id="getEntry",
    response=responses({200: schemas.Entry, 304: None}, 404, 410),
    summary="One entry",
)
def one_entry(request: HttpRequest, response: HttpResponse, slug: Slug, entry_id: Id) -> Any:
    """Of a removed one only when and why it was removed: 410."""
    row = Entry.objects.known().select_related("post__series").filter(post__slug=slug, pk=entry_id).first()
    if row is None:
        raise no_entry()
    if row.is_removed:
        told = shapes.tombstone(row)
        raise ApiProblem(410, _("This entry was removed: show it no longer."), entry=told.model_dump())
    return known(request, response, _state_of(row.post), lambda: shapes.entry(row))


@api.get(
    "posts/{slug:slug}/changes/",
    url_name="changes",
    operation_id="listChanges",
    response=responses({200: schemas.Changes, 304: None}, 404, 422),
    summary="What changed in a post since then",
)
def changes(request: HttpRequest, response: HttpResponse, slug: Slug, since: Number = 0) -> Any:
    """Each entry that changed after the change number `since`, as it is now and once, or that it was removed. Ask again
    with the `seq` that you get. Nothing is lost or told twice, whatever the clocks say."""
    delta = _delta(slug, since)
    if delta.is_from_the_future:  # a moment later that seq may be there, and the answer another
        response.headers["Cache-Control"] = "no-store"
    return known(request, response, _state_of(delta.post), lambda: shapes.changes(delta))


def no_post() -> ApiProblem:
    return ApiProblem(404, _("There is no such post: ask for all of them, and take the slug from there."))


def no_entry() -> ApiProblem:
    return ApiProblem(404, _("There is no such entry in this post: ask for all of them, and take the id from there."))


def _post(slug: str) -> Post:
    row = Post.objects.visible().with_head().filter(slug=slug).first()
    if row is None:
        raise no_post()
    return row


def _delta(slug: str, since: int) -> Delta:
    try:
        return changes_since(slug, since)
    except Post.DoesNotExist as error:
        raise no_post() from error


def _entries(
    request: HttpRequest, post: Post, order: paging.Order, key: bool, limit: int, after: str | None
) -> schemas.EntryPage:
    rows = post.entries.visible().by_time()
    rows = rows.filter(is_key=True) if key else rows
    rows = paging.beyond_entry(rows if order == "oldest" else rows.reverse(), after, order)
    found, further = paging.page_of(request, rows, limit, paging.place_of_entry)
    for row in found:
        row.post = post
    return schemas.EntryPage(next=further, items=[shapes.entry(row) for row in found])


def _state_of(post: Post) -> object:
    """All that an answer is made of besides the entries, whose changes `seq` counts: a series has no seq."""
    return post.pk, post.seq, post.series and (post.series.slug, post.series.title)
