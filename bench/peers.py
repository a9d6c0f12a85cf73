"""What others take for the same page, as it was measured beside this project's forerunners; they cannot be run here.

Their rates were taken on a machine where a bare ASGI callable answered 24,500 times a second and core, so they are
scaled by what it answers in the run that they are held against.
"""

from dataclasses import dataclass

BARE_THERE = 24_500


@dataclass(frozen=True)
class Peer:
    name: str
    pages: int  # of 200 updates, a second and core, nothing kept on either side
    kept: int  # times as many as that, which a page from memory is to reach
    cold: int  # the same for one that is made anew

    def here(self, bare_here: float) -> float:
        return self.pages * bare_here / BARE_THERE


PEERS = (Peer("WordPress with Automattic's plug-in", 17, 1_000, 40), Peer("wagtail-live", 27, 700, 25))
SAID = "(at its rate of another machine, scaled by the bare callable here)"
