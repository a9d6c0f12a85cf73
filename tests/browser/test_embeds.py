"""Embeds as readers and editors meet them. Every other host is played by the test, so that it sees who is asked."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.live.newsroom import Newsroom
from tests.browser.site import Site

pytestmark = pytest.mark.once

POST = "/live/forty-small-boats-where-the-road-used-to-be/"
SLUG = POST.split("/")[2]
LEARN = """
from django.utils import timezone
from entries.models import Embed
Embed.objects.update_or_create(address="https://t.me/harrow/68", defaults={
    "provider": "telegram", "author": "Harrow Survey", "text": "The lock holds.\\n\\nBoats leave at noon.",
    "posted_at": timezone.now(), "learned_at": timezone.now()})
"""


@dataclass
class Reader:
    page: Page
    asked: list[str] = field(default_factory=list)  # hosts that are not the site's own


@pytest.fixture(scope="module")
def others(site: Site) -> Iterator[Newsroom]:
    newsroom = Newsroom(site)
    yield newsroom
    newsroom.close()


def publish(newsroom: Newsroom, text: str) -> str:
    """The entry's selector."""
    return f"#entry-{newsroom.do('publish', slug=SLUG, text=text)['id']}"


@pytest.fixture
def reader(browser: Browser, site: Site) -> Iterator[Reader]:
    context = browser.new_context(base_url=site.url, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    reader = Reader(context.new_page())

    def play(route: Route) -> None:
        if route.request.url.startswith(site.url):
            return route.continue_()
        reader.asked.append(f"{urlsplit(route.request.url).netloc} {route.request.headers.get('referer', '')}".strip())
        return route.fulfill(content_type="text/html", body="<p>The player</p><script>top.location = '/x'</script>")

    context.route("**/*", play)
    yield reader
    context.close()


def test_nothing_is_asked_of_another_site_until_the_reader_asks(reader: Reader, site: Site, others: Newsroom) -> None:
    entry = publish(others, "<p>Look:</p><p>https://youtu.be/dQw4w9WgXcQ</p>")
    page = reader.page
    page.goto(POST)
    figure = page.locator(entry).locator("figure.embed")
    button = figure.get_by_role("button", name="Show it here, from YouTube")
    expect(button).to_be_visible()
    expect(figure.get_by_role("link")).to_have_attribute("href", "https://www.youtube.com/watch?v=dQw4w9WgXcQ")
    page.wait_for_timeout(300)
    assert reader.asked == []
    button.focus()
    page.keyboard.press("Enter")
    frame = figure.locator("iframe")
    expect(frame).to_be_focused()
    expect(figure.frame_locator("iframe").get_by_text("The player")).to_be_visible()
    assert reader.asked == [f"www.youtube-nocookie.com {site.url}/"]
    assert {name: frame.get_attribute(name) for name in ("title", "src")} == {
        "title": "From YouTube",
        "src": "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
    }
    assert "allow-top-navigation" not in (frame.get_attribute("sandbox") or "")
    page.wait_for_timeout(200)
    assert page.url == f"{site.url}{POST}"  # the player's script could not lead the page away
    expect(figure.get_by_role("link")).to_be_visible()


def test_an_embed_that_arrives_live_has_its_button_and_keeps_what_was_asked_for(
    reader: Reader, site: Site, others: Newsroom
) -> None:
    page = reader.page
    page.goto(POST)
    expect(page.locator("live-updates .live-state")).to_contain_text("Live")
    entry = publish(others, "<p>https://vimeo.com/76979871</p>")
    page.locator(entry).get_by_role("button", name="Show it here, from Vimeo").click()
    expect(page.locator(f"{entry} iframe")).to_be_visible()
    others.do("key", id=int(entry.removeprefix("#entry-")))
    expect(page.locator(entry)).to_contain_text("Key moment")
    expect(page.locator(f"{entry} iframe")).to_be_visible()
    assert set(reader.asked) == {f"player.vimeo.com {site.url}/"}


def test_without_script_there_is_a_link_and_no_button(browser: Browser, site: Site, others: Newsroom) -> None:
    entry = publish(others, "https://x.com/ann/status/1050118621198921728")
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(POST)
    expect(page.locator(f"{entry} figcaption")).to_have_text("— X, x.com/ann/status/1050118621198921728, 10 Oct 2018")
    expect(page.locator(f"{entry} figcaption a")).to_have_attribute(
        "href", "https://x.com/ann/status/1050118621198921728"
    )
    assert page.locator(f"{entry} button, {entry} iframe").count() == 0
    context.close()


def test_the_policy_refuses_a_frame_of_anybody_else(reader: Reader, site: Site, others: Newsroom) -> None:
    entry = publish(others, "<p>https://youtu.be/dQw4w9WgXcQ</p>")
    reader.page.goto(POST)
    player = reader.page.locator(f"{entry} embed-player")
    player.evaluate("player => player.dataset.src = 'https://evil.example/'")
    player.get_by_role("button").click()
    reader.page.wait_for_timeout(300)
    assert reader.asked == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_an_embed(browser: Browser, site: Site, scheme: str, others: Newsroom) -> None:
    site.manage("shell", "-c", LEARN)
    entry = publish(others, "<p>As the survey says:</p><p>https://t.me/harrow/68</p>")
    context = browser.new_context(base_url=site.url, color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(POST)
    expect(page.locator(f"{entry} blockquote")).to_have_text("The lock holds.Boats leave at noon.")
    found = Axe().run(page, context=entry).response["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found] == []
    for width in (320, 360, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") == width
    context.close()


def test_the_desk_shows_what_a_pasted_address_will_be(newsroom: Page, site: Site) -> None:
    page = newsroom
    page.goto("/admin/")
    page.goto(page.locator("a[href$='/desk/']").first.get_attribute("href") or "")
    page.locator(".cke_editable").click()
    page.evaluate("CKEDITOR.instances.id_source.insertText('https://youtu.be/dQw4w9WgXcQ')")
    shown = page.locator(".compose .embeds figure")
    expect(shown).to_have_text("— YouTube, youtube.com/watch?v=dQw4w9WgXcQ")
    expect(page.locator(".embeds-silent")).to_be_visible()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Delete")
    expect(shown).to_have_count(0)
    expect(page.locator(".embeds-silent")).to_be_hidden()
