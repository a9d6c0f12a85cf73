"""The top of a post, for pages that show no more of it."""

from dataclasses import dataclass

from entries.models import Entry, Post


@dataclass(frozen=True)
class Newest:
    # As they stand on the post's page: what is pinned on top, then as many others as were asked for.
    entries: list[Entry]
    # The last of them, where older ones are left out.
    lowest: Entry | None


def newest_of(post: Post, number: int) -> Newest:
    """Of a post that the caller may show, in its present state."""
    by_time = post.entries.standing().by_time().reverse()
    pinned = list(by_time.updates().filter(is_pinned=True))
    others = list(by_time.exclude(pk__in=[entry.pk for entry in pinned])[: number + 1])
    shown = others[:number]
    return Newest([*pinned, *shown], shown[-1] if len(others) > number else None)
