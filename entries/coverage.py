"""The lines above the map, and among them the link to the day before."""

import re
from dataclasses import dataclass

from entries.labels import coverage_label
from entries.models import Post
from entries.sanitising import plain_text

_COVERAGE = re.compile(r"^(?P<when>[^:]{3,30}?)[’'‘`´ʼ]s Coverage\s*[:\u2010-\u2015-]\s*(?P<headline>.+)$", re.I)


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
    link = LeadLine(post=previous, label=coverage_label(previous.date, post.date))
    if written is None:
        return [link, *lines]
    if _names(plain_text(post.related[written]), link):
        lines[written] = link
    return lines


def _names(line: str, link: LeadLine) -> bool:
    """Whether a written coverage line means that post: by its headline, or by its day."""
    match = _COVERAGE.match(line)
    if match is None or link.post is None:
        return False
    same_headline = _letters(match["headline"]) == _letters(link.post.headline)
    return same_headline or _letters(f"{match['when']}’s Coverage:") == _letters(link.label)


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()
