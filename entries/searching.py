"""How words are made alike before they are looked for, in any alphabet and whatever the database makes of cases."""

import unicodedata

MAX_WORDS = 8  # looked for at once
# Editors' texts have the signs of print, and readers' keyboards those of typewriters.
_TYPED = str.maketrans(
    dict.fromkeys("\u2018\u2019\u02bc\u2032`\u00b4", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | {"\u00ad": None}
)


def folded(text: str) -> str:
    """`text` without cases and accents, its white space single and its quotes and dashes as they are typed."""
    # Cases twice: "№" is taken apart as "No".
    letters = unicodedata.normalize("NFKD", text.casefold().translate(_TYPED)).casefold()
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def words_of(query: str) -> list[str]:
    return folded(query).split()[:MAX_WORDS]
