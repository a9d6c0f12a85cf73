from typing import Any

import pytest
from django.utils.html import format_html

from entries.addresses import absolute, absolute_html
from entries.models import Entry
from entries.rendering import entry_body
from entries.sanitising import clean_html

TABLE = '<div class="table" role="region" aria-label="Table" tabindex="0"><table>{}</table></div>'
ROW = "<tbody><tr><td>{}</td></tr></tbody>"


def body(html: str, *leads: str, topic: str = "") -> str:
    return str(entry_body(Entry(html=html, topic=topic), *leads))


@pytest.mark.parametrize(
    ("html", "topic", "printed"),
    [
        ("<p>It rose.</p>", "", "<p>It rose.</p>"),
        ("<p>It rose.</p>", "Tide", '<p><b class="topic">Tide.</b> It rose.</p>'),
        ("<p>It rose.</p>", "Tide.", '<p><b class="topic">Tide.</b> It rose.</p>'),
        ("<p>It rose.</p>", "Why now?", '<p><b class="topic">Why now?</b> It rose.</p>'),
        ("<p>It rose.</p>", "<i>&", '<p><b class="topic">&lt;i&gt;&amp;.</b> It rose.</p>'),
        ('<p dir="rtl" lang="ar">نص</p>', "Tide", '<p dir="rtl" lang="ar"><b class="topic">Tide.</b> نص</p>'),
        ("<ul><li>a</li></ul>", "Tide", '<p><b class="topic">Tide.</b></p><ul><li>a</li></ul>'),
        ("<pre>a</pre><p>b</p>", "Tide", '<p><b class="topic">Tide.</b></p><pre>a</pre><p>b</p>'),
        (
            "<blockquote><p>a</p></blockquote>",
            "Tide",
            '<p><b class="topic">Tide.</b></p><blockquote><p>a</p></blockquote>',
        ),
    ],
)
def test_topic_runs_in_with_the_first_paragraph(html: str, topic: str, printed: str) -> None:
    assert body(html, topic=topic) == printed


def test_lead_stands_before_the_topic() -> None:
    lead = format_html('<b class="label"><a href="{}">{}</a></b>', "/live/x/entries/1/", "ORIGINAL ENTRY:")
    assert body("<p>It rose.</p>", lead, topic="Tide") == (
        '<p><b class="label"><a href="/live/x/entries/1/">ORIGINAL ENTRY:</a></b> '
        '<b class="topic">Tide.</b> It rose.</p>'
    )


def test_lead_that_is_plain_text_is_escaped() -> None:
    assert body("<p>It rose.</p>", "<script>") == "<p>&lt;script&gt; It rose.</p>"


def test_each_table_scrolls_within_itself() -> None:
    table = f"<table>{ROW.format('1')}</table>"
    wrapped = TABLE.format(ROW.format("1"))
    assert body(f"<p>a</p>{table}{table}", topic="Tide") == f'<p><b class="topic">Tide.</b> a</p>{wrapped}{wrapped}'
    within = f"<table>{ROW.format(table)}</table>"
    assert body(within) == TABLE.format(ROW.format(wrapped))


@pytest.mark.parametrize(
    "source",
    ["<p>a &lt;table&gt; in words</p>", '<p><img src="/i" alt="<table><script>x()</script></table>"></p>'],
)
def test_table_that_is_only_text_is_left_alone(source: str) -> None:
    assert body(clean_html(source)) == clean_html(source)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/live/x/", "https://news.example/live/x/"),
        ("https://storage.example/i.png", "https://storage.example/i.png"),
    ],
)
def test_own_address_gets_the_origin(settings: Any, address: str, expected: str) -> None:
    settings.SITE_URL = "https://news.example"
    assert absolute(address) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<p><a href="/live/x/">a</a></p>', '<p><a href="https://news.example/live/x/">a</a></p>'),
        (
            '<p><a title="t" href="/a">a</a><a href="/b" lang="fr">b</a></p>',
            '<p><a title="t" href="https://news.example/a">a</a><a href="https://news.example/b" lang="fr">b</a></p>',
        ),
        (
            '<figure><a href="/x"><img alt="" width="2" src="/media/i.png"></a></figure>',
            '<figure><a href="https://news.example/x"><img alt="" width="2" src="https://news.example/media/i.png"></a>'
            "</figure>",
        ),
        ('<p><a href="https://other.example/x">a</a></p>', '<p><a href="https://other.example/x">a</a></p>'),
        ('<p><a href="//other.example/x">a</a></p>', '<p><a href="https://other.example/x">a</a></p>'),
        ('<p><a href="http://[">a</a></p>', '<p><a href="http://[">a</a></p>'),
        ('<p><a href="mailto:a@b.example">a</a></p>', '<p><a href="mailto:a@b.example">a</a></p>'),
        ('<p><a href="#below">a</a></p>', '<p><a href="https://news.example/live/x/#below">a</a></p>'),
        ('<p><a href="y?a=1&amp;b=2">a</a></p>', '<p><a href="https://news.example/live/x/y?a=1&amp;b=2">a</a></p>'),
        ('<p>Write href="/x" or src="/y".</p>', '<p>Write href="/x" or src="/y".</p>'),
        ("<p>&lt;a href=\"/x\"></p>", "<p>&lt;a href=\"/x\"></p>"),
        (
            clean_html('<img src="i" alt=\'<a href="/x">\'>'),
            clean_html('<img src="https://news.example/live/x/i" alt=\'<a href="/x">\'>'),
        ),
        ('<p title="/x">a</p>', '<p title="/x">a</p>'),
    ],
)  # fmt: skip
def test_every_address_of_a_text_is_whole_for_those_who_read_it_elsewhere(
    settings: Any, html: str, expected: str
) -> None:
    settings.SITE_URL = "https://news.example"
    assert absolute_html(html, "/live/x/") == expected
