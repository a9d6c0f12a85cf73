"""python -m bench.post: how long a post of 5,000 entries takes to open beside one of 50.

Both are asked for in turn from one server, at their own address and at their oldest page; each answer is looked at
before it counts.
"""

import statistics
import tempfile
import time
import urllib.request
from pathlib import Path

from tests.browser.live.newsroom import Newsroom
from tests.browser.site import running_site

ROUNDS = 60
SIZES = (50, 5000)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, running_site(Path(folder), is_empty=True) as site:
        newsroom = Newsroom(site)
        print(f"Writing {sum(SIZES):,} entries …", flush=True)
        slugs = {size: filled(newsroom, size) for size in SIZES}
        newsroom.close()
        for name, query in (("newest", ""), ("oldest page", "?page=1")):
            seconds: dict[int, list[float]] = {size: [] for size in SIZES}
            for _ in range(ROUNDS):
                for size, slug in slugs.items():
                    seconds[size].append(until_there(f"{site.url}/live/{slug}/{query}", size if not query else 30))
            few, many = (statistics.median(seconds[size][1:]) for size in SIZES)
            print(f"{name}: of 50 {few * 1000:.1f} ms, of 5,000 {many * 1000:.1f} ms: {many / few:.2f} times")


def filled(newsroom: Newsroom, size: int) -> str:
    """The slug of a post of so many entries."""
    slug = str(newsroom.do("open", headline=f"With {size}", updates=0)["slug"])
    for number in range(size - 1):
        newsroom.do("publish", slug=slug, text=f"<p>Update {number}.</p>" + "<p>It says what is to be said.</p>" * 4)
    return slug


def until_there(address: str, newest: int) -> float:
    started = time.perf_counter()
    with urllib.request.urlopen(address) as response:  # noqa: S310
        text = response.read().decode()
    seconds = time.perf_counter() - started
    assert f"Update {newest - 2}." in text
    return seconds


if __name__ == "__main__":
    main()
