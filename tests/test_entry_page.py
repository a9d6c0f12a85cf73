"""One entry's page: what other sites show of it, its neighbours, and how to pass it on."""

import re
from html import unescape

import pytest
from django.test import Client

from entries.domain import posting, publishing
from entries.domain.pictures import store_image
from tests.factories import at, make_image, make_post, make_update, picture

pytestmark = [pytest.mark.django_db, pytest.mark.once]
SITE = "http://127.0.0.1:8000"
_META = re.compile(r'<meta (?:property|name)="((?:og|article|twitter):[a-z_:]+|description)" content="([^"]*)">')


def page_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def card(page: str) -> dict[str, str]:
    found = _META.findall(page)
    assert len(dict(found)) == len(found)
    return {name: unescape(value) for name, value in found}


def title(page: str) -> str:
    return unescape(re.search("<title>([^<]*)</title>", page)[1])  # type: ignore[index]


def test_the_card_is_the_entrys_own(client: Client) -> None:
    post = make_post(standfirst="Boats are out.")
    entry = make_update(post, "<p>The <b>water</b> is rising.</p>", "1716", topic="Kelder Lock")
    page = page_of(client, entry.get_absolute_url())
    assert card(page) == {
        "description": "The water is rising.",
        "og:type": "article",
        "og:site_name": "Liveblog",
        "og:locale": "en_GB",
        "og:title": "UPDATE 1716 GMT: Kelder Lock",
        "og:description": "The water is rising.",
        "og:url": f"{SITE}{entry.get_absolute_url()}",
        "article:published_time": "2024-12-03T17:16:00Z",
        "article:modified_time": "2024-12-03T17:16:00Z",
        "og:image": f"{SITE}{entry.get_absolute_url()}card.png?v={entry.seq}",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": "UPDATE 1716 GMT: Kelder Lock",
        "twitter:card": "summary_large_image",
    }
    assert title(page) == "UPDATE 1716 GMT: Kelder Lock · The road is cut · Liveblog"


def test_without_a_topic_the_first_words_are_the_title(client: Client) -> None:
    post = make_post(original="<p>" + "Dawn came late. " * 20 + "</p>")
    original = post.entries.originals().get()
    given = card(page_of(client, original.get_absolute_url()))
    assert given["og:title"] == f"ORIGINAL ENTRY: {'Dawn came late. ' * 4}Dawn…"
    assert len(given["og:description"]) <= 200


def test_an_edited_entry_says_when_it_was_modified(client: Client) -> None:
    entry = make_update(make_post())
    entry = posting.edit_entry(entry=entry, author=None, source="<p>Higher.</p>", base_version=1)
    assert entry.edited_at is not None
    given = card(page_of(client, entry.get_absolute_url()))
    assert given["article:modified_time"] == f"{entry.edited_at:%Y-%m-%dT%H:%M:%SZ}"
    assert given["og:description"] == "Higher."


def test_the_picture_is_the_first_of_the_text_that_is_the_sites_own(client: Client) -> None:
    own, second = store_image(picture(80, 50)), store_image(picture(90, 60))
    post = make_post(map=make_image(), map_alt="The map")
    entry = make_update(
        post,
        '<p>Look.</p><p><img src="https://example.org/a.png" alt="Theirs"></p>'
        f'<p><img src="{own.file.url}" alt="A &quot;boat&quot; &gt; a raft"></p>'
        f'<p><img src="{second.file.url}" alt=""></p>',
    )
    given = card(page_of(client, entry.get_absolute_url()))
    assert {name: value for name, value in given.items() if "image" in name or "twitter" in name} == {
        "og:image": f"{SITE}{own.file.url}",
        "og:image:width": "80",
        "og:image:height": "50",
        "og:image:alt": 'A "boat" > a raft',
        "twitter:card": "summary_large_image",
    }


@pytest.mark.parametrize(
    "text",
    [
        "<p>No picture.</p>",
        '<p><img src="https://example.org/media/images/a.png" alt=""></p>',
        '<p><img src="/media/images/00/00000000000000000000000000000000.png" alt="Gone"></p>',
        '<p><img src="/media/../../etc/passwd" alt=""></p>',
    ],
)
def test_else_it_is_a_card_drawn_of_its_words(client: Client, text: str) -> None:
    entry = make_update(make_post(map=make_image(), map_alt="The map"), text)
    given = card(page_of(client, entry.get_absolute_url()))
    assert given["og:image"] == f"{SITE}{entry.get_absolute_url()}card.png?v={entry.seq}"
    assert (given["og:image:width"], given["og:image:height"]) == ("1200", "630")
    assert given["og:image:alt"] == given["og:title"]


def test_hostile_words_stay_words_in_the_card(client: Client) -> None:
    hostile = "\"><script>alert(1)</script>&'$&%s"
    post = make_post(f"A {hostile}", map=make_image(), map_alt=hostile)
    entry = make_update(post, "<p>&quot;&gt;&lt;script&gt;alert(2)&lt;/script&gt;</p>", topic=hostile)
    page = page_of(client, entry.get_absolute_url())
    given = card(page)
    assert given["og:title"] == f"UPDATE 0832 GMT: {hostile}"
    assert given["og:description"] == '"><script>alert(2)</script>'
    assert given["og:image:alt"] == given["og:title"]
    assert card(page_of(client, post.get_absolute_url()))["og:image:alt"] == hostile
    assert "<script>" not in page


def test_neighbours_step_over_what_was_removed(client: Client) -> None:
    post = make_post()
    first, second, third, fourth = (make_update(post, clock=clock) for clock in ("0700", "0800", "0900", "1000"))
    for entry in (second, third):
        posting.remove_entry(entry=entry, author=None)
    scheduled = posting.schedule_entry(post=post, author=None, source="x", published_at=at("0830"))
    page = page_of(client, first.get_absolute_url())
    assert f'rel="next" href="{fourth.get_absolute_url()}"' in page
    page = page_of(client, fourth.get_absolute_url())
    assert f'rel="prev" href="{first.get_absolute_url()}"' in page
    for hidden in (second, third, scheduled):
        assert hidden.get_absolute_url() not in page
    posting.remove_entry(entry=fourth, author=None)
    assert 'rel="next"' not in page_of(client, first.get_absolute_url())


def test_the_address_can_be_taken_along_without_a_script(client: Client) -> None:
    post = make_post("Boats & bridges")
    entry = make_update(post, topic="50% & more?")
    for address, subject in (
        (post.get_absolute_url(), "Boats%20%26%20bridges"),
        (entry.get_absolute_url(), "UPDATE%200832%20GMT%3A%2050%25%20%26%20more%3F"),
    ):
        page = page_of(client, f"{address}?zone=Kyiv")
        assert f'<input readonly size="32" dir="ltr" value="{SITE}{address}">' in page
        body = f"{SITE}{address}".replace(":", "%3A").replace("/", "%2F")
        assert f'<a href="mailto:?subject={subject}&amp;body={body}">' in page


def test_an_entry_of_an_ended_post_keeps_its_page(client: Client) -> None:
    entry = make_update(make_post())
    publishing.end_post(post=entry.post, author=None)
    assert card(page_of(client, entry.get_absolute_url()))["og:title"].startswith("UPDATE 0832 GMT: The water")
