"""A post within pages of other sites: who may frame what, what the frame holds, and what oEmbed says of it."""

import json
import re
from html import unescape
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from entries.domain import posting, publishing
from entries.models import Entry, Post
from tests.factories import at, make_draft, make_image, make_post, make_series, make_update
from tests.test_visibility import NAMES, addresses

pytestmark = [pytest.mark.django_db, pytest.mark.once]
SITE = "http://127.0.0.1:8000"
SHARED = "public, max-age=0, s-maxage=1, stale-while-revalidate=5, stale-if-error=86400"
FRAMED = {"framed", "framed-entry", "framed-latest"}


def page_of(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def ids(page: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'<article class="entry [^>]*id="entry-([0-9]+)"', page)]


def framed(post: Post, query: str = "") -> str:
    return reverse("entries:framed", args=[post.slug]) + query


def framed_entry(entry: Entry) -> str:
    return reverse("entries:framed-entry", args=[entry.post.slug, entry.pk])


def ancestors(client: Client, address: str) -> tuple[str, str | None]:
    headers = client.get(address).headers
    policy = headers["Content-Security-Policy"]
    return re.findall("frame-ancestors ([^;]+)", policy)[0], headers.get("X-Frame-Options")


# Who may frame what


@pytest.mark.parametrize("name", NAMES)
def test_only_the_pages_for_frames_may_be_framed(client: Client, name: str) -> None:
    post = make_post(series=make_series())
    for address in addresses(name, post, make_update(post)):
        policy, older = ancestors(client, address)
        assert (policy, older in (None, "DENY")) == ("*" if name in FRAMED else "'none'", True)
        assert older is None or name not in FRAMED


@pytest.mark.parametrize("address", ["/admin/", "/admin/login/", "/nowhere/", "/embed/nowhere/", "/favicon.ico"])
def test_neither_the_newsroom_nor_what_is_not_there_may_be_framed(desk: Client, address: str) -> None:
    assert ancestors(desk, address) == ("'none'", "DENY")


def test_a_desk_may_not_be_framed(desk: Client, editor: User) -> None:
    assert ancestors(desk, reverse("admin:entries_post_desk", args=[make_post().pk])) == ("'none'", "DENY")


def test_a_frame_may_do_no_more_than_show_itself(client: Client) -> None:
    post = make_post()
    response = client.get(framed(post))
    assert response["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https:; connect-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors *"
    )
    assert response["Cache-Control"] == SHARED
    assert not response.cookies
    assert "Access-Control-Allow-Origin" not in response
    assert "<form" not in response.content.decode()


def test_an_editor_sees_in_a_frame_what_everybody_sees(client: Client, desk: Client) -> None:
    post = make_post()
    make_update(post)
    clock = re.compile(r'<time datetime="[^"]*">[0-9]{4} GMT</time></p>')
    assert clock.sub("", page_of(desk, framed(post))) == clock.sub("", page_of(client, framed(post)))


# What the frame holds


def test_a_frame_shows_the_newest_in_the_order_of_the_page(client: Client) -> None:
    post = make_post()
    pinned = make_update(post, clock="0601", is_pinned=True)
    updates = [make_update(post, clock=f"07{minute}") for minute in range(10, 24)]
    page = page_of(client, framed(post))
    assert ids(page) == [pinned.pk, *[entry.pk for entry in reversed(updates)][:10]]
    assert f'data-lowest="entry-{updates[4].pk}"' in page
    assert 'data-limit="10"' in page


def test_a_short_post_is_in_its_frame_whole(client: Client) -> None:
    post = make_post()
    entry = make_update(post)
    page = page_of(client, framed(post))
    assert ids(page) == [entry.pk, post.entries.originals().get().pk]
    assert "data-lowest" not in page
    assert f'data-seq="{Post.objects.get().seq}"' in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [("?limit=3", 3), ("?limit=30", 30), ("", 10), *((f"?limit={nonsense}", 10) for nonsense in ("0", "-1", "31", "x",
     "", "1e3", "9" * 40, "%00", "<script>"))],
)  # fmt: skip
def test_a_limit_that_makes_no_sense_is_as_if_it_were_not_there(client: Client, query: str, shown: int) -> None:
    post = make_post()
    for minute in range(10, 45):
        make_update(post, clock=f"07{minute}")
    page = page_of(client, framed(post, query))
    assert len(ids(page)) == shown
    assert f'data-limit="{shown}"' in page


@pytest.mark.parametrize(
    ("query", "theme"), [("", ""), ("?theme=dark", ' class="dark"'), ("?theme=light", ' class="light"'),
                         ('?theme=dark" onload="x', ""), ("?theme=<script>", "")],
)  # fmt: skip
def test_a_page_of_one_theme_gets_a_frame_of_that_theme(client: Client, query: str, theme: str) -> None:
    entry = make_update(make_post())
    start = f'<!doctype html>\n<html lang="en-gb"{theme}>'
    assert page_of(client, framed(entry.post, query)).startswith(start)
    assert page_of(client, framed_entry(entry) + query).startswith(start)


def test_a_frame_names_its_post_and_its_links_leave_it(client: Client) -> None:
    post = make_post("Boats & <b>ferries</b>")
    page = page_of(client, framed(post))
    assert '<base target="_blank">' in page
    assert '<meta name="robots" content="noindex">' in page
    assert f'<link rel="canonical" href="{SITE}{post.get_absolute_url()}">' in page
    assert (
        f'<h1><a href="{post.get_absolute_url()}" target="_blank" rel="noopener">'
        "Boats &amp; &lt;b&gt;ferries&lt;/b&gt;</a></h1>"
    ) in page


def test_a_frame_says_that_coverage_ended(client: Client) -> None:
    post = make_post()
    assert "state-live" in page_of(client, framed(post))
    publishing.end_post(post=post, author=None)
    assert "state-ended" in page_of(client, framed(post))


def test_an_entry_has_a_frame_of_its_own(client: Client) -> None:
    post = make_post()
    entry, _ = make_update(post, clock="0701"), make_update(post, clock="0702")
    page = page_of(client, framed_entry(entry))
    assert ids(page) == [entry.pk]
    assert f'<link rel="canonical" href="{SITE}{entry.get_absolute_url()}">' in page
    assert "data-takes-new" not in page


def test_the_frame_of_a_removed_entry_says_when_and_why(client: Client) -> None:
    entry = make_update(make_post(), "<p>It was the sluice.</p>", "1716")
    posting.remove_entry(entry=entry, author=None, reason="It was another gate.")
    Entry.objects.filter(pk=entry.pk).update(removed_at=at("1731"))
    page = page_of(client, framed_entry(entry), status=410)
    assert "“UPDATE 1716 GMT” was removed at 1731 GMT on 3 December 2024." in page
    assert "It was another gate." in page
    assert "sluice" not in page
    assert ancestors(client, framed_entry(entry)) == ("*", None)


def test_an_entry_has_no_frame_under_another_post(client: Client) -> None:
    entry, other = make_update(make_post("One")), make_post("Two")
    assert client.get(reverse("entries:framed-entry", args=[other.slug, entry.pk])).status_code == 404
    assert client.get(f"/embed/{other.slug}/entries/{'9' * 40}/").status_code == 404


@pytest.mark.parametrize("name", ["framed", "framed-latest", "embedding"])
def test_a_draft_is_framed_nowhere(client: Client, name: str) -> None:
    assert client.get(reverse(f"entries:{name}", args=[make_draft().slug])).status_code == 404


# The newest three


def test_the_fragment_is_the_newest_three_with_absolute_addresses(client: Client) -> None:
    post = make_post()
    one = make_update(post, "<p>One.</p>", "0701")
    make_update(post, "<p>Two &lt;b&gt;.</p>", "0702", topic="Ferries")
    make_update(post, "<p>Three.</p>", "0703", confidence="unconfirmed")
    make_update(post, "<p>Four.</p>", "0704")
    response = client.get(reverse("entries:framed-latest", args=[post.slug]))
    link = f'<li><a href="{SITE}/live/{post.slug}/entries/%d/" target="_top"><time datetime="2024-12-03T07:0%d:00Z">'
    assert response.content.decode() == (
        '<ol class="liveblog-latest" lang="en-gb">\n'
        f"{link % (one.pk + 3, 4)}UPDATE 0704 GMT:</time> Four.</a></li>\n"
        f"{link % (one.pk + 2, 3)}UPDATE 0703 GMT:</time> [Unconfirmed] Three.</a></li>\n"
        f"{link % (one.pk + 1, 2)}UPDATE 0702 GMT:</time> <b>Ferries</b> Two &lt;b&gt;.</a></li>\n"
        "</ol>\n"
    )
    assert (response["Cache-Control"], response["Access-Control-Allow-Origin"]) == (SHARED, "*")
    assert response["X-Robots-Tag"] == "noindex"


# The script of the pages that frame


def test_the_script_has_a_lasting_address_and_is_kept_for_an_hour(client: Client) -> None:
    response = client.get("/embed.js")
    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert response["Cache-Control"] == "public, max-age=3600"
    assert (settings.BASE_DIR / "static/entries/framed/embed.js").read_bytes() == response.content
    assert len(response.content) < 1500


def test_the_page_of_the_code_gives_it_to_copy(client: Client) -> None:
    post = make_post('Boats & "ferries"')
    page = page_of(client, reverse("entries:embedding", args=[post.slug]))
    code = unescape(re.search("<textarea[^>]*>(.*)</textarea>", page, re.S)[1])  # type: ignore[index]
    assert code == (
        f'<iframe src="{SITE}{framed(post)}" title="Boats &amp; &quot;ferries&quot;" width="100%" height="600" '
        f'loading="lazy" frameborder="0"></iframe>\n<script src="{SITE}/embed.js" async></script>'
    )
    assert f'<a href="/live/{post.slug}/embed/">Embed this live blog</a>' in page_of(client, post.get_absolute_url())


def test_the_frames_colours_are_the_sites() -> None:
    folder = settings.BASE_DIR / "static/entries"
    site, frame = ((folder / name).read_text() for name in ("site.css", "framed/framed.css"))
    colours = re.compile("--(?:paper|tint|ink|soft|hair|red|live|link|serif|sans): [^;]+;")
    light, dark = colours.findall(site)[:10], colours.findall(site)[10:18]
    assert colours.findall(frame) == [*light, *dark, *dark]


# oEmbed


def ask(client: Client, **query: Any) -> Any:
    return client.get(reverse("entries:oembed"), query)


def test_a_posts_address_gets_a_frame(client: Client) -> None:
    post = make_post("Boats & ferries", byline="By Ann Lee and Bo Chi", map=make_image(), map_alt="x")
    response = ask(client, url=SITE + post.get_absolute_url())
    image = post.map
    assert image
    assert response["Content-Type"] == "application/json"
    assert (response["Cache-Control"], response["Access-Control-Allow-Origin"]) == (SHARED, "*")
    assert response.json() == {
        "version": "1.0",
        "type": "rich",
        "title": "Boats & ferries",
        "author_name": "Ann Lee, Bo Chi",
        "provider_name": "Liveblog",
        "provider_url": f"{SITE}/",
        "cache_age": 3600,
        "html": f'<iframe src="{SITE}{framed(post)}" title="Boats &amp; ferries" width="600" height="600" '
        f'loading="lazy" frameborder="0"></iframe>\n<script src="{SITE}/embed.js" async></script>',
        "width": 600,
        "height": 600,
        "thumbnail_url": f"{SITE}{image.file.url}",
        "thumbnail_width": 64,
        "thumbnail_height": 40,
    }


def test_an_entrys_address_gets_a_frame_of_that_entry(client: Client) -> None:
    entry = make_update(make_post("Boats"), "<p>The gate is open.</p>", "1716", byline="Cy Dee")
    said = ask(client, url=SITE + entry.get_absolute_url(), format="json").json()
    assert (said["title"], said["author_name"]) == ("UPDATE 1716 GMT: The gate is open. · Boats", "Cy Dee")
    assert f'src="{SITE}{framed_entry(entry)}"' in said["html"]
    assert "thumbnail_url" not in said


def test_xml_says_the_same(client: Client) -> None:
    post = make_post('Boats & <b>"ferries"</b> ]]>')
    response = ask(client, url=SITE + post.get_absolute_url(), format="xml")
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    said = ask(client, url=SITE + post.get_absolute_url()).json()
    root = ET.fromstring(response.content)  # noqa: S314
    assert root.tag == "oembed"
    assert {part.tag: part.text for part in root} == {name: str(value) for name, value in said.items()}


def size(said: dict[str, Any]) -> tuple[int, int]:
    """As it says, and as its frame says."""
    frame = re.search(r'width="([0-9]+)" height="([0-9]+)"', said["html"])
    assert frame
    assert (said["width"], said["height"]) == (int(frame[1]), int(frame[2]))
    return said["width"], said["height"]


@pytest.mark.parametrize(
    ("most", "expected", "is_sized"),
    [
        ({"maxwidth": 480}, (480, 600), True),
        ({"maxheight": 300}, (600, 300), False),
        ({"maxwidth": 1, "maxheight": 1}, (1, 1), False),
        ({"maxwidth": 5000, "maxheight": 5000}, (600, 600), False),
        *(
            ({"maxwidth": nonsense, "maxheight": nonsense}, (600, 600), True)
            for nonsense in ("", "x", "0", "-5", "1.5", "1e3", "480px", '"><script>', "\0")
        ),
        ({"maxwidth": "9" * 400}, (600, 600), True),
    ],
)
def test_no_frame_is_larger_than_was_asked(
    client: Client, most: dict[str, Any], expected: tuple[int, int], is_sized: bool
) -> None:
    said = ask(client, url=SITE + make_post().get_absolute_url(), **most).json()
    assert size(said) == expected
    assert ("<script" in said["html"]) == is_sized


def test_a_thumbnail_keeps_to_the_limits_too(client: Client) -> None:
    post = make_post(map=make_image(), map_alt="x")
    url = SITE + post.get_absolute_url()
    assert ask(client, url=url, maxwidth=64, maxheight=40).json()["thumbnail_width"] == 64
    assert "thumbnail" not in json.dumps(ask(client, url=url, maxwidth=63).json())
    assert "thumbnail" not in json.dumps(ask(client, url=url, maxheight=39).json())


def test_another_format_there_is_not(client: Client) -> None:
    url = SITE + make_post().get_absolute_url()
    assert [ask(client, url=url, format=name).status_code for name in ("html", "JSON", "<script>")] == [501] * 3


def test_without_an_address_there_is_nothing_to_answer(client: Client) -> None:
    assert (ask(client).status_code, ask(client, url="").status_code) == (400, 400)


HOSTILE = [
    "https://example.com/live/{slug}/",
    "http://127.0.0.1:8000.example.com/live/{slug}/",
    "http://127.0.0.1:8000@example.com/live/{slug}/",
    "http://user@127.0.0.1:8000/live/{slug}/",
    "http://127.0.0.1:8001/live/{slug}/",
    "javascript:alert(1)//127.0.0.1:8000/live/{slug}/",
    "ftp://127.0.0.1:8000/live/{slug}/",
    "//127.0.0.1:8000/live/{slug}/",
    "/live/{slug}/",
    "http://[",
    "http://127.0.0.1:8000",
    "http://127.0.0.1:8000/",
    "http://127.0.0.1:8000/live/{slug}",
    "http://127.0.0.1:8000/live/{slug}/../../admin/",
    "http://127.0.0.1:8000/live/{slug}/feed.rss",
    "http://127.0.0.1:8000/live/{slug}/entries/99999999999999999999999/",
    "http://127.0.0.1:8000/live/{slug}/entries/1%00/",
    "http://127.0.0.1:8000/live/nowhere/",
    "http://127.0.0.1:8000/admin/",
    "http://127.0.0.1:8000/media/images/x.png",
    "http://127.0.0.1:8000/live/<script>/",
    "\udcff",
]


@pytest.mark.parametrize("url", HOSTILE)
def test_what_is_no_address_of_a_post_here_is_not_found(client: Client, url: str) -> None:
    slug = make_post().slug
    query = url.format(slug=slug).encode("utf-8", "surrogateescape")
    response = ask(client, url=query)
    assert response.status_code == 404
    assert response.content == b"There is no post and no entry at that address."
    assert response["Content-Type"] == "text/plain; charset=utf-8"


def test_an_address_may_be_written_in_other_ways(client: Client) -> None:
    post = make_post()
    for url in ("https://127.0.0.1:8000{}", "http://127.0.0.1:8000{}?entry=7#entry-7", "HTTP://127.0.0.1:8000{}"):
        assert ask(client, url=url.format(post.get_absolute_url())).json()["title"] == post.headline


def test_what_was_removed_or_never_published_is_not_found(client: Client) -> None:
    draft, entry = make_draft("Not yet"), make_update(make_post())
    posting.remove_entry(entry=entry, author=None)
    urls = [SITE + entry.get_absolute_url(), SITE + draft.get_absolute_url()]
    assert [ask(client, url=url).status_code for url in urls] == [404, 404]


def test_pages_say_where_oembed_is(client: Client) -> None:
    entry = make_update(make_post("Boats"))
    for address, title in ((entry.post.get_absolute_url(), "Boats"), (entry.get_absolute_url(), "UPDATE 0832 GMT: ")):
        link = re.search('type="application/json.oembed" href="([^"]*)"', page_of(client, address))
        assert link
        url = unescape(link[1])
        assert url.startswith(f"{SITE}/oembed/?url=http")
        assert client.get(url.removeprefix(SITE)).json()["title"].startswith(title)


@pytest.mark.parametrize("name", ["framed", "framed-latest", "embedding", "embed-script", "oembed"])
def test_all_of_it_is_only_for_reading(client: Client, name: str) -> None:
    arguments = [] if name in ("embed-script", "oembed") else [make_post().slug]
    assert client.post(reverse(f"entries:{name}", args=arguments)).status_code == 405
