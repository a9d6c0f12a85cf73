"""An update that sends its readers to a newer one."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from entries.domain import posting, publishing, waiting
from entries.domain.deltas import changes_since
from entries.domain.refusals import CannotSupersede, EntryRemoved, NotPublished
from entries.domain.superseding import supersede_entry, unsupersede_entry
from entries.enums import Action
from entries.models import Entry, Post
from entries.serialisers import delta_json
from tests.factories import at, make_draft, make_post, make_update

pytestmark = pytest.mark.django_db


@pytest.fixture
def post() -> Post:
    return make_post()


@pytest.fixture
def older(post: Post) -> Entry:
    return make_update(post, "<p>One boat.</p>", "1716")


@pytest.fixture
def newer(post: Post) -> Entry:
    return make_update(post, "<p>Two boats.</p>", "1740")


@pytest.fixture
def superseded(older: Entry, newer: Entry) -> Entry:
    return supersede_entry(entry=older, by=newer, author=None)


def said_of(newer: Entry, label: str = "UPDATE 1740 GMT") -> str:
    return f'Superseded by <a href="{newer.get_absolute_url()}">{label}</a>'


def seqs(*entries: Entry) -> list[int]:
    return [Entry.objects.get(pk=entry.pk).seq for entry in entries]


def public_texts(client: Client, post: Post, entry: Entry) -> dict[str, str]:
    addresses = {
        "post": post.get_absolute_url(),
        "entry": entry.get_absolute_url(),
        "changes": reverse("entries:changes", args=[post.slug, 0]),
        "feed": reverse("entries:post-feed", args=[post.slug, "rss"]),
        "site feed": reverse("entries:site-feed", args=["rss"]),
    }
    texts = {name: client.get(address).content.decode() for name, address in addresses.items()}
    return {name: text.replace("&lt;", "<").replace("&gt;", ">").replace('\\"', '"') for name, text in texts.items()}


def test_it_is_a_change_of_the_superseded_entry(post: Post, older: Entry, newer: Entry) -> None:
    superseded = supersede_entry(entry=older, by=newer, author=None)
    assert (superseded.successor, superseded.seq) == (newer, newer.seq + 1)
    revision = superseded.revisions.last()
    assert revision
    assert (revision.action, revision.snapshot["superseded_by_id"]) == (Action.SUPERSEDED, newer.pk)
    assert supersede_entry(entry=older, by=newer, author=None).seq == superseded.seq
    free = unsupersede_entry(entry=older, author=None)
    assert (free.successor, free.seq) == (None, superseded.seq + 1)
    assert unsupersede_entry(entry=older, author=None).seq == free.seq


def test_every_page_and_feed_says_so(
    client: Client, settings: Any, post: Post, superseded: Entry, newer: Entry
) -> None:
    for name, text in public_texts(client, post, superseded).items():
        said = said_of(newer)
        if "feed" in name:
            said = said.replace('href="', f'href="{settings.SITE_URL}')
        assert said in text, name


@pytest.mark.parametrize("entries", [1, 3, 20])
def test_it_costs_no_query_an_entry(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, post: Post, newer: Entry, entries: int
) -> None:
    for _ in range(entries):
        supersede_entry(entry=make_update(post), by=newer, author=None)
    for name, queries in (("post", 4), ("post-feed", 2), ("site-feed", 4)):
        of = {"post": [post.slug], "post-feed": [post.slug, "rss"], "site-feed": ["rss"]}
        address = reverse(f"entries:{name}", args=of[name])
        with django_assert_num_queries(queries):
            assert client.get(address).content.decode().count("Superseded by") == entries
    with django_assert_num_queries(1):
        delta = delta_json(changes_since(post.slug, newer.seq)).decode()
    assert delta.count("Superseded by") == entries


def test_the_desk_asks_no_more_for_superseded_entries(
    desk: Client, django_assert_num_queries: DjangoAssertNumQueries, post: Post, newer: Entry
) -> None:
    address = reverse("admin:entries_post_desk", args=[post.pk])
    for shown in (0, 1, 20):
        while post.entries.exclude(superseded_by=None).count() < shown:
            supersede_entry(entry=make_update(post), by=newer, author=None)
        with django_assert_num_queries(8):
            assert desk.get(address).content.decode().count("Superseded by <a") == shown


def test_who_reads_along_hears_of_a_removal_a_return_and_a_new_time(
    client: Client, post: Post, superseded: Entry, newer: Entry
) -> None:
    def delta_after(seq: int) -> str:
        return str(client.get(reverse("entries:changes", args=[post.slug, seq])).json()["entries"][-1]["html"])

    seq = superseded.seq
    posting.remove_entry(entry=newer, author=None)
    assert seqs(newer, superseded) == [seq + 1, seq + 2]
    assert "Superseded" not in delta_after(seq)
    for name, text in public_texts(client, post, superseded).items():
        assert "Superseded" not in text, name
    posting.restore_entry(entry=newer, author=None)
    assert seqs(newer, superseded) == [seq + 3, seq + 4]
    assert said_of(newer) in delta_after(seq + 2)
    edit: dict[str, Any] = {"entry": newer, "author": None, "source": newer.source}
    posting.edit_entry(**edit, base_version=1, published_at=at("1745"))
    assert seqs(newer, superseded) == [seq + 5, seq + 6]
    assert said_of(newer, "UPDATE 1745 GMT") in delta_after(seq + 4)
    posting.edit_entry(**(edit | {"source": "<p>Three.</p>"}), base_version=2)
    assert seqs(newer, superseded) == [seq + 7, seq + 6]


def test_a_feed_is_another_one_when_what_superseded_is_removed(
    client: Client, post: Post, superseded: Entry, newer: Entry
) -> None:
    address = reverse("entries:post-feed", args=[post.slug, "rss"])
    tag = client.get(address)["ETag"]
    posting.remove_entry(entry=newer, author=None)
    assert client.get(address, headers={"if-none-match": tag}).status_code == 200


def test_a_removed_entry_is_not_shown_again_by_what_superseded_it(superseded: Entry, newer: Entry) -> None:
    gone = posting.remove_entry(entry=superseded, author=None)
    posting.remove_entry(entry=newer, author=None)
    assert seqs(gone) == [gone.seq]


def test_what_cannot_be_superseded_is_refused(post: Post, older: Entry, newer: Entry) -> None:
    original = post.entries.originals().get()
    draft = posting.draft_entry(post=post, author=None, source="x")
    gone = posting.remove_entry(entry=make_update(post), author=None)
    foreign = make_update(make_post("Other"))
    for entry, by in (
        (original, newer),
        (older, original),
        (older, older),
        (older, draft),
        (older, gone),
        (older, foreign),
    ):
        with pytest.raises(CannotSupersede):
            supersede_entry(entry=entry, by=by, author=None)
    for entry, refusal in ((draft, NotPublished), (gone, EntryRemoved)):
        with pytest.raises(refusal):
            supersede_entry(entry=entry, by=newer, author=None)
        with pytest.raises(refusal):
            unsupersede_entry(entry=entry, author=None)


def test_no_circle_comes_about(post: Post, older: Entry, newer: Entry) -> None:
    newest = make_update(post, clock="1800")
    supersede_entry(entry=older, by=newer, author=None)
    supersede_entry(entry=newer, by=newest, author=None)
    for by in (older, newer):
        with pytest.raises(CannotSupersede):
            supersede_entry(entry=newest, by=by, author=None)
    assert supersede_entry(entry=older, by=newest, author=None).successor == newest


def test_what_a_waiting_text_does_changes_nothing_for_readers(post: Post, older: Entry) -> None:
    draft = posting.draft_entry(post=post, author=None, source="x", published_at=at("1800"))
    seq = post.seq
    posting.edit_entry(entry=draft, author=None, source="y", base_version=1, published_at=at("1805"))
    waiting.discard_draft(entry=draft, author=None)
    post.refresh_from_db()
    assert post.seq == older.seq > seq


def test_in_a_draft_post_it_holds_when_the_post_opens(client: Client) -> None:
    post = make_draft()
    older, newer = make_update(post), make_update(post, clock="1740")
    supersede_entry(entry=older, by=newer, author=None)
    post = publishing.open_post(post=post, author=None)
    assert said_of(newer) in client.get(post.get_absolute_url()).content.decode()


# At the desk


def address_of(entry: Entry) -> str:
    return reverse("admin:entries_post_desk_supersede", args=[entry.post_id, entry.pk])


def test_an_editor_chooses_among_the_newer_updates(desk: Client, post: Post, older: Entry, newer: Entry) -> None:
    earlier = make_update(post, "<p>None.</p>", "0900")
    gone = posting.remove_entry(entry=make_update(post, clock="1800"), author=None)
    page = desk.get(address_of(older)).content.decode()
    assert "UPDATE 1740 GMT: Two boats." in page
    for entry in (earlier, gone, older):
        assert f'value="{entry.pk}"' not in page
    answer = desk.post(address_of(older), {"by": newer.pk}, follow=True).content.decode()
    assert "“UPDATE 1716 GMT” is superseded by “UPDATE 1740 GMT”." in answer
    assert said_of(newer) in answer
    assert f'value="{newer.pk}" checked' in desk.get(address_of(older)).content.decode().replace(' id="id_by_1"', "")
    answer = desk.post(address_of(older), {"by": ""}, follow=True).content.decode()
    assert "“UPDATE 1716 GMT” is superseded by nothing." in answer
    assert said_of(newer) not in answer


@pytest.mark.parametrize("by", ["0", "-1", "x", "9" * 30, "<script>"])
def test_what_was_not_to_be_chosen_changes_nothing(desk: Client, older: Entry, newer: Entry, by: str) -> None:
    answer = desk.post(address_of(older), {"by": by}, follow=True)
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode().partition("messagelist")[2][:300]
    assert Entry.objects.get(pk=older.pk).superseded_by is None


def test_what_waits_has_no_such_choice(desk: Client, editor: User, post: Post) -> None:
    draft = posting.draft_entry(post=post, author=editor, source="x")
    assert desk.get(address_of(draft), follow=True).status_code == 200
    assert desk.post(address_of(draft), {"by": ""}).status_code == 302
    assert Entry.objects.get(pk=draft.pk).revisions.count() == 1
