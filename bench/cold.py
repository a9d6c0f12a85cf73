"""python -m bench.cold: the first page after a publish, which has to be made.

In one process, by way of Django and all its middleware and without the server and its cache: what the processor takes
for a page before it is compressed. And at the site itself, by way of all of it: the processor of its whole process
from the reader's question to the answer, uncompressed.
"""

import statistics
import time

from bench import prose
from bench.backroom import Backroom
from bench.bare import bare_server
from bench.findings import Findings
from bench.load import rounds
from bench.peers import PEERS, SAID
from bench.place import Place, is_quick, served
from bench.processor import used

WANTED = {200: 2.0, 1000: 5.0}  # updates, milliseconds
SETTLING = 0.4  # seconds until the server has heard of a change and told its readers
PATIENCE = 5  # such times


def main() -> None:
    quick = is_quick(__doc__)
    changes = 5 if quick else 40
    findings = Findings()
    with served() as place:
        slugs = {size: place.backroom.do("fill", posts=1, updates=size, first=size)[0]["slug"] for size in WANTED}
        within = {
            size: [in_process(place.backroom, slug, number) for number in range(changes)]
            for size, slug in slugs.items()
        }
        whole = {size: [at_the_site(place, slug, number) for number in range(changes)] for size, slug in slugs.items()}
        bare = bare_rate(place, slugs[200], 0.1 if quick else 1.0)
    for size, wanted in WANTED.items():
        cost, all_of_it = (statistics.median(one[size][1:]) * 1000 for one in (within, whole))
        what = f"first page of {size:,} updates after a publish, before compression"
        figure = f"{cost:.2f} ms in Django, {all_of_it:.2f} ms with the server around it"
        findings.row("P4", what, f"≤ {wanted:.0f} ms", figure, cost <= wanted)
    for peer in PEERS:
        times = 1 / statistics.median(whole[200][1:]) / peer.here(bare)
        what = f"pages that are made anew against {peer.name} {SAID}"
        findings.row("P3", what, f"≥ {peer.cold} times", f"{times:,.0f} times", times >= peer.cold)
    findings.tell()


def in_process(backroom: Backroom, slug: str, number: int) -> float:
    text = f"<p>Change {number}.</p>{prose.update(number)}"
    backroom.do("publish", slug=slug, text=text)
    page = backroom.do("render", address=f"/live/{slug}/")
    assert page["status"] == 200
    assert f"Change {number}." in page["text"]
    return float(page["seconds"])


def at_the_site(place: Place, slug: str, number: int) -> float:
    place.backroom.do("publish", slug=slug, text=f"<p>Served {number}.</p>{prose.update(number)}")
    asked = place.asked("page", f"/live/{slug}/", coding="identity")
    for _ in range(PATIENCE):
        time.sleep(SETTLING)
        before = used(place.pids)
        page = asked.once()
        seconds = used(place.pids) - before
        if f"Served {number}.".encode() in page.body:
            assert "stored" in page.header("cache-status"), page.head
            return seconds
    raise AssertionError(f"Change {number} was not seen.")


def bare_rate(place: Place, slug: str, seconds: float) -> float:
    """Pages a second and core that a bare ASGI callable hands out, compressed."""
    answer = place.asked("page", f"/live/{slug}/").once()
    with bare_server("bare_page") as bare:
        question = bare.same_bytes("bare", answer)
        rounds([question], 3, seconds)
    return question.a_second


if __name__ == "__main__":
    main()
