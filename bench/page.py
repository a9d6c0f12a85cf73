"""python -m bench.page: what a reader's request costs the processor of who answers it.

The site in one process, its shipped nginx before it, nginx with files, a bare ASGI callable and bare Django views: each
is asked in turn over 16 connections in the same run, so ratios count and not figures.
"""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.bare import Bare, bare_server
from bench.findings import Findings
from bench.load import Question, request, rounds
from bench.peers import PEERS, SAID
from bench.place import Place, is_quick, served
from bench.proxy import Proxy, proxy

P99 = 3.0  # milliseconds


@dataclass(frozen=True)
class Beside:
    """One thing that the site answers, and the same from others."""

    own: Question
    same_bytes: Question
    same_headers: Question

    @property
    def of_bare(self) -> float:
        return self.same_bytes.cost / self.own.cost

    @property
    def of_alike(self) -> float:
        return self.same_headers.cost / self.own.cost


class Asked:
    """All questions of the run, of a post of 200 updates unless said."""

    def __init__(self, place: Place, bare: Bare, outer: Proxy) -> None:
        (post,) = place.backroom.do("fill", posts=1, updates=200)
        few, many = (place.backroom.do("fill", posts=1, updates=size, first=size)[0] for size in (10, 1000))
        path, newest, nothing = f"/live/{post['slug']}/", b"Update 199.", b'"entries":[]'
        feed = f"{path}feed.rss"
        page = place.asked("page of 200 updates", path, said=newest).once()
        full = place.asked("feed", feed, said=newest).once()
        known, has_feed = (f"If-None-Match: {answer.header('etag')}" for answer in (page, full))
        poll = f"{path}changes/{post['seq']}/"
        self.bare = bare
        self.page = self._beside(place.asked("page of 200 updates", path, said=newest))
        self.known = self._beside(place.asked("304 of it", path, known, status=304))
        self.poll = self._beside(place.asked("poll with nothing new", poll, said=nothing))
        self.feed = self._beside(place.asked("feed", feed, said=newest))
        self.feed_known = self._beside(place.asked("304 of the feed", feed, has_feed, status=304))
        self.polls = [
            place.asked(f"poll of {size} updates", f"/live/{one['slug']}/changes/{one['seq']}/", said=nothing)
            for size, one in (("10", few), ("1,000", many))
        ]
        self.file = outer.static("the page as a file", page.text, newest)
        self.feed_file = outer.static("the feed as a file", full.text, newest)
        self.cached = outer.cached("the page through nginx", path, said=newest)
        self.cached_poll = outer.cached("the poll through nginx", poll, said=nothing)

    def _beside(self, own: Question) -> Beside:
        answer = own.once()
        alike = self.bare.same_headers(f"bare, with its headers: {own.name}", answer)
        return Beside(own, self.bare.same_bytes(f"bare, its bytes: {own.name}", answer), alike)

    @property
    def besides(self) -> list[Beside]:
        return [self.page, self.known, self.poll, self.feed, self.feed_known]

    @property
    def all(self) -> list[Question]:
        own = [one for beside in self.besides for one in (beside.own, beside.same_bytes, beside.same_headers)]
        return [*own, *self.polls, self.file, self.feed_file, self.cached, self.cached_poll]


def main() -> None:
    quick = is_quick(__doc__)
    with ExitStack() as stack:
        place = stack.enter_context(served())
        outer = stack.enter_context(proxy(place.folder / "nginx", place.port))
        asked = Asked(place, stack.enter_context(bare_server("bare_page")), outer)
        views = django_views(stack, place.folder, asked.page.own)
        rounds([*asked.all, *views], 1 if quick else 7, 0.1 if quick else 1.0)
        for question in [*asked.all, *views]:
            rate = f"{question.cost:8.1f} µs  {question.a_second:8,.0f} a second and core"
            print(f"{question.name:44} {rate}  p99 {question.p99 * 1000:5.2f} ms")
        told(asked, views).tell()


def django_views(stack: ExitStack, folder: Path, page: Question) -> list[Question]:
    """The same page, compressed already, from a view that does nothing."""
    answer = page.once()
    (folder / "page").write_bytes(answer.body)
    found = []
    for name in ("no", "usual"):
        server = stack.enter_context(bare_server("bare_django", BARE_PAGE=str(folder / "page"), BARE_MIDDLEWARE=name))
        called = f"a bare Django view, {name} middleware"
        found.append(Question(called, server.port, request("/"), said=page.said, pids=server.pids))
    return found


def told(asked: Asked, views: list[Question]) -> Findings:
    findings = Findings()
    pages(findings, asked, views)
    polls(findings, asked)
    feeds(findings, asked)
    return findings


def pages(findings: Findings, asked: Asked, views: list[Question]) -> None:
    own = asked.page.own
    of_file(findings, "P1", own, asked.file)
    p99 = own.p99 * 1000
    findings.row("P1", "its p99 at 16 connections", f"≤ {P99:.0f} ms", f"{p99:.2f} ms", p99 <= P99)
    for beside in (asked.page, asked.known, asked.poll):
        of_bare(findings, "P1", beside)
    for view in views:
        figure = f"{own.cost / view.cost:.2f} of the page's rate ({view.cost:.0f} µs)"
        findings.row("P1", f"{view.name}, answering the same bytes", "", figure, None)
    ratio = asked.file.cost / asked.cached.cost
    figure = f"{ratio:.2f} of the same as a file ({asked.cached.cost:.1f} µs)"
    findings.row("P2", "page through nginx that keeps it for a second", "≥ 0.8", figure, ratio >= 0.8)
    bare = asked.page.same_bytes.a_second
    for peer in PEERS:
        times = own.a_second / peer.here(bare)
        what = f"pages a second against {peer.name} {SAID}"
        findings.row("P3", what, f"≥ {peer.kept:,} times", f"{times:,.0f} times", times >= peer.kept)


def of_file(findings: Findings, number: str, own: Question, file: Question) -> None:
    ratio = file.cost / own.cost
    figure = f"{ratio:.2f} of nginx with the same as a file ({own.cost:.1f} and {file.cost:.1f} µs)"
    findings.row(number, f"{own.name}, from one process", "≥ 0.2", figure, ratio >= 0.2)


def of_bare(findings: Findings, number: str, beside: Beside) -> None:
    figure = f"{beside.of_bare:.2f} of a bare ASGI callable with its bytes, {beside.of_alike:.2f} with its headers too"
    findings.row(number, beside.own.name, "≥ 0.7", figure, beside.of_bare >= 0.7)


def polls(findings: Findings, asked: Asked) -> None:
    ratio = asked.cached_poll.cost / asked.poll.own.cost
    figure = f"{ratio:.2f} of nginx that keeps it ({asked.poll.own.cost:.1f} and {asked.cached_poll.cost:.1f} µs)"
    findings.row("P5", "poll with nothing new", "≥ 0.2", figure, ratio >= 0.2)
    length = len(asked.poll.own.once().body)
    findings.row("P5", "bytes of its body", "≤ 100", f"{length}", length <= 100)
    few, many = (poll.cost for poll in asked.polls)
    figure = f"{many / few:.2f} times ({few:.1f} and {many:.1f} µs)"
    findings.row("P5", "the same for 1,000 updates beside 10", "within 0.1", figure, abs(many / few - 1) <= 0.1)


def feeds(findings: Findings, asked: Asked) -> None:
    of_file(findings, "P6", asked.feed.own, asked.feed_file)
    of_file(findings, "P6", asked.feed_known.own, asked.feed_file)
    of_bare(findings, "P6", asked.feed)
    of_bare(findings, "P6", asked.feed_known)


if __name__ == "__main__":
    main()
