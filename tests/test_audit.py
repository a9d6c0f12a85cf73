"""The parts of ./run audit that need no browser."""

from typing import Any

import pytest

from audit.demands import at_least, exit_code, findings, none_of, table, under_kilobytes
from audit.first_visit import Wire
from audit.lighthouse import judged as judged_by_lighthouse
from audit.markup import judged as judged_by_the_checker
from audit.stage import UPDATES, is_looked_at, kind, links, long_day

pytestmark = pytest.mark.once


def test_a_table_says_what_was_measured_what_is_required_and_whether_that_is_met() -> None:
    assert table([at_least("Speed", 97, 98), under_kilobytes("Weight", 59_949, 60), none_of("Errors", [])]) == (
        "| what   | measured | required    | met |\n"
        "| ------ | -------- | ----------- | --- |\n"
        "| Speed  | 97       | 98 or more  | NO  |\n"
        "| Weight | 59.9 KB  | under 60 KB | yes |\n"
        "| Errors | 0        | none        | yes |"
    )


@pytest.mark.parametrize(
    ("demands", "code"),
    [
        ([], 1),
        ([at_least("Speed", 98, 98)], 0),
        ([at_least("Speed", 98, 98), at_least("Speed", 97, 98)], 1),
        ([at_least("Speed", 97.9, 98)], 1),
        ([under_kilobytes("Weight", 60_000, 60)], 1),
        ([under_kilobytes("Weight", 59_999, 60)], 0),
        ([none_of("Errors", ["one"])], 1),
    ],
)
def test_an_audit_fails_where_one_demand_is_not_met_or_nothing_was_measured(demands: list[Any], code: int) -> None:
    assert exit_code(demands) == code


def report(performance: float | None, *audits: tuple[str, float | None, int]) -> dict[str, Any]:
    """One of Lighthouse's: each audit has an id, a score and a weight."""
    references = [{"id": name, "weight": weight} for name, _, weight in audits]
    categories = {name: {"score": 1, "auditRefs": []} for name in ("accessibility", "best-practices", "seo")}
    return {
        "categories": {"performance": {"score": performance, "auditRefs": references}, **categories},
        "audits": {
            name: {"title": name, "score": score, "scoreDisplayMode": "numeric", "displayValue": "2 s"}
            for name, score, _ in audits
        },
    }


def test_lighthouse_counts_by_the_median_and_what_cost_points_in_that_run_is_told() -> None:
    middle = report(0.97, ("Paint", 0.9, 25), ("Shift", 1, 25), ("Hint", 0, 0), ("Absent", None, 1))
    demands = judged_by_lighthouse("post", [report(1), middle, report(0.5, ("Worst", 0, 1))])
    assert [(demand.measured, demand.is_met) for demand in demands] == [
        ("97", False), ("100", True), ("100", True), ("100", True),
    ]  # fmt: skip
    assert findings(demands) == ["Lighthouse, post: Paint (0.9) 2 s"]


def test_a_page_that_lighthouse_could_not_judge_has_no_points() -> None:
    assert [demand.is_met for demand in judged_by_lighthouse("post", [report(None)])] == [False, True, True, True]


def test_errors_of_html_fail_and_warnings_are_told() -> None:
    messages: list[dict[str, Any]] = [
        {"type": "error", "url": "file:/folder/0.html", "lastLine": 7, "message": "Stray tag."},
        {"type": "info", "subType": "warning", "url": "file:/folder/1.html", "message": "No heading."},
    ]
    addresses = {"file:///folder/0.html": "/", "file:///folder/1.html": "/live/a/"}
    [demand] = judged_by_the_checker(messages, addresses)
    assert (demand.measured, demand.is_met) == ("1", False)
    assert demand.findings == ("error: / line 7: Stray tag.", "warning: /live/a/ line ?: No heading.")
    [demand] = judged_by_the_checker(messages[1:], addresses)
    assert demand.is_met


def test_what_goes_over_the_wire_is_counted_whole_and_a_stream_without_its_end() -> None:
    wire = Wire()
    for key, sort, head in (("1", "Document", 200), ("2", "Script", 150), ("3", "Image", 100), ("4", "Fetch", 50)):
        response = {"url": f"/{key}", "encodedDataLength": head}
        wire.note_answer({"requestId": key, "type": sort, "response": response})
    for key, size in (("1", 9_000), ("2", 2_000), ("3", 70_000)):
        wire.note_end({"requestId": key, "encodedDataLength": size})
    assert (wire.size(), wire.size(but="Image"), wire.size("Script", "Stylesheet")) == (81_050, 11_050, 2_000)


def test_pages_are_of_one_kind_whose_addresses_differ_in_names_and_numbers_only() -> None:
    assert kind("/live/a/entries/12/") == kind("/live/b-c/entries/7/") == ("/live/*/entries/*/",)
    assert kind("/live/a/?page=2&order=oldest") == kind("/live/b/?order=oldest&page=3") == ("/live/*/", "order", "page")
    assert kind("/live/a/") != kind("/live/a/corrections/") != kind("/series/a/")


def test_links_to_public_pages_are_followed() -> None:
    body = b'<a href="?page=1#entry-7">x</a> <a href="/admin/">x</a> <a href="https://example.org/live/">x</a> <a>x</a>'
    assert list(links("/live/a/", body)) == ["/live/a/?page=1", "/admin/"]
    addresses = ["/live/a/?page=1", "/live/a/?q=a&key=1&order=oldest", "/admin/", "/feed.rss"]
    assert [is_looked_at(address) for address in addresses] == [True, False, False, False]


def test_the_long_day_has_its_updates_in_words_that_hardly_repeat() -> None:
    *updates, _ = long_day().split("\n\n")
    assert len(updates) == UPDATES
    assert len({update.partition(": ")[2] for update in updates[:50]}) == 50
