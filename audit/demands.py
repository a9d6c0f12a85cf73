"""What is demanded of the pages, what was measured, and the table of both."""

from collections.abc import Iterable
from dataclasses import dataclass

HEADINGS = ("what", "measured", "required", "met")


@dataclass(frozen=True)
class Demand:
    what: str
    measured: str
    required: str
    is_met: bool
    findings: tuple[str, ...] = ()  # what is to be mended, a line each


def at_least(what: str, measured: float, bound: float, findings: Iterable[str] = ()) -> Demand:
    return Demand(what, f"{measured:g}", f"{bound:g} or more", measured >= bound, tuple(findings))


def at_most(what: str, measured: float, bound: float, findings: Iterable[str] = ()) -> Demand:
    required = f"at most {bound:g}" if bound else "none"
    return Demand(what, f"{measured:g}", required, measured <= bound, tuple(findings))


def under_kilobytes(what: str, size: int, bound: float, findings: Iterable[str] = ()) -> Demand:
    """`size` is in bytes; a KB is 1000 of them."""
    return Demand(what, f"{size / 1000:.1f} KB", f"under {bound:g} KB", size < bound * 1000, tuple(findings))


def none_of(what: str, findings: list[str]) -> Demand:
    return at_most(what, len(findings), 0, findings)


def table(demands: list[Demand]) -> str:
    """Markdown, its columns aligned so that a terminal shows it as well."""
    rows = [HEADINGS, *((d.what, d.measured, d.required, "yes" if d.is_met else "NO") for d in demands)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    lines.insert(1, " | ".join("-" * width for width in widths))
    return "\n".join(f"| {line} |" for line in lines)


def findings(demands: list[Demand]) -> list[str]:
    return [f"{demand.what.split(':')[0]}: {finding}" for demand in demands for finding in demand.findings]


def exit_code(demands: list[Demand]) -> int:
    """One where nothing was measured, too."""
    return 0 if demands and all(demand.is_met for demand in demands) else 1
