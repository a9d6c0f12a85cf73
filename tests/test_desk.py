"""The desk by requests, as its script sends them and as plain forms do."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from entries.domain import posting, publishing
from entries.enums import Confidence, EntryKind, EntryState, PostState
from entries.models import Entry, Post, Writing
from entries.views.desk.page import ENTRIES_SHOWN
from tests.factories import (
    DAY,
    at,
    make_draft,
    make_image,
    make_post,
    make_second_step,
    make_series,
    make_update,
    make_user,
    picture,
    proof_in,
)

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


def url(name: str, post: Post, *keys: object) -> str:
    return reverse(f"admin:entries_post_desk{name}", args=[post.pk, *keys])


def write(desk: Client, post: Post, **given: Any) -> Any:
    """What the desk's script sends for a new entry; the answer's facts."""
    form = {"source": "<p>Water.</p>", "intent": "publish", "uid": str(uuid4())} | given
    return desk.post(url("_add", post), form, headers=JSON)


def save(desk: Client, entry: Entry, **given: Any) -> Any:
    fields = desk.get(url("_edit", entry.post, entry.pk), headers=JSON).json()["fields"]
    kept = {name: value for name, value in fields.items() if value is not False}
    return desk.post(url("_edit", entry.post, entry.pk), kept | given, headers=JSON)


def do(desk: Client, entry: Entry, verb: str, **given: Any) -> Any:
    return desk.post(url("_change", entry.post, entry.pk, verb), given, headers=JSON)


def page(desk: Client, post: Post, **query: Any) -> str:
    return desk.get(url("", post), query).content.decode()


def texts(post: Post) -> list[tuple[str, str]]:
    return list(post.entries.updates().order_by("id").values_list("state", "html"))


# Writing


def test_all_that_the_box_offers_goes_into_the_entry(desk: Client, editor: User) -> None:
    post = make_post()
    given = {"time": "0716", "topic": "The Isles", "byline": "Ann Lee, Ben Roy", "confidence": "unconfirmed"}
    answer = write(desk, post, **given, is_key="on", is_pinned="on")
    entry = Entry.objects.get(pk=answer.json()["id"])
    assert (entry.published_at, entry.topic, entry.byline) == (at("0716"), "The Isles", "Ann Lee, Ben Roy")
    assert (entry.confidence, entry.is_key, entry.is_pinned) == (Confidence.UNCONFIRMED, True, True)
    assert (entry.author, entry.state, entry.html) == (editor, EntryState.PUBLISHED, "<p>Water.</p>")
    readers = Client().get(post.get_absolute_url()).content.decode()
    assert "Ann Lee, Ben Roy" in readers
    assert "Unconfirmed" in readers


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("1716", "UPDATE 1716 GMT:"),
        ("17:16", "UPDATE 1716 GMT:"),
        ("4 Dec 0032", "UPDATE 4 DEC 0032 GMT:"),
        ("2024-12-04 0032", "UPDATE 4 DEC 0032 GMT:"),
        ("", "UPDATE 1800 GMT:"),
    ],
)
def test_the_time_is_typed_as_the_newsroom_writes_it(desk: Client, typed: str, label: str) -> None:
    with time_machine.travel(at("1800"), tick=False):
        post = make_post()
        desk.force_login(User.objects.get())  # its session is of that time
        entry = Entry.objects.get(pk=write(desk, post, time=typed, intent="draft").json()["id"])
    entry.published_at = entry.published_at or at("1800")
    assert entry.label == label


def test_a_time_that_is_none_is_told_and_nothing_is_written(desk: Client) -> None:
    post = make_post()
    answer = write(desk, post, time="half past")
    assert (answer.status_code, answer.json()["error"]) == (
        422, "“half past” is not a time: write it like 1716, or with its day like 4 Dec 1716.",
    )  # fmt: skip
    assert texts(post) == []


def test_what_is_refused_comes_back_on_a_plain_form_with_all_that_was_typed(desk: Client) -> None:
    post = make_post()
    form = {"source": "<p>Kept words</p>", "topic": "x" * 90, "intent": "publish"}
    response = desk.post(url("_add", post), form)
    assert response.status_code == 422
    shown = response.content.decode()
    assert "The topic has 90 characters" in shown
    assert "Kept words" in shown


def test_a_plain_form_comes_back_to_the_desk(desk: Client) -> None:
    post = make_post()
    response = desk.post(url("_add", post), {"source": "Typed without a script", "intent": "publish"}, follow=True)
    assert response.redirect_chain == [(url("", post), 302)]
    assert "is out." in response.content.decode()
    assert texts(post) == [("published", "<p>Typed without a script</p>")]


def test_the_first_text_of_a_post_is_its_original_entry(desk: Client) -> None:
    post = make_draft(original="")
    assert 'class="original-note">' in page(desk, post)
    assert not desk.get(url("_news", post), {"since": "0"}).json()["has_original"]
    write(desk, post)
    assert post.entries.get().kind == EntryKind.ORIGINAL
    assert 'class="original-note" hidden>' in page(desk, post)
    assert desk.get(url("_news", post), {"since": "0"}).json()["has_original"]


# Once


def test_a_text_sent_twice_is_one_entry(desk: Client) -> None:
    post, uid = make_post(), str(uuid4())
    first, second = write(desk, post, uid=uid), write(desk, post, uid=uid)
    assert first.json()["id"] == second.json()["id"]
    assert len(texts(post)) == 1
    posting.edit_entry(entry=post.entries.updates().get(), author=None, source="Corrected", base_version=1)
    assert write(desk, post, uid=uid).status_code == 200
    assert texts(post) == [("published", "<p>Corrected</p>")]


def test_another_text_under_the_same_key_is_never_taken_for_the_first(desk: Client) -> None:
    post, uid = make_post(), str(uuid4())
    write(desk, post, uid=uid)
    answer = write(desk, post, uid=uid, source="<p>Quite another.</p>")
    assert (answer.status_code, len(texts(post))) == (422, 1)
    assert "key of another entry" in answer.json()["error"]
    assert write(desk, make_post("Another post"), uid=uid).status_code == 422


# Undo


def test_a_held_entry_is_nowhere_until_its_hold_ends_and_can_be_taken_back(desk: Client) -> None:
    post = make_post()
    answer = write(desk, post, hold="10", source="<p>Too early</p>").json()
    entry = Entry.objects.get(pk=answer["id"])
    assert (entry.state, answer["held_until"][:16]) == (EntryState.HELD, f"{entry.held_until:%Y-%m-%dT%H:%M}")
    assert Post.objects.get(pk=post.pk).seq == post.seq
    assert "Too early" in page(desk, post)
    assert do(desk, entry, "undo").json()["state"] == EntryState.DRAFT
    entry.refresh_from_db()
    assert (entry.held_until, entry.published_at) == (None, None)


def test_what_is_out_cannot_be_undone(desk: Client) -> None:
    entry = make_update(make_post())
    answer = do(desk, entry, "undo")
    assert (answer.status_code, answer.json()["error"]) == (
        422, "“UPDATE 0832 GMT:” is out already: change it there, or remove it.",
    )  # fmt: skip


def test_the_hold_that_was_chosen_stays_chosen(desk: Client) -> None:
    post = make_post()
    write(desk, post, hold="20")
    assert '<option value="20" selected>' in page(desk, post)


# Drafts, schedule, approval


def test_a_draft_is_on_the_shelf_edited_and_published(desk: Client) -> None:
    post = make_post()
    entry = Entry.objects.get(pk=write(desk, post, intent="draft", source="<p>Not yet</p>").json()["id"])
    assert "Not yet" in page(desk, post)
    assert save(desk, entry, source="<p>Now</p>", intent="draft").json()["state"] == EntryState.DRAFT
    assert save(desk, entry, source="<p>Now</p>", intent="publish").json()["state"] == EntryState.PUBLISHED
    assert texts(post) == [("published", "<p>Now</p>")]


def test_a_time_to_come_schedules_and_can_be_moved_or_taken_off(desk: Client) -> None:
    post = make_post(date=timezone.now().date())
    later = timezone.now() + timedelta(hours=2)
    answer = write(desk, post, time=f"{later:%Y-%m-%d} {later:%H%M}").json()
    entry = Entry.objects.get(pk=answer["id"])
    assert answer["state"] == EntryState.SCHEDULED
    assert answer["message"].startswith(f"It comes out at {later:%H%M} GMT")
    assert f"{later:%H%M} GMT" in page(desk, post)
    even_later = later + timedelta(hours=1)
    save(desk, entry, time=f"{even_later:%Y-%m-%d} {even_later:%H%M}", intent="publish")
    entry.refresh_from_db()
    assert (entry.state, f"{entry.published_at:%H%M}") == (EntryState.SCHEDULED, f"{even_later:%H%M}")
    assert do(desk, entry, "unschedule").json()["state"] == EntryState.DRAFT


def test_a_draft_without_a_time_takes_the_moment_at_which_it_goes_out(desk: Client) -> None:
    post = make_post()
    entry = Entry.objects.get(pk=write(desk, post, intent="draft", time="0700").json()["id"])
    save(desk, entry, time="", intent="draft")
    assert Entry.objects.get(pk=entry.pk).published_at is None
    do(desk, entry, "publish")
    out_at = Entry.objects.get(pk=entry.pk).published_at
    assert out_at
    assert timezone.now() - out_at < timedelta(minutes=1)


def test_a_contributors_text_waits_for_an_editor(desk: Client) -> None:
    post, con = make_post(), make_user("con", "contributor")
    post.contributors.add(con)
    client = Client()
    client.force_login(con)
    own = client.get(url("", post)).content.decode()
    assert ("Send for approval" in own, ">Publish<" in own) == (True, False)
    entry = Entry.objects.get(pk=write(client, post, intent="submit", source="<p>Please</p>").json()["id"])
    queue = page(desk, post)
    assert queue.index("Waiting for approval") < queue.index("Please")
    assert do(desk, entry, "return").json()["state"] == EntryState.DRAFT
    assert do(client, entry, "submit").json()["state"] == EntryState.SUBMITTED
    assert do(desk, entry, "publish").json()["state"] == EntryState.PUBLISHED
    entry.refresh_from_db()
    assert entry.author == con
    assert save_refused(client, entry) == 403


def save_refused(client: Client, entry: Entry) -> int:
    form = {"source": "<p>Mine</p>", "base_version": entry.version}
    return client.post(url("_edit", entry.post, entry.pk), form, headers=JSON).status_code


def test_a_draft_can_be_thrown_away_and_what_is_out_cannot(desk: Client) -> None:
    post = make_post()
    draft, entry = posting.draft_entry(post=post, author=None, source="x"), make_update(post)
    do(desk, draft, "discard")
    do(desk, entry, "discard")
    assert list(post.entries.updates()) == [entry]


# Changing


def test_who_saves_second_gets_both_texts_and_saves_again(desk: Client) -> None:
    entry = make_update(make_post(), "<p>Ninety people.</p>")
    fields = desk.get(url("_edit", entry.post, entry.pk), headers=JSON).json()["fields"]
    ben = make_user("ben", "editor")
    posting.edit_entry(entry=entry, author=ben, source="<p>Ninety-one people.</p>", base_version=1)
    form = {"source": "<p>Ninety-two people.</p>", "base_version": fields["base_version"]}
    answer = desk.post(url("_edit", entry.post, entry.pk), form, headers=JSON)
    told = answer.json()
    assert (answer.status_code, told["theirs"], told["bases"]["base_version"]) == (409, "<p>Ninety-one people.</p>", 2)
    assert "Saved by ben" in told["conflict"]
    assert "<del>Ninety-one</del> <ins>Ninety-two</ins>" in told["conflict"]
    plain = desk.post(url("_edit", entry.post, entry.pk), form)
    shown = plain.content.decode()
    assert plain.status_code == 409
    assert re.search(r'name="base_version" value="2"', shown)
    assert "Ninety-two people." in shown
    again = desk.post(url("_edit", entry.post, entry.pk), form | {"base_version": 2}, headers=JSON)
    assert again.status_code == 200
    entry.refresh_from_db()
    assert entry.html == "<p>Ninety-two people.</p>"


def test_a_save_that_leaves_the_time_alone_leaves_its_seconds_alone(desk: Client) -> None:
    entry = make_update(make_post(), published_at=at("0832") + timedelta(seconds=41))
    save(desk, entry, source="<p>Corrected</p>")
    entry.refresh_from_db()
    assert (entry.html, entry.published_at) == ("<p>Corrected</p>", at("0832") + timedelta(seconds=41))


def test_the_day_after_an_early_update_stays_of_its_own_day(desk: Client) -> None:
    with time_machine.travel(at("0900", DAY + timedelta(days=1)), tick=False):
        desk.force_login(User.objects.get())
        early = make_update(make_post(), clock="0010")
        save(desk, early, source="<p>Corrected</p>")
        late = make_update(early.post, published_at=at("0032", DAY + timedelta(days=1)))
        save(desk, late, source="<p>Corrected</p>")
        moved = make_update(early.post, clock="0815")
        save(desk, moved, time="0011")
    times = [Entry.objects.get(pk=entry.pk).published_at for entry in (early, late, moved)]
    assert times == [at("0010"), at("0032", DAY + timedelta(days=1)), at("0011", DAY + timedelta(days=1))]


def test_what_one_editor_left_alone_stays_as_a_colleague_made_it(desk: Client) -> None:
    entry = make_update(make_post())
    fields = desk.get(url("_edit", entry.post, entry.pk), headers=JSON).json()["fields"]
    posting.pin_entry(entry=entry, author=None)
    form = {name: value for name, value in fields.items() if value is not False}
    desk.post(url("_edit", entry.post, entry.pk), form | {"source": "<p>More</p>"}, headers=JSON)
    entry.refresh_from_db()
    assert (entry.html, entry.is_pinned) == ("<p>More</p>", True)


@pytest.mark.parametrize(
    ("verb", "field", "value"),
    [("pin", "is_pinned", True), ("key", "is_key", True), ("unpin", "is_pinned", False), ("unkey", "is_key", False)],
)
def test_marks_are_a_button_each(desk: Client, verb: str, field: str, value: bool) -> None:
    given: dict[str, Any] = {field: not value}
    entry = make_update(make_post(), **given)
    assert do(desk, entry, verb).status_code == 200
    entry.refresh_from_db()
    assert getattr(entry, field) is value


def test_an_entry_is_removed_with_a_reason_and_restored(desk: Client) -> None:
    post = make_post()
    entry = make_update(post, "<p>Wrong</p>")
    do(desk, entry, "remove", reason="It was another ferry.")
    shown = page(desk, post)
    assert "It was another ferry." in shown
    assert Client().get(entry.get_absolute_url()).status_code == 410
    do(desk, entry, "restore")
    assert Client().get(entry.get_absolute_url()).status_code == 200


def test_a_draft_that_a_colleague_threw_away_goes_on_as_a_new_text(desk: Client, editor: User) -> None:
    post, uid = make_post(), uuid4()
    draft = posting.draft_entry(post=post, author=editor, source="<p>Begun</p>")
    desk.post(url("_keep", post, uid), {"source": "<p>Begun and gone on</p>", "entry": str(draft.pk)})
    key = draft.pk
    do(desk, draft, "discard")
    assert Writing.objects.get().entry is None
    form = {"source": "<p>Begun and gone on</p>", "intent": "publish", "base_version": "1"}
    answer = desk.post(url("_edit", post, key), form, headers=JSON)
    assert (answer.status_code, answer.json()["gone"]) == (422, True)
    plain = desk.post(url("_edit", post, key), form).content.decode()
    assert "Begun and gone on" in plain
    assert f'action="{url("_add", post)}"' in plain


def test_a_conflict_leaves_a_colleagues_marks_alone_and_shows_their_lines(desk: Client) -> None:
    entry = make_update(make_post(), "<p>Ninety.</p>", topic="Boats")
    fields = desk.get(url("_edit", entry.post, entry.pk), headers=JSON).json()["fields"]
    form = {name: value for name, value in fields.items() if value is not False} | {"source": "<p>Mine.</p>"}
    posting.pin_entry(entry=entry, author=None)
    posting.edit_entry(entry=entry, author=None, source="<p>Theirs.</p>", base_version=1, topic="Ferries")
    told = desk.post(url("_edit", entry.post, entry.pk), form, headers=JSON).json()
    assert re.search(r"<td>Ferries</td>\s*<td>Boats</td>", told["conflict"])
    assert desk.post(url("_edit", entry.post, entry.pk), form | told["bases"], headers=JSON).status_code == 200
    entry.refresh_from_db()
    assert (entry.html, entry.is_pinned) == ("<p>Mine.</p>", True)


def test_an_approval_by_button_is_of_the_text_that_was_on_the_desk(desk: Client) -> None:
    post = make_post()
    entry = posting.submit_new_entry(post=post, author=None, source="Harmless")
    posting.edit_entry(entry=entry, author=None, source="Libel", base_version=1)
    answer = do(desk, entry, "publish", base_version="1")
    assert (answer.status_code, texts(post)) == (422, [("submitted", "<p>Libel</p>")])
    assert do(desk, entry, "publish", base_version="2").status_code == 200


def test_a_plain_form_that_is_sent_twice_is_one_entry(desk: Client) -> None:
    post = make_post()
    uid = re.search(r'name="uid" value="([^"]+)"', page(desk, post))
    assert uid
    form = {"source": "Clicked twice", "intent": "publish", "uid": uid[1]}
    for _ in range(2):
        assert desk.post(url("_add", post), form).status_code == 302
    assert len(texts(post)) == 1


def test_an_unknown_verb_is_not_found(desk: Client) -> None:
    entry = make_update(make_post())
    assert do(desk, entry, "burn").status_code == 404
    assert desk.post(url("_change_post", entry.post, "burn")).status_code == 404
    assert desk.get(url("_change", entry.post, entry.pk, "pin")).status_code == 405


def test_history_shows_word_for_word_what_changed_and_brings_an_older_text_back(desk: Client) -> None:
    entry = make_update(make_post(), "<p>Ninety people are safe.</p>")
    entry = posting.edit_entry(entry=entry, author=None, source="<p>Eighty people are safe.</p>", base_version=1)
    shown = desk.get(url("_history", entry.post, entry.pk)).content.decode()
    assert "<del>Ninety</del> <ins>Eighty</ins> people are safe." in shown
    first = entry.revisions.first()
    assert first
    address = url("_bring_back", entry.post, entry.pk, first.pk)
    assert desk.post(address, {"base_version": 1}, headers=JSON).status_code == 409
    assert desk.post(address, {"base_version": 2}, headers=JSON).status_code == 200
    entry.refresh_from_db()
    assert (entry.html, entry.version) == ("<p>Ninety people are safe.</p>", 3)


# Keeping


def test_a_text_is_kept_while_it_is_written_and_gone_when_it_is_saved(desk: Client) -> None:
    post, uid = make_post(), uuid4()
    desk.post(url("_keep", post, uid), {"source": "<p>Half a sent</p>", "time": "1716", "is_key": "on"})
    assert Writing.objects.get().fields["source"] == "<p>Half a sent</p>"
    assert "Half a sent" in page(desk, post)
    again = page(desk, post, **{"continue": str(uid)})
    assert 'value="1716"' in again
    assert f'name="uid" value="{uid}"' in again
    write(desk, post, uid=str(uid), source="<p>Half a sentence.</p>")
    assert not Writing.objects.exists()
    # What was on its way to be kept comes late, and makes nothing of it.
    desk.post(url("_keep", post, uid), {"source": "<p>Half a sentence</p>"})
    assert not Writing.objects.exists()


def test_an_edit_is_kept_with_the_state_that_it_began_from(desk: Client) -> None:
    entry, uid = make_update(make_post()), uuid4()
    form = {"source": "<p>Changed</p>", "base_version": "1", "entry": str(entry.pk)}
    desk.post(url("_keep", entry.post, uid), form)
    posting.edit_entry(entry=entry, author=None, source="Theirs", base_version=1)
    shown = desk.get(url("_edit", entry.post, entry.pk), {"continue": str(uid)}).content.decode()
    assert "Changed" in shown.split("</textarea>")[0]
    assert re.search(r'name="base_version" value="1"', shown)


def test_a_kept_text_is_its_authors_alone(desk: Client) -> None:
    post, uid = make_post(), uuid4()
    desk.post(url("_keep", post, uid), {"source": "<p>Private words</p>"})
    other = Client()
    other.force_login(make_user("ben", "editor"))
    shown = page(other, post, **{"continue": str(uid)})
    assert ("Private words" in shown, "ann is writing" in shown) == (False, True)
    assert other.post(url("_keep", post, uid), {"source": "Over it"}).status_code == 302
    other.post(url("_throw_away", post, uid))
    assert Writing.objects.get().fields["source"] == "<p>Private words</p>"
    desk.post(url("_throw_away", post, uid))
    assert not Writing.objects.exists()


def test_colleagues_are_told_who_is_at_what_while_they_are_at_it(desk: Client) -> None:
    post = make_post()
    entry = make_update(post)
    ben = User.objects.create_user("ben", first_name="Ben", last_name="Roy", is_staff=True, is_superuser=True)
    other = Client()
    other.force_login(ben)
    other.post(url("_keep", post, uuid4()), {"source": "<p>x</p>", "entry": str(entry.pk)})
    people = desk.get(url("_news", post), {"since": "0"}).json()["people"]
    assert "Ben Roy is editing “UPDATE 0832 GMT:”" in people
    assert "Ben" not in other.get(url("_news", post), {"since": "0"}).json()["people"]
    Writing.objects.update(seen_at=timezone.now() - timedelta(seconds=30))
    assert desk.get(url("_news", post), {"since": "0"}).json()["people"] == ""
    uid = Writing.objects.get().pk
    other.post(url("_keep", post, uid))
    assert "Ben Roy" in desk.get(url("_news", post), {"since": "0"}).json()["people"]


# A login that ran out


def test_a_login_that_ran_out_costs_no_text_without_a_script(editor: User) -> None:
    post, client = make_post(), Client(enforce_csrf_checks=True)
    client.get(reverse("admin:login"))
    token = client.cookies["csrftoken"].value
    form = {"source": "<p>Typed for an hour</p>", "intent": "publish", "topic": "Long", "csrfmiddlewaretoken": token}
    response = client.post(url("_add", post), form)
    shown = response.content.decode()
    assert (response.status_code, texts(post)) == (401, [])
    assert "Typed for an hour" in shown
    wrong = client.post(url("_add", post), form | {"username": "ann", "password": "guess"})
    assert (wrong.status_code, "Typed for an hour" in wrong.content.decode(), texts(post)) == (401, True, [])
    right = client.post(url("_add", post), form | {"username": "ann", "password": "correct horse battery"})
    assert right.status_code == 302
    assert texts(post) == [("published", "<p>Typed for an hour</p>")]
    assert post.entries.updates().get().topic == "Long"


def test_a_second_step_costs_no_text_without_a_script_either(editor: User) -> None:
    totp, _codes = make_second_step(editor)
    post, client = make_post(), Client()
    form = {"source": "<p>Typed for an hour</p>", "intent": "publish"}
    login = {"username": "ann", "password": "correct horse battery"}
    asked = client.post(url("_add", post), form | login)
    assert (asked.status_code, "Typed for an hour" in asked.content.decode(), texts(post)) == (401, True, [])
    proof = proof_in(asked)
    wrong = client.post(url("_add", post), form | {"proof": proof, "code": "000000"})
    assert (wrong.status_code, "Typed for an hour" in wrong.content.decode(), texts(post)) == (401, True, [])
    assert client.post(url("_add", post), form | {"proof": proof, "code": totp.now()}).status_code == 302
    assert texts(post) == [("published", "<p>Typed for an hour</p>")]


def test_too_many_tries_keep_the_text_too(editor: User) -> None:
    post, client = make_post(), Client()
    form = {"source": "<p>Typed for an hour</p>", "intent": "publish", "username": "ann", "password": "guess"}
    answers = [client.post(url("_add", post), form) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert "Typed for an hour" in answers[-1].content.decode()


def test_the_script_is_told_that_the_login_ran_out(editor: User) -> None:
    post = make_post()
    answer = write(Client(), post)
    assert (answer.status_code, answer.json()["login"]) == (401, reverse("admin:login"))
    assert Client().get(url("", post)).status_code == 302


def test_a_text_does_not_go_out_under_the_name_of_somebody_else(desk: Client, editor: User) -> None:
    """Another editor has logged in in a second tab of the same browser."""
    post = make_post()
    form = {"source": "<p>By Ann</p>", "intent": "publish"}
    answer = desk.post(url("_add", post), form, headers=JSON | {"X-Desk-User": str(editor.pk + 1)})
    assert (answer.status_code, texts(post)) == (401, [])
    assert desk.post(url("_add", post), form, headers=JSON | {"X-Desk-User": str(editor.pk)}).status_code == 200


# News


def test_news_are_what_changed_since_with_the_removed_among_them(desk: Client) -> None:
    post = make_post()
    old, gone = make_update(post, "<p>Old</p>"), make_update(post, "<p>Gone</p>")
    since = Post.objects.get(pk=post.pk).seq
    assert desk.get(url("_news", post), {"since": since}).json()["entries"] == []
    posting.remove_entry(entry=gone, author=None, reason="Wrong")
    posting.draft_entry(post=post, author=None, source="On the shelf")
    news = desk.get(url("_news", post), {"since": since}).json()
    assert [entry["id"] for entry in news["entries"]] == [gone.pk]
    assert "Wrong" in news["entries"][0]["html"]
    assert "On the shelf" in news["shelf"]
    assert (news["seq"], news["reset"], old.pk in news["entries"]) == (since + 1, False, False)


def test_the_stack_is_paged_and_every_page_costs_the_same(
    desk: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    post = make_post()
    entries = [
        make_update(post, f"<p>Number {number}.</p>", f"{number // 60:02}{number % 60:02}") for number in range(95)
    ]
    posting.pin_entry(entry=entries[3], author=None)
    seen: list[str] = []
    query: dict[str, Any] = {}
    for length in (ENTRIES_SHOWN, ENTRIES_SHOWN, 95 - 2 * ENTRIES_SHOWN):
        with django_assert_num_queries(8 if not query else 9):
            shown = page(desk, post, **query)
        found = re.findall(r"Number (\d+)\.", shown)
        assert len(found) == length
        seen += found
        older = re.search(r"\?older=(\d+)", shown)
        query = {"older": older[1]} if older else {}
        assert "It began at dawn." in shown
    assert sorted(map(int, seen)) == list(range(95))
    assert (seen[0], seen[1], seen[-1], query) == ("3", "94", "0", {})


@pytest.mark.parametrize("rows", [1, 3, 20])
def test_the_desk_costs_the_same_queries_however_much_there_is(
    desk: Client, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    post = make_post()
    for number in range(rows):
        author = make_user(f"user{number}", "editor")
        entry = posting.publish_entry(post=post, author=author, source="x")
        posting.draft_entry(post=post, author=author, source="y")
        posting.submit_new_entry(post=post, author=author, source="z")
        Writing.objects.create(
            uid=uuid4(), post=post, author=author, entry=entry, fields={"source": "w"}, kept_at=timezone.now(),
            seen_at=timezone.now(),
        )  # fmt: skip
    with django_assert_num_queries(8):  # session, user, post, original, writings, entries, last update, shelf
        assert desk.get(url("", post)).status_code == 200
    with django_assert_num_queries(8):
        assert desk.get(url("_news", post), {"since": "0"}).status_code == 200


# Looking


def test_a_preview_is_the_readers_page_with_what_is_being_written(desk: Client) -> None:
    post = make_post()
    make_update(post, "<p>Standing</p>", "0900")
    form = {"source": "<p>To be</p><script>alert(1)</script>", "topic": "Isles", "time": "0800"}
    shown = desk.post(url("_preview", post), form).content.decode()
    assert shown.index("Standing") < shown.index('<b class="topic">Isles.</b> To be') < shown.index("It began at dawn.")
    assert "readers do not have this" in shown
    assert "alert(1)" not in shown.split("</form>")[1]
    assert "live-updates" not in shown
    alone = desk.post(url("_preview", post), form | {"as": "entry"}).content.decode()
    assert ("To be" in alone, "Standing" in alone) == (True, False)
    assert texts(post) == [("published", "<p>Standing</p>")]


def test_a_waiting_entry_and_a_draft_post_can_be_looked_at(desk: Client) -> None:
    post = make_draft()
    draft = posting.draft_entry(post=post, author=None, source="<p>Waiting</p>")
    for address in (url("_preview_entry", post, draft.pk), url("_preview_entry", post, draft.pk) + "?as=entry"):
        assert "Waiting" in desk.get(address).content.decode()
    whole = desk.get(url("_preview", post)).content.decode()
    assert ("It began at dawn." in whole, "Waiting" in whole) == (True, False)


def test_what_cannot_be_shown_is_told(desk: Client) -> None:
    post = make_post()
    response = desk.post(url("_preview", post), {"source": "", "time": "1716"}, follow=True)
    assert "This field is required." in response.content.decode() or "no text" in response.content.decode()


# Images


def test_an_image_goes_up_for_use_in_a_text(desk: Client) -> None:
    post = make_post()
    file = SimpleUploadedFile("a.png", picture(), "image/png")
    answer = desk.post(url("_upload", post), {"image": file}, headers=JSON)
    assert (answer.status_code, answer.json()["width"], answer.json()["height"]) == (200, 64, 40)
    assert Client().get(answer.json()["src"]).status_code == 200
    bad = SimpleUploadedFile("a.svg", b"<svg onload=alert(1)>", "image/svg+xml")
    answer = desk.post(url("_upload", post), {"image": bad}, headers=JSON)
    assert answer.status_code == 422
    assert answer.json()["error"]


# The post


def test_coverage_is_opened_ended_and_reopened_from_the_desk(desk: Client) -> None:
    post = make_draft()
    for verb, state in (("open", PostState.LIVE), ("end", PostState.ENDED), ("open", PostState.LIVE)):
        assert desk.post(url("_change_post", post, verb)).status_code == 302
        assert Post.objects.get(pk=post.pk).state == state
    assert desk.post(url("_change_post", make_draft("Empty", original=""), "open"), follow=True).status_code == 200
    assert Post.objects.get(headline="Empty").state == PostState.DRAFT


def test_the_next_day_starts_once_with_map_byline_and_coverage_line(desk: Client) -> None:
    con = make_user("con", "contributor")
    post = make_post(
        series=make_series(), byline="Ann Lee", map=make_image(), map_alt="The isles", map_credit="Survey",
        standfirst="Of today only",
    )  # fmt: skip
    post.contributors.add(con)
    first, second = (desk.post(url("_change_post", post, "next")) for _ in range(2))
    started = Post.objects.get(date=DAY + timedelta(days=1))
    assert first["Location"] == second["Location"] == url("", started)
    assert (started.state, started.byline, started.map, started.map_alt, started.standfirst) == (
        PostState.DRAFT, "Ann Lee", post.map, "The isles", "",
    )  # fmt: skip
    assert list(started.contributors.all()) == [con]
    write(desk, started, source="<p>It goes on.</p>", time="")
    publishing.open_post(post=started, author=None)
    assert "Tuesday’s Coverage:" in Client().get(started.get_absolute_url()).content.decode()


def test_a_post_without_a_series_has_no_next_day(desk: Client) -> None:
    response = desk.post(url("_change_post", make_post(), "next"), follow=True)
    assert "is in no series" in response.content.decode()
    assert Post.objects.count() == 1


def test_readers_are_promised_an_update_until_it_comes(desk: Client) -> None:
    post = make_post(date=timezone.now().date())
    by = (timezone.now() + timedelta(minutes=90)).replace(second=0, microsecond=0)
    answer = desk.post(url("_promise", post), {"by": f"{by:%Y-%m-%d} {by:%H%M}"}, headers=JSON)
    assert answer.json()["message"] == f"Readers are promised an update by {by:%H%M} GMT."
    reader = Client()
    since = Post.objects.get(pk=post.pk).seq - 1
    assert f'Next update by <time datetime="{by:%Y-%m-%dT%H:%M:%SZ}">{by:%H%M} GMT' in str(
        reader.get(post.get_absolute_url()).content.decode()
    )
    delta = reader.get(reverse("entries:changes", args=[post.slug, since])).json()
    assert f"{by:%H%M} GMT" in delta["post"]["head_html"]
    assert f'data-promised="{by:%Y-%m-%dT%H:%M:%SZ}"' in page(desk, post)
    write(desk, post, intent="draft")
    assert Post.objects.get(pk=post.pk).next_update_at == by
    write(desk, post)
    assert Post.objects.get(pk=post.pk).next_update_at is None
    assert "Next update by" not in reader.get(post.get_absolute_url()).content.decode()


@pytest.mark.parametrize(("by", "error"), [("2024-12-03 0001", "has passed"), ("soon", "is not a time")])
def test_a_promise_that_cannot_be_kept_is_refused(desk: Client, by: str, error: str) -> None:
    answer = desk.post(url("_promise", make_post()), {"by": by}, headers=JSON)
    assert (answer.status_code, error in answer.json()["error"]) == (422, True)


def test_a_promise_without_a_time_is_none(desk: Client) -> None:
    assert desk.post(url("_promise", make_post()), {}, headers=JSON).json()["message"] == "No promise now."


def test_a_promise_is_taken_back_and_ends_with_the_coverage(desk: Client) -> None:
    post = make_post(date=timezone.now().date())
    tomorrow = f"{timezone.now() + timedelta(days=1):%Y-%m-%d} 0900"
    for address in (url("_promise", post), url("_change_post", post, "end")):
        desk.post(url("_promise", post), {"by": tomorrow})
        assert Post.objects.get(pk=post.pk).next_update_at
        desk.post(address, {"by": ""})
        assert Post.objects.get(pk=post.pk).next_update_at is None
    assert desk.post(url("_promise", post), {"by": tomorrow}, headers=JSON).status_code == 422


# A pasted day

PASTED = """UPDATE 0930 GMT:

The road is open.

ORIGINAL ENTRY: It began at dawn, with rain.
"""


def test_a_day_is_pasted_looked_at_and_taken_over(desk: Client) -> None:
    post = make_draft(original="")
    look = desk.post(url("_day", post), {"text": PASTED, "markup": "plain", "look": ""})
    shown = look.content.decode()
    assert (look.status_code, post.entries.count()) == (200, 0)
    assert "UPDATE 0930 GMT:" in shown
    assert shown.count(">new<") == 2
    desk.post(url("_day", post), {"text": PASTED, "markup": "plain", "take": ""})
    assert [entry.html for entry in post.entries.newest_first()] == [
        "<p>The road is open.</p>", "<p>It began at dawn, with rain.</p>",
    ]  # fmt: skip
    again = desk.post(url("_day", post), {"text": PASTED, "markup": "plain", "look": ""}).content.decode()
    assert again.count(">there already<") == 2


def test_a_bad_day_is_told_with_its_line_and_its_text(desk: Client) -> None:
    post = make_draft(original="")
    response = desk.post(url("_day", post), {"text": "UPDATE 0930 GMT:\n\nORIGINAL ENTRY: x", "markup": "plain"})
    assert response.status_code == 422
    assert "line 1: this update has no text" in response.content.decode()
    assert "ORIGINAL ENTRY: x" in response.content.decode()


def test_the_newsrooms_first_page_leads_to_the_desks_that_one_may_sit_at(desk: Client) -> None:
    live, draft, ended = make_post("Live"), make_draft("Draft"), make_post("Ended")
    publishing.end_post(post=ended, author=None)
    con = make_user("con", "contributor")
    draft.contributors.add(con)
    other = Client()
    other.force_login(con)
    found = [
        [url("", post) in client.get(reverse("admin:index")).content.decode() for post in (live, draft, ended)]
        for client in (desk, other)
    ]
    assert found == [[True, True, False], [False, True, False]]


# What nobody types


@pytest.mark.parametrize(
    ("name", "query", "status"),
    [
        ("", {"older": "abc"}, 404),
        ("", {"older": "9" * 40}, 404),
        ("", {"older": "²"}, 404),
        ("", {"older": "9" * 5000}, 404),
        ("", {"continue": "abc"}, 200),
        ("_news", {}, 400),
        ("_news", {"since": "-1"}, 400),
        ("_news", {"since": "9" * 40}, 200),
    ],
)
def test_an_odd_query_is_answered(desk: Client, name: str, query: dict[str, str], status: int) -> None:
    assert desk.get(url(name, make_post()), query).status_code == status


@pytest.mark.parametrize(
    "given",
    [
        {"uid": "abc"},
        {"hold": "999"},
        {"hold": "-1"},
        {"intent": "burn"},
        {"confidence": "sure"},
        {"time": "31 Feb 1200"},
        {"time": "9999-99-99 1200"},
        {"source": "a\0b"},
        {"topic": "a\0b"},
        {"source": ""},
        {"source": "<p> </p>"},
        {"source": "x" * 500_001},
    ],
)
def test_an_odd_text_is_refused_with_a_sentence(desk: Client, given: dict[str, str]) -> None:
    post = make_post()
    answer = write(desk, post, **given)
    assert answer.status_code == 422
    assert answer.json()["error"].endswith((".", "?"))
    assert texts(post) == []


def test_odd_ids_are_not_found_and_odd_versions_stale(desk: Client) -> None:
    entry = make_update(make_post())
    kept = {"source": "x"}
    for key in ("abc", "9" * 30, "²", str(make_update(make_post("Other")).pk)):
        assert desk.post(url("_keep", entry.post, uuid4()), kept | {"entry": key}).status_code == 404
    assert desk.post(url("_keep", entry.post, uuid4()), {"source": "a\0b", "time": "\0"}).status_code == 200
    revision = entry.revisions.get()
    entry = posting.edit_entry(entry=entry, author=None, source="y", base_version=1)
    for version in ("", "abc", "²", "9" * 30):
        answer = desk.post(
            url("_bring_back", entry.post, entry.pk, revision.pk), {"base_version": version}, headers=JSON
        )
        assert answer.status_code == 409
