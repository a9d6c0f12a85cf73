import re
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from entries import rendering
from entries.addresses import FEED_FORMATS, absolute
from entries.excerpts import excerpt
from entries.fragments import entry_html, moment_html
from entries.hours import Hour
from entries.labels import clock, day_text, instant
from entries.labels import gmt as gmt_text
from entries.models import Entry, Image
from entries.reading import Window
from entries.zones import zone_time

register = template.Library()
_MARKS = re.compile("</?(?:del|ins)>")
_SPOKEN_END = '<span class="visually-hidden">]</span>'
# A number for each of CLDR's plural categories that is of it in every language that has it.
PLURALS = {"zero": 0, "one": 1, "two": 2, "few": 3, "many": 11, "other": 100}


@register.filter
def clean(html: str) -> SafeString:
    return rendering.clean(html)


@register.filter
def body(entry: Entry) -> SafeString:
    """The entry's text as it stands on a page."""
    return rendering.with_pictures(rendering.labelled_body(entry))


@register.simple_tag
def picture(image: Image, alt: str, place: str) -> SafeString:
    return rendering.picture(image, alt, place)


@register.filter
def data_block(data: str) -> SafeString:
    return rendering.data_block(data)


@register.filter
def words(html: str, length: int) -> str:
    return excerpt(html, length)


# The lists of a post's page, each by one tag: a loop in a template costs more than what it shows of an entry.


@register.simple_tag(takes_context=True)
def stack(context: Context, window: Window) -> SafeString:
    """The page's entries, and between them the line where the reader had left."""
    known = window.absence.known if window.absence else None
    line = render_to_string("entries/_since.html", {"part": "line"}) if known else ""
    above, below = ("", line) if window.reading.is_oldest_first else (line, "")
    articles = []
    for entry in window.entries:
        before, after = (above, below) if entry == known else ("", "")
        articles.append(f"\n{before}\n{_article(context, entry)}\n{after}\n")
    return SafeString("".join(articles))


@register.simple_tag
def article(entry: Entry) -> SafeString:
    return entry_html(entry)


@register.simple_tag(takes_context=True)
def moments(context: Context, window: Window) -> SafeString:
    """A line for each key moment, which leads to it: on the page where that is shown."""
    return SafeString("".join(_moment(context, entry, entry.pk in window.shown) for entry in window.key_moments))


@register.simple_tag(takes_context=True)
def hour_marks(context: Context, hours: Iterable[Hour], window: Window) -> SafeString:
    """A mark for each hour, which leads to its newest update."""
    also, language = _also(context), get_language()
    return SafeString("".join(_hour_mark(hour, hour.newest in window.shown, also, language) for hour in hours))


def _article(context: Context, entry: Entry) -> SafeString:
    if _is_one_readers(context):
        zoned = {name: context.get(name) for name in ("zone", "zone_form")}
        return render_to_string("entries/_entry.html", {"entry": entry, **zoned})
    return entry_html(entry)


def _moment(context: Context, entry: Entry, is_on_page: bool) -> SafeString:
    if _is_one_readers(context):
        shown = {"entry": entry, "is_on_page": is_on_page, "also": _also(context)}
        return render_to_string("entries/_moment.html", shown)
    return moment_html(entry, is_on_page=is_on_page)


def _is_one_readers(context: Context) -> bool:
    """In a zone, of which there are hundreds, or a preview, whose text is not the entry's: nothing to keep."""
    return bool(context.get("zone") or context.get("is_preview"))


def _also(context: Context) -> str:
    """What else the addresses on the page ask for."""
    form = context.get("zone_form")
    return form.also if form else ""


@lru_cache(4096)
def _hour_mark(hour: Hour, is_on_page: bool, also: str, language: str) -> SafeString:
    return render_to_string("entries/_hour.html", {"hour": hour, "is_on_page": is_on_page, "also": also})


@register.filter(name="clock")
def clock_filter(at: datetime) -> str:
    """`1716`"""
    return clock(at)


@register.filter
def gmt(at: datetime) -> str:
    """`1716 GMT`"""
    return gmt_text(at)


@register.filter(expects_localtime=True)
def day(day: date, like: str) -> str:
    """`Tuesday 3 December 2024` for "l j F Y", in the order and the grammar of the site's language."""
    return day_text(day, like)


@register.simple_tag
def say_new_updates() -> SafeString:
    """` data-say-few="%s нові оновлення"` and so on, for a script that asks Intl.PluralRules which one it needs."""
    said = {category: ngettext("%s new update", "%s new updates", number) for category, number in PLURALS.items()}
    forms = ((name, form) for name, form in said.items() if name == "other" or form != said["other"])
    return format_html_join("", ' data-say-{}="{}"', forms)


@register.filter
def utc(at: datetime) -> str:
    """For `<time datetime>`."""
    return instant(at)


@register.simple_tag
def feed_links(title: str, name: str, *of: str) -> SafeString:
    """By which browsers and feed readers find the feeds of a page."""
    links = (
        (kind, title if suffix == "rss" else f"{title} ({format_name})", absolute(reverse(name, args=[*of, suffix])))
        for suffix, (kind, format_name) in FEED_FORMATS.items()
    )
    return format_html_join("\n", '<link rel="alternate" type="{}" title="{}" href="{}">', links)


@register.simple_tag(takes_context=True)
def own(context: Context, at: datetime) -> str:
    """The same moment in the zone that the page was asked for; nothing where it was asked for none."""
    zone = context.get("zone")
    return format_html(' <small class="own">{}</small>', zone_time(at, zone)) if zone else ""


@register.filter
def spoken(diff: SafeString) -> SafeString:
    """A word diff with words for those who hear it: few screen readers tell `<del>` and `<ins>` from the rest.

    In a diff only a mark can hold "<del>".
    """
    said = {
        "<del>": format_html('<del><span class="visually-hidden">[{} </span>', _("removed:")),
        "<ins>": format_html('<ins><span class="visually-hidden">[{} </span>', _("added:")),
        "</del>": _SPOKEN_END + "</del>",
        "</ins>": _SPOKEN_END + "</ins>",
    }
    return rendering.clean(_MARKS.sub(lambda mark: said[mark[0]], diff))


@register.filter
def absolute_url(image: Image) -> str:
    return absolute(image.file.url)
