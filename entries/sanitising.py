"""The one way in for text. What comes out is safe to print and is a sequence of blocks."""

import html
import re
from html.parser import HTMLParser

import nh3

# No styles, classes or ids: they could dress a paragraph up as the page's own furniture. No frames: embeds are data.
INLINE = {"a", "strong", "em", "b", "i", "s", "cite", "sub", "sup", "code"}
TAGS = INLINE | {
    *("p", "h3", "h4", "blockquote", "ul", "ol", "li", "pre", "hr", "br", "figure", "figcaption", "img"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "title"},
    # Not srcset, and not cite on a quotation: their addresses are not checked for a scheme.
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
}
# Their text is a program's or another page's, never the editor's: it goes with the tag.
TAGS_WITHOUT_TEXT = {
    *("script", "style", "template", "noscript", "iframe", "noframes", "noembed", "object"),
    *("svg", "math", "textarea", "title", "select"),
}
URL_SCHEMES = {"http", "https", "mailto", "tel"}  # javascript: and data: are how a link runs a script
OF_ONE_LINE = INLINE | {"p", "h3", "h4", "pre"}  # no block stands within them
PARTS = {"li": {"ul", "ol"}, "figcaption": {"figure"}}  # paragraphs anywhere else
KEPT_EMPTY = {"thead", "tbody", "tr", "th", "td"}
# A parser's time grows with the square of the depth: 50,000 quotations within each other took it 20 seconds.
MAX_DEPTH = 60
# These end by themselves where the next one starts.
_WITHOUT_DEPTH = {
    *("p", "li", "thead", "tbody", "tr", "td", "th"),
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"),
}

# XML 1.0 has no way to write these, so one of them in a text would break every feed; and the byte order mark.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# The post's headline is the page's h1 and a label an h2, so a text's own headings start at h3.
_RENAMED = (
    (re.compile(r"<(/?)h[12]\b", re.I), r"<\1h3"),
    (re.compile(r"<(/?)h[56]\b", re.I), r"<\1h4"),
    (re.compile(r"<(/?)tfoot\b", re.I), r"<\1tbody"),
    (
        re.compile(
            r"<(/?)(?:div|section|article|aside|nav|header|footer|main|center|address|form|fieldset|dt|dd)\b", re.I
        ),
        r"<\1p",
    ),
)
_TAG = re.compile(r"<[a-zA-Z/!][^<>]*>")
_TAG_NAME = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)")
_END_OF_BLOCK = re.compile(r"</(?:p|h3|h4|li|blockquote|pre|figcaption|caption|th|td)>|<br>")

_cleaner = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    clean_content_tags=TAGS_WITHOUT_TEXT,
    url_schemes=URL_SCHEMES,
    link_rel=None,
)
_liner = nh3.Cleaner(tags=INLINE, attributes=ATTRIBUTES, url_schemes=URL_SCHEMES, link_rel=None)
_stripper = nh3.Cleaner(tags=set(), clean_content_tags=TAGS_WITHOUT_TEXT)


def clean_html(source: str) -> str:
    """What an editor typed, pasted or imported, as the HTML that readers get.

    The result's top level is block elements only, and cleaning it again changes nothing.
    """
    text = clean_text(source)
    if not _TAG.search(text):
        text = "".join(f"<p>{paragraph}</p>" for paragraph in re.split(r"\n\s*\n", text.replace("<", "&lt;")))
    for pattern, tag in _RENAMED:
        text = pattern.sub(tag, text)
    text = _shallow(text)
    # The first round does it and the second finds nothing to do; in 30,000 random texts none took a third.
    for _ in range(4):
        if (cleaned := _clean_once(text)) == text:
            break
        text = cleaned
    return text


def clean_line(source: str) -> str:
    """One line of text with its links and emphasis, and no blocks."""
    line = clean_html(one_line(_liner.clean(_spaced(clean_html(source)))))
    return one_line(line.removeprefix("<p>").removesuffix("</p>"))


def clean_text(text: str) -> str:
    """`text` without the control characters that no feed can carry, its line ends made `\\n`."""
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))


def one_line(text: str) -> str:
    """Plain text for a headline, a caption, a topic."""
    return " ".join(clean_text(text).split())


def plain_text(clean: str) -> str:
    """The words of clean HTML in one line, unescaped."""
    return " ".join(html.unescape(_stripper.clean(_spaced(clean))).split())


def _spaced(clean: str) -> str:
    """A space wherever a block or a line ends, so that words stay apart without the tags."""
    return _END_OF_BLOCK.sub(lambda match: f" {match[0]}", clean)


def _shallow(text: str) -> str:
    """`text` with no more than MAX_DEPTH elements within each other; those deeper lose their tags."""
    around: list[str] = []

    def counted(match: re.Match[str]) -> str:
        name = match[2].lower()
        if name in _WITHOUT_DEPTH:
            return match[0]
        if match[1]:
            while name in around and around.pop() != name:
                pass
        elif len(around) == MAX_DEPTH:
            return "<wbr"  # has no end and is not kept
        else:
            around.append(name)
        return match[0]

    return _TAG_NAME.sub(counted, text)


def _clean_once(text: str) -> str:
    tidy = _Tidy()
    # `&#8;` is text to the first clean_text and a control character to the parser.
    tidy.feed(clean_text(_cleaner.clean(text)))
    return tidy.finish().strip()


class _Tidy(HTMLParser):
    """nh3's tree as one that is the same when it is parsed again: blocks on the top level, no block within a line.

    Of nh3's output only, where each tag that opens also closes. Empty elements go, and images without a source.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self.open: list[tuple[str, int]] = []  # what is written and not ended: its tag and its place in `out`
        self.depths: list[int] = []  # of each element read and not ended: how many in `open` stand around it
        self.inline: list[tuple[str, str]] = []  # links and emphasis not ended, which go on in the next line
        self.filled_at = -1  # the place in `out` of the last text, image or rule

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        written = self.get_starttag_text() or ""
        given = {name: value for name, value in attrs if value and value.strip()}
        if tag == "img":
            if "src" in given:
                self._line()
                self._fill(written if "alt" in dict(attrs) else written.replace("<img", '<img alt=""', 1))
        elif tag == "br":
            self._line()
            self.out.append(written)
        elif tag == "hr":
            self._end_line()
            self._fill(written)
        elif tag in INLINE:
            # Within its like it adds nothing; a link without an address is none.
            is_kept = all(tag != other for other, _ in self.inline) and (tag != "a" or "href" in given)
            if is_kept:
                self._line()
            self.depths.append(len(self.open))
            self.inline.append((tag, written) if is_kept else ("", ""))
            if is_kept:
                self._line()
        else:
            self._end_line()
            if tag in PARTS and not (self.open and self.open[-1][0] in PARTS[tag]):
                tag, written = "p", "<p>"
            self.depths.append(len(self.open))
            self._start(tag, written)

    def handle_endtag(self, tag: str) -> None:
        if tag in INLINE:
            self.inline.pop()
        depth = self.depths.pop()
        while len(self.open) > depth:
            self._end()

    def handle_data(self, data: str) -> None:
        if self.out and self.out[-1].startswith("<pre"):
            data = data.lstrip("\n")  # a parser takes the first one away
        if data.strip(" \t\n\f"):
            self._line()
        if data.strip():
            self._fill(data)
        else:
            self.out.append(data)

    def handle_entityref(self, name: str) -> None:
        self._line()
        if name == "nbsp":
            self.out.append("&nbsp;")
        else:
            self._fill(f"&{name};")

    def finish(self) -> str:
        self.close()
        while self.open:
            self._end()
        return "".join(self.out)

    def _line(self) -> None:
        """Text may follow: in a paragraph, if nothing else holds it, and in the links and emphasis not ended."""
        if not self.open:
            self._start("p", "<p>")
        for tag, written in self.inline:
            if tag and all(tag != other for other, _ in self.open):
                self._start(tag, written)

    def _end_line(self) -> None:
        while self.open and self.open[-1][0] in OF_ONE_LINE:
            self._end()

    def _start(self, tag: str, written: str) -> None:
        self.open.append((tag, len(self.out)))
        self.out.append(written)

    def _end(self) -> None:
        tag, place = self.open.pop()
        if self.filled_at > place or tag in KEPT_EMPTY:
            self.out.append(f"</{tag}>")
        elif tag in INLINE:
            del self.out[place]  # the white space within is still that between two words
        else:
            del self.out[place:]

    def _fill(self, written: str) -> None:
        self.filled_at = len(self.out)
        self.out.append(written)
