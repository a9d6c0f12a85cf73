"""What the API says of itself: the schema for programs, and a page made of it for those who write them."""

import json
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, set_response_etag
from django.views.decorators.http import require_safe

from entries.api import reading, writing  # noqa: F401  # whose operations are documented
from entries.api.answers import CORS
from entries.api.interface import api
from entries.api.problems import MEDIA_TYPE
from entries.caching import shared

ABOUT = (
    "Series, posts, entries and what changes in them, for programs. Whoever can reach the site may read, from scripts "
    "of other sites too. To write takes a token, which an administrator makes; it may do what its account may "
    "do at the desk."
)
_HEADERS: dict[str, dict[str, Any]] = {
    "ETag": {"description": "For `If-None-Match`.", "schema": {"type": "string", "pattern": '^(W/)?".+"$'}},
    "Location": {"description": "The entry's address.", "schema": {"type": "string", "format": "uri"}},
    "WWW-Authenticate": {"schema": {"type": "string", "pattern": "^Bearer"}},
}


@cache
def schema() -> dict[str, Any]:
    """OpenAPI 3.1."""
    told: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="api/v1/")))
    told["info"] = {"title": settings.SITE_NAME, "version": api.version, "description": ABOUT}
    told["servers"] = [{"url": settings.SITE_URL}]
    for operations in told["paths"].values():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                _without_null(parameter)
            if body := operation.get("requestBody"):
                body["content"]["application/json"] = {"schema": _plain(body["content"]["application/json"]["schema"])}
            for status, response in operation["responses"].items():
                _complete(status, response, is_public="security" not in operation)
    return told


def _without_null(parameter: dict[str, Any]) -> None:
    """Nothing in an address or a header is null: what need not be given is not given."""
    schema = parameter["schema"]
    given = [one for one in schema.pop("anyOf", []) if one != {"type": "null"}]
    schema.update(*given)
    if about := schema.get("description"):
        parameter["description"] = about


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """A reference as it is; beside a default Ninja wraps it."""
    wrapped: list[dict[str, Any]] = schema.get("allOf", [schema])
    return wrapped[0]


def _complete(status: str, response: dict[str, Any], is_public: bool) -> None:
    if status >= "400":
        response["content"] = {MEDIA_TYPE: response["content"]["application/json"]}
    names = {"200": ["ETag"] if is_public else [], "304": ["ETag"], "201": ["Location"], "401": ["WWW-Authenticate"]}
    if headers := names.get(status):
        response["headers"] = {name: {**_HEADERS[name], "required": True} for name in headers}


@require_safe
@shared
def openapi(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(json.dumps(schema(), ensure_ascii=False), content_type="application/json", headers=CORS)
    set_response_etag(response)
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
