"""Where the API stands."""

import re

from django.urls import URLPattern, path, re_path

from entries.api import documenting
from entries.api.answers import answering, nowhere
from entries.api.interface import api
from entries.api.page import page

app_name = "api"
_VERSION = "v1/"  # below api/, where entries.urls has all this


def _operations() -> list[URLPattern]:
    """A view an address, whatever its methods: Ninja gives a pattern for each of these."""
    methods = {template.removeprefix("/api/"): set(found) for template, found in documenting.schema()["paths"].items()}
    patterns = {f"{_VERSION}{one.pattern}": one for one in api.urls[0] if isinstance(one, URLPattern)}
    return [
        path(route, answering(one.callback, {method.upper() for method in methods[_template(route)]}), name=one.name)
        for route, one in patterns.items()
        if _template(route) in methods
    ]


def _template(route: str) -> str:
    """`posts/<slug:slug>/` as `posts/{slug}/`."""
    return re.sub(r"<\w+:(\w+)>", r"{\1}", route)


urlpatterns = [
    path("", page, name="page"),
    path(f"{_VERSION}openapi.json", documenting.openapi, name="schema"),
    *_operations(),
    re_path(r"^[\s\S]*\Z", nowhere),  # line ends too
]
