"""nginx as deploy/ has it, with one worker and without TLS, which would cost all that it hands out the same."""

import gzip
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.load import Question, request
from bench.processor import children_of
from tests.browser.site import free_port
from tests.fleet import DEPLOY, NGINX

PATIENCE = 10.0  # seconds
# What Debian's own nginx.conf has around the site's.
_MAIN = """%(user)s
worker_processes 1;
pid nginx.pid;
events { worker_connections 1024; }
http {
    sendfile on;
    tcp_nopush on;
    default_type application/octet-stream;
    access_log off;
    keepalive_requests 10000000;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include liveblog.conf;
}
"""
_TLS = r"listen \[::\].*;|ssl_reject_handshake on;|include snippets/liveblog-tls.conf;"


@dataclass(frozen=True)
class Proxy:
    pids: list[int]
    port: int
    _disk: Path

    def cached(self, name: str, path: str, *headers: str, status: int = 200, said: bytes = b"") -> Question:
        return Question(name, self.port, request(path, *headers, host="localhost"), status, said, self.pids)

    def static(self, name: str, body: bytes, said: bytes) -> Question:
        """The same as a file of /static/, compressed beforehand."""
        file = self._disk / "static" / f"{name.replace(' ', '-')}.html"
        file.write_bytes(body)
        file.with_suffix(".html.gz").write_bytes(gzip.compress(body, 6, mtime=0))
        return self.cached(name, f"/static/{file.name}", said=said)


@contextmanager
def proxy(folder: Path, site_port: int) -> Iterator[Proxy]:
    assert NGINX, "This needs nginx."
    port = free_port()
    (folder / "disk" / "static").mkdir(parents=True)
    folder.chmod(0o755)  # nginx reads the files as somebody else
    _configure(folder, port, site_port)
    command = [NGINX, "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", str(folder / "error.log")]
    process = subprocess.Popen([*command, "-g", "daemon off;"])
    try:
        _wait_for(port, process)
        yield Proxy(children_of(process.pid)[:1], port, folder / "disk")
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _configure(folder: Path, port: int, site_port: int) -> None:
    shutil.copytree(DEPLOY / "snippets", folder / "snippets")
    (folder / "snippets" / "liveblog-machines.conf").write_text(f"server 127.0.0.1:{site_port};\n")
    (folder / "snippets" / "liveblog-site.conf").write_text("server_name localhost;\n")
    shipped = re.sub(_TLS, "", (DEPLOY / "liveblog.conf").read_text())
    for before, after in {
        "listen 443 ssl http2": f"listen 127.0.0.1:{port}",
        "listen 80": f"listen 127.0.0.1:{free_port()}",
        "/var/lib/liveblog": str(folder / "disk"),
        "/var/cache/nginx/liveblog": str(folder / "cache"),
    }.items():
        assert before in shipped, before
        shipped = shipped.replace(before, after)
    (folder / "liveblog.conf").write_text(shipped)
    (folder / "nginx.conf").write_text(_MAIN % {"user": "user root;" if os.getuid() == 0 else ""})


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.05)
    raise AssertionError("nginx did not answer.")
