"""An account's own page: its second step, and where it is logged in."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from entries.domain import logins, second_step
from entries.forms.logins import PasswordForm, SetUpForm
from entries.models import Login, SecondStep
from entries.views.account.logging_in import SECOND_STEP, must_set_up, slowed
from entries.visitors import in_words

MOST_SHOWN = 50
_NONCE = "second_step_nonce"  # of the session: of a step that is being set up

type OwnView = Callable[..., HttpResponse]


def own(view: OwnView, *, before_second_step: bool = False) -> OwnView:
    """Calls `view(request, user, …)`. No page of these is kept anywhere, and no password in a report."""

    @wraps(view)
    @never_cache
    @csrf_protect
    @sensitive_post_parameters()
    def guarded(request: HttpRequest, **given: Any) -> HttpResponse:
        user = request.user
        may = admin.site.has_permission(request) or (before_second_step and must_set_up(request))
        if not may or not isinstance(user, User):
            return redirect_to_login(reverse("admin:account"), reverse("admin:login"))
        return view(request, user, **given)

    return guarded


@require_safe
def account(request: HttpRequest, user: User) -> HttpResponse:
    here = request.session.session_key
    context = {
        "title": _("Your account"),
        "second_step": SecondStep.objects.filter(user=user).first(),
        "codes_left": second_step.recovery_codes_left(user),
        "logins": [_told(login, here) for login in logins.logins_of(user)[:MOST_SHOWN]],
    }
    return _page(request, "account", context)


@require_POST
def end_login(request: HttpRequest, user: User, uid: UUID) -> HttpResponse:
    logins.end_login(user=user, uid=uid)
    messages.success(request, _("Logged out there."))
    return HttpResponseRedirect(reverse("admin:account"))


@require_POST
def end_logins(request: HttpRequest, user: User) -> HttpResponse:
    """Everywhere: here, too."""
    logins.end_logins(user=user)
    request.session.flush()
    return HttpResponseRedirect(reverse("admin:login"))


@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest, user: User) -> HttpResponse:
    if second_step.has_second_step(user):
        return HttpResponseRedirect(reverse("admin:account"))
    nonce = request.session.get(_NONCE)
    if nonce is None:
        nonce = request.session[_NONCE] = second_step.new_nonce()
    form = SetUpForm(request.POST or None, user=user, request=request, nonce=nonce)
    if form.is_valid():
        return _has_set_up(request, user, form.recovery_codes)
    address = second_step.address_for_app(user=user, nonce=nonce)
    secret = second_step.secret_of(nonce)
    context = {
        "title": _("Set up the second step"),
        "form": form,
        "qr": _qr(address),
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "is_required": settings.TWO_FACTOR == "required",
        REDIRECT_FIELD_NAME: _onward(request),
    }
    return slowed(_page(request, "set_up", context), form)


@require_POST
def remove(request: HttpRequest, user: User) -> HttpResponse:
    form = PasswordForm(request.POST, user=user, request=request)
    if not form.is_valid():
        return _ask_password(request, form, _("Turn off the second step"))
    second_step.remove(user=user)
    request.session[SECOND_STEP] = False
    messages.success(request, _("The second step is off: your password alone opens the newsroom now."))
    return HttpResponseRedirect(reverse("admin:account"))


@require_POST
def renew_codes(request: HttpRequest, user: User) -> HttpResponse:
    form = PasswordForm(request.POST, user=user, request=request)
    if not form.is_valid():
        return _ask_password(request, form, _("Make new recovery codes"))
    if not second_step.has_second_step(user):
        return HttpResponseRedirect(reverse("admin:account"))
    return _show_codes(request, second_step.renew_recovery_codes(user=user))


def _has_set_up(request: HttpRequest, user: User, codes: list[str]) -> HttpResponse:
    del request.session[_NONCE]
    request.session[SECOND_STEP] = True
    request.session.cycle_key()
    # Whoever is logged in elsewhere has shown no code.
    logins.end_logins(user=user, but=request.session.session_key)
    return _show_codes(request, codes)


def _show_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """In this answer alone: a message on the next page would wait in a cookie until then."""
    context = {"title": _("Recovery codes"), "codes": codes, REDIRECT_FIELD_NAME: _onward(request)}
    return _page(request, "codes", context)


def _ask_password(request: HttpRequest, form: PasswordForm, title: str) -> HttpResponse:
    return slowed(_page(request, "password", {"title": title, "form": form}), form)


def _page(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    told = {**admin.site.each_context(request), "is_nav_sidebar_enabled": False, **context}
    return render(request, f"admin/entries/account/{name}.html", told)


def _qr(text: str) -> dict[str, Any]:
    """Drawn in the page itself: a picture with an address of its own could be kept somewhere."""
    rows = list(segno.make(text, error="m", micro=False).matrix_iter(border=4))
    dots = [f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark]
    return {"size": len(rows), "path": "".join(dots)}


def _onward(request: HttpRequest) -> str:
    given = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME) or ""
    hosts, is_secure = {request.get_host()}, request.is_secure()
    is_here = url_has_allowed_host_and_scheme(given, allowed_hosts=hosts, require_https=is_secure)
    return given if is_here else reverse("admin:index")


def _told(login: Login, here: str | None) -> dict[str, Any]:
    return {
        "uid": login.uid,
        "browser": in_words(login.agent),
        "address": login.address,
        "made_at": login.made_at,
        "seen_at": login.seen_at,
        "is_this": login.session_key == here,
    }
