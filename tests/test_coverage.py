from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from entries.coverage import LeadLine, lead_lines
from entries.domain import publishing
from entries.models import Post, Series
from tests.factories import DAY, make_draft, make_post, make_series

pytestmark = pytest.mark.django_db

MONDAY = DAY - timedelta(days=1)
HEADLINE = "The Pier — “Closed Until Spring” and No Boats"
LINE = f"Monday’s Coverage: {HEADLINE}"


def post_of(day: date, headline: str, related: str = "", **head: Any) -> Post:
    return make_post(headline, date=day, series=make_series(), related=related, **head)


def shown(post: Post) -> list[LeadLine]:
    return lead_lines(post, Post.objects.before(post))


def text(html: str) -> LeadLine:
    return LeadLine(html=html)


def link(post: Post, label: str = "Monday’s Coverage:") -> LeadLine:
    return LeadLine(post=post, label=label)


def test_a_post_without_a_coverage_line_gets_one_on_top() -> None:
    monday = post_of(MONDAY, HEADLINE)
    assert shown(post_of(DAY, "Tuesday", "Also: the pier")) == [link(monday), text("Also: the pier")]


def test_the_first_post_of_a_series_has_its_lines_as_they_were_written() -> None:
    assert shown(post_of(DAY, "Tuesday", f"{LINE}\nAlso: the pier")) == [text(LINE), text("Also: the pier")]


def test_a_written_coverage_line_becomes_the_link_in_its_place_once_its_post_is_there() -> None:
    tuesday = post_of(DAY, "Tuesday", f"Also: the pier\n{LINE}\nAlso: the road")
    assert shown(tuesday) == [text("Also: the pier"), text(LINE), text("Also: the road")]
    monday = post_of(MONDAY, HEADLINE)
    assert shown(tuesday) == [text("Also: the pier"), link(monday), text("Also: the road")]


@pytest.mark.parametrize(
    "written",
    [
        LINE,
        'Monday\'s Coverage: The Pier - "Closed Until Spring" and No Boats',
        "Monday‘s coverage — THE PIER: Closed until spring and no boats",
        f"MONDAY`S COVERAGE -- {HEADLINE}",
        f"<b>Monday’s Coverage</b>: {HEADLINE}",
        f'<a href="https://old.example.org/1">Monday’s Coverage: {HEADLINE}</a>',
        f"2 December’s Coverage: {HEADLINE}",
        f"The Pier′s Coverage： {HEADLINE}",
        "Monday’s Coverage: The headline it had before",
    ],
)
def test_a_coverage_line_is_known_by_headline_or_day_with_any_dash_and_quotation_mark(written: str) -> None:
    monday = post_of(MONDAY, HEADLINE)
    assert shown(post_of(DAY, "Tuesday", written)) == [link(monday)]


def test_a_coverage_line_that_means_another_day_stays_text() -> None:
    post_of(MONDAY, HEADLINE)
    assert shown(post_of(DAY, "Tuesday", "Sunday’s Coverage: The storm")) == [text("Sunday’s Coverage: The storm")]


def test_a_coverage_line_may_name_an_earlier_post_than_the_last() -> None:
    sunday = post_of(MONDAY - timedelta(days=1), "The storm")
    post_of(MONDAY, HEADLINE)
    tuesday = post_of(DAY, "Tuesday", "Sunday’s Coverage: The storm")
    assert shown(tuesday) == [link(sunday, "Sunday’s Coverage:")]


def test_of_two_posts_of_a_day_the_one_that_is_named_is_linked() -> None:
    named = post_of(MONDAY, HEADLINE)
    post_of(MONDAY, "The evening tide")
    assert shown(post_of(DAY, "Tuesday", LINE)) == [link(named)]


def test_neither_a_later_post_nor_the_post_itself_is_what_a_coverage_line_means() -> None:
    tuesday = post_of(DAY, HEADLINE, f"Sunday’s Coverage: {HEADLINE}")
    post_of(MONDAY, "Monday")
    post_of(DAY, HEADLINE)
    assert shown(tuesday) == [text(f"Sunday’s Coverage: {HEADLINE}")]


def test_a_draft_or_a_post_of_another_series_is_not_linked() -> None:
    make_draft(HEADLINE, date=MONDAY, series=make_series())
    make_post(HEADLINE, date=MONDAY, series=make_series("Another story"))
    make_post(HEADLINE, date=MONDAY)
    assert shown(post_of(DAY, "Tuesday", LINE)) == [text(LINE)]


@pytest.mark.parametrize(
    ("days", "label"),
    [(0, "Tuesday’s Coverage:"), (6, "Wednesday’s Coverage:"), (7, "26 November’s Coverage:")],
)
def test_the_link_is_labelled_with_the_weekday_for_six_days(days: int, label: str) -> None:
    earlier = post_of(DAY - timedelta(days=days), HEADLINE)
    assert shown(post_of(DAY, "Tuesday")) == [link(earlier, label)]


@pytest.mark.parametrize(
    "written",
    ["Coverage: a pier", "Monday’s Coverage", "The BBC’s Coverage of it: a note", "Also: Monday’s Coverage: The pier"],
)
def test_a_line_that_only_speaks_of_coverage_stays_beside_the_link(written: str) -> None:
    monday = post_of(MONDAY, HEADLINE)
    assert shown(post_of(DAY, "Tuesday", written)) == [link(monday), text(written)]


def test_the_page_carries_the_link_and_the_earlier_post_links_forward(client: Client) -> None:
    monday = post_of(MONDAY, HEADLINE)
    tuesday = post_of(DAY, "Tuesday", LINE)
    page = client.get(tuesday.get_absolute_url()).content.decode()
    assert f'<p class="coverage-line"><a href="{monday.get_absolute_url()}">{LINE}</a></p>' in page
    back = client.get(monday.get_absolute_url()).content.decode()
    assert f'<a class="next" rel="next" href="{tuesday.get_absolute_url()}">' in back


def test_a_headline_that_changes_is_shown_in_the_link_as_it_is_now() -> None:
    monday = post_of(MONDAY, HEADLINE)
    tuesday = post_of(DAY, "Tuesday", LINE)
    head = publishing.Head(headline="The pier is open", date=MONDAY, series=Series.objects.get())
    changed = publishing.edit_post(post=monday, head=head, author=None, base_seq=monday.head_seq)
    assert [line.post and line.post.headline for line in shown(tuesday)] == [changed.headline]
