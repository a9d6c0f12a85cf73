"""Takes a day's text that an editor pastes into a post; as a dry run it shows the entries that would come of it."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from entries.domain import ledger
from entries.domain.rights import Author
from entries.domain.waiting import release_entry
from entries.enums import EntryKind
from entries.importers.day import Outcome, take_entry
from entries.importers.day_labels import BadDay
from entries.importers.day_markup import Markup
from entries.importers.day_matching import Given, match_pasted
from entries.importers.day_text import Day, DayEntry, parse_day
from entries.labels import ORIGINAL_LABEL, day_text, gmt, update_label
from entries.models import Post
from entries.sanitising import plain_text


@dataclass(frozen=True)
class Pasted:
    entry: DayEntry  # its source is not cleaned yet
    label: str
    outcome: Outcome


@dataclass(frozen=True)
class PasteResult:
    entries: tuple[Pasted, ...]  # newest first
    ignored: tuple[str, ...]  # the text's lines above its entries: the post has lines of its own


def paste_day(post: Post, text: str, *, markup: Markup, author: Author, dry_run: bool = False) -> PasteResult:
    """All of the text or, where anything is refused, nothing. Raises BadDay, and what the domain refuses."""
    has_original = post.entries.originals().exists()
    day = parse_day(text, date=post.date, markup=markup, needs_original=not has_original)
    _refuse_what_is_to_come(day)
    with transaction.atomic():
        # Two who paste the same text at once would both find its entries new.
        locked = ledger.lock(post)
        entries = [_take(locked, given, author) for given in match_pasted(locked, day.entries)]
        if dry_run:
            transaction.set_rollback(True)
    return PasteResult(tuple(reversed(entries)), _lines_above(day))


def _refuse_what_is_to_come(day: Day) -> None:
    now = timezone.now()
    for entry in day.entries:
        if entry.published_at > now:
            # Updates pasted oldest first seem to pass midnight, and so to be of the next day.
            sentence = _(
                "%(time)s on %(day)s is still to come: check the time, the day of the post, and that the newest "
                "update is on top."
            )
            said = {"time": gmt(entry.published_at), "day": day_text(entry.published_at, "j F Y")}
            raise BadDay(entry.line, sentence % said)


def _take(post: Post, given: Given, author: Author) -> Pasted:
    entry = given.entry
    is_original = entry.kind == EntryKind.ORIGINAL
    label = str(ORIGINAL_LABEL) if is_original else update_label(entry.published_at, post.date)
    if is_original and not given.known and post.entries.originals().exists():
        raise BadDay(
            entry.line,
            _("the post’s original entry has another text: edit that one on the desk, or paste only the updates."),
        )
    return Pasted(entry, label, _outcome(post, given, author))


def _outcome(post: Post, given: Given, author: Author) -> Outcome:
    if not given.known or not given.reads_alike:
        return take_entry(post, given, author)
    if given.known.is_out:
        return Outcome.UNCHANGED
    release_entry(entry=given.known, author=author)
    return Outcome.UPDATED


def _lines_above(day: Day) -> tuple[str, ...]:
    credit_line = Post(map_credit=day.credit).credit_line
    return tuple(filter(None, [day.headline, *map(plain_text, day.related), credit_line]))
