"""The pages that readers get, complete without JavaScript."""

from datetime import date
from itertools import groupby
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from entries.caching import answer, minute, post_key, shared
from entries.cards import Card, entry_card, front_card, post_card, series_card
from entries.corrections import versions_of
from entries.forms.reading import ReadingForm, ZoneForm
from entries.models import Entry, Post, Series
from entries.reading import absence, window_of
from entries.serialisers import head_context
from entries.structured_data import entry_data, post_data, series_data, site_data

POSTS_A_PAGE = 30
UPDATES_ON_FRONT = 2


@require_safe
@shared
def front(request: HttpRequest) -> HttpResponse:
    posts = _page_of_posts(request, Post.objects.visible().with_head().newest_first())
    return answer(request, _seen(posts), lambda: _front(request, posts))


def _front(request: HttpRequest, posts: Page[Post]) -> HttpResponse:
    _add_latest(posts)
    live = [post for post in posts if post.is_live]
    newest = live[0].entries.visible().updates().by_time().reverse()[:UPDATES_ON_FRONT] if live else []
    ended = [post for post in posts if not post.is_live]
    days: list[tuple[date, list[Post]]] = [(day, list(of_day)) for day, of_day in groupby(ended, lambda p: p.date)]
    context = {"page": posts, "live": live, "newest": newest, "days": days, "structured": site_data()}
    return render(request, "entries/front.html", {**context, **_social(front_card(), reverse("entries:front"), posts)})


@require_safe
@shared
def series(request: HttpRequest, slug: str) -> HttpResponse:
    story = get_object_or_404(Series, slug=slug)
    posts = _page_of_posts(request, Post.objects.visible().filter(series=story).with_head().by_day().reverse())
    # A series of drafts only is not public yet.
    if not posts.paginator.count:
        raise Http404
    tag = (story.title, story.description, *_seen(posts))
    return answer(request, tag, lambda: _series(request, story, posts))


def _series(request: HttpRequest, story: Series, posts: Page[Post]) -> HttpResponse:
    _add_latest(posts)
    context = {"series": story, "page": posts, "structured": series_data(story)}
    return render(
        request, "entries/series.html", {**context, **_social(series_card(story), story.get_absolute_url(), posts)}
    )


@require_safe
@shared
def post(request: HttpRequest, slug: str) -> HttpResponse:
    post = get_object_or_404(Post.objects.visible().with_head(), slug=slug)
    # After the post and its seq: what changes in between comes again, and nothing is missed.
    beside = Post.objects.before(post), Post.objects.after(post)
    tag = (minute(), _state(post), *(one and (one.pk, one.seq) for one in beside))
    keys = " ".join(post_key(one.slug) for one in beside if one)
    return answer(request, tag, lambda: _post(request, post, *beside), keys=keys)


def _post(request: HttpRequest, post: Post, previous: Post | None, following: Post | None) -> HttpResponse:
    form = ReadingForm(request.GET)
    window = window_of(post, form.reading)
    card = post_card(post, window.original)
    context = {
        **head_context(post, previous, post.entries.visible().latest_time()),
        **_zone(form),
        "window": window,
        "next": following,
        "card": card,
        "structured": post_data(post, window, card),
    }
    return render(request, "entries/post.html", context)


@require_safe
@shared
def since(request: HttpRequest, slug: str, seq: int) -> HttpResponse:
    """What came since then, for a page whose device remembers it."""
    post = get_object_or_404(Post.objects.visible(), slug=slug)
    context = {"post": post, "since": seq, "absence": absence(post, seq)}
    return render(request, "entries/since.html", context)


@require_safe
@shared
def entry(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    entry = Entry.objects.known().select_related("post__series", "post__map").filter(post__slug=slug, pk=pk).first()
    if entry is None:
        raise Http404
    if entry.is_removed:
        return render(request, "entries/gone.html", {"entry": entry, "post": entry.post}, status=410)
    return answer(request, (minute(), entry.pk, _state(entry.post)), lambda: _entry(request, entry))


def _entry(request: HttpRequest, entry: Entry) -> HttpResponse:
    card = entry_card(entry)
    context = {
        **_zone(ZoneForm(request.GET)),
        "card": card,
        "structured": entry_data(entry, card),
        "entry": entry,
        "post": entry.post,
        "newer": entry.post.entries.visible().after(entry),
        "older": entry.post.entries.visible().before(entry),
        "versions": versions_of(entry),
    }
    return render(request, "entries/entry.html", context)


def _state(post: Post) -> tuple[object, ...]:
    """Another one whenever a page that shows something of the post would be another."""
    return post.pk, post.seq, post.series and post.series.title


def _seen(posts: Page[Post]) -> tuple[object, ...]:
    return minute(), posts.number, posts.paginator.num_pages, *(_state(post) for post in posts)


def _zone(form: ZoneForm) -> dict[str, Any]:
    return {"zone_form": form, "zone": form.chosen}


def _social(card: Card, address: str, page: Page[Post]) -> dict[str, Any]:
    """What other sites and search engines are told of a page of posts; `address` is that of the first."""
    return {"card": card, "address": f"{address}?page={page.number}" if page.number > 1 else address}


def _page_of_posts(request: HttpRequest, posts: QuerySet[Post]) -> Page[Post]:
    """The page that `?page=` asks for."""
    page: Page[Post] = Paginator(posts, POSTS_A_PAGE).get_page(request.GET.get("page"))
    # By their keys, so that those before them are counted in the index and not read.
    keys = page.object_list.values("pk")  # type: ignore[attr-defined]  # a slice of `posts`
    page.object_list = list(posts.filter(pk__in=keys))
    return page


def _add_latest(posts: Page[Post]) -> None:
    """To each `latest_at`, the time of its newest update."""
    latest = Entry.objects.latest_times(posts)
    for post in posts:
        post.latest_at = latest.get(post.pk)
