"""The one way in for text. What comes out is safe to print and is a sequence of blocks."""

import html
import re
from html.parser import HTMLParser

import nh3

# No styles, classes or ids: they could dress a paragraph up as the page's own furniture. No frames: embeds are data.
TAGS = {
    *("p", "h3", "h4", "blockquote", "ul", "ol", "li", "pre", "hr", "br", "figure", "figcaption", "img"),
    *("a", "strong", "em", "b", "i", "s", "cite", "sub", "sup", "code"),
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
    *("script", "style", "template", "noscript", "iframe", "object"),
    *("svg", "math", "textarea", "title", "select"),
}
URL_SCHEMES = {"http", "https", "mailto", "tel"}  # javascript: and data: are how a link runs a script
BLOCKS = {"p", "h3", "h4", "blockquote", "ul", "ol", "pre", "hr", "figure", "table"}
VOID = {"br", "hr", "img"}

# XML 1.0 has no way to write these, so one of them in a text would break every feed.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# The post's headline is the page's h1 and a label an h2, so a text's own headings start at h3.
_RENAMED = (
    (re.compile(r"<(/?)h[12]\b", re.I), r"<\1h3"),
    (re.compile(r"<(/?)h[56]\b", re.I), r"<\1h4"),
    (re.compile(r"<(/?)(?:div|section|article|header|footer|main|center|address)\b", re.I), r"<\1p"),
)
_TAG = re.compile(r"<[a-zA-Z/!]")
_EMPTY = re.compile(
    r"<(p|h3|h4|blockquote|ul|ol|li|figure|figcaption|a|b|strong|em|i|s|cite|sub|sup)"
    r"(?: [a-z]+=\"[^\"]*\")*>(?:\s|&nbsp;|<br>)*</\1>"
)
_END_OF_BLOCK = re.compile(r"</(?:p|h3|h4|li|blockquote|pre|figcaption|caption|th|td)>|<br>")

_cleaner = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    clean_content_tags=TAGS_WITHOUT_TEXT,
    url_schemes=URL_SCHEMES,
    link_rel=None,
)
_stripper = nh3.Cleaner(tags=set(), clean_content_tags=TAGS_WITHOUT_TEXT)


def clean_html(source: str) -> str:
    """What an editor typed, pasted or imported, as the HTML that readers get.

    The result's top level is block elements only, and cleaning it again changes nothing.
    """
    text = clean_text(source)
    if not _TAG.search(text):
        text = "".join(f"<p>{paragraph}</p>" for paragraph in re.split(r"\n\s*\n", text))
    for pattern, tag in _RENAMED:
        text = pattern.sub(tag, text)
    # Closing one tag can open another place to tidy; more than three rounds were never needed.
    for _ in range(5):
        if (cleaned := _clean_once(text)) == text:
            break
        text = cleaned
    return text


def clean_line(source: str) -> str:
    """One line of text with its links and emphasis, and no blocks."""
    return re.sub(r"</?(?:p|h3|h4|blockquote|figure|figcaption)\b[^>]*>", "", clean_html(source)).strip()


def clean_text(text: str) -> str:
    """`text` without the control characters that no feed can carry, its line ends made `\\n`."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """Plain text for a headline, a caption, a topic."""
    return " ".join(clean_text(text).split())


def plain_text(clean: str) -> str:
    """The words of clean HTML in one line, unescaped."""
    spaced = _END_OF_BLOCK.sub(lambda match: f" {match[0]}", clean)
    return " ".join(html.unescape(_stripper.clean(spaced)).split())


def _clean_once(text: str) -> str:
    tidy = _Tidy()
    # `&#8;` is text to the first clean_text and a control character to the parser.
    tidy.feed(clean_text(_cleaner.clean(text)))
    tidied = tidy.finish()
    while (smaller := _EMPTY.sub("", tidied)) != tidied:
        tidied = smaller
    return tidied.strip()


class _Tidy(HTMLParser):
    """Puts loose text of the top level into paragraphs; drops images without a source, gives the others an alt."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self.open: list[str] = []
        self.is_loose = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        written = self.get_starttag_text() or ""
        if tag == "img":
            given = dict(attrs)
            if not given.get("src"):
                return
            if "alt" not in given:
                written = written.replace("<img", '<img alt=""', 1)
        self._place(is_block=tag in BLOCKS)
        self.out.append(written)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID or tag not in self.open:
            return
        self.open.pop()
        self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if data.strip():
            self._place(is_block=False)
        self.out.append(data)

    def handle_entityref(self, name: str) -> None:
        self._place(is_block=False)
        self.out.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_entityref(f"#{name}")

    def finish(self) -> str:
        self.close()
        self._place(is_block=True)
        return "".join(self.out)

    def _place(self, *, is_block: bool) -> None:
        if self.open:
            return
        if is_block and self.is_loose:
            self.out.append("</p>")
        elif not is_block and not self.is_loose:
            self.out.append("<p>")
        self.is_loose = not is_block
