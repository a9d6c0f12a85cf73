from contextlib import suppress

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from entries.deeds import Deed
from entries.domain.noting import note
from entries.imaging import BadPicture, Picture, read_picture
from entries.models import Image
from entries.variants import StoredPicture


def store_image(upload: bytes) -> Image:
    """The image of an upload, the same row when it was given before. Raises imaging.BadPicture."""
    picture = read_picture(upload)
    name = _store_files(picture, picture.digest)
    size = default_storage.size(name)
    columns = {"file": name, "width": picture.width, "height": picture.height, "size": size}
    with transaction.atomic():
        # Two editors may give the same picture at once.
        image, is_new = Image.objects.get_or_create(digest=picture.digest, defaults=columns)
        if is_new:
            note(Deed.IMAGE_ADDED, image)
    return image


def store_ahead(upload: bytes) -> None:
    """The files alone, before the transaction that stores the image: on SQLite no other editor writes during that.

    What is no picture is passed over; it is refused when it is stored.
    """
    with suppress(BadPicture):
        picture = read_picture(upload)
        _store_files(picture, picture.digest)


def make_variants(image: Image) -> None:
    """For an image older than the variants are: its address comes to tell of them. Texts may name the old one still."""
    with default_storage.open(str(image.file)) as file:
        clean = file.read()
    picture = read_picture(clean)
    name = _store_files(picture, image.digest, clean if str(image.file).endswith(f".{picture.suffix}") else None)
    size = default_storage.size(name)
    Image.objects.filter(pk=image.pk).update(file=name, width=picture.width, height=picture.height, size=size)


def _store_files(picture: Picture, digest: str, clean: bytes | None = None) -> str:
    """The picture's name. Its variants come first: whoever learns its address finds them all."""
    stored = StoredPicture.of_digest(digest, picture.width, picture.height, picture.suffix)
    for width, suffixes in stored.variants.items():
        missing = [suffix for suffix in suffixes if not default_storage.exists(stored.variant(width, suffix))]
        if missing:
            scaled = picture.scaled(width)
        for suffix in missing:
            _save(stored.variant(width, suffix), picture.encoded(scaled, suffix))
    # A file without a row is what a rolled back transaction leaves; it has the same pixels.
    if not default_storage.exists(stored.name):
        _save(stored.name, clean or picture.data)
    return stored.name


def _save(name: str, data: bytes) -> None:
    try:
        saved = default_storage.save(name, ContentFile(data))
    except OSError:
        default_storage.delete(name)  # half a picture, on a disk that is full, would be taken for a whole one
        raise
    if saved != name:
        default_storage.delete(saved)  # the same upload came twice at once
