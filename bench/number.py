"""What every kind of public page costs to make with ever more posts in the database.

In one process a size, each by way of Django and all its middleware, in turn; of each the least of all times, for what
else a machine does only ever adds to it.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from bench.backroom import Backroom
from bench.findings import Findings, Plot
from bench.place import unserved

MOST = 1.1
UPDATES = 70  # of the one live post: more than one page shows
BASE = 100  # posts: with fewer, lists are shorter
FOR_MACHINES = ("sitemap", "map of", "API")
PLOTTED = ("front", "series", "post", "entry", "feed of the site", "sitemap", "delta")


@dataclass(frozen=True)
class Made:
    seconds: float
    length: int


type Costs = dict[str, Made]


def measure(findings: Findings, sizes: Sequence[int], rounds: int) -> None:
    with ExitStack() as stack:
        rooms = {size: stack.enter_context(unserved()) for size in sizes}
        addresses = {size: filled(room, size) for size, room in rooms.items()}
        turns = [{size: once(room, addresses[size]) for size, room in rooms.items()} for _ in range(rounds)]
    costs = {size: least([turn[size] for turn in turns]) for size in sizes}
    for kind in costs[sizes[0]]:
        print(f"{kind:26}", "  ".join(f"{size:6,} posts {costs[size][kind].seconds * 1000:7.2f} ms" for size in sizes))
    told(findings, costs, max(sizes))


def filled(room: Backroom, size: int) -> dict[str, str]:
    """Each kind of public page and its address; the live post is the newest, all others have ended."""
    room.do("fill", posts=1, updates=UPDATES, series="A long story")
    room.do("fill", posts=size - 1, updates=2, series="A long story", first=1, ended=True)
    entries = room.do("entries", slug="day-0")
    post, entry, last = "/live/day-0/", entries[UPDATES // 2]["id"], -(-size // 30)
    api, story, of_ended = "/api/v1/", "/series/a-long-story/", f"/live/day-{size // 2}/"
    return {
        "front": "/",
        "last page of the front": f"/?page={last}",
        "series": story,
        "last page of the series": f"{story}?page={last}",
        "post": post,
        "post of old": of_ended,
        "its older page": f"{post}?page=1",
        "words in it": f"{post}?q=water",
        "entry": f"{post}entries/{entry}/",
        "what came since": f"{post}since/9/",
        "corrections": f"{post}corrections/",
        "delta": f"{post}changes/60/",
        "delta with nothing new": f"{post}changes/{UPDATES + 3}/",
        "feed of the post": f"{post}feed.rss",
        "feed of the post, JSON": f"{post}feed.json",
        "feed of the site": "/feed.rss",
        "feed of the site, Atom": "/feed.atom",
        "feed of the series": f"{story}feed.rss",
        "sitemap": "/sitemap.xml",
        "map of pages": "/sitemap-pages.xml",
        "map of posts": "/sitemap-posts.xml",
        "map of entries": "/sitemap-entries.xml",
        "map of news": "/news-sitemap.xml",
        "framed post": "/embed/day-0/",
        "framed entry": f"/embed/day-0/entries/{entry}/",
        "latest, framed": "/embed/day-0/latest/",
        "oEmbed": "/oembed/?url=http%3A%2F%2F127.0.0.1%2Flive%2Fday-0%2F",
        "API: series": f"{api}series/",
        "API: posts": f"{api}posts/",
        "API: posts that ended": f"{api}posts/?state=ended",
        "API: posts of a series": f"{api}posts/?series=a-long-story",
        "API: post": f"{api}posts/day-0/",
        "API: entries": f"{api}posts/day-0/entries/",
        "API: changes": f"{api}posts/day-0/changes/?since=60",
    }


def once(room: Backroom, addresses: dict[str, str]) -> Costs:
    return {kind: made(room.do("time", address=address, times=3), address) for kind, address in addresses.items()}


def made(answer: dict[str, Any], address: str) -> Made:
    assert answer["status"] == 200, (address, answer)
    return Made(answer["seconds"], answer["length"])


def least(turns: Sequence[Costs]) -> Costs:
    return {kind: min((turn[kind] for turn in turns), key=lambda made: made.seconds) for kind in turns[0]}


def told(findings: Findings, costs: dict[int, Costs], most: int) -> None:
    grown = {kind: beside(costs[BASE][kind], costs[most][kind]) for kind in costs[most]}
    for whose, is_theirs in (("page or feed", False), ("sitemap or answer of the API", True)):
        theirs = {kind: times for kind, times in grown.items() if kind.startswith(FOR_MACHINES) == is_theirs}
        worst = sorted(theirs, key=lambda kind: -theirs[kind])
        said = ", ".join(f"{kind} {theirs[kind]:.2f}" for kind in worst[:3])
        what = f"making any {whose}, with {most:,} posts beside {BASE}, above what its bytes explain"
        figure = f"{said}; median of {len(theirs)} kinds {theirs[worst[len(worst) // 2]]:.2f} times"
        findings.row("", what, f"≤ {MOST} times", figure, theirs[worst[0]] <= MOST)
    lines = {kind: [(float(size), of[kind].seconds * 1000) for size, of in costs.items()] for kind in PLOTTED}
    title = "Making a page, by the posts in the database"
    findings.plots.append(Plot("number-of-posts", title, "posts", "ms of the processor", lines))


def beside(few: Made, many: Made) -> float:
    return many.seconds / few.seconds / max(many.length / few.length, 1.0)
