"""`changes/<seq>/`: what a reader who knows a post up to a seq is told."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from entries.domain import posting, publishing
from entries.domain.deltas import MAX_CHANGES
from entries.models import Entry, Post
from entries.pressure import POLL_MAX, Pressure
from entries.sanitising import plain_text
from tests.factories import DAY, at, make_draft, make_image, make_post, make_series, make_update

pytestmark = pytest.mark.django_db


def address(post: Post, since: object) -> str:
    return f"/live/{post.slug}/changes/{since}/"


def changes(client: Client, post: Post, since: object) -> Any:
    return json.loads(client.get(address(post, since)).content)


def test_the_address_is_the_contracts() -> None:
    assert reverse("entries:changes", args=["a-post", 41]) == "/live/a-post/changes/41/"


def test_nothing_new_is_told_in_a_line(client: Client) -> None:
    post = make_post()
    answer = client.get(address(post, post.seq))
    line = f'{{"seq":{post.seq},"since":{post.seq},"state":"live","poll":10,"entries":[]}}'
    assert (answer.content.decode(), answer["Content-Type"]) == (line, "application/json")
    assert len(answer.content) <= 100


def test_a_new_entry_comes_with_the_pages_own_markup(client: Client) -> None:
    post = make_post()
    entry = make_update(post, "<p>The water is rising.</p>", "1716", is_key=True)
    told = changes(client, post, post.seq)
    html = told["entries"][0].pop("html")
    assert '<time datetime="2024-12-03T17:16:00Z">1716</time> The water is rising.' in told["entries"][0].pop(
        "moment_html"
    )
    [hour] = told.pop("hours")
    assert (hour["hour"], "1 update, 1 key moment" in hour["html"]) == ("2024-12-03T17", True)
    assert told == {
        "seq": entry.seq,
        "since": post.seq,
        "state": "live",
        "poll": 10,
        "entries": [
            {"id": entry.pk, "seq": entry.seq, "published_at": "2024-12-03T17:16:00Z", "key": True, "pinned": False}
        ],
    }
    assert html in client.get(post.get_absolute_url()).content.decode()
    assert plain_text(html).split() == "UPDATE 1716 GMT: Key moment The water is rising.".split()


def test_every_kind_of_change_to_an_entry_is_told_once_as_it_is_now(client: Client) -> None:
    post = make_post()
    one, two, three = (make_update(post, f"Text {number}") for number in range(3))
    seen = three.seq
    posting.edit_entry(entry=one, author=None, source="Corrected", base_version=1)
    posting.pin_entry(entry=one, author=None)
    posting.mark_key(entry=two, author=None)
    posting.remove_entry(entry=three, author=None, reason="Wrong")
    told = changes(client, post, seen)
    assert [(entry["id"], entry["seq"]) for entry in told["entries"]] == [
        (one.pk, seen + 2),
        (two.pk, seen + 3),
        (three.pk, seen + 4),
    ]
    assert (told["entries"][0]["pinned"], "Corrected" in told["entries"][0]["html"]) == (True, True)
    assert (told["entries"][1]["key"], told["entries"][2]) == (
        True,
        {"id": three.pk, "seq": seen + 4, "removed": True},
    )
    assert "post" not in told


def test_a_restored_entry_comes_back(client: Client) -> None:
    entry = posting.remove_entry(entry=make_update(make_post(), "Back again"), author=None)
    restored = posting.restore_entry(entry=entry, author=None)
    told = changes(client, entry.post, entry.seq)
    assert [(row["id"], row["seq"], "Back again" in row["html"]) for row in told["entries"]] == [
        (entry.pk, restored.seq, True)
    ]


def test_an_old_range_holds_the_current_text_only(client: Client) -> None:
    post = make_post()
    entry = make_update(post, "Withdrawn for a reason")
    posting.edit_entry(entry=entry, author=None, source="What stands now", base_version=1)
    assert "Withdrawn" not in client.get(address(post, 0)).content.decode()


def test_the_posts_own_lines_come_when_they_changed(client: Client) -> None:
    series = make_series()
    make_post("The day before", series=series, date=at("0000").date().replace(day=2))
    post = make_post(series=series)
    make_update(post, clock="1716")
    seen = Post.objects.get(pk=post.pk).seq
    head = publishing.Head(
        headline="The road is open", date=DAY, series=series, standfirst="At last.", map=make_image(), map_alt="A map",
        map_credit="Harrow Survey Office",
    )  # fmt: skip
    publishing.edit_post(post=post, head=head, author=None, base_seq=post.head_seq)
    told = changes(client, post, seen)
    page = client.get(post.get_absolute_url()).content.decode()
    lines = told["post"]
    assert (lines["headline"], lines["standfirst"], lines["ended_at"]) == ("The road is open", "At last.", None)
    for part, words in (("head_html", "1716 GMT"), ("lead_html", "The day before"), ("map_html", "Map: Harrow Survey")):
        assert words in lines[part]
        assert lines[part] in page
    assert told["entries"] == []


def test_the_end_of_coverage_is_told(client: Client) -> None:
    post = make_post()
    publishing.end_post(post=post, author=None, at=at("1802"))
    told = changes(client, post, post.seq)
    assert (told["state"], told["post"]["ended_at"], told["poll"]) == ("ended", "2024-12-03T18:02:00Z", 60)
    assert "1802 GMT" in told["post"]["head_html"]


def test_a_reader_who_goes_on_from_each_answer_misses_nothing(client: Client) -> None:
    """Whatever the steps, the sum is the page: here each state of the post is known by one reader who comes back."""
    post = make_post()
    seqs = [post.seq]
    entries: list[Entry] = []
    for number in range(12):
        if number % 3 == 2:
            posting.remove_entry(entry=entries[number // 3], author=None)
        else:
            entries.append(make_update(post, f"Text {number}"))
        seqs.append(Post.objects.get(pk=post.pk).seq)
    standing = {entry.pk: entry.seq for entry in post.entries.standing()}
    for seq in seqs:
        known = {entry.pk: entry.seq for entry in entries if entry.seq <= seq}
        known[post.entries.originals().get().pk] = 1
        for row in changes(client, post, seq)["entries"]:
            known[row["id"]] = row["seq"]
            if row.get("removed"):
                del known[row["id"]]
        gone = {entry.pk for entry in entries} - standing.keys()
        assert {key for key in known if key not in gone} == standing.keys()


def test_a_cursor_from_the_future_resets(client: Client) -> None:
    post = make_post()
    make_update(post)
    for future in (post.seq + 2, 2**63 - 1, 2**63, 10**40):
        told = changes(client, post, future)
        assert (told["reset"], told["seq"], told["entries"]) == (True, post.seq + 1, [])
        # A cache that kept it would send readers away who come to that seq a moment later.
        assert client.get(address(post, future))["Cache-Control"] == "no-store"


def test_a_cursor_too_far_back_resets_and_the_farthest_that_is_not_gets_all(client: Client) -> None:
    post = make_post()
    for number in range(MAX_CHANGES):
        make_update(post, f"Text {number}")
    told = changes(client, post, post.seq)
    assert ("reset" in told, len(told["entries"])) == (False, MAX_CHANGES)
    told = changes(client, post, 0)
    assert (told["reset"], told["entries"], "post" in told) == (True, [], False)


@pytest.mark.parametrize("nonsense", ["abc", "-1", "1.5", "١٢", "1e3", "0x1", " 1"])
def test_nonsense_is_refused_in_a_sentence(client: Client, nonsense: str) -> None:
    answer = client.get(address(make_post(), nonsense))
    sentence = f"“{nonsense}” is not a change number: give the seq of the page, such as 41."
    assert (answer.status_code, answer.content.decode()) == (400, sentence)
    assert answer["Content-Type"] == "text/plain; charset=utf-8"


def test_a_draft_and_an_unknown_post_have_no_changes(client: Client) -> None:
    assert client.get(address(make_draft("Not yet"), 0)).status_code == 404
    assert client.get("/live/nowhere/changes/0/").status_code == 404


def test_other_methods_are_refused(client: Client) -> None:
    post = make_post()
    assert client.post(address(post, 0)).status_code == 405
    assert client.head(address(post, 0)).status_code == 200


def test_shared_caches_may_hold_it_and_have_its_tag(client: Client) -> None:
    post = make_post()
    answer = client.get(address(post, 0))
    said = {part.strip() for part in answer["Cache-Control"].split(",")}
    assert said == {"public", "max-age=0", "s-maxage=1", "stale-while-revalidate=5", "stale-if-error=86400"}
    assert answer["Vary"] == "Accept-Encoding"
    assert "Set-Cookie" not in answer.headers
    again = client.get(address(post, 0), headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", answer["ETag"])
    assert said == {part.strip() for part in again["Cache-Control"].split(",")}
    make_update(post)
    assert client.get(address(post, 0), headers={"if-none-match": answer["ETag"]}).status_code == 200


def test_the_answer_is_the_same_for_every_reader(client: Client, desk: Client) -> None:
    post = make_post()
    make_update(post)
    answer, editors = client.get(address(post, 0)), desk.get(address(post, 0))
    assert (answer.content, answer["ETag"]) == (editors.content, editors["ETag"])


def test_it_costs_one_query_however_much_there_is(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    post = make_post(map=make_image(), map_alt="x", series=make_series())
    for number in range(30):
        make_update(post, f"Text {number}")
        if number in (0, 2, 29):
            with django_assert_num_queries(1):
                assert len(changes(client, post, post.seq)["entries"]) == number + 1


def test_that_query_reads_nothing_but_what_changed() -> None:
    post = make_post()
    for number in range(50):
        make_update(post, f"Text {number}")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":  # a table this small is read whole unless told not to
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Post.objects.visible().filter(slug=post.slug).with_changes(post.seq + 49).explain()
    assert "entry_changed_since" in plan or "entry_seq_used_once" in plan


def test_a_busy_server_slows_its_readers() -> None:
    pressure = Pressure()
    said = []
    for under_way in (0, 1, 19, 20, 55, 500):
        pressure.under_way = under_way
        said.append((pressure.poll(is_ended=False), pressure.poll(is_ended=True)))
    assert said == [(10, 60), (10, 60), (10, 60), (20, 120), (50, 120), (POLL_MAX, POLL_MAX)]


def test_pressure_counts_what_is_under_way_and_no_more() -> None:
    pressure = Pressure()
    with pressure, pressure:
        assert pressure.under_way == 2
    with pytest.raises(ZeroDivisionError), pressure:
        1 / 0  # noqa: B018
    assert pressure.under_way == 0
