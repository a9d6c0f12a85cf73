"""Text that compresses as a newsroom's does: the words of the demonstration, as often as they are there, in any order.

The same text again and again, as tests have it, would be nothing on the wire.
"""

import re
from functools import cache
from pathlib import Path
from random import Random

WORDS = 90  # an update: 200 of them are 38 KB compressed, as those were that the targets were found with
_DAYS = Path(__file__).parent.parent / "entries" / "demonstration"


def update(number: int) -> str:
    """The text of the update of that number, always the same, in two paragraphs."""
    random = Random(number)  # noqa: S311
    half = WORDS // 2
    first, second = (" ".join(random.choices(_words(), k=half)) for _ in range(2))
    return f"<p>Update {number}. {first}.</p><p>{second}.</p>"


@cache
def _words() -> list[str]:
    return [word for day in sorted(_DAYS.glob("*.md")) for word in re.findall(r"[^\W\d_]+", day.read_text("utf-8"))]
