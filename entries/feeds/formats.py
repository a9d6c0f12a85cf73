"""RSS 2.0, Atom and JSON Feed, for django.contrib.syndication. Each is given the same things and says them in its own
terms: a feed `About`, an item `ItemExtra`, besides what Django gives it."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from xml.sax.xmlreader import AttributesImpl

from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed, rfc3339_date
from django.utils.xmlutils import SimplerXMLGenerator

NAMESPACES = {
    "xmlns:fh": "http://purl.org/syndication/history/1.0",  # RFC 5005
    "xmlns:media": "http://search.yahoo.com/mrss/",
}
RSS_NAMESPACES = NAMESPACES | {
    "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
}
ATOM_NAMESPACES = NAMESPACES | {"xmlns:at": "http://purl.org/atompub/tombstones/1.0"}  # RFC 6721
JSON_VERSION = "https://jsonfeed.org/version/1.1"


@dataclass(frozen=True)
class Tombstone:
    """Of what was in the feed: `guid`, when it was taken out, and why if that was said."""

    guid: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class Picture:
    """`url` and `content_type` as it is served; pixels; bytes where they are known."""

    url: str
    content_type: str
    width: int
    height: int
    alt: str = ""
    credit: str = ""
    size: int | None = None


@dataclass(frozen=True)
class About:
    """What a feed tells of itself. `following`: the address of the page with what is older, if there is any."""

    changed_at: datetime
    authors: list[str]
    hubs: list[str]
    first: str
    following: str | None = None
    is_first: bool = True
    # It will not change again, as far as the newsroom knows.
    is_expired: bool = False
    removed: list[Tombstone] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """All there is stands in this one document: what a reader has besides is no longer there."""
        return self.is_first and self.following is None

    @property
    def links(self) -> list[tuple[str, str]]:
        """`rel` and address."""
        pages = [("first", self.first), ("next", self.following)] if not self.is_complete else []
        return [*(("hub", hub) for hub in self.hubs), *((rel, address) for rel, address in pages if address)]


@dataclass(frozen=True)
class ItemExtra:
    """`content`: clean HTML with absolute addresses. `tags`: what kind of item it is."""

    content: str
    authors: list[str]
    pictures: list[Picture]
    tags: list[str]


class _Shared(SyndicationFeed):
    @property
    def about(self) -> About:
        about: About = self.feed["about"]
        return about

    def latest_post_date(self) -> datetime:
        """Of the feed's last change: a removal leaves no item that could tell."""
        return self.about.changed_at


# What a reader that takes a plain text for HTML would take for a tag or a character reference.
_MARKUP = re.compile(r"<(?=[/!?a-zA-Z])|&(?=#?\w+;)")
_WORD_JOINER = "\u2060"  # is not seen


def plain_for_all(text: str) -> str:
    """RSS does not say whether a title is text or HTML, and readers differ: this one reads the same as either."""
    return _MARKUP.sub(lambda found: found[0] + _WORD_JOINER, text)


class Rss(_Shared, Rss201rev2Feed):
    """https://www.rssboard.org/rss-specification, with `content:encoded`, `dc:creator`, Media RSS, and the time of the
    last change and the pages of RFC 5005 in Atom's terms."""

    def __init__(self, title: str, link: str, description: str, **given: Any) -> None:
        super().__init__(plain_for_all(title), link, plain_for_all(description), **given)

    def add_item(self, title: str, link: str, description: str, *args: Any, **given: Any) -> None:
        super().add_item(plain_for_all(title), link, plain_for_all(description), *args, **given)

    def rss_attributes(self) -> dict[str, str]:
        return super().rss_attributes() | RSS_NAMESPACES

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        for rel, address in self.about.links:
            handler.addQuickElement("atom:link", None, {"rel": rel, "href": address})
        if self.about.is_complete:
            handler.addQuickElement("fh:complete")

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        extra: ItemExtra = item["extra"]
        for author in extra.authors:
            handler.addQuickElement("dc:creator", author)
        for tag in extra.tags:
            handler.addQuickElement("category", tag)
        # After the description: readers that know one of the two take the last.
        handler.addQuickElement("content:encoded", extra.content)
        handler.addQuickElement("atom:updated", rfc3339_date(item["updateddate"]))
        _add_pictures(handler, extra.pictures)


class Atom(_Shared, Atom1Feed):
    """RFC 4287, with the tombstones of RFC 6721, the pages of RFC 5005, and Media RSS."""

    def write(self, outfile: Any, encoding: str) -> None:
        handler = SimplerXMLGenerator(outfile, encoding, short_empty_elements=True)
        handler.startDocument()
        for stylesheet in self.feed["stylesheets"] or []:
            handler.processingInstruction("xml-stylesheet", str(stylesheet))
        handler.startElement("feed", AttributesImpl(self.root_attributes()))
        self.add_root_elements(handler)
        self.write_items(handler)
        for tombstone in self.about.removed:
            _add_tombstone(handler, tombstone)
        handler.endElement("feed")

    def write_items(self, handler: SimplerXMLGenerator) -> None:
        """Readers may take two entries of one time for one: of those of one minute each is a microsecond apart."""
        told: set[datetime] = set()
        for item in reversed(self.items):
            while item["updateddate"] in told:
                item["updateddate"] += timedelta(microseconds=1)
            told.add(item["updateddate"])
        super().write_items(handler)

    def root_attributes(self) -> dict[str, str]:
        return super().root_attributes() | ATOM_NAMESPACES

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        _add_authors(handler, self.about.authors)
        for rel, address in self.about.links:
            handler.addQuickElement("link", None, {"rel": rel, "href": address})
        if self.about.is_complete:
            handler.addQuickElement("fh:complete")

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        # Django would call the summary HTML, and it is text.
        super().add_item_elements(handler, item | {"description": None})
        extra: ItemExtra = item["extra"]
        _add_authors(handler, extra.authors)
        for tag in extra.tags:
            handler.addQuickElement("category", None, {"term": tag})
        handler.addQuickElement("summary", item["description"])
        handler.addQuickElement("content", extra.content, {"type": "html"})
        _add_pictures(handler, extra.pictures)


class Json(_Shared):
    """https://www.jsonfeed.org/version/1.1/"""

    content_type = "application/feed+json; charset=utf-8"

    def write(self, outfile: Any, encoding: str) -> None:
        outfile.write(json.dumps(self._feed(), ensure_ascii=False, separators=(",", ":")))

    def _feed(self) -> dict[str, Any]:
        about, feed = self.about, self.feed
        return {
            "version": JSON_VERSION,
            "title": feed["title"],
            "home_page_url": feed["link"],
            "feed_url": feed["feed_url"],
            **_given(description=feed["description"], next_url=about.following),
            "language": feed["language"],
            "authors": _names(about.authors),
            **_given(hubs=[{"type": "WebSub", "url": hub} for hub in about.hubs]),
            **_given(expired=about.is_expired),
            "_liveblog": {
                "changed_at": rfc3339_date(about.changed_at),
                "removed": [_removed(tombstone) for tombstone in about.removed],
            },
            "items": [_item(item, item["extra"]) for item in self.items],
        }


def _item(item: dict[str, Any], extra: ItemExtra) -> dict[str, Any]:
    return {
        "id": item["unique_id"],
        "url": item["link"],
        "title": item["title"],
        "summary": item["description"],
        "content_html": extra.content,
        **_given(image=extra.pictures[0].url if extra.pictures else None),
        "date_published": rfc3339_date(item["pubdate"]),
        "date_modified": rfc3339_date(item["updateddate"]),
        **_given(authors=_names(extra.authors), tags=extra.tags),
        **_given(attachments=[_attachment(picture) for picture in extra.pictures]),
    }


def _attachment(picture: Picture) -> dict[str, Any]:
    return {
        "url": picture.url,
        "mime_type": picture.content_type,
        **_given(title=picture.alt, size_in_bytes=picture.size),
    }


def _removed(tombstone: Tombstone) -> dict[str, Any]:
    return {"id": tombstone.guid, "date_removed": rfc3339_date(tombstone.at), **_given(reason=tombstone.reason)}


def _names(authors: Iterable[str]) -> list[dict[str, str]]:
    return [{"name": name} for name in authors]


def _given(**members: Any) -> dict[str, Any]:
    """Those that say something."""
    return {name: value for name, value in members.items() if value}


def _add_authors(handler: SimplerXMLGenerator, authors: Iterable[str]) -> None:
    for name in authors:
        handler.startElement("author", AttributesImpl({}))
        handler.addQuickElement("name", name)
        handler.endElement("author")


def _add_tombstone(handler: SimplerXMLGenerator, tombstone: Tombstone) -> None:
    given = {"ref": tombstone.guid, "when": rfc3339_date(tombstone.at)}
    handler.startElement("at:deleted-entry", AttributesImpl(given))
    if tombstone.reason:
        handler.addQuickElement("at:comment", tombstone.reason)
    handler.endElement("at:deleted-entry")


def _add_pictures(handler: SimplerXMLGenerator, pictures: Iterable[Picture]) -> None:
    """https://www.rssboard.org/media-rss"""
    for picture in pictures:
        given = {
            "url": picture.url,
            "medium": "image",
            "type": picture.content_type,
            **_given(fileSize=picture.size and str(picture.size)),
            "width": str(picture.width),
            "height": str(picture.height),
        }
        handler.startElement("media:content", AttributesImpl(given))
        for name, text in (("media:description", picture.alt), ("media:credit", picture.credit)):
            if text:
                handler.addQuickElement(name, text)
        handler.endElement("media:content")
