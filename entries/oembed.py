"""https://oembed.com: what another site needs to show a post or an entry, and the lines of HTML that it pastes."""

import io
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.xmlutils import SimplerXMLGenerator

from entries.addresses import absolute
from entries.cards import Picture, entry_card, post_card
from entries.models import Entry, Post
from entries.variants import StoredPicture

WIDTH, HEIGHT = 600, 600  # pixels, of a frame that nobody sizes
CACHE_AGE = 3600  # seconds
THUMBNAIL = 1080  # pixels
type Most = tuple[int | None, int | None]


@dataclass(frozen=True)
class Framed:
    """A page for frames, and what it is called."""

    address: str
    title: str

    @classmethod
    def of_post(cls, post: Post) -> "Framed":
        return cls(absolute(reverse("entries:framed", args=[post.slug])), post.headline)

    @classmethod
    def of_entry(cls, entry: Entry) -> "Framed":
        address = absolute(reverse("entries:framed-entry", args=[entry.post.slug, entry.pk]))
        return cls(address, f"{entry_card(entry).title} · {entry.post.headline}")

    def frame(self, width: int | str = "100%", height: int = HEIGHT) -> SafeString:
        """`frameborder` and not a style: sites that take in others' HTML drop styles, or forbid them by policy."""
        return format_html(
            '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy" frameborder="0"></iframe>',
            self.address, self.title, width, height,
        )  # fmt: skip

    def sized_frame(self, width: int | str = "100%") -> SafeString:
        """The frame with the script that gives it the height of its page."""
        script = absolute(reverse("entries:embed-script"))
        return format_html('{}\n<script src="{}" async></script>', self.frame(width), script)


def answer(of: Post | Entry, most: Most) -> dict[str, Any]:
    most_width, most_height = most
    framed = Framed.of_entry(of) if isinstance(of, Entry) else Framed.of_post(of)
    width = min(most_width or WIDTH, WIDTH)
    height = min(most_height or HEIGHT, HEIGHT)
    return {
        "version": "1.0",
        "type": "rich",
        "title": framed.title,
        **_author(of),
        "provider_name": settings.SITE_NAME,
        "provider_url": absolute(reverse("entries:front")),
        "cache_age": CACHE_AGE,
        # Who says how high it may be does not want a script that makes it as high as its page.
        "html": framed.frame(width, height) if most_height else framed.sized_frame(width),
        "width": width,
        "height": height,
        **_thumbnail(_picture(of), most),
    }


def as_xml(said: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    xml = SimplerXMLGenerator(file, "utf-8")
    xml.startDocument()
    xml.startElement("oembed", {})  # type: ignore[arg-type]
    for name, value in said.items():
        xml.addQuickElement(name, str(value))
    xml.endElement("oembed")
    xml.endDocument()
    return file.getvalue()


def _author(of: Post | Entry) -> dict[str, str]:
    return {"author_name": ", ".join(of.authors)} if of.authors else {}


def _picture(of: Post | Entry) -> Picture | None:
    card = entry_card(of) if isinstance(of, Entry) else post_card(of, None)
    return card.picture


def _thumbnail(picture: Picture | None, most: Most) -> dict[str, Any]:
    """The largest of the picture's files that fits, of those that every site can show."""
    if picture is None:
        return {}
    most_width, most_height = (min(limit or THUMBNAIL, THUMBNAIL) for limit in most)
    sizes = [size for size in _sizes(picture) if size[1] <= most_width and size[2] <= most_height]
    if not sizes:
        return {}
    address, width, height = max(sizes, key=lambda size: size[1])
    return {"thumbnail_url": address, "thumbnail_width": width, "thumbnail_height": height}


def _sizes(picture: Picture) -> list[tuple[str, int, int]]:
    """Address, width and height of the picture and of its variants."""
    whole = (picture.url, picture.width, picture.height)
    stored = StoredPicture.at(picture.url)
    if stored is None:
        return [whole]
    suffix = stored.suffix if stored.suffix in stored.suffixes else "webp"
    variants = [
        (absolute(stored.variant(width, suffix)), width, max(1, round(stored.height * width / stored.width)))
        for width in stored.widths(suffix)
    ]
    return [whole, *variants]
