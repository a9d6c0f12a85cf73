"""Two editors at work in a process of their own, as another machine's would be.

Run as a program it reads a line of JSON, does it and answers with a line; `Newsroom` is the other end.
"""

import json
import select
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from random import Random
from threading import Thread
from typing import Any

from tests.browser.site import ROOT, Site

EDITORS = 2
PATIENCE = 60  # seconds for the longest piece of work


class Newsroom:
    def __init__(self, site: Site) -> None:
        command = [sys.executable, "-m", "tests.browser.live.newsroom"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=site.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def tell(self, verb: str, **words: Any) -> None:
        assert self._process.stdin
        print(json.dumps({"verb": verb, **words}), file=self._process.stdin, flush=True)

    def answer(self) -> dict[str, Any]:
        assert self._process.stdout
        ready, _, _ = select.select([self._process.stdout], [], [], PATIENCE)
        assert ready, "The editors are still at it."
        line = self._process.stdout.readline()
        assert line, "The newsroom's process ended."
        return dict(json.loads(line))

    def do(self, verb: str, **words: Any) -> dict[str, Any]:
        self.tell(verb, **words)
        return self.answer()

    def close(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()


def main() -> None:
    import os

    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "liveblog.settings"
    django.setup()
    for line in sys.stdin:
        order = json.loads(line)
        act = partial(VERBS[order.pop("verb")], **order)
        print(json.dumps(_persistently(act)), flush=True)


def _persistently[Done](work: Callable[[], Done]) -> Done:
    """An editor whose database went away tries again until it is back."""
    from django.db import InterfaceError, OperationalError, connection

    while True:
        try:
            return work()
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(0.1)


def _post(slug: str) -> Any:
    from entries.models import Post

    return Post.objects.get(slug=slug)


def _entry(key: int) -> Any:
    from entries.models import Entry

    return Entry.objects.select_related("post").get(pk=key)


def _open(headline: str, updates: int, lines: int = 3) -> dict[str, Any]:
    """A live post with so many updates, a minute apart, of so many paragraphs each."""
    from django.utils import timezone

    from entries.domain import posting, publishing
    from entries.enums import EntryKind

    now = timezone.now()
    post = publishing.create_post(head=publishing.Head(headline=headline, date=now.date()), author=None)
    posting.publish_entry(post=post, author=None, source="<p>It began at dawn.</p>", kind=EntryKind.ORIGINAL)
    post = publishing.open_post(post=post, author=None)
    ids = [
        posting.publish_entry(
            post=post, author=None, source=f"<p>Update {number}.</p>" * lines,
            published_at=now - timedelta(minutes=updates - number),
        ).pk
        for number in range(updates)
    ]  # fmt: skip
    return {"pk": post.pk, "slug": post.slug, "ids": ids, "seq": _post(post.slug).seq}


def _log_in(name: str) -> dict[str, Any]:
    """A new session of that account's."""
    from django.contrib.auth import login
    from django.contrib.auth.models import User
    from django.http import HttpRequest

    from entries.sessions import SessionStore

    request = HttpRequest()
    request.session = SessionStore()
    login(request, User.objects.get(username=name))
    request.session.save()
    return {"session": request.session.session_key}


def _second_step(name: str) -> dict[str, Any]:
    from django.contrib.auth.models import User

    from entries.domain import second_step
    from entries.models import SecondStep

    nonce = second_step.new_nonce()
    SecondStep.objects.create(user=User.objects.get(username=name), nonce=nonce, last_step=0)
    return {"secret": second_step.secret_of(nonce)}


def _publish(slug: str, text: str, ago: int = 0, **given: Any) -> dict[str, Any]:
    """`ago`: minutes. `at` in the answer: perf_counter once it was committed."""
    from django.utils import timezone

    from entries.domain import posting

    at = timezone.now() - timedelta(minutes=ago)
    entry = posting.publish_entry(post=_post(slug), author=None, source=text, published_at=at, **given)
    return {"id": entry.pk, "seq": entry.seq, "at": time.perf_counter()}


def _schedule(slug: str, text: str, seconds: int) -> dict[str, Any]:
    from django.utils import timezone

    from entries.domain import posting

    at = timezone.now() + timedelta(seconds=seconds)
    entry = posting.schedule_entry(post=_post(slug), author=None, source=text, published_at=at)
    assert entry.published_at
    return {"id": entry.pk, "at": entry.published_at.timestamp()}


def _reschedule(id: int, seconds: int) -> dict[str, Any]:  # noqa: A002
    from django.utils import timezone

    from entries.domain import waiting

    at = timezone.now() + timedelta(seconds=seconds)
    return {"id": waiting.reschedule_entry(entry=_entry(id), author=None, published_at=at).pk}


def _edit(id: int, text: str) -> dict[str, Any]:  # noqa: A002
    from entries.domain import posting

    entry = _entry(id)
    entry = posting.edit_entry(entry=entry, author=None, source=text, base_version=entry.version)
    return {"id": entry.pk, "seq": entry.seq}


def _move(id: int, ago: int) -> dict[str, Any]:  # noqa: A002
    """To another time, `ago` minutes."""
    from django.utils import timezone

    from entries.domain import posting

    entry, at = _entry(id), timezone.now() - timedelta(minutes=ago)
    given = {"entry": entry, "source": entry.source, "base_version": entry.version, "published_at": at}
    entry = posting.edit_entry(author=None, **given)
    return {"id": entry.pk, "seq": entry.seq}


def _to_entry(name: str) -> Callable[..., dict[str, Any]]:
    def act(id: int) -> dict[str, Any]:  # noqa: A002
        from entries.domain import posting

        entry = getattr(posting, name)(entry=_entry(id), author=None)
        return {"id": entry.pk, "seq": entry.seq}

    return act


def _head(slug: str, **lines: Any) -> dict[str, Any]:
    from entries.domain import publishing

    post = _post(slug)
    head = publishing.Head(**{"headline": post.headline, "date": post.date, "standfirst": post.standfirst} | lines)
    return {"seq": publishing.edit_post(post=post, head=head, author=None, base_seq=post.head_seq).seq}


def _end(slug: str) -> dict[str, Any]:
    from entries.domain import publishing

    post = publishing.end_post(post=_post(slug), author=None)
    return {"seq": post.seq, "clock": f"{post.ended_at:%H%M}"}


def _reopen(slug: str) -> dict[str, Any]:
    from entries.domain import publishing

    return {"seq": publishing.open_post(post=_post(slug), author=None).seq}


def _work(slug: str, changes: int, seed: int) -> dict[str, Any]:
    """So many changes that readers see, of every kind, in an order that nobody chose, by editors who do not wait."""
    goal = _post(slug).seq + changes
    editors = [
        Thread(target=_edit_at_random, args=(slug, goal, Random(f"{seed}-{editor}")))  # noqa: S311
        for editor in range(EDITORS)
    ]
    for editor in editors:
        editor.start()
    for editor in editors:
        editor.join()
    seq = _post(slug).seq
    assert seq >= goal
    return {"seq": seq}


def _edit_at_random(slug: str, goal: int, random: Random) -> None:
    from django.db import connection

    while _persistently(lambda: _post(slug).seq) < goal:
        _persistently(lambda: _change_something(slug, random))
    connection.close()


def _change_something(slug: str, random: Random) -> None:
    from entries.domain.refusals import Refusal
    from entries.models import Entry

    entry = random.choice(list(Entry.objects.known().filter(post__slug=slug)))
    number = random.randrange(10**6)
    verb = random.choices(list(WEIGHTS), weights=list(WEIGHTS.values()))[0]
    with suppress(Refusal):  # removed meanwhile, or a colleague saved another text first
        if verb == "publish":
            _publish(slug, f"<p>Added {number}.</p>", ago=random.choice([0, 0, 5, 90]))
        elif verb == "head":
            _head(slug, headline=f"Headline {number}", standfirst=random.choice(["", f"Standfirst {number}"]))
        elif verb == "edit":
            _edit(entry.pk, f"<p>Corrected {number}.</p>")
        elif verb == "move":
            _move(entry.pk, ago=random.choice([0, 5, 90, 300]))
        else:
            VERBS[verb](entry.pk)


# How often editors do what.
WEIGHTS = {
    "publish": 6,
    "edit": 6,
    "remove": 3,
    "restore": 2,
    "head": 1,
    "pin": 1,
    "unpin": 1,
    "key": 1,
    "unkey": 1,
    "move": 2,
}
VERBS: dict[str, Callable[..., dict[str, Any]]] = {
    "open": _open,
    "log_in": _log_in,
    "second_step": _second_step,
    "publish": _publish,
    "schedule": _schedule,
    "reschedule": _reschedule,
    "edit": _edit,
    "move": _move,
    "remove": _to_entry("remove_entry"),
    "restore": _to_entry("restore_entry"),
    "pin": _to_entry("pin_entry"),
    "unpin": _to_entry("unpin_entry"),
    "key": _to_entry("mark_key"),
    "unkey": _to_entry("unmark_key"),
    "head": _head,
    "end": _end,
    "reopen": _reopen,
    "work": _work,
}

if __name__ == "__main__":
    main()
