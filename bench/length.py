"""What readers of a post cost with ever more updates in it, at a site that keeps what many ask for, beside a bare ASGI
callable that hands out the same bytes."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from bench.bare import Bare, bare_server
from bench.findings import Findings, Plot
from bench.load import Question, rounds
from bench.place import Place, served

MOST = 1.1
FEW = 200


@dataclass(frozen=True)
class Pair:
    own: Question
    bare: Question


def measure(findings: Findings, sizes: Sequence[int], turns: int, seconds: float) -> None:
    with ExitStack() as stack:
        place = stack.enter_context(served())
        bare = stack.enter_context(bare_server("bare_page"))
        asked = {size: questions(place, bare, size) for size in sizes}
        rounds([one for of in asked.values() for pair in of.values() for one in (pair.own, pair.bare)], turns, seconds)
    for size, of in asked.items():
        for kind, pair in of.items():
            print(f"{kind:5} of {size:5,} updates {pair.own.cost:7.1f} µs, bare {pair.bare.cost:7.1f} µs")
    for kind in asked[FEW]:
        told(findings, kind, asked[FEW][kind], asked[max(sizes)][kind], max(sizes))
    lines = {kind: [(float(size), of[kind].own.cost) for size, of in asked.items()] for kind in asked[FEW]}
    title = "A reader's request, by the updates in the post"
    findings.plots.append(Plot("length-of-post", title, "updates", "µs of the processor", lines))


def questions(place: Place, bare: Bare, size: int) -> dict[str, Pair]:
    (post,) = place.backroom.do("fill", posts=1, updates=size, first=size)
    path, newest = f"/live/{post['slug']}/", f"Update {size - 1}.".encode()
    tag = place.asked("page", path, said=newest).once().header("etag")
    own = {
        "page": place.asked("page", path, said=newest),
        "304": place.asked("304", path, f"If-None-Match: {tag}", status=304),
        "poll": place.asked("poll", f"{path}changes/{post['seq']}/", said=b'"entries":[]'),
        "feed": place.asked("feed", f"{path}feed.rss", said=newest),
    }
    return {kind: Pair(one, bare.same_bytes(f"bare {kind}", one.once())) for kind, one in own.items()}


def told(findings: Findings, kind: str, few: Pair, many: Pair, most: int) -> None:
    own, bytes_alone = many.own.cost / few.own.cost, many.bare.cost / few.bare.cost
    figure = f"{own:.2f} times, where a bare callable with the same bytes takes {bytes_alone:.2f} times"
    what = f"{kind} of {most:,} updates beside {FEW}, above what the bytes explain"
    findings.row("", what, f"≤ {MOST} times", figure, own <= MOST * max(bytes_alone, 1.0))
