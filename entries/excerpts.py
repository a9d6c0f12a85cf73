from entries.sanitising import plain_text


def excerpt(clean: str, length: int) -> str:
    """The first words of clean HTML as plain text, at most `length` characters, cut between words."""
    return first_words(plain_text(clean), length)


def first_words(words: str, length: int) -> str:
    if len(words) <= length:
        return words
    kept, space, _ = words[:length].rpartition(" ")
    return (kept if space else words[: length - 1]).rstrip(" ,;:–—-") + "…"
