"""What programs write: the desk's own verbs, each by raw requests."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from entries.domain import posting, publishing, tokens
from entries.domain.texts import MAX_SOURCE
from entries.enums import Action, EntryKind, EntryState
from entries.models import Entry, Post, Revision
from tests.factories import make_draft, make_post, make_update, make_user

pytestmark = pytest.mark.django_db
KEY = "c56a4180-65aa-42ec-a945-5fd21dec0538"


class Program:
    """Somebody's program, with a token of theirs."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.client = Client(enforce_csrf_checks=True)
        self.token = tokens.make_token(user=user, name="A test", author=None)[1]

    def ask(self, method: str, address: str, body: Any = None, **headers: str) -> Any:
        """`body`: as JSON, or bytes as they are."""
        sent = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        kind = headers.pop("content_type", "application/json")
        given = {"Authorization": f"Bearer {self.token}"} | {name.replace("_", "-"): of for name, of in headers.items()}
        return self.client.generic(method, address, sent, content_type=kind, headers=given)

    def add(self, post: Post, source: Any = "<p>The gate is open.</p>", key: str | None = None, **given: Any) -> Any:
        headers = {"Idempotency_Key": key} if key else {}
        return self.ask("POST", entries_of(post), {"source": source, **given}, **headers)

    def change(self, entry: Entry, base_version: Any = 1, **given: Any) -> Any:
        return self.ask("PATCH", address_of(entry), {"base_version": base_version, **given})

    def remove(self, entry: Entry, **given: Any) -> Any:
        return self.ask("DELETE", address_of(entry), given or None)


def entries_of(post: Post) -> str:
    return f"/api/v1/posts/{post.slug}/entries/"


def address_of(entry: Entry) -> str:
    return f"{entries_of(entry.post)}{entry.pk}/"


@pytest.fixture
def program() -> Program:
    return Program(make_user("edi", "editor"))


@pytest.fixture
def contributor() -> Program:
    return Program(make_user("con", "contributor"))


def again(entry: Entry) -> Entry:
    return Entry.objects.select_related("post").get(pk=entry.pk)


def all_there_is() -> Any:
    posts, entries = Post.objects.order_by("pk").values(), Entry.objects.order_by("pk").values()
    return list(posts), list(entries), Revision.objects.count()


def test_an_entry_is_published_as_from_the_desk(program: Program) -> None:
    post = make_post()
    response = program.add(
        post, "<p onclick=x>The <b>gate</b> is open.</p>", published_at="2024-12-03T18:16:00+01:00", topic="Gates",
        byline="By Ann Lee", confidence="confirmed", is_key=True, is_pinned=True,
    )  # fmt: skip
    entry = post.entries.updates().get()
    assert response.status_code == 201
    assert response["Location"] == f"http://127.0.0.1:8000{address_of(entry)}"
    assert response["Cache-Control"] == "no-store"
    assert response.json() == {
        "id": entry.pk,
        "uid": str(entry.uid),
        "post": "the-road-is-cut",
        "url": f"http://127.0.0.1:8000/live/the-road-is-cut/entries/{entry.pk}/",
        "label": "UPDATE 1716 GMT:",
        "kind": "update",
        "state": "published",
        "version": 1,
        "seq": entry.seq,
        "source": "<p onclick=x>The <b>gate</b> is open.</p>",
        "html": "<p>The <b>gate</b> is open.</p>",
        "topic": "Gates",
        "byline": "By Ann Lee",
        "confidence": "confirmed",
        "is_key": True,
        "is_pinned": True,
        "published_at": "2024-12-03T17:16:00Z",
        "held_until": None,
        "edited_at": None,
        "is_removed": False,
        "removed_at": None,
        "removal_reason": "",
    }
    assert entry.author == program.user
    assert list(entry.revisions.values_list("action", "author")) == [(Action.PUBLISHED, program.user.pk)]
    assert program.client.get(response["Location"]).status_code == 200


def test_the_first_entry_of_a_post_is_its_original(program: Program) -> None:
    post = make_draft(original="")
    assert program.add(post).json()["kind"] == EntryKind.ORIGINAL
    assert program.add(post).json()["kind"] == EntryKind.UPDATE
    assert program.client.get(entries_of(post)).status_code == 404  # a draft post is nobody's to read


@pytest.mark.parametrize(
    ("given", "state"),
    [
        ({"state": "publish"}, EntryState.PUBLISHED),
        ({"state": "publish", "published_at": "2999-01-01T00:00:00Z"}, EntryState.SCHEDULED),
        ({"state": "hold", "hold_seconds": 30}, EntryState.HELD),
        ({"state": "schedule", "published_at": "2999-01-01T00:00:00Z"}, EntryState.SCHEDULED),
        ({"state": "draft"}, EntryState.DRAFT),
        ({"state": "submit"}, EntryState.SUBMITTED),
    ],
)
def test_what_is_to_become_of_a_text_is_said_with_it(program: Program, given: dict[str, Any], state: str) -> None:
    post = make_post()
    told = program.add(post, **given).json()
    entry = post.entries.updates().get()
    assert (told["state"], entry.state) == (state, state)
    assert (told["url"] is None) == (state != EntryState.PUBLISHED)
    if state == EntryState.HELD:
        assert entry.held_until
        assert timedelta(seconds=25) < entry.held_until - timezone.now() <= timedelta(seconds=30)
    if state != EntryState.PUBLISHED:
        assert program.client.get(address_of(entry)).status_code == 404


@pytest.mark.parametrize("given", [{}, {"published_at": "2024-12-03T17:16:00Z"}])
def test_nothing_is_scheduled_for_a_time_that_has_passed(program: Program, given: dict[str, Any]) -> None:
    post = make_post()
    assert program.add(post, state="schedule", **given).status_code == 422
    assert not post.entries.updates().exists()


def test_a_waiting_entry_is_moved_on(program: Program) -> None:
    post = make_post()
    entry = posting.draft_entry(post=post, author=None, source="A draft")
    moves = [
        ({"state": "submit"}, "submitted"),
        ({"state": "draft"}, "draft"),
        ({"state": "schedule", "published_at": "2999-01-01T00:00:00Z"}, "scheduled"),
        ({"state": "draft"}, "draft"),
        ({"state": "hold", "published_at": "2024-12-03T17:16:00Z"}, "held"),
        ({"state": "publish"}, "published"),
    ]
    for given, state in moves:
        version = again(entry).version
        assert program.change(entry, version, **given).json()["state"] == state
    for state in ("draft", "submit", "hold", "schedule"):
        assert program.change(entry, again(entry).version, state=state).status_code == 409
    assert program.change(entry, again(entry).version, state="publish").status_code == 200


def test_a_change_leaves_alone_what_it_does_not_name(program: Program) -> None:
    entry = make_update(make_post(), topic="Gates", byline="Ann Lee", confidence="disputed", is_key=True)
    told = program.change(entry, source="<p>The north gate is open.</p>").json()
    changed = again(entry)
    assert (told["version"], told["seq"], changed.source) == (2, changed.seq, "<p>The north gate is open.</p>")
    for name in ("topic", "byline", "confidence", "is_key", "is_pinned", "published_at"):
        assert getattr(changed, name) == getattr(entry, name)
    told = program.change(entry, 2, confidence=None, topic="", is_pinned=True, is_key=False).json()
    assert (told["confidence"], told["topic"], told["is_pinned"], told["is_key"]) == (None, "", True, False)
    assert told["source"] == "<p>The north gate is open.</p>"


def test_a_stale_change_is_answered_with_both_texts_and_changes_nothing(program: Program) -> None:
    entry = make_update(make_post(), "Old")
    posting.edit_entry(entry=entry, author=None, source="Theirs", base_version=1)
    before = all_there_is()
    response = program.change(entry, source="Yours", is_pinned=True)
    told = response.json()
    assert (response.status_code, response["Content-Type"]) == (409, "application/problem+json")
    assert (told["theirs"], told["yours"], told["version"]) == ("Theirs", "Yours", 2)
    assert all_there_is() == before
    assert program.change(entry, told["version"], source="Yours").status_code == 200


def test_a_pin_is_in_conflict_with_no_text(program: Program) -> None:
    entry = make_update(make_post(), "Old")
    posting.edit_entry(entry=entry, author=None, source="Theirs", base_version=1)
    assert program.change(entry, 1, is_pinned=True).json()["is_pinned"]
    assert again(entry).source == "Theirs"


def test_what_readers_have_gets_no_time_to_come(program: Program) -> None:
    entry = make_update(make_post())
    assert program.change(entry, published_at="2999-01-01T00:00:00Z").status_code == 422
    assert again(entry).published_at == entry.published_at


def test_what_readers_have_is_removed_with_a_reason(program: Program) -> None:
    entry = make_update(make_post())
    told = program.remove(entry, reason="It was another gate.").json()
    removed = again(entry)
    assert (told["is_removed"], removed.is_removed, removed.removal_reason) == (True, True, "It was another gate.")
    assert removed.revisions.last().author == program.user  # type: ignore[union-attr]
    assert program.client.get(address_of(entry)).json()["entry"]["removal_reason"] == "It was another gate."
    assert program.remove(entry).status_code == 200
    assert program.change(entry, source="New").status_code == 409
    assert again(entry).removal_reason == "It was another gate."


def test_what_no_reader_saw_is_thrown_away(program: Program) -> None:
    entry = posting.draft_entry(post=make_post(), author=None, source="A draft")
    response = program.remove(entry, reason="Nothing")
    assert (response.status_code, response.content) == (204, b"")
    assert not Entry.objects.filter(pk=entry.pk).exists()
    assert program.remove(entry).status_code == 404


def test_the_source_is_for_those_who_may_write_there(program: Program, contributor: Program) -> None:
    post = make_post()
    entry = posting.draft_entry(post=post, author=program.user, source="A <b>draft</b>")
    address = f"{address_of(entry)}source/"
    response = program.ask("GET", address)
    assert (response.json()["source"], response.json()["version"]) == ("A <b>draft</b>", 1)
    assert response["Cache-Control"] == "no-store"
    assert contributor.ask("GET", address).status_code == 404
    post.contributors.add(contributor.user)
    assert contributor.ask("GET", address).status_code == 200
    assert Client().get(address).status_code == 401


# Rights


type Act = Callable[[Program, "Scene"], Any]


class Scene:
    def __init__(self, program: Program) -> None:
        self.post = make_post()
        self.post.contributors.add(make_user("ben", "contributor"))
        self.published = make_update(self.post)
        self.theirs = posting.draft_entry(post=self.post, author=None, source="Theirs")
        mine = posting.draft_entry(post=self.post, author=None, source="Mine")
        Entry.objects.filter(pk=mine.pk).update(author=program.user)
        self.mine = again(mine)


OWN: list[Act] = [
    lambda program, scene: program.add(scene.post, state="draft"),
    lambda program, scene: program.add(scene.post, state="submit"),
    lambda program, scene: program.change(scene.mine, source="Mine again"),
    lambda program, scene: program.change(scene.mine, state="submit"),
    lambda program, scene: program.change(scene.mine, is_key=True),
    lambda program, scene: program.remove(scene.mine),
]
EDITORS: list[Act] = [
    lambda program, scene: program.add(scene.post),
    lambda program, scene: program.add(scene.post, state="hold"),
    lambda program, scene: program.add(scene.post, state="schedule", published_at="2999-01-01T00:00:00Z"),
    lambda program, scene: program.change(scene.mine, source="New", state="publish"),
    lambda program, scene: program.change(scene.mine, source="New", state="hold"),
    lambda program, scene: program.change(scene.theirs, source="New"),
    lambda program, scene: program.change(scene.theirs, state="submit"),
    lambda program, scene: program.change(scene.published, source="New"),
    lambda program, scene: program.change(scene.published, is_pinned=True),
    lambda program, scene: program.remove(scene.published, reason="x"),
    lambda program, scene: program.remove(scene.theirs),
]


@pytest.mark.parametrize("role", ["", "contributor", "editor", "administrator"])
@pytest.mark.parametrize("is_assigned", [True, False])
@pytest.mark.parametrize("act", [*OWN, *EDITORS])
@pytest.mark.once
def test_a_token_may_do_what_its_account_may_at_the_desk(role: str, is_assigned: bool, act: Act) -> None:
    program = Program(make_user("pat", role))
    scene = Scene(program)
    if is_assigned:
        scene.post.contributors.add(program.user)
    before = all_there_is()
    status = act(program, scene).status_code
    if role in ("editor", "administrator") or (role == "contributor" and is_assigned and act in OWN):
        assert status in (200, 201, 204)
        assert all_there_is() != before
    else:
        assert status == (403 if role == "contributor" and is_assigned else 404)
        assert all_there_is() == before


def test_a_contributor_is_told_what_to_do_instead(contributor: Program) -> None:
    post = make_post()
    post.contributors.add(contributor.user)
    assert contributor.add(post).json() == {
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
        "detail": "Only editors publish, and change what is published: send your text for approval.",
    }


def test_an_entry_is_not_reached_by_way_of_another_post(program: Program) -> None:
    entry, other = make_update(make_post("One")), make_post("Two")
    address = f"{entries_of(other)}{entry.pk}/"
    for method, body in (("PATCH", {"base_version": 1, "source": "x"}), ("DELETE", None)):
        assert program.ask(method, address, body).status_code == 404
    assert program.ask("GET", f"{address}source/").status_code == 404
    assert again(entry).version == 1


# The same text, sent twice


def test_a_text_sent_twice_under_a_key_is_one_entry(program: Program) -> None:
    post = make_post()
    first, second = program.add(post, key=KEY), program.add(post, key=KEY)
    entry = post.entries.updates().get()
    assert entry.uid == UUID(KEY)
    assert (first.status_code, second.status_code, first.json()) == (201, 201, second.json())
    posting.remove_entry(entry=entry, author=None)
    assert program.add(post, key=KEY).json()["is_removed"]


def test_a_key_is_good_for_one_text_of_one_author_in_one_post(program: Program) -> None:
    post, colleague = make_post(), Program(make_user("eve", "editor"))
    program.add(post, key=KEY)
    before = all_there_is()
    answers = [
        program.add(post, "Another text", key=KEY), colleague.add(post, key=KEY), program.add(make_post("Two"), key=KEY)
    ]  # fmt: skip
    for answer in answers:
        assert answer.status_code == 422
        assert answer.json()["detail"].startswith("This Idempotency-Key came with another text before")
    Post.objects.get(headline="Two").delete()
    assert all_there_is() == before


def test_a_text_sent_again_after_its_time_or_its_coverage_is_still_the_first(program: Program) -> None:
    post, at = make_post(), timezone.now() + timedelta(seconds=2)
    first = program.add(post, key=KEY, state="schedule", published_at=f"{at:%Y-%m-%dT%H:%M:%SZ}").json()
    Entry.objects.filter(pk=first["id"]).update(published_at=timezone.now() - timedelta(seconds=9))
    publishing.end_post(post=Post.objects.get(pk=post.pk), author=None)
    again = program.add(post, key=KEY, state="schedule", published_at="2024-12-03T17:16:00Z")
    assert (again.status_code, again.json()["id"]) == (201, first["id"])
    assert program.add(post).status_code == 409


@pytest.mark.parametrize("key", ["1", "x" * 36, KEY.replace("-", ""), "{" + KEY + "}", f"urn:uuid:{KEY}", KEY + "\t1"])
def test_a_key_is_a_uuid(program: Program, key: str) -> None:
    assert program.add(make_post(), key=key).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_a_text_sent_by_eight_at_once_under_a_key_is_one_entry() -> None:
    program, post = Program(make_user("edi", "editor")), make_post()

    def send(_: int) -> Any:
        try:
            return program.add(post, key=KEY)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert {answer.json()["id"] for answer in answers} == {post.entries.updates().get().pk}


# What programs should not send


DEEP = b'{"source":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"\xff\xfe\x00", 400),
        (b'{"source": NaN}', 400),
        (b'{"source": ' + b"9" * 5000 + b"}", 400),
        (DEEP, 400),
        (b"null", 422),
        (b"[]", 422),
        (b'"x"', 422),
        (b"{}", 422),
        (b'{"source": null}', 422),
        (b'{"source": 1}', 422),
        (b'{"source": "\\ud800"}', 422),
        (b'{"source": "x", "\\ud800": 1}', 422),
        (b'{"source": ""}', 422),
        (b'{"source": "\\u0000\\u0001 "}', 422),
        (b'{"source": "<script>x</script>"}', 422),
        (b'{"source": "x", "is_key": 1}', 422),
        (b'{"source": "x", "is_key": "true"}', 422),
        (b'{"source": "x", "is_kee": true}', 422),
        (b'{"source": "x", "kind": "original"}', 422),
        (b'{"source": "x", "author": 1}', 422),
        (b'{"source": "x", "uid": "' + KEY.encode() + b'"}', 422),
        (b'{"source": "x", "state": "published"}', 422),
        (b'{"source": "x", "confidence": ""}', 422),
        (b'{"source": "x", "confidence": "sure"}', 422),
        (b'{"source": "x", "hold_seconds": 31}', 422),
        (b'{"source": "x", "published_at": "1716"}', 422),
        (b'{"source": "x", "published_at": "2024-12-03T17:16:00"}', 422),
        (b'{"source": "x", "published_at": "0001-01-01T00:00:00+14:00"}', 422),
        (b'{"source": "x", "published_at": "2024-02-30T00:00:00Z"}', 422),
        (b'{"source": "x", "published_at": 1733246160}', 422),
        (json.dumps({"source": "x", "topic": "x" * 81}).encode(), 422),
        (json.dumps({"source": "x", "byline": "x" * 201}).encode(), 422),
        (json.dumps({"source": "x" * (MAX_SOURCE + 1)}).encode(), 422),
        (json.dumps({"source": "x" * 3_000_000}).encode(), 413),
    ],
)
def test_what_cannot_be_an_entry_is_refused_whole(program: Program, body: bytes, status: int) -> None:
    post = make_post()
    before = all_there_is()
    response = program.ask("POST", entries_of(post), body)
    told = response.json()
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert (told["status"], len(told["detail"]) > 20) == (status, True)
    assert all_there_is() == before


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_only_json_is_taken(program: Program, kind: str) -> None:
    """A form of another site could be sent as any of these without asking."""
    post = make_post()
    response = program.ask("POST", entries_of(post), b'{"source": "x"}', content_type=kind)
    assert response.status_code == 415
    assert not post.entries.updates().exists()


def test_the_longest_text_that_fits_is_taken_whole(program: Program) -> None:
    text = "Ж" * MAX_SOURCE
    response = program.ask("POST", entries_of(make_post()), json.dumps({"source": text}, ensure_ascii=False).encode())
    assert (response.status_code, response.json()["source"] == text) == (201, True)


def test_controls_and_markup_are_cleaned_as_at_the_desk(program: Program) -> None:
    told = program.add(
        make_post(), "<p>A\x00B</p><iframe src=x></iframe>", topic="Ga\ntes\x07", byline="<b>Ann</b>"
    ).json()
    assert (told["source"], told["html"]) == ("<p>AB</p><iframe src=x></iframe>", "<p>AB</p>")
    assert (told["topic"], told["byline"]) == ("Ga tes", "<b>Ann</b>")


@pytest.mark.parametrize("given", [{}, {"base_version": 0}, {"base_version": "1"}, {"base_version": 2**63}])
def test_a_change_says_what_it_is_based_on(program: Program, given: dict[str, Any]) -> None:
    entry = make_update(make_post())
    assert program.ask("PATCH", address_of(entry), {"source": "x", **given}).status_code == 422


@pytest.mark.parametrize("name", ["source", "topic", "byline", "is_key", "is_pinned", "published_at", "state"])
def test_null_is_not_the_same_as_nothing_said(program: Program, name: str) -> None:
    assert program.change(make_update(make_post()), **{name: None}).status_code == 422


def test_a_post_that_is_not_there(program: Program) -> None:
    response = program.ask("POST", "/api/v1/posts/none/entries/", {"source": "x"})
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("method", ["PUT", "TRACE", "PROPFIND", "DELETE"])
def test_methods_that_there_are_not(program: Program, method: str) -> None:
    response = program.ask(method, entries_of(make_post()), {"source": "x"})
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST, OPTIONS")


def test_embeds_are_asked_for_as_at_the_desk(program: Program) -> None:
    told = program.add(make_post(), "<p>https://youtu.be/dQw4w9WgXcQ</p>").json()
    assert "<figure" in told["html"]
