"""What was changed, as readers see it."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.site import Site

pytestmark = pytest.mark.once

CHANGE = """
from datetime import timedelta
from entries.domain import posting
from entries.models import Entry
entry = Entry.objects.visible().updates().filter(post__state="ended").first()
if not entry.edited_at:
    Entry.objects.filter(pk=entry.pk).update(out_at=entry.out_at - timedelta(hours=1))
    source = entry.source + "<p>Two boats were seen.</p>"
    posting.edit_entry(entry=entry, author=None, source=source, base_version=1, topic="Boats")
    source = source.replace("Two boats", "Three boats")
    posting.edit_entry(entry=entry, author=None, source=source, base_version=2)
print(entry.get_absolute_url())
"""


@pytest.fixture
def changed(site: Site) -> str:
    """The address of an entry with two corrections."""
    return site.manage("shell", "-v0", "-c", CHANGE).split()[-1]


def test_the_stamp_opens_the_versions(page: Page, changed: str) -> None:
    page.goto(changed)
    expect(page.locator("#versions")).to_be_hidden()
    page.click(".edited a")
    expect(page.locator("#versions")).to_be_visible()
    expect(page.locator("#versions h2")).to_have_count(2)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_words_that_came_and_went_differ_by_more_than_colour(
    browser: Browser, site: Site, changed: str, scheme: str, width: int
) -> None:
    context = browser.new_context(base_url=site.url, color_scheme=scheme, viewport={"width": width, "height": 800})  # type: ignore[arg-type]
    page = context.new_page()
    for address in (f"{changed}#versions", f"{changed.partition('entries/')[0]}corrections/"):
        page.goto(address)
        went, came = page.locator("del", has_text="Two"), page.locator("ins", has_text="Three")
        expect(went).to_have_css("text-decoration-line", "line-through")
        expect(came).to_have_css("text-decoration-line", "underline")
        expect(went).to_have_text("[removed: Two]")
        expect(came).to_have_text("[added: Three]")
        assert page.evaluate("document.documentElement.scrollWidth") == width
    context.close()
