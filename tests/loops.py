import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

PATIENCE = 60  # seconds


def run_in_loop(work: Coroutine[Any, Any, None]) -> None:
    """In a thread of its own: Playwright leaves a loop running in the one that the tests have."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, asyncio.wait_for(work, PATIENCE)).result()
