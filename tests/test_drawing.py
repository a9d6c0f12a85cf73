"""The card that is drawn for a link: in any alphabet, within its margins, and quickly."""

import io
import time

import pytest
from PIL import Image as Pillow

from entries.drawing.lines import fitted, shortened, wrapped
from entries.drawing.poster import PAPER, RED, Poster, drawn
from entries.drawing.words import Type, drawable, in_visual_order

pytestmark = pytest.mark.once


def test_a_card_is_a_small_png_of_the_size_that_sites_ask_for() -> None:
    data = drawn(Poster("Liveblog", "The water is rising at Kelder Lock", "UPDATE 1716 GMT", footer="The road is cut"))
    image = Pillow.open(io.BytesIO(data))
    assert (image.format, image.size) == ("PNG", (1200, 630))
    assert len(data) < 60_000
    rgb = image.convert("RGB")
    assert rgb.getpixel((600, 5)) == tuple(bytes.fromhex(RED[1:]))
    assert rgb.getpixel((600, 620)) == tuple(bytes.fromhex(PAPER[1:]))


def ink(poster: Poster) -> Pillow.Image:
    """Where the headline is."""
    return Pillow.open(io.BytesIO(drawn(poster))).convert("L").crop((0, 200, 1200, 540)).point(lambda v: 255 * (v < 99))


@pytest.mark.parametrize(
    "headline",
    [
        "Short",
        "The water is rising at Kelder Lock, and the road to Aldmoor is cut " * 4,
        "W" * 250,
        "Зеленський: Україна готова до переговорів, але гарантії безпеки мають бути письмовими",
        "الجيش يعلن السيطرة على 12 قرية (قرب حلب) بعد معارك مع قوات NATO",
        "Καιρός στη θάλασσα: τα πλοία μένουν στο λιμάνι",
        "A " * 125,
    ],
)
def test_a_headline_stays_within_its_margins(headline: str) -> None:
    left, top, right, bottom = ink(Poster("Liveblog", headline, footer="x")).getbbox() or (0, 0, 0, 0)
    assert left >= 66
    assert right <= 1134
    assert top > 10
    assert bottom < 335


def test_arabic_stands_at_the_right_and_latin_at_the_left() -> None:
    arabic, latin = ink(Poster("Liveblog", "البحر")).getbbox(), ink(Poster("Liveblog", "The sea")).getbbox()
    assert arabic
    assert latin
    assert (arabic[0] > 600, arabic[2] > 1100) == (True, True)
    assert (latin[0] < 100, latin[2] < 600) == (True, True)


def test_letters_are_joined_and_brackets_turned_round() -> None:
    assert in_visual_order("سلام") == "\ufee1\ufefc\ufeb3"  # lam and alef are one sign
    assert in_visual_order("(البحر) 12") == "12 (\ufeae\ufea4\ufe92\ufedf\ufe8d)"
    assert in_visual_order("The sea (12)") == "The sea (12)"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Boats 🌊 are\u2028out\u0000", "Boats are out"),
        ("Z\u0351\u0352\u0353a\u0351lgo", "Zalgo"),
        ("Cafe\u0301 \u202eevil\u202c", "Café evil"),
        ("日本語の見出し", ""),
        ("日本 says: the road is open", "says: the road is open"),
        ("", ""),
        ("🌊", ""),
    ],
)
def test_only_what_the_fonts_have_is_drawn(text: str, kept: str) -> None:
    assert drawable(text) == kept


def test_a_headline_in_no_known_alphabet_makes_way_for_the_posts_own() -> None:
    assert ink(Poster("Liveblog", "日本語の見出し", footer="The road is cut")).getbbox() == (
        ink(Poster("Liveblog", "The road is cut")).getbbox()
    )
    assert drawn(Poster("日本", "日本語", "更新", "日", "列", "足"))


def test_long_text_is_cut_between_words() -> None:
    small = Type(28)
    assert shortened("One two", small, 1000) == "One two"
    assert shortened("The water is rising, and the road", small, 300) == "The water is rising…"
    assert shortened("W" * 100, small, 200).endswith("W…")
    lines = wrapped("one two three four five six seven eight", Type(50, is_bold=True), 400, 2)
    assert (lines.texts, lines.is_whole) == (("one two three", "four five six…"), False)
    sizes = (90, 60, 30)
    assert fitted("Word", sizes, 1000, 300).type.size == 90
    assert fitted("Some words " * 30, sizes, 1000, 300).type.size == 30


@pytest.mark.parametrize("letter", ["a", "W", "ش", "Ж", "\u0301", "a ", "🌊", "\u202e", "<", "日"])
def test_no_text_takes_long_to_draw(letter: str) -> None:
    text = letter * 100_000
    started = time.perf_counter()
    drawn(Poster(text, text, text, text, text, text))
    assert time.perf_counter() - started < 2
