"""The two ways in which newsrooms write a day, rendered as HTML."""

import re
from enum import StrEnum
from html import escape
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

from entries.importers.day_labels import is_label


class Markup(StrEnum):
    PLAIN = "plain"  # a paragraph a line
    MARKDOWN = "markdown"


_SENTENCE_END = re.compile(r"[.!?…:;”’»\"')\]*_>。！？]\s*$")
_BLOCK_START = re.compile(r"\s*(?:[#>*+|\[<`~-]|\d+[.)]\s)")
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
UNDERLINE = re.compile(r"\s{0,3}(?:=+|-{2,})\s*$")  # makes a heading of the line above
# Lines that stay beside those of their own kind: a blank line would make two of a list, a quote or a table.
_KINDS = {
    "list": re.compile(r"\s*(?:[-*+]|\d+[.)])\s"),
    "quote": re.compile(r"\s{0,3}>"),
    "table": re.compile(r"\s{0,3}\|"),
}


class Renderer:
    """Renders parts of one text."""

    def __init__(self, lines: list[str], markup: Markup) -> None:
        self.markup = markup
        # Without "code": who indents a paragraph in a newsroom does not mean a program's text.
        self.markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable("code")
        self.markdown.core.ruler.push("headings", _lower_headings)
        self.wraps_lines = False
        self.verbatim: set[int] = set()
        # A link's address may be defined at the end of the file, far from the part that uses it.
        self.definitions: dict[str, object] = {}
        if markup is Markup.MARKDOWN:
            self._survey(lines)

    def _survey(self, lines: list[str]) -> None:
        self.verbatim = self._fenced(lines)
        self.wraps_lines = _wraps([line for number, line in enumerate(lines, 1) if number not in self.verbatim])
        self.markdown.parse("\n".join(lines if self.wraps_lines else _spaced(lines)), self.definitions)

    def blocks(self, lines: list[str]) -> str:
        if self.markup is Markup.PLAIN:
            return "\n".join(f"<p>{escape(line.strip(), quote=False)}</p>" for line in lines if line.strip())
        if not self.wraps_lines:
            lines = _spaced(lines)
        return str(self.markdown.render("\n".join(lines), self.definitions))

    def line(self, line: str) -> str:
        if self.markup is Markup.PLAIN:
            return escape(line, quote=False)
        return str(self.markdown.renderInline(line, self.definitions))

    def _fenced(self, lines: list[str]) -> set[int]:
        """The numbers of the lines in code fences. A fence that nothing closes is a slip and no fence."""
        numbers: set[int] = set()
        for token in self.markdown.parse("\n".join(lines)):
            if token.type == "fence" and token.map:
                first, last = token.map
                if last - first > 1 and token.markup in lines[last - 1]:
                    numbers.update(range(first + 1, last + 1))
        return numbers


def stops_midway(line: str) -> bool:
    """Whether a line of Markdown ends in the middle of a sentence: what follows goes on with it."""
    return bool(line.strip()) and not _BLOCK_START.match(line) and not _SENTENCE_END.search(line)


def _wraps(lines: list[str]) -> bool:
    """Whether paragraphs have several lines here; else each line is a paragraph, whatever blank lines there are.

    Only a text with blank lines between its paragraphs can have them, and then a line somewhere stops midway.
    """
    first = next((number for number, line in enumerate(lines) if is_label(line)), 0)
    text = lines[first:]
    if not re.search(r"\S\n\n+\S", "\n".join(text)):
        return False
    return any(
        stops_midway(line) and below.strip() and not _BLOCK_START.match(below)
        for line, below in pairwise(text)
        if not is_label(line, alone=True) and not is_label(below, alone=True)
    )


def _spaced(lines: list[str]) -> list[str]:
    """The same lines, each a paragraph of its own; lists and tables stay together, the lines of a quote one quote."""
    out: list[str] = []
    is_fenced = False
    for above, line in pairwise(["", *lines]):
        is_underline = bool(UNDERLINE.match(line)) and stops_midway(above)
        if out and not is_fenced and not is_underline:
            kind = next((kind for kind, pattern in _KINDS.items() if pattern.match(line) and pattern.match(above)), "")
            if kind not in ("list", "table"):
                out.append(">" if kind == "quote" else "")
        out.append(line)
        is_fenced ^= bool(_FENCE.match(line))
    return out


def _lower_headings(state: StateCore) -> None:
    """`#` and `##` become the text's section headings (h3), what is below them the next level."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h3" if token.tag in ("h1", "h2") else "h4"
