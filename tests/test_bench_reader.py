"""The reader of `bench.night` takes changes as a page does: in the end it has what a fresh page has."""

import pytest
from django.test import Client

from bench.reader import Reader, Wrong, delta_of, differences, page_of
from entries.domain import posting, publishing
from entries.domain.publishing import Head
from entries.models import Entry, Post
from tests.factories import make_post, make_update

pytestmark = pytest.mark.django_db


def page(client: Client, post: Post) -> str:
    return client.get(post.get_absolute_url()).content.decode()


def told(client: Client, post: Post, since: int) -> bytes:
    return client.get(f"{post.get_absolute_url()}changes/{since}/").content


def change_everything(post: Post, entries: list[Entry]) -> None:
    first, second, third, *_ = entries
    make_update(post, "<p>New.</p>")
    posting.edit_entry(entry=first, author=None, source="<p>Corrected.</p>", base_version=first.version)
    posting.remove_entry(entry=second, author=None)
    posting.pin_entry(entry=third, author=None)
    post.refresh_from_db()
    head = Head(headline="Polls “close” & count", date=post.date)
    publishing.edit_post(post=post, head=head, author=None, base_seq=post.head_seq)


def test_changes_one_by_one_or_all_at_once_lead_to_the_fresh_page(client: Client) -> None:
    post = make_post()
    entries = [make_update(post, f"<p>Update {number}.</p>") for number in range(4)]
    start = page_of(page(client, post))
    by_one, at_once = Reader(start), Reader(start)
    change_everything(post, entries)
    assert at_once.take(delta_of(told(client, post, start.seq)))
    truth = page_of(page(client, post))
    for reader in (by_one, at_once):
        reader.take(delta_of(told(client, post, reader.seq)))
        assert (reader.seq, reader.headline, reader.entries) == (truth.seq, truth.headline, truth.entries)
    assert truth.headline == "Polls “close” & count"
    assert differences(Reader(start).entries, truth.entries) == 6  # one new, one gone, two of before and of now


def test_a_reader_says_what_must_not_be(client: Client) -> None:
    post = make_post()
    reader = Reader(page_of(page(client, post)))
    before = reader.seq
    make_update(post, "<p>One.</p>")
    make_update(post, "<p>Two.</p>")
    with pytest.raises(Wrong, match="missing"):
        reader.take(delta_of(told(client, post, before + 1)))
    news = delta_of(told(client, post, before))
    with pytest.raises(Wrong, match="out of order"):
        reader.take(news | {"entries": news["entries"][::-1]})
    assert reader.take(news)
    assert not reader.take(news)  # of a cache that is behind
    with pytest.raises(Wrong, match="told again"):
        reader.take(news | {"seq": reader.seq + 1})
    reader.take(news | {"reset": True, "seq": 1})
    assert reader.needs_new_page
