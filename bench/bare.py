"""Servers that have nothing to do but to answer."""

import base64
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.load import Answer, Question, request
from bench.processor import children_of
from tests.browser.site import free_port

PATIENCE = 20.0  # seconds


@dataclass(frozen=True)
class Bare:
    pids: list[int]
    port: int

    def same_bytes(self, name: str, answer: Answer) -> Question:
        """Asks for the same body, with no header but what HTTP wants."""
        kept = {"content-type", "content-length", "content-encoding"}
        return self._asked(name, answer, [pair for pair in answer.headers if pair[0] in kept])

    def same_headers(self, name: str, answer: Answer) -> Question:
        """Asks for the same body with the same headers, but for those that the server sends by itself."""
        return self._asked(name, answer, [pair for pair in answer.headers if pair[0] not in {"date", "server"}])

    def _asked(self, name: str, answer: Answer, headers: list[tuple[str, str]]) -> Question:
        path = f"/{len(headers)}/{abs(hash(answer))}"
        body = base64.b64encode(answer.body).decode()
        told = json.dumps({"status": answer.status, "headers": headers, "body": body})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("POST", path, told)
        assert connection.getresponse().status == answer.status
        connection.close()
        return Question(name, self.port, request(path), answer.status, answer.text, self.pids)


@contextmanager
def bare_server(module: str, **settings: str) -> Iterator[Bare]:
    """Serves a module of this folder, in one process."""
    port = free_port()
    options = ["--bind", f"127.0.0.1:{port}", "-k", "asgi", "--asgi-lifespan", "off", "--no-control-socket"]
    command = [sys.executable, "-m", "gunicorn", *options, "--log-level", "warning", f"{module}:application"]
    # In this folder the site's own configuration is not found.
    with subprocess.Popen(command, cwd=Path(__file__).parent, env=os.environ | settings) as server:
        try:
            _wait_for(port, server)
            yield Bare(children_of(server.pid), port)
        finally:
            for pid in (*children_of(server.pid), server.pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        with suppress(OSError):
            connection.request("GET", "/")
            connection.getresponse()
            return
        time.sleep(0.05)
    raise AssertionError("The bare server did not answer.")
