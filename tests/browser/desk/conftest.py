from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import REPORT_VIOLATIONS
from tests.browser.live.newsroom import Newsroom
from tests.browser.site import Site, running_site

expect.set_options(timeout=15_000)  # the desk looks every four seconds, and machines are busy
PASSWORD = "correct horse battery"
USERS = f"""
from django.contrib.auth.models import Group, User
for name, role in (("ann", "editor"), ("ben", "editor"), ("con", "contributor"), ("dee", "editor")):
    user = User.objects.create_user(name, password="{PASSWORD}", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
"""


def make_users(site: Site) -> None:
    site.manage("shell", "-v", "0", "-c", USERS)


@dataclass
class Post:
    """One post and the editors in another process who change it."""

    site: Site
    newsroom: Newsroom
    pk: int
    slug: str
    ids: list[int]

    @property
    def desk(self) -> str:
        return f"{self.site.url}/admin/entries/post/{self.pk}/desk/"

    @property
    def address(self) -> str:
        return f"{self.site.url}/live/{self.slug}/"


def open_post(site: Site, newsroom: Newsroom, headline: str, updates: int) -> Post:
    opened = newsroom.do("open", headline=headline, updates=updates, lines=1)
    return Post(site, newsroom, opened["pk"], opened["slug"], opened["ids"])


@pytest.fixture(scope="session")
def desk_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("desk"), is_empty=True) as site:
        make_users(site)
        yield site


@pytest.fixture(scope="session")
def desk_newsroom(desk_site: Site) -> Iterator[Newsroom]:
    newsroom = Newsroom(desk_site)
    yield newsroom
    newsroom.close()


@pytest.fixture
def post(request: pytest.FixtureRequest, desk_site: Site, desk_newsroom: Newsroom) -> Post:
    return open_post(desk_site, desk_newsroom, request.node.name[:80], 3)


type Login = Callable[..., Page]


@pytest.fixture(scope="session")
def browsers() -> Iterator[dict[str, BrowserContext]]:
    """Editor to the browser in which they have logged in, with the rich-text editor fetched and compiled once."""
    contexts: dict[str, BrowserContext] = {}
    yield contexts
    for context in contexts.values():
        context.close()


@pytest.fixture
def at(browser: Browser, browsers: dict[str, BrowserContext]) -> Iterator[Login]:
    """`at(post, "ann")`: that editor's page at the desk of the post; with `own`, or with options of Playwright's
    new_context, in a browser of this test's own. What breaks the policy or fails in a script ends the test."""
    contexts: list[BrowserContext] = []
    pages: list[Page] = []
    errors: list[str] = []

    def make_context(**options: Any) -> BrowserContext:
        context = browser.new_context(locale="en-GB", reduced_motion="reduce", **options)
        context.set_default_timeout(15_000)
        context.add_init_script(REPORT_VIOLATIONS)
        return context

    def open_desk(post: Post, name: str, *, own: bool = False, **options: Any) -> Page:
        if own or options:
            context = make_context(**options)
            session = post.newsroom.do("log_in", name=name)["session"]  # not by the form: its hash is slow by design
            context.add_cookies([{"name": "sessionid", "value": session, "url": post.site.url}])
            contexts.append(context)
        else:
            context = browsers[name] = browsers.get(name) or make_context()
        page = context.new_page()
        pages.append(page)
        page.on("pageerror", lambda error: errors.append(f"{error} {error.stack}"))
        page.on("console", lambda message: errors.append(message.text) if "policy:" in message.text else None)
        page.goto(post.desk)
        if "/login/" in page.url:
            log_in(page, name)
        if options.get("java_script_enabled", True):
            ready(page)
        return page

    yield open_desk
    for page in pages:
        page.close()
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture(scope="session")
def readers(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context(locale="en-GB", reduced_motion="reduce") as context:
        context.set_default_timeout(15_000)
        yield context


@pytest.fixture
def reader(readers: BrowserContext) -> Iterator[Callable[[Post], Page]]:
    """A page of the post that a reader keeps open."""

    def read(post: Post) -> Page:
        page = readers.new_page()
        page.goto(post.address)
        page.wait_for_selector("live-updates .live-state:has-text('Live')")
        return page

    yield read
    for page in readers.pages:
        page.close()


def log_in(page: Page, name: str) -> None:
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("[type=submit]").click()


def ready(page: Page) -> None:
    page.locator(".cke_wysiwyg_div").wait_for()


def box(page: Page) -> Locator:
    return page.locator(".cke_wysiwyg_div")


def write(page: Page, text: str) -> None:
    """Types as an editor does."""
    box(page).click()
    page.keyboard.type(text)


def publish(page: Page, text: str) -> None:
    write(page, text)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".desk-said")).to_contain_text("is out.")


def stack(page: Page) -> Locator:
    return page.locator(".stack > .entry")


def texts(page: Page) -> list[str]:
    """Of what readers have, from the top."""
    return [text.strip() for text in page.locator(".entries .entry-update .text").all_inner_texts()]
