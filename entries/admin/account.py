from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entries.admin.history import HistoryInLog
from entries.domain import second_step
from entries.domain.logins import end_logins
from entries.domain.rights import ROLES
from entries.views.desk.access import author_of

admin.site.unregister(User)


def _role(name: str) -> str:
    return str(ROLES.get(name, name))


class RolesField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return _role(obj.name)


class RoleFilter(admin.RelatedFieldListFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("role")

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        return [(key, _role(str(name))) for key, name in super().field_choices(field, request, model_admin)]


@admin.register(User)
class AccountAdmin(HistoryInLog, UserAdmin):
    """Who works here, and as what. A role is all that a login needs."""

    list_display = ["username", "first_name", "last_name", "roles", "has_second_step", "is_active"]
    list_filter = [("groups", RoleFilter), "is_active"]
    list_select_related = ["second_step"]
    actions = ["reset_second_step", "log_out"]
    add_fieldsets = [
        (None, {"fields": ["username", "first_name", "last_name", "password1", "password2"]}),
        (_("Role"), {"fields": ["groups"]}),
    ]
    filter_horizontal = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        accounts: QuerySet[User] = super().get_queryset(request).prefetch_related("groups")
        # Whoever could change a superuser's password would be one.
        return accounts if request.user.is_superuser else accounts.filter(is_superuser=False)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        role = ["groups", "is_active", *(["is_superuser"] if request.user.is_superuser else [])]
        return [
            (None, {"fields": ["username", "password"]}),
            (_("Name"), {"fields": ["first_name", "last_name", "email"]}),
            (_("Role"), {"fields": role}),
        ]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs["form_class"] = RolesField
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if field and db_field.name == "groups":
            field.label, field.help_text = _("Role"), _("Without one an account cannot log in.")
        return field

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        account = form.instance
        if not {"groups", "is_superuser"} & set(form.changed_data):
            return  # what was given otherwise stays
        account.is_staff = account.is_superuser or account.groups.exists()
        account.save(update_fields=["is_staff"])

    @admin.display(description=_("role"))
    def roles(self, account: User) -> str:
        names = [_role(group.name) for group in account.groups.all()]
        return ", ".join([*([gettext("superuser")] if account.is_superuser else []), *names])

    @admin.display(description=_("second step"), boolean=True)
    def has_second_step(self, account: User) -> bool:
        return hasattr(account, "second_step")

    @admin.action(description=_("Reset the second step"), permissions=["change"])
    def reset_second_step(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        """Not one's own: that takes the password."""
        own = author_of(request)
        for account in chosen:
            if account != own and second_step.remove(user=account):
                end_logins(user=account)
                self.log_change(request, account, gettext("The second step was reset."))
        if own in chosen:
            self.message_user(request, _("Your own you turn off on your account’s page."), messages.WARNING)
        self.message_user(request, _("Reset: the password alone opens these accounts, until a new one is set up."))

    @admin.action(description=_("Log out everywhere"), permissions=["change"])
    def log_out(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        here = request.session.session_key
        for account in chosen:
            end_logins(user=account, but=here)
        self.message_user(request, _("Logged out everywhere, but for you here."))

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        with transaction.atomic():
            response: HttpResponse = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == 302:
            end_logins(user=User.objects.get(pk=id), but=request.session.session_key)
        return response
