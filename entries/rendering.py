"""Stored text into what is printed. With templatetags.entry_text the only place that calls text safe to print."""

import re

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from entries.models import Entry

# A wide table scrolls within itself, by keyboard too. In clean text only a tag can hold "<table".
_SCROLLING = '<div class="table" role="region" aria-label="{}" tabindex="0">'
_FIRST_PARAGRAPH = re.compile(r"<p(?: [^>]*)?>")


def clean(html: str) -> SafeString:
    """HTML that entries.sanitising made. It was cleaned when it was written, once, and not at each of its readings."""
    return mark_safe(html)  # noqa: S308


def entry_body(entry: Entry, *leads: str) -> SafeString:
    """The entry's text; `leads` and the topic run in with its first paragraph, or stand before a text without one."""
    topic = [format_html('<b class="topic">{}</b>', run_in_topic(entry))] if entry.topic else []
    lead = " ".join(conditional_escape(part) for part in [*leads, *topic])
    html = entry.html.replace("<table", f"{format_html(_SCROLLING, _('Table'))}<table")
    html = html.replace("</table>", "</table></div>")
    if not lead:
        return clean(html)
    if match := _FIRST_PARAGRAPH.match(html):
        return clean(f"{match[0]}{lead} {html[match.end() :]}")
    return clean(f"<p>{lead}</p>{html}")


def run_in_topic(entry: Entry) -> str:
    """`Syria.`; empty for an entry without a topic."""
    is_closed = not entry.topic or entry.topic.endswith((".", "?", "!", "…"))
    return entry.topic if is_closed else f"{entry.topic}."
