"""Times in the reader's own zone, beside GMT, without a script."""

import re
from datetime import UTC, date, datetime
from urllib.parse import quote

import pytest
from django.test import Client

from entries.addresses import FEED_FORMATS
from entries.domain import posting, publishing
from entries.models import Entry, Post
from entries.zones import COMMON, zone_named, zone_time
from tests.factories import at, make_post, make_update

pytestmark = [pytest.mark.django_db, pytest.mark.once]
SENTENCE = "There is no such time zone: write it like Europe/Kyiv, or only the city."


def own(page: str) -> list[str]:
    return re.findall(r'</time> <small class="own">([^<]*)</small>', page)


def body_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("moment", "zone", "written"),
    [
        ("2024-12-03T17:16", "Europe/Kyiv", "1916 Kyiv"),
        ("2024-12-03T17:16", "Asia/Kolkata", "2246 Kolkata"),
        ("2024-12-03T17:16", "Asia/Kathmandu", "2301 Kathmandu"),
        ("2024-12-03T17:16", "Australia/Lord_Howe", "Wed 0416 Lord Howe"),
        ("2024-12-03T22:16", "Europe/Kyiv", "Wed 0016 Kyiv"),
        ("2024-12-03T00:30", "America/New_York", "Mon 1930 New York"),
        ("2024-12-03T10:30", "Pacific/Kiritimati", "Wed 0030 Kiritimati"),
        ("2024-12-03T10:30", "Pacific/Pago_Pago", "Mon 2330 Pago Pago"),
        ("2024-12-31T23:59", "Asia/Tokyo", "Wed 0859 Tokyo"),
        ("2024-12-03T17:16", "UTC", "1716 UTC"),
        ("2025-03-30T00:59", "Europe/London", "0059 London"),
        ("2025-03-30T01:00", "Europe/London", "0200 London"),
        ("2025-10-26T00:30", "Europe/London", "0130 London"),
        ("2025-10-26T00:59", "Europe/London", "0159 London"),
        ("2025-10-26T01:00", "Europe/London", "0100 London"),
        ("2025-10-26T01:30", "Europe/London", "0130 London"),
        ("2025-03-09T06:59", "America/New_York", "0159 New York"),
        ("2025-03-09T07:00", "America/New_York", "0300 New York"),
        ("0001-01-01T00:00", "America/New_York", ""),
        ("9999-12-31T23:59", "Asia/Tokyo", ""),
    ],
)
def test_a_time_in_a_zone(moment: str, zone: str, written: str) -> None:
    assert zone_time(datetime.fromisoformat(moment).replace(tzinfo=UTC), zone_named(zone)) == written


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("europe/kyiv", "Europe/Kyiv"),
        ("Kyiv", "Europe/Kyiv"),
        (" new york ", "America/New_York"),
        ("America/Argentina/Buenos Aires", "America/Argentina/Buenos_Aires"),
        ("utc", "UTC"),
    ],
)
def test_a_zone_is_known_however_it_is_written(written: str, zone: str) -> None:
    assert zone_named(written).key == zone


def test_every_zone_that_is_offered_is_one() -> None:
    assert [zone_named(name).key for name in COMMON] == COMMON


def test_every_time_of_a_post_stands_in_the_zone_too(client: Client) -> None:
    post = make_post()
    make_update(post, clock="2216")
    early = make_update(post, clock="0832")
    posting.edit_entry(entry=early, author=None, source="New", base_version=1)
    Entry.objects.filter(pk=early.pk).update(edited_at=at("2330"))
    Post.objects.filter(pk=post.pk).update(next_update_at=at("2300"))
    page = body_of(client, f"{post.get_absolute_url()}?zone=Europe/Kyiv")
    assert own(page) == ["Wed 0016 Kyiv", "Wed 0100 Kyiv", "Wed 0016 Kyiv", "1032 Kyiv", "Wed 0130 Kyiv"]
    assert ">UPDATE 2216 GMT:</time>" in page


def test_an_ended_post_says_in_the_zone_when(client: Client) -> None:
    post = publishing.end_post(post=make_post(), author=None)
    assert post.ended_at is not None
    page = body_of(client, f"{post.get_absolute_url()}?zone=UTC")
    assert own(page) == [f"{post.ended_at:%H%M} UTC"]


def test_an_entrys_page_shows_the_zone_and_its_links_keep_it(client: Client) -> None:
    post = make_post()
    early, middle, late = (make_update(post, clock=clock) for clock in ("0700", "0800", "0900"))
    page = body_of(client, f"{middle.get_absolute_url()}?zone=America/New_York")
    assert own(page) == ["0300 New York"]
    for link in (early, middle, late):
        assert f'href="{link.get_absolute_url()}?zone=America/New_York"' in page
    assert f'<link rel="canonical" href="http://127.0.0.1:8000{middle.get_absolute_url()}">' in page


def test_without_a_zone_there_is_gmt_alone(client: Client) -> None:
    entry = make_update(make_post())
    for address in (entry.post.get_absolute_url(), entry.get_absolute_url()):
        for query in ("", "?zone=", "?zone=%20"):
            page = body_of(client, address + query)
            assert own(page) == []
            assert "<details>" in page
            assert SENTENCE not in page


HOSTILE = [
    "Mars/Base",
    "Europe",
    "Europe/",
    "../../../etc/passwd",
    "/etc/localtime",
    "localtime",
    "Europe/Kyiv\0",
    '"><script>alert(1)</script>',
    "x" * 100_000,
    "🕐",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
]


@pytest.mark.parametrize("zone", HOSTILE)
def test_what_is_no_zone_is_told_in_one_sentence(client: Client, zone: str) -> None:
    entry = make_update(make_post())
    for address in (entry.post.get_absolute_url(), entry.get_absolute_url()):
        page = body_of(client, f"{address}?zone={quote(zone)}")
        assert page.count(SENTENCE) == 1
        assert own(page) == []
        assert "<script>" not in page
        assert len(page) < 20_000
        assert ">UPDATE 0832 GMT:</time>" in page


def test_broken_queries_are_no_failure(client: Client) -> None:
    address = make_post().get_absolute_url()
    for query in ("zone=%ff%fe", "zone=%00", "zone=%ED%A0%80", "zone[]=x&zone", "zone=a&zone=Europe/Kyiv&zone=b"):
        assert client.get(f"{address}?{query}").status_code == 200


def test_a_zone_keeps_what_the_reader_asked_for_before(client: Client) -> None:
    address = make_post().get_absolute_url()
    page = body_of(client, f'{address}?q=a%22b<i>%26c&order=oldest&zone=Kyiv&stranger=1&key=1"')
    assert '<input type="hidden" name="q" value="a&quot;b&lt;i&gt;&amp;c">' in page
    assert '<input type="hidden" name="order" value="oldest">' in page
    assert "stranger" not in page
    assert '<a href="?order=oldest&amp;key=1%22&amp;q=a%22b%3Ci%3E%26c">GMT only</a>' in page


def test_the_wire_is_the_same_whatever_the_zone(client: Client) -> None:
    post = make_post()
    make_update(post)
    address = f"{post.get_absolute_url()}changes/0/"
    assert client.get(f"{address}?zone=Kyiv").content == client.get(address).content


def test_a_page_with_a_zone_is_for_shared_caches_too(client: Client) -> None:
    response = client.get(f"{make_post().get_absolute_url()}?zone=Kyiv")
    assert response["Cache-Control"].startswith("public, ")
    assert response.get("Vary", "Accept-Encoding") == "Accept-Encoding"
    assert not response.cookies


def test_a_label_of_another_day_and_its_own_time(client: Client) -> None:
    post = make_post()
    make_update(post, published_at=at("2330", date(2024, 12, 4)))
    page = body_of(client, f"{post.get_absolute_url()}?zone=Kyiv")
    assert "UPDATE 4 DEC 2330 GMT:</time> <small" in page
    assert own(page) == ["Thu 0130 Kyiv"] * 2


FEEDS = tuple(f"/feed.{suffix}" for suffix in FEED_FORMATS)


def test_the_ways_through_a_post_keep_the_zone(client: Client) -> None:
    post = make_post()
    for clock in ("0700", "0800"):
        make_update(post, "<p>Boats.</p>", clock, is_key=True)
    page = body_of(client, f"{post.get_absolute_url()}?key=1&zone=kyiv")
    links = [link for link in re.findall(r'href="([^"]+)"', page) if post.get_absolute_url() in link or link[0] == "?"]
    expected = [
        link
        for link in links
        if not link.endswith(("GMT", post.get_absolute_url(), "?key=1", "/corrections/", "/embed/", *FEEDS))
    ]
    assert len(expected) > 6
    assert all("zone=Europe/Kyiv" in link for link in expected), expected
    assert '<input type="hidden" name="zone" value="Europe/Kyiv">' in page


def test_a_zone_changes_nothing_else_on_the_page(client: Client) -> None:
    post = make_post()
    for minute in range(40):
        make_update(post, clock=f"09{minute:02}")
    address = post.get_absolute_url()
    plain, zoned = body_of(client, address), body_of(client, f"{address}?zone=Kyiv")
    assert re.findall(r'id="entry-\d+"', zoned) == re.findall(r'id="entry-\d+"', plain)
    assert "data-takes-new" in zoned
    assert f'<link rel="canonical" href="http://127.0.0.1:8000{address}">' in zoned


def test_an_entrys_page_leads_back_to_its_place(client: Client) -> None:
    entry = make_update(make_post())
    for _ in range(70):
        make_update(entry.post, clock="0900")
    page = body_of(client, f"{entry.get_absolute_url()}?zone=Kyiv")
    back = f"{entry.post.get_absolute_url()}?entry={entry.pk}&amp;zone=Europe/Kyiv"
    assert f'<a href="{back}#entry-{entry.pk}">' in page
    assert f'id="entry-{entry.pk}"' in body_of(client, back.replace("&amp;", "&"))
