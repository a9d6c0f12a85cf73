"""Finding one's way in a long post: pages, order, key moments, words, places; all of it plain links."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from entries.domain import posting
from entries.models import Entry, Post
from entries.reading import PAGE_SIZE
from tests.factories import at, make_post, make_update

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def fill(post: Post, number: int, first: int = 0) -> list[Entry]:
    """Updates a minute apart, each with its number for a text."""
    times = (at("0700") + timedelta(minutes=minute) for minute in range(first, first + number))
    return [
        make_update(post, f"<p>Number {minute}.</p>", published_at=time) for minute, time in enumerate(times, first)
    ]


def page_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def ids_on(page: str) -> list[int]:
    return [int(found) for found in re.findall(r'<article [^>]*id="entry-(\d+)"', page)]


def link(page: str, words: str, start: str) -> str:
    """Where the link with these words leads, from the page at `start`."""
    found = re.search(rf'<a (?:[^>]* )?href="([^"]*)"[^>]*>{re.escape(words)}<', page)
    assert found, words
    address = unescape(found[1])
    return start + address if address.startswith("?") else address.removesuffix("#updates")


def walk(client: Client, post: Post, start: str, words: str) -> list[int]:
    """All entries in their order from page to page, by the link with these words."""
    base, ids = post.get_absolute_url(), []
    page = page_of(client, base + start)
    for _ in range(20):
        ids += ids_on(page)
        if f">{words}</a>" not in page:
            return ids
        page = page_of(client, link(page, words, base))
    raise AssertionError("The pages do not end.")


@pytest.mark.parametrize("number", [0, 1, 28, 29, 30, 58, 59, 60, 89, 95])
def test_from_page_to_page_every_entry_comes_once_from_either_end(client: Client, number: int) -> None:
    post = make_post()
    updates = fill(post, number)
    by_time = [post.entries.originals().get().pk, *(entry.pk for entry in updates)]
    assert walk(client, post, "", "Older") == by_time[::-1]
    assert walk(client, post, "?order=oldest", "Newer") == by_time


def test_an_address_of_a_page_stays_that_of_its_entries_while_updates_arrive(client: Client) -> None:
    post = make_post()
    fill(post, 70)
    addresses = [f"{post.get_absolute_url()}?page={number}" for number in (1, 2)]
    before = [ids_on(page_of(client, address)) for address in addresses]
    assert [len(ids) for ids in before] == [PAGE_SIZE, PAGE_SIZE]
    fill(post, 40, first=70)
    assert [ids_on(page_of(client, address)) for address in addresses] == before


def test_the_newest_page_has_a_page_and_what_is_over(client: Client) -> None:
    post = make_post()
    updates = fill(post, 69)
    ids = ids_on(page_of(client, post.get_absolute_url()))
    assert ids == [entry.pk for entry in reversed(updates[29:])]
    assert ids_on(page_of(client, f"{post.get_absolute_url()}?page=99")) == ids[:10]


def test_a_pin_stands_on_top_of_the_newest_page_and_in_its_time_on_its_own(client: Client) -> None:
    post = make_post()
    updates = fill(post, 70)
    posting.pin_entry(entry=updates[3], author=None)
    posting.pin_entry(entry=updates[65], author=None)
    newest = ids_on(page_of(client, post.get_absolute_url()))
    assert newest[:3] == [updates[65].pk, updates[3].pk, updates[69].pk]
    assert newest.count(updates[65].pk) == 1
    oldest = ids_on(page_of(client, f"{post.get_absolute_url()}?page=1"))
    assert oldest[-5:-1] == [entry.pk for entry in reversed(updates[:4])]


def test_key_moments_however_old_are_at_the_top_of_every_page(client: Client) -> None:
    post = make_post()
    updates = fill(post, 65)
    posting.mark_key(entry=updates[2], author=None)
    posting.edit_entry(entry=updates[60], author=None, source="<p>Later.</p>", base_version=1, topic="The bridge")
    posting.mark_key(entry=updates[60], author=None)
    newest = " ".join(page_of(client, post.get_absolute_url()).split())
    early, late = updates[2].pk, updates[60].pk
    assert (
        f'<ol><li data-entry="{late}"><a href="#entry-{late}"><time datetime="2024-12-03T08:00:00Z">0800</time> '
        f'The bridge</a></li> <li data-entry="{early}"><a href="?entry={early}#entry-{early}">'
        '<time datetime="2024-12-03T07:02:00Z">0702</time> Number 2.</a></li> </ol>'
    ) in newest
    assert early in ids_on(page_of(client, f"{post.get_absolute_url()}?entry={early}"))


def test_an_entrys_place_is_its_page_and_that_of_a_new_one_the_post_itself(client: Client) -> None:
    post = make_post()
    updates = fill(post, 70)
    base = post.get_absolute_url()
    assert ids_on(page_of(client, f"{base}?entry={updates[40].pk}")) == ids_on(page_of(client, base))
    assert ids_on(page_of(client, f"{base}?entry={updates[5].pk}")) == ids_on(page_of(client, f"{base}?page=1"))
    posting.remove_entry(entry=updates[5], author=None)
    assert ids_on(page_of(client, f"{base}?entry={updates[5].pk}")) == ids_on(page_of(client, base))


def test_the_original_is_one_link_away_from_every_page(client: Client) -> None:
    post = make_post()
    fill(post, 95)
    original = post.entries.originals().get().pk
    for start in ("", "?page=1", "?page=2", "?order=oldest", "?order=oldest&page=2", "?key=1", "?q=number", "?q=zzz"):
        address = link(page_of(client, post.get_absolute_url() + start), "Original entry", post.get_absolute_url())
        if not address.startswith("#"):
            assert original in ids_on(page_of(client, address.partition("#")[0]))
        assert address.endswith(f"#entry-{original}")


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("STRANDWAY", True),
        ("way cut", True),  # both, in any order
        ("cut way", True),
        ("cut missing", False),
        ("київ", True),
        ("КИЇВ", True),
        ("cafe", True),
        ("CAFÉ", True),
        ("القدس", True),
        ("strasse", True),
        ("100%", True),
        ("0%0", False),
        ("_", False),
        ("strong", False),  # a tag is no word
        ("fish & chips", True),
        ("the bridge", True),  # its topic
        ("\\", False),
        ("it's", True),  # as a keyboard has it, which is seldom as it is printed
        ("п'ять", True),
        ("half-past", True),
        ('"now"', True),
        ("co-operate", True),
        ("no 5", True),
    ],
)
def test_words_are_found_in_any_alphabet_without_cases_and_accents(client: Client, query: str, is_found: bool) -> None:
    post = make_post()
    text = "<p>The <strong>Strand</strong>way is cut. Київ, Café, القُدس, Straße: 100% of fish &amp; chips.</p>"
    text += "<p>It’s п’ять, half–past: “now” co\u00adoperate; co\u2011operate on № 5.</p>"
    entry = make_update(post, text, topic="The bridge")
    make_update(post, "<p>Another.</p>", "0900")
    page = client.get(post.get_absolute_url(), {"q": query}).content.decode()
    assert ids_on(page) == ([entry.pk] if is_found else [])
    assert ("Nothing here says" in page) != is_found


def test_what_an_edit_takes_out_is_not_found_any_more(client: Client) -> None:
    entry = make_update(make_post(), "<p>Rumour.</p>")
    posting.edit_entry(entry=entry, author=None, source="<p>Fact.</p>", base_version=1)
    base = entry.post.get_absolute_url()
    assert (ids_on(page_of(client, f"{base}?q=rumour")), ids_on(page_of(client, f"{base}?q=fact"))) == ([], [entry.pk])


def test_order_key_moments_and_words_combine_by_links_alone(client: Client) -> None:
    post = make_post()
    updates = fill(post, 80)
    for entry in updates[::2]:
        posting.mark_key(entry=entry, author=None)
    base = post.get_absolute_url()
    page = page_of(client, f"{base}?q=number")
    page = page_of(client, link(page, "Key moments only", base))
    page = page_of(client, link(page, "Oldest first", base))
    assert ids_on(page) == [entry.pk for entry in updates[::2][:30]]
    assert "40 key moments with “number”" in page
    page = page_of(client, link(page, "Newer", base))
    assert ids_on(page) == [entry.pk for entry in updates[::2][30:]]
    assert link(page, "Show all updates", base) == f"{base}?order=oldest"


def test_a_hostile_query_is_only_words(client: Client) -> None:
    make_update(make_post())
    for query in ('"><script>alert(1)</script>', "{{ 7*7 }}", "'--", "%s", "\x00", "a" * 5000):
        page = client.get("/live/the-road-is-cut/", {"q": query}).content.decode()
        assert "<script>alert" not in page


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=-1", "page=x", "page=" + "9" * 5000, "page=1e9", "order=sideways", "key=0", "since=-1", "since=x",
     "entry=0", "entry=x", "entry=9999999999999999999999", "page=1&page=2", "q=", "q=%20", "%ff=%ff"],
)  # fmt: skip
def test_an_address_that_makes_no_sense_is_the_post(client: Client, query: str) -> None:
    entry = make_update(make_post())
    assert entry.pk in ids_on(page_of(client, f"{entry.post.get_absolute_url()}?{query}"))


def test_a_query_without_a_word_is_no_query(client: Client) -> None:
    post = make_post()
    fill(post, 70)
    page = page_of(client, f"{post.get_absolute_url()}?q=%CC%81")
    assert "data-takes-new" in page
    assert f'/live/{post.slug}/">' in re.search(r'<link rel="canonical"[^>]*>', page)[0]  # type: ignore[index]


def test_only_lasting_addresses_are_for_search_engines(client: Client) -> None:
    post = make_post()
    fill(post, 70)
    base = post.get_absolute_url()
    for start, lasting, is_passing in (
        ("", "", False),
        ("?page=2", "?page=2", False),
        ("?entry=99999", "", False),
        ("?order=oldest", "", True),
        ("?q=number&page=2", "", True),
        ("?since=1", "", True),
    ):
        page = page_of(client, base + start)
        assert f'<link rel="canonical" href="http://127.0.0.1:8000{base}{lasting}">' in page
        assert ('content="noindex"' in page) == is_passing


def test_since_you_left_tells_what_is_new_and_marks_where_you_were(client: Client) -> None:
    post = make_post()
    updates = fill(post, 40)
    seq = updates[-1].seq
    newer = fill(post, 3, first=40)
    posting.mark_key(entry=newer[1], author=None)
    posting.edit_entry(entry=updates[0], author=None, source="Corrected", base_version=1)
    late = make_update(post, "<p>Late, with an old label.</p>", published_at=at("0610"))
    page = " ".join(page_of(client, f"{post.get_absolute_url()}?since={seq}").split())
    assert ('<b>4 new, 1 key moment</b> since you left · <a href="#since">Go to where you were</a>') in page
    assert re.search(rf'id="since">.{{0,60}}</p> <article [^>]*id="entry-{updates[-1].pk}"', page)
    assert late.pk in ids_on(page)


def test_who_was_away_long_is_led_to_the_page_where_they_were(client: Client) -> None:
    post = make_post()
    seq = fill(post, 5)[-1].seq
    fill(post, 80, first=5)
    base = post.get_absolute_url()
    address = link(page_of(client, f"{base}?since={seq}"), "Go to where you were", base)
    assert address.startswith(f"{base}?entry=")
    assert 'id="since"' in page_of(client, address.partition("#")[0])


@pytest.mark.parametrize("since", [4, 9999, 2**63 - 1])
def test_nothing_new_is_said_too(client: Client, since: int) -> None:
    post = make_post()
    make_update(post)
    assert "Nothing new since you left" in page_of(client, f"{post.get_absolute_url()}?since={since}")
    assert "Nothing new since you left" in page_of(client, f"{post.get_absolute_url()}since/{since}/")


def test_what_a_device_asks_for_is_what_the_page_says(client: Client) -> None:
    post = make_post()
    first, second = fill(post, 2)
    told = page_of(client, f"{post.get_absolute_url()}since/{first.seq}/")
    assert "<b>1 new</b> since you left" in " ".join(told.split())
    assert f'<template data-before="entry-{first.pk}">' in told
    assert client.get(f"{post.get_absolute_url()}since/{2**70}/").status_code == 200
    assert client.get(f"{post.get_absolute_url()}since/x/").status_code == 404
    assert second.pk not in ids_on(told)
