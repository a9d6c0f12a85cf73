"""The lines above the map, and among them the link to the day before."""

import re
from dataclasses import dataclass

from entries.labels import COLONS, DASHES, coverage_label, written_coverage_label
from entries.models import Post
from entries.sanitising import plain_text

_COVERAGE = re.compile(
    rf"^(?P<when>[^:]{{3,30}}?)[’'‘‛`´ʼ′＇]s Coverage\s*[{COLONS}{DASHES}]+\s*(?P<headline>.+)$", re.I
)
SEARCHED = 30  # posts back


@dataclass(frozen=True)
class LeadLine:
    """A line above the map: clean inline HTML, or the coverage line of `post`, which then has a label."""

    html: str = ""
    post: Post | None = None
    label: str = ""


def lead_lines(post: Post, previous: Post | None) -> list[LeadLine]:
    """The lines above the map in their order.

    The coverage line stands where the newsroom wrote it, as text until the post it names is in the series; a post
    without one gets it on top.
    """
    lines = [LeadLine(html=html) for html in post.related]
    written = next((index for index, html in enumerate(post.related) if _COVERAGE.match(plain_text(html))), None)
    if previous is None:
        return lines
    if written is None:
        return [_link(previous, post), *lines]
    if named := _named(plain_text(post.related[written]), post, previous):
        lines[written] = _link(named, post)
    return lines


def _link(earlier: Post, post: Post) -> LeadLine:
    return LeadLine(post=earlier, label=coverage_label(earlier.date, post.date))


def _named(line: str, post: Post, previous: Post) -> Post | None:
    """The earlier post that a written coverage line means: by its headline, or the one right before by its day."""
    match = _COVERAGE.match(line)
    if match is None:
        return None
    headline = _letters(match["headline"])
    if headline == _letters(previous.headline):
        return previous
    # A series may have more than one post a day, so the one that is named need not be the last before this.
    others = Post.objects.visible().filter(series=post.series_id, date__lte=post.date)
    earlier = others.exclude(date=post.date, pk__gte=post.pk).by_day().reverse()[:SEARCHED]
    by_headline = (other for other in earlier if _letters(other.headline) == headline)
    is_of_its_day = _letters(f"{match['when']}’s Coverage:") == _letters(
        written_coverage_label(previous.date, post.date)
    )
    return next(by_headline, previous if is_of_its_day else None)


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()
