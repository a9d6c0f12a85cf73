"""The API itself, on which `reading` and `writing` put their operations."""

import json
from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from entries.api import schemas
from entries.api.problems import tell_problems


class _Renderer(BaseRenderer):
    media_type = "application/json"
    charset = "utf-8"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


class _Parser(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        return json.loads(request.body, parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


api = NinjaAPI(
    title="Liveblog", version="1", openapi_url=None, docs_url=None, renderer=_Renderer(), parser=_Parser(),
)  # fmt: skip
tell_problems(api)

_PROBLEMS: dict[int, Any] = {409: schemas.Conflict, 410: schemas.Gone, 422: schemas.Invalid}


def responses(given: dict[int, Any], *problems: int) -> dict[int, Any]:
    """What an operation answers: what it gives, and what can go wrong."""
    return given | {status: _PROBLEMS.get(status, schemas.Problem) for status in problems}
