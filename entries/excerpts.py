import re

from entries.sanitising import plain_text

# A sentence's end is told from a shortened word's (Gen., U.S., Sept.) by a word before it that has no capital.
_SENTENCE = re.compile(r"(?<=\s)(?P<word>[^\W\d_]+)[.!?…؟][”’\"»)]*(?=\s)")
_SHORTEST = 15


def excerpt(clean: str, length: int) -> str:
    """The first words of clean HTML as plain text, at most `length` characters, cut between words."""
    return first_words(plain_text(clean), length)


def first_words(words: str, length: int) -> str:
    if len(words) <= length:
        return words
    kept, space, _ = words[:length].rpartition(" ")
    return (kept if space else words[: length - 1]).rstrip(" ,;:–—-") + "…"


def first_sentences(words: str, length: int) -> str:
    """Whole sentences where some fit and say something, else the first words."""
    if len(words) <= length:
        return words
    ends = (found.end() for found in _SENTENCE.finditer(words, 0, length + 1) if found["word"] == found["word"].lower())
    end = max((end for end in ends if _SHORTEST <= end <= length), default=0)
    return words[:end] or first_words(words, length)
