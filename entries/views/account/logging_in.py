"""Name and password, then a code where the account asks for one. Until all of it was right nobody is logged in."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME, SESSION_KEY, login
from django.contrib.auth.models import User
from django.contrib.auth.views import RedirectURLMixin
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from entries.domain.second_step import has_second_step
from entries.forms.logins import CodeForm, LoginForm

# In a session whose second step was taken.
SECOND_STEP = "second_step"
# What the forms of a login are made of, and nothing that is sent with them.
FIELDS = {"csrfmiddlewaretoken", "username", "password", "proof", "code"}
_SALT = "entries.views.account.proof"
_PATIENCE = 600  # seconds between password and code


@dataclass(frozen=True)
class Asked:
    """What whoever wants to log in has to fill in next; without a form, to set up a second step first.

    `proof` says that the password was right."""

    form: Any
    proof: str = ""


def try_to_log_in(request: HttpRequest) -> User | Asked:
    if "proof" in request.POST:
        return _take_code(request)
    if "password" not in request.POST:
        return Asked(LoginForm(request))
    form = LoginForm(request, data=request.POST)
    if not form.is_valid():
        return Asked(form)
    user = form.get_user()
    assert isinstance(user, User)  # noqa: S101
    if has_second_step(user):
        return Asked(CodeForm(user=user, request=request), _prove(user))
    return let_in(request, user)


def let_in(request: HttpRequest, user: User, *, has_taken_second_step: bool = False) -> User:
    is_logged_in = SESSION_KEY in request.session
    login(request, user)
    if is_logged_in:  # for then Django leaves the key as it is
        request.session.cycle_key()
    request.session[SECOND_STEP] = has_taken_second_step
    request.logged_in_as = user.get_username()  # type: ignore[attr-defined]  # for LoginMiddleware
    return user


def lacks_second_step(request: HttpRequest) -> bool:
    """Where every account needs one."""
    return settings.TWO_FACTOR == "required" and not request.session.get(SECOND_STEP)


def must_set_up(request: HttpRequest) -> bool:
    """Is logged in, and gets no further before there is a second step."""
    user = request.user
    if not isinstance(user, User) or not user.is_active or not user.is_staff:
        return False
    return lacks_second_step(request) and not has_second_step(user)


@never_cache
@csrf_protect
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    onward = _Onward(request)
    if request.method != "POST":
        if admin.site.has_permission(request):
            return HttpResponseRedirect(onward.get_success_url())
        if must_set_up(request):
            return _to_set_up(onward)
    asked = try_to_log_in(request)
    if isinstance(asked, Asked):
        return _ask(request, asked, onward.get_success_url())
    return _to_set_up(onward) if must_set_up(request) else HttpResponseRedirect(onward.get_success_url())


class _Onward(RedirectURLMixin):
    """To where `next` says, within this site alone."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def get_default_redirect_url(self) -> str:
        return reverse("admin:index")


def _to_set_up(onward: _Onward) -> HttpResponse:
    query = {REDIRECT_FIELD_NAME: onward.get_success_url()}
    return HttpResponseRedirect(reverse("admin:account_second_step", query=query))


def _ask(request: HttpRequest, asked: Asked, onward: str) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Second step") if asked.proof else _("Log in"),
        "subtitle": None,
        "app_path": reverse("admin:login") if asked.proof else request.get_full_path(),
        "username": request.user.get_username(),
        "form": asked.form,
        "proof": asked.proof,
        REDIRECT_FIELD_NAME: onward,
    }
    template = "admin/entries/account/code.html" if asked.proof else "admin/login.html"
    return slowed(render(request, template, context), asked.form)


def slowed(response: HttpResponse, form: Any) -> HttpResponse:
    """Who has tried too often is told when to come again, in words and for programs."""
    if getattr(form, "wait", 0):
        response.status_code = 429
        response["Retry-After"] = str(form.wait)
    return response


def _take_code(request: HttpRequest) -> User | Asked:
    user = _proved(request.POST["proof"])
    if user is None:
        form = LoginForm(request, data={})
        form.full_clean()
        form.errors.clear()
        form.add_error(None, ValidationError(_("That took too long: log in again.")))
        return Asked(form)
    form_of_code = CodeForm(request.POST, user=user, request=request)
    if form_of_code.is_valid():
        return let_in(request, user, has_taken_second_step=True)
    return Asked(form_of_code, request.POST["proof"])


def _prove(user: User) -> str:
    return signing.dumps({"user": user.pk, "hash": user.get_session_auth_hash()}, salt=_SALT)


def _proved(proof: str) -> User | None:
    """Whose password was right a moment ago, and still is theirs."""
    try:
        told = signing.loads(proof, salt=_SALT, max_age=_PATIENCE)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=told["user"], is_active=True, is_staff=True).first()
    return user if user and constant_time_compare(user.get_session_auth_hash(), told["hash"]) else None
