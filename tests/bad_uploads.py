"""Files that are no picture, or one that nobody should decode, under names that should not matter.

Run as a program with the folder where they lie, it reads each as an upload is read, and prints by how many megabytes
that made the process grow.
"""

import gzip
import io
import resource
import struct
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from PIL import Image as Pillow

KINDS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
OTHERS = ("TIFF", "BMP", "ICO", "EPS", "PDF", "PPM", "TGA", "ICNS", "JPEG2000", "DDS", "SGI", "PCX", "MSP")
TEXTS = {
    "drawing.svg": "<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
    "drawing.png": "<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><svg>&a;</svg>",
    "page.jpg": "<!doctype html><script>x()</script>",
    "script.php": "<?php system($_GET['c']); ?>",
    "shell.gif": "#!/bin/sh\nid\n",
    "gif-that-says-so.gif": "GIF89a/*<script>*/=1;alert(1)",
    "push graphic-context.mvg": "push graphic-context\nfill 'url(https://example.org/|ls \"-la)'\npop graphic-context",
    "playlist.jpg": "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
    "data.png": "data:image/png;base64,iVBORw0KGgo=",
    "empty.png": "",
    ".htaccess": "AddType application/x-httpd-php .png",
}
STARTS = {
    "start.jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "start.png": b"\x89PNG\r\n\x1a\n",
    "start.webp": b"RIFF\x00\x00\x00\x00WEBP",
    "start.avif": b"\x00\x00\x00\x1cftypavif",
    "start.heic": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
    "program.png": b"\x7fELF\x02\x01\x01" + bytes(200),
    "program.jpg": b"MZ\x90\x00" + bytes(200),
    "flash.gif": b"FWS\x09" + bytes(200),
    "../../../etc/cron.d/x.png": b"* * * * * root id\n",
    "a.png\x00.php": b"<?php ?>",
    "..\\..\\boot.ini": b"[boot loader]",
    "/etc/passwd": b"root:x:0:0",
}


def files() -> dict[str, bytes]:
    return dict(_all())


def _all() -> Iterator[tuple[str, bytes]]:
    noise = Pillow.effect_noise((160, 160), 90).convert("RGB")
    yield from ((name, text.encode()) for name, text in TEXTS.items())
    yield from STARTS.items()
    for kind in KINDS:
        yield f"cut.{kind.lower()}", _saved(noise, kind)[:2000]
    for kind in OTHERS:
        yield f"other.{kind.lower()}", _saved(noise.convert("1") if kind == "MSP" else noise, kind)
    for width, height in (
        (60_001, 1000),
        (65_000, 65_000),
        (2**31 - 1, 2**31 - 1),
        (1, 2**31 - 1),
        (0, 10),
        (9000, 9000),
    ):
        yield f"{width}x{height}.png", png_of(width, height)
    yield "bomb.gif", b"GIF89a" + b"\xff" * 4 + _saved(noise, "GIF")[10:]
    yield "bomb-in-a-chunk.png", png_of(100, 100, b"zTXt", b"a\x00\x00" + zlib.compress(bytes(200_000_000), 9))
    yield "bomb.svgz", gzip.compress(b"<svg>" + b" " * 50_000_000)
    yield "archive.png", _zipped()
    yield "archive.jpg", _tarred()
    yield "heavy.jpg", b"\xff\xd8\xff" + bytes(25_000_001)


def png_of(width: int, height: int, *extra: bytes) -> bytes:
    """Says that it is so large, and has next to no pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [
        (b"IHDR", header),
        *([(extra[0], extra[1])] if extra else []),
        (b"IDAT", zlib.compress(b"")),
        (b"IEND", b""),
    ]
    packed = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def _saved(image: Pillow.Image, kind: str) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def _zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../a.png", bytes(1_000_000))
    return buffer.getvalue()


def _tarred() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("../a.jpg"))
    return buffer.getvalue()


def main() -> None:
    from django.conf import settings

    from entries.imaging import BadPicture, read_picture

    settings.configure(USE_I18N=False)  # its sentences are for people
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for path in Path(sys.argv[1]).iterdir():
        try:
            read_picture(path.read_bytes())
        except BadPicture:
            continue
        raise SystemExit(f"{path.name} was taken for a picture.")
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)


if __name__ == "__main__":
    main()
