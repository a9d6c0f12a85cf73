"""Lines of the log, as text or as JSON: each with the id of the request that it is of, and none with a secret.

Without Django, for gunicorn's master writes them too.
"""

import json
import logging
import re
import uuid
from collections.abc import Iterable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

FORMATS = ("text", "json")
HIDDEN = "[hidden]"
MOST = 20_000  # characters of a message, and of a traceback

_WELL_FORMED = re.compile(rb"[A-Za-z0-9._:=+-]{1,100}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_KEY = (
    r"(?:password\d?|passwd|passphrase|proof|sessionid|secret(?:_?(?:access_?)?key)?"
    r"|(?:access|api|private)[_-]?key(?:_id)?|(?:access_?|api_?|refresh_?|csrfmiddleware|csrf|metrics_)?token)"
)
# Whatever is before it: a name may stand in a longer one, as in HTTP_AUTHORIZATION, __Host-sessionid and new_password1.
_ALONE = r"(?:(?<![A-Za-z0-9])|(?<=%3F)|(?<=%26))"
# As a form, JSON, JSON in a string, a dict of Python, a QueryDict and an escaped address have it.
_IS = r"\\{0,4}[\"']?\s?(?:[:=]|%3D)\s?[\[(]?\\{0,4}"
_MARKED: list[tuple[re.Pattern[str], str]] = [
    # A header to the end of its line, in whichever way headers are written.
    (
        re.compile(
            rf"{_ALONE}((?:proxy-)?authorization|(?:set-)?cookie)([^\w\r\n]{{0,3}}[:=,][^\w\r\n]{{0,5}})[^\r\n]+", re.I
        ),
        rf"\1\2{HIDDEN}",
    ),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{6,}", re.I), rf"\1 {HIDDEN}"),
    (re.compile(r"(?:whsec_[\w+/=-]+|lb_[\w-]{20,})"), HIDDEN),
    (re.compile(r"\b(?:pbkdf2_\w+|argon2\w*|bcrypt\w*|scrypt|md5)\$[^\s,;'\")]+"), HIDDEN),
    (re.compile(rf"{_ALONE}({_KEY})({_IS})(?:\"[^\"]*\"|'[^']*'|[^\s&;,'\"}})]+)", re.I), rf"\1\2{HIDDEN}"),
    (
        re.compile(rf"{_ALONE}(code)({_IS})[\"']?(?:\d{{6}}|[0-9a-z]{{16}})\b", re.I),  # of an app, and to recover
        rf"\1\2{HIDDEN}",
    ),
    # PostgreSQL quotes whole rows, and what it was asked with all that psycopg2 has put into it.
    (re.compile(r"(Failing row contains )[^\n]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(\bLINE \d{1,6}: [^'\n]{0,1000})'[^\n]*"), rf"\1{HIDDEN}"),
    (re.compile(r"(?<=://)[^/\s]{1,300}@"), f"{HIDDEN}@"),
]
_values: set[str] = set()


class Asking:
    """The request that is being answered. Most never need an id, so it is made when somebody asks for it."""

    __slots__ = ("_id", "scope")

    def __init__(self, scope: Any) -> None:
        self.scope = scope
        self._id = ""

    @property
    def id(self) -> str:
        """What a proxy in front gave it, or one of its own."""
        if not self._id:
            given = next((value for name, value in self.scope["headers"] if name == b"x-request-id"), b"")
            self._id = given.decode() if _WELL_FORMED.fullmatch(given) else uuid.uuid4().hex
        return self._id


current: ContextVar[Asking | None] = ContextVar("current", default=None)


def hide(values: Iterable[str]) -> None:
    """These stand in no line from now on. What is too short to be a secret is left."""
    _values.update(value for value in values if len(value) >= 6)


def without_secrets(text: str) -> str:
    for value in _values:
        text = text.replace(value, HIDDEN)
    for pattern, instead in _MARKED:
        text = pattern.sub(instead, text)
    return text


class Text(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S%z")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """On one line: an address or a header with a line end in it would write lines of its own."""
        asking = current.get()
        line = _CONTROL.sub(lambda found: repr(found[0])[1:-1], super().formatMessage(record).strip())
        return line + (f" [{asking.id}]" if asking else "")

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record)[: 4 * MOST])[: 2 * MOST]


class Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": without_secrets(record.getMessage()[: 2 * MOST])[:MOST],
        }
        if asking := current.get():
            line["request_id"] = asking.id
        fields: dict[str, Any] = getattr(record, "fields", {})
        line |= {name: without_secrets(said) if isinstance(said, str) else said for name, said in fields.items()}
        if record.exc_info:
            # Whole first: what is cut in two is known by no pattern.
            line["exception"] = without_secrets(self.formatException(record.exc_info)[-4 * MOST :])[-MOST:]
        return json.dumps(line, ensure_ascii=False, default=str)


def configuration(form: str, level: int | str) -> dict[str, Any]:
    """For Django, and for gunicorn."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": {"text": Text, "json": Json}[form]}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # A stranger's wrong Host is answered 400; a traceback each is how scanners fill a disk.
            "django.security.DisallowedHost": {"propagate": False},
            # All in one place and one form, for Django's own handler would write each line again.
            "django": {"handlers": []},
            "gunicorn.error": {"handlers": ["stderr"], "propagate": False},
        },
    }
