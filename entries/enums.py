from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PostState(TextChoices):
    DRAFT = "draft", _("Draft")
    LIVE = "live", _("Live")
    ENDED = "ended", _("Ended")


class EntryKind(TextChoices):
    ORIGINAL = "original", _("Original entry")
    UPDATE = "update", _("Update")


class EntryState(TextChoices):
    DRAFT = "draft", _("Draft")
    SCHEDULED = "scheduled", _("Scheduled")
    PUBLISHED = "published", _("Published")


class Action(TextChoices):
    """What a revision records."""

    CREATED = "created", _("Created")
    DRAFTED = "drafted", _("Draft saved")
    SCHEDULED = "scheduled", _("Scheduled")
    PUBLISHED = "published", _("Published")
    EDITED = "edited", _("Edited")
    REMOVED = "removed", _("Removed")
    RESTORED = "restored", _("Restored")
    PINNED = "pinned", _("Pinned")
    UNPINNED = "unpinned", _("Unpinned")
    MARKED_KEY = "marked-key", _("Marked as key moment")
    UNMARKED_KEY = "unmarked-key", _("No longer a key moment")
    OPENED = "opened", _("Opened")
    ENDED = "ended", _("Coverage ended")
    REOPENED = "reopened", _("Reopened")
