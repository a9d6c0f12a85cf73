"""What the W3C's feed validator, RFC 4287, 5005 and 6721, and jsonfeed.org ask of a feed, as far as ours can go wrong.

https://validator.w3.org/feed/docs/, https://www.rssboard.org/rss-profile, https://www.jsonfeed.org/version/1.1/
"""

import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import feedparser

NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
    "media": "http://search.yahoo.com/mrss/",
    "at": "http://purl.org/atompub/tombstones/1.0",
}
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
RFC822 = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d ([+-]\d{4}|GMT)")
LANGUAGE = re.compile(r"[a-z]{2}(-[a-z]{2})?")
URN = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# What the validator calls a risk, and readers take away.
UNSAFE_TAGS = {
    *("script", "style", "iframe", "object", "embed", "applet", "frame", "frameset", "link", "meta", "base"),
    *("form", "input", "button", "select", "textarea", "svg", "math"),
}
MARKUP = re.compile(r"</?(a|b|br|em|i|img|p|strong|div|span|ul|ol|li|table)\b[^<>]*>|&(amp|lt|gt|quot|#\d+);", re.I)
CHANNEL_ONCE = {"title", "link", "description", "language", "lastBuildDate", "copyright", "generator", "ttl", "image"}
ITEM_ONCE = {
    *("title", "link", "description", "guid", "pubDate", "author", "comments", "enclosure", "source"),
    *("content:encoded", "atom:updated"),
}
ENTRY_ONCE = {"title", "id", "updated", "published", "summary", "content", "rights", "source"}

Faults = Iterator[str]


def faults(body: bytes, content_type: str, address: str) -> list[str]:
    """Of a feed as it came from that address; empty where there is nothing to say."""
    kind = content_type.partition(";")[0]
    if kind == "application/feed+json":
        return list(_json_faults(json.loads(body), address))
    parsed = feedparser.parse(body)
    if parsed.bozo:
        return [f"feedparser: {parsed.bozo_exception}"]
    root = ET.fromstring(body)  # noqa: S314 (our own)
    if kind == "application/rss+xml":
        return list(_rss_faults(root, address))
    if kind == "application/atom+xml":
        return list(_atom_faults(root, address))
    return [f"no feed has the type {content_type}"]


def _rss_faults(root: ET.Element, address: str) -> Faults:
    if (root.tag, root.get("version"), [_name(child) for child in root]) != ("rss", "2.0", ["channel"]):
        yield "not an RSS 2.0 document"
    channel = root[0]
    yield from _once(channel, CHANNEL_ONCE, {"title", "link", "description"})
    yield from _dates(channel, RFC822, "lastBuildDate")
    if not LANGUAGE.fullmatch(channel.findtext("language", "")):
        yield "channel: its language is none"
    yield from _plain(channel, "title", "description")
    yield from _whole([channel.findtext("link", "")])
    links = [(link.get("rel"), link.get("href", "")) for link in channel.findall("atom:link", NAMESPACES)]
    yield from _link_faults(links, address, is_complete=channel.find("fh:complete", NAMESPACES) is not None)
    items = channel.findall("item")
    yield from _unique(item.findtext("guid") for item in items)
    for item in items:
        yield from _once(item, ITEM_ONCE, {"title", "link", "description", "guid", "pubDate", "content:encoded"})
        yield from _dates(item, RFC822, "pubDate")
        yield from _dates(item, RFC3339, "atom:updated")
        yield from _plain(item, "title")
        guid = item.find("guid")
        if guid is None or guid.get("isPermaLink") != "false" or not URN.fullmatch(guid.text or ""):
            yield "item: its guid is neither a URN nor said to be no link"
        yield from _whole([item.findtext("link", "")])
        yield from _html(item.findtext("content:encoded", "", NAMESPACES))
        yield from _media(item)
        if item.find("author") is not None and item.find("dc:creator", NAMESPACES) is not None:
            yield "item: an author twice, by author and dc:creator"


def _atom_faults(root: ET.Element, address: str) -> Faults:
    if root.tag != f"{{{NAMESPACES['atom']}}}feed":
        yield "not an Atom document"
    names = [_name(child).removeprefix("atom:") for child in root]
    if "entry" in names and set(names[names.index("entry") :]) - {"entry", "at:deleted-entry"}:
        yield "feed: metadata stands after an entry"
    feed = ET.Element("feed")
    feed.extend(child for child in root if _name(child) != "atom:entry")
    yield from _once(feed, {"title", "id", "updated", "subtitle"}, {"title", "id", "updated", "author"}, "atom:")
    yield from _dates(feed, RFC3339, "atom:updated")
    links: list[tuple[str | None, str]]
    links = [(link.get("rel", "alternate"), link.get("href", "")) for link in feed.findall("atom:link", NAMESPACES)]
    yield from _link_faults(links, address, is_complete=feed.find("fh:complete", NAMESPACES) is not None)
    if [rel for rel, _ in links].count("alternate") != 1:
        yield "feed: not one alternate"
    entries = root.findall("atom:entry", NAMESPACES)
    yield from _unique(entry.findtext("atom:id", None, NAMESPACES) for entry in entries)
    yield from _unique(entry.findtext("atom:updated", None, NAMESPACES) for entry in entries)
    for entry in entries:
        yield from _entry_faults(entry)
    gone = [tombstone.get("ref", "") for tombstone in root.findall("at:deleted-entry", NAMESPACES)]
    yield from _unique([*gone, *(entry.findtext("atom:id", "", NAMESPACES) for entry in entries)])
    for tombstone in root.findall("at:deleted-entry", NAMESPACES):
        if not RFC3339.fullmatch(tombstone.get("when", "")):
            yield "a tombstone without a time"


def _entry_faults(entry: ET.Element) -> Faults:
    yield from _once(entry, ENTRY_ONCE, {"title", "id", "updated", "published", "summary", "content"}, "atom:")
    yield from _dates(entry, RFC3339, "atom:updated", "atom:published")
    published, updated = (entry.findtext(f"atom:{name}", "", NAMESPACES) for name in ("published", "updated"))
    if datetime.fromisoformat(updated) < datetime.fromisoformat(published):
        yield "entry: updated before it was published"
    if not URN.fullmatch(entry.findtext("atom:id", "", NAMESPACES)):
        yield "entry: its id is no URN"
    links = entry.findall("atom:link", NAMESPACES)
    if [link.get("rel") for link in links] != ["alternate"]:
        yield "entry: not one alternate"
    yield from _whole(link.get("href", "") for link in links)
    content = entry.find("atom:content", NAMESPACES)
    if content is None or content.get("type") != "html":
        yield "entry: its content is not HTML"
    summary = entry.find("atom:summary", NAMESPACES)
    if summary is not None and summary.get("type", "text") != "text":
        yield "entry: its summary is not text"
    yield from _html(entry.findtext("atom:content", "", NAMESPACES))
    if any(
        not (author.findtext("atom:name", "", NAMESPACES)).strip()
        for author in entry.findall("atom:author", NAMESPACES)
    ):
        yield "entry: an author without a name"
    if any(not category.get("term") for category in entry.findall("atom:category", NAMESPACES)):
        yield "entry: a category without a term"
    yield from _media(entry)


def _json_faults(feed: dict[str, Any], address: str) -> Faults:
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        yield "not a JSON Feed 1.1"
    if not _is_text(feed.get("title")) or not isinstance(feed.get("items"), list):
        yield "no title or no items"
    known = {
        *("version", "title", "home_page_url", "feed_url", "description", "user_comment", "next_url", "icon"),
        *("favicon", "authors", "language", "expired", "hubs", "items"),
    }
    yield from _unknown(feed, known)
    if feed.get("feed_url") != address:
        yield f"feed_url is {feed.get('feed_url')} and not {address}"
    if feed.get("next_url") == address or feed.get("expired") not in (None, True):
        yield "next_url is the feed itself, or expired is said where it is not"
    yield from _whole(feed[name] for name in ("home_page_url", "feed_url", "next_url") if name in feed)
    yield from _author_faults(feed)
    for hub in feed.get("hubs", []):
        yield from [] if set(hub) == {"type", "url"} else ["a hub without its type or its address"]
    yield from _unique(item.get("id") for item in feed["items"])
    for item in feed["items"]:
        yield from _json_item_faults(item)


def _json_item_faults(item: dict[str, Any]) -> Faults:
    known = {
        *("id", "url", "external_url", "title", "content_html", "content_text", "summary", "image", "banner_image"),
        *("date_published", "date_modified", "authors", "tags", "language", "attachments"),
    }
    yield from _unknown(item, known)
    for name in ("id", "url", "title", "summary", "content_html", "date_published", "date_modified"):
        if not _is_text(item.get(name)):
            yield f"item: {name} is empty or no text"
    for name in ("date_published", "date_modified"):
        if not RFC3339.fullmatch(item.get(name, "")):
            yield f"item: {name} is no date"
    yield from _whole([item["url"], *([item["image"]] if "image" in item else [])])
    yield from _author_faults(item)
    if not all(_is_text(tag) for tag in item.get("tags", [])):
        yield "item: an empty tag"
    for attachment in item.get("attachments", []):
        if not {"url", "mime_type"} <= set(attachment):
            yield "an attachment without its address or its type"
        yield from _whole([attachment["url"]])
    yield from _html(item["content_html"])


def _author_faults(said: dict[str, Any]) -> Faults:
    if not all(_is_text(author.get("name")) for author in said.get("authors", [])):
        yield "an author without a name"


def _unknown(said: dict[str, Any], known: set[str]) -> Faults:
    """Members that are neither the format's nor marked as an extension."""
    yield from (f"unknown member {name}" for name in said if name not in known and not name.startswith("_"))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _link_faults(links: list[tuple[str | None, str]], address: str, *, is_complete: bool) -> Faults:
    yield from _whole(href for _, href in links)
    if [href for rel, href in links if rel == "self"] != [address]:
        yield f"its self is not {address}"
    pages = [rel for rel, _ in links if rel in ("first", "next", "previous", "last")]
    if is_complete and pages:
        yield "a complete feed that has pages"
    yield from _unique((rel, href) for rel, href in links)


def _once(element: ET.Element, at_most: set[str], needed: set[str], prefix: str = "") -> Faults:
    counts = Counter(_name(child).removeprefix(prefix) for child in element)
    yield from (f"{element.tag}: {name} {counts[name]} times" for name in at_most if counts[name] > 1)
    for name in needed:
        texts = ["".join(child.itertext()).strip() for child in element if _name(child).removeprefix(prefix) == name]
        if not texts or not all(texts):
            yield f"{element.tag}: no {name}, or an empty one"


def _dates(element: ET.Element, form: re.Pattern[str], *names: str) -> Faults:
    for text in (element.findtext(name, "", NAMESPACES) for name in names):
        if not form.fullmatch(text):
            yield f"“{text}” is no date as it is wanted"
        elif form is RFC822 and parsedate_to_datetime(text).strftime("%a") != text[:3]:
            yield f"“{text}” was another day of the week"


def _plain(element: ET.Element, *names: str) -> Faults:
    for name in names:
        if found := MARKUP.search(element.findtext(name, "")):
            yield f"{name}: markup in plain text, {found[0]}"


def _unique(values: Iterable[Any]) -> Faults:
    yield from (f"{value} twice" for value, number in Counter(values).items() if number > 1)


def _whole(addresses: Iterable[str]) -> Faults:
    for address in addresses:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.netloc or not address.isascii() or " " in address:
            yield f"“{address}” is not a whole address"


def _media(item: ET.Element) -> Faults:
    for content in item.findall("media:content", NAMESPACES):
        if content.get("medium") != "image" or not str(content.get("type")).startswith("image/"):
            yield "media: not an image"
        if not all(str(content.get(name)).isdecimal() for name in ("width", "height")):
            yield "media: without its size"
        yield from _whole([content.get("url", "")])


def _html(html: str) -> Faults:
    if not html.strip():
        yield "an empty text"
    yield from _Html(html).faults


class _Html(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSAFE_TAGS:
            self.faults.append(f"<{tag}> in a text")
        for name, value in attrs:
            if name.startswith("on") or name == "style":
                self.faults.append(f"{name} in a text")
            if name in ("href", "src", "cite") and not re.match(r"(https?://|mailto:|tel:)", value or ""):
                self.faults.append(f"“{value}” is not a whole address")
            if name == "srcset":
                self.faults.append("srcset in a text")


def _name(element: ET.Element) -> str:
    """`atom:link` for `{http://www.w3.org/2005/Atom}link`."""
    if not element.tag.startswith("{"):
        return element.tag
    uri, _, name = element.tag[1:].partition("}")
    prefixes = {uri: prefix for prefix, uri in NAMESPACES.items()}
    return f"{prefixes.get(uri, uri)}:{name}"
