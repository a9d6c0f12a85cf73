"""The site as deploy/ has it: nginx with its shipped configuration, and two servers behind it."""

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any

import trustme

from tests.browser.site import ROOT, Site, environment, free_port

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin:/usr/local/bin")
PATIENCE = 20.0  # seconds
ELSEWHERE = "entries/favicon.svg"
DEPLOY = ROOT / "deploy" / "nginx"
# All at once in one process: each start of Django takes a second.
_MAKE = """
from django.contrib.auth.models import User
from django.core.management import call_command
from tests.factories import make_post, make_image
from entries.domain.tokens import make_token
call_command("migrate", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["ckeditor"])
ann = User.objects.create_superuser("ann", password="correct horse battery")
image = make_image()
post = make_post(map=image, map_alt="A map")
token = make_token(user=ann, name="A test", author=None)[1]
import json
print(json.dumps({"slug": post.slug, "token": token, "picture": image.file.url}))
"""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def cache(self) -> str:
        """What nginx says of it; the site's own cache stands before that."""
        return "".join(re.findall(r"nginx; (.*)", self.headers.get("cache-status", "")))


class Server:
    """One of the machines behind nginx."""

    def __init__(self, settings: dict[str, str]) -> None:
        self.port = int(settings["PORT"])
        self._settings = settings
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--log-level", "warning"],
            cwd=ROOT,
            env=self._settings,
            start_new_session=True,
        )

    def wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert self.process.poll() is None
            with suppress(OSError), closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
                connection.request("GET", "/robots.txt", headers={"X-Forwarded-Proto": "https"})
                if connection.getresponse().status == 200:
                    return
            time.sleep(0.05)
        raise AssertionError("The server did not answer.")

    @property
    def workers(self) -> list[int]:
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def reload(self) -> None:
        self.process.send_signal(signal.SIGHUP)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=PATIENCE)


@dataclass
class Fleet:
    port: int
    plain_port: int
    tls: ssl.SSLContext
    servers: list[Server]
    folder: Path
    slug: str
    token: str
    picture: str
    asked_at: float = 0.0

    @property
    def disk(self) -> Path:
        return self.folder / "disk"

    @property
    def address(self) -> str:
        return f"/live/{self.slug}/"

    def connection(self) -> HTTPSConnection:
        return HTTPSConnection("localhost", self.port, context=self.tls, timeout=PATIENCE)

    def ask(self, address: str, method: str = "GET", body: bytes | None = None, /, **headers: str) -> Answer:
        with closing(self.connection()) as connection:
            return ask(connection, address, method, body, **headers)

    def publish(self, text: str) -> int:
        """By a program, through nginx; returns its seq."""
        sent = json.dumps({"source": f"<p>{text}</p>"}).encode()
        answer = self.ask(
            f"/api/v1/posts/{self.slug}/entries/", "POST", sent,
            Authorization=f"Bearer {self.token}", Content_Type="application/json",
        )  # fmt: skip
        assert answer.status == 201, answer
        return int(json.loads(answer.body)["seq"])

    @contextmanager
    def stream(self, **headers: str) -> Iterator[HTTPResponse]:
        with closing(self.connection()) as connection:
            connection.request("GET", f"{self.address}stream/", headers=named(headers))
            yield connection.getresponse()

    def raw(self, text: str, *, port: int | None = None) -> bytes:
        """What comes back for bytes that no client would send."""
        with ExitStack() as stack:
            plain = stack.enter_context(socket.create_connection(("127.0.0.1", port or self.port), timeout=PATIENCE))
            wire = plain if port else stack.enter_context(self.tls.wrap_socket(plain, server_hostname="localhost"))
            wire.sendall(text.replace("\n", "\r\n").encode())
            return b"".join(iter(lambda: wire.recv(65_536), b""))


def ask(
    connection: HTTPSConnection, address: str, method: str = "GET", body: bytes | None = None, /, **headers: str
) -> Answer:
    connection.request(method, address, body, named(headers))
    response = connection.getresponse()
    told: dict[str, str] = {}
    for name, value in response.getheaders():
        told[name.lower()] = ", ".join(filter(None, [told.get(name.lower()), value]))
    return Answer(response.status, told, response.read())


def named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@contextmanager
def running_fleet(folder: Path) -> Iterator[Fleet]:
    port, plain_port = free_port(), free_port()
    settings = environment(folder / "data") | {"SITE_URL": f"https://localhost:{port}", "WEB_CONCURRENCY": "1"}
    made = json.loads(Site(settings).manage("shell", "--no-imports", "-c", _MAKE).splitlines()[-1])
    with ExitStack() as stack:
        servers = [Server(settings | {"PORT": str(free_port())}) for _ in range(2)]
        for server in servers:
            stack.callback(server.kill)
        tls = _certificate(folder)
        stack.enter_context(_nginx(folder, port, plain_port, [server.port for server in servers]))
        for server in servers:
            server.wait()
        yield Fleet(port, plain_port, tls, servers, folder, **made)


def _certificate(folder: Path) -> ssl.SSLContext:
    authority = trustme.CA()
    issued = authority.issue_cert("localhost")
    issued.private_key_and_cert_chain_pem.write_to_path(folder / "site.pem")
    tls = ssl.create_default_context()
    authority.configure_trust(tls)
    return tls


@contextmanager
def _nginx(folder: Path, port: int, plain_port: int, machines: list[int]) -> Iterator[None]:
    _fill_disk(folder)
    _configure(folder, port, plain_port, machines)
    command = [str(NGINX), "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", str(folder / "error.log")]
    said = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    process = subprocess.Popen([*command, "-g", "daemon off;"], start_new_session=True)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def _fill_disk(folder: Path) -> None:
    """What nginx finds on its machine, one file less than the site has."""
    missing = shutil.ignore_patterns(Path(ELSEWHERE).name)
    shutil.copytree(folder / "data" / "static", folder / "disk" / "static", ignore=missing)
    shutil.copytree(folder / "data" / "media", folder / "disk" / "media")


def _configure(folder: Path, port: int, plain_port: int, machines: list[int]) -> None:
    """The shipped files with other ports and folders, and this site's two snippets."""
    shutil.copytree(DEPLOY / "snippets", folder / "snippets")
    servers = "".join(f"server 127.0.0.1:{machine} max_fails=3 fail_timeout=1s;\n" for machine in machines)
    (folder / "snippets" / "liveblog-machines.conf").write_text(servers)
    site = "server_name localhost;\nssl_certificate site.pem;\nssl_certificate_key site.pem;\n"
    (folder / "snippets" / "liveblog-site.conf").write_text(site)
    shipped = (DEPLOY / "liveblog.conf").read_text()
    for before, after in {
        "listen 80": f"listen 127.0.0.1:{plain_port}",
        "listen [::]:80": f"listen [::1]:{plain_port}",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "listen [::]:443 ssl": f"listen [::1]:{port} ssl",
        "/var/lib/liveblog": str(folder / "disk"),
        "/var/cache/nginx/liveblog": str(folder / "cache"),
    }.items():
        assert before in shipped, before
        shipped = shipped.replace(before, after)
    (folder / "liveblog.conf").write_text(shipped)
    (folder / "nginx.conf").write_text(_MAIN % {"user": "user root;" if os.getuid() == 0 else "", "folder": folder})


# What a system's own nginx.conf has around it, for one who is nobody in particular.
_MAIN = """%(user)s
worker_processes 2;
pid %(folder)s/nginx.pid;
events { worker_connections 4096; }
http {
    default_type application/octet-stream;
    types { text/css css; text/javascript js; image/svg+xml svg; }
    access_log off;
    client_body_temp_path %(folder)s/body;
    proxy_temp_path %(folder)s/proxy;
    fastcgi_temp_path %(folder)s/fastcgi;
    uwsgi_temp_path %(folder)s/uwsgi;
    scgi_temp_path %(folder)s/scgi;
    include liveblog.conf;
}
"""


def until(is_so: Any, patience: float = PATIENCE) -> float:
    """Seconds that it took."""
    started = time.monotonic()
    while not is_so():
        assert time.monotonic() - started < patience
        time.sleep(0.03)
    return time.monotonic() - started
