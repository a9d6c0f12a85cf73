"""Django as it is served: each request in one thread from its first middleware to its last, of a few that stay."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from asgiref.sync import ThreadSensitiveContext
from django.core.handlers.asgi import ASGIHandler
from django.db import close_old_connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# Each has a database connection of its own. PostgreSQL gives 100 to all processes together, and with more threads
# nothing is done sooner: one at a time computes.
AT_ONCE = 16


class Django(ASGIHandler):
    """Django's own would change threads around each middleware, start two threads for each request, and open and leave
    behind a connection in one of them."""

    def __init__(self) -> None:
        super().__init__()
        self.load_middleware()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="django")
        self._signals = ThreadPoolExecutor(1, thread_name_prefix="django-signals")

    async def __call__(self, scope, receive, send):  # type: ignore[no-untyped-def]  # as it is there
        async with ThreadSensitiveContext(executor=self._signals):
            await self.handle(scope, receive, send)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """Without the body's arrival and the answer's departure, which are as slow as who is at the other end."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, copy_context().run, self._respond, request)

    def _respond(self, request: HttpRequest) -> HttpResponseBase:
        close_old_connections()
        try:
            return self.get_response(request)
        finally:
            close_old_connections()
