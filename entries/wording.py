"""What an edit did to the words of a text, for those who look back at it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from html.parser import HTMLParser
from itertools import chain, groupby
from operator import itemgetter
from typing import Literal, NamedTuple

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from entries.sanitising import INLINE

# Of one stretch's lengths before and after. Two of 10,000 words take 0.2 seconds; two of 100,000, which is a text of
# 500,000 characters against quite another, took 8, and only to find a few stray words in common.
MAX_PRODUCT = 10_000 * 10_000

_WITHIN_A_BLOCK = INLINE | {"img", "br", "bdi"}
_SPACE = re.compile(r"(\s+)")


class _Word(NamedTuple):
    text: str
    is_address: bool = False  # of the link or image before it: worth reading only where it changed


_LEFT_OUT = format_html("<p>{}</p>", "…")
_END = _Word("\n")  # of a paragraph
type _Paragraph = tuple[_Word, ...]
type _Marked = tuple[Literal["", "del", "ins"], _Word]


def word_diff(before: str, after: str) -> SafeString:
    """Two clean texts as one in plain paragraphs: `<del>` around the words that went, `<ins>` around those that came.

    An image is its alternative text. Emphasis, lists and headings do not show.
    """
    marked = _marked(_paragraphs(before), _paragraphs(after))
    return format_html_join("\n", "<p>{}</p>", ((_printed(paragraph),) for paragraph in _split(marked)))


def word_changes(before: str, after: str) -> SafeString:
    """The same, of the paragraphs in which a word changed; `…` stands for those between. Empty where no word did."""
    paragraphs = _split(_marked(_paragraphs(before), _paragraphs(after)))
    shown: list[SafeString] = []
    for is_changed, stretch in groupby(paragraphs, key=_has_changed):
        shown += [format_html("<p>{}</p>", _printed(one)) for one in stretch] if is_changed else [_LEFT_OUT]
    return SafeString("") if set(shown) <= {_LEFT_OUT} else format_html_join("\n", "{}", ((one,) for one in shown))


def _has_changed(paragraph: list[_Marked]) -> bool:
    return any(tag for tag, _ in paragraph)


def _marked(before: list[_Paragraph], after: list[_Paragraph]) -> Iterator[_Marked]:
    """Paragraphs are compared first, and words only where paragraphs differ."""
    for old, new in _compared(before, after):
        for old_words, new_words in _compared(list(chain(*old)), list(chain(*new))):
            if old_words == new_words:
                yield from (("", word) for word in old_words)
            else:
                yield from (("del", word) for word in old_words)
                yield from (("ins", word) for word in new_words)


def _compared[T](before: Sequence[T], after: Sequence[T]) -> Iterator[tuple[Sequence[T], Sequence[T]]]:
    """Both from start to end in stretches: the same in both, or what stood there before and after."""
    if before == after or len(before) * len(after) > MAX_PRODUCT:
        yield before, after
        return
    for _tag, start, end, new_start, new_end in SequenceMatcher(None, before, after).get_opcodes():
        yield before[start:end], after[new_start:new_end]


def _split(marked: Iterable[_Marked]) -> Iterator[list[_Marked]]:
    """The words of each paragraph that print."""
    for is_end, words in groupby(marked, key=lambda change: change[1] == _END):
        if not is_end:
            yield [(tag, word) for tag, word in words if tag or not word.is_address]


def _printed(paragraph: list[_Marked]) -> SafeString:
    runs = groupby(paragraph, key=itemgetter(0))
    return format_html_join(" ", "{}", ((_run(tag, [word.text for _, word in words]),) for tag, words in runs))


def _run(tag: str, words: list[str]) -> SafeString:
    text = " ".join(words)
    return format_html("<{0}>{1}</{0}>", tag, text) if tag else escape(text)


def _paragraphs(clean: str) -> list[_Paragraph]:
    reader = _Reader()
    reader.feed(clean)
    reader.close()
    reader.end_paragraph()
    return reader.paragraphs


class _Reader(HTMLParser):
    """A word goes on through emphasis and links: `<b>H</b>ouse` is one."""

    def __init__(self) -> None:
        super().__init__()
        self.paragraphs: list[_Paragraph] = []
        self.words: list[_Word] = []  # of the paragraph not ended
        self.word = ""  # not ended
        self.addresses: list[str] = []  # to stand after it
        self.href = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in _WITHIN_A_BLOCK:
            self.end_paragraph()
        elif tag == "a":
            self.href = given.get("href", "")
        elif tag == "br":
            self._end_word()
        elif tag == "img":
            self.handle_data(" " + _("[image: %(alt)s]") % {"alt": given.get("alt", "")})
            self.addresses.append(given.get("src", ""))
            self._end_word()

    def handle_endtag(self, tag: str) -> None:
        if tag not in _WITHIN_A_BLOCK:
            self.end_paragraph()
        elif tag == "a":
            self.addresses.append(self.href)

    def handle_data(self, data: str) -> None:
        for piece in _SPACE.split(data):
            if piece.isspace():
                self._end_word()
            else:
                self.word += piece

    def end_paragraph(self) -> None:
        self._end_word()
        if self.words:
            self.paragraphs.append((*self.words, _END))
        self.words = []

    def _end_word(self) -> None:
        if self.word:
            self.words.append(_Word(self.word))
        self.words += [_Word(f"({address})", is_address=True) for address in self.addresses]
        self.word, self.addresses = "", []
