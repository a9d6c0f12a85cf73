"""The Nu HTML checker on every page."""

import json
import re
from pathlib import Path
from typing import Any

from audit.demands import Demand, at_most
from audit.tools import MODULES, run

CHECKER = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"


def demands(pages: dict[str, bytes], folder: Path) -> list[Demand]:
    addresses = {}
    for number, (address, body) in enumerate(pages.items()):
        file = folder / f"{number}.html"
        file.write_bytes(body)
        addresses[file.as_uri()] = address
    said = run("java", "-jar", CHECKER, "--format", "json", "--stdout", "--exit-zero-always", *folder.glob("*.html"))
    return judged(json.loads(said)["messages"], addresses)


def judged(messages: list[dict[str, Any]], addresses: dict[str, str]) -> list[Demand]:
    """`addresses`: each file's. Warnings are told and are no failure."""
    errors = [message for message in messages if message["type"] != "info"]
    told = [_told(message, addresses) for message in messages]
    return [at_most(f"Nu HTML checker, {len(addresses)} pages: errors", len(errors), 0, told)]


def _told(message: dict[str, Any], addresses: dict[str, str]) -> str:
    # The checker writes file:/folder, others file:///folder.
    address = addresses.get(re.sub("^file:/+", "file:///", message["url"]), message["url"])
    degree = "warning" if message["type"] == "info" else message["type"]
    return f"{degree}: {address} line {message.get('lastLine', '?')}: {message['message']}"


def version() -> str:
    return run("java", "-jar", CHECKER, "--version").split()[0]
