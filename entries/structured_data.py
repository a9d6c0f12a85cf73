"""What search engines are told of a page: schema.org, as Google reads it for live blogs and articles.

https://developers.google.com/search/docs/appearance/structured-data/article
"""

from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language

from entries.addresses import absolute
from entries.cards import Card, Picture, drawn_picture, entry_headline, first_picture
from entries.fragments import kept
from entries.labels import instant
from entries.models import Entry, Post, Series
from entries.reading import Window
from entries.rendering import data_text
from entries.sanitising import plain_text
from entries.variants import StoredPicture

type Data = dict[str, Any]


def site_data() -> list[str]:
    return [_whole({"@type": "WebSite", "name": settings.SITE_NAME, "url": _front(), "publisher": _organisation()})]


def series_data(series: Series) -> list[str]:
    return [_trail((series.title, series.get_absolute_url()))]


def post_data(post: Post, window: Window, card: Card) -> list[str]:
    """The live blog with those of its entries that stand on the page, and the way to it."""
    updates = [kept("posting", entry, partial(_posting_text, entry)) for entry in window.entries]
    return [_whole(_live_blog(post, window, card), liveBlogUpdate=updates), _trail(*_way_to(post))]


def entry_data(entry: Entry, card: Card) -> list[str]:
    """The entry by itself, as a part of its live blog."""
    post, whole = entry.post, absolute(entry.post.get_absolute_url())
    article = {
        **_posting(entry),
        "description": card.description,
        **({"image": _pictured(card.picture)} if card.picture else {}),
        "mainEntityOfPage": absolute(entry.get_absolute_url()),
        "publisher": _organisation(),
        "inLanguage": get_language(),
        "isPartOf": {"@type": "LiveBlogPosting", "@id": whole, "url": whole, "headline": post.headline},
    }
    return [_whole(article), _trail(*_way_to(post), (entry.name, entry.get_absolute_url()))]


def coverage_start(post: Post, original: Entry | None) -> datetime | None:
    """The time that the original entry goes by, which may be long before it was typed in, or the post's opening if that
    was earlier."""
    known = (post.published_at, original.published_at if original else None)
    return min(filter(None, known), default=None)


def _whole(data: Data, **lists: list[str]) -> str:
    return data_text({"@context": "https://schema.org", **data}, **lists)


def _live_blog(post: Post, window: Window, card: Card) -> Data:
    address = absolute(post.get_absolute_url())
    return {
        "@type": "LiveBlogPosting",
        "@id": address,
        "url": address,
        "mainEntityOfPage": address,
        "headline": post.headline,
        "description": card.description,
        "image": _post_image(post),
        "inLanguage": get_language(),
        **_dates(post.published_at, post.changed_at),
        **_times(coverageStartTime=coverage_start(post, window.original), coverageEndTime=post.ended_at),
        "author": _authors(post.authors),
        "publisher": _organisation(),
        **({"isPartOf": _series(post.series)} if post.series else {}),
    }


def _posting_text(entry: Entry) -> str:
    return data_text(_posting(entry))


def _posting(entry: Entry) -> Data:
    text = plain_text(entry.html)
    image = _own_image(entry)
    return {
        "@type": "BlogPosting",
        "headline": entry_headline(entry, text),
        "url": absolute(entry.get_absolute_url()),
        **_dates(entry.published_at, entry.modified_at),
        "author": _authors(entry.authors),
        **({"image": image} if image else {}),
        "articleBody": text,
    }


def _dates(published: datetime | None, modified: datetime | None) -> Data:
    return _times(datePublished=published, dateModified=modified)


def _times(**times: datetime | None) -> Data:
    return {name: instant(at) for name, at in times.items() if at}


def _authors(names: list[str]) -> list[Data]:
    """Where nobody is named, the newsroom."""
    return [{"@type": "Person", "name": name} for name in names] or [_organisation()]


def _organisation() -> Data:
    return {"@type": "Organization", "name": settings.SITE_NAME, "url": _front()}


def _series(series: Series) -> Data:
    return {"@type": "CreativeWorkSeries", "name": series.title, "url": absolute(series.get_absolute_url())}


def _post_image(post: Post) -> Data:
    if post.map is None:
        return _pictured(drawn_picture(post))
    said = {"caption": post.map_caption or post.map_alt, "description": post.map_alt, "creditText": post.map_credit}
    return _image(absolute(post.map.file.url), post.map.width, post.map.height, **said)


def _own_image(entry: Entry) -> Data | None:
    """Without a query: the picture's name tells its size."""
    found = first_picture(entry.html)
    stored = StoredPicture.at(found[0]) if found else None
    return _image(absolute(found[0]), stored.width, stored.height, caption=found[1]) if found and stored else None


def _pictured(picture: Picture) -> Data:
    return _image(picture.url, picture.width, picture.height, caption=picture.alt)


def _image(address: str, width: int, height: int, **said: str) -> Data:
    image = {"@type": "ImageObject", "url": address, "contentUrl": address, "width": width, "height": height}
    return image | {name: text for name, text in said.items() if text}


def _way_to(post: Post) -> list[tuple[str, str]]:
    series = [(post.series.title, post.series.get_absolute_url())] if post.series else []
    return [*series, (post.headline, post.get_absolute_url())]


def _trail(*steps: tuple[str, str]) -> str:
    named = [(settings.SITE_NAME, reverse("entries:front")), *steps]
    items = [
        {"@type": "ListItem", "position": number, "name": name, "item": absolute(address)}
        for number, (name, address) in enumerate(named, 1)
    ]
    return _whole({"@type": "BreadcrumbList", "itemListElement": items})


def _front() -> str:
    return absolute(reverse("entries:front"))
