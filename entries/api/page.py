"""The page about the API for those who write programs, made of what these read of it."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from entries.addresses import absolute
from entries.api import examples
from entries.api.documenting import ABOUT, schema
from entries.caching import shared


@require_safe
@shared
def page(request: HttpRequest) -> HttpResponse:
    root = absolute("/api/v1/")
    given = {"operations": list(_operations(root)), "shapes": _shapes(), "about": ABOUT, "root": root}
    return render(request, "api/index.html", given)


def _operations(root: str) -> Iterator[dict[str, Any]]:
    for path, methods in schema()["paths"].items():
        for method, operation in methods.items():
            needs_token = "security" in operation
            yield {
                "id": operation["operationId"],
                "method": method.upper(),
                "path": path,
                "summary": operation["summary"],
                "description": operation.get("description", ""),
                "needs_token": needs_token,
                "parameters": [_field(**parameter) for parameter in operation["parameters"]],
                "body": _shape_in(operation.get("requestBody", {})),
                "answers": [
                    {"status": status, "said": told["description"], "shape": _shape_in(told)}
                    for status, told in operation["responses"].items()
                ],
                "example": examples.curl(root, method, path, needs_token=needs_token),
            }


def _shapes() -> list[dict[str, Any]]:
    """Of what is sent and told, in the order of their names."""
    return [
        {
            "name": name,
            "about": shape.get("description", ""),
            "fields": [_field(field, one, field in shape.get("required", [])) for field, one in _of(shape)],
        }
        for name, shape in sorted(schema()["components"]["schemas"].items())
    ]


def _of(shape: dict[str, Any]) -> Iterable[tuple[str, dict[str, Any]]]:
    fields: dict[str, dict[str, Any]] = shape["properties"]
    return fields.items()


def _shape_in(told: dict[str, Any]) -> str:
    for one in told.get("content", {}).values():
        return str(one["schema"]["$ref"]).rpartition("/")[2]
    return ""


def _field(name: str, schema: dict[str, Any], required: bool, **more: Any) -> dict[str, Any]:
    default = schema.get("default", "")
    return {
        "name": name,
        "kind": _kind(schema),
        "is_required": required,
        "about": more.get("description") or schema.get("description", ""),
        "default": str(default).lower() if isinstance(default, bool) else default,
    }


def _kind(schema: dict[str, Any]) -> str:
    """`string`, `live | ended`, `Map | null`, `list of Entry | Tombstone`."""
    if choices := schema.get("anyOf", schema.get("allOf")):
        return " | ".join(_kind(one) for one in choices)
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "items" in schema:
        return f"list of {_kind(schema['items'])}"
    if "enum" in schema:
        return " | ".join(schema["enum"])
    if "const" in schema:
        return str(schema["const"]).lower()
    return str(schema.get("format", schema.get("type", "")))
