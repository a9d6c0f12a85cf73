"""Readers who come to a page one after another, at a pace, each asking without waiting for the others."""

import asyncio
import re
import time
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

from bench.crowd import Arrivals

PACE = 100  # pages a second


def visited(url: str, path: str, seconds: float, change: Callable[[], object], changes: int) -> Arrivals:
    """Seconds that each page took, while so many changes were made meanwhile."""
    return asyncio.run(_visited(url, path, seconds, change, changes))


async def _visited(url: str, path: str, seconds: float, change: Callable[[], object], changes: int) -> Arrivals:
    parts = urlsplit(url)
    request = f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept-Encoding: br\r\n\r\n".encode()
    free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def visit() -> float:
        reader, writer = free.pop() if free else await asyncio.open_connection(parts.hostname, parts.port, limit=2**20)
        started = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        found = re.search(rb"content-length: (\d+)", head, re.I)
        assert found, head
        await reader.readexactly(int(found[1]))
        took = time.perf_counter() - started
        assert head.startswith(b"HTTP/1.1 200"), head
        free.append((reader, writer))
        return took

    async def edit() -> None:
        await asyncio.to_thread(change)

    editing = asyncio.create_task(_at_pace(changes / seconds, changes, edit))
    visits: list[float] = await _at_pace(PACE, int(PACE * seconds), visit)
    await editing
    for _, writer in free:
        writer.close()
    return Arrivals(visits)


async def _at_pace[Done](pace: float, times: int, work: Callable[[], Coroutine[Any, Any, Done]]) -> list[Done]:
    """Begins it so many times a second, whether or not what was begun before is done."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    under_way = []
    for number in range(times):
        await asyncio.sleep(began + number / pace - loop.time())
        under_way.append(asyncio.create_task(work()))
    return list(await asyncio.gather(*under_way))
