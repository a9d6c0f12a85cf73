"""Stored text into what is printed. With templatetags.entry_text the only place that calls text safe to print."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.conf import settings
from django.forms.utils import flatatt
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from entries.models import Entry, Image
from entries.variants import MODERN, StoredPicture

# A wide table scrolls within itself, by keyboard too. In clean text only a tag can hold "<table".
_SCROLLING = '<div class="table" role="region" aria-label="{}" tabindex="0">'
_FIRST_PARAGRAPH = re.compile(r"<p(?: [^>]*)?>")
# In clean text no attribute holds a bracket or a double quote.
_IMAGE = re.compile(r"<img( [^<>]*)>")
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')

# Within JSON's strings each is the same when it is written so, and nowhere else does JSON have one.
_ESCAPED = {sign: f"\\u{ord(sign):04X}" for sign in "<>&\u2028\u2029"}


@dataclass(frozen=True)
class Place:
    """Where a picture stands: how wide it is there (site.css), and whether the page waits for it."""

    sizes: str
    attributes: tuple[tuple[str, str], ...] = (("loading", "lazy"), ("decoding", "async"))


_AT_ONCE = (("fetchpriority", "high"), ("decoding", "async"))
_CARD = "(min-width: 60em) min(54vw, 41rem), 92vw"
PLACES = {
    "map": Place("(min-width: 46em) min(92vw - 12.5rem, 59.5rem), 92vw", _AT_ONCE),
    "first card": Place(_CARD, _AT_ONCE),
    "card": Place(_CARD),
}
_MEASURE = 610  # pixels, at the largest size of text


def clean(html: str) -> SafeString:
    """HTML that entries.sanitising made. It was cleaned when it was written, once, and not at each of its readings."""
    return mark_safe(html)  # noqa: S308


def entry_body(entry: Entry, *leads: str) -> SafeString:
    """The entry's text; `leads` and the topic run in with its first paragraph, or stand before a text without one."""
    topic = [format_html('<b class="topic">{}</b>', run_in_topic(entry))] if entry.topic else []
    lead = " ".join(conditional_escape(part) for part in [*leads, *topic])
    html = _with_scrolling_tables(entry.html) if "<table" in entry.html else entry.html
    if not lead:
        return clean(html)
    if match := _FIRST_PARAGRAPH.match(html):
        return clean(f"{match[0]}{lead} {html[match.end() :]}")
    return clean(f"<p>{lead}</p>{html}")


def _with_scrolling_tables(html: str) -> str:
    html = html.replace("<table", f"{format_html(_SCROLLING, _('Table'))}<table")
    return html.replace("</table>", "</table></div>")


def labelled_body(entry: Entry, *leads: str) -> SafeString:
    """The same for where entries stand below each other: the original's label runs in with it."""
    if not entry.is_original:
        return entry_body(entry, *leads)
    address = entry.get_absolute_url()
    return entry_body(entry, format_html('<b class="label"><a href="{}">{}</a></b>', address, entry.label), *leads)


def data_text(data: dict[str, Any], **lists: Iterable[str]) -> str:
    """JSON for a data block, and at its end these lists of what is such JSON already. Nothing in it can end a script
    element, or begin another or a comment."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign, escaped in _ESCAPED.items():
        text = text.replace(sign, escaped)
    return text[:-1] + "".join(f',"{name}":[{",".join(texts)}]' for name, texts in lists.items()) + "}"


def data_block(text: str) -> SafeString:
    """What data_text made, for programs that read the page."""
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308


def picture(image: Image, alt: str, place: str) -> SafeString:
    given = {"src": image.file.url, "width": str(image.width), "height": str(image.height), "alt": alt}
    return _picture(StoredPicture.at(image.file.url), given, PLACES[place])


def with_pictures(body: SafeString) -> SafeString:
    """A text for a page: each of its images in the widths and formats that there are, and only when it is scrolled to.

    For feeds it stays as it is: their readers know the plain image best.
    """
    return clean(_IMAGE.sub(_illustration, body))


def _illustration(match: re.Match[str]) -> str:
    given = {name: unescape(value) for name, value in _ATTRIBUTE.findall(match[1])}
    stored = StoredPicture.at(given.get("src", ""))
    if stored:
        given |= _shown_size(stored, given)
        return _picture(stored, given, Place(f"min(92vw, {min(int(given['width']), _MEASURE)}px)"))
    if not given.get("src", "").startswith(settings.MEDIA_URL):
        given["referrerpolicy"] = "no-referrer"
    return _picture(None, given, Place(""))


def _shown_size(stored: StoredPicture, given: dict[str, str]) -> dict[str, str]:
    """As an editor wanted it, in the picture's own shape; else the picture's own."""
    width = int(given.get("width", "")) if _is_size(given.get("width", "")) else None
    if width is None and _is_size(given.get("height", "")):
        width = round(int(given["height"]) * stored.width / stored.height)
    width = min(width or stored.width, stored.width)
    return {"width": str(width), "height": str(max(1, round(width * stored.height / stored.width)))}


def _is_size(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < len(text) < 5 and int(text) > 0


def _picture(stored: StoredPicture | None, given: dict[str, str], place: Place) -> SafeString:
    if stored is None:
        return format_html("<img{}>", flatatt({**given, **dict(place.attributes)}))
    sources = format_html_join(
        "", '<source type="image/{}" srcset="{}" sizes="{}">',
        ((suffix, stored.srcset(suffix), place.sizes) for suffix in MODERN),
    )  # fmt: skip
    widths = {"srcset": stored.srcset(stored.suffix), "sizes": place.sizes} if stored.suffix in stored.suffixes else {}
    return format_html("<picture>{}<img{}></picture>", sources, flatatt({**given, **widths, **dict(place.attributes)}))


def run_in_topic(entry: Entry) -> str:
    """`Syria.`; empty for an entry without a topic."""
    is_closed = not entry.topic or entry.topic.endswith((".", "?", "!", "…"))
    return entry.topic if is_closed else f"{entry.topic}."
