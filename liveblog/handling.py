"""Django as it is served: so many requests at once and no more, and none leaves its database connection behind."""

import asyncio

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.db import connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# Each has a thread and a connection of its own. PostgreSQL gives 100 to all processes together, and with more threads
# nothing is done sooner: one at a time computes.
AT_ONCE = 16


class Django(ASGIHandler):
    def __init__(self) -> None:
        super().__init__()
        self._room = asyncio.Semaphore(AT_ONCE)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """The thread ends with the request, and what it leaves open stays so until Python finds it: by the hundred."""
        async with self._room:
            try:
                return await super().get_response_async(request)
            finally:
                await sync_to_async(connections.close_all)()
