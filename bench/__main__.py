"""./run bench: every script of this folder, one after another, and what they print in bench/RESULTS.md.

Machines are noisy: only ratios within one run say something.
"""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path(__file__).parent
SCRIPTS = ("page", "post", "stream", "screen", "desk")


def main() -> int:
    told = [_measured(name) for name in SCRIPTS]
    (FOLDER / "RESULTS.md").write_text("\n\n".join([_heading(), *told]) + "\n", encoding="utf-8")
    print("Written to bench/RESULTS.md")
    return 0


def _measured(name: str) -> str:
    print(f"bench.{name} …", flush=True)
    command = [sys.executable, "-m", f"bench.{name}"]
    done = subprocess.run(command, cwd=FOLDER.parent, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"bench.{name} failed, so nothing is written.")
    print(done.stdout, flush=True)
    return f"## bench.{name}\n\n```\n{done.stdout.strip()}\n```"


def _heading() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    when = f"{datetime.now(UTC):%Y-%m-%d}, commit {commit.stdout.strip() or 'unknown'}, {machine}."
    return f"# What was measured\n\nBy `./run bench`: {when} Ratios in one run are what counts."


if __name__ == "__main__":
    raise SystemExit(main())
