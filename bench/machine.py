"""When, of what and where something was measured."""

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path


def this_run(folder: Path) -> str:
    cores = f"{os.cpu_count()} cores of {_processor()}"
    where = f"{cores}, Python {platform.python_version()}, {platform.system()} {platform.release()}"
    return f"{datetime.now(UTC):%Y-%m-%d}, commit {_commit(folder)}, {where}."


def _processor() -> str:
    found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.M)
    return found[1] if found else platform.machine()


def _commit(folder: Path) -> str:
    """With a mark where the code has been changed since."""
    command = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    found = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"
