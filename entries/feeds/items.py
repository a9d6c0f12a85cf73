"""Entries, hours and posts as items of a feed."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from html.parser import HTMLParser

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from entries.addresses import absolute, absolute_html
from entries.cards import entry_headline
from entries.excerpts import excerpt
from entries.feeds.formats import ItemExtra, Picture
from entries.fragments import kept
from entries.imaging import CONTENT_TYPES
from entries.labels import clock, day_text, gmt, time_text
from entries.models import Entry, Post
from entries.rendering import entry_body, labelled_body
from entries.sanitising import plain_text
from entries.slicing import Digest
from entries.variants import StoredPicture


@dataclass(frozen=True)
class Item:
    """`guid` is for life: made of nothing that an editor can change. `summary` is plain text."""

    guid: str
    link: str
    title: str
    summary: str
    published_at: datetime | None
    modified_at: datetime | None
    extra: ItemExtra


def entry_item(entry: Entry) -> Item:
    shown_map = render_to_string("entries/_feed_map.html", {"post": entry.post}) if entry.is_original else ""
    content = absolute_html(shown_map) + kept("feed content", entry, partial(_content, entry))
    return Item(
        guid=entry.uid.urn,
        link=absolute(entry.get_absolute_url()),
        title=title_of(entry),
        summary=kept("feed summary", entry, lambda: excerpt(entry.html, 300) or entry.name),
        published_at=entry.published_at,
        modified_at=entry.modified_at,
        extra=ItemExtra(content, entry.authors, _entry_pictures(entry), _tags(entry)),
    )


def title_of(entry: Entry) -> str:
    """Never empty: the label is always there."""
    return kept("feed title", entry, lambda: entry_headline(entry, plain_text(entry.html)))


def digest_item(digest: Digest) -> Item:
    post, entries = digest.post, digest.entries
    link = absolute(f"{post.get_absolute_url()}?entry={entries[-1].pk}#entry-{entries[-1].pk}")
    text = render_to_string("entries/feed_digest.html", {"sections": _sections(entries)})
    authors = dict.fromkeys(author for entry in entries for author in entry.authors)
    return Item(
        guid=digest.uid.urn,
        link=link,
        title=_digest_title(digest),
        summary=" ".join(title_of(entry) for entry in entries[::-1][:3]),
        published_at=digest.published_at,
        modified_at=digest.modified_at,
        extra=ItemExtra(absolute_html(text, post.get_absolute_url()), [*authors], _pictures_of(entries), []),
    )


def post_item(post: Post) -> Item:
    entries = [*post.newest, *post.opening]
    left = sum(hour.updates for hour in post.timeline) - len(post.newest)
    text = render_to_string("entries/feed_post.html", {"post": post, "sections": _sections(entries), "left": left})
    return Item(
        guid=post.uid.urn,
        link=absolute(post.get_absolute_url()),
        title=post.headline,
        summary=post.standfirst or next((excerpt(entry.html, 300) for entry in entries), "") or post.headline,
        published_at=post.published_at,
        modified_at=post.changed_at,
        extra=ItemExtra(
            absolute_html(text, post.get_absolute_url()),
            post.authors,
            _map(post) + _pictures_of(entries),
            [post.series.title] if post.series else [],
        ),
    )


def _content(entry: Entry) -> str:
    return absolute_html(entry_body(entry, *_leads(entry)), entry.get_absolute_url())


def _digest_title(digest: Digest) -> str:
    number = len(digest.entries)
    said = ngettext("%(from)s to %(to)s GMT: %(number)d update", "%(from)s to %(to)s GMT: %(number)d updates", number)
    end = digest.published_at
    return said % {"from": time_text(digest.start, digest.post.date), "to": clock(end), "number": number}


def _sections(entries: list[Entry]) -> list[tuple[Entry, SafeString]]:
    return [(entry, labelled_body(entry, *_leads(entry))) for entry in entries]


def _leads(entry: Entry) -> list[str]:
    """What stands in brackets before the text."""
    confidence = [entry.get_confidence_display()] if entry.confidence else []
    newer = entry.successor
    superseded = [render_to_string("entries/_superseded.html", {"newer": newer})] if newer else []
    return [format_html("<b>[{}]</b>", said) for said in [*_edited(entry), *confidence, *superseded]]


def _edited(entry: Entry) -> list[str]:
    if entry.edited_at is None:
        return []
    said = _("Corrected %(time)s") if entry.is_corrected else _("Updated %(time)s")
    is_later = entry.published_at and entry.edited_at.date() > entry.published_at.date()
    day = [day_text(entry.edited_at, "j F Y")] if is_later else []
    return [said % {"time": ", ".join([gmt(entry.edited_at), *day])}]


def _tags(entry: Entry) -> list[str]:
    return [*([_("Key moment")] if entry.is_key_moment else []), *([entry.topic] if entry.topic else [])]


def _entry_pictures(entry: Entry) -> list[Picture]:
    return (_map(entry.post) if entry.is_original else []) + _pictures_of([entry])


def _map(post: Post) -> list[Picture]:
    if post.map is None:
        return []
    kind = CONTENT_TYPES[str(post.map.file).rpartition(".")[2]]
    url = absolute(post.map.file.url)
    return [Picture(url, kind, post.map.width, post.map.height, post.map_alt, post.map_credit, post.map.size)]


def _pictures_of(entries: list[Entry]) -> list[Picture]:
    """Those in their texts that are the site's own, each once; the name of each tells its size."""
    found = {address: alt for entry in entries if "<img" in entry.html for address, alt in _Images(entry.html).found}
    stored = ((address, alt, StoredPicture.at(address)) for address, alt in found.items())
    return [
        Picture(absolute(address), CONTENT_TYPES[picture.suffix], picture.width, picture.height, alt)
        for address, alt, picture in stored
        if picture
    ]


class _Images(HTMLParser):
    """`found`: address and alternative text of each image, in their order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            given = dict(attrs)
            self.found.append((given.get("src") or "", given.get("alt") or ""))
