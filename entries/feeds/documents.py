"""What stands at a feed's address: a post's entries or hours, a series' or the site's posts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid5

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import Prefetch
from django.urls import reverse
from django.utils.feedgenerator import Stylesheet
from django.utils.translation import gettext as _

from entries.addresses import absolute
from entries.feeds.formats import About, Atom, ItemExtra, Json, Rss, Tombstone
from entries.feeds.items import Item, digest_item, entry_item, post_item
from entries.feeds.sheets import PostsSheet
from entries.models import Entry, Post
from entries.slicing import Digest, Slice, settled_at, sheet_of

UPDATES_A_POST = 50  # of the newest, in the feeds of posts


@dataclass(frozen=True)
class Document:
    """All that a feed says at one address, whatever its format."""

    title: str
    description: str
    link: str
    address: str
    guid: str
    about: About
    items: Sequence[Item]


class LiveFeed(Feed):
    """Feed objects serve all requests at once: they keep nothing on themselves. Nor is anything taken from a request:
    addresses come from SITE_URL."""

    item_guid_is_permalink = False

    def get_object(self, request: object, document: Document) -> Document:
        return document

    def title(self, document: Document) -> str:
        return document.title

    def description(self, document: Document) -> str:
        return document.description

    def subtitle(self, document: Document) -> str:
        return document.description

    def link(self, document: Document) -> str:
        return document.link

    def feed_url(self, document: Document) -> str:
        return document.address

    def feed_guid(self, document: Document) -> str:
        return document.guid

    def stylesheets(self, document: Document) -> list[Stylesheet]:
        return [Stylesheet(reverse("entries:feed-style"), mimetype="text/css")]

    def feed_extra_kwargs(self, document: Document) -> dict[str, About]:
        return {"about": document.about}

    def items(self, document: Document) -> Sequence[Item]:
        return document.items

    def item_title(self, item: Item) -> str:
        return item.title

    def item_description(self, item: Item) -> str:
        return item.summary

    def item_link(self, item: Item) -> str:
        return item.link

    def item_guid(self, item: Item) -> str:
        return item.guid

    def item_pubdate(self, item: Item) -> datetime | None:
        return item.published_at

    def item_updateddate(self, item: Item) -> datetime | None:
        return item.modified_at

    def item_extra_kwargs(self, item: Item) -> dict[str, ItemExtra]:
        return {"extra": item.extra}


class RssFeed(LiveFeed):
    feed_type = Rss


class AtomFeed(LiveFeed):
    feed_type = Atom


class JsonFeed(LiveFeed):
    feed_type = Json


FEEDS: dict[str, LiveFeed] = {"rss": RssFeed(), "atom": AtomFeed(), "json": JsonFeed()}


def post_document(post: Post, asked: Slice, suffix: str, now: datetime) -> Document:
    address = absolute(reverse("entries:post-feed", args=[post.slug, suffix]))
    sheet = sheet_of(post, asked, now)
    about = About(
        changed_at=settled_at(post, asked, now),
        authors=post.authors or [settings.SITE_NAME],
        hubs=[] if asked.search else settings.WEBSUB_HUBS,
        first=address + asked.first.search,
        following=address + sheet.older.search if sheet.older else None,
        is_first=not asked.before,
        is_expired=post.is_ended,
        removed=[Tombstone(removed.uid.urn, removed.at, removed.reason) for removed in sheet.removed],
    )
    items = [digest_item(item) if isinstance(item, Digest) else entry_item(item) for item in sheet.items]
    return Document(
        title=" · ".join([post.headline, *_named(asked)]),
        description=post.standfirst or post.headline,
        link=absolute(post.get_absolute_url()),
        address=address + asked.search,
        guid=uuid5(post.uid, f"feed{asked.first.search}").urn,
        about=about,
        items=items,
    )


def posts_document(sheet: PostsSheet, suffix: str, *, is_series: bool) -> Document:
    posts = _with_entries(sheet.keys)
    series = posts[0].series if is_series else None
    name, of = ("series-feed", [series.slug]) if series else ("site-feed", [])
    address = absolute(reverse(f"entries:{name}", args=[*of, suffix]))
    about = About(
        changed_at=sheet.changed_at,
        authors=[settings.SITE_NAME],
        hubs=[] if sheet.before else settings.WEBSUB_HUBS,
        first=address,
        following=address + from_post(sheet.older) if sheet.older else None,
        is_first=not sheet.before,
    )
    link = absolute(series.get_absolute_url() if series else reverse("entries:front"))
    return Document(
        title=f"{series.title} · {settings.SITE_NAME}" if series else settings.SITE_NAME,
        description=(series.description if series else "") or _("Live coverage, one item a post"),
        link=link,
        address=address + from_post(sheet.before),
        guid=link,
        about=about,
        items=[post_item(post) for post in posts],
    )


def from_post(before: tuple[date, int] | None) -> str:
    """As forms.feeds.BeforeForm reads it; empty for the first sheet."""
    return f"?before={before[0].isoformat()}.{before[1]}" if before else ""


def _with_entries(keys: list[int]) -> list[Post]:
    """These posts with what their items show."""
    updates = Entry.objects.visible().updates().by_time().reverse()[:UPDATES_A_POST]
    originals = Entry.objects.visible().originals()
    posts = Post.objects.visible().filter(pk__in=keys).with_head().by_day().reverse()
    newest = Prefetch("entries", updates, to_attr="newest")
    opening = Prefetch("entries", originals, to_attr="opening")
    return list(posts.prefetch_related(newest, opening))  # type: ignore[no-redef]


def _named(asked: Slice) -> list[str]:
    """What a title tells besides the headline."""
    key = [_("Key moments")] if asked.is_key_only else []
    author = [asked.author] if asked.author else []
    return [*key, *author, *([_("Hour by hour")] if asked.is_digest else [])]
