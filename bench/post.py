"""python -m bench.post: how long a post of 5,000 entries takes to open beside one of 50.

Both are asked for in turn from one server, at their own address and at their oldest page, after a change of each; each
answer is looked at before it counts.
"""

import statistics
import time

from bench.findings import Findings
from bench.place import Place, is_quick, served

SIZES = (50, 5000)
SETTLING = 0.1  # seconds until the server has heard of a change


def main() -> None:
    quick = is_quick(__doc__)
    sizes = (50, 500) if quick else SIZES
    findings = Findings()
    with served() as place:
        slugs = {size: place.backroom.do("fill", posts=1, updates=size, first=size)[0]["slug"] for size in sizes}
        for name, query in (("newest", ""), ("oldest page", "?page=1")):
            seconds: dict[int, list[float]] = {size: [] for size in sizes}
            for _ in range(5 if quick else 40):
                for size, slug in slugs.items():
                    seconds[size].append(until_there(place, slug, query, 20 if query else size - 1))
            few, many = (statistics.median(seconds[size][1:]) * 1000 for size in sizes)
            what = f"opening a post of {sizes[1]:,} updates after a change, beside one of {sizes[0]}: {name}"
            findings.row("", what, "", f"{many / few:.2f} times ({few:.1f} and {many:.1f} ms)", None)
    findings.tell()


def until_there(place: Place, slug: str, query: str, update: int) -> float:
    place.backroom.do("publish", slug=slug, text="<p>A change.</p>")
    time.sleep(SETTLING)
    page = place.asked("page", f"/live/{slug}/{query}", said=b"Update " if query else b"A change.")
    started = time.perf_counter()
    answer = page.once()
    seconds = time.perf_counter() - started
    assert not query or f"Update {update}.".encode() in answer.text
    return seconds


if __name__ == "__main__":
    main()
