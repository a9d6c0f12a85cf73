from argparse import ArgumentParser
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from entries import demonstration
from entries.demonstration import DAYS, SERIES_DESCRIPTION, SERIES_TITLE, DemoDay
from entries.demonstration.chart import draw_chart
from entries.domain.posting import mark_key, pin_entry
from entries.domain.publishing import ensure_series
from entries.importers.day import Outcome, Setting, import_day
from entries.importers.day_markup import Markup
from entries.importers.day_text import Day, parse_day
from entries.labels import clock
from entries.models import Post, Series

NEWEST_AGO = timedelta(minutes=12)
OPENED_BEFORE = timedelta(minutes=50)


class Command(BaseCommand):
    help = "Takes in an invented running story of three days, the last of them live. Run again, it changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="only on a site without a single post")

    @transaction.atomic
    def handle(self, *, if_empty: bool, **options: Any) -> None:
        if Post.objects.exists() if if_empty else Series.objects.filter(title=SERIES_TITLE).exists():
            self.stdout.write("Nothing to do: it is there, or the site has posts of its own.")
            return
        ensure_series(SERIES_TITLE, SERIES_DESCRIPTION)
        running = _shifted(_read(DAYS[-1], datetime.now(UTC)), datetime.now(UTC) - NEWEST_AGO)
        for number, described in enumerate(DAYS, 1):
            days_before = len(DAYS) - number
            date = running.date - timedelta(days=days_before)
            day = _read(described, datetime.combine(date, time.min, UTC)) if days_before else running
            self.stdout.write(f"{described.headline}: drawing its map, taking in {len(day.entries)} entries …")
            _take_in(number, described, day, is_over=days_before > 0)


def _read(described: DemoDay, at: datetime) -> Day:
    file = Path(demonstration.__file__).with_name(described.file)
    day = parse_day(file.read_text(encoding="utf-8"), date=at.date(), markup=Markup.MARKDOWN)
    opened = replace(day.entries[0], published_at=day.entries[1].published_at - OPENED_BEFORE)
    return replace(day, entries=(opened, *day.entries[1:]))


def _shifted(day: Day, newest: datetime) -> Day:
    """The same day with its newest update at that time."""
    by = newest.replace(second=0, microsecond=0) - day.entries[-1].published_at
    entries = tuple(replace(entry, published_at=entry.published_at + by) for entry in day.entries)
    return replace(day, date=entries[0].published_at.date(), entries=entries)


def _take_in(number: int, described: DemoDay, day: Day, *, is_over: bool) -> None:
    written = _read(described, datetime.combine(day.date, time.min, UTC))
    setting = Setting(
        headline=described.headline, series=SERIES_TITLE, standfirst=described.standfirst,
        map=draw_chart(number), map_alt=described.map_alt, map_caption=described.map_caption, is_over=is_over,
    )  # fmt: skip
    result = import_day(day, setting)
    if result.post_outcome is not Outcome.CREATED:
        return
    for entry, as_written in zip(result.post.entries.by_time().select_related("post"), written.entries, strict=True):
        label = clock(as_written.published_at)
        if label in described.key:
            mark_key(entry=entry, author=None)
        if label == described.pinned:
            pin_entry(entry=entry, author=None)
