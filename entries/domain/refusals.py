"""What the domain refuses. Each says in one sentence what to do, and is raised before anything is written."""

from entries.models import Entry, Post


class Refusal(Exception):
    """A change that was not made. `str()` of it is for the editor to read."""


class StaleEdit(Refusal):
    """Somebody else saved first. Nothing is lost: `theirs` is in the database, `yours` is here."""

    def __init__(self, *, theirs: str, yours: str) -> None:
        super().__init__(
            "This was changed while you were writing: compare the two texts, and save again to put yours in its place."
        )
        self.theirs = theirs
        self.yours = yours


class TextChanged(Refusal):
    def __init__(self, entry: Entry) -> None:
        super().__init__(f"“{entry.title}” was changed while you were looking at it: read it again, then publish it.")


class NoNextDay(Refusal):
    def __init__(self) -> None:
        super().__init__("This is the last day that there is: no other follows it.")


class Gone(Refusal):
    def __init__(self) -> None:
        super().__init__("This was thrown away while you were writing: keep your text and save it as a new one.")


class NotAllowed(Refusal):
    """Not among the rights that this editor has. `str()` says who has it."""


class NotYours(NotAllowed):
    def __init__(self) -> None:
        super().__init__("This text is a colleague’s: an editor can change it.")


class NotAssigned(NotAllowed):
    def __init__(self, post: Post) -> None:
        super().__init__(f"You are not assigned to “{post.headline}”: ask an editor to assign you.")


class KeyTaken(Refusal):
    def __init__(self) -> None:
        super().__init__("This text came with the key of another entry: copy it, load the page anew and send it again.")


class OutAlready(Refusal):
    def __init__(self, entry: Entry) -> None:
        super().__init__(f"“{entry.label}” is out already: change it there, or remove it.")


class NoSeries(Refusal):
    def __init__(self, post: Post) -> None:
        super().__init__(f"“{post.headline}” is in no series: give it one, and its next day can follow.")


class NotLive(Refusal):
    def __init__(self, post: Post) -> None:
        super().__init__(f"“{post.headline}” is not live, so its readers can be promised nothing.")


class PastTime(Refusal):
    def __init__(self) -> None:
        super().__init__("That time has passed: promise one that is still to come.")


class PostEnded(Refusal):
    def __init__(self, post: Post) -> None:
        super().__init__(f"Coverage of “{post.headline}” has ended: reopen the post to add an update.")


class NoOriginalEntry(Refusal):
    def __init__(self, post: Post) -> None:
        super().__init__(f"“{post.headline}” has no original entry yet: write it, then open the post.")


class OriginalExists(Refusal):
    def __init__(self, post: Post) -> None:
        super().__init__(f"“{post.headline}” has its original entry already: edit that one.")


class EntryRemoved(Refusal):
    def __init__(self, entry: Entry) -> None:
        super().__init__(f"“{entry.label}” was removed: restore it to change it.")


class NotPublished(Refusal):
    def __init__(self, entry: Entry) -> None:
        super().__init__(f"“{entry.label}” is not published, so readers have nothing of it to change.")


class CannotSupersede(Refusal):
    def __init__(self, entry: Entry, by: Entry) -> None:
        super().__init__(f"“{by.title}” cannot supersede “{entry.title}”: choose an update that readers have.")


class EmptyText(Refusal):
    def __init__(self) -> None:
        super().__init__("There is no text: write some, then save.")


class TextTooLong(Refusal):
    def __init__(self, length: int, limit: int) -> None:
        super().__init__(f"The text has {length:,} characters and at most {limit:,} fit: make two updates of it.")


class NoHeadline(Refusal):
    def __init__(self) -> None:
        super().__init__("The post has no headline: write one.")


class LineTooLong(Refusal):
    def __init__(self, name: str, length: int, limit: int) -> None:
        what = name.replace("_", " ")
        super().__init__(f"The {what} has {length} characters and at most {limit} fit: make it shorter.")
