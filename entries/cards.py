"""What other sites show of a page that is shared there."""

from dataclasses import dataclass
from datetime import datetime
from html.parser import HTMLParser

from django.conf import settings

from entries.excerpts import excerpt
from entries.models import Entry, Image


@dataclass(frozen=True)
class Picture:
    image: Image
    alt: str


@dataclass(frozen=True)
class Card:
    title: str
    description: str
    picture: Picture | None
    published_at: datetime | None
    modified_at: datetime | None


def entry_card(entry: Entry) -> Card:
    return Card(
        title=f"{entry.label} {entry.topic or excerpt(entry.html, 70)}".strip(),
        description=excerpt(entry.html, 200) or entry.post.headline,
        picture=_picture(entry),
        published_at=entry.published_at,
        modified_at=entry.edited_at,
    )


def _picture(entry: Entry) -> Picture | None:
    """The first picture of the text that is the site's own, else the map."""
    found = _Pictures(entry.html).own
    image = Image.objects.named(found[0]).first() if found else None
    if found and image:
        return Picture(image, found[1])
    return Picture(entry.post.map, entry.post.map_alt) if entry.post.map else None


class _Pictures(HTMLParser):
    """`own`: file name and alternative text of the first picture that is not from elsewhere."""

    own: tuple[str, str] | None = None

    def __init__(self, html: str) -> None:
        super().__init__()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        source = given.get("src") or ""
        if tag == "img" and not self.own and source.startswith(settings.MEDIA_URL):
            self.own = (source.removeprefix(settings.MEDIA_URL), given.get("alt") or "")
