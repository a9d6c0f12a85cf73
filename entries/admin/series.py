from typing import Any

from django.contrib import admin
from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from entries.admin.history import HistoryInLog
from entries.models import Post, Series


@admin.register(Series)
class SeriesAdmin(HistoryInLog):
    list_display = ["title", "live_now", "number_of_posts"]
    search_fields = ["title"]
    prepopulated_fields = {"slug": ["title"]}

    def view_on_site(self, series: Series) -> str | None:
        return series.get_absolute_url() if series.posts.visible().exists() else None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Series]:
        series: QuerySet[Series] = super().get_queryset(request)
        live = Prefetch("posts", Post.objects.live().order_by("-date"), to_attr="live_posts")
        return series.annotate(number=Count("posts")).prefetch_related(live)

    @admin.display(description=_("live now"))
    def live_now(self, series: Any) -> str:
        rows = ((reverse("admin:entries_post_desk", args=[post.pk]), post.headline) for post in series.live_posts)
        return format_html_join(", ", '<a href="{}">{}</a>', rows)

    @admin.display(description=_("posts"), ordering="number")
    def number_of_posts(self, series: Any) -> int:
        return int(series.number)
