import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from entries.domain import posting, publishing
from entries.models import Post
from tests.factories import at, make_image, make_post, make_series, make_update

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def body_of(client: Client, address: str) -> str:
    """The page's HTML, its white space folded."""
    return " ".join(client.get(address).content.decode().split())


def in_order(text: str, *parts: str) -> bool:
    return bool(re.search(".*".join(map(re.escape, parts)), text))


def test_the_page_stands_in_the_newsrooms_order(client: Client) -> None:
    post = make_post(
        original="<p>It began at dawn.</p>",
        standfirst="Boats are out.",
        related='<a href="https://example.org/">Explainer</a>',
        map=make_image(),
        map_alt="A map",
        map_credit="Harrow Survey Office",
    )
    make_update(post, "<p>Eight.</p>", "0832")
    make_update(post, "<p>Five.</p>", "1716")
    assert in_order(
        body_of(client, post.get_absolute_url()),
        "<h1>The road is cut</h1>",
        "Boats are out.",
        '<a href="https://example.org/">Explainer</a>',
        'alt="A map"',
        "Map: Harrow Survey Office",
        '<time datetime="2024-12-03T17:16:00Z">UPDATE 1716 GMT:</time>',
        "<p>Five.</p>",
        "UPDATE 0832 GMT:",
        "<p>Eight.</p>",
        "ORIGINAL ENTRY:</a></b> It began at dawn.</p>",
    )


def test_the_page_carries_the_seq_it_was_rendered_at(client: Client) -> None:
    post = make_post()
    entry = make_update(post)
    page = body_of(client, post.get_absolute_url())
    assert f'data-post="{post.slug}" data-seq="{entry.seq}"' in page
    assert f'id="entry-{entry.pk}" data-seq="{entry.seq}"' in page


def test_an_update_of_the_next_day_carries_its_date(client: Client) -> None:
    post = make_post()
    make_update(post, published_at=at("0032", date(2024, 12, 4)))
    assert "UPDATE 4 DEC 0032 GMT:" in body_of(client, post.get_absolute_url())


def test_a_pinned_update_stands_on_top_and_the_original_at_the_bottom(client: Client) -> None:
    post = make_post(original="<p>Original</p>")
    make_update(post, "<p>Early</p>", "0700", is_pinned=True)
    make_update(post, "<p>Late</p>", "1900", is_key=True)
    posting.pin_entry(entry=post.entries.originals().get(), author=None)
    page = body_of(client, post.get_absolute_url())
    assert in_order(page, "Pinned", "<p>Early</p>", "Key moment", "<p>Late</p>", "Original</p>")


def test_updates_of_one_minute_stand_in_the_order_of_publication(client: Client) -> None:
    post = make_post()
    make_update(post, "<p>First</p>", "0900")
    make_update(post, "<p>Second</p>", "0900")
    assert in_order(body_of(client, post.get_absolute_url()), "Second", "First")


def test_an_edited_entry_says_when(client: Client) -> None:
    entry = make_update(make_post())
    edited = posting.edit_entry(entry=entry, author=None, source="New", base_version=1)
    assert edited.edited_at is not None
    assert f'Updated <time datetime="{edited.edited_at:%Y-%m-%dT%H:%M:%SZ}">' in body_of(
        client, entry.post.get_absolute_url()
    )


def test_the_days_of_a_series_link_to_each_other(client: Client) -> None:
    series = make_series()
    monday = make_post("Monday", series=series, date=date(2024, 12, 2))
    tuesday = make_post("Tuesday", series=series, date=date(2024, 12, 3))
    assert f'<a href="{monday.get_absolute_url()}">Monday’s Coverage: Monday</a>' in body_of(
        client, tuesday.get_absolute_url()
    )
    assert f'rel="next" href="{tuesday.get_absolute_url()}"' in body_of(client, monday.get_absolute_url())


def test_hostile_words_are_only_words(client: Client) -> None:
    hostile = '"><script>alert(1)</script>'
    series = make_series(f"Series {hostile}")
    post = make_post(
        f"Headline {hostile}", standfirst=hostile, series=series, map=make_image(), map_alt=hostile,
        map_caption=hostile, map_credit=hostile, related=hostile,
    )  # fmt: skip
    entry = make_update(post, hostile + "text", topic=hostile)
    removed = posting.remove_entry(entry=make_update(post), author=None, reason=hostile)
    addresses = [reverse("entries:front"), series.get_absolute_url(), post.get_absolute_url()]
    for address in [*addresses, entry.get_absolute_url(), removed.get_absolute_url()]:
        assert "<script>" not in body_of(client, address)


def test_the_front_page_shows_the_live_first_and_then_the_days(client: Client) -> None:
    for name, day in (("Ended Monday", 2), ("Ended Tuesday", 3)):
        publishing.end_post(post=make_post(name, date=date(2024, 12, day)), author=None)
    make_post("Live since Sunday", date=date(2024, 12, 1))
    page = body_of(client, reverse("entries:front"))
    assert in_order(
        page,
        "Live since Sunday",
        "Tuesday 3 December 2024",
        "Ended Tuesday",
        "Monday 2 December 2024",
        "Ended Monday",
    )


def test_an_empty_site_says_so(client: Client) -> None:
    assert "No coverage yet." in body_of(client, reverse("entries:front"))


def test_the_front_page_and_a_series_have_pages(client: Client) -> None:
    series = make_series()
    for number in range(31):
        make_post(f"Post {number}", series=series, date=date(2024, 1, 1) + timedelta(days=number))
    for address in (reverse("entries:front"), series.get_absolute_url()):
        first, second = body_of(client, address), body_of(client, f"{address}?page=2")
        assert (first.count("<article"), second.count("<article")) == (30, 1)
        assert 'href="?page=2"' in first
        assert "Post 0<" in second
        assert client.get(f"{address}?page=nonsense").status_code == 200


def test_an_entrys_page_stands_between_its_neighbours(client: Client) -> None:
    post = make_post()
    early, middle, late = (make_update(post, f"<p>At {clock}</p>", clock) for clock in ("0700", "0800", "0900"))
    page = body_of(client, middle.get_absolute_url())
    assert in_order(page, "<h1>", "UPDATE 0800 GMT:", "At 0800", late.get_absolute_url())
    assert early.get_absolute_url() in page
    assert f'<link rel="canonical" href="http://127.0.0.1:8000{middle.get_absolute_url()}">' in page
    original = post.entries.originals().get()
    assert original.get_absolute_url() in body_of(client, early.get_absolute_url())
    assert early.get_absolute_url() in body_of(client, original.get_absolute_url())


def test_a_removed_entrys_address_answers_410_with_the_time_and_the_reason(client: Client) -> None:
    entry = posting.remove_entry(entry=make_update(make_post(), "<p>Wrong</p>"), author=None, reason="It was wrong.")
    response = client.get(entry.get_absolute_url())
    page = " ".join(response.content.decode().split())
    assert response.status_code == 410
    assert entry.removed_at is not None
    assert f"{entry.removed_at:%H%M} GMT on {entry.removed_at:%-d %B %Y}" in page
    assert "It was wrong." in page
    posting.restore_entry(entry=entry, author=None)
    assert client.get(entry.get_absolute_url()).status_code == 200


def test_pages_need_no_script_set_no_cookie_and_say_how_to_be_cached(client: Client) -> None:
    post = make_post()
    entry = make_update(post)
    for address in ("/", post.get_absolute_url(), entry.get_absolute_url(), "/feed.rss"):
        response = client.get(address)
        assert not response.cookies
        assert response["Vary"] == ("Sec-Fetch-Dest, " if "feed" in address else "") + "Accept-Encoding"
        assert response["Cache-Control"] == (
            "public, max-age=0, s-maxage=1, stale-while-revalidate=5, stale-if-error=86400"
        )
        assert "script-src 'self'" in response["Content-Security-Policy"]
        assert "unsafe-inline" not in response["Content-Security-Policy"]
        assert not re.search(
            r"<script(?! type=.module. src=./static/| type=.application/ld\+json.>)|<style|\sstyle=|\son[a-z]+=",
            response.content.decode(),
        )


def test_what_is_not_there_is_404_on_a_page_of_the_site(client: Client) -> None:
    for address in ("/nothing/", "/live/nothing/", "/live/nothing/entries/1/", "/series/nothing/"):
        response = client.get(address)
        assert response.status_code == 404
        assert "There is no such page" in response.content.decode()


@pytest.mark.parametrize("address", ["/", "/feed.rss", "/live/the-road-is-cut/"])
def test_a_public_address_is_only_read(client: Client, address: str) -> None:
    make_post()
    assert client.post(address).status_code == 405
    assert client.head(address).status_code == 200


def test_an_update_is_at_the_top_at_the_next_request(client: Client) -> None:
    post = make_post()
    make_update(post, "<p>Old</p>", "0700")
    client.get(post.get_absolute_url())
    make_update(Post.objects.get(), "<p>New</p>", "0800")
    assert in_order(body_of(client, post.get_absolute_url()), "New", "Old")
