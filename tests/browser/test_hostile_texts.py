"""Hostile texts, cleaned, in a browser that nothing else protects: no policy forbids a script, and none may run."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from entries.models import Entry
from entries.rendering import entry_body
from entries.sanitising import TAGS, clean_html, one_line
from tests.browser.site import running_site
from tests.hostile import texts

pytestmark = pytest.mark.once
ADDRESS = "http://trap.example/"
LEGITIMATE = (
    '<p>The <strong>north lock</strong>, says <a href="https://example.org/a?b=1&amp;c=2">the <em>survey</em></a>.</p>'
    "<blockquote><p>“We are <b>not</b> leaving.”</p></blockquote><ul><li>one<ol><li>two</li></ol></li></ul>"
    '<figure><img src="/media/a.png" alt="A map" width="64" height="40"><figcaption>Harrow</figcaption></figure>'
    '<h3>Afterwards</h3><p lang="uk">Вода<br>прибуває</p>'
    '<table><tbody><tr><td colspan="2">1 m</td></tr></tbody></table><hr>'
)
_OWN = re.compile(r' class="(?:topic|table)"')  # the page's
TRAP = """
  window.sprung = [];
  window.trap = (...words) => { window.sprung.push(new Error().stack); };
  for (const name of ["alert", "confirm", "prompt", "print", "open"]) window[name] = window.trap;
  // What leads to another page is stopped; a script's address is not.
  addEventListener("click", (event) => {
    const link = event.target.closest("a, area");
    if (link && /^(https?|mailto|tel):$/.test(link.protocol)) event.preventDefault();
  }, true);
"""
# Each text by the server's parser, as a live page inserts it, and as it is read when it was written down again; then
# whatever a reader could do to it.
TRY = """(texts) => {
  const around = document.querySelector("main");
  for (const text of texts) {
    const fresh = around.appendChild(document.createElement("div"));
    fresh.innerHTML = text;
    const again = around.appendChild(document.createElement("div"));
    again.innerHTML = fresh.innerHTML;
    const parsed = new DOMParser().parseFromString(text, "text/html");
    around.appendChild(document.createElement("div")).append(...document.adoptNode(parsed.body).childNodes);
  }
  const events = EVENTS;
  for (const element of around.querySelectorAll("*")) {
    element.focus?.();
    for (const name of events) element.dispatchEvent(new Event(name, { bubbles: true, cancelable: true }));
    if (/^(a|area|button|input|summary)$/i.test(element.localName)) element.click();
  }
}"""
FOREIGN = """(tags) => [...document.querySelectorAll("main *")].flatMap((element) => [
  ...(tags.includes(element.localName) && element.namespaceURI.endsWith("xhtml") ? [] : [element.outerHTML]),
  ...[...element.attributes].filter(({ name, value }) => /^on|^style$|^srcdoc$|^is$|^id$|^class$/i.test(name)
    || (/^(href|src)$/.test(name) && !/^(https?|mailto|tel):$/.test(new URL(value, location).protocol)))
    .map(({ name, value }) => `${name}=${value}`),
])"""
# What none of the site's pages has.
PLANTED = """() => [...document.querySelectorAll("*")].filter((element) =>
  [...element.attributes].some(({ name, value }) => name.startsWith("on") || /^\\s*(javascript|data):/i.test(value))
  || (element.localName === "script" && !element.src && element.type !== "application/ld+json")
  || element.matches("object, embed, applet, base[href]")).map(({ outerHTML }) => outerHTML)"""
EVENTS = (
    "click mouseover pointerover focus blur error load toggle beforetoggle animationstart copy paste drag input keydown"
)


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterable[Page]:
    """With nothing but the trap: what it shows is set by `show`."""
    context = browser.new_context()
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.dismiss())
    yield page
    context.close()


# A post in which each field of each thing is such a text.
FILL = """
from datetime import date
from tests.hostile import texts
from entries.domain import posting, publishing
from entries.enums import EntryKind
from entries.models import Entry, Post, Series
hostile = iter([text for text in texts() if len(text) < 180][::11])
series = publishing.ensure_series(next(hostile) + " ")
head = publishing.Head(headline=next(hostile), date=date(2024, 12, 3), series=series, standfirst=next(hostile),
    byline=next(hostile)[:80], related=next(hostile), map_caption=next(hostile), map_credit=next(hostile))
post = publishing.create_post(head=head, author=None, slug="hostile")
posting.publish_entry(post=post, author=None, source="<p>z</p>" + next(hostile), kind=EntryKind.ORIGINAL)
post = publishing.open_post(post=post, author=None)
for number, text in zip(range(50), hostile):
    entry = posting.publish_entry(post=post, author=None, source="<p>x</p>" + text, topic=next(hostile)[:80],
        byline=next(hostile)[:80], is_key=True)
    if number % 7 == 3:
        posting.edit_entry(entry=entry, author=None, source="<p>y</p>" + next(hostile), base_version=1)
print(series.get_absolute_url(), entry.get_absolute_url())
"""


def show(page: Page, bodies: list[str]) -> list[Any]:
    """What ran."""
    divs = "".join(f"<div>{body}</div>" for body in bodies)
    html = f"<!DOCTYPE html><meta charset=utf-8><script>{TRAP}</script><main>{divs}</main>"

    def play(route: Route) -> None:
        is_page = route.request.url == ADDRESS and route.request.is_navigation_request()
        route.fulfill(content_type="text/html", body=html) if is_page else route.abort()

    page.unroute_all()
    page.route("**/*", play)
    page.goto(ADDRESS)
    page.evaluate(TRY.replace("EVENTS", repr(EVENTS.split())), bodies)
    # A timer that a text had set, and a picture that cannot be had, come before this one's second turn.
    page.evaluate("() => new Promise((done) => setTimeout(() => setTimeout(done, 20), 20))")
    assert page.url == ADDRESS
    return list(page.evaluate("window.sprung"))


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=trap()>",
        '<svg onload="&#116;rap()"></svg>',
        "<script>trap()</script>",
        '<a href="java&Tab;script:trap()">x</a>',
        "<p onmouseover=alert(1)>x</p>",
        "<details open ontoggle=trap``>x</details>",
        "<p>&lt;p&gt;</p><iframe srcdoc='<script>parent.trap()</script>'></iframe>",
    ],
)
def test_the_trap_springs(page: Page, text: str) -> None:
    """Or the other tests would say nothing."""
    assert show(page, [text])
    assert page.evaluate(FOREIGN, sorted(TAGS))


def test_no_hostile_text_runs_and_none_harms_what_stands_before_it(page: Page) -> None:
    hostile = list(texts())
    assert len(set(hostile)) >= 2_000
    cleaned = [clean_html(LEGITIMATE + text) for text in hostile]
    assert [html for html in cleaned if not html.startswith(LEGITIMATE)] == []
    entries = [
        Entry(html=html.removeprefix(LEGITIMATE), topic=one_line(text)[:80])
        for html, text in zip(cleaned, hostile, strict=True)
    ]
    bodies = [str(entry_body(entry, text)) for entry, text in zip(entries, hostile, strict=True)]
    for start in range(0, len(bodies), 500):
        assert show(page, [_OWN.sub("", body) for body in bodies[start : start + 500]]) == []
        assert page.evaluate(FOREIGN, sorted(TAGS | {"div"})) == []


def test_no_field_of_a_page_runs(browser: Browser, tmp_path: Path) -> None:
    """As the site's own templates print them, without the policy that would stop a script."""
    with running_site(tmp_path, is_empty=True) as site, browser.new_context(base_url=site.url) as context:
        story, entry = site.manage("shell", "-v", "0", "-c", FILL).split()
        context.add_init_script(TRAP)

        def play(route: Route) -> None:
            answer = route.fetch()
            kept = {name: value for name, value in answer.headers.items() if name in ("content-type", "vary")}
            route.fulfill(response=answer, headers=kept)

        context.route(re.compile(r"^https?://(?!127\.0\.0\.1)"), lambda route: route.abort())
        page = context.new_page()
        own = "/live/hostile/"
        parts = ["", "?q=x", "corrections/", "embed/", "since/1/", "feed.rss", "feed.atom", "feed.json", "changes/0/"]
        framed = [f"/embed{entry.removeprefix('/live')}", "/embed/hostile/", "/embed/hostile/latest/"]
        for path in ["/", "/feed.rss", "/sitemap.xml", story, entry, *(own + part for part in parts), *framed]:
            page.route(f"{site.url}{path}", play)
            answer = page.goto(path, wait_until="domcontentloaded")
            assert answer, path
            assert answer.status == 200, path
            assert page.evaluate(f"[window.sprung, ({PLANTED})()]") == [[], []], path
