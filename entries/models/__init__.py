from entries.models.embed import Embed
from entries.models.entry import Entry
from entries.models.image import Image
from entries.models.log_line import LogLine
from entries.models.login import Login, RecoveryCode, SecondStep, Try
from entries.models.post import Post
from entries.models.revision import Revision
from entries.models.series import Series
from entries.models.telling import Delivery, Ping, Webhook
from entries.models.token import ApiToken
from entries.models.writing import Writing

__all__ = [
    "ApiToken", "Delivery", "Embed", "Entry", "Image", "LogLine", "Login", "Ping", "Post", "RecoveryCode",
    "Revision", "SecondStep", "Series", "Try", "Webhook", "Writing",
]  # fmt: skip
