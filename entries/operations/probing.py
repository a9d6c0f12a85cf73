"""A question that may hang."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress

from django.db import connections


class Probe[Found]:
    """Asked by one thread at a time, however many want to know; each waits for it only so long.

    The thread is a daemon's and of no pool: a process that stops would wait for those. `ask` raises nothing.
    """

    def __init__(self, ask: Callable[[], Found]) -> None:
        self._ask = ask
        self._under_way: asyncio.Future[Found] | None = None

    async def answer(self, patience: float) -> Found | None:
        """None where there is none in so many seconds."""
        if self._under_way is None:
            self._start()
        asked = self._under_way
        assert asked is not None  # noqa: S101  # mypy does not see that _start sets it
        done, _ = await asyncio.wait({asked}, timeout=patience)
        return asked.result() if done else None

    def _start(self) -> None:
        loop = asyncio.get_running_loop()
        found: asyncio.Future[Found] = loop.create_future()
        self._under_way = found
        threading.Thread(target=self._work, args=(loop, found), name="probe", daemon=True).start()

    def _work(self, loop: asyncio.AbstractEventLoop, found: asyncio.Future[Found]) -> None:
        try:
            answer = self._ask()
        finally:
            connections.close_all()  # the next question finds out whether one can be made
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(self._tell, found, answer)

    def _tell(self, found: "asyncio.Future[Found]", answer: Found) -> None:
        found.set_result(answer)
        self._under_way = None
