import re
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from entries.domain.refusals import Refusal
from entries.imaging import BadPicture
from entries.importers.day import ImportResult, Outcome, Setting, import_day
from entries.importers.day_labels import BadDay
from entries.importers.day_markup import Markup
from entries.importers.day_matching import Given
from entries.importers.day_text import Day, decode_day, parse_day
from entries.labels import day_text
from entries.progress import progress

_DATE_IN_NAME = re.compile(r"(?<!\d)(?:\d{4}([-_.])\d{2}\1\d{2}|(?:19|20)\d{6})(?!\d)")


class Command(BaseCommand):
    help = "Takes in a day as a newsroom writes it: .txt (a paragraph a line) or .md (Markdown)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--series", default="", help="the running story that the day belongs to")
        parser.add_argument("--date", help="the day, like 2024-12-03; else the file name's, else today")
        parser.add_argument(
            "--headline", default="", help="else the Markdown file's # line, else the file name's words"
        )
        parser.add_argument("--map", type=Path, help="an image file")
        parser.add_argument("--map-alt", default="", help="what the map shows, for those who cannot see it")
        parser.add_argument("--ended", action="store_true", help="coverage of this day is over; else its post is live")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done and write nothing")

    def handle(self, *, file: Path, dry_run: bool, **options: Any) -> None:
        try:
            day = parse_day(decode_day(_read(file)), date=_date(options["date"], file), markup=_markup(file))
            result = import_day(day, _setting(day, file, options), dry_run=dry_run, progress=_with_progress)
        except BadDay as error:
            raise CommandError(f"{file}, {error}") from error
        except BadPicture as error:
            raise CommandError(f"{options['map']}: {error}") from error
        except Refusal as error:
            raise CommandError(f"{file}: {error}") from error
        self.stdout.write(_summary(result, dry_run=dry_run))
        latest = day.entries[-1].published_at
        if latest > datetime.now(UTC):
            when = f"{latest:%H%M} GMT on {latest:%-d %B %Y}"
            self.stderr.write(f"Note: the newest update is of {when}, still to come: is --date right?")


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error


def _markup(file: Path) -> Markup:
    return Markup.MARKDOWN if file.suffix.lower() in (".md", ".markdown") else Markup.PLAIN


def _date(given: str | None, file: Path) -> date:
    named = _DATE_IN_NAME.search(file.stem)
    text = given or (re.sub(r"[_.]", "-", named[0]) if named else None)
    if not text:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise CommandError(f"“{text}” is not a date: give --date like 2024-12-03.") from error


def _setting(day: Day, file: Path, options: dict[str, Any]) -> Setting:
    return Setting(
        headline=options["headline"].strip() or day.headline or _headline(file, options["series"], day.date),
        series=options["series"].strip(),
        map=_read(options["map"]) if options["map"] else None,
        map_alt=options["map_alt"],
        is_over=options["ended"],
    )


def _headline(file: Path, series: str, day: date) -> str:
    words = re.sub(r"[-_\s]+", " ", _DATE_IN_NAME.sub(" ", file.stem, count=1)).strip()
    return words[:1].upper() + words[1:] if words else f"{series or _('Live')}, {day_text(day, 'j F Y')}"


def _with_progress(entries: list[Given]) -> Iterator[Given]:
    with progress("Entries", len(entries), "entries") as bar:
        for entry in entries:
            yield entry
            bar.update(1)


def _summary(result: ImportResult, *, dry_run: bool) -> str:
    counts = ", ".join(f"{result.entries[outcome]} {outcome}" for outcome in Outcome)
    would = "Dry run, nothing written. " if dry_run else ""
    where = "" if dry_run else f" {result.post.get_absolute_url()}"
    return f"{would}Entries: {counts}. Post {result.post_outcome}: {result.post.headline}{where}"
