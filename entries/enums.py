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
    SUBMITTED = "submitted", _("Waiting for approval")
    SCHEDULED = "scheduled", _("Scheduled")
    HELD = "held", _("Going out")
    PUBLISHED = "published", _("Published")


class Confidence(TextChoices):
    """How sure the newsroom is of what an entry says; empty where it says nothing about that."""

    CONFIRMED = "confirmed", _("Confirmed")
    UNCONFIRMED = "unconfirmed", _("Unconfirmed")
    DISPUTED = "disputed", _("Disputed")


class Intent(TextChoices):
    """What an editor wants done with a text that is not out yet."""

    PUBLISH = "publish", _("Publish (at its time, if that is still to come)")
    SUBMIT = "submit", _("Send for approval")
    DRAFT = "draft", _("Keep as a draft")
    KEEP = "keep", _("Save, and leave it where it is")


class Action(TextChoices):
    """What a revision records."""

    CREATED = "created", _("Created")
    DRAFTED = "drafted", _("Draft saved")
    SUBMITTED = "submitted", _("Sent for approval")
    RETURNED = "returned", _("Sent back")
    SCHEDULED = "scheduled", _("Scheduled")
    HELD = "held", _("Held before it goes out")
    UNDONE = "undone", _("Publication undone")
    PUBLISHED = "published", _("Published")
    EDITED = "edited", _("Edited")
    REMOVED = "removed", _("Removed")
    RESTORED = "restored", _("Restored")
    PINNED = "pinned", _("Pinned")
    UNPINNED = "unpinned", _("Unpinned")
    MARKED_KEY = "marked-key", _("Marked as key moment")
    UNMARKED_KEY = "unmarked-key", _("No longer a key moment")
    SUPERSEDED = "superseded", _("Superseded")
    UNSUPERSEDED = "unsuperseded", _("No longer superseded")
    OPENED = "opened", _("Opened")
    ENDED = "ended", _("Coverage ended")
    REOPENED = "reopened", _("Reopened")
    PROMISED = "promised", _("Next update promised")
    EMBEDDED = "embedded", _("Told by another site")


class Happening(TextChoices):
    """What webhooks are told of."""

    PUBLISHED = "entry.published", _("An entry comes out")
    EDITED = "entry.edited", _("An entry is edited")
    REMOVED = "entry.removed", _("An entry is removed")
    RESTORED = "entry.restored", _("An entry is restored")
    OPENED = "post.opened", _("A post is opened, or opened again")
    POST_EDITED = "post.edited", _("A post’s own lines are edited")
    ENDED = "post.ended", _("Coverage ends")


class TryKind(TextChoices):
    """What was tried at a login."""

    PASSWORD = "password", _("password")
    CODE = "code", _("code")
    RECOVERY = "recovery", _("recovery code")
