from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entries.domain.rights import ROLES

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
class AccountAdmin(UserAdmin):
    """Who works here, and as what. A role is all that a login needs."""

    list_display = ["username", "first_name", "last_name", "roles", "is_active"]
    list_filter = [("groups", RoleFilter), "is_active"]
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
