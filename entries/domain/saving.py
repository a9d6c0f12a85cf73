"""What a form asks for in one go: a text, its marks, and whether it is to go out."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from entries.domain import ledger, posting, waiting
from entries.domain.refusals import OutAlready
from entries.domain.rights import Author
from entries.enums import EntryKind, Intent
from entries.models import Entry, Post

AT_ONCE = timedelta(0)


@dataclass(frozen=True)
class Text:
    source: str
    topic: str = ""
    byline: str = ""
    confidence: str = ""
    published_at: datetime | None = None

    @property
    def is_to_come(self) -> bool:
        return self.published_at is not None and self.published_at > timezone.now()


@dataclass(frozen=True)
class Marks:
    is_key: bool = False
    is_pinned: bool = False


@transaction.atomic
def add_entry(
    *,
    post: Post,
    author: Author,
    text: Text,
    marks: Marks,
    intent: Intent,
    hold: timedelta = AT_ONCE,
    kind: EntryKind = EntryKind.UPDATE,
    uid: UUID | None = None,
) -> Entry:
    given: dict[str, Any] = {"post": post, "author": author, "kind": kind, **asdict(text), **asdict(marks)}
    if uid:
        given["uid"] = uid
    if intent in (Intent.DRAFT, Intent.KEEP):
        return posting.draft_entry(**given)
    if intent == Intent.SUBMIT:
        return posting.submit_new_entry(**given)
    if text.is_to_come:
        return posting.schedule_entry(**given)
    if hold:
        return posting.hold_entry(**given, hold=hold)
    return posting.publish_entry(**given)


@transaction.atomic
def change_entry(
    *,
    entry: Entry,
    author: Author,
    text: Text,
    base_version: int,
    marks: Marks,
    base_marks: Marks,
    intent: Intent | None = None,
    hold: timedelta = AT_ONCE,
) -> Entry:
    """`base_…`: what the editor had open. `intent` None or KEEP leaves it where it is."""
    if intent in (Intent.DRAFT, Intent.SUBMIT) and ledger.lock_entry(entry).is_out:
        raise OutAlready(entry)  # it came out while its editor was at it: what is half written must not follow it
    entry = posting.edit_entry(entry=entry, author=author, base_version=base_version, **asdict(text))
    entry = _change_marks(entry, author, marks, base_marks)
    if entry.is_out or intent in (None, Intent.KEEP):
        return entry
    if intent == Intent.DRAFT:
        return waiting.keep_as_draft(entry=entry, author=author, published_at=text.published_at)
    if intent == Intent.SUBMIT:
        return waiting.submit_entry(entry=entry, author=author)
    if text.published_at and text.is_to_come:
        return waiting.reschedule_entry(entry=entry, author=author, published_at=text.published_at)
    at = text.published_at or (None if hold else timezone.now())
    return waiting.release_entry(entry=entry, author=author, published_at=at, hold=hold)


def _change_marks(entry: Entry, author: Author, marks: Marks, base: Marks) -> Entry:
    """What this editor left as it was stays as a colleague made it."""
    if marks.is_pinned != base.is_pinned:
        entry = (posting.pin_entry if marks.is_pinned else posting.unpin_entry)(entry=entry, author=author)
    if marks.is_key != base.is_key:
        entry = (posting.mark_key if marks.is_key else posting.unmark_key)(entry=entry, author=author)
    return entry
