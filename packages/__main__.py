"""python -m packages audit | lock | licences: see ./run."""

import subprocess
import sys

from packages.licences import PAGE, is_allowed, licences, page
from packages.locks import ROOT, lock


def audit(*arguments: str) -> int:
    """What is locked, against the advisories that are known today. Strictly: what cannot be asked about is not well.

    `--ignore-vuln ID` leaves out one whose reason stands in docs/decisions.md."""
    refused = {name: licence for name, licence in licences().items() if not is_allowed(licence)}
    for name, licence in refused.items():
        print(f"{name} is under a licence that is not allowed here: {licence}")
    everything = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "--strict"]
    done = subprocess.run([*everything, "-r", "requirements-supply.lock", *arguments], cwd=ROOT, check=False)
    return done.returncode or int(bool(refused))


def write_licences() -> int:
    PAGE.write_text(page())
    return 0


WORK = {"audit": audit, "lock": lock, "licences": write_licences}
if __name__ == "__main__":
    raise SystemExit(WORK[sys.argv[1]](*sys.argv[2:]))
