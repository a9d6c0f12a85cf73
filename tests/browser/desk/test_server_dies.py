"""The server dies between the key press and the answer: in the end there is one entry, not two, not none."""

import os
import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from tests.browser.desk.conftest import Login, Post, box, stack, write


@pytest.fixture
def own(post: Post) -> Iterator[Post]:
    """A post whose server the test may kill: whatever became of it, the next test has it again."""
    yield post
    if not post.site.is_running:
        post.site.start()


def published(post: Post, text: str) -> int:
    count = f"print(Entry.objects.out().filter(html='<p>{text}</p>').count())"
    return int(post.site.manage("shell", "-v", "0", "-c", count))


def goes_out(desk: Page, post: Post, text: str) -> None:
    """In the end, by itself, once."""
    expect(stack(desk).filter(has_text=text)).to_have_count(1, timeout=60_000)
    expect(desk.locator(".outgoing")).to_have_count(0, timeout=60_000)
    assert published(post, text) == 1


def test_a_server_that_dies_around_the_answer_costs_and_doubles_nothing(own: Post, at: Login) -> None:
    desk = at(own, "ann", own=True)

    # It is dead when the key is pressed.
    own.site.kill()
    write(desk, "Said to a dead server.")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".outgoing")).to_contain_text("goes out by itself")
    own.site.start()
    goes_out(desk, own, "Said to a dead server.")

    # It has the request and dies before it has read it.
    workers = own.site.workers
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)
    write(desk, "Said to a silent one.")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".outgoing")).to_contain_text("Sending")
    own.site.kill()
    expect(desk.locator(".outgoing")).to_contain_text("goes out by itself")
    # The page is loaded anew, the text is still on its way.
    own.site.start()
    desk.reload()
    goes_out(desk, own, "Said to a silent one.")

    # It has written the entry, and dies before the answer is there.
    answers: list[APIResponse] = []

    def die(route: Route) -> None:
        if answers:
            return route.continue_()
        answers.append(route.fetch())
        own.site.kill()
        return route.abort()

    desk.route("**/desk/entries/", die)
    write(desk, "Said and written.")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".outgoing")).to_contain_text("goes out by itself")
    own.site.start()
    assert published(own, "Said and written.") == 1
    goes_out(desk, own, "Said and written.")
    expect(box(desk)).to_have_text("")
