"""./run bench: every script of this folder, one after another. What they find out is one table, with plots, in
bench/RESULTS.md.

Machines are noisy: only ratios within one script's run say something. Some scripts alone (`./run bench page growth`) do
their part of the table anew; at smaller sizes (`--quick`) they print what they find, and nothing is written.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.findings import COLLECTED, Plot, Row
from bench.machine import this_run
from bench.table import document, table

FOLDER = Path(__file__).parent
FOUND = FOLDER / "found"  # by each script when it last ran here at its full size
SCRIPTS = (
    *("page", "cold", "weight", "growth", "reading", "editors", "post", "desk", "screen"),
    *("stream", "storm", "polls", "night"),
)


@dataclass(frozen=True)
class Outcome:
    name: str
    run: str  # when, of what and where
    text: str  # as it was printed
    rows: list[Row]
    plots: list[Plot]
    has_failed: bool = False


def main(arguments: Sequence[str] | None = None) -> int:
    given = asked(arguments)
    names = given.scripts or SCRIPTS
    started, told = time.monotonic(), []
    for number, name in enumerate(names, 1):
        minutes = (time.monotonic() - started) / 60
        print(f"\nbench.{name}: script {number} of {len(names)}, after {minutes:.0f} minutes", flush=True)
        told.append(outcome(name, ["--quick"] if given.quick else []))
    print("\n" + table([row for one in told for row in one.rows]))
    failed = [f"bench.{one.name}" for one in told if one.has_failed]
    if failed:
        print(f"{', '.join(failed)} failed, which said why above: what the others found is kept.")
    if given.quick:
        print("Nothing is written: for that scripts must run at their full sizes.")
    else:
        keep(told)
    return 1 if failed else 0


def keep(told: Sequence[Outcome]) -> None:
    """And all that is known, once each script has run."""
    FOUND.mkdir(exist_ok=True)
    for one in told:
        if not one.has_failed:
            (FOUND / f"{one.name}.json").write_text(json.dumps(asdict(one)), encoding="utf-8")
    if missing := [name for name in SCRIPTS if not (FOUND / f"{name}.json").exists()]:
        print(f"Nothing is written to bench/RESULTS.md until these have run too: {', '.join(missing)}.")
        return
    write([kept(name) for name in SCRIPTS])
    print("Written to bench/RESULTS.md")


def kept(name: str) -> Outcome:
    found = json.loads((FOUND / f"{name}.json").read_text("utf-8"))
    return Outcome(found["name"], found["run"], found["text"], *_findings(found))


def _findings(found: dict[str, Any]) -> tuple[list[Row], list[Plot]]:
    return [Row(**row) for row in found["rows"]], [Plot(**plot) for plot in found["plots"]]


def asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("./run bench", description=__doc__)
    parser.add_argument("scripts", nargs="*", metavar="SCRIPT", help=f"{', '.join(SCRIPTS)}; all, if none is named")
    parser.add_argument("--quick", action="store_true", help="smaller sizes, which say that the scripts work")
    given = parser.parse_args(arguments)
    if unknown := [name for name in given.scripts if name not in SCRIPTS]:
        parser.error(f"There is no script {', '.join(unknown)}: give some of {', '.join(SCRIPTS)}.")
    return given


def outcome(name: str, options: Sequence[str]) -> Outcome:
    command = [sys.executable, "-u", "-m", f"bench.{name}", *options]
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "findings.json"
        settings = os.environ | {COLLECTED: str(found)}
        lines = []
        with subprocess.Popen(command, cwd=FOLDER.parent, env=settings, stdout=subprocess.PIPE, text=True) as script:
            for line in script.stdout or ():
                print(line, end="", flush=True)
                lines.append(line)
        findings = json.loads(found.read_text("utf-8")) if found.exists() else {"rows": [], "plots": []}
    return Outcome(name, this_run(FOLDER), "".join(lines), *_findings(findings), has_failed=script.returncode != 0)


def write(told: Sequence[Outcome]) -> None:
    from bench.plots import drawn  # of what ./run bench alone needs

    plots = [plot for one in told for plot in one.plots]
    (FOLDER / "plots").mkdir(exist_ok=True)
    for plot in plots:
        (FOLDER / "plots" / f"{plot.name}.svg").write_bytes(drawn(plot))
    rows = [row for one in told for row in one.rows]
    text = document(rows, plots, {one.name: f"{one.run}\n\n{one.text}" for one in told})
    (FOLDER / "RESULTS.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
