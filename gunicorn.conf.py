"""The server: pages, feeds and files from one process tree. Every value can be set from the environment."""

import os
from typing import Any

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
wsgi_app = "liveblog.asgi:application"
worker_class = "asgi"
asgi_lifespan = "off"
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
# Otherwise it is written under the home directory, which a service may not have.
control_socket_disable = True
loglevel = os.environ.get("LOG_LEVEL", "info").lower()


def post_worker_init(worker: Any) -> None:
    from entries.clock import start

    start()
