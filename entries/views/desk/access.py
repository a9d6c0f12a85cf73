"""Who gets to a desk, and what is told to those who do not, or whose change was refused."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csp import csp_override

from entries.domain.deltas import BadCursor
from entries.domain.refusals import NotAllowed, Refusal, StaleEdit
from entries.domain.rights import posts_of
from entries.models import Post
from entries.richtext import EDITOR_POLICY
from entries.views.account.logging_in import FIELDS, Asked, must_set_up, slowed, try_to_log_in
from entries.views.desk.unwritten import saying_when_unwritten

type DeskView = Callable[..., HttpResponseBase]


def at_desk(view: DeskView) -> DeskView:
    """Calls `view(request, post, …)` for an editor who may sit at the desk of that post; nobody else sees it."""

    @wraps(view)
    @never_cache
    @csp_override(EDITOR_POLICY)
    def guarded(request: HttpRequest, pk: int, **given: Any) -> HttpResponseBase:
        if _is_somebody_else(request):
            return _logged_out()
        if not admin.site.has_permission(request) and (answer := _log_in(request)):
            return answer
        post = get_object_or_404(posts_of(author_of(request)).with_head(), pk=pk)
        try:
            return view(request, post, **given)
        except BadCursor as error:
            return HttpResponseBadRequest(str(error), content_type="text/plain; charset=utf-8")
        except Refusal as refusal:
            return refused(request, post, refusal)

    return saying_when_unwritten(guarded)


def author_of(request: HttpRequest) -> User:
    """The editor at work; the admin and at_desk let nobody else in."""
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


def key_in(given: str) -> int:
    """The id that a query or a form names; 0, which no row has, for anything else."""
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 20 else 0


def desk_address(post: Post) -> str:
    return reverse("admin:entries_post_desk", args=[post.pk])


def wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def done(request: HttpRequest, post: Post, message: str, **facts: Any) -> HttpResponse:
    """To the desk's script the facts; to a plain form its desk again, with the message."""
    if wants_json(request):
        return JsonResponse({"message": message, **facts})
    messages.success(request, message)
    return HttpResponseRedirect(desk_address(post))


def told(request: HttpRequest, post: Post, error: str) -> HttpResponse:
    """What was wrong with what was sent."""
    if wants_json(request):
        return JsonResponse({"error": error}, status=422)
    messages.error(request, error)
    return HttpResponseRedirect(desk_address(post))


def refused(request: HttpRequest, post: Post, refusal: Refusal) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": str(refusal)}, status=status_of(refusal))
    if isinstance(refusal, NotAllowed):
        context = {**admin.site.each_context(request), "post": post, "refusal": refusal}
        return render(request, "admin/entries/desk/refused.html", context, status=403)
    messages.error(request, str(refusal))
    return HttpResponseRedirect(desk_address(post))


def status_of(refusal: Refusal) -> int:
    if isinstance(refusal, NotAllowed):
        return 403
    return 409 if isinstance(refusal, StaleEdit) else 422


def _is_somebody_else(request: HttpRequest) -> bool:
    """A page of one editor in a browser where another has logged in since: a text must not go out under their name."""
    sits_there = request.headers.get("X-Desk-User")
    return sits_there is not None and sits_there != str(request.user.pk)


def _logged_out() -> HttpResponse:
    error = _("You are logged out: log in again.")
    return JsonResponse({"error": error, "login": reverse("admin:login")}, status=401)


def _log_in(request: HttpRequest) -> HttpResponseBase | None:
    """A login that ran out must not cost the text that was sent: it is sent again with name and password beside it."""
    login_address = reverse("admin:login")
    if wants_json(request):
        return _logged_out()
    if request.method != "POST":
        return redirect_to_login(request.get_full_path(), login_address)
    asked = None if must_set_up(request) else try_to_log_in(request)
    if asked is None or not isinstance(asked, Asked):
        if admin.site.has_permission(request):
            return None
        asked = Asked(form=None)
    sent = [(name, value) for name, values in request.POST.lists() if name not in FIELDS for value in values]
    context = {**admin.site.each_context(request), "asked": asked, "form": asked.form, "sent": sent, "is_popup": True}
    return slowed(render(request, "admin/entries/desk/log_in_again.html", context, status=401), asked.form)
