from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from entries.archiving.faults import ArchivingFault
from entries.archiving.restoring import restore
from entries.progress import stoppable


class Command(BaseCommand):
    help = "Brings back a site that manage.py backup wrote, into an empty database; looks at all of the file first."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the archive")
        parser.add_argument("--replace", action="store_true", help="erases what is there")

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            with stoppable():
                told = restore(file, is_replacing=options["replace"])
        except ArchivingFault as fault:
            raise CommandError(str(fault)) from fault
        except DatabaseError as error:
            reason = str(error).strip().partition("\n")[0]
            raise CommandError(f"The database cannot be used ({reason}): look at DATABASE_URL or DATA_DIR.") from error
        except OSError as error:
            where = error.filename or file
            raise CommandError(f"Nothing was changed: {where}: {error.strerror or error}.") from error
        self.stdout.write(
            f"The site is as it was at {told.made_at[:16].replace('T', ' ')} GMT: {told.rows['entries.post']:,} posts, "
            f"{told.rows['entries.entry']:,} entries. Everybody logs in again; restart the server now."
        )
