"""The server: pages, feeds and files from one process tree. Every value can be set from the environment."""

import gc
import os
import resource
import signal
import socket
import sys
from contextlib import suppress
from logging.config import dictConfig
from runpy import run_module
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from entries import journal
from entries.operations import sharing

HOST = os.environ.get("HOST") or "127.0.0.1"
PORT = os.environ.get("PORT") or "8000"
OPEN_FILES = 65_536

bind = f"{HOST}:{PORT}"
wsgi_app = "liveblog.asgi:application"
worker_class = "asgi"
asgi_lifespan = "off"
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
# Seconds. Short ones make a reader's next request meet a connection that is just being closed.
keepalive = 75
# Seconds for requests under way when the server stops. Streams are ended in post_worker_init.
graceful_timeout = 5
# Otherwise it is written under the home directory, which a service may not have.
control_socket_disable = True
loglevel = os.environ.get("LOG_LEVEL", "info").lower()


def on_starting(server: Any) -> None:
    """Says in a sentence what would otherwise be every worker's traceback, or five tries a second apart."""
    os.environ.setdefault("DEBUG", "0")  # as in liveblog.asgi
    try:
        settings = run_module("liveblog.settings")  # run and not imported, so that a reload reads it anew
    except (ImproperlyConfigured, ValueError, OSError) as error:
        sys.exit(str(error))
    _raise_open_files()
    sharing.begin()
    server.log_format = settings["LOG_FORMAT"]
    _write_alike(server)
    if not os.environ.keys() & {"LISTEN_FDS", "GUNICORN_FD"}:  # sockets that somebody else has bound
        for address in server.cfg.address:
            _refuse_if_taken(address)


def on_reload(server: Any) -> None:
    _write_alike(server)


def when_ready(server: Any) -> None:
    addresses = ", ".join(f"{listener}/" for listener in server.LISTENERS)
    print(f"Serving {addresses} (the newsroom is at /admin/); Ctrl+C stops it.", file=sys.stderr, flush=True)
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    streams = run_module("liveblog.settings")["STREAM_LIMIT"] * server.cfg.workers
    print(f"Open pages at once: {streams:,} ({files:,} open files a process).", file=sys.stderr, flush=True)


def child_exit(server: Any, worker: Any) -> None:
    try:
        sharing.bury(worker.pid)
    except Exception as error:  # the master would end with it
        server.log.warning("What process %s counted is lost: %s", worker.pid, error)


def on_exit(server: Any) -> None:
    sharing.end()


def post_worker_init(worker: Any) -> None:
    from entries.clock import start

    _spare_the_collector()
    start()

    def stop() -> None:
        worker.handle_exit_signal()
        # Gunicorn looks once a second whether it is to stop, and would take connections until then. They are for the
        # process that comes after this one, or wait for it where systemd holds the socket.
        for server in worker.servers:
            server.close()
        # Streams never end by themselves: without this a stop took its whole grace, and then cut them.
        worker.asgi.close()

    worker.loop.add_signal_handler(signal.SIGTERM, stop)


def _spare_the_collector() -> None:
    """What was loaded stays for good, and thousands of streams stay for hours: with Python's own thresholds a storm of
    them had all of it looked through again and again, which took half of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


def _write_alike(server: Any) -> None:
    """The server's own lines as all others, and at its own level."""
    dictConfig(journal.configuration(server.log_format, server.cfg.loglevel.upper()))


def _raise_open_files() -> None:
    """A stream is an open file, and many systems give a process 1,024 until it asks for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft < wanted:
        with suppress(ValueError, OSError):  # a system may allow less than it says
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _refuse_if_taken(address: Any) -> None:
    if not isinstance(address, tuple):  # a path: gunicorn replaces the socket there
        return
    try:
        with socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        sys.exit(f"{address[0]}:{address[1]} cannot be served on ({reason}): set PORT or HOST to another.")
