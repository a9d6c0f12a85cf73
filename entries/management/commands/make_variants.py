from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from entries.domain.pictures import make_variants
from entries.imaging import BadPicture
from entries.models import Image


class Command(BaseCommand):
    help = "Makes the widths and formats of images that have none yet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="looks at every image for files that were lost")

    def handle(self, **options: Any) -> None:
        images = Image.objects.all() if options["all"] else Image.objects.without_variants()
        for image in list(images):
            try:
                make_variants(image)
            except (OSError, BadPicture) as error:
                self.stderr.write(f"{image}: {error}")
            else:
                self.stdout.write(f"{image}: its widths and formats are there.")
