from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from entries.domain.noting import KINDS


class HistoryInLog(admin.ModelAdmin):
    """For who may read the log that is the history: it knows of every door, and the admin's own of one."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        if not request.user.has_perm("entries.view_logline"):
            own: HttpResponse = super().history_view(request, object_id, extra_context)
            return own
        query = {"kind__exact": KINDS[self.model], "number": object_id}
        return HttpResponseRedirect(reverse("admin:entries_logline_changelist", query=query))
