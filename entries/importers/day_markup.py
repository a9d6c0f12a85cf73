"""The two ways in which newsrooms write a day, rendered as HTML."""

import re
from enum import StrEnum
from html import escape

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore


class Markup(StrEnum):
    PLAIN = "plain"  # a paragraph a line
    MARKDOWN = "markdown"


class Renderer:
    """Renders parts of one text."""

    def __init__(self, text: str, markup: Markup) -> None:
        self.markup = markup
        has_blank_lines = bool(re.search(r"\S[^\S\n]*\n\s*\n\s*\S", text))
        # Only with blank lines between its paragraphs can a text have one of several lines.
        self.wraps_lines = markup is Markup.MARKDOWN and has_blank_lines
        self.markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
        self.markdown.core.ruler.push("headings", _lower_headings)
        # A link's address may be defined at the end of the file, far from the part that uses it.
        self.definitions: dict[str, object] = {}
        self.markdown.parse(text, self.definitions)

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


def _spaced(lines: list[str]) -> list[str]:
    """A Markdown file without blank lines means a paragraph a line; lists stay together, quotes one quote."""
    out: list[str] = []
    for line in lines:
        if out and not re.match(r"\s*(?:[-*+]|\d+[.)])\s", line):
            out.append(">" if line.startswith(">") and out[-1].startswith(">") else "")
        out.append(line)
    return out


def _lower_headings(state: StateCore) -> None:
    """`#` and `##` become the text's section headings (h3), what is below them the next level."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h3" if token.tag in ("h1", "h2") else "h4"
