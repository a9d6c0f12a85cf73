"""Uploads into pictures that are safe to serve: known formats, bounded, upright, without metadata."""

import hashlib
import io
import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps

# By content, never by name. Without this list Pillow would also run EPS through Ghostscript.
FORMATS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif", "AVIF": "avif"}
# Not from mimetypes, which knows WebP only where the system has a list of its own.
CONTENT_TYPES = {suffix: f"image/{kind.lower()}" for kind, suffix in FORMATS.items()}
MAX_BYTES = 25_000_000
MAX_PIXELS = 60_000_000  # refused before decoding: at this size a JPEG takes 350 MB of memory and a WebP 1 GB
MAX_SIDE = 2400  # pixels kept: the page's widest use at two device pixels each
# At this speed AVIF takes 0.1 seconds a megapixel, at the default one six times that for a tenth fewer bytes.
_ENCODING: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 86},
    "PNG": {"compress_level": 4},
    "WEBP": {"quality": 80},
    "AVIF": {"quality": 60, "speed": 8},
}
_KINDS = {suffix: kind for kind, suffix in FORMATS.items()}
_FEW_COLOURS = 256
_SRGB = ImageCms.createProfile("sRGB")


class BadPicture(ValueError):
    """`str()` of it says what is wrong and what would be taken."""


@dataclass(frozen=True)
class Picture:
    """Upright pixels that carry nothing of their file, for a file that every browser, crawler and feed reader can show:
    JPEG, PNG or GIF."""

    pixels: Image.Image
    kind: str
    digest: str  # SHA-256 of the upload

    @property
    def suffix(self) -> str:
        return FORMATS[self.kind]

    @property
    def width(self) -> int:
        return self.pixels.width

    @property
    def height(self) -> int:
        return self.pixels.height

    @cached_property
    def data(self) -> bytes:
        return _encoded(self.pixels, self.kind)

    def scaled(self, width: int) -> Image.Image:
        full = self.pixels.convert("RGBA" if self.pixels.has_transparency_data else "RGB")
        height = max(1, round(self.height * width / self.width))
        return full.resize((width, height), Image.Resampling.LANCZOS)

    def encoded(self, pixels: Image.Image, suffix: str) -> bytes:
        # Thin coloured lines, as maps and charts have them, blur where colours are kept at half the width.
        is_drawn = suffix == "avif" and self.kind != "JPEG"
        return _encoded(pixels, _KINDS[suffix], **({"subsampling": "4:4:4"} if is_drawn else {}))


def read_picture(upload: bytes) -> Picture:
    if len(upload) > MAX_BYTES:
        raise BadPicture(
            _("The image has more than %(limit)d MB: save it smaller.") % {"limit": MAX_BYTES // 1_000_000}
        )
    try:
        with warnings.catch_warnings():
            # It comes at 90 million pixels, and _redraw refuses them sooner.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return _redraw(upload)
    except BadPicture:
        raise
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except Exception as error:
        # A broken file makes Pillow raise whatever its reader stumbles over: OSError, struct.error, KeyError …
        sentence = _("This is not a whole JPEG, PNG, WebP, GIF or AVIF image: save it as one of these.")
        raise BadPicture(sentence) from error


def _too_many_pixels() -> BadPicture:
    sentence = _("The image has more than %(limit)d megapixels: save it smaller.")
    return BadPicture(sentence % {"limit": MAX_PIXELS // 1_000_000})


def _redraw(upload: bytes) -> Picture:
    with Image.open(io.BytesIO(upload), formats=tuple(FORMATS)) as original:
        if original.width * original.height > MAX_PIXELS:
            raise _too_many_pixels()
        kind = original.format or ""
        picture = _resizable(original)
        picture.thumbnail((MAX_SIDE, MAX_SIDE))
        picture = _in_srgb(ImageOps.exif_transpose(picture))
    # Copied pixels carry nothing of the file: no EXIF, no place, no comment, no second picture behind the first.
    picture.info = {key: value for key, value in picture.info.items() if key == "transparency"}
    return Picture(picture, _kept_as(kind, picture), hashlib.sha256(upload).hexdigest())


def _kept_as(kind: str, picture: Image.Image) -> str:
    if kind in ("JPEG", "PNG", "GIF"):
        return kind
    if kind == "MPO":  # a JPEG with a second picture behind the first, as phones write it
        return "JPEG"
    is_drawn = picture.has_transparency_data or picture.getcolors(_FEW_COLOURS)
    return "PNG" if is_drawn else "JPEG"


def _encoded(pixels: Image.Image, kind: str, **options: Any) -> bytes:
    clean = io.BytesIO()
    if kind == "PNG" and pixels.mode == "P":
        options["optimize"] = True  # of a photograph it takes four seconds, for a hundredth of the bytes
    pixels.save(clean, kind, **_ENCODING.get(kind, {}), **options)
    return clean.getvalue()


def _resizable(image: Image.Image) -> Image.Image:
    """`image` in a mode that scales well; as it is where that can be, so that a big JPEG is decoded small."""
    if image.mode == "I;16":
        return image.point(lambda value: value / 256).convert("L")  # convert() alone makes all but black white
    if image.mode == "P" and max(image.size) <= MAX_SIDE and "icc_profile" not in image.info:
        return image
    if image.has_transparency_data:
        return image if image.mode == "RGBA" else image.convert("RGBA")
    if image.mode in ("L", "RGB", "CMYK"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _in_srgb(image: Image.Image) -> Image.Image:
    """The colours as the file's profile means them: without it, browsers take all colours for sRGB."""
    profile = image.info.get("icc_profile")
    mode = "RGB" if image.mode == "CMYK" else image.mode
    if profile and mode in ("RGB", "RGBA"):
        try:
            return ImageCms.profileToProfile(image, io.BytesIO(profile), _SRGB, outputMode=mode) or image
        except (ImageCms.PyCMSError, OSError, ValueError):  # a broken profile, or one of other colours
            pass
    return image.convert(mode)
