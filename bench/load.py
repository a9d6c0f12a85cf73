"""Readers who ask without pause over some connections, and what their questions cost who answers.

One thread and one epoll, so that the client is quicker than what it asks; each answer is looked at before it counts.
"""

import gzip
import re
import select
import socket
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import brotli

from bench.processor import used

CONNECTIONS = 16
PATIENCE = 10.0  # seconds without any answer
_TAG = re.compile(rb"(?<=If-None-Match: )[^\r]*")
_LENGTH = re.compile(rb"content-length: *(\d+)", re.I)
_CODING = re.compile(rb"content-encoding: *(\w+)", re.I)


@dataclass(frozen=True)
class Answer:
    status: int
    head: bytes
    body: bytes  # as it came

    @property
    def text(self) -> bytes:
        coding = _CODING.search(self.head)
        return {b"gzip": gzip.decompress, b"br": brotli.decompress}[coding[1]](self.body) if coding else self.body

    @property
    def headers(self) -> list[tuple[str, str]]:
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        return [(name.lower(), value) for name, _, value in (line.partition(": ") for line in lines)]

    def header(self, name: str) -> str:
        return dict(self.headers).get(name, "")


@dataclass
class Heard:
    """What came back: when each was asked, how long it took, and which of the bodies it had."""

    asked_at: list[float] = field(default_factory=list)  # perf_counter
    seconds: list[float] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)  # one for each body
    _known: dict[tuple[bytes, bytes], int] = field(default_factory=dict)

    def note(self, asked_at: float, head: bytes, body: bytes) -> None:
        self.asked_at.append(asked_at)
        self.seconds.append(time.perf_counter() - asked_at)
        key = head[9:12], body
        number = self._known.get(key)
        if number is None:
            number = self._known[key] = len(self.answers)
            self.answers.append(Answer(int(head[9:12]), head, body))
        self.numbers.append(number)


@dataclass
class Question:
    """`said`: what the body of each answer has within."""

    name: str
    port: int
    request: bytes
    status: int = 200
    said: bytes = b""
    pids: Sequence[int] = ()  # of who answers
    costs: list[float] = field(default_factory=list)  # microseconds of their processor a request, a round each
    seconds: list[float] = field(default_factory=list)

    @property
    def cost(self) -> float:
        return statistics.median(self.costs)

    @property
    def a_second(self) -> float:
        """For each core."""
        return 1e6 / self.cost

    @property
    def p99(self) -> float:
        return sorted(self.seconds)[int(len(self.seconds) * 0.99)]

    def renew(self, seconds: float) -> None:
        """With the tag of now, where it has one: pages have another each minute. It holds for so many seconds."""
        if not _TAG.search(self.request):
            return
        if (left := 60 - time.time() % 60) < seconds + 1:
            time.sleep(left + 0.1)
        tag = Question(self.name, self.port, self.request.replace(b"If-None-Match", b"X-Known")).once().header("etag")
        self.request = _TAG.sub(lambda _: tag.encode(), self.request)

    def once(self) -> Answer:
        return ask(self, most=1, connections=1).answers[0]


def request(path: str, *headers: str, coding: str = "gzip", host: str = "127.0.0.1") -> bytes:
    return "\r\n".join(
        [f"GET {path} HTTP/1.1", f"Host: {host}", f"Accept-Encoding: {coding}", *headers, "", ""]
    ).encode()


def rounds(questions: Sequence[Question], number: int, seconds: float) -> None:
    """In turn, so that what else the machine does is shared out; the first round warms up.

    Of a second each, because so often what is kept must be asked for again.
    """
    for turn in range(number + 1):
        for question in questions:
            question.renew(seconds)
            before = used(question.pids)
            heard = ask(question, seconds=seconds)
            if turn:
                question.costs.append((used(question.pids) - before) / len(heard.seconds) * 1e6)
                question.seconds += heard.seconds


def ask(
    question: Question, *, seconds: float = 60.0, most: int = 1_000_000, connections: int = CONNECTIONS,
    until: Callable[[], bool] | None = None,
) -> Heard:  # fmt: skip
    """For so many seconds, or until that is so."""
    heard = Heard()
    end = time.perf_counter() + seconds
    with Readers(question, connections) as readers:
        readers.ask(until or (lambda: time.perf_counter() > end), most, heard)
    for answer in heard.answers:
        assert answer.status == question.status, (question.name, answer.head)
        assert question.said in answer.text, (question.name, answer.text[:2000])
    return heard


class Readers:
    def __init__(self, question: Question, connections: int) -> None:
        self._request = question.request
        self._poll = select.epoll()
        self._open: dict[int, _Reader] = {}
        for _ in range(connections):
            reader = _Reader(socket.create_connection(("127.0.0.1", question.port)))
            self._open[reader.socket.fileno()] = reader
            self._poll.register(reader.socket, select.EPOLLIN)

    def __enter__(self) -> "Readers":
        return self

    def __exit__(self, *_: object) -> None:
        self._poll.close()
        for reader in self._open.values():
            reader.socket.close()

    def ask(self, is_over: Callable[[], bool], most: int, heard: Heard) -> None:
        waiting = list(self._open.values())[:most]
        for reader in waiting:
            reader.send(self._request)
        asked, under_way = len(waiting), len(waiting)
        while under_way:
            ready = self._poll.poll(PATIENCE)
            assert ready, "No answer came."
            for reader in (self._open[number] for number, _ in ready):
                if not reader.has_all(heard):
                    continue
                if asked < most and not is_over():
                    asked += 1
                    reader.send(self._request)
                else:
                    under_way -= 1


class _Reader:
    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        self._got = b""
        self._asked_at = 0.0

    def send(self, request: bytes) -> None:
        self._got = b""
        self._asked_at = time.perf_counter()
        self.socket.sendall(request)

    def has_all(self, heard: Heard) -> bool:
        chunk = self.socket.recv(1 << 18)
        assert chunk, "The server closed the connection."
        self._got += chunk
        head, end, body = self._got.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not end or (length and len(body) < int(length[1]) and head[9:12] != b"304"):
            return False
        heard.note(self._asked_at, head, body)
        return True
