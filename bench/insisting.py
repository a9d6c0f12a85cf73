"""Editors who write without a pause, by the desk, by the admin's form and by the API, and insist until they are told.

What is sent again is sent as the desk's outbox does it: the same form under the same uid.
"""

import json
import random
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

PATIENCE = 30.0  # seconds; the desk waits as long


class Unanswered(Exception):
    """Whether it was done is not known."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    location: str = ""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Browser:
    """Logged in already: to hash passwords would be most of what is timed."""

    def __init__(self, port: int, session: str) -> None:
        self._port = port
        self._cookies = {"sessionid": session, "csrftoken": "f" * 32}
        self._connection: HTTPConnection | None = None

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> Answer:
        self.close()
        self._connection = HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        given["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        try:
            self._connection.request(method, path, body.encode(), given)
            response = self._connection.getresponse()
            text = response.read()
        except (OSError, HTTPException, AttributeError) as error:
            raise Unanswered(str(error)) from error
        for cookie in response.headers.get_all("Set-Cookie", []):
            name, _, rest = cookie.partition("=")
            self._cookies[name] = rest.partition(";")[0]
        return Answer(response.status, text, response.headers.get("Location", ""))

    def post(self, path: str, form: dict[str, Any], accept: str = "application/json") -> Answer:
        sent = {"csrfmiddlewaretoken": self._cookies["csrftoken"], **form}
        kind = "application/x-www-form-urlencoded"
        return self.ask("POST", path, urlencode(sent), Content_Type=kind, Accept=accept)

    def cut(self) -> None:
        with suppress(OSError, AttributeError):
            self._connection.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


@dataclass
class Kept:
    """What an editor was told is so, of an entry of their own."""

    text: str
    version: int = 1
    is_pinned: bool = False
    is_key: bool = False
    is_removed: bool = False


@dataclass
class Tally:
    acknowledged: int = 0
    sent_again: int = 0
    # Texts that went out by the admin's form, which has no uid, and of which nothing was heard.
    maybe: list[str] = field(default_factory=list)
    # And of which it was.
    by_form: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class Editor(threading.Thread):
    def __init__(self, number: int, port: int, post: dict[str, Any]) -> None:
        super().__init__(daemon=True)
        self._name = f"editor{number}"
        self._post = post
        self._browser = Browser(port, post["sessions"][self._name])
        self._desk = f"/admin/entries/post/{post['pk']}/desk/"
        self._api = f"/api/v1/posts/{post['slug']}/entries/"
        self._is_leaving = False
        self._random = random.Random(number)  # noqa: S311
        self._written = 0
        self.kept: dict[int, Kept] = {}
        self.tally = Tally()

    def run(self) -> None:
        try:
            while not self._is_leaving:
                self._act()
                time.sleep(self._random.uniform(0.02, 0.2))
        except Exception as error:
            self.tally.faults.append(f"{self._name} gave up: {error!r}")
            raise

    def cut(self) -> None:
        self._browser.cut()

    def leave(self) -> None:
        self._is_leaving = True

    def _act(self) -> None:
        standing = [pk for pk, kept in self.kept.items() if not kept.is_removed]
        if len(standing) < 3 or self._random.random() < 0.4:
            self._random.choice([self._add_at_desk, self._add_at_desk, self._add_by_api, self._add_by_form])()
            return
        pk = self._random.choice(standing[-10:])
        self._random.choice([self._edit_at_desk, self._edit_by_api, self._mark, self._mark, self._remove])(pk)

    def _add_at_desk(self) -> None:
        text, uid = self._new_text(), str(uuid4())
        form = {"uid": uid, "source": text, "intent": "publish", "hold": 0}
        answer = self._insist(lambda: self._browser.post(f"{self._desk}entries/", form), {200})
        self._keep(answer.json["id"], text)

    def _add_by_api(self) -> None:
        text, key = self._new_text(), str(uuid4())
        answer = self._insist(lambda: self._write("POST", self._api, {"source": text}, Idempotency_Key=key), {201})
        self._keep(answer.json["id"], text)

    def _add_by_form(self) -> None:
        """Nobody sends this form again blindly."""
        text = self._new_text()
        form = {"post": self._post["pk"], "source": text, "intent": "publish"}
        try:
            answer = self._browser.post("/admin/entries/entry/add/", form, "text/html")
        except Unanswered:
            self.tally.maybe.append(text)
            return
        if answer.status == 302 and "login" not in answer.location:
            self.tally.acknowledged += 1
            self.tally.by_form.append(text)
        elif answer.status < 500:
            self.tally.faults.append(f"The form: {answer.status} {answer.body[:300]!r}")
        else:
            self.tally.maybe.append(text)

    def _edit_at_desk(self, pk: int) -> None:
        address = f"{self._desk}entries/{pk}/"
        answer = self._insist(lambda: self._browser.ask("GET", address, Accept="application/json"), {200}, writes=False)
        fields = answer.json
        marks = ("is_key", "is_pinned", "base_is_key", "base_is_pinned")
        form = {name: value for name, value in fields["fields"].items() if name not in marks or value}
        form |= {"source": self._new_text(), "uid": str(uuid4()), "hold": 0, "intent": "publish"}
        self._insist(lambda: self._browser.post(address, form), {200})
        self.kept[pk].text = form["source"]
        self.kept[pk].version += 1

    def _edit_by_api(self, pk: int) -> None:
        text, kept = self._new_text(), self.kept[pk]
        change = {"base_version": kept.version, "source": text}
        self._insist(lambda: self._write("PATCH", f"{self._api}{pk}/", change), {200})
        kept.text = text
        kept.version += 1

    def _mark(self, pk: int) -> None:
        kept = self.kept[pk]
        name, verb = self._random.choice([("is_pinned", "pin"), ("is_key", "key")])
        wanted = not getattr(kept, name)
        address = f"{self._desk}entries/{pk}/{'' if wanted else 'un'}{verb}/"
        self._insist(lambda: self._browser.post(address, {}), {200})
        setattr(kept, name, wanted)

    def _remove(self, pk: int) -> None:
        if self._random.random() < 0.5:
            self._insist(lambda: self._browser.post(f"{self._desk}entries/{pk}/remove/", {"reason": "Wrong"}), {200})
        else:
            self._insist(lambda: self._write("DELETE", f"{self._api}{pk}/", {}), {200})
        self.kept[pk].is_removed = True

    def _insist(self, send: Callable[[], Answer], wanted: set[int], *, writes: bool = True) -> Answer:
        for attempt in range(200):
            try:
                answer = send()
            except Unanswered:
                answer = Answer(0, b"")
            if answer.status in wanted:
                self.tally.acknowledged += writes
                self.tally.sent_again += writes and attempt > 0
                return answer
            if 300 <= answer.status < 500:
                raise AssertionError(f"{answer.status} {answer.body[:500]!r}")
            time.sleep(self._random.uniform(0.05, 0.4))
        raise AssertionError(f"Not answered in two hundred tries: {answer}")

    def _write(self, method: str, path: str, given: dict[str, Any], **headers: str) -> Answer:
        bearer = f"Bearer {self._post['tokens'][self._name]}"
        kind = "application/json"
        return self._browser.ask(method, path, json.dumps(given), Authorization=bearer, Content_Type=kind, **headers)

    def _new_text(self) -> str:
        self._written += 1
        return f"<p>By {self._name}, number {self._written}.</p>"

    def _keep(self, pk: int, text: str) -> None:
        if pk in self.kept:
            self.tally.faults.append(f"{text} is {self.kept[pk].text}")
        self.kept[pk] = Kept(text)
