"""A process that has the site's own code on a database: it fills it, changes it, and renders pages without a server.

Run as a program it reads a line of JSON, does it and answers with a line; `Backroom` is the other end.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from tests.browser.site import ROOT, Site


class Backroom:
    def __init__(self, site: Site) -> None:
        command = [sys.executable, "-m", "bench.backroom"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=site.environment | {"DEBUG": "0"}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip

    def do(self, verb: str, **words: Any) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps({"verb": verb, **words}), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        assert line, f"The backroom could not {verb}."
        return json.loads(line)

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


def main() -> None:
    import os

    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "liveblog.settings"
    django.setup()
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(VERBS[order.pop("verb")](**order)), flush=True)


def _fill(series: str = "", **given: Any) -> list[dict[str, Any]]:
    from bench.archive import fill
    from entries.domain.publishing import ensure_series

    made = fill(series=ensure_series(series) if series else None, **given)
    return [{"slug": post.slug, "seq": post.seq, "pk": post.pk} for post in made]


def _entries(slug: str) -> list[dict[str, Any]]:
    """As they stand on its page, newest first."""
    from entries.models import Entry

    rows = Entry.objects.filter(post__slug=slug).newest_first()
    return [{"id": entry.pk, "seq": entry.seq, "label": entry.label, "html": entry.html} for entry in rows]


def _token(name: str) -> str:
    """Of a new account that may do all."""
    from django.contrib.auth.models import User

    from entries.domain.tokens import make_token

    user = User.objects.create_superuser(name, password="correct horse battery")  # noqa: S106
    return make_token(user=user, name="A bench", author=None)[1]


def _publish(slug: str, text: str) -> dict[str, Any]:
    """`at`: perf_counter once it was committed, which all processes of a machine have in common."""
    from entries.domain import posting
    from entries.models import Post

    entry = posting.publish_entry(post=Post.objects.get(slug=slug), author=None, source=text)
    return {"id": entry.pk, "seq": entry.seq, "at": time.perf_counter()}


def _render(address: str) -> dict[str, Any]:
    """What Django answers, uncompressed, by way of all its middleware; `seconds` of the processor."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.test import RequestFactory

    handler = _kept("handler", WSGIHandler)
    request = RequestFactory(headers={"host": "127.0.0.1", "accept-encoding": "identity"}).get(address)
    before = time.thread_time()
    response = handler.get_response(request)
    body = b"".join(response)
    seconds = time.thread_time() - before
    response.close()
    return {"seconds": seconds, "status": response.status_code, "length": len(body), "text": body.decode()}


def _time(address: str, times: int) -> dict[str, Any]:
    """The same without its text, the least of so many times."""
    answers = [_render(address) for _ in range(times)]
    one = answers[-1]
    seconds = min(answer["seconds"] for answer in answers)
    return {"seconds": seconds, "status": one["status"], "length": one["length"]}


_made: dict[str, Any] = {}


def _kept[Thing](name: str, make: Callable[[], Thing]) -> Thing:
    if name not in _made:
        _made[name] = make()
    thing: Thing = _made[name]
    return thing


VERBS: dict[str, Callable[..., Any]] = {
    "fill": _fill,
    "entries": _entries,
    "token": _token,
    "publish": _publish,
    "render": _render,
    "time": _time,
}

if __name__ == "__main__":
    main()
