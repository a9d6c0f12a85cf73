from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from entries.archiving.faults import ArchivingFault
from entries.archiving.writing import back_up
from entries.deeds import Deed
from entries.domain.noting import note
from entries.progress import stoppable


class Command(BaseCommand):
    help = "Writes the whole site, its database and its pictures, into one file, while it goes on serving."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the archive (zip), which must not be there yet")

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            with stoppable():
                done = back_up(file)
        except ArchivingFault as fault:
            raise CommandError(str(fault)) from fault
        except DatabaseError as error:
            reason = str(error).strip().partition("\n")[0]
            raise CommandError(f"The database cannot be used ({reason}): look at DATABASE_URL or DATA_DIR.") from error
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror or error}.") from error
        _note(file)
        for name in done.missing:
            self.stderr.write(f"Note: {name} went away meanwhile, and is not in the archive.")
        rows = done.manifest.rows
        posts, entries = rows["entries.post"], rows["entries.entry"]
        pictures = sum(name.startswith("media/") for name in done.manifest.members)
        self.stdout.write(
            f"{file}: {posts:,} posts, {entries:,} entries, {pictures:,} picture files, {done.size:,} bytes. It holds "
            "password hashes and webhooks’ secrets, so its owner alone can read it: keep it so."
        )


def _note(file: Path) -> None:
    with suppress(DatabaseError):  # a backup that was made is not lost for that: a full disk is when one is wanted
        note(Deed.BACKED_UP, by=None, detail=file.name)
