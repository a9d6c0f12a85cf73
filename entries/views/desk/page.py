"""The desk itself: the box to write in, what waits, what readers have; and what is new of all that."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from entries.domain import rights
from entries.domain.deltas import parse_cursor
from entries.forms.desk import ComposeForm
from entries.labels import instant
from entries.models import Entry, Post, Writing
from entries.views.desk.access import at_desk, author_of, key_in

ENTRIES_SHOWN = 40
ENTRIES_AT_ONCE = 100  # who missed more gets the page anew


@at_desk
@require_safe
def desk(request: HttpRequest, post: Post) -> HttpResponse:
    return desk_page(request, post)


def desk_page(
    request: HttpRequest,
    post: Post,
    form: ComposeForm | None = None,
    status: int = 200,
    *,
    editing: Entry | None = None,
    **told: Any,
) -> HttpResponse:
    """The desk with an empty box, with the entry that is edited in it, or with the `form` that was refused."""
    author, now = author_of(request), timezone.now()
    original = post.entries.originals().select_related("author").first()
    writings = _writings(post)
    mine = [writing for writing in writings if writing.author_id == author.pk]
    if form is None:
        begun = _begun(request, mine)
        initial = {"hold": request.session.get("hold", 0), "uid": uuid4(), **begun}
        form = ComposeForm(post=post, entry=editing, initial=initial)
        told |= {"continues": bool(begun)}
    stack, older = _stack(request, post)
    return render(
        request,
        "admin/entries/desk/desk.html",
        {
            **admin.site.each_context(request),
            **_bar(post, author),
            "title": post.headline,
            "is_nav_sidebar_enabled": False,
            "form": form,
            "original": original,
            "stack": stack,
            "older": older,
            "unfinished": mine,
            **_shelf(post, author),
            "people": _people(writings, author),
            "now": now,
            **told,
        },
        status=status,
    )


@at_desk
@require_safe
def news(request: HttpRequest, post: Post) -> HttpResponseBase:
    """What the desk shows, as it is now; of the entries those that changed after `?since=`."""
    author = author_of(request)
    since = parse_cursor(request.GET.get("since", ""))
    changed = list(post.entries.out().filter(seq__gt=since).select_related("author")[: ENTRIES_AT_ONCE + 1])
    context = {
        "post": post,
        **_bar(post, author),
        **_shelf(post, author),
        "people": _people(_writings(post, "fields"), author),
    }

    def rendered(name: str, **more: Any) -> str:
        return render_to_string(f"admin/entries/desk/{name}.html", context | more, request).strip()

    return JsonResponse(
        {
            "seq": post.seq,
            "state": post.state,
            "has_original": post.entries.originals().exists(),
            "reset": len(changed) > ENTRIES_AT_ONCE,
            "entries": [
                _news_of(_of(post, entry), rendered("_entry", entry=entry)) for entry in changed[:ENTRIES_AT_ONCE]
            ],
            "bar": rendered("_bar"),
            "shelf": rendered("_shelf"),
            "people": rendered("_people"),
        }
    )


def _news_of(entry: Entry, html: str) -> dict[str, Any]:
    return {
        "id": entry.pk,
        "seq": entry.seq,
        "published_at": instant(entry.published_at) if entry.published_at else None,
        "pinned": entry.is_pinned,
        "original": entry.is_original,
        "html": html,
    }


def _stack(request: HttpRequest, post: Post) -> tuple[list[Entry], Entry | None]:
    """Updates as readers have them, from the top or, with `?older=`, from below that entry; and where to go on."""
    updates = post.entries.out().updates().select_related("author").newest_first()
    if below := request.GET.get("older"):
        updates = updates.filter(is_pinned=False).below(get_object_or_404(post.entries.out(), pk=key_in(below)))
    found = [_of(post, entry) for entry in updates[: ENTRIES_SHOWN + 1]]
    shown = found[:ENTRIES_SHOWN]
    return shown, shown[-1] if len(found) > ENTRIES_SHOWN else None


def _shelf(post: Post, author: User) -> dict[str, Any]:
    waiting = list(post.entries.waiting().select_related("author").order_by("published_at", "id"))
    for entry in waiting:
        entry.post = post
        entry.may_change = rights.may_change(author, entry)
    return {
        "submitted": [entry for entry in waiting if entry.is_submitted],
        "held": [entry for entry in waiting if entry.is_held],
        "scheduled": [entry for entry in waiting if entry.is_scheduled],
        "drafts": [entry for entry in waiting if entry.is_draft],
    }


def _bar(post: Post, author: User) -> dict[str, Any]:
    return {
        "post": post,
        "latest": Entry.objects.latest_times([post]).get(post.pk),
        "quiet_minutes": settings.QUIET_MINUTES,
        "may_publish": rights.may_publish(author),
        "may_manage": rights.may_manage(author),
    }


def _writings(post: Post, *unread: str) -> list[Writing]:
    writings = list(post.writings.select_related("author", "entry").defer(*unread))
    for writing in writings:
        if writing.entry:
            _of(post, writing.entry)
    return writings


def _people(writings: list[Writing], author: User) -> list[Writing]:
    now = timezone.now()
    return [writing for writing in writings if writing.author_id != author.pk and writing.is_present(now)]


def _begun(request: HttpRequest, mine: list[Writing]) -> dict[str, Any]:
    """The fields of the unfinished text that `?continue=` names."""
    wanted = request.GET.get("continue", "")
    return next((writing.as_initial for writing in mine if str(writing.uid) == wanted), {})


def _of(post: Post, entry: Entry) -> Entry:
    entry.post = post  # its address and its label need it, and all are of this one
    return entry
