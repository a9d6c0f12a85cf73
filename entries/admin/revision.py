from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from entries.models import Revision


@admin.register(Revision)
class RevisionAdmin(admin.ModelAdmin):
    """What every change made of a post or an entry. Nobody adds, changes or deletes here."""

    list_display = ["created_at", "action", "post", "number", "author", "seq"]
    list_filter = ["action", "post__series"]
    list_select_related = ["post", "author"]
    search_fields = ["post__headline", "=entry__id"]
    date_hierarchy = "created_at"
    fields = ["post", "entry", "action", "author", "created_at", "seq", "snapshot"]

    @admin.display(description=_("entry"), ordering="entry_id")
    def number(self, revision: Revision) -> int | None:
        return revision.entry_id

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
