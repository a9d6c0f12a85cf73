from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse

from entries.domain.refusals import Refusal


class DomainAdmin(admin.ModelAdmin):
    """An admin whose writing is done by the domain; what that refuses is shown on the form, with what was typed."""

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refusal as refusal:
            # All is rolled back. The second pass finds the refusal in the form's clean(), and writes nothing.
            request.refusal = refusal  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        # The domain decides what goes: for an entry it is a tombstone, which takes nothing with it.
        return [str(row) for row in objs], {}, set(), []


def author_of(request: HttpRequest) -> User:
    """The editor at work; the admin lets nobody else in."""
    assert isinstance(request.user, User)  # noqa: S101
    return request.user
