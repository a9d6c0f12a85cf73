from entries.sanitising import plain_text


def excerpt(clean: str, length: int) -> str:
    """The first words of clean HTML as plain text, at most `length` characters, cut between words."""
    words = plain_text(clean)
    if len(words) <= length:
        return words
    kept, space, _ = words[:length].rpartition(" ")
    return (kept if space else words[: length - 1]).rstrip(" ,;:–—-") + "…"
