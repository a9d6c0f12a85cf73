"""What other sites show of a page that is shared there."""

from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from entries.addresses import absolute
from entries.drawing import poster
from entries.excerpts import excerpt, first_sentences, first_words
from entries.labels import day_text, gmt
from entries.models import Entry, Image, Post, Series
from entries.rendering import run_in_topic
from entries.sanitising import plain_text

# Facebook knows no language without its country.
_COUNTRIES = {"ar": "ar_AR", "de": "de_DE", "en": "en_US", "es": "es_ES", "fr": "fr_FR", "uk": "uk_UA"}


@dataclass(frozen=True)
class Picture:
    url: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True)
class Card:
    title: str
    description: str
    kind: str = "article"
    picture: Picture | None = None
    published_at: datetime | None = None
    modified_at: datetime | None = None
    section: str = ""
    authors: tuple[str, ...] = ()

    @property
    def locale(self) -> str:
        locale = to_locale(get_language() or settings.LANGUAGE_CODE)
        return _COUNTRIES.get(locale, locale)


def front_card() -> Card:
    description = _("Live coverage from %(site_name)s, the newest first") % {"site_name": settings.SITE_NAME}
    return Card(settings.SITE_NAME, description, "website")


def series_card(series: Series) -> Card:
    return Card(series.title, series.description or series.title, "website")


def post_card(post: Post, original: Entry | None) -> Card:
    return Card(
        title=post.headline,
        description=post.standfirst or (excerpt(original.html, 200) if original else "") or post.headline,
        picture=_map(post) or drawn_picture(post),
        published_at=post.published_at,
        modified_at=post.changed_at,
        section=post.series.title if post.series else "",
        authors=tuple(post.authors),
    )


def entry_card(entry: Entry) -> Card:
    post, text = entry.post, plain_text(entry.html)
    title = " ".join(filter(None, [entry.label, _confidence(entry), entry.topic or first_words(text, 70)]))
    return Card(
        title=title,
        description=first_words(text, 200) or post.headline,
        picture=_own_picture(entry) or drawn_picture(entry, title),
        published_at=entry.published_at,
        modified_at=entry.modified_at,
        section=post.series.title if post.series else "",
        authors=tuple(entry.authors),
    )


def entry_headline(entry: Entry, text: str) -> str:
    """In one line and never empty; `text` is its plain text."""
    return " ".join(filter(None, [entry.label, _confidence(entry), run_in_topic(entry), first_words(text, 80)]))


def post_poster(post: Post) -> poster.Poster:
    return poster.Poster(
        site=settings.SITE_NAME,
        series=post.series.title if post.series else "",
        day=day_text(post.date, "l j F Y"),
        headline=post.headline,
        footer=post.standfirst,
    )


def entry_poster(entry: Entry) -> poster.Poster:
    post = entry.post
    said = " ".join(filter(None, [run_in_topic(entry), first_sentences(plain_text(entry.html), 120)]))
    return poster.Poster(
        site=settings.SITE_NAME,
        series=post.series.title if post.series else "",
        label=" · ".join(filter(None, [entry.name, entry.get_confidence_display()])),
        day=_when(entry),
        headline=said or post.headline,
        footer=post.headline if said else post.standfirst,
    )


def _when(entry: Entry) -> str:
    """The day, and before it the time of the original, whose label has none."""
    at = entry.published_at
    day = day_text(at.astimezone(UTC).date() if at else entry.post.date, "l j F Y")
    return f"{gmt(at)} · {day}" if at and entry.is_original else day


def drawn_picture(of: Post | Entry, alt: str = "") -> Picture:
    """Its address is another one after each change, so that other sites fetch it anew."""
    if isinstance(of, Post):
        address, version = reverse("entries:post-card", args=[of.slug]), of.head_seq
    else:
        address = reverse("entries:entry-card", args=[of.post.slug, of.pk])
        version = max(of.seq, of.post.head_seq)
    return Picture(absolute(f"{address}?v={version}"), poster.WIDTH, poster.HEIGHT, alt or str(of))


def _confidence(entry: Entry) -> str:
    return f"[{entry.get_confidence_display()}]" if entry.confidence else ""


def _map(post: Post) -> Picture | None:
    return _of(post.map, post.map_alt) if post.map else None


def _of(image: Image, alt: str) -> Picture:
    return Picture(absolute(image.file.url), image.width, image.height, alt)


def _own_picture(entry: Entry) -> Picture | None:
    """The first picture of the text that is the site's own."""
    found = first_picture(entry.html)
    image = Image.objects.named(found[0].removeprefix(settings.MEDIA_URL)).first() if found else None
    return _of(image, found[1]) if found and image else None


def first_picture(html: str) -> tuple[str, str] | None:
    """Address and alternative text of the first picture that is not from elsewhere."""
    return _Pictures(html).own if "<img" in html else None


class _Pictures(HTMLParser):
    own: tuple[str, str] | None = None

    def __init__(self, html: str) -> None:
        super().__init__()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        source = given.get("src") or ""
        if tag == "img" and not self.own and source.startswith(settings.MEDIA_URL):
            self.own = (source, given.get("alt") or "")
