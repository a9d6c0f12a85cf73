"""What `./run bench` makes of what its scripts find out. Nothing is measured here: no machine is steady."""

import re

import pytest
from django.forms.models import model_to_dict

from bench import archive, table
from bench.__main__ import SCRIPTS, main
from bench.findings import Findings, Plot, Row
from entries.domain import posting, publishing
from entries.enums import EntryKind
from entries.models import Post, Revision

PLOT = Plot("growth", "A page, by its updates", "updates", "ms", {"page": [(10.0, 1.5), (1000.0, 2.5)]})


def test_rows_stand_in_the_order_of_the_targets_and_those_without_one_at_the_end() -> None:
    rows = [
        Row("", "editors", "", "40 a second", None),
        Row("P10", "p99", "≤ 15 ms", "16 ms", False),
        Row("P2", "nginx | a second", "≥ 0.8", "0.86", True),
    ]
    assert table.table(rows) == (
        "| target | what | wanted | found | reached |\n"
        "| --- | --- | --- | --- | --- |\n"
        "| P2 | nginx \\| a second | ≥ 0.8 | 0.86 | yes |\n"
        "| P10 | p99 | ≤ 15 ms | 16 ms | no |\n"
        "|  | editors |  | 40 a second |  |\n"
    )


def test_the_document_has_the_table_the_plots_and_what_was_printed() -> None:
    text = table.document([], [PLOT], {"page": "It took long.\n"})
    parts = [text.index(part) for part in (
        "# What was measured", "| target |",
        "![A page, by its updates](plots/growth.svg)", "<summary>bench.page</summary>", "```text\nIt took long.\n```",
    )]  # fmt: skip
    assert parts == sorted(parts)


def test_a_plot_is_drawn_alike_each_time_and_asks_for_nothing_from_elsewhere() -> None:
    pytest.importorskip("pygal", reason="requirements-bench.txt has it")
    from bench.plots import drawn

    picture = drawn(PLOT)
    assert picture == drawn(PLOT)
    assert b"<script" not in picture
    words = set(re.findall(r">([^<>]+)<", picture.decode()))
    assert {"A page, by its updates", "updates", "ms", "page", "10", "1,000"} <= words


def test_a_script_prints_its_rows(capsys: pytest.CaptureFixture[str]) -> None:
    findings = Findings()
    findings.row("P4", "first page", "≤ 2 ms", "1.5 ms", is_reached=True)
    findings.tell()
    assert capsys.readouterr().out == "P4   first page: 1.5 ms  (wanted: ≤ 2 ms) yes\n"


def test_a_script_that_is_not_there_is_told_from_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["page", "pages"])
    assert stopped.value.code == 2
    assert f"There is no script pages: give some of {', '.join(SCRIPTS)}." in capsys.readouterr().err


@pytest.mark.django_db
def test_what_is_written_at_once_is_what_the_newsroom_would_have_left() -> None:
    archive.fill(posts=1, updates=4)
    (quick,) = Post.objects.all()
    told_quickly = told(quick)
    sources = list(quick.entries.by_time().values_list("kind", "source", "published_at"))
    slow = publishing.create_post(head=publishing.Head(headline="Day 0", date=quick.date), author=None)
    for kind, source, at in sources:
        posting.publish_entry(post=slow, author=None, source=source, kind=EntryKind(kind), published_at=at)
        if kind == EntryKind.ORIGINAL:
            slow = publishing.open_post(post=slow, author=None)
    assert told_quickly == told(slow)


@pytest.mark.django_db
def test_a_post_that_ended_is_written_so_too() -> None:
    archive.fill(posts=1, updates=1, ended=True)
    (post,) = Post.objects.all()
    again = publishing.end_post(post=publishing.open_post(post=post, author=None), author=None)
    assert (again.state, again.seq, again.head_seq) == (post.state, post.seq + 2, post.head_seq + 2)
    assert post.ended_at == post.changed_at


def told(post: Post) -> dict[str, object]:
    """All of it but keys, addresses and the clock."""
    post.refresh_from_db()
    first = post.entries.by_time()[0].pk
    own = model_to_dict(post, exclude=["id", "slug"])
    entries = [model_to_dict(entry, exclude=["id", "post"]) for entry in post.entries.by_time()]
    hours = [hour | {"newest": hour["newest"] and hour["newest"] - first} for hour in post.hours]
    stamps = list(post.entries.by_time().values_list("html", "words", "seq", "published_seq", "version", "edited_at"))
    revisions = Revision.objects.filter(post=post).order_by("seq")
    kept = [(row.action, row.seq, row.entry_id and row.entry_id - first, row.snapshot) for row in revisions]
    head = (post.seq, post.head_seq, post.published_at is None, post.ended_at)
    return {"own": own, "entries": entries, "hours": hours, "stamps": stamps, "kept": kept, "head": head}
