"""What a server process does without until somebody asks for it."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.once
_SERVE = """
import sys
import liveblog.asgi
from django.urls import resolve, reverse
reverse("entries:front"), resolve("/feed.rss")
print("pydantic" in sys.modules)
print(reverse("entries:api:post", args=["a"]))
print("pydantic" in sys.modules, resolve("/api/v1/posts/a/").view_name)
"""


def test_a_site_whose_api_nobody_asks_for_does_without_it() -> None:
    command = [sys.executable, "-W", "ignore", "-c", _SERVE]
    said = subprocess.check_output(command, env=os.environ | {"DEBUG": "1"}, text=True)
    assert said.splitlines() == ["False", "/api/v1/posts/a/", "True entries:api:post"]
