"""One thing that is hidden, against every public address at once."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone

from entries.addresses import FEED_FORMATS, absolute
from entries.api.urls import urlpatterns as api
from entries.domain import keeping, posting, publishing
from entries.models import Entry, Post
from entries.urls import urlpatterns
from tests.factories import at, make_draft, make_post, make_series, make_update

pytestmark = [pytest.mark.django_db, pytest.mark.once]
SECRET = "Zebrafinch"  # in every hidden text and in nothing else


def hidden_draft(post: Post) -> Entry:
    return posting.draft_entry(post=post, author=None, source=SECRET, topic=SECRET)


def hidden_submitted(post: Post) -> Entry:
    return posting.submit_new_entry(post=post, author=None, source=SECRET, topic=SECRET, byline=SECRET)


def hidden_held(post: Post) -> Entry:
    hold = timedelta(seconds=30)
    return posting.hold_entry(post=post, author=None, source=SECRET, topic=SECRET, hold=hold, published_at=at("0900"))


def hidden_held_too_long(post: Post) -> Entry:
    """Its hold is over by the clock and nothing has let it out yet."""
    return posting.hold_entry(post=post, author=None, source=SECRET, topic=SECRET, hold=-timedelta(seconds=1))


def hidden_writing(post: Post) -> Entry:
    """Kept on the server while it is written."""
    editor = User.objects.create_superuser("ben")
    fields = {"source": SECRET, "topic": SECRET}
    keeping.keep_writing(post=post, author=editor, uid=uuid4(), fields=fields)
    return make_update(post, "<p>The water is rising.</p>")


def hidden_scheduled(post: Post) -> Entry:
    later = timezone.now() + timedelta(minutes=5)
    return posting.schedule_entry(post=post, author=None, source=SECRET, topic=SECRET, published_at=later)


def hidden_due_but_not_released(post: Post) -> Entry:
    """Its time has come by the clock; readers get it with a seq or not at all."""
    due = timezone.now() - timedelta(seconds=1)
    return posting.schedule_entry(post=post, author=None, source=SECRET, topic=SECRET, published_at=due)


def hidden_removed(post: Post) -> Entry:
    return posting.remove_entry(entry=make_update(post, SECRET, topic=SECRET), author=None)


def hidden_old_text(post: Post) -> Entry:
    entry = make_update(post, f"{SECRET} and more")
    return posting.edit_entry(entry=entry, author=None, source="Withdrawn", base_version=1)


def hidden_post(post: Post) -> Entry:
    draft = make_draft(f"{SECRET} post", f"<p>{SECRET}</p>", series=post.series, standfirst=SECRET, map_credit=SECRET)
    return make_update(draft, SECRET)


def hidden_post_again(post: Post) -> Entry:
    """The same in a post of the day before, which a coverage line would name."""
    entry = hidden_post(post)
    day_before = post.date - timedelta(days=1)
    Post.objects.filter(pk=entry.post_id).update(date=day_before)
    return entry


HIDDEN = [
    hidden_draft,
    hidden_submitted,
    hidden_held,
    hidden_held_too_long,
    hidden_writing,
    hidden_scheduled,
    hidden_due_but_not_released,
    hidden_removed,
    hidden_old_text,
    hidden_post,
    hidden_post_again,
]
# These say that something is there, and not what.
SAY_NO_TEXT = {"series", "since", "corrections", "api:page", "api:schema", "api:all-series", "api:series"}
SAY_NO_TEXT |= {"api:posts", "api:post", "api:entry-source", "sitemap", "sitemap-section", "news-sitemap", "embedding"}
SAY_NO_TEXT |= {"post-card", "entry-card", "robots", "embed-script"}  # drawn, or the same for all
NAMES = [
    str(pattern.name)
    for pattern in urlpatterns
    if isinstance(pattern, URLPattern) and pattern.name not in (None, "media", "feed-style")
] + [f"api:{pattern.name}" for pattern in api if pattern.name]


def addresses(name: str, post: Post, entry: Entry) -> list[str]:
    """Every address under a name that could show the hidden entry or its post."""
    arguments: dict[str, list[list[object]]] = {
        "front": [[]],
        "site-feed": [[suffix] for suffix in FEED_FORMATS],
        "series": [["the-great-tide"]],
        "series-feed": [["the-great-tide", suffix] for suffix in FEED_FORMATS],
        "post": [[post.slug], [entry.post.slug]],
        "post-feed": [[slug, suffix] for slug in (post.slug, entry.post.slug) for suffix in FEED_FORMATS],
        "changes": [[slug, since] for slug in (post.slug, entry.post.slug) for since in (0, post.seq)],
        "since": [[slug, since] for slug in (post.slug, entry.post.slug) for since in (0, post.seq)],
        "stream": [[post.slug], [entry.post.slug]],
        "corrections": [[post.slug], [entry.post.slug]],
        "entry": [[post.slug, entry.pk], [entry.post.slug, entry.pk]],
        "entry-card": [[post.slug, entry.pk], [entry.post.slug, entry.pk]],
        "post-card": [[post.slug], [entry.post.slug]],
        "sitemap": [[]],
        "sitemap-section": [["pages"], ["posts"], ["entries"]],
        "news-sitemap": [[]],
        "robots": [[]],
        "embedding": [[post.slug], [entry.post.slug]],
        "framed": [[post.slug], [entry.post.slug]],
        "framed-entry": [[post.slug, entry.pk], [entry.post.slug, entry.pk]],
        "framed-latest": [[post.slug], [entry.post.slug]],
        "embed-script": [[]],
        "oembed": [[]],
        "api:page": [[]],
        "api:schema": [[]],
        "api:all-series": [[]],
        "api:series": [["the-great-tide"]],
        "api:posts": [[]],
        "api:post": [[post.slug], [entry.post.slug]],
        "api:entries": [[post.slug], [entry.post.slug]],
        "api:entry": [[post.slug, entry.pk], [entry.post.slug, entry.pk]],
        "api:entry-source": [[post.slug, entry.pk], [entry.post.slug, entry.pk]],
        "api:changes": [[post.slug], [entry.post.slug]],
    }
    if name == "oembed":
        asked = [url for asked in ("post", "entry") for url in addresses(asked, post, entry)]
        return [f"{reverse('entries:oembed')}?{urlencode({'url': absolute(url)})}" for url in asked]
    found = [reverse(f"entries:{name}", args=given) for given in arguments[name]]
    if name in ("stream", "api:changes"):
        return [f"{address}?since={since}" for address in found for since in (0, post.seq)]
    return [address + query for address in found for query in ("", "?digest=hourly")] if name == "post-feed" else found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("hide", HIDDEN)
def test_what_is_hidden_is_at_no_public_address(client: Client, hide: Callable[[Post], Entry], name: str) -> None:
    post = make_post("The road is cut", series=make_series())
    entry = hide(post)
    for address in addresses(name, post, entry):
        response = client.get(address)
        assert response.status_code in (200, 404, 410) or (name, response.status_code) == ("api:entry-source", 401)
        # What is drawn has no words to find: tests/test_social_cards.py looks at that.
        assert SECRET.lower().encode() not in response.content.lower()
        assert all(SECRET.lower() not in str(value).lower() for value in response.headers.values())


def test_every_kind_of_address_shows_what_is_visible(client: Client) -> None:
    """Without this the test above would pass on a site that shows nothing."""
    post = make_post("The road is cut", series=make_series())
    entry = make_update(post, SECRET)
    for name in set(NAMES) - SAY_NO_TEXT:
        shown = [SECRET in client.get(address).content.decode() for address in addresses(name, post, entry)]
        assert any(shown) if name == "oembed" else all(shown), name  # of a post's address it says the headline


@pytest.mark.parametrize("hide", [hidden_draft, hidden_submitted, hidden_held, hidden_scheduled, hidden_post])
def test_a_hidden_entry_has_no_page(client: Client, hide: Callable[[Post], Entry]) -> None:
    entry = hide(make_post())
    assert client.get(entry.get_absolute_url()).status_code == 404


def test_a_series_of_drafts_only_is_not_public(client: Client) -> None:
    series = make_series()
    make_draft(series=series)
    assert client.get(series.get_absolute_url()).status_code == 404


def test_an_entry_is_not_found_under_another_post(client: Client) -> None:
    entry, other = make_update(make_post("One")), make_post("Two")
    assert client.get(reverse("entries:entry", args=[other.slug, entry.pk])).status_code == 404


def test_an_ended_post_stays_public(client: Client) -> None:
    post = make_post()
    publishing.end_post(post=post, author=None)
    assert client.get(post.get_absolute_url()).status_code == 200
