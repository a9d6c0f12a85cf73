"""Text broken into lines of a width."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from entries.drawing.words import Type

ELLIPSIS = "…"
LEADING = 1.2  # of the size


@dataclass(frozen=True)
class Lines:
    type: Type
    texts: tuple[str, ...]
    is_whole: bool

    @property
    def leading(self) -> float:
        return self.type.size * LEADING


def fitted(text: str, sizes: tuple[int, ...], width: int, height: int) -> Lines:
    """`text` in the largest of `sizes` in which all of it fits; in the smallest, cut, where it fits in none."""
    tried = (wrapped(text, Type(size, is_bold=True), width, int(height // (size * LEADING))) for size in sizes)
    lines = next(tried)
    for smaller in tried:
        if lines.is_whole:
            break
        lines = smaller
    return _balanced(text, lines, width) if lines.is_whole else lines


def _balanced(text: str, lines: Lines, width: int) -> Lines:
    """In the same number of lines, their ends as near to each other as can be: no last line of one short word."""
    for narrower in range(width, width // 2, -24):
        tried = wrapped(text, lines.type, narrower, len(lines.texts))
        if not tried.is_whole:
            break
        lines = tried
    return lines


def wrapped(text: str, type_: Type, width: int, most: int) -> Lines:
    """At most that many lines; the last one says by an ellipsis that there is more."""
    lines = list(islice(_lines(text, type_, width), most + 1))
    if len(lines) <= most:
        return Lines(type_, tuple(lines), is_whole=True)
    rest = " ".join(lines[most - 1 :])
    return Lines(type_, (*lines[: most - 1], shortened(rest, type_, width)), is_whole=False)


def shortened(text: str, type_: Type, width: int) -> str:
    """As it is where it fits in one line, else cut between two words, or within one that is longer than the line."""
    if type_.width(text) <= width:
        return text
    room = width - type_.width(ELLIPSIS)
    cut = text[: _fitting(text, type_, room)]
    kept, space, _ = cut.rpartition(" ")
    return (kept if space else cut).rstrip(" ,;:–—-") + ELLIPSIS


def _lines(text: str, type_: Type, width: int) -> Iterator[str]:
    line = ""
    for word in text.split():
        if type_.width(f"{line} {word}".strip()) <= width:
            line = f"{line} {word}".strip()
            continue
        if line:
            yield line
        *full, line = _pieces(word, type_, width)
        yield from full
    if line:
        yield line


def _pieces(word: str, type_: Type, width: int) -> Iterator[str]:
    while type_.width(word) > width:
        end = max(1, _fitting(word, type_, width))
        yield word[:end]
        word = word[end:]
    yield word


def _fitting(text: str, type_: Type, width: float) -> int:
    """How many of its letters fit, found by halving."""
    least, most = 0, len(text)
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if type_.width(text[:middle]) <= width else (least, middle - 1)
    return least
