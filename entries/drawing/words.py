"""Words as glyphs: what of a text can be drawn, in which order, and how wide it is.

In a way of its own and not by Pillow's: that asks the machine for FriBiDi, without which Arabic falls apart into single
letters in the wrong order, and a fresh machine has none.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

from arabic_reshaper import ArabicReshaper
from bidi.algorithm import get_display
from PIL import ImageDraw, ImageFont

FONTS = Path(__file__).parent / "fonts"
MAX_LETTERS = 300  # looked at, of any text
_RIGHT_TO_LEFT = ("R", "AL")
_JOINERS = "\u200c\u200d"
_joined = ArabicReshaper(configuration={"language": "Arabic"})


class Type:
    """One weight in one size."""

    def __init__(self, size: int, *, is_bold: bool = False) -> None:
        self.size = size
        self.is_bold = is_bold
        self.font = _font("Bold" if is_bold else "Regular", size)

    def width(self, text: str) -> float:
        return sum(advance for _, advance in self._glyphs(text))

    def draw(self, canvas: ImageDraw.ImageDraw, x: float, baseline: float, text: str, colour: str) -> None:
        """`x` is the left end, whichever way the text runs."""
        for glyph, advance in self._glyphs(text):
            canvas.text((x, baseline), glyph, colour, self.font, anchor="ls")
            x += advance

    def _glyphs(self, text: str) -> Iterator[tuple[str, float]]:
        for glyph, following in pairwise(f"{in_visual_order(text)}\n"):
            closer = _kerning().get(glyph + following, 0) if self.is_bold else 0
            yield glyph, _advance(self.font, glyph) + closer * self.size / 1000


def is_right_to_left(text: str) -> bool:
    """By its first letter that has a direction."""
    strong = (kind for letter in text if (kind := unicodedata.bidirectional(letter)) in ("L", *_RIGHT_TO_LEFT))
    return next(strong, "L") != "L"


def drawable(text: str) -> str:
    """What of it the fonts can show, in one line; nothing where that would be less than half."""
    letters = unicodedata.normalize("NFC", text[:MAX_LETTERS])
    # Signs above letters would have to be placed, and a hundred of them reach over the whole card.
    letters = "".join(letter for letter in letters if unicodedata.category(letter) not in ("Mn", "Me"))
    kept = "".join(letter for letter in letters if letter.isspace() or letter in _JOINERS or _is_drawable(letter))
    words = " ".join(kept.split())
    return words if 2 * _letters(words) >= _letters(letters) else ""


def in_visual_order(text: str) -> str:
    """Its glyphs from left to right, those of Arabic joined."""
    if any(unicodedata.bidirectional(letter) in (*_RIGHT_TO_LEFT, "AN") for letter in text):
        base = "R" if is_right_to_left(text) else "L"
        text = str(get_display(_joined.reshape(text), base_dir=base))
    return re.sub(f"[{_JOINERS}]", "", text)


def _letters(text: str) -> int:
    return sum(letter.isalnum() for letter in text)


@lru_cache(16_384)
def _is_drawable(letter: str) -> bool:
    probe = _font("Regular", 20)
    return unicodedata.category(letter)[0] != "C" and bytes(probe.getmask(letter)) != bytes(probe.getmask("\uffff"))


@lru_cache(64)
def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    path = FONTS / f"NotoSerifNaskh-{weight}.ttf"
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(16_384)
def _advance(font: ImageFont.FreeTypeFont, glyph: str) -> float:
    return font.getlength(glyph)


@cache
def _kerning() -> dict[str, int]:
    pairs: dict[str, int] = json.loads((FONTS / "kerning.json").read_text(encoding="utf-8"))
    return pairs
