"""Readers as the page's script is one: a stream that goes on from a cursor, and questions where none can be had."""

import json
import random
import re
import socket
import threading
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from typing import Any

SILENCE = 20.0  # seconds; the server breaks it every 15
_ENTRY = re.compile(r'<article class="entry [^>]*id="entry-(\d+)".*?</article>', re.S)
_SEQ = re.compile(r'<article class="post"[^>]* data-seq="(\d+)"')
LOST = (OSError, HTTPException, ValueError)


class Reader(threading.Thread):
    """`entries`: id to HTML, None of what was removed, of all that changed since the reader came."""

    def __init__(self, port: int, slug: str, *, asks_only: bool = False) -> None:
        super().__init__(daemon=True)
        self._port = port
        self._root = f"/live/{slug}/"
        self._asks_only = asks_only
        self._connection: HTTPConnection | None = None
        self._is_leaving = False
        self.entries: dict[int, str | None] = {}
        self.seq = 0
        self.resets = 0
        self.faults: list[str] = []
        self._load()

    def run(self) -> None:
        while not self._is_leaving:
            try:
                if not self._asks_only:
                    self._stream()
                self._ask()
            except LOST:
                time.sleep(random.uniform(0.2, 0.8))  # noqa: S311
            else:
                time.sleep(random.uniform(0.5, 1.0))  # noqa: S311

    def cut(self) -> None:
        """Their line goes dead, whatever is on it."""
        with suppress(OSError, AttributeError):
            self._connection.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]

    def leave(self) -> None:
        self._is_leaving = True
        self.cut()

    def _stream(self) -> None:
        response = self._get(f"stream/?since={self.seq}")
        if response.status != 200:
            return
        while line := response.readline():
            if line.startswith(b"data: "):
                self._go_on(json.loads(line.removeprefix(b"data: ")))

    def _ask(self) -> None:
        response = self._get(f"changes/{self.seq}/")
        text = response.read()
        if response.status == 200:
            self._go_on(json.loads(text))

    def _load(self) -> None:
        """The page anew, and all others of the post: what changes meanwhile is told after its seq."""
        text = self._get("").read().decode()
        found = _SEQ.search(text)
        if found is None:
            raise ValueError(text[:200])
        entries: dict[int, str | None] = {}
        page = 1
        while self.resets and (response := self._get(f"?page={page}")).status == 200:
            entries |= {int(match[1]): match[0] for match in _ENTRY.finditer(response.read().decode())}
            page += 1
        self.seq, self.entries = int(found[1]), entries

    def _go_on(self, delta: dict[str, Any]) -> None:
        if delta.get("reset"):
            self.resets += 1
            self._load()
            return
        if delta["since"] > self.seq:
            self.faults.append(f"From {self.seq} it was told what changed since {delta['since']}.")
        if delta["seq"] <= self.seq:
            return
        for entry in delta["entries"]:
            self.entries[entry["id"]] = None if entry.get("removed") else entry["html"]
        self.seq = delta["seq"]

    def _get(self, path: str) -> Any:
        if self._connection is not None:
            self._connection.close()
        self._connection = HTTPConnection("127.0.0.1", self._port, timeout=SILENCE)
        self._connection.request("GET", self._root + path)
        return self._connection.getresponse()
