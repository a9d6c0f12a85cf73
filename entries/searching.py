"""How words are made alike before they are looked for, in any alphabet and whatever the database makes of cases."""

import unicodedata

MAX_WORDS = 8  # looked for at once


def folded(text: str) -> str:
    """`text` without cases and accents, its white space single."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def words_of(query: str) -> list[str]:
    return folded(query).split()[:MAX_WORDS]
