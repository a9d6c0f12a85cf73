"""What the log tells of: a fixed vocabulary, and each of its words as a sentence."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Door(TextChoices):
    """By which somebody came."""

    DESK = "desk", _("from the desk")
    ADMIN = "admin", _("in the admin")
    API = "api", _("by the API")
    COMMAND = "command", _("by a command")
    CLOCK = "clock", _("by the clock")


class Kind(TextChoices):
    """What something was done to."""

    ENTRY = "entry", _("entry")
    POST = "post", _("post")
    SERIES = "series", _("series")
    IMAGE = "image", _("image")
    ACCOUNT = "account", _("account")
    ROLE = "role", _("role")
    TOKEN = "token", _("API token")
    WEBHOOK = "webhook", _("webhook")
    SITE = "site", _("the site")


class Deed(TextChoices):
    """Those of entries and posts are `<kind>.<Action>`, so that each Action has its own."""

    ENTRY_DRAFTED = "entry.drafted", _("Entry: draft saved")
    ENTRY_SUBMITTED = "entry.submitted", _("Entry: sent for approval")
    ENTRY_RETURNED = "entry.returned", _("Entry: sent back")
    ENTRY_SCHEDULED = "entry.scheduled", _("Entry: scheduled")
    ENTRY_HELD = "entry.held", _("Entry: held before it goes out")
    ENTRY_UNDONE = "entry.undone", _("Entry: publication undone")
    ENTRY_PUBLISHED = "entry.published", _("Entry: published")
    ENTRY_EDITED = "entry.edited", _("Entry: edited")
    ENTRY_REMOVED = "entry.removed", _("Entry: removed")
    ENTRY_RESTORED = "entry.restored", _("Entry: restored")
    ENTRY_PINNED = "entry.pinned", _("Entry: pinned")
    ENTRY_UNPINNED = "entry.unpinned", _("Entry: unpinned")
    ENTRY_MARKED_KEY = "entry.marked-key", _("Entry: marked as key moment")
    ENTRY_UNMARKED_KEY = "entry.unmarked-key", _("Entry: no longer a key moment")
    ENTRY_SUPERSEDED = "entry.superseded", _("Entry: superseded")
    ENTRY_UNSUPERSEDED = "entry.unsuperseded", _("Entry: no longer superseded")
    ENTRY_EMBEDDED = "entry.embedded", _("Entry: told by another site")
    ENTRY_DISCARDED = "entry.discarded", _("Entry: draft discarded")
    POST_CREATED = "post.created", _("Post: created")
    POST_EDITED = "post.edited", _("Post: edited")
    POST_OPENED = "post.opened", _("Post: opened")
    POST_ENDED = "post.ended", _("Post: coverage ended")
    POST_REOPENED = "post.reopened", _("Post: reopened")
    POST_PROMISED = "post.promised", _("Post: next update promised")
    POST_ASSIGNED = "post.assigned", _("Post: contributors changed")
    POST_DISCARDED = "post.discarded", _("Post: discarded")
    SERIES_CREATED = "series.created", _("Series: created")
    SERIES_CHANGED = "series.changed", _("Series: changed")
    SERIES_DELETED = "series.deleted", _("Series: deleted")
    IMAGE_ADDED = "image.added", _("Image: added")
    ACCOUNT_CREATED = "account.created", _("Account: created")
    ACCOUNT_CHANGED = "account.changed", _("Account: changed")
    ACCOUNT_DELETED = "account.deleted", _("Account: deleted")
    ROLE_GIVEN = "account.role", _("Account: role changed")
    PASSWORD_CHANGED = "account.password", _("Account: password changed")
    STEP_SET = "account.step-set", _("Account: second step set up")
    STEP_RESET = "account.step-reset", _("Account: second step turned off")
    CODES_RENEWED = "account.codes", _("Account: new recovery codes")
    RECOVERY_USED = "account.recovered", _("Account: recovery code used")
    ROLE_CREATED = "role.created", _("Role: created")
    ROLE_DELETED = "role.deleted", _("Role: deleted")
    ROLE_CHANGED = "role.changed", _("Role: rights changed")
    LOGGED_IN = "login.in", _("Login: logged in")
    LOGGED_OUT = "login.out", _("Login: logged out")
    ENDED_ELSEWHERE = "login.ended", _("Login: ended elsewhere")
    LOGIN_FAILED = "login.failed", _("Login: failed")
    REFUSED = "refused", _("Refused")
    TOKEN_MADE = "token.made", _("API token: made")
    TOKEN_REVOKED = "token.revoked", _("API token: revoked")
    WEBHOOK_ADDED = "webhook.added", _("Webhook: added")
    WEBHOOK_CHANGED = "webhook.changed", _("Webhook: changed")
    WEBHOOK_DELETED = "webhook.deleted", _("Webhook: deleted")
    WEBHOOK_OFF = "webhook.off", _("Webhook: switched off, since nothing arrived")
    SECRET_RENEWED = "webhook.secret", _("Webhook: new secret")
    SENT_AGAIN = "webhook.again", _("Webhook: delivery sent again")
    BACKED_UP = "site.backup", _("Site: backed up")
    RESTORED = "site.restore", _("Site: restored")
    IMPORTED = "site.import", _("Site: day imported")
    LOG_FORGOTTEN = "site.forget-log", _("Site: log shortened")


SENTENCES: dict[Deed, Promise] = {
    Deed.ENTRY_DRAFTED: _("%(who)s kept “%(what)s” as a draft"),
    Deed.ENTRY_SUBMITTED: _("%(who)s sent “%(what)s” for approval"),
    Deed.ENTRY_RETURNED: _("%(who)s sent “%(what)s” back to who wrote it"),
    Deed.ENTRY_SCHEDULED: _("%(who)s scheduled “%(what)s”"),
    Deed.ENTRY_HELD: _("%(who)s sent “%(what)s” out, to be held for a moment"),
    Deed.ENTRY_UNDONE: _("%(who)s took “%(what)s” back before it went out"),
    Deed.ENTRY_PUBLISHED: _("%(who)s published “%(what)s”"),
    Deed.ENTRY_EDITED: _("%(who)s edited “%(what)s”"),
    Deed.ENTRY_REMOVED: _("%(who)s removed “%(what)s”"),
    Deed.ENTRY_RESTORED: _("%(who)s restored “%(what)s”"),
    Deed.ENTRY_PINNED: _("%(who)s pinned “%(what)s”"),
    Deed.ENTRY_UNPINNED: _("%(who)s unpinned “%(what)s”"),
    Deed.ENTRY_MARKED_KEY: _("%(who)s marked “%(what)s” as a key moment"),
    Deed.ENTRY_UNMARKED_KEY: _("%(who)s took the mark of a key moment from “%(what)s”"),
    Deed.ENTRY_SUPERSEDED: _("%(who)s marked “%(what)s” as superseded"),
    Deed.ENTRY_UNSUPERSEDED: _("%(who)s marked “%(what)s” as no longer superseded"),
    Deed.ENTRY_EMBEDDED: _("%(who)s filled in what another site tells in “%(what)s”"),
    Deed.ENTRY_DISCARDED: _("%(who)s discarded “%(what)s”, which had not been out"),
    Deed.POST_CREATED: _("%(who)s created “%(what)s”"),
    Deed.POST_EDITED: _("%(who)s edited the lines of “%(what)s”"),
    Deed.POST_OPENED: _("%(who)s opened “%(what)s”"),
    Deed.POST_ENDED: _("%(who)s ended the coverage of “%(what)s”"),
    Deed.POST_REOPENED: _("%(who)s reopened “%(what)s”"),
    Deed.POST_PROMISED: _("%(who)s changed the time of the next update of “%(what)s”"),
    Deed.POST_ASSIGNED: _("%(who)s changed who may write in “%(what)s”"),
    Deed.POST_DISCARDED: _("%(who)s discarded the post “%(what)s”, which had not been out"),
    Deed.SERIES_CREATED: _("%(who)s created the series “%(what)s”"),
    Deed.SERIES_CHANGED: _("%(who)s changed the series “%(what)s”"),
    Deed.SERIES_DELETED: _("%(who)s deleted the series “%(what)s”"),
    Deed.IMAGE_ADDED: _("%(who)s added the image “%(what)s”"),
    Deed.ACCOUNT_CREATED: _("%(who)s created the account “%(what)s”"),
    Deed.ACCOUNT_CHANGED: _("%(who)s changed the account “%(what)s”"),
    Deed.ACCOUNT_DELETED: _("%(who)s deleted the account “%(what)s”"),
    Deed.ROLE_GIVEN: _("%(who)s changed what the account “%(what)s” may do"),
    Deed.PASSWORD_CHANGED: _("%(who)s changed the password of “%(what)s”"),
    Deed.STEP_SET: _("%(who)s set up the second step of “%(what)s”"),
    Deed.STEP_RESET: _("%(who)s turned off the second step of “%(what)s”"),
    Deed.CODES_RENEWED: _("%(who)s made new recovery codes for “%(what)s”"),
    Deed.RECOVERY_USED: _("%(who)s used a recovery code of “%(what)s”"),
    Deed.ROLE_CREATED: _("%(who)s created the role “%(what)s”"),
    Deed.ROLE_DELETED: _("%(who)s deleted the role “%(what)s”"),
    Deed.ROLE_CHANGED: _("%(who)s changed what the role “%(what)s” may do"),
    Deed.LOGGED_IN: _("%(who)s logged in"),
    Deed.LOGGED_OUT: _("%(who)s logged out"),
    Deed.ENDED_ELSEWHERE: _("%(who)s logged “%(what)s” out elsewhere"),
    Deed.LOGIN_FAILED: _("Somebody failed to log in as “%(what)s”"),
    Deed.REFUSED: _("%(who)s was refused: “%(what)s”"),
    Deed.TOKEN_MADE: _("%(who)s made the API token “%(what)s”"),
    Deed.TOKEN_REVOKED: _("%(who)s revoked the API token “%(what)s”"),
    Deed.WEBHOOK_ADDED: _("%(who)s added the webhook “%(what)s”"),
    Deed.WEBHOOK_CHANGED: _("%(who)s changed the webhook “%(what)s”"),
    Deed.WEBHOOK_DELETED: _("%(who)s deleted the webhook “%(what)s”"),
    Deed.WEBHOOK_OFF: _("%(who)s switched the webhook “%(what)s” off, since nothing arrived"),
    Deed.SECRET_RENEWED: _("%(who)s made a new secret for the webhook “%(what)s”"),
    Deed.SENT_AGAIN: _("%(who)s had a delivery to “%(what)s” sent again"),
    Deed.BACKED_UP: _("%(who)s backed the site up"),
    Deed.RESTORED: _("%(who)s restored the site from a backup"),
    Deed.IMPORTED: _("%(who)s imported a day into “%(what)s”"),
    Deed.LOG_FORGOTTEN: _("%(who)s shortened this log"),
}
UNKNOWN_ACCOUNT = _("a name that no account has")
THE_SITE = _("The site itself")
