"""The newsroom's admin: Django's, with logins that take a second step."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext_lazy as _

from entries.domain.logins import end_logins
from entries.forms.logins import ChangePasswordForm
from entries.views.account import own
from entries.views.account.logging_in import lacks_second_step, log_in, slowed

URLS: list[URLPattern] = [
    path("account/", own.own(own.account), name="account"),
    path("account/logins/<uuid:uid>/end/", own.own(own.end_login), name="account_end_login"),
    path("account/logins/end/", own.own(own.end_logins), name="account_end_logins"),
    path("account/second-step/", own.own(own.set_up, before_second_step=True), name="account_second_step"),
    path("account/second-step/remove/", own.own(own.remove), name="account_remove_second_step"),
    path("account/second-step/codes/", own.own(own.renew_codes), name="account_renew_codes"),
]


class NewsroomSite(AdminSite):
    site_header = site_title = settings.SITE_NAME
    index_title = _("Newsroom")

    def has_permission(self, request: HttpRequest) -> bool:
        """All that stands under /admin/ asks this, and so do the desks."""
        return super().has_permission(request) and not lacks_second_step(request)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        # Logging out is for those, too, who may do nothing else before they have set up their second step.
        logout = path("logout/", self.logout, name="logout")
        return [logout, *URLS, *super().get_urls()]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return log_in(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        view = PasswordChangeView.as_view(
            form_class=partial(ChangePasswordForm, request=request),
            success_url=reverse("admin:password_change_done"),
            extra_context={**self.each_context(request), **(extra_context or {})},
        )
        request.current_app = self.name
        return _and_end_others(request, view(request))


def _and_end_others(request: HttpRequest, response: HttpResponseBase) -> HttpResponse:
    assert isinstance(response, HttpResponse)  # noqa: S101
    if response.status_code == 302 and isinstance(request.user, User):
        end_logins(user=request.user, but=request.session.session_key)
    elif request.method == "POST":
        slowed(response, getattr(response, "context_data", {})["form"])
    return response
