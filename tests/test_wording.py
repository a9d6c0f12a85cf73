import re
from html import escape

from hypothesis import example, given, settings
from hypothesis import strategies as st

from entries.sanitising import clean_html, plain_text
from entries.wording import word_changes, word_diff

WORDS = st.sampled_from(
    ["tide", "the", "<b>", "&amp;", "&", '"quoted"', "it’s", "[image:", "вода", "їжак", "الماء", "水"]
)
PARAGRAPHS = st.lists(st.lists(WORDS, min_size=1, max_size=8), max_size=6)


def html(paragraphs: list[list[str]]) -> str:
    return clean_html("".join(f"<p>{escape(' '.join(words))}</p>" for words in paragraphs))


def without(tag: str, diff: str) -> list[str]:
    return plain_text(re.sub(f"<{tag}>[^<]*</{tag}>", "", diff)).split()


def test_one_changed_word_is_marked_where_it_stands() -> None:
    assert word_diff("<p>Two boats are out.</p>", "<p>Three boats are out.</p>") == (
        "<p><del>Two</del> <ins>Three</ins> boats are out.</p>"
    )


def test_neighbouring_changed_words_are_one_run() -> None:
    assert word_diff("<p>The old pier is closed.</p>", "<p>The new stone bridge is closed.</p>") == (
        "<p>The <del>old pier</del> <ins>new stone bridge</ins> is closed.</p>"
    )


def test_words_added_at_the_end_are_marked() -> None:
    assert word_diff("<p>The pier is closed</p>", "<p>The pier is closed until spring</p>") == (
        "<p>The pier is closed <ins>until spring</ins></p>"
    )


def test_an_added_paragraph_is_marked_whole() -> None:
    assert word_diff("<p>One.</p><p>Three.</p>", "<p>One.</p><p>Two words.</p><p>Three.</p>") == (
        "<p>One.</p>\n<p><ins>Two words.</ins></p>\n<p>Three.</p>"
    )


def test_a_removed_paragraph_is_marked_whole() -> None:
    assert word_diff("<p>One.</p><p>Two words.</p><p>Three.</p>", "<p>One.</p><p>Three.</p>") == (
        "<p>One.</p>\n<p><del>Two words.</del></p>\n<p>Three.</p>"
    )


def test_a_moved_paragraph_goes_and_comes() -> None:
    assert word_diff("<p>One.</p><p>Two.</p><p>Three.</p>", "<p>Three.</p><p>One.</p><p>Two.</p>") == (
        "<p><ins>Three.</ins></p>\n<p>One.</p>\n<p>Two.</p>\n<p><del>Three.</del></p>"
    )


def test_a_paragraph_added_before_a_changed_one_leaves_its_words_alone() -> None:
    assert word_diff("<p>Two boats are out.</p>", "<p>High tide.</p><p>Three boats are out.</p>") == (
        "<p><del>Two</del> <ins>High tide.</ins></p>\n<p><ins>Three</ins> boats are out.</p>"
    )


def test_the_same_text_is_printed_in_full_without_marks() -> None:
    text = clean_html("<h3>Boats</h3><ul><li>One <b>small</b></li><li>Two</li></ul><p>Line<br>end</p>")
    assert word_diff(text, text) == "<p>Boats</p>\n<p>One small</p>\n<p>Two</p>\n<p>Line end</p>"


def test_nothing_is_printed_for_no_text() -> None:
    assert word_diff("", "") == ""


def test_a_text_that_starts_or_ends_is_marked_whole() -> None:
    assert word_diff("", "<p>One.</p><p>Two.</p>") == "<p><ins>One.</ins></p>\n<p><ins>Two.</ins></p>"
    assert word_diff("<p>One.</p><p>Two.</p>", "") == "<p><del>One.</del></p>\n<p><del>Two.</del></p>"


def test_a_text_with_no_word_in_common_is_replaced() -> None:
    assert word_diff("<p>Two boats.</p>", "<p>No ships today.</p>") == (
        "<p><del>Two boats.</del> <ins>No ships today.</ins></p>"
    )


def test_formatting_alone_is_no_change() -> None:
    assert word_diff(
        "<p>The house</p><p>is open</p>", '<h3 lang="en">The <b>h</b>ouse</h3><ul><li>is open</li></ul>'
    ) == ("<p>The house</p>\n<p>is open</p>")


def test_characters_of_html_are_escaped() -> None:
    before = clean_html('<p>1 &lt; 2 &amp; "three" it\'s &amp;amp; same</p>')
    after = clean_html("<p>1 &gt; 2 &amp; 'three' it's &amp;lt; same</p>")
    assert word_diff(before, after) == (
        "<p>1 <del>&lt;</del> <ins>&gt;</ins> 2 &amp; <del>&quot;three&quot;</del> <ins>&#x27;three&#x27;</ins> "
        "it&#x27;s <del>&amp;amp;</del> <ins>&amp;lt;</ins> same</p>"
    )


def test_hostile_text_comes_out_as_text() -> None:
    before = (
        '<p onclick="x()">&lt;script&gt;x()&lt;/script&gt; <a href="&quot;&gt;&lt;img src=x onerror=x()&gt;">a</a></p>'
    )
    assert word_diff(before, "<p>&lt;/ins&gt;&lt;svg/onload=x()&gt;</p>") == (
        "<p><del>&lt;script&gt;x()&lt;/script&gt; a (&quot;&gt;&lt;img src=x onerror=x()&gt;)</del> "
        "<ins>&lt;/ins&gt;&lt;svg/onload=x()&gt;</ins></p>"
    )


def test_text_that_was_never_cleaned_gives_no_tag_either() -> None:
    assert word_diff("<script>x('<b>')</script>", "<del>a</del><img src=x onerror=x()>") == (
        "<p><del>x(&#x27;&lt;b&gt;&#x27;)</del> <ins>a</ins></p>\n<p><ins>[image: ] (x)</ins></p>"
    )


def test_a_changed_image_text_is_marked() -> None:
    assert word_diff(
        '<figure><img src="/a.jpg" alt="The old pier"><figcaption>Noon</figcaption></figure>',
        '<figure><img src="/a.jpg" alt="The old bridge"><figcaption>Noon</figcaption></figure>',
    ) == ("<p>[image: The old <del>pier]</del> <ins>bridge]</ins></p>\n<p>Noon</p>")


def test_another_image_with_the_same_text_is_marked_by_its_address() -> None:
    assert word_diff('<p>See <img src="/a.jpg" alt="">!</p>', '<p>See <img src="/b.jpg" alt="">!</p>') == (
        "<p>See [image: ] <del>(/a.jpg)</del> <ins>(/b.jpg)</ins> !</p>"
    )


def test_a_changed_address_is_marked_after_its_link() -> None:
    assert word_diff(
        '<p>See <a href="/?x=1&amp;y=2">the report</a>, and <a href="/b">that</a>.</p>',
        '<p>See <a href="/new">the report</a>, and <a href="/b">that</a>.</p>',
    ) == ("<p>See the report, <del>(/?x=1&amp;y=2)</del> <ins>(/new)</ins> and that.</p>")


def test_a_new_link_on_old_words_is_marked_by_its_address() -> None:
    assert word_diff("<p>See the report.</p>", '<p>See the <a href="/r">report</a>.</p>') == (
        "<p>See the report. <ins>(/r)</ins></p>"
    )


def test_changed_words_of_a_link_leave_its_address_out() -> None:
    assert word_diff('<p><a href="/r">Old report</a> here</p>', '<p><a href="/r">New report</a> here</p>') == (
        "<p><del>Old</del> <ins>New</ins> report here</p>"
    )


def test_ukrainian_and_arabic_are_compared_by_their_words() -> None:
    assert word_diff("<p>Міст закрито до весни</p>", "<p>Міст відкрито до весни</p>") == (
        "<p>Міст <del>закрито</del> <ins>відкрито</ins> до весни</p>"
    )
    assert word_diff('<p dir="rtl">الجسر مغلق اليوم</p>', '<p dir="rtl">الجسر مفتوح اليوم</p>') == (
        "<p>الجسر <del>مغلق</del> <ins>مفتوح</ins> اليوم</p>"
    )


def test_one_word_in_a_long_text_is_found() -> None:
    paragraphs = [f"<p>Paragraph {number} says that the tide is {number * 7} high.</p>" for number in range(8_000)]
    changed = [*paragraphs]
    changed[5_000] = "<p>Paragraph 5000 says that the tide is very high.</p>"
    paragraphs_of_diff = word_diff("".join(paragraphs), "".join(changed)).split("\n")
    assert paragraphs_of_diff[5_000] == (
        "<p>Paragraph 5000 says that the tide is <del>35000</del> <ins>very</ins> high.</p>"
    )
    assert paragraphs_of_diff[:5_000] + paragraphs_of_diff[5_001:] == paragraphs[:5_000] + paragraphs[5_001:]


def test_long_texts_that_have_little_in_common_are_replaced_whole() -> None:
    before = [f"the tide {number % 150} was {number} high" for number in range(20_000)]
    after = [f"the boat {number % 150} went {number} far" for number in range(20_000)]
    assert word_diff("".join(f"<p>{text}</p>" for text in before), "".join(f"<p>{text}</p>" for text in after)) == (
        "\n".join([*(f"<p><del>{text}</del></p>" for text in before), *(f"<p><ins>{text}</ins></p>" for text in after)])
    )


@settings(max_examples=300, deadline=None)
@given(PARAGRAPHS, PARAGRAPHS)
@example([["a"] * 300], [["a"] * 300, ["b"]])
def test_either_text_can_be_read_from_the_diff(before: list[list[str]], after: list[list[str]]) -> None:
    diff = word_diff(html(before), html(after))
    assert without("ins", diff) == [word for words in before for word in words]
    assert without("del", diff) == [word for words in after for word in words]


def test_of_changes_only_the_changed_paragraphs_stand() -> None:
    before = "<p>One.</p><p>Two.</p><p>Three.</p><p>Four.</p>"
    after = "<p>One.</p><p>Two.</p><p>Three boats.</p><p>Four.</p>"
    assert word_changes(before, after) == "<p>…</p>\n<p><del>Three.</del> <ins>Three boats.</ins></p>\n<p>…</p>"


def test_where_no_word_changed_there_is_nothing_to_show() -> None:
    assert word_changes("<p>One boat.</p>", "<p>One <b>boat</b>.</p>") == ""
    assert word_changes("", "") == ""


def test_a_text_that_is_all_new_stands_whole() -> None:
    assert word_changes("", "<p>One.</p><p>Two.</p>") == "<p><ins>One.</ins></p>\n<p><ins>Two.</ins></p>"
