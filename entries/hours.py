"""The hours of a day's coverage: how many updates came in each, and which change of the post each hour is of.

A post keeps them as JSON, so that a page of 5,000 updates need not count them.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

HOUR = timedelta(hours=1)
# Coverage over more than a week shows the hours that had updates and leaves the quiet ones out.
MAX_FILLED = 7 * 24


@dataclass(frozen=True)
class Hour:
    start: str  # `2024-12-03T17`, GMT
    updates: int = 0
    key_moments: int = 0
    newest: int | None = None  # id of the entry that stands highest
    # Before the first and after the last hour with updates there is nothing to show.
    is_shown: bool = True
    seq: int = 0  # the post's, when this last changed

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(f"{self.start}:00+00:00")

    @property
    def density(self) -> int:
        """0 for none to 5 for 16 and more: steps that do not move when another hour grows."""
        return sum(self.updates >= least for least in (1, 2, 4, 8, 16))


def start_of(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()[:13]  # strftime writes the year 24 in two digits, which nothing reads


def recounted(before: Iterable[Hour], touched: Iterable[Hour], seq: int) -> list[Hour]:
    """All hours, those that were `touched` as they are now; what is not as it was before is of the change `seq`."""
    old = {hour.start: hour for hour in before}
    counts = old | {hour.start: hour for hour in touched}
    found = sorted((hour for hour in counts.values() if hour.updates), key=attrgetter("start"))
    now = {start: Hour(start, is_shown=False) for start in counts} | {hour.start: hour for hour in _filled(found)}
    return [_stamped(now[start], old.get(start), seq) for start in sorted(now)]


def loaded(hours: Iterable[dict[str, Any]]) -> list[Hour]:
    return [Hour(**hour) for hour in hours]


def stored(hours: Iterable[Hour]) -> list[dict[str, Any]]:
    return [asdict(hour) for hour in hours]


def _filled(found: list[Hour]) -> list[Hour]:
    """With the quiet hours between them."""
    if not found or found[-1].at - found[0].at > MAX_FILLED * HOUR:
        return found
    starts = (start_of(found[0].at + step * HOUR) for step in range((found[-1].at - found[0].at) // HOUR))
    filled = {start: Hour(start) for start in starts} | {hour.start: hour for hour in found}
    return list(filled.values())


def _stamped(hour: Hour, old: Hour | None, seq: int) -> Hour:
    return old if old and replace(old, seq=0) == replace(hour, seq=0) else replace(hour, seq=seq)
