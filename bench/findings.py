"""What a script found out: rows of the one table, and points of the plots. `./run bench` collects them."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

COLLECTED = "BENCH_FINDINGS"  # names the file that a script leaves its findings in


@dataclass(frozen=True)
class Row:
    number: str  # of the target, such as P1; empty where there is none
    what: str
    target: str
    figure: str
    is_reached: bool | None  # None: there is no target

    @property
    def answer(self) -> str:
        return {True: "yes", False: "no", None: ""}[self.is_reached]


@dataclass(frozen=True)
class Plot:
    name: str  # of its file
    title: str
    x: str  # what the axis shows, with its unit
    y: str
    lines: dict[str, list[tuple[float, float]]]
    is_logarithmic: bool = True  # the x axis


@dataclass
class Findings:
    rows: list[Row] = field(default_factory=list)
    plots: list[Plot] = field(default_factory=list)

    def row(self, number: str, what: str, target: str, figure: str, is_reached: bool | None) -> None:
        self.rows.append(Row(number, what, target, figure, is_reached))

    def tell(self) -> None:
        """Prints the rows, and leaves all for who collects it."""
        for row in self.rows:
            wanted = f"  (wanted: {row.target}) {row.answer}" if row.target else ""
            print(f"{row.number:4} {row.what}: {row.figure}{wanted}", flush=True)
        if name := os.environ.get(COLLECTED):
            Path(name).write_text(json.dumps(asdict(self)), encoding="utf-8")
