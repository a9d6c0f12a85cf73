import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError


class Command(BaseCommand):
    help = "Brings the database and the static files up to date; a new site also gets an account and the demonstration."

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)  # its system checks connect before handle() does
        except OperationalError as error:
            reason = str(error).partition("\n")[0]
            raise CommandError(f"The database cannot be used ({reason}): look at DATABASE_URL or DATA_DIR.") from error

    def handle(self, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        self._collect_static()
        call_command("make_variants", stdout=self.stdout, stderr=self.stderr)
        if not User.objects.exists():
            call_command("demo", if_empty=True, stdout=self.stdout)
            call_command("first_editor", stdout=self.stdout)

    def _collect_static(self) -> None:
        stamp = settings.STATIC_ROOT / ".stamp"
        now = _static_state()
        if stamp.exists() and stamp.read_text() == now:
            return
        self.stdout.write("Collecting static files …")
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(now)


def _static_state() -> str:
    """Changes with any file that collectstatic would take."""
    digest = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            digest.update(f"{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
