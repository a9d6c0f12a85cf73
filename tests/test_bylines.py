import pytest

from entries.bylines import authors_of

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("", []),
        ("  ", []),
        ("Ann Lee", ["Ann Lee"]),
        ("By Ann Lee", ["Ann Lee"]),
        ("by Ann Lee and Ben Roy", ["Ann Lee", "Ben Roy"]),
        ("Ann Lee, Ben Roy", ["Ann Lee", "Ben Roy"]),
        ("Ann Lee, Ben Roy, and Con Fay", ["Ann Lee", "Ben Roy", "Con Fay"]),
        ("Ann Lee & Ben Roy; Con Fay", ["Ann Lee", "Ben Roy", "Con Fay"]),
        ("Von Ann Lee und Ben Roy", ["Ann Lee", "Ben Roy"]),
        ("Ben von Rad", ["Ben von Rad"]),
        ("Par Zoé Noël et Luc Petit", ["Zoé Noël", "Luc Petit"]),
        ("Por Ana Gil y José Paz", ["Ana Gil", "José Paz"]),
        ("Ірина Коваль та Олег Біда", ["Ірина Коваль", "Олег Біда"]),
        ("سلمى حداد، عمر ناصر", ["سلمى حداد", "عمر ناصر"]),
        ("سلمى وليد", ["سلمى وليد"]),
        ("Andy Sand", ["Andy Sand"]),
        ("Bylaw Team", ["Bylaw Team"]),
        ("Ann, Ann", ["Ann"]),
        (", ;", []),
    ],
)
def test_a_byline_names_its_authors(byline: str, authors: list[str]) -> None:
    assert authors_of(byline) == authors
