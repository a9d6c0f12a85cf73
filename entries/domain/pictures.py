from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from entries.imaging import read_picture
from entries.models import Image


def store_image(upload: bytes) -> Image:
    """The image of an upload, the same row when it was given before. Raises imaging.BadPicture."""
    picture = read_picture(upload)
    known = Image.objects.filter(digest=picture.digest).first()
    if known:
        return known
    name = f"images/{picture.digest[:2]}/{picture.digest[:32]}.{picture.suffix}"
    # A file without a row is what a rolled back transaction leaves; it has the same pixels.
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(picture.data))
    return Image.objects.create(
        file=name, width=picture.width, height=picture.height, size=len(picture.data), digest=picture.digest
    )
