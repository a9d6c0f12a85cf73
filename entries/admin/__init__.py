from django.conf import settings
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from entries.admin.account import AccountAdmin
from entries.admin.entry import EntryAdmin
from entries.admin.image import ImageAdmin
from entries.admin.post import PostAdmin
from entries.admin.revision import RevisionAdmin
from entries.admin.series import SeriesAdmin
from entries.admin.token import ApiTokenAdmin
from entries.admin.webhook import DeliveryAdmin, WebhookAdmin

__all__ = [
    "AccountAdmin", "ApiTokenAdmin", "DeliveryAdmin", "EntryAdmin", "ImageAdmin", "PostAdmin", "RevisionAdmin",
    "SeriesAdmin", "WebhookAdmin",
]  # fmt: skip

admin.site.site_header = admin.site.site_title = settings.SITE_NAME
admin.site.index_title = _("Newsroom")
