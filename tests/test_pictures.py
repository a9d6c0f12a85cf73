"""How a page names its pictures."""

from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from entries.domain.pictures import store_image
from entries.models import Entry, Image
from entries.rendering import entry_body, with_pictures
from entries.sanitising import clean_html
from entries.variants import StoredPicture
from tests.factories import make_image, make_post, make_update, picture

DIGEST = "ab" * 32
STEM = f"/media/images/ab/{'ab' * 16}"
JPEG, PNG = f"{STEM}-2400x1600.jpg", f"{STEM}-1000x500.png"
LAZY = {"loading": "lazy", "decoding": "async"}


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def images_in(html: str) -> list[dict[str, str | None]]:
    return [given for tag, given in Tags(html).found if tag == "img"]


def printed(source: str) -> str:
    return with_pictures(entry_body(Entry(html=clean_html(source))))


@pytest.mark.parametrize(
    ("width", "modern", "jpeg"),
    [
        (1, [1], []),
        (480, [480], []),
        (500, [500], []),
        (540, [480, 540], [480]),
        (1600, [480, 800, 1080, 1600], [480, 800, 1080]),
        (1920, [480, 800, 1080, 1440, 1920], [480, 800, 1080, 1440]),
        (2400, [480, 800, 1080, 1440, 1920], [480, 800, 1080, 1440]),
    ],
)
def test_no_variant_is_wider_than_the_picture(width: int, modern: list[int], jpeg: list[int]) -> None:
    stored = StoredPicture.of_digest(DIGEST, width, 100, "jpg")
    assert [stored.widths(suffix) for suffix in ("avif", "webp", "jpg")] == [modern, modern, jpeg]
    assert StoredPicture.of_digest(DIGEST, width, 100, "png").variants == {each: ["avif", "webp"] for each in modern}


def test_an_own_picture_in_a_text_comes_in_all_its_widths_and_when_it_is_scrolled_to() -> None:
    def choices(suffix: str, *widths: int) -> str:
        return ", ".join(f"{STEM}-{width}.{suffix} {width}w" for width in widths)

    sizes = "min(92vw, 610px)"
    assert Tags(printed(f'<p><img src="{JPEG}" alt="A boat"></p>')).found == [
        ("p", {}),
        ("picture", {}),
        *(
            ("source", {"type": f"image/{kind}", "srcset": choices(kind, 480, 800, 1080, 1440, 1920), "sizes": sizes})
            for kind in ("avif", "webp")
        ),
        (
            "img",
            {
                "src": JPEG,
                "alt": "A boat",
                "width": "2400",
                "height": "1600",
                "srcset": f"{choices('jpg', 480, 800, 1080, 1440)}, {JPEG} 2400w",
                "sizes": sizes,
                **LAZY,
            },
        ),
    ]


def test_a_drawing_falls_back_to_its_one_file() -> None:
    (given,) = images_in(printed(f'<p><img src="{PNG}" alt=""></p>'))
    assert given == {"src": PNG, "alt": "", "width": "1000", "height": "500", **LAZY}


@pytest.mark.parametrize(
    ("wanted", "width", "height", "sizes"),
    [
        ("", 1000, 500, 610),
        ('width="300"', 300, 150, 300),
        ('height="100"', 200, 100, 200),
        ('width="300" height="300"', 300, 150, 300),
        ('width="5000" height="9"', 1000, 500, 610),
        ('width="1"', 1, 1, 1),
        ('width="0"', 1000, 500, 610),
        ('width="50%"', 1000, 500, 610),
        ('width="-3" height="x"', 1000, 500, 610),
        ('width="٣"', 1000, 500, 610),
        (f'width="{"9" * 5000}"', 1000, 500, 610),
    ],
)
def test_a_picture_stands_as_wide_as_its_editor_wanted_in_its_own_shape(
    wanted: str, width: int, height: int, sizes: int
) -> None:
    html = printed(f'<p><img src="{PNG}" alt="" {wanted}></p>')
    (given,) = images_in(html)
    assert (given["width"], given["height"]) == (str(width), str(height))
    assert html.count(f'sizes="min(92vw, {sizes}px)"') == 2


@pytest.mark.parametrize(
    ("src", "policy"),
    [
        ("https://other.example/a.jpg", {"referrerpolicy": "no-referrer"}),
        (f"https://other.example{JPEG}", {"referrerpolicy": "no-referrer"}),
        (f"//other.example{JPEG}", {"referrerpolicy": "no-referrer"}),
        (f"https://news.example.evil.example{JPEG}", {"referrerpolicy": "no-referrer"}),
        (f"{STEM}.jpg", {}),
        (f"{STEM}-480.avif", {}),
        (f"{STEM}-0x0.jpg", {}),
        (f"{STEM}-10x10.svg", {}),
        (f"/media/x, https://other.example/y 1w, images/ab/{'ab' * 16}-10x10.jpg", {}),
        (f"/media/../x/images/ab/{'ab' * 16}-10x10.jpg", {}),
        (f"{JPEG}?x", {}),
        (f"{JPEG}\n", {}),
    ],
)
def test_what_tells_of_no_variants_gets_none(settings: Any, src: str, policy: dict[str, str]) -> None:
    settings.SITE_URL = "https://news.example"
    (written,) = images_in(clean_html(f'<p><img src="{src}" alt="x"></p>'))
    html = printed(f'<p><img src="{src}" alt="x"></p>')
    assert ("<picture>" in html, images_in(html)) == (False, [written | policy | LAZY])


def test_an_own_picture_that_was_pasted_with_its_whole_address_is_known(settings: Any) -> None:
    settings.SITE_URL = "https://news.example"
    assert f'srcset="{STEM}-480.avif 480w' in printed(f'<p><img src="https://news.example{PNG}" alt=""></p>')


def test_where_media_have_an_address_elsewhere_their_variants_have_it_too(settings: Any) -> None:
    settings.MEDIA_URL = "https://media.example/"
    address = f"https://media.example{PNG.removeprefix('/media')}"
    html = printed(f'<p><img src="{address}" alt=""></p><p><img src="{PNG}" alt=""></p>')
    assert f'srcset="https://media.example{STEM.removeprefix("/media")}-480.avif 480w' in html
    assert html.count("<picture>") == 1


@pytest.mark.parametrize("alt", ['"><script>x()</script>', "<img src=/x>", "a > b & \" '", "&lt;img&gt;", "<table>"])
def test_no_description_gets_out_of_its_picture(alt: str) -> None:
    escaped = alt.replace("&", "&amp;").replace('"', "&quot;")
    html = printed(f'<p>a<img src="{PNG}" alt="{escaped}" title="{escaped}">b</p>')
    assert [tag for tag, _ in Tags(html).found] == ["p", "picture", "source", "source", "img"]
    assert [(given["alt"], given["title"]) for given in images_in(html)] == [(alt, alt)]


@pytest.mark.django_db
def test_a_text_full_of_pictures_costs_no_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    image = make_image()
    text = f'<p><img src="{image.file.url}" alt=""></p>' * 20
    with django_assert_num_queries(0):
        assert printed(text).count("<picture>") == 20


def test_words_about_a_picture_stay_words() -> None:
    text = f"<p>&lt;img src=&quot;{PNG}&quot;&gt;</p>"
    assert printed(text) == clean_html(text)


@pytest.mark.django_db
def test_the_map_of_a_post_is_not_waited_for_and_opens_large(client: Client) -> None:
    image = store_image(picture(1600, 1000))
    post = make_post(map=image, map_alt="A map")
    html = client.get(post.get_absolute_url()).content.decode()
    (given,) = images_in(html)
    assert given == {
        "src": image.file.url, "width": "1600", "height": "1000", "alt": "A map", "fetchpriority": "high",
        "decoding": "async",
    }  # fmt: skip
    assert f'<figure class="map"><a href="{image.file.url}"><picture><source type="image/avif" ' in html
    assert f'<meta property="og:image" content="http://127.0.0.1:8000{image.file.url}">' in html


@pytest.mark.django_db
def test_on_the_front_page_only_the_first_map_is_loaded_at_once(client: Client) -> None:
    for name in ("One", "Two", "Three"):
        make_post(name, map=make_image(), map_alt="A map")
    html = client.get("/").content.decode()
    assert [(given.get("loading"), given["alt"]) for given in images_in(html)] == [
        (None, ""),
        ("lazy", ""),
        ("lazy", ""),
    ]
    assert html.count("<picture>") == 3


@pytest.mark.django_db
def test_feeds_have_the_plain_picture_with_the_whole_address(client: Client) -> None:
    image = make_image()
    post = make_post(map=image, map_alt="A map")
    make_update(post, f'<p>It rises.</p><p><img src="{image.file.url}" alt="A gauge"></p>')
    for address in ("/feed.rss", f"{post.get_absolute_url()}feed.rss"):
        text = client.get(address).content.decode()
        assert f'&lt;img src="http://127.0.0.1:8000{image.file.url}" alt="A gauge"&gt;' in text
        assert ("&lt;picture" in text, "srcset" in text) == (False, False)


@pytest.mark.django_db
def test_open_pages_get_the_same_markup(client: Client) -> None:
    image = make_image()
    post = make_post(map=image, map_alt="A map")
    entry = make_update(post, f'<p>It rises.</p><p><img src="{image.file.url}" alt="A gauge"></p>')
    delta = client.get(f"{post.get_absolute_url()}changes/0/").json()
    page = client.get(post.get_absolute_url()).content.decode()
    assert delta["post"]["map_html"] in page
    assert delta["post"]["map_html"].count("<source ") == 2
    (html,) = [row["html"] for row in delta["entries"] if row["id"] == entry.pk]
    assert (html in page, html.count("<source ")) == (True, 2)


@pytest.mark.django_db
def test_an_older_map_without_variants_is_shown_as_it_is(client: Client) -> None:
    image = make_image()
    Image.objects.filter(pk=image.pk).update(file=f"images/{image.digest[:2]}/{image.digest[:32]}.png")
    image.refresh_from_db()
    html = client.get(make_post(map=image, map_alt="A map").get_absolute_url()).content.decode()
    assert ("<picture>" in html, [given["src"] for given in images_in(html)]) == (False, [image.file.url])
