from entries.admin.account import AccountAdmin
from entries.admin.entry import EntryAdmin
from entries.admin.image import ImageAdmin
from entries.admin.log_line import LogLineAdmin
from entries.admin.post import PostAdmin
from entries.admin.revision import RevisionAdmin
from entries.admin.series import SeriesAdmin
from entries.admin.token import ApiTokenAdmin
from entries.admin.webhook import DeliveryAdmin, WebhookAdmin

__all__ = [
    "AccountAdmin", "ApiTokenAdmin", "DeliveryAdmin", "EntryAdmin", "ImageAdmin", "LogLineAdmin", "PostAdmin",
    "RevisionAdmin", "SeriesAdmin", "WebhookAdmin",
]  # fmt: skip
