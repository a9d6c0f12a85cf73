"""What all scripts found out, as Markdown."""

from collections.abc import Mapping, Sequence

from bench.findings import Plot, Row

HEAD = ("target", "what", "wanted", "found", "reached")
ABOUT = """By `./run bench`. Machines are noisy, and other ones are quicker or slower: what counts are the ratios, each
taken within one run and in turn. When, of which commit and where each script ran stands before what it printed."""


def in_order(rows: Sequence[Row]) -> list[Row]:
    """P1, P2 … P13, then what has no number; as they came within each."""
    return sorted(rows, key=lambda row: int(row.number.removeprefix("P") or 1_000))


def table(rows: Sequence[Row]) -> str:
    lines = [(row.number, row.what, row.target, row.figure, row.answer) for row in in_order(rows)]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in (HEAD, ["---"] * len(HEAD), *lines))


def document(rows: Sequence[Row], plots: Sequence[Plot], texts: Mapping[str, str]) -> str:
    """`texts`: by the script's name, what it printed."""
    pictures = "\n\n".join(f"![{plot.title}](plots/{plot.name}.svg)" for plot in plots)
    said = "\n\n".join(_details(name, text) for name, text in texts.items())
    parts = [
        "# What was measured",
        ABOUT,
        table(rows).strip(),
        pictures,
        "## What each script printed",
        said,
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _details(name: str, text: str) -> str:
    return f"<details><summary>bench.{name}</summary>\n\n```text\n{text.strip()}\n```\n\n</details>"
