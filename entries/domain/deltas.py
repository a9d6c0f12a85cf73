"""What changed since N. All arithmetic with readers' cursors is here."""

from dataclasses import dataclass

from entries.hours import Hour, loaded
from entries.models import Entry, Post

# Who missed more is better served by the page: as many entries are some 300 KB.
MAX_CHANGES = 300
# The largest that a column holds; a cursor above it is from the future like any other.
MAX_SEQ = 2**63 - 1


class BadCursor(ValueError):
    """Not a post's `seq`. `str()` of it is for whoever asked."""

    def __init__(self, text: str) -> None:
        super().__init__(f"“{text[:40]}” is not a change number: give the seq of the page, such as 41.")


@dataclass(frozen=True)
class Delta:
    """All that a reader who knows `post` up to `since` does not know, as it is now; at `seq` they know all."""

    post: Post
    since: int
    # In the order in which they last changed. A removed one is there to be taken away.
    entries: tuple[Entry, ...]
    # The cursor is none that can be gone on from: only the whole page helps.
    is_reset: bool = False

    @property
    def seq(self) -> int:
        return self.post.seq

    @property
    def is_from_the_future(self) -> bool:
        return self.since > self.seq

    @property
    def hours(self) -> list[Hour]:
        """Those in which something came or went, or came at another time."""
        return [] if self.is_reset else [hour for hour in loaded(self.post.hours) if hour.seq > self.since]

    @property
    def has_new_head(self) -> bool:
        return not self.is_reset and self.post.head_seq > self.since


def parse_cursor(text: str) -> int:
    """The `seq` that a reader names; BadCursor for anything but digits."""
    if not (text.isascii() and text.isdigit()):
        raise BadCursor(text)
    return min(int(text[:20]), MAX_SEQ)


def resume_from(*cursors: str | None) -> int | None:
    """The first cursor that was given, if any. BadCursor as for parse_cursor."""
    return next((parse_cursor(cursor) for cursor in cursors if cursor), None)


def changes_since(slug: str, since: int) -> Delta:
    """One query, so that post and entries are of one moment. Post.DoesNotExist for what is not public."""
    rows = list(Post.objects.visible().filter(slug=slug).with_changes(since)[: MAX_CHANGES + 1])
    if not rows:
        raise Post.DoesNotExist
    post = rows[0]
    if since > post.seq or post.has_lost(since) or len(rows) > MAX_CHANGES:
        return Delta(post, since, (), is_reset=True)
    return Delta(post, since, tuple(_changed(row, post) for row in rows if hasattr(row, "changed")))


def _changed(row: Post, post: Post) -> Entry:
    row.changed.post = post
    return row.changed
