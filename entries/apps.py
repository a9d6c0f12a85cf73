from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class EntriesConfig(AppConfig):
    name = "entries"
    verbose_name = _("Newsroom")

    def ready(self) -> None:
        from entries import checks  # noqa: F401 (registers the checks; needs the apps loaded)
        from entries.domain.witnessing import watch

        watch()


class NewsroomConfig(AdminConfig):
    default_site = "entries.newsroom.NewsroomSite"
