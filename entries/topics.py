"""The feeds that tell of a post: WebSub's topics."""

from collections.abc import Iterable

from django.urls import reverse

from entries.addresses import absolute
from entries.models import Post, Series

FORMATS = ("rss", "atom", "json")


def topics(post: Post, series: Iterable[Series]) -> list[str]:
    """Absolute addresses: of the post's own feeds, those of `series`, and the site's."""
    pages = [post.get_absolute_url(), *(one.get_absolute_url() for one in series), reverse("entries:front")]
    return [absolute(f"{page}feed.{form}") for page in pages for form in FORMATS]
