"""How busy this process is, and so how often pages may ask it."""

from types import TracebackType

POLL = 10  # seconds between a page's questions about a live post
POLL_ENDED = 60
POLL_MAX = 120
# Requests under way at once that are no pressure. Django answers one after another, so ten are some 50 ms of waiting.
EASY = 10


class Pressure:
    """Counts requests under way: `with pressure: …`. One for the process; the event loop alone touches it."""

    def __init__(self) -> None:
        self.under_way = 0

    def __enter__(self) -> None:
        self.under_way += 1

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.under_way -= 1

    def poll(self, *, is_ended: bool) -> int:
        """Seconds. In whole multiples, so that answers stay the same, and cacheable, while little changes."""
        calm = POLL_ENDED if is_ended else POLL
        return min(calm * max(1, self.under_way // EASY), POLL_MAX)


pressure = Pressure()
