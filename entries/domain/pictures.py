from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from entries.imaging import read_picture
from entries.models import Image


def store_image(upload: bytes) -> Image:
    """The image of an upload, the same row when it was given before. Raises imaging.BadPicture."""
    picture = read_picture(upload)
    name = f"images/{picture.digest[:2]}/{picture.digest[:32]}.{picture.suffix}"
    # A file without a row is what a rolled back transaction leaves; it has the same pixels.
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(picture.data))
    # Two editors may give the same picture at once.
    image, _ = Image.objects.get_or_create(
        digest=picture.digest,
        defaults={"file": name, "width": picture.width, "height": picture.height, "size": len(picture.data)},
    )
    return image
