"""Thousands of readers in one process: raw sockets, and the kernel's word for when something came to each.

So the time that this process takes to look at them all is not counted as the server's.
"""

import resource
import select
import socket
import struct
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

SHARES = (("p50", 0.5), ("p99", 0.99), ("max", 1.0))
HEARTBEAT = b":\n\n"
_SO_TIMESTAMPNS = 35  # Linux; Python has no name for it
_AT_ONCE = 500  # connections under way, fewer than a server keeps waiting


@dataclass
class Arrivals:
    """Seconds from the start until each reader had all of the chunk."""

    seconds: list[float]

    def at(self, share: float) -> float:
        return sorted(self.seconds)[min(int(len(self.seconds) * share), len(self.seconds) - 1)]


class Crowd:
    """`headers`: lines of the request, such as where they resume."""

    def __init__(self, address: str, number: int = 0, headers: str = "") -> None:
        parts = urlsplit(address)
        self._at = (parts.hostname or "", parts.port or 80)
        self._request = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n{headers}\r\n".encode()
        self._epoll = select.epoll()
        self._sockets: dict[int, socket.socket] = {}
        self._received: dict[int, bytes] = {}
        self._chunk = b""
        self.grow_to(number)

    def __len__(self) -> int:
        return len(self._sockets)

    def grow_to(self, number: int, mark: bytes = b"", at_once: int = _AT_ONCE) -> None:
        """Each is there when it has had something with `mark` in it."""
        allow_files(number)
        while (missing := number - len(self._sockets)) > 0:
            readers = [socket.create_connection(self._at) for _ in range(min(missing, at_once))]
            for reader in readers:
                reader.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
                reader.sendall(self._request)
            for reader in readers:
                _read_opening(reader, mark)
                self._sockets[reader.fileno()] = reader
                self._epoll.register(reader, select.EPOLLIN)

    def arrivals(self, since: float, seq: int, patience: float = 30.0) -> Arrivals:
        """`since`: time() when the change was made. Every reader must get it, and all the same."""
        waiting = set(self._sockets)
        self._received = dict.fromkeys(waiting, b"")
        seconds = []
        mark = b"id: %d\n" % seq
        while waiting and time.time() - since < patience:
            for reader, _ in self._epoll.poll(1):
                came, at = _taken(self._sockets[reader])
                assert came, "The server has closed a stream."
                self._received[reader] += came
                if reader in waiting and mark in self._received[reader] and self._received[reader].endswith(b"\n\r\n"):
                    seconds.append(at - since)
                    waiting.discard(reader)
        assert not waiting, f"{len(waiting)} readers have not got it."
        chunks = {content(received) for received in set(self._received.values())}
        assert len(chunks) == 1, "Not all have got the same."
        self._chunk = chunks.pop()
        return Arrivals(seconds)

    @property
    def chunk(self) -> bytes:
        """What each of them got last, without the framing of HTTP and signs of life."""
        return self._chunk

    def close(self) -> None:
        for reader in self._sockets.values():
            reader.close()
        self._epoll.close()


def allow_files(number: int) -> None:
    wanted = number + 200
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
    assert hard >= wanted, f"A process may open {hard:,} files here, too few for {number:,} readers."


def content(received: bytes) -> bytes:
    """Of whole chunks: https://www.rfc-editor.org/rfc/rfc9112#name-chunked-transfer-coding"""
    found = []
    while received:
        size, _, rest = received.partition(b"\r\n")
        end = int(size, 16)
        found.append(rest[:end])
        received = rest[end + 2 :]
    return b"".join(found).replace(b"\n\n" + HEARTBEAT, b"\n\n").removeprefix(HEARTBEAT)


def _read_opening(reader: socket.socket, mark: bytes) -> None:
    received = b""
    while not (received.endswith(b"\n\n\r\n") and mark in received):  # the end of a chunk
        came = reader.recv(65536)
        assert came, received
        received += came
    assert received.startswith(b"HTTP/1.1 200"), received


def _taken(reader: socket.socket) -> tuple[bytes, float]:
    """What has come, and when the last of it did."""
    came, told, _, _ = reader.recvmsg(1 << 18, 64)
    seconds, nanoseconds = next(struct.unpack("qq", data) for _, kind, data in told if kind == _SO_TIMESTAMPNS)
    return came, seconds + nanoseconds / 1e9
