from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.options import ActionLocation
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from entries.admin.domain_admin import DomainAdmin
from entries.domain import tokens
from entries.forms.tokens import TokenForm
from entries.models import ApiToken
from entries.views.desk.access import author_of


@admin.register(ApiToken)
class ApiTokenAdmin(DomainAdmin):
    has_editor = False
    """Administrators make tokens for accounts, and revoke them; nobody changes one."""

    form = TokenForm
    list_display = ["name", "user", "start", "created_at", "last_used_at", "expires_at", "revoked_at"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter), "user"]
    list_select_related = ["user"]
    search_fields = ["name", "user__username", "start"]
    fields = ["user", "name", "expires_at"]
    actions = ["revoke"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        found: QuerySet[ApiToken] = super().get_queryset(request)
        return found if request.user.is_superuser else found.filter(user__is_superuser=False)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            accounts = User.objects.filter(is_active=True, is_staff=True).order_by("username")
            kwargs["queryset"] = accounts if request.user.is_superuser else accounts.filter(is_superuser=False)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> list[Any]:
        made = ["start", "created_at", "last_used_at", "revoked_at"] if obj else []
        return [*super().get_fields(request, obj), *made]

    # The list's action asks without a row.
    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def save_model(self, request: HttpRequest, obj: ApiToken, form: forms.ModelForm, change: bool) -> None:
        row, token = tokens.make_token(author=author_of(request), **form.cleaned_data)
        obj.__dict__.update(row.__dict__)
        request.token = token  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: ApiToken, post_url_continue: Any = None) -> HttpResponse:
        """The token stands in this answer alone: a message on the next page would wait in a cookie until then."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("The new token"),
            "row": obj,
            "token": request.token,  # type: ignore[attr-defined]
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/entries/apitoken/made.html", context)

    def get_actions(
        self, request: HttpRequest, action_location: ActionLocation = ActionLocation.CHANGE_LIST
    ) -> dict[str, Any]:
        actions = super().get_actions(request, action_location)
        actions.pop("delete_selected", None)  # revoked, it still tells who could write until when
        return actions

    @admin.action(description=_("Revoke"), permissions=["change"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiToken]) -> None:
        for token in chosen:
            tokens.revoke_token(token=token, author=author_of(request))
        self.message_user(request, _("Revoked: whoever shows them is refused from now on."))

    def view_on_site(self, row: Any) -> None:
        return None
