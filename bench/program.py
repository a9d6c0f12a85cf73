"""A program that writes in a post by the API, on a connection that it keeps."""

import http.client
import json
import time
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.browser.site import Site

_MAKE = """
from django.contrib.auth.models import User
from entries.domain.tokens import make_token
ann = User.objects.create_superuser("ann")
print(make_token(user=ann, name="A program", author=None)[1])
"""


class Program:
    def __init__(self, url: str, slug: str, token: str) -> None:
        self._address = f"/api/v1/posts/{slug}/entries/"
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)

    @staticmethod
    def token(site: Site) -> str:
        """Of an account that may do everything."""
        return site.manage("shell", "-v", "0", "--no-imports", "-c", _MAKE).split()[-1]

    def ask(self, address: str) -> tuple[int, bytes]:
        self._connection.request("GET", address)
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def publish(self, text: str) -> tuple[float, int]:
        """When the request was sent, and the seq that it led to."""
        started = time.time()
        self._connection.request("POST", self._address, json.dumps({"source": text}), self._headers)
        answer = self._connection.getresponse()
        told = answer.read()
        assert answer.status == 201, told
        return started, int(json.loads(told)["seq"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()
