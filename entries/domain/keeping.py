"""Texts under editors' hands, kept on the server while they are being written."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from entries.domain import rights
from entries.domain.refusals import KeyTaken, TextTooLong
from entries.domain.rights import Author
from entries.domain.texts import MAX_SOURCE
from entries.models import Entry, Post, Writing
from entries.sanitising import clean_text

FIELDS = (
    "source", "topic", "byline", "confidence", "time", "is_key", "is_pinned",
    "base_version", "base_is_key", "base_is_pinned",
)  # fmt: skip
MAX_LINE = 500  # characters of a field that is not the text


def keep_writing(*, post: Post, author: Author, uid: UUID, fields: dict[str, str], entry: Entry | None = None) -> bool:
    """What the form holds now; False where it has become an entry meanwhile, so that there is nothing to keep."""
    rights.require_writing(author, post)
    if entry:
        rights.require_changing(author, entry)
    kept = {name: clean_text(str(fields.get(name, ""))) for name in FIELDS}
    if len(kept["source"]) > MAX_SOURCE:
        raise TextTooLong(len(kept["source"]), MAX_SOURCE)
    kept = {name: value if name == "source" else value[:MAX_LINE] for name, value in kept.items()}
    now = timezone.now()
    if Entry.objects.filter(uid=uid).exists():
        return False
    try:
        with transaction.atomic():
            Writing.objects.update_or_create(
                uid=uid,
                author=author,
                post=post,
                entry=entry,
                defaults={"fields": kept, "kept_at": now, "seen_at": now},
            )
    except IntegrityError as error:
        raise KeyTaken from error
    return True


def be_present(*, author: Author, uid: UUID, now: datetime) -> None:
    """Still at it, though nothing was typed."""
    Writing.objects.filter(uid=uid, author=author).update(seen_at=now)


def discard_writing(*, author: Author, uid: UUID) -> None:
    Writing.objects.filter(uid=uid, author=author).delete()
