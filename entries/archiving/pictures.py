"""The pictures of a site, wherever its storage keeps them."""

import re
from collections.abc import Iterator

from django.core.files.storage import default_storage

from entries.variants import NAME

FOLDER = "images"
# All that has an address, and nothing that leads anywhere else.
_KEPT = re.compile(NAME)


def is_picture(name: str) -> bool:
    return _KEPT.fullmatch(name) is not None


def all_pictures() -> list[str]:
    return sorted(filter(is_picture, _under(FOLDER)))


def _under(folder: str) -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{name}" for name in files)
    for name in folders:
        yield from _under(f"{folder}/{name}")
