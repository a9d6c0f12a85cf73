"""Thousands of readers in one process: raw sockets and one selector, so that little of the time is theirs."""

import resource
import selectors
import socket
import time
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass
class Arrivals:
    """Seconds from the start until each reader had all of the chunk."""

    seconds: list[float]

    def at(self, share: float) -> float:
        return sorted(self.seconds)[min(int(len(self.seconds) * share), len(self.seconds) - 1)]


HEARTBEAT = b"3\r\n:\n\n\r\n"
SHARES = (("p50", 0.5), ("p99", 0.99), ("max", 1.0))


class Crowd:
    def __init__(self, address: str, number: int) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft < number + 100:
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(number + 100, hard), hard))
        parts = urlsplit(address)
        request = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
        self._selector = selectors.DefaultSelector()
        self._received: dict[socket.socket, bytes] = {}
        for _ in range(number):
            self._received[socket.create_connection((parts.hostname or "", parts.port or 80))] = b""
        started = time.perf_counter()
        for reader in self._received:
            reader.sendall(request)
        for reader in self._received:
            while not self._received[reader].endswith(b"\n\n\r\n"):  # the end of the first chunk
                self._received[reader] += reader.recv(65536)
            assert self._received[reader].startswith(b"HTTP/1.1 200"), self._received[reader]
        self.opened_a_second = number / (time.perf_counter() - started)
        for reader in self._received:
            reader.setblocking(False)
            self._selector.register(reader, selectors.EVENT_READ)

    def arrivals(self, since: float, ending: bytes, patience: float = 30.0) -> Arrivals:
        """`since`: perf_counter when the change was made. Every reader must get what ends so, and all the same."""
        waiting = set(self._received)
        self._received = dict.fromkeys(waiting, b"")
        seconds = []
        while waiting and time.perf_counter() - since < patience:
            for key, _ in self._selector.select(1):
                reader = key.fileobj
                assert isinstance(reader, socket.socket)
                self._received[reader] += reader.recv(65536)
                if self._received[reader].endswith(ending):
                    seconds.append(time.perf_counter() - since)
                    waiting.discard(reader)
        assert not waiting, f"{len(waiting)} readers have not got it."
        self._received = {reader: got.replace(HEARTBEAT, b"") for reader, got in self._received.items()}
        assert len(set(self._received.values())) == 1, "Not all have got the same."
        return Arrivals(seconds)

    @property
    def chunk(self) -> bytes:
        """What each of them got last, without the framing of HTTP."""
        _, _, rest = next(iter(self._received.values())).partition(b"\r\n")
        return rest.removesuffix(b"\r\n")

    def close(self) -> None:
        for reader in self._received:
            reader.close()
        self._selector.close()
