import pytest

from entries.excerpts import excerpt, first_sentences

pytestmark = pytest.mark.once


NOT_YET = "No. The water has not reached the lower town of Penny Quay yet, we hear."
BY_A_GENERAL = "The order was given by Gen. Ann Lee and carried out by Col. Bo Chi then."


def test_an_excerpt_is_cut_between_words() -> None:
    assert excerpt("<p>The <b>water</b> is rising.</p><p>So is the wind.</p>", 99) == (
        "The water is rising. So is the wind."
    )
    assert excerpt("<p>The water is rising, and the wind too.</p>", 21) == "The water is rising…"


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("The water is rising.", "The water is rising."),
        ("The Strandway is cut. A section has collapsed at the mid-point of it.", "The Strandway is cut."),
        ("It is over. The road is cut. A section has collapsed at the mid-point.", "It is over. The road is cut."),
        ("He said: “The road is cut.” A section has collapsed at the mid-point.", "He said: “The road is cut.”"),
        (NOT_YET, "No. The water has not reached the lower town…"),
        (BY_A_GENERAL, "The order was given by Gen. Ann Lee and…"),
        ("هل انتهت المعركة في شمال حلب؟ الجيش يعلن السيطرة على القرى كلها اليوم", "هل انتهت المعركة في شمال حلب؟"),
    ],
)
def test_whole_sentences_are_better_than_words(words: str, kept: str) -> None:
    assert first_sentences(words, 45) == kept
