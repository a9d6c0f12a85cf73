from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from entries import rendering
from entries.addresses import absolute
from entries.excerpts import excerpt
from entries.labels import clock, instant
from entries.models import Entry, Image

register = template.Library()


@register.filter
def clean(html: str) -> SafeString:
    return rendering.clean(html)


@register.filter
def body(entry: Entry) -> SafeString:
    """The entry's text as it stands on a page: the original's label runs in with it."""
    if not entry.is_original:
        return rendering.entry_body(entry)
    address = entry.get_absolute_url()
    return rendering.entry_body(entry, format_html('<b class="label"><a href="{}">{}</a></b>', address, entry.label))


@register.filter
def words(html: str, length: int) -> str:
    return excerpt(html, length)


@register.filter(name="clock")
def clock_filter(at: datetime) -> str:
    """`1716`"""
    return clock(at)


@register.filter
def gmt(at: datetime) -> str:
    """`1716 GMT`"""
    return f"{clock(at)} GMT"


@register.filter
def utc(at: datetime) -> str:
    """For `<time datetime>`."""
    return instant(at)


@register.filter
def absolute_url(image: Image) -> str:
    return absolute(image.file.url)
