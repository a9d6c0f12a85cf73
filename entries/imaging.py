"""Uploads into pictures that are safe to serve: known formats, bounded, upright, without metadata."""

import hashlib
import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

# By content, never by name. Without this list Pillow would also run EPS through Ghostscript.
FORMATS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif", "AVIF": "avif"}
MAX_BYTES = 25_000_000
MAX_PIXELS = 60_000_000  # refused before decoding: 180 MB of memory at most
MAX_SIDE = 2400  # pixels kept: the page's widest use at two device pixels each


class BadPicture(ValueError):
    """`str()` of it says what is wrong and what would be taken."""


@dataclass(frozen=True)
class Picture:
    data: bytes
    suffix: str
    width: int
    height: int
    digest: str  # SHA-256 of the upload


def read_picture(upload: bytes) -> Picture:
    if len(upload) > MAX_BYTES:
        raise BadPicture(f"The image has more than {MAX_BYTES // 1_000_000} MB: save it smaller.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _redraw(upload)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError, Warning) as error:
        if isinstance(error, BadPicture):
            raise
        raise BadPicture("This is not a whole JPEG, PNG, WebP, GIF or AVIF image: save it as one of these.") from error


def _redraw(upload: bytes) -> Picture:
    with Image.open(io.BytesIO(upload), formats=tuple(FORMATS)) as original:
        if original.width * original.height > MAX_PIXELS:
            raise BadPicture(f"The image has more than {MAX_PIXELS // 1_000_000} megapixels: save it smaller.")
        kind = original.format or ""
        # Copied pixels carry nothing of the file: no EXIF, no place, no comment, no second picture behind the first.
        upright = ImageOps.exif_transpose(original)
        upright.thumbnail((MAX_SIDE, MAX_SIDE))
        picture = upright.convert(_mode(upright, kind))
    clean = io.BytesIO()
    picture.info = {}
    picture.save(clean, kind, **({"optimize": True} if kind == "PNG" else {"quality": 86}))
    digest = hashlib.sha256(upload).hexdigest()
    return Picture(clean.getvalue(), FORMATS[kind], picture.width, picture.height, digest)


def _mode(image: Image.Image, kind: str) -> str:
    if kind == "JPEG":
        return "L" if image.mode == "L" else "RGB"
    if image.mode in ("L", "P", "RGB", "RGBA"):
        return image.mode
    return "RGBA" if image.has_transparency_data else "RGB"
