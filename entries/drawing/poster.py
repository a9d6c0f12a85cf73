"""The card that stands for a link where it is posted: who reports, of when it is, and what it says."""

import hashlib
import io
from dataclasses import astuple, dataclass
from functools import cache, lru_cache

from PIL import Image, ImageColor, ImageDraw

from entries.drawing.lines import Lines, fitted, shortened
from entries.drawing.words import Type, drawable, is_right_to_left

WIDTH, HEIGHT = 1200, 630
DESIGN = 1  # one more with each change to how the same poster looks
STEPS = 12
MARGIN = 72
INNER = WIDTH - 2 * MARGIN
SIZES = (108, 96, 84, 74, 65, 57, 50)
KEPT = 512  # posters in a process: some 12 MB
PAPER, INK, SOFT, HAIR, RED = "#fffdf9", "#17150f", "#5c564b", "#dcd5c7", "#ad1220"


@dataclass(frozen=True)
class Poster:
    """Plain text all of it, of any length and in any alphabet."""

    site: str
    headline: str
    label: str = ""
    day: str = ""
    series: str = ""
    footer: str = ""

    @property
    def etag(self) -> str:
        return hashlib.sha256(repr((DESIGN, astuple(self))).encode("utf-8", "backslashreplace")).hexdigest()[:32]


@lru_cache(KEPT)
def drawn(poster: Poster) -> bytes:
    """As a PNG."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    _Sheet(ImageDraw.Draw(image), poster).fill()
    buffer = io.BytesIO()
    image.quantize(palette=_palette(), dither=Image.Dither.NONE).save(buffer, "PNG")
    return buffer.getvalue()


@cache
def _palette() -> Image.Image:
    """All that is on a poster: each colour, and its steps to the paper at the edges of letters. To have Pillow look for
    them took as long as all the rest."""
    paper = ImageColor.getrgb(PAPER)
    steps = [
        round(ground + (mark - ground) * step / STEPS)
        for colour in (INK, SOFT, RED, HAIR)
        for step in range(STEPS + 1)
        for ground, mark in zip(paper, ImageColor.getrgb(colour), strict=True)
    ]
    palette = Image.new("P", (1, 1))
    palette.putpalette(steps)
    return palette


class _Sheet:
    """A poster on its way to paper. What reads from right to left is set from the right."""

    def __init__(self, canvas: ImageDraw.ImageDraw, poster: Poster) -> None:
        self.canvas = canvas
        self.poster = poster
        self.headline = drawable(poster.headline) or drawable(poster.footer) or drawable(poster.site)
        self.is_mirrored = is_right_to_left(self.headline)

    def fill(self) -> None:
        self.canvas.rectangle((0, 0, WIDTH, 13), fill=RED)
        self._masthead()
        self._label()
        footer = drawable(self.poster.footer)
        self._headline(fitted(self.headline, SIZES, INNER, 312 if footer else 372))
        if footer and footer != self.headline:
            self.canvas.rectangle((MARGIN, 548, WIDTH - MARGIN, 549), fill=HAIR)
            self._line(Type(28), 588, footer, SOFT, INNER)

    def _masthead(self) -> None:
        used = self._line(Type(40, is_bold=True), 88, drawable(self.poster.site), INK, INNER * 2 // 3)
        if series := drawable(self.poster.series):
            self._line(Type(28), 88, series, SOFT, int(INNER - used - 48), is_at_end=True)
        self.canvas.rectangle((MARGIN, 116, WIDTH - MARGIN, 119), fill=INK)

    def _label(self) -> None:
        used = self._line(Type(32, is_bold=True), 178, drawable(self.poster.label), RED, INNER * 2 // 3)
        after = used + 20 if used else 0
        self._line(Type(30), 178, drawable(self.poster.day), SOFT, int(INNER - after), after=after)

    def _headline(self, lines: Lines) -> None:
        # The first line's capitals stand at the same height in every size.
        baseline = 208 + lines.type.size * 0.95
        for text in lines.texts:
            self._line(lines.type, baseline, text, INK, INNER)
            baseline += lines.leading

    def _line(
        self,
        type_: Type,
        baseline: float,
        text: str,
        colour: str,
        room: int,
        *,
        after: float = 0,
        is_at_end: bool = False,
    ) -> float:
        """Draws one line, cut to its room, `after` so many pixels; returns how wide it is."""
        text = shortened(text, type_, room)
        width = type_.width(text)
        is_at_right = self.is_mirrored != is_at_end
        x = WIDTH - MARGIN - after - width if is_at_right else MARGIN + after
        type_.draw(self.canvas, x, baseline, text, colour)
        return width
