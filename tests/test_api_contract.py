"""The API held to its own schema, with requests that nobody thought of."""

import copy
import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings

from entries.api.documenting import schema as documented
from entries.domain import posting, publishing, tokens
from entries.models import Entry, Post
from tests.factories import make_draft, make_image, make_post, make_series, make_update, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]
EXAMPLES = int(os.environ.get("API_EXAMPLES", "3"))  # an operation; thousands by hand
SEED = {} if EXAMPLES > 100 else {"seed": 1}
SLUGS = ["live", "ended", "draft", "the-great-tide", "no-such-slug"]
ENTRIES = 18  # that fill() makes: in the schema below they are numbered from 0, whatever their ids


def fill() -> list[int]:
    """A post in each state with entries of every kind; the ids of these."""
    series = make_series()
    for post in (
        make_post("Live", series=series, map=make_image(), map_alt="A map"),
        make_post("Ended", series=series),
    ):
        make_entries(post)
    make_entries(make_draft("Draft", series=series))
    publishing.end_post(post=Post.objects.get(slug="ended"), author=None)
    return list(Entry.objects.order_by("pk").values_list("pk", flat=True))


def make_entries(post: Post) -> None:
    make_update(post, "<p>The <b>water</b> is rising.</p>", "0800", is_key=True, is_pinned=True, topic="Ferries")
    make_update(post, "<p>It falls.</p>", "0900", byline="Ann Lee and Bo Chi", confidence="disputed")
    posting.remove_entry(entry=make_update(post, clock="1000"), author=None, reason="Wrong")
    posting.draft_entry(post=post, author=None, source="A draft")
    posting.submit_new_entry(post=post, author=None, source="Please")


def of_what_there_is() -> Any:
    """The schema, with the slugs and ids that lead somewhere in place of those that there could be."""
    told = copy.deepcopy(documented())
    known = {
        "slug": {"type": "string", "enum": SLUGS},
        "entry_id": {"type": "integer", "enum": list(range(ENTRIES + 1))},
    }
    for operations in told["paths"].values():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                if parameter["in"] == "path":
                    parameter["schema"] = known[parameter["name"]]
    taken = {"expected-statuses": ["2xx", "3xx", "401", "403", "404", "409", "410", "422"]}
    config = schemathesis.Config.from_dict({"checks": {"positive_data_acceptance": taken}} | SEED)
    schema = schemathesis.openapi.from_dict(told, config=config)
    schema.app = WSGIHandler()  # and not liveblog.wsgi, which sets the environment of every test after
    return schema


api = of_what_there_is()
guarded = api.include(lambda context: "security" in context.operation.definition.raw)
thoroughly = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=bool(SEED),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def ids() -> Iterator[list[int]]:
    """As Django's own test client, a request leaves the connection open, for the test's transaction is in it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield fill()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def editors(ids: list[int]) -> str:
    return tokens.make_token(user=make_user("edi", "editor"), name="x", author=None)[1]


@pytest.fixture
def contributors(ids: list[int]) -> str:
    user = make_user("con", "contributor")
    for post in Post.objects.all():
        post.contributors.add(user)
    return tokens.make_token(user=user, name="x", author=None)[1]


def ask(case: Any, ids: list[int], **headers: str) -> None:
    number = case.path_parameters.get("entry_id")
    if isinstance(number, int) and 0 <= number < ENTRIES:
        case.path_parameters["entry_id"] = ids[number]
    response = case.call_and_validate(headers={"Accept-Encoding": "identity", **headers})
    if response.status_code == 422 and case.meta.generation.mode.is_positive:
        # Right by its form: then the domain refuses what it says, or its time is not in the calendar or not to come.
        assert {fault["field"] for fault in response.json()["errors"]} <= {"published_at"}, response.json()


@api.parametrize()  # type: ignore[untyped-decorator]
@thoroughly
def test_without_a_token(case: Any, ids: list[int]) -> None:
    ask(case, ids)


@guarded.parametrize()  # type: ignore[untyped-decorator]
@thoroughly
def test_with_an_editors_token(case: Any, ids: list[int], editors: str) -> None:
    ask(case, ids, Authorization=f"Bearer {editors}")


@guarded.parametrize()  # type: ignore[untyped-decorator]
@thoroughly
def test_with_a_contributors_token(case: Any, ids: list[int], contributors: str) -> None:
    ask(case, ids, Authorization=f"Bearer {contributors}")
