"""Lines of the log: whose they are, and what they never say."""

import json
import logging
import re
import time
from typing import Any

import pytest

from entries import journal
from entries.journal import Asking, Json, Text, current
from entries.measuring import tally
from entries.operations.watched import naming
from tests.asking import Answer, in_loop, scope
from tests.loops import run_in_loop

SECRETS = [
    "lb_" + "a1" * 20,
    "whsec_c2VjcmV0c2VjcmV0",
    "correct-horse",
    "hunter2hunter2",
    "0123sessionkey",
    "dXNlcjpwYXNz",
    "s3cr3t-of-the-site",
    "492039",
    "k3x9m2p7q8r4zzzz",
    "pbkdf2_sha256$1000000$Zm9vYmFy$dGhlLWhhc2g=",
]
LINES = [
    "Authorization: Bearer {0}",
    "headers: {{'authorization': 'Basic {5}', 'accept': '*/*'}}",
    "[(b'authorization', b'Bearer {0}'), (b'cookie', b'sessionid={4}; theme=dark')]",
    "Cookie: theme=dark; sessionid={4}",
    "a signature with {1} failed",
    "POST password={2}&user=ann",
    'sent {{"password": "{2}", "user": "ann"}}',
    "csrfmiddlewaretoken={4}&x=1 access_token={2}",
    "invalid dsn: postgres://ann:{3}@db/live",
    "the key is {6}, they say",
    "{0} alone",
    # As Django and WSGI name them, and as reports print forms.
    "META: {{'HTTP_AUTHORIZATION': 'Digest {2}', 'HTTP_HOST': 'x'}}",
    "{{'HTTP_COOKIE': 'device={4}; theme=dark'}}",
    "<QueryDict: {{'old_password': ['{2}'], 'new_password1': ['{3}'], 'new_password2': ['{3}']}}>",
    "new_password1={2}&new_password2={2}",
    r"{{\"password\": \"{2}\", \"user\": \"ann\"}}",
    "/admin/login/?next=/x/%3Ftoken%3D{4}",
    "AWS_SECRET_ACCESS_KEY={2} in the environment",
    "proof={4}&code=x",
    "{{'code': '{7}', 'username': 'ann'}} code={8}",
    "invalid dsn: postgres://ann:{3}@{3}@db/live",
    'null value in column "x"\nDETAIL:  Failing row contains (1, {2}, ann, {4}).',
    'relation "x" does not exist\nLINE 1: UPDATE "x" SET "secret" = \'{2}\', "y" = 1\n                ^',
    "Key (password)=({9}) already exists",
    "{9} is no hash",
]


def record(message: str, error: Exception | None = None) -> logging.LogRecord:
    given = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("entries", logging.ERROR, __file__, 1, message, None, given)


@pytest.mark.once
@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("formatter", [Text(), Json()])
def test_no_secret_is_in_a_line_or_in_a_traceback(
    line: str, formatter: logging.Formatter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "_values", set())
    journal.hide(["s3cr3t-of-the-site", "ab"])
    text = line.format(*SECRETS)
    said = formatter.format(record(text)) + formatter.format(record("It failed.", ValueError(text)))
    assert [secret for secret in SECRETS if secret in said] == []
    assert said.count(journal.HIDDEN) >= 2


@pytest.mark.once
def test_what_is_no_secret_stays() -> None:
    for line in (
        "The hub at https://hub.example/ was told.",
        "Not Found: /live/password-reset-scandal/",
        "tokens: 3",
        "Forbidden (CSRF cookie not set.): /admin/login/",
        "status code: 404",
        "a code: nothing",
    ):
        assert json.loads(Json().format(record(line)))["message"] == line


@pytest.mark.once
def test_hiding_secrets_takes_no_time_that_a_stranger_could_make_long() -> None:
    began = time.monotonic()
    for part in (
        *(
            "://",
            "cookie:",
            "password=",
            "a@",
            'token="',
            "Bearer ",
            "://" + "a" * 300,
            "\\" * 9,
            "code=",
            "code=abcd-",
        ),
        *("LINE 1: ", "Failing row contains ", "password\\", "a_password[", "md5$", "%3F", "pbkdf2_", "cookie '"),
    ):
        journal.without_secrets(part * (20_000 // len(part)))
    assert time.monotonic() - began < 1


@pytest.mark.once
def test_lines_are_json_on_one_line_with_the_requests_id(caplog: pytest.LogCaptureFixture) -> None:
    lines: list[dict[str, Any]] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            text = self.format(record)
            assert "\n" not in text
            lines.append(json.loads(text))

    kept = Kept()
    kept.setFormatter(Json())
    log = logging.getLogger("entries.requests")

    async def work(ask: Any) -> None:
        await ask("/", x_request_id="abc-1.2:3")
        await ask("/slow/", x_request_id="abc-1.2:3")
        with pytest.raises(OSError, match="away"):
            await ask("/fails/", x_request_id='x" forged')

    log.addHandler(kept)
    caplog.set_level(logging.INFO)
    try:
        in_loop(work)
    finally:
        log.removeHandler(kept)
        tally.requests.clear()
    assert [(line["path"], line["status"], line["route"], line["method"]) for line in lines] == [
        ("/slow/", 200, "none", "GET"),
        ("/fails/", 500, "none", "GET"),
    ]
    assert lines[0]["request_id"] == "abc-1.2:3"
    assert re.fullmatch("[0-9a-f]{32}", lines[1]["request_id"])
    assert lines[0]["milliseconds"] >= 20


@pytest.mark.once
def test_nobody_writes_lines_of_their_own() -> None:
    (line,) = Text().format(record("GET /a\n2026-11-25 INFO all is well\x1b[2J")).splitlines()
    assert line.endswith(r"GET /a\n2026-11-25 INFO all is well\x1b[2J")


@pytest.mark.once
def test_the_id_is_told_where_the_answer_is_for_one_alone() -> None:
    async def work() -> None:
        current.set(Asking(scope(x_request_id="abc")))
        for control, told in (("no-store", "abc"), ("private, max-age=9", "abc"), ("max-age=0, Public", None)):
            answer = Answer()
            headers = [(b"Cache-Control", control.encode())]
            await naming(answer.take)({"type": "http.response.start", "status": 200, "headers": headers})
            assert answer.headers.get("x-request-id") == told

    run_in_loop(work())


@pytest.mark.once
def test_fields_and_what_is_cut_off_tell_no_more() -> None:
    given = record("GET %s")
    given.args = ("/x/",)
    given.__dict__["fields"] = {"path": f"/live/{SECRETS[0]}/", "status": 404}
    assert json.loads(Json().format(given))["path"] == f"/live/{journal.HIDDEN}/"
    long = "x" * 19_990 + " Authorization: Digest " + "correct-horse" + "\n" + "y" * (journal.MOST - 8)
    for formatter in (Json(), Text()):
        assert "correct" not in formatter.format(record(long)) + formatter.format(record("x", ValueError(long)))
        assert "horse" not in formatter.format(record("x", ValueError(long)))
