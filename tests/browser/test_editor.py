"""The editor under the strict policy. The page behind `editor` ends a test that ran into it, or called a stranger."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import Watch
from tests.browser.site import Site

pytestmark = pytest.mark.once

FIRST = "<p>First words</p>"
PICTURE = "/static/admin/img/icon-yes.svg"
# Every kind of markup that a text may hold.
KEPT = (
    "<h3>A &amp; B</h3><h4>“Quoted” — é ß ґ</h4>"
    "<p>one<br />two <strong>three</strong> <em>four</em> <s>six</s>"
    " x<sub>2</sub> y<sup>3</sup> <code>seven</code> <cite>eight</cite></p>"
    '<p><a href="/a?b=1&amp;c=2" title="There">a link</a></p>'
    "<blockquote><p>said</p></blockquote>"
    "<ul><li>a<ul><li>b</li></ul></li></ul><ol><li>c</li></ol><pre>  two    words</pre>"
    f'<p><img alt="A tick" height="9" src="{PICTURE}" width="9" /></p>'
    f'<figure><img alt="" src="{PICTURE}" /><figcaption>Under it</figcaption></figure>'
    "<table><caption>Sums</caption><thead><tr><th>n</th></tr></thead>"
    '<tbody><tr><td colspan="2">1</td></tr></tbody></table>'
    "<hr />"
)
RUN = "document.title='broken'"
HOSTILE = (
    f'<p>ok<img src="/broken" onerror="{RUN}"></p>',
    f'<p>ok<img src="{PICTURE}" onload="{RUN}"></p>',
    f"<p>ok</p><script>{RUN}</script>",
    f'<p>ok</p><svg onload="{RUN}"><a xlink:href="javascript:1">x</a></svg>',
    f'<p>ok</p><iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
    '<p>ok</p><object data="data:text/html,x"></object><embed src="x"><form><input></form>',
    '<p data-cke-on-click="CKEDITOR.tools.callFunction(1)" onclick="return false;">ok</p>',
    '<p style="position:fixed" class="login">ok</p><style>p{color:red}</style>',
    f'<p>ok</p><!--<img src="a--><img src="/broken" onerror="{RUN}">',
    f'<p>ok</p><noscript><p title="</noscript><img src=/broken onerror={RUN}>"></noscript>',
    f'<p>ok</p><math><mtext><style><!--</style><img title="--><img src=/broken onerror={RUN}>">',
)
WORD = (
    '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>'
    '<meta name="Generator" content="Microsoft Word 15"></head><body>'
    '<p class="MsoNormal" style="margin:0"><b><span lang="EN">Bold</span></b> ok<o:p></o:p></p>'
    "</body></html>"
)
GOOGLE = (
    '<b style="font-weight:normal" id="docs-internal-guid-1">'
    '<p dir="ltr"><span style="font-weight:700">Bold</span> ok</p></b>'
)
LOOK = "CKEDITOR.instances.id_source.selectionChange(true)"  # else it looks at the selection every 200 ms
PASTE = """(element, html) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/html", html);
    element.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
}"""
NAMES = """html => [...new DOMParser().parseFromString(html, "text/html").body.querySelectorAll("*")]
    .flatMap((element) => [element.localName, ...element.getAttributeNames()])"""


@pytest.fixture(scope="module")
def form(editors: BrowserContext) -> str:
    """The address of the form for an update to the running story."""
    page = editors.new_page()
    page.goto("/admin/entries/post/")
    desk = page.locator(".field-desk a").first.get_attribute("href") or ""
    return f"/admin/entries/entry/add/?post={desk.split('/')[-3]}"


@pytest.fixture
def editor(newsroom: Page, form: str) -> Page:
    """The form with two words in its editor, and these selected."""
    newsroom.goto(form)
    expect(area(newsroom)).to_be_focused()
    put(newsroom, FIRST)
    return newsroom


def area(page: Page) -> Locator:
    return page.locator("#cke_id_source .cke_wysiwyg_div")


def put(page: Page, html: str) -> None:
    """As if `html` had been typed and selected."""
    page.evaluate("html => CKEDITOR.instances.id_source.setData(html)", html)
    area(page).focus()
    page.keyboard.press("Control+a")
    page.evaluate(LOOK)


def go_to_end(page: Page) -> None:
    page.keyboard.press("Control+End")
    page.evaluate(LOOK)


def press(page: Page, name: str) -> None:
    page.click(f"#cke_id_source .cke_button__{name}")


def set_source(page: Page, html: str) -> None:
    press(page, "source")
    page.fill("textarea.cke_source", html)
    press(page, "source")
    area(page).wait_for()


def open_dialog(page: Page, name: str) -> Locator:
    press(page, name)
    return page.locator(".cke_dialog:visible")


def confirm(dialog: Locator) -> None:
    dialog.locator(".cke_dialog_ui_button_ok").click()
    expect(dialog).to_have_count(0)


def expect_stored(page: Page, html: str) -> None:
    """What the form would send, without the line breaks that the editor writes for people."""
    pattern = r"\s*".join(re.escape(part) for part in re.split("(<[^>]+>)", html))
    expect(page.locator("#id_source")).to_have_value(re.compile(f"^{pattern}$"))


def test_the_watch_would_see_a_violation(context: BrowserContext, site: Site) -> None:
    page, watch = context.new_page(), Watch(site.url)
    watch.follow(page)
    page.goto("/")
    with page.expect_console_message(lambda message: message.text.startswith("policy: script-src-attr")):
        page.locator("h1, h2").first.evaluate("element => { element.innerHTML = '<b onclick=\"1\">x</b>'; }")
    assert watch.errors


def test_an_empty_form_is_ready_for_typing_and_its_textarea_follows(editor: Page) -> None:
    editor.keyboard.type("“Words” — é")
    expect_stored(editor, "<p>“Words” — é</p>")
    editor.keyboard.press("Enter")
    editor.keyboard.type("next")
    expect_stored(editor, "<p>“Words” — é</p><p>next</p>")
    press(editor, "source")
    editor.fill("textarea.cke_source", "<p>From source</p>")
    expect_stored(editor, "<p>From source</p>")


def test_each_button_does_what_it_shows(editor: Page) -> None:
    names = editor.locator("#cke_id_source .cke_button").evaluate_all(
        "buttons => buttons.map(button => /cke_button__(\\w+)/.exec(button.className)[1])"
    )
    assert " ".join(names) == (
        "bold italic strike link unlink bulletedlist numberedlist blockquote"
        " image table horizontalrule removeformat undo redo source"
    )
    strong = "<p><strong>First words</strong></p>"
    for button, result in (
        ("bold", strong),
        ("italic", "<p><em>First words</em></p>"),
        ("strike", "<p><s>First words</s></p>"),
        ("bulletedlist", "<ul><li>First words</li></ul>"),
        ("numberedlist", "<ol><li>First words</li></ol>"),
        ("blockquote", "<blockquote><p>First words</p></blockquote>"),
    ):
        put(editor, FIRST)
        press(editor, button)
        expect_stored(editor, result)
    put(editor, strong)
    for button, result in (("removeformat", FIRST), ("undo", strong), ("redo", FIRST)):
        press(editor, button)
        expect_stored(editor, result)
    go_to_end(editor)
    press(editor, "horizontalrule")
    expect(area(editor).locator("hr")).to_have_count(1)


def test_the_format_list_makes_headings(editor: Page) -> None:
    for label, tag in (("Heading", "h3"), ("Subheading", "h4"), ("Paragraph", "p")):
        editor.click("#cke_id_source .cke_combo__format .cke_combo_button")
        panel = editor.frame_locator("iframe.cke_panel_frame >> visible=true")
        panel.get_by_role("option", name=label, exact=True).click()
        expect_stored(editor, f"<{tag}>First words</{tag}>")


def test_a_link_is_made_and_unmade_and_runs_no_script(editor: Page) -> None:
    dialog = open_dialog(editor, "link")
    dialog.get_by_label(re.compile("^URL")).fill("https://example.org/a?b=c")
    confirm(dialog)
    expect_stored(editor, '<p><a href="https://example.org/a?b=c">First words</a></p>')
    press(editor, "unlink")
    expect_stored(editor, FIRST)
    set_source(editor, '<p><a href="javascript:alert(1)">x</a></p>')
    area(editor).locator("a").click()  # nothing happens, or the page complains


def test_an_image_is_placed(editor: Page) -> None:
    go_to_end(editor)
    dialog = open_dialog(editor, "image")
    expect(dialog.get_by_role("tab")).to_have_count(0)
    address = dialog.get_by_label(re.compile("^URL"))
    address.fill(PICTURE)
    address.press("Tab")
    expect(dialog.get_by_label("Width")).to_have_value("13")  # its own size comes when it has loaded
    for label, value in (("Alternative Text", "A tick"), ("Width", "20"), ("Height", "30")):
        dialog.get_by_label(label).fill(value)
    dialog.locator(".ImagePreviewBox a").click()
    confirm(dialog)
    expect_stored(editor, f'<p>First words<img alt="A tick" height="30" src="{PICTURE}" width="20" /></p>')


def test_a_table_is_placed(editor: Page) -> None:
    go_to_end(editor)
    dialog = open_dialog(editor, "table")
    dialog.get_by_label("Rows").fill("1")
    dialog.get_by_label("Columns").fill("2")
    confirm(dialog)
    expect(area(editor).locator("table td")).to_have_count(2)
    expect(editor.locator("#id_source")).to_have_value(re.compile("^<p>First words</p>\\s*<table>\\s*<tbody>"))


def test_the_keyboard_works_the_toolbar(editor: Page) -> None:
    editor.keyboard.press("Alt+F10")
    expect(editor.locator(".cke_combo_button")).to_be_focused()
    editor.keyboard.press("Tab")
    expect(editor.locator(".cke_button__bold")).to_be_focused()
    editor.keyboard.press("Enter")
    expect_stored(editor, "<p><strong>First words</strong></p>")
    editor.keyboard.press("Control+b")
    expect_stored(editor, FIRST)


def test_what_a_text_may_hold_survives_saving_and_opening(editor: Page) -> None:
    set_source(editor, KEPT)
    editor.check("text=Keep as a draft")
    editor.click("[name=_continue]")
    editor.wait_for_url(re.compile("/change/"))
    expect(area(editor)).to_be_visible()
    expect_stored(editor, KEPT)
    press(editor, "source")
    press(editor, "source")
    area(editor).wait_for()
    expect_stored(editor, KEPT)
    set_source(editor, "<p><b>one</b> <i>two</i></p>")
    expect_stored(editor, "<p><strong>one</strong> <em>two</em></p>")


@pytest.mark.parametrize("way", ["paste", "source"])
def test_hostile_text_runs_nothing_and_loses_its_teeth(editor: Page, way: str) -> None:
    editor.route("**/broken", lambda route: route.fulfill(content_type="image/png", body=""))
    title = editor.title()
    for html in HOSTILE:
        put(editor, FIRST)
        if way == "paste":
            area(editor).evaluate(PASTE, html)
        else:
            set_source(editor, html)
        expect(editor.locator("#id_source")).to_have_value(re.compile("ok"))
        names = editor.evaluate(NAMES, editor.input_value("#id_source"))
        assert set(names) <= {"p", "img", "a", "src", "alt", "href", "title"}, html
    editor.wait_for_load_state("networkidle")
    assert editor.title() == title


@pytest.mark.parametrize("html", [WORD, GOOGLE], ids=["word", "google"])
def test_text_from_an_office_keeps_its_marks_only(editor: Page, html: str) -> None:
    area(editor).evaluate(PASTE, html)
    expect_stored(editor, "<p><strong>Bold</strong> ok</p>")


@pytest.mark.parametrize(("chord", "mode"), [("Control+Enter", "text"), ("Meta+Enter", "source")])
def test_the_save_chord_saves(editor: Page, chord: str, mode: str) -> None:
    editor.check("text=Keep as a draft")
    if mode == "source":
        press(editor, "source")
        editor.fill("textarea.cke_source", f"<p>By {chord}</p>")
    else:
        area(editor).fill(f"By {chord}")
    editor.keyboard.press(chord)
    editor.wait_for_url("**/admin/entries/entry/")
    expect(editor.locator(".field-first_words").first).to_have_text(f"By {chord}")


def test_an_editor_made_by_script_holds_the_same_fence(editor: Page) -> None:
    editor.evaluate("""() => {
        document.querySelector("#entry_form").insertAdjacentHTML("beforeend", "<textarea id=late></textarea>");
        CKEDITOR.replace("late");
    }""")
    expect(editor.locator("#cke_late .cke_wysiwyg_div")).to_be_visible()
    facts = editor.evaluate("""() => {
        const {config, plugins} = CKEDITOR.instances.late;
        return [config.versionCheck, typeof config.allowedContent, "iframe" in plugins, "divarea" in plugins];
    }""")
    assert facts == [False, "string", False, True]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_readable_in_both_colour_schemes(axe_newsroom: Page, form: str, scheme: Any) -> None:
    page = axe_newsroom
    page.emulate_media(color_scheme=scheme)
    page.goto(form)
    put(page, '<h3>A</h3><p>B <a href="/x">C</a></p><table><tbody><tr><td>D</td></tr></tbody></table>')
    open_dialog(page, "link")
    found = Axe().run(page, options={"runOnly": ["color-contrast"]}).response
    assert len(found["passes"][0]["nodes"]) > 20
    assert [node["html"] for fault in found["violations"] for node in fault["nodes"]] == []


def test_a_phone_has_no_sideways_scroll(editor: Page) -> None:
    editor.set_viewport_size({"width": 360, "height": 740})
    assert editor.evaluate("document.documentElement.scrollWidth") == 360
    for button in ("link", "image", "table"):
        dialog = open_dialog(editor, button)
        assert editor.evaluate("document.documentElement.scrollWidth") == 360
        box = dialog.locator(".cke_dialog_ui_button_ok").bounding_box()
        assert box
        assert 0 <= box["x"] <= 360 - box["width"]
        dialog.locator(".cke_dialog_close_button" if button == "table" else ".cke_dialog_ui_button_cancel").click()
        expect(dialog).to_have_count(0)
