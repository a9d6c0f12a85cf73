"""`manage.py entry …`: the newsroom's verbs for scripts."""

import io
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from entries.domain import publishing
from entries.enums import Action
from entries.labels import label_time
from entries.models import Entry, Post
from tests.factories import DAY, at, make_post, make_update

pytestmark = pytest.mark.django_db


def run(*arguments: object) -> Any:
    out = io.StringIO()
    call_command("entry", *map(str, arguments), stdout=out)
    return json.loads(out.getvalue())


def refused(*arguments: object) -> str:
    with pytest.raises(CommandError) as error:
        run(*arguments)
    return str(error.value)


def test_publish_makes_an_update_and_says_which() -> None:
    post = make_post()
    told = run(
        "publish", post.slug, "--text", "<p>Gates <script>x</script>shut.</p>", "--time", "1716", "--key", "--pin"
    )
    entry = Entry.objects.get(pk=told["id"])
    assert told == {"id": entry.pk, "seq": post.seq + 1}
    assert (entry.label, entry.html, entry.is_key, entry.is_pinned) == (
        "UPDATE 1716 GMT:", "<p>Gates shut.</p>", True, True,
    )  # fmt: skip


def test_without_a_time_it_is_now() -> None:
    entry = Entry.objects.get(pk=run("publish", make_post().slug, "--text", "Now")["id"])
    assert entry.published_at is not None
    assert abs((datetime.now(UTC) - entry.published_at).total_seconds()) < 60


def test_a_time_still_to_come_is_believed_with_a_note() -> None:
    out, note = io.StringIO(), io.StringIO()
    words = ["publish", make_post().slug, "--text", "Later", "--time", "2999-01-01T1716"]
    call_command("entry", *words, stdout=out, stderr=note)
    assert Entry.objects.get(pk=json.loads(out.getvalue())["id"]).is_out
    assert note.getvalue() == "Note: “UPDATE 1 JAN 1716 GMT:” is of a time still to come: is --time right?\n"


def test_a_text_may_come_by_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("<p>Piped in.</p>"))
    told = run("publish", make_post().slug, "--text", "-", "--topic", "Ferries")
    entry = Entry.objects.get(pk=told["id"])
    assert (entry.html, entry.topic) == ("<p>Piped in.</p>", "Ferries")


def test_every_other_verb_is_a_change_with_its_own_seq() -> None:
    entry = make_update(make_post(), "<p>Old.</p>")
    seq = entry.seq
    verbs: list[tuple[object, ...]] = [
        ("edit", entry.pk, "--text", "New."), ("pin", entry.pk), ("unpin", entry.pk), ("key", entry.pk),
        ("unkey", entry.pk), ("remove", entry.pk, "--reason", "It was another gate."), ("restore", entry.pk),
    ]  # fmt: skip
    for number, words in enumerate(verbs, 1):
        assert run(*words) == {"id": entry.pk, "seq": seq + number}
    actions = entry.revisions.order_by("id").values_list("action", flat=True)
    assert list(actions)[1:] == [
        Action.EDITED, Action.PINNED, Action.UNPINNED, Action.MARKED_KEY, Action.UNMARKED_KEY, Action.REMOVED,
        Action.RESTORED,
    ]  # fmt: skip
    entry.refresh_from_db()
    assert entry.html == "<p>New.</p>"


def test_a_reason_is_kept() -> None:
    entry = make_update(make_post())
    run("remove", entry.pk, "--reason", "It was another gate.")
    entry.refresh_from_db()
    assert (entry.is_removed, entry.removal_reason) == (True, "It was another gate.")


def test_what_cannot_be_done_is_told_in_a_sentence_and_nothing_is_written() -> None:
    post = make_post()
    entry = make_update(post)
    seq = entry.seq
    assert refused("publish", "nowhere", "--text", "x") == (
        "There is no post “nowhere”: give the slug of its address, /live/<slug>/."
    )
    assert refused("edit", 999, "--text", "x") == (
        "There is no entry 999: give the id of its address, /live/<slug>/entries/<id>/."
    )
    assert refused("publish", post.slug, "--text", "  ") == "There is no text: write some, then save."
    assert refused("publish", post.slug, "--text", "x", "--time", "2516") == (
        "“2516” is not a time: give it like 1716, or with its day like 2024-12-03T1716."
    )
    run("remove", entry.pk)
    assert "restore it to change it" in refused("pin", entry.pk)
    publishing.end_post(post=post, author=None)
    assert "reopen the post" in refused("publish", post.slug, "--text", "x")
    assert Post.objects.get(pk=post.pk).seq == seq + 2


@pytest.mark.parametrize(
    ("text", "now", "expected"),
    [
        ("1716", at("1800"), at("1716")),
        ("17:16", at("1800"), at("1716")),
        ("1716", at("1200"), at("1716")),  # still to come, and believed
        ("0032", at("0040", date(2024, 12, 4)), at("0032", date(2024, 12, 4))),
        ("2355", at("0040", date(2024, 12, 4)), at("2355")),
        ("1716", at("1800", date(2026, 1, 1)), at("1716")),
        ("2024-12-04T0032", at("1800"), at("0032", date(2024, 12, 4))),
    ],
)
def test_a_time_is_of_the_posts_day_or_of_the_night_after(text: str, now: datetime, expected: datetime) -> None:
    assert label_time(text, DAY, now) == expected


@pytest.mark.parametrize("text", ["", "soon", "2460", "T1716", "2024-13-01T1716", "2024-12-04"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        label_time(text, DAY, at("1800"))
