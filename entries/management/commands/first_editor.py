import secrets
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand
from django.db import transaction

NAME = "editor"


class Command(BaseCommand):
    help = "Makes the first account of a new site and says its password, once. Where there is an account, does nothing."

    @transaction.atomic  # no account whose password could not be said
    def handle(self, **options: Any) -> None:
        if User.objects.exists():
            return
        password = secrets.token_urlsafe(12)
        User.objects.create_superuser(NAME, password=password)
        self.stdout.write(f"\n  Editor’s account: {NAME}\n  Password:         {password}   (said only this once)\n")
