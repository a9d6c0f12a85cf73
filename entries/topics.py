"""The feeds that tell of a post: WebSub's topics. Their slices name no hub."""

from collections.abc import Iterable

from django.urls import reverse

from entries.addresses import FEED_FORMATS, absolute
from entries.models import Post, Series


def topics(post: Post, series: Iterable[Series]) -> list[str]:
    """Absolute addresses: of the post's own feeds, those of `series`, and the site's."""
    feeds = [("post-feed", [post.slug]), *(("series-feed", [one.slug]) for one in series), ("site-feed", [])]
    return [absolute(reverse(f"entries:{name}", args=[*of, form])) for name, of in feeds for form in FEED_FORMATS]
