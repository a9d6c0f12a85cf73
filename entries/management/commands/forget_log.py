from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from entries.domain.noting import forget_log


class Command(BaseCommand):
    help = "Forgets who did what before a day: the one way to shorten the log, which keeps a line of it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--before", required=True, help="the first day that is kept (GMT), like 2024-12-03")

    def handle(self, *, before: str, **options: Any) -> None:
        try:
            day = datetime.strptime(before, "%Y-%m-%d").replace(tzinfo=UTC)
        except ValueError as error:
            raise CommandError(f"“{before}” is not a day: give it like 2024-12-03.") from error
        number = forget_log(before=day)
        self.stdout.write(f"Forgotten: {number:,} lines of before {day:%Y-%m-%d}. That it was done stands in the log.")
