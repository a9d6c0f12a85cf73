import io
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageCms
from PIL.PngImagePlugin import PngInfo

from entries import imaging
from entries.imaging import BadPicture, read_picture
from tests.factories import picture

NOT_A_PICTURE = "This is not a whole JPEG, PNG, WebP, GIF or AVIF image: save it as one of these."
TOO_MANY_PIXELS = "The image has more than 60 megapixels: save it smaller."
KINDS = ["JPEG", "PNG", "WEBP", "GIF", "AVIF"]
RED, BLUE = (255, 0, 0, 255), (0, 0, 255, 255)
SECRET = "taken at home"
ORIENTATION, DESCRIPTION, GPS = 0x0112, 0x010E, 0x8825


def saved(image: Pillow.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def opened(data: bytes) -> Pillow.Image:
    image = Pillow.open(io.BytesIO(data))
    image.load()
    return image


def redrawn(upload: bytes) -> Pillow.Image:
    return opened(read_picture(upload).data)


def corners(image: Pillow.Image) -> tuple[Any, Any]:
    """The colours top left and bottom right."""
    full = image.convert("RGBA")
    return full.getpixel((0, 0)), full.getpixel((full.width - 1, full.height - 1))


def is_near(colour: Any, wanted: Any) -> bool:
    return all(abs(a - b) <= 8 for a, b in zip(colour, wanted, strict=True))


def halves(width: int = 60, height: int = 40) -> Pillow.Image:
    """Red to the left, blue to the right."""
    image = Pillow.new("RGB", (width, height), "red")
    image.paste("blue", (width // 2, 0, width, height))
    return image


def palette(*, size: tuple[int, int] = (8, 8)) -> Pillow.Image:
    """The first colour, black, to the left, and the second, red, to the right."""
    image = Pillow.new("P", size, 1)
    image.putpalette([0, 0, 0, 255, 0, 0])
    image.paste(0, (0, 0, size[0] // 2, size[1]))
    return image


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is this big."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def profile_with_red_and_blue_swapped() -> bytes:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return srgb.replace(b"rXYZ", b"tXYZ").replace(b"bXYZ", b"rXYZ").replace(b"tXYZ", b"bXYZ")


@pytest.mark.parametrize("kind", KINDS)
def test_each_format_comes_out_as_one_that_everybody_reads(kind: str) -> None:
    read = read_picture(saved(halves(), kind))
    image = opened(read.data)
    kept = {"JPEG": ("jpg", "JPEG"), "GIF": ("gif", "GIF")}.get(kind, ("png", "PNG"))
    assert (read.suffix, image.format, image.size, read.width, read.height) == (*kept, (60, 40), 60, 40)
    left, right = corners(image)
    assert is_near(left, RED)
    assert is_near(right, BLUE)


@pytest.mark.parametrize("kind", ["WEBP", "AVIF"])
@pytest.mark.parametrize(("mode", "kept"), [("RGB", "JPEG"), ("RGBA", "PNG")])
def test_photograph_in_a_modern_format_is_kept_as_jpeg_and_as_png_where_it_is_transparent(
    kind: str, mode: str, kept: str
) -> None:
    photograph = Pillow.merge("RGB", [Pillow.effect_noise((90, 60), spread) for spread in (90, 60, 30)]).convert(mode)
    if mode == "RGBA":
        photograph.putalpha(Pillow.linear_gradient("L").resize((90, 60)))
    assert redrawn(saved(photograph, kind)).format == kept


@pytest.mark.parametrize("suffix", ["avif", "webp", "jpg"])
@pytest.mark.parametrize("width", [7, 60])
def test_variant_is_the_picture_in_that_width(suffix: str, width: int) -> None:
    read = read_picture(saved(halves(), "JPEG", quality=95))
    image = opened(read.encoded(read.scaled(width), suffix))
    kinds = {"avif": "AVIF", "webp": "WEBP", "jpg": "JPEG"}
    assert (image.format, image.size) == (kinds[suffix], (width, max(1, round(40 * width / 60))))
    assert image.convert("RGB").getpixel((1, 1))[0] > 200  # type: ignore[index]


@pytest.mark.parametrize("suffix", ["avif", "webp", "jpg"])
def test_variant_is_upright_and_tells_nothing_of_its_making(suffix: str) -> None:
    exif = Pillow.Exif()
    exif[ORIENTATION], exif[DESCRIPTION] = 6, SECRET
    exif.get_ifd(GPS)[2] = (55.0, 45.0, 21.0)
    read = read_picture(saved(halves(), "JPEG", exif=exif.tobytes(), comment=SECRET))
    variant = read.encoded(read.scaled(20), suffix)
    image = opened(variant)
    assert (image.size, dict(image.getexif()), SECRET.encode() in variant) == ((20, 30), {}, False)
    assert {"icc_profile", "xmp", "comment", "exif"} & set(image.info) == set()


@pytest.mark.parametrize("suffix", ["avif", "webp"])
@pytest.mark.parametrize(
    ("upload", "mode", "colour"),
    [
        (saved(Pillow.new("RGBA", (8, 8), (0, 0, 0, 0)), "PNG"), "RGBA", (0, 0, 0, 0)),
        (saved(palette(), "GIF", transparency=0), "RGBA", (0, 0, 0, 0)),
        (saved(palette(), "PNG"), "RGB", (0, 0, 0, 255)),
        (saved(Pillow.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"), "RGB", RED),
        (saved(Pillow.new("I;16", (8, 8), 30_000), "PNG"), "RGB", (117, 117, 117, 255)),
        (saved(Pillow.new("L", (8, 8), 117), "JPEG"), "RGB", (117, 117, 117, 255)),
    ],
    ids=["transparent", "transparent GIF", "palette", "CMYK", "16 bits", "grey"],
)
def test_variant_keeps_colours_and_what_is_transparent(
    upload: bytes, mode: str, colour: tuple[int, ...], suffix: str
) -> None:
    read = read_picture(upload)
    image = opened(read.encoded(read.scaled(8), suffix))
    found = corners(image)[0]
    seen = slice(None) if colour[3] else slice(3, None)  # what is transparent has no colour
    assert (image.mode, is_near(found[seen], colour[seen])) == (mode, True)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_picture_is_turned_upright_and_tells_nothing_of_its_making(kind: str) -> None:
    exif = Pillow.Exif()
    exif[ORIENTATION], exif[DESCRIPTION] = 6, SECRET
    exif.get_ifd(GPS)[2] = (55.0, 45.0, 21.0)
    upload = saved(halves(), kind, exif=exif.tobytes())
    assert SECRET.encode() in upload
    read = read_picture(upload)
    image = opened(read.data)
    assert (read.width, read.height, image.size) == (40, 60, (40, 60))
    top, bottom = corners(image)
    assert is_near(top, RED)
    assert is_near(bottom, BLUE)
    assert (dict(image.getexif()), SECRET.encode() in read.data) == ({}, False)


def with_text(kind: str) -> bytes:
    if kind == "PNG":
        text = PngInfo()
        text.add_text("Comment", SECRET)
        text.add_itxt("XML:com.adobe.xmp", f"<x>{SECRET}</x>")
        return saved(halves(), kind, pnginfo=text)
    if kind == "GIF":
        return saved(halves(), kind, comment=SECRET)
    given = {"xmp": f"<x>{SECRET}</x>".encode(), "icc_profile": profile_with_red_and_blue_swapped() + SECRET.encode()}
    return saved(halves(), kind, **given, **({"comment": SECRET} if kind == "JPEG" else {}))


@pytest.mark.parametrize("kind", KINDS)
def test_comments_and_descriptions_are_gone(kind: str) -> None:
    upload = with_text(kind)
    assert SECRET.encode() in upload
    read = read_picture(upload)
    assert SECRET.encode() not in read.data
    assert {"icc_profile", "xmp", "comment", "XML:com.adobe.xmp", "exif"} & set(opened(read.data).info) == set()


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_colours_of_a_profile_are_kept_without_it(mode: str) -> None:
    upload = saved(halves().convert(mode), "PNG", icc_profile=profile_with_red_and_blue_swapped())
    image = redrawn(upload)
    left, right = corners(image)
    assert (image.mode, is_near(left, BLUE), is_near(right, RED)) == (mode, True, True)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
@pytest.mark.parametrize("profile", [b"nonsense" * 40, profile_with_red_and_blue_swapped()], ids=["broken", "other"])
def test_profile_that_does_not_fit_is_passed_over(mode: str, profile: bytes) -> None:
    image = redrawn(saved(Pillow.new(mode, (8, 8)), "PNG", icc_profile=profile))
    assert corners(image)[0][:3] == (0, 0, 0)
    assert "icc_profile" not in image.info


@pytest.mark.parametrize("profile", [b"", b"nonsense" * 40, profile_with_red_and_blue_swapped()])
def test_jpeg_for_print_becomes_one_for_screens(profile: bytes) -> None:
    image = redrawn(saved(Pillow.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG", icc_profile=profile))
    assert (image.mode, is_near(corners(image)[0], RED)) == ("RGB", True)


@pytest.mark.parametrize(
    ("image", "options", "mode", "colours"),
    [
        (Pillow.new("1", (8, 8), 1), {}, "L", ((255, 255, 255, 255),) * 2),
        (Pillow.new("L", (8, 8), 100), {}, "L", ((100, 100, 100, 255),) * 2),
        (Pillow.new("I;16", (8, 8), 30_000), {}, "L", ((117, 117, 117, 255),) * 2),
        (Pillow.new("LA", (8, 8), (100, 50)), {}, "RGBA", ((100, 100, 100, 50),) * 2),
        (Pillow.new("RGBA", (8, 8), (1, 2, 3, 4)), {}, "RGBA", ((1, 2, 3, 4),) * 2),
        (Pillow.new("RGB", (8, 8), (1, 2, 3)), {"transparency": (1, 2, 3)}, "RGBA", ((1, 2, 3, 0),) * 2),
        (Pillow.new("L", (8, 8), 100), {"transparency": 100}, "RGBA", ((100, 100, 100, 0),) * 2),
        (palette(), {}, "P", ((0, 0, 0, 255), RED)),
        (palette(), {"transparency": 0}, "P", ((0, 0, 0, 0), RED)),
        (palette(), {"transparency": b"\x00\x80"}, "P", ((0, 0, 0, 0), (255, 0, 0, 128))),
        (palette(size=(3000, 30)), {"transparency": 0}, "RGBA", ((0, 0, 0, 0), RED)),
        (palette(size=(3000, 30)), {}, "RGB", ((0, 0, 0, 255), RED)),
    ],
)
def test_png_of_each_mode_keeps_its_colours(
    image: Pillow.Image, options: dict[str, Any], mode: str, colours: tuple[Any, Any]
) -> None:
    read = redrawn(saved(image, "PNG", **options))
    assert (read.mode, corners(read)) == (mode, colours)


@pytest.mark.parametrize("size", [(8, 8), (3000, 30)])
def test_gif_keeps_what_is_transparent(size: tuple[int, int]) -> None:
    read = redrawn(saved(palette(size=size), "GIF", transparency=0))
    left, right = corners(read)
    assert (left[3], right) == (0, RED)


@pytest.mark.parametrize("kind", ["WEBP", "AVIF"])
def test_transparent_picture_stays_so(kind: str) -> None:
    read = redrawn(saved(Pillow.new("RGBA", (8, 8), (0, 0, 0, 0)), kind))
    assert (read.mode, corners(read)[0][3]) == ("RGBA", 0)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "AVIF"])
def test_of_a_moving_picture_the_first_frame_stays(kind: str) -> None:
    frames = [Pillow.new("RGB", (16, 16), colour) for colour in ("red", "blue")]
    read = redrawn(saved(frames[0], kind, save_all=True, append_images=frames[1:]))
    assert (is_near(corners(read)[0], RED), getattr(read, "n_frames", 1)) == (True, 1)


def test_jpeg_with_a_second_picture_behind_the_first_is_a_jpeg() -> None:
    upload = saved(halves(), "MPO", save_all=True, append_images=[Pillow.new("RGB", (60, 40), "lime")])
    read = read_picture(upload)
    image = opened(read.data)
    assert (opened(upload).format, image.format, read.suffix) == ("MPO", "JPEG", "jpg")
    assert is_near(corners(image)[0], RED)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tail", [b"<script>x()</script>", b"<?php x() ?>", b"PK\x03\x04 taken at home"])
def test_what_hangs_behind_a_picture_is_gone(kind: str, tail: bytes) -> None:
    assert tail not in read_picture(saved(halves(), kind) + tail).data


def test_gif_that_is_also_a_script_is_only_a_gif() -> None:
    upload = saved(halves(), "GIF", comment=b"*/=1;alert(1);/*") + b"=1;alert(1)"
    assert b"alert" not in read_picture(upload).data


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("given", "kept"), [((2400, 60), (2400, 60)), ((3000, 100), (2400, 80)), ((100, 4800), (50, 2400))]
)
def test_big_picture_is_scaled_to_what_the_page_shows(kind: str, given: tuple[int, int], kept: tuple[int, int]) -> None:
    read = read_picture(picture(*given, kind))
    assert ((read.width, read.height), opened(read.data).size) == (kept, kept)


@pytest.mark.parametrize("kind", ["TIFF", "BMP", "ICO", "EPS", "PDF", "PPM", "TGA", "ICNS", "JPEG2000", "DDS"])
def test_other_format_is_refused(kind: str) -> None:
    with pytest.raises(BadPicture, match=f"^{NOT_A_PICTURE}$"):
        read_picture(saved(halves(64, 64), kind))


@pytest.mark.parametrize(
    "upload",
    [
        b"",
        b"plain text",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
        b"<?xml version='1.0'?><!DOCTYPE svg><svg/>",
        b"<!doctype html><script>x()</script>",
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"RIFF\x00\x00\x00\x00WEBP",
        b"\x00\x00\x00\x1cftypavif",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
        png_of(1000, 1000),
        png_of(0, 10),
    ],
)
def test_what_is_no_picture_is_refused(upload: bytes) -> None:
    with pytest.raises(BadPicture, match=f"^{NOT_A_PICTURE}$"):
        read_picture(upload)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", [0.2, 0.6, 0.9])
def test_truncated_picture_is_refused(kind: str, part: float) -> None:
    upload = saved(Pillow.effect_noise((200, 200), 90).convert("RGB"), kind)
    with pytest.raises(BadPicture, match=f"^{NOT_A_PICTURE}$"):
        read_picture(upload[: int(len(upload) * part)])


UPLOADS = [saved(halves(30, 20), kind) for kind in KINDS]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(UPLOADS), st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=6))
def test_damaged_picture_is_read_or_refused(upload: bytes, damages: list[tuple[float, int]]) -> None:
    damaged = bytearray(upload)
    for place, byte in damages:
        damaged[int(place * len(damaged))] = byte
    try:
        assert read_picture(bytes(damaged)).data
    except BadPicture as refusal:
        assert str(refusal) in {NOT_A_PICTURE, TOO_MANY_PIXELS}  # noqa: PT017


def animated_webp_of(side: int) -> bytes:
    frames = [Pillow.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    upload = bytearray(saved(frames[0], "WEBP", save_all=True, append_images=frames[1:]))
    canvas = upload.index(b"VP8X") + 12
    upload[canvas : canvas + 6] = (side - 1).to_bytes(3, "little") * 2
    return bytes(upload)


@pytest.mark.parametrize(
    "upload",
    [
        png_of(60_001, 1000),
        png_of(9_500, 9_500),
        png_of(12_000, 12_000),
        png_of(65_000, 65_000),
        b"GIF89a" + b"\xff" * 4 + picture(kind="GIF")[10:],
        animated_webp_of(16_000),
    ],
    ids=["wide", "above Pillow's warning", "twice as big", "bomb", "GIF bomb", "WebP bomb"],
)
def test_picture_of_too_many_pixels_is_refused_before_it_is_decoded(upload: bytes) -> None:
    assert len(upload) < 2_000
    with pytest.raises(BadPicture, match=f"^{TOO_MANY_PIXELS}$"):
        read_picture(upload)


def test_file_of_too_many_bytes_is_refused() -> None:
    with pytest.raises(BadPicture, match=r"^The image has more than 25 MB: save it smaller\.$"):
        read_picture(picture() + b"\0" * imaging.MAX_BYTES)
