"""Lighthouse as it comes: a phone on a slow network, simulated. The median of some runs, for one run varies."""

import json
import os
import statistics
from typing import Any

from audit.demands import Demand, at_least
from audit.tools import MODULES, NODE, ToolFailed, run

RUNS = 3
# A page's least points in each of Lighthouse's categories.
BOUNDS = {"performance": 98, "accessibility": 100, "best-practices": 100, "seo": 100}
# As root Chromium has no sandbox.
FLAGS = "--headless=new" + (" --no-sandbox" if os.geteuid() == 0 else "")


def demands(name: str, address: str) -> list[Demand]:
    return judged(name, [_report_at_last(address) for _ in range(RUNS)])


def judged(name: str, reports: list[dict[str, Any]]) -> list[Demand]:
    lost = _lost(sorted(reports, key=lambda report: _points(report, "performance"))[len(reports) // 2])
    return [
        at_least(
            f"Lighthouse, {name}: {category}",
            statistics.median(_points(report, category) for report in reports),
            bound,
            lost[category],
        )
        for category, bound in BOUNDS.items()
    ]


def _report_at_last(address: str) -> dict[str, Any]:
    """Chromium now and then leaves a page's start out of its trace; Lighthouse then asks to be run again."""
    try:
        return _report(address)
    except ToolFailed:
        return _report(address)


def _report(address: str) -> dict[str, Any]:
    command = ["--output=json", "--quiet", "--no-enable-error-reporting", f"--chrome-flags={FLAGS}"]
    answer = run(
        NODE, MODULES / "lighthouse" / "cli" / "index.js", address, *command,
        f"--only-categories={','.join(BOUNDS)}", CHROME_PATH=os.environ["CHROMIUM"],
    )  # fmt: skip
    return dict(json.loads(answer))


def _points(report: dict[str, Any], category: str) -> int:
    score = report["categories"][category]["score"]
    return 0 if score is None else round(score * 100)


def _lost(report: dict[str, Any]) -> dict[str, list[str]]:
    """Each category's audits that cost points."""
    return {
        category: [
            _told(audit)
            for reference in report["categories"][category]["auditRefs"]
            if reference["weight"] and _costs(audit := report["audits"][reference["id"]])
        ]
        for category in BOUNDS
    }


def _costs(audit: dict[str, Any]) -> bool:
    return audit["scoreDisplayMode"] == "error" or (audit["score"] is not None and audit["score"] < 1)


def _told(audit: dict[str, Any]) -> str:
    shown = audit.get("displayValue") or audit.get("errorMessage", "")
    return " ".join(f"{audit['title']} ({audit['score']}) {shown}".split())
