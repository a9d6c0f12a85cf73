from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from entries.domain import second_step
from entries.domain.logins import end_logins
from entries.domain.tries import forget_tries_of


class Command(BaseCommand):
    help = "Turns off an account's second step, logs it out everywhere and forgets tries that went wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="of the account")

    def handle(self, **options: Any) -> None:
        user = User.objects.filter(username=options["name"]).first()
        if user is None:
            raise CommandError(f"There is no account “{options['name']}”.")
        had_one = second_step.remove(user=user)
        end_logins(user=user)
        forget_tries_of(user.username)
        said = "its second step is off" if had_one else "it had no second step"
        self.stdout.write(f"“{user.username}” is logged out everywhere; {said}. Its password is as it was.")
