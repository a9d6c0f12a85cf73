"""What the domain refuses. Each says in one sentence what to do, and is raised before anything is written."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entries.models import Entry, Post

_LINES = {
    "headline": gettext_lazy("headline"),
    "title": gettext_lazy("title"),
    "topic": gettext_lazy("topic"),
    "byline": gettext_lazy("byline"),
    "removal_reason": gettext_lazy("removal reason"),
    "map_alt": gettext_lazy("map alt"),
    "map_caption": gettext_lazy("map caption"),
    "map_credit": gettext_lazy("map credit"),
}


class Refusal(Exception):
    """A change that was not made. `str()` of it is for the editor to read."""


class StaleEdit(Refusal):
    """Somebody else saved first. Nothing is lost: `theirs` is in the database, `yours` is here."""

    def __init__(self, *, theirs: str, yours: str) -> None:
        super().__init__(
            _(
                "This was changed while you were writing: compare the two texts, and save again to put yours in its "
                "place."
            )
        )
        self.theirs = theirs
        self.yours = yours


class TextChanged(Refusal):
    def __init__(self, entry: Entry) -> None:
        sentence = _("“%(title)s” was changed while you were looking at it: read it again, then publish it.")
        super().__init__(sentence % {"title": entry.title})


class NoNextDay(Refusal):
    def __init__(self) -> None:
        super().__init__(_("This is the last day that there is: no other follows it."))


class Gone(Refusal):
    def __init__(self) -> None:
        super().__init__(_("This was thrown away while you were writing: keep your text and save it as a new one."))


class NotAllowed(Refusal):
    """Not among the rights that this editor has. `str()` says who has it."""


class NotYours(NotAllowed):
    def __init__(self) -> None:
        super().__init__(_("This text is a colleague’s: an editor can change it."))


class NotAssigned(NotAllowed):
    def __init__(self, post: Post) -> None:
        super().__init__(
            _("You are not assigned to “%(headline)s”: ask an editor to assign you.") % {"headline": post.headline}
        )


class KeyTaken(Refusal):
    def __init__(self) -> None:
        super().__init__(
            _("This text came with the key of another entry: copy it, load the page anew and send it again.")
        )


class OutAlready(Refusal):
    def __init__(self, entry: Entry) -> None:
        super().__init__(_("“%(label)s” is out already: change it there, or remove it.") % {"label": entry.label})


class NoSeries(Refusal):
    def __init__(self, post: Post) -> None:
        super().__init__(
            _("“%(headline)s” is in no series: give it one, and its next day can follow.") % {"headline": post.headline}
        )


class NotLive(Refusal):
    def __init__(self, post: Post) -> None:
        super().__init__(
            _("“%(headline)s” is not live, so its readers can be promised nothing.") % {"headline": post.headline}
        )


class PastTime(Refusal):
    def __init__(self) -> None:
        super().__init__(_("That time has passed: promise one that is still to come."))


class PostEnded(Refusal):
    def __init__(self, post: Post) -> None:
        super().__init__(
            _("Coverage of “%(headline)s” has ended: reopen the post to add an update.") % {"headline": post.headline}
        )


class NoOriginalEntry(Refusal):
    def __init__(self, post: Post) -> None:
        super().__init__(
            _("“%(headline)s” has no original entry yet: write it, then open the post.") % {"headline": post.headline}
        )


class OriginalExists(Refusal):
    def __init__(self, post: Post) -> None:
        super().__init__(
            _("“%(headline)s” has its original entry already: edit that one.") % {"headline": post.headline}
        )


class EntryRemoved(Refusal):
    def __init__(self, entry: Entry) -> None:
        super().__init__(_("“%(label)s” was removed: restore it to change it.") % {"label": entry.label})


class NotPublished(Refusal):
    def __init__(self, entry: Entry) -> None:
        super().__init__(
            _("“%(label)s” is not published, so readers have nothing of it to change.") % {"label": entry.label}
        )


class CannotSupersede(Refusal):
    def __init__(self, entry: Entry, by: Entry) -> None:
        sentence = _("“%(newer)s” cannot supersede “%(title)s”: choose an update that readers have.")
        super().__init__(sentence % {"newer": by.title, "title": entry.title})


class NoAddress(Refusal):
    def __init__(self) -> None:
        super().__init__(
            _(
                "Nothing can be sent there: give an address that begins with https://, without a name and a password. "
                "Hosts within the newsroom’s own network are named in the setting OUTSIDE_PRIVATE_HOSTS."
            )
        )


class EmptyText(Refusal):
    def __init__(self) -> None:
        super().__init__(_("There is no text: write some, then save."))


class TextTooLong(Refusal):
    def __init__(self, length: int, limit: int) -> None:
        sentence = _("The text has %(length)s characters and at most %(limit)s fit: make two updates of it.")
        super().__init__(sentence % {"length": _grouped(length), "limit": _grouped(limit)})


class NoHeadline(Refusal):
    def __init__(self) -> None:
        super().__init__(_("The post has no headline: write one."))


class LineTooLong(Refusal):
    def __init__(self, name: str, length: int, limit: int) -> None:
        sentence = _("The %(name)s has %(length)s characters and at most %(limit)s fit: make it shorter.")
        super().__init__(
            sentence % {"name": _LINES.get(name, name), "length": _grouped(length), "limit": _grouped(limit)}
        )


def _grouped(number: int) -> str:
    return number_format(number, force_grouping=True)
