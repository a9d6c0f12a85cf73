"""requirements*.txt is what people write and read; the lock beside each is what is installed.

A lock has every package that a set brings, those that nobody asked for too, with the SHA-256 of each of its files for
every platform. Made of the other by `./run lock`.
"""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Each after those that it is made of, whose versions it takes.
SETS = ("requirements", *(f"requirements-{name}" for name in ("s3", "dev", "audit", "bench", "supply")))
_PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)(?:\s*;\s*([^\\]+))?")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_INCLUDED = re.compile(r"-r (\S+)")


@dataclass(frozen=True)
class Locked:
    name: str
    version: str
    marker: str
    hashes: frozenset[str]

    @property
    def is_for_windows(self) -> bool:
        """Where `./run` does not."""
        return self.marker == "sys_platform == 'win32'"


class Unpinned(ValueError):
    """A line that names no exact version, or takes a package from elsewhere than the index."""


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted(path: Path) -> dict[str, str]:
    """The version of each package that is asked for by name, in the files that this one takes in too."""
    found: dict[str, str] = {}
    for line in path.read_text().splitlines():
        said = line.partition("#")[0].strip()
        if included := _INCLUDED.fullmatch(said):
            found |= wanted(path.with_name(included[1]))
        elif said:
            pin = _PIN.fullmatch(said)
            if pin is None:
                raise Unpinned(f"{path.name}: {said}")
            found[normalised(pin[1])] = pin[2]
    return found


def locked(path: Path) -> dict[str, Locked]:
    found: dict[str, Locked] = {}
    for line in path.read_text().replace("\\\n", " ").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        pin = _PIN.match(line)
        hashes = frozenset(_HASH.findall(line))
        if pin is None or not hashes:
            raise Unpinned(f"{path.name}: {line[:100]}")
        name = normalised(pin[1])
        found[name] = Locked(name, pin[2], (pin[3] or "").partition("--hash")[0].strip(), hashes)
    return found


def lock(*arguments: str) -> int:
    """`--upgrade-package NAME` takes the newest of one that nobody asked for by name; without it all stay."""
    for number, name in enumerate(SETS):
        command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.12"]
        command += ["--generate-hashes", "--no-annotate", "--custom-compile-command", "./run lock"]
        command += [part for before in SETS[:number] for part in ("--constraints", f"{before}.lock")]
        done = subprocess.run(
            [*command, *arguments, f"{name}.txt", "--output-file", f"{name}.lock"], cwd=ROOT, check=False
        )
        if done.returncode:
            return done.returncode
    return 0
