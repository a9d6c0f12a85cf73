"""An entry's text on its way in: what an editor wrote, and what readers get of it."""

from datetime import datetime

from entries.domain.embeds import with_embeds
from entries.domain.refusals import EmptyText, TextTooLong
from entries.sanitising import clean_html, clean_text

MAX_SOURCE = 500_000  # characters: ten times the longest entry seen in the field


def checked(source: str) -> str:
    source = clean_text(source).strip()
    if len(source) > MAX_SOURCE:
        raise TextTooLong(len(source), MAX_SOURCE)
    return source


def rendered(source: str) -> str:
    html = clean_html(source)
    if not html:
        raise EmptyText
    return with_embeds(html)


def to_the_second(at: datetime | None) -> datetime | None:
    """As forms give a time back: a save that changed nothing must find the same."""
    return at and at.replace(microsecond=0)
