from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from entries.admin.log_csv import lines
from entries.admin.log_links import add_links
from entries.labels import day_text, gmt
from entries.models import LogLine

_NOBODY = "0"
_ACCOUNTS = 200  # to choose from; the others are found by their name


class WhoFilter(admin.SimpleListFilter):
    title = _("who")
    parameter_name = "account"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        accounts = User.objects.filter(is_staff=True).order_by("username").values_list("pk", "username")[:_ACCOUNTS]
        nobody = (_NOBODY, _("The site itself, and whoever was not logged in"))
        return [nobody, *((f"{key}", name) for key, name in accounts)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[LogLine]) -> QuerySet[LogLine]:
        value = self.value() or ""
        if value == _NOBODY:
            return queryset.filter(account=None)
        return queryset.filter(account=int(value)) if value.isdecimal() and len(value) < 19 else queryset


class LogList(ChangeList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = add_links(self.result_list, request.user)


@admin.register(LogLine)
class LogLineAdmin(admin.ModelAdmin):
    """Who did what. Nobody adds, changes or deletes here."""

    list_display = ["moment", "told", "detail", "thing"]
    list_display_links = None
    # No date_hierarchy: to say which years there are takes seconds with half a million lines.
    list_filter = ["at", WhoFilter, "door", "kind", "deed"]
    search_fields = ["title", "name", "address", "token"]
    search_help_text = _("In titles, names, addresses and tokens’ names; or a day (GMT) like 2026-11-25.")
    ordering = ["-id"]
    sortable_by = ()
    show_full_result_count = False
    change_list_template = "admin/entries/logline/change_list.html"

    def get_changelist(self, request: HttpRequest, **given: Any) -> type[ChangeList]:
        return LogList

    def get_urls(self) -> list[URLPattern]:
        export = path("export/", self.admin_site.admin_view(self.export), name="entries_logline_export")
        return [export, *super().get_urls()]

    def export(self, request: HttpRequest) -> StreamingHttpResponse | HttpResponseRedirect:
        """What the list's filters leave, newest first, as it is read: no row is in memory for long."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = lines(self.get_changelist_instance(request).get_queryset(request))
        content = _in_turn(found) if isinstance(request, ASGIRequest) else found
        name = f"log-{timezone.now():%Y-%m-%dT%H%MZ}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return StreamingHttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        query = request.GET.urlencode()
        address = reverse("admin:entries_logline_export") + (f"?{query}" if query else "")
        return super().changelist_view(request, {"export": address, "title": _("Log")} | (extra_context or {}))

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        words = search_term.split()
        for day in filter(None, map(_day, words)):
            queryset = queryset.filter(at__gte=day, at__lt=day + timedelta(days=1))
        return super().get_search_results(request, queryset, " ".join(word for word in words if not _day(word)))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("when"))
    def moment(self, line: LogLine) -> str:
        text = f"{day_text(line.at, 'j M Y')}, {gmt(line.at)}"
        return format_html('<time datetime="{}" title="{}">{}</time>', line.at.isoformat(), line.at.isoformat(), text)

    @admin.display(description=_("what"))
    def told(self, line: LogLine) -> str:
        return line.told

    @admin.display(description=_("where it is"))
    def thing(self, line: Any) -> str:
        if not line.link:
            return "–"
        return format_html('<a href="{}">{}</a>', line.link, line.get_kind_display())


def _day(word: str) -> datetime | None:
    try:
        day = datetime.strptime(word, "%Y-%m-%d").replace(tzinfo=UTC)
        return day if day.year < 9999 else None  # after its last day there is no other
    except ValueError:
        return None


async def _in_turn(found: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Django's server would read all of a plain iterator before it sends any."""
    try:
        while part := await sync_to_async(_next)(found):
            yield part
    finally:
        await sync_to_async(connections.close_all)()  # as after any request: the thread ends here


def _next(found: Iterator[bytes]) -> bytes:
    return next(found, b"")
