"""Editors at the desk in a real browser, on the real server."""

import re
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.desk.conftest import Login, Post, box, log_in, publish, ready, stack, texts, write
from tests.factories import picture

pytestmark = pytest.mark.once

IMAGES = """(element, [kind, bytes]) => {
    const file = new File([new Uint8Array(bytes)], "harbour.png", {type: "image/png"});
    const data = new DataTransfer();
    data.items.add(file);
    const options = {bubbles: true, cancelable: true};
    const event = kind === "paste" ? new ClipboardEvent("paste", {clipboardData: data, ...options})
      : new DragEvent("drop", {dataTransfer: data, ...options});
    element.dispatchEvent(event);
}"""


def shelf(page: Page, text: str) -> Any:
    return page.locator("[data-part=shelf] .waiting", has_text=text)


# Compose


def test_ctrl_enter_puts_a_text_before_readers(at: Login, post: Post, reader: Callable[[Post], Page]) -> None:
    desk, readers = at(post, "ann"), reader(post)
    desk.get_by_label("Topic").fill("Harbour")
    desk.get_by_label("Byline").fill("Ann Lee")
    desk.get_by_label("Confidence").select_option("unconfirmed")
    desk.get_by_label("Key moment").check()
    publish(desk, "The gate is open.")
    newest = readers.locator(".entry").first
    expect(newest).to_contain_text("Harbour. The gate is open.")
    expect(newest).to_contain_text("Ann Lee")
    expect(newest).to_contain_text("Unconfirmed")
    expect(newest).to_have_class(re.compile("is-key"))
    expect(stack(desk).first).to_contain_text("The gate is open.")
    expect(stack(desk).first.locator(".who")).to_have_text("ann")
    expect(box(desk)).to_have_text("")
    expect(box(desk)).to_be_focused()
    assert desk.get_by_label("Topic").input_value() == ""


def test_the_time_beside_the_box_is_gmt_and_what_is_typed_there_counts(at: Login, post: Post) -> None:
    desk = at(post, "ann", timezone_id="America/New_York")
    now = desk.evaluate("new Date().toISOString().slice(11, 16).replace(':', '')")
    assert abs(int(desk.inner_text(".compose-clock")[:4]) - int(now)) in (0, 1, 41, 2359)
    desk.get_by_label("Time, GMT").fill("0:07")
    desk.get_by_label("Topic").press("Enter")  # a line's end is no publication
    publish(desk, "Just after midnight.")
    expect(stack(desk).filter(has_text="Just after midnight.").locator(".label")).to_contain_text("0007 GMT")
    assert desk.get_by_label("Time, GMT").input_value() == ""


def test_an_entry_is_edited_in_its_place_and_escape_leaves_it(at: Login, post: Post) -> None:
    desk = at(post, "ann")
    write(desk, "Begun before")
    entry = desk.locator(f"#entry-{post.ids[1]}")
    entry.get_by_role("link", name="Edit").click()
    expect(entry.locator(".cke_wysiwyg_div")).to_have_text("Update 1.")
    expect(box(desk)).to_be_focused()
    desk.keyboard.press("Escape")
    expect(entry.locator(".compose")).to_have_count(0)
    expect(entry.get_by_role("link", name="Edit")).to_be_focused()
    expect(box(desk)).to_have_text("Begun before")
    entry.get_by_role("link", name="Edit").click()
    expect(box(desk)).to_have_text("Update 1.")
    box(desk).fill("Corrected.")
    desk.keyboard.press("Control+Enter")
    expect(entry.locator(".text")).to_have_text("Corrected.")
    expect(box(desk)).to_have_text("Begun before")
    assert desk.locator(".cke").count() == 1


def test_an_edit_that_is_left_is_kept_and_one_that_changed_nothing_is_not(at: Login, post: Post) -> None:
    desk = at(post, "ann")
    first, second = (desk.locator(f"#entry-{post.ids[number]}") for number in (0, 1))
    first.get_by_role("link", name="Edit").click()
    expect(box(desk)).to_have_text("Update 0.")
    desk.get_by_label("Topic").fill("Half a topic")
    second.get_by_role("link", name="Edit").click()  # without having left the other
    expect(box(desk)).to_have_text("Update 1.")
    desk.keyboard.press("Escape")
    left = desk.locator(".unfinished .waiting:visible")
    expect(left).to_have_count(1)
    left.get_by_role("link", name="Continue").click()
    expect(first.get_by_label("Topic")).to_have_value("Half a topic")
    desk.keyboard.press("Escape")  # looked at again and left again
    left.get_by_role("link", name="Continue").click()
    expect(first.get_by_label("Topic")).to_have_value("Half a topic")
    expect(box(desk)).to_be_focused()
    desk.keyboard.press("Control+Enter")
    expect(first.locator(".text")).to_contain_text("Half a topic.")
    expect(left).to_have_count(0)


def test_ctrl_s_keeps_a_draft_that_comes_back_for_more(at: Login, post: Post) -> None:
    desk = at(post, "ann")
    write(desk, "Not quite")
    desk.keyboard.press("Control+s")
    draft = shelf(desk, "Not quite")
    expect(draft).to_be_visible()
    expect(box(desk)).to_have_text("")
    draft.get_by_role("link", name="Edit").click()
    expect(box(desk)).to_have_text("Not quite")
    box(desk).fill("Quite.")
    desk.keyboard.press("Control+Enter")
    expect(stack(desk).first).to_contain_text("Quite.")
    expect(desk.locator("[data-part=shelf] .waiting")).to_have_count(0)


def test_an_empty_box_publishes_nothing(at: Login, post: Post) -> None:
    desk = at(post, "ann")
    box(desk).click()
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".compose .errornote")).to_contain_text("There is no text")
    expect(stack(desk)).to_have_count(4)


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_an_image_is_dropped_or_pasted_with_what_it_shows(at: Login, post: Post, kind: str) -> None:
    desk = at(post, "ann")
    write(desk, "Look.")
    box(desk).evaluate(IMAGES, [kind, list(picture())])
    alt = desk.get_by_label("What it shows")
    expect(alt).to_be_focused()
    desk.get_by_role("button", name="Put it into the text").click()
    expect(desk.locator(".upload")).to_be_visible()  # not without saying what it shows
    alt.fill("The harbour at dawn")
    alt.press("Enter")
    expect(box(desk).locator("img")).to_have_attribute("alt", "The harbour at dawn")
    desk.keyboard.press("Control+Enter")
    expect(stack(desk).first.locator("img")).to_have_attribute("alt", "The harbour at dawn")


def test_a_bad_image_is_told_and_can_be_tried_again(at: Login, post: Post) -> None:
    desk = at(post, "ann")
    file: Any = {"name": "no.png", "mimeType": "image/png", "buffer": b"not a picture"}
    desk.set_input_files(".compose-image input", file)
    expect(desk.locator(".upload-failed")).to_contain_text("could not be uploaded")
    desk.get_by_role("button", name="Try again").click()
    expect(desk.locator(".upload-failed")).to_contain_text("could not be uploaded")
    desk.get_by_role("button", name="Drop it").click()
    expect(desk.locator(".upload")).to_have_count(0)


# The stack


def test_colleagues_entries_and_drafts_appear_by_themselves(at: Login, post: Post) -> None:
    ann, ben = at(post, "ann"), at(post, "ben")
    publish(ben, "From Ben.")
    expect(stack(ann).first).to_contain_text("From Ben.")
    write(ben, "A draft of Ben’s")
    expect(ann.locator(".people")).to_have_text("ben is writing")
    ben.keyboard.press("Control+s")
    expect(shelf(ann, "A draft of Ben’s")).to_be_visible()
    ben.locator(f"#entry-{post.ids[0]}").get_by_role("link", name="Edit").click()
    expect(ann.locator(".people")).to_contain_text("ben is editing “UPDATE")


def test_marks_removal_and_restoring_are_a_button_each(at: Login, post: Post, reader: Callable[[Post], Page]) -> None:
    desk, readers = at(post, "ann"), reader(post)
    entry = desk.locator(f"#entry-{post.ids[0]}")
    shown = readers.locator(f"#entry-{post.ids[0]}")
    entry.get_by_role("button", name="Pin").click()
    expect(readers.locator(".entry").first).to_have_attribute("id", f"entry-{post.ids[0]}")
    expect(stack(desk).first).to_have_attribute("id", f"entry-{post.ids[0]}")
    entry.get_by_role("button", name="Key", exact=True).click()
    expect(shown).to_have_class(re.compile("is-key"))
    entry.get_by_text("Remove").first.click()
    entry.get_by_label("Reason").fill("It was another ferry.")
    entry.get_by_role("button", name="Remove").click()
    expect(shown).to_have_count(0)
    expect(entry).to_contain_text("It was another ferry.")
    entry.get_by_role("button", name="Restore").click()
    expect(shown).to_have_count(1)


def test_history_brings_an_older_text_back(at: Login, post: Post) -> None:
    desk = at(post, "ann")
    post.newsroom.do("edit", id=post.ids[0], text="<p>Update nought.</p>")
    desk.locator(f"#entry-{post.ids[0]}").get_by_role("link", name="History").click()
    expect(desk.locator(".history del")).to_have_text("0.")
    expect(desk.locator(".history ins").first).to_have_text("nought.")
    desk.get_by_role("button", name="Restore this text").click()
    expect(desk.locator(f"#entry-{post.ids[0]} .text")).to_have_text("Update 0.")


# Two editors


def test_who_saves_second_sees_both_texts_side_by_side_and_merges(
    at: Login, post: Post, reader: Callable[[Post], Page]
) -> None:
    ann, ben = at(post, "ann"), at(post, "ben")
    for page, text in ((ann, "Ninety-one people."), (ben, "Ninety people and two boats.")):
        page.locator(f"#entry-{post.ids[0]}").get_by_role("link", name="Edit").click()
        expect(box(page)).to_have_text("Update 0.")
        box(page).fill(text)
    ann.keyboard.press("Control+Enter")
    expect(ann.locator(".desk-said")).to_contain_text("is saved.")
    ben.keyboard.press("Control+Enter")
    conflict = ben.locator(".conflict")
    expect(conflict.locator(".conflict-theirs")).to_contain_text("Saved by ann")
    expect(conflict.locator(".conflict-theirs .text")).to_have_text("Ninety-one people.")
    expect(conflict.locator("ins")).to_have_text("Ninety people and two boats.")
    expect(box(ben)).to_have_text("Ninety people and two boats.")
    conflict.get_by_role("button", name="Put that text into the box").click()
    expect(box(ben)).to_have_text("Ninety-one people.")
    box(ben).fill("Ninety-one people, two boats.")
    ben.keyboard.press("Control+Enter")
    expect(reader(post).locator(f"#entry-{post.ids[0]} .text")).to_have_text("Ninety-one people, two boats.")
    expect(ann.locator(f"#entry-{post.ids[0]} .text")).to_have_text("Ninety-one people, two boats.")


def test_a_refused_text_that_is_left_is_still_there(at: Login, post: Post) -> None:
    desk = at(post, "ann")
    entry = desk.locator(f"#entry-{post.ids[0]}")
    entry.get_by_role("link", name="Edit").click()
    expect(box(desk)).to_have_text("Update 0.")
    box(desk).fill("Mine, at length.")
    post.newsroom.do("edit", id=post.ids[0], text="<p>Theirs.</p>")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".conflict-theirs .text")).to_have_text("Theirs.")
    expect(box(desk)).to_be_focused()
    desk.keyboard.press("Escape")
    expect(entry.locator(".text")).to_have_text("Theirs.")
    desk.reload()
    ready(desk)
    left = desk.locator(".unfinished .waiting:visible")
    expect(left).to_have_count(1)
    left.get_by_role("link", name="Continue").click()
    expect(box(desk)).to_have_text("Mine, at length.")


# Undo, schedule, approval


def test_undo_within_the_hold_takes_it_back_before_anybody_has_it(
    at: Login, post: Post, reader: Callable[[Post], Page]
) -> None:
    desk, readers = at(post, "ann", own=True), reader(post)
    desk.get_by_label("Undo for").select_option("30")
    write(desk, "Too early.")
    desk.keyboard.press("Control+Enter")
    held = shelf(desk, "Too early.")
    expect(held.locator(".countdown")).to_contain_text(re.compile(r"Goes out in (29|30|2\d) s"))
    for address in (post.address, f"{post.address}feed.rss", f"{post.address}changes/0/"):
        assert "Too early" not in readers.request.get(address).text()
    held.get_by_role("button", name="Undo").click()
    expect(box(desk)).to_have_text("Too early.")
    expect(desk.locator(".shelf.held")).to_have_count(0)
    desk.get_by_label("Undo for").select_option("0")
    box(desk).fill("In time.")
    desk.keyboard.press("Control+Enter")
    expect(readers.locator(".entry").first).to_contain_text("In time.")


def test_a_scheduled_text_waits_on_the_shelf_and_comes_out_by_itself(
    at: Login, post: Post, reader: Callable[[Post], Page]
) -> None:
    desk, readers = at(post, "ann"), reader(post)
    tomorrow = desk.evaluate("new Date(Date.now() + 24 * 3600e3).toISOString().slice(0, 10)")
    desk.get_by_label("Time, GMT").fill(f"{tomorrow} 1800")
    write(desk, "At six.")
    desk.keyboard.press("Control+Enter")
    waiting = shelf(desk, "At six.")
    expect(waiting).to_contain_text("1800 GMT")
    waiting.get_by_role("link", name="Edit").click()
    expect(box(desk)).to_have_text("At six.")
    box(desk).fill("At six sharp.")
    desk.keyboard.press("Control+Enter")
    waiting = shelf(desk, "At six sharp.")
    expect(waiting).to_be_visible()
    post.newsroom.do("reschedule", id=int(waiting.get_attribute("data-id") or 0), seconds=2)
    expect(readers.locator(".entry").first).to_contain_text("At six sharp.")
    expect(stack(desk).first).to_contain_text("At six sharp.")
    expect(waiting).to_have_count(0)


def test_the_button_says_what_a_time_to_come_will_do(at: Login, post: Post) -> None:
    desk = at(post, "ann")
    if desk.inner_text(".compose-clock") >= "2350":
        pytest.skip("no time of today is still to come")
    desk.get_by_label("Time, GMT").fill("23:59")
    expect(desk.get_by_role("button", name="Schedule for 2359")).to_be_visible()
    desk.get_by_label("Time, GMT").fill("")
    expect(desk.get_by_role("button", name="Publish", exact=True)).to_be_visible()


def test_a_contributor_sends_and_an_editor_approves(at: Login, post: Post, reader: Callable[[Post], Page]) -> None:
    assign = f"Post.objects.get(pk={post.pk}).contributors.add(__import__('django.contrib.auth.models', fromlist=['User']).User.objects.get(username='con'))"  # noqa: E501
    post.site.manage("shell", "-v", "0", "-c", assign)
    con, ann = at(post, "con"), at(post, "ann")
    expect(con.get_by_role("button", name="Publish")).to_have_count(0)
    write(con, "Seen from the quay.")
    con.keyboard.press("Control+Enter")
    expect(con.locator(".desk-said")).to_have_text("Sent for approval.")
    queue = ann.locator(".queue .waiting", has_text="Seen from the quay.")
    queue.get_by_role("button", name="Approve and publish").click()
    expect(reader(post).locator(".entry").first).to_contain_text("Seen from the quay.")
    expect(stack(con).first).to_contain_text("Seen from the quay.")


# Looking, promising, pasting


def test_a_preview_is_what_readers_will_have(at: Login, post: Post) -> None:
    desk = at(post, "ann", own=True)
    write(desk, "How will it look?")
    with desk.context.expect_page() as opened:
        desk.get_by_role("button", name="Preview").click()
    preview = opened.value
    expect(preview.locator(".entry").first).to_contain_text("How will it look?")
    preview.get_by_role("button", name="The entry alone").click()
    expect(preview.locator(".entry")).to_have_count(1)
    expect(box(desk)).to_have_text("How will it look?")
    assert "How will it look?" not in desk.request.get(post.address).text()
    desk.context.clear_cookies()  # and after another login, which brings another token
    other = desk.context.new_page()
    other.goto(post.desk)
    log_in(other, "ann")
    ready(other)
    with desk.context.expect_page() as opened:
        desk.get_by_role("button", name="Preview").click()
    expect(opened.value.locator(".entry").first).to_contain_text("How will it look?")


def test_a_promise_is_counted_down_and_a_quiet_desk_warns(
    at: Login, post: Post, reader: Callable[[Post], Page]
) -> None:
    desk, readers = at(post, "ann", own=True), reader(post)
    by = desk.evaluate("new Date(Date.now() + 30 * 60e3).toISOString().slice(0, 16)")
    desk.get_by_text("Promise an update").click()
    desk.get_by_label("Next update by").fill(by.replace("T", " "))
    desk.get_by_role("button", name="Tell readers").click()
    clock = by[11:].replace(":", "")
    expect(readers.locator(".post-head .promise")).to_have_text(f"Next update by {clock} GMT")
    expect(desk.locator(".promise-count")).to_have_text(re.compile("in (29|30) min"))
    desk.clock.install()
    desk.goto(post.desk)
    ready(desk)
    expect(desk.locator(".quiet-warning")).to_have_text("")
    desk.clock.fast_forward("01:30:00")
    expect(desk.locator(".promise-count")).to_have_text(re.compile("(59|60) min late"))
    expect(desk.locator(".quiet-warning")).to_have_text(re.compile(r"No update for 9\d min"))


def test_a_day_is_pasted_in(at: Login, post: Post) -> None:
    desk = at(post, "ann")
    desk.get_by_role("link", name="Paste a day").click()
    desk.get_by_label("The day’s text").fill("UPDATE 0003 GMT:\nThe tide.\n\nUPDATE 0001 GMT:\nThe rain.\n")
    desk.get_by_role("button", name="Preview").click()
    expect(desk.locator(".day-found .waiting")).to_have_count(2)
    desk.get_by_role("button", name="Take over").click()
    desk.wait_for_url("**/desk/")
    ready(desk)
    expect(stack(desk).filter(has_text="The tide.")).to_have_count(1)


def test_the_days_turn(at: Login, post: Post) -> None:
    desk = at(post, "ann")
    desk.get_by_text("Coverage", exact=True).click()
    desk.get_by_role("button", name="End coverage").click()
    expect(desk.locator(".state")).to_have_text("Ended")
    desk.get_by_text("Coverage", exact=True).click()
    desk.get_by_role("button", name="Start tomorrow’s post").click()
    expect(desk.locator(".messagelist")).to_contain_text("is in no series")
    desk.get_by_text("Coverage", exact=True).click()
    desk.get_by_role("button", name="Reopen").click()
    expect(desk.locator(".state")).to_have_text("Live")


# Everybody's browser


def test_the_keyboard_alone_does_everything(at: Login, post: Post) -> None:
    desk = at(post, "ann")

    def tab_to(name: str, back: bool = False) -> None:
        for _ in range(80):
            desk.keyboard.press("Shift+Tab" if back else "Tab")
            at_it = desk.evaluate("document.activeElement.innerText ?? document.activeElement.value ?? ''")
            if str(at_it).strip() == name:
                return
        pytest.fail(f"no way to “{name}” by keyboard")

    box(desk).focus()
    desk.keyboard.type("By keyboard.")
    tab_to("Publish")
    desk.keyboard.press("Enter")
    expect(stack(desk).first).to_contain_text("By keyboard.")
    expect(box(desk)).to_be_focused()
    tab_to("Edit")
    desk.keyboard.press("Enter")
    expect(box(desk)).to_be_focused()
    desk.keyboard.type(" Still.")
    desk.keyboard.press("Control+Enter")
    expect(stack(desk).first.locator(".text")).to_have_text("By keyboard. Still.")
    for name, done in (("Pin", "Unpin"), ("Key", "Not key")):
        tab_to(name)
        desk.keyboard.press("Enter")
        expect(stack(desk).first.get_by_role("button", name=done)).to_be_visible()
    tab_to("Remove")
    desk.keyboard.press("Enter")
    desk.keyboard.press("Tab")
    desk.keyboard.type("A mistake.")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    expect(stack(desk).first).to_contain_text("A mistake.")
    tab_to("Restore")
    desk.keyboard.press("Enter")
    expect(stack(desk).first.get_by_role("link", name="Edit")).to_be_visible()
    tab_to("Coverage", back=True)
    desk.keyboard.press("Enter")
    tab_to("End coverage")
    desk.keyboard.press("Enter")
    expect(desk.locator(".state")).to_have_text("Ended")


def test_without_a_script_the_desk_is_plain_forms(at: Login, post: Post) -> None:
    desk = at(post, "ann", java_script_enabled=False)
    desk.get_by_label("Text", exact=True).fill("Typed plainly.")
    desk.get_by_role("button", name="Publish").click()
    expect(stack(desk).first).to_contain_text("Typed plainly.")
    stack(desk).first.get_by_role("link", name="Edit").click()
    expect(desk.get_by_label("Text", exact=True)).to_have_value("Typed plainly.")
    desk.get_by_label("Text", exact=True).fill("<p>Typed again.</p>")
    desk.get_by_role("button", name="Save").click()
    expect(stack(desk).first).to_contain_text("Typed again.")
    stack(desk).first.get_by_role("button", name="Pin").click()
    expect(stack(desk).first.get_by_role("button", name="Unpin")).to_be_visible()
    desk.get_by_label("Text", exact=True).fill("Kept.")
    desk.get_by_role("button", name="Keep as draft").click()
    shelf(desk, "Kept.").get_by_role("button", name="Publish now").click()
    expect(stack(desk).filter(has_text="Kept.")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_grave_and_all_fits_a_phone(at: Login, post: Post, browser: Browser, scheme: Any) -> None:
    desk = at(post, "ann", bypass_csp=True, color_scheme=scheme, viewport={"width": 360, "height": 740})
    write(desk, "A draft.")
    desk.keyboard.press("Control+s")
    expect(shelf(desk, "A draft.")).to_be_visible()
    desk.get_by_label("Undo for").select_option("30")
    write(desk, "Going out.")
    desk.keyboard.press("Control+Enter")
    expect(shelf(desk, "Going out.")).to_be_visible()
    looked_at = [
        (desk.url, None),
        (desk.url, f"#entry-{post.ids[0]} a.edit"),
        (f"{desk.url}entries/{post.ids[0]}/history/", None),
        (f"{desk.url}day/", None),
        (f"{desk.url}preview/", None),
    ]
    for address, pressed in looked_at:
        desk.goto(address)
        if address[-5:] == "desk/":
            ready(desk)
        if pressed:
            desk.click(pressed)
            expect(box(desk)).to_have_text("Update 0.")
        assert desk.evaluate("document.documentElement.scrollWidth") == 360, address
        found = Axe().run(desk).response["violations"]
        grave = [fault for fault in found if fault["impact"] in ("serious", "critical")]
        assert [(fault["id"], [node["html"][:200] for node in fault["nodes"]]) for fault in grave] == [], address


# Nothing is lost, nothing doubles


def test_a_reload_while_typing_brings_the_text_back(at: Login, post: Post) -> None:
    desk = at(post, "ann")
    desk.get_by_label("Topic").fill("Harbour")
    write(desk, "Half a sent")
    desk.reload()
    ready(desk)
    expect(box(desk)).to_have_text("Half a sent")
    assert desk.get_by_label("Topic").input_value() == "Harbour"
    desk.locator(f"#entry-{post.ids[0]}").get_by_role("link", name="Edit").click()
    expect(box(desk)).to_have_text("Update 0.")
    box(desk).fill("Half an edit")
    desk.reload()
    ready(desk)
    expect(desk.locator(f"#entry-{post.ids[0]} .cke_wysiwyg_div")).to_have_text("Half an edit")
    expect(box(desk)).to_be_focused()
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(f"#entry-{post.ids[0]} .text")).to_have_text("Half an edit")


def test_another_device_brings_back_what_a_crashed_one_was_writing(at: Login, post: Post) -> None:
    first = at(post, "ann", own=True)
    with first.expect_request_finished(lambda one: "/writing/" in one.url and "on the phone" in (one.post_data or "")):
        write(first, "Written on the phone")  # what was kept of it half typed is not enough
    expect(first.locator(".kept")).to_contain_text("Kept")
    expect(first.locator(".kept")).to_contain_text("GMT")
    first.context.close()
    second = at(post, "ann", own=True)
    left = second.locator(".unfinished .waiting", has_text="Written on the phone")
    left.get_by_role("link", name="Continue").click()
    expect(box(second)).to_have_text("Written on the phone")
    second.keyboard.press("Control+Enter")
    box(second).click()
    second.keyboard.press("Control+Enter")
    expect(stack(second).filter(has_text="Written on the phone")).to_have_count(1)
    second.goto(post.desk)
    expect(second.locator(".unfinished .waiting:visible")).to_have_count(0)


def test_a_browser_that_crashed_finds_its_text_on_the_device(at: Login, post: Post, browser: Browser) -> None:
    desk = at(post, "ann", own=True)
    desk.route("**/writing/**", lambda route: route.abort())  # the server never heard of it
    write(desk, "Only on this device")
    expect(desk.locator(".kept")).to_have_text("Kept on this device")
    state = desk.context.storage_state()
    desk.context.close()
    for item in state["origins"][0]["localStorage"]:  # as it is some time later
        item["value"] = re.sub(r'"seen":\d+', '"seen":1', item["value"])
    with browser.new_context(storage_state=state) as context:
        page = context.new_page()
        page.goto(post.desk)
        ready(page)
        expect(box(page)).to_have_text("Only on this device")


def test_a_login_that_ran_out_while_typing_costs_nothing(at: Login, post: Post) -> None:
    desk = at(post, "ann", own=True)
    write(desk, "Typed for an hour.")
    desk.context.clear_cookies(name="sessionid")
    desk.keyboard.type(" And more.")
    expect(desk.locator(".desk-wire")).to_contain_text("You are logged out")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".outgoing")).to_contain_text("You are logged out")
    with desk.context.expect_page() as opened:
        desk.get_by_role("link", name="Log in in a new tab").click()
    log_in(opened.value, "ann")
    opened.value.wait_for_url("**/admin/")
    expect(stack(desk).first).to_contain_text("Typed for an hour. And more.")
    expect(desk.locator(".outgoing")).to_have_count(0)
    expect(desk.locator(".desk-wire")).to_be_hidden()
    expect(stack(desk).filter(has_text="Typed for an hour.")).to_have_count(1)


def test_a_login_with_a_second_step_costs_nothing_either(at: Login, post: Post) -> None:
    desk = at(post, "dee", own=True)
    totp = pyotp.TOTP(post.newsroom.do("second_step", name="dee")["secret"])
    write(desk, "Typed for an hour.")
    desk.context.clear_cookies(name="sessionid")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".outgoing")).to_contain_text("You are logged out")
    with desk.context.expect_page() as opened:
        desk.get_by_role("link", name="Log in in a new tab").click()
    log_in(opened.value, "dee")
    opened.value.get_by_label("Code").fill(totp.now())
    opened.value.keyboard.press("Enter")
    opened.value.wait_for_url("**/admin/")
    expect(stack(desk).filter(has_text="Typed for an hour.")).to_have_count(1)
    expect(desk.locator(".outgoing")).to_have_count(0)
    expect(desk.locator(".desk-wire")).to_be_hidden()


def test_another_editor_who_logs_in_does_not_send_it_under_their_name(at: Login, post: Post) -> None:
    desk = at(post, "ann", own=True)
    write(desk, "Ann’s words.")
    desk.context.clear_cookies(name="sessionid")
    other = desk.context.new_page()
    other.goto(post.desk)
    log_in(other, "ben")
    ready(other)
    expect(box(other)).to_have_text("")
    box(desk).click()
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".outgoing")).to_contain_text("You are logged out")
    assert "Ann’s words" not in desk.request.get(post.address).text()


def test_an_answer_that_was_lost_is_no_second_entry(at: Login, post: Post, reader: Callable[[Post], Page]) -> None:
    desk = at(post, "ann")
    asked = []

    def lose_first(route: Route) -> None:
        asked.append(route.request.post_data)
        if len(asked) > 1:
            return route.continue_()
        route.fetch()  # the server has it, and has written it
        return route.abort()

    desk.route("**/desk/entries/", lose_first)
    publish(desk, "Said once.")
    assert len(asked) == 2
    assert texts(reader(post)).count("Said once.") == 1


def test_without_a_network_a_text_waits_and_goes_out_by_itself(
    at: Login, post: Post, reader: Callable[[Post], Page]
) -> None:
    desk, readers = at(post, "ann", own=True), reader(post)
    desk.context.set_offline(True)
    for text in ("First.", "Second."):
        write(desk, text)
        desk.keyboard.press("Control+Enter")
    expect(desk.locator(".outgoing")).to_have_count(2)
    expect(desk.locator(".outgoing").first).to_contain_text("goes out by itself")
    desk.context.set_offline(False)
    expect(readers.locator(".entry").first).to_contain_text("Second.")
    expect(desk.locator(".outgoing")).to_have_count(0)
    assert texts(readers)[:2] == ["Second.", "First."]


def test_a_text_that_cannot_be_written_says_why_and_goes_out_by_itself(at: Login, post: Post) -> None:
    desk = at(post, "ann", own=True)
    full = {"error": "Nothing can be written at the moment."}
    desk.route("**/desk/entries/", lambda route: route.fulfill(status=503, json=full))
    write(desk, "Kept meanwhile.")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".outgoing")).to_contain_text(full["error"])
    desk.unroute("**/desk/entries/")
    expect(stack(desk).first).to_contain_text("Kept meanwhile.")


def test_what_the_server_refuses_comes_back_into_the_box(at: Login, post: Post) -> None:
    desk = at(post, "ann")
    desk.get_by_label("Topic").fill("x" * 90)
    write(desk, "Far too long a topic.")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".compose .errornote")).to_contain_text("The topic has 90 characters")
    expect(box(desk)).to_have_text("Far too long a topic.")
    desk.get_by_label("Topic").fill("Short")
    box(desk).click()
    desk.keyboard.press("Control+Enter")
    expect(stack(desk).first).to_contain_text("Short. Far too long a topic.")


def test_a_text_is_not_lost_where_its_post_ended_meanwhile(at: Login, post: Post) -> None:
    desk = at(post, "ann")
    write(desk, "One last thing.")
    post.newsroom.do("end", slug=post.slug)
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".compose .errornote")).to_contain_text("has ended: reopen the post")
    expect(box(desk)).to_have_text("One last thing.")
