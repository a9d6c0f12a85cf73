"""Posts and videos of other sites within a text: a paragraph that holds nothing but the address of one.

Readers get what the site told of it, as text with a link; its player is an address that nothing loads by itself.
"""

import re
from collections.abc import Iterable, Iterator
from html import unescape

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from entries.embedding import Link, is_player, recognise
from entries.embedding.providers import VIDEOS
from entries.labels import day_text
from entries.models import Embed

EMBED = '<figure class="embed">'  # no clean text has it otherwise
MOST = 50  # in one text; what comes after is a link
# In clean HTML: the address as text, or as a link to itself.
_PARAGRAPH = re.compile(
    r"<p(?: [^<>]*)?>(?:\s|&nbsp;|<br>)*"
    r'(?:<a href="(?P<href>[^"<>]*)"[^<>]*>(?P<words>[^<]*)</a>|(?P<bare>https?://[^\s<&]+(?:&amp;[^\s<&]*)*))'
    r"(?:\s|&nbsp;|<br>)*</p>"
)


def links_in(html: str) -> list[Link]:
    """What is embedded in a clean text, each once."""
    found = (_link(match) for match in _PARAGRAPH.finditer(html))
    return list(dict.fromkeys(link for link in found if link))[:MOST]


def with_embeds(html: str) -> str:
    """Clean HTML with its embeds as readers get them. One seen for the first time gets a row: it is to be learned."""
    links = links_in(html)
    if not links:
        return html
    known = rows_of(links)
    missing = [link for link in links if link.address not in known]
    if missing:
        known |= _add_rows(missing)

    def shown(match: re.Match[str]) -> str:
        link = _link(match)
        embed = known.get(link.address) if link else None
        return figure(link, embed) if link and embed and (embed.is_learned or link.is_sure) else match[0]

    return _PARAGRAPH.sub(shown, html)


def rows_of(links: Iterable[Link]) -> dict[str, Embed]:
    rows = Embed.objects.filter(address__in=[link.address for link in links])
    return {embed.address: embed for embed in rows}


def figure(link: Link, embed: Embed) -> SafeString:
    """Readable where it stands, in feeds, and on paper. Each word of the other site is escaped."""
    return format_html(
        '{}{}{}<figcaption>— <a href="{}">{}</a></figcaption></figure>',
        SafeString(EMBED),
        _quotation(embed),
        _player(link, embed),
        link.address,
        _caption(link, embed),
    )


def _add_rows(links: list[Link]) -> dict[str, Embed]:
    now = timezone.now()
    rows = [Embed(address=link.address, provider=link.provider, try_at=now) for link in links]
    # Two may write of the same post at once.
    Embed.objects.bulk_create(rows, ignore_conflicts=True)
    return rows_of(links)


def _quotation(embed: Embed) -> SafeString:
    paragraphs = list(_paragraphs(embed))
    if not paragraphs:
        return SafeString()
    return format_html("<blockquote>{}</blockquote>", format_html_join("", '<p dir="auto">{}</p>', paragraphs))


def _paragraphs(embed: Embed) -> Iterator[tuple[SafeString]]:
    for paragraph in re.split(r"\n\s*\n", embed.text or embed.title):
        if lines := [line.strip() for line in paragraph.split("\n") if line.strip()]:
            yield (format_html_join(SafeString("<br>"), "{}", ((line,) for line in lines)),)


def _player(link: Link, embed: Embed) -> SafeString:
    player = embed.player or link.player
    if not is_player(link.provider, player):
        return SafeString()
    kind = SafeString(' class="video"') if player.startswith(VIDEOS) else SafeString()
    return format_html('<embed-player{} data-src="{}" data-site="{}"></embed-player>', kind, player, link.site)


def _caption(link: Link, embed: Embed) -> SafeString:
    author, posted_at = embed.author or link.author, embed.posted_at or link.posted_at
    day = day_text(posted_at, "j M Y") if posted_at else ""
    # Without its author a link says where it leads.
    where = "" if author else link.address.removeprefix("https://").removeprefix("www.")
    parts = [part for part in (author, link.site, where, day) if part]
    return format_html_join(", ", "<bdi>{}</bdi>", ((part,) for part in parts))


def _link(match: re.Match[str]) -> Link | None:
    if match["bare"]:
        return recognise(unescape(match["bare"]))
    href, words = unescape(match["href"]).strip(), unescape(match["words"]).strip()
    link = recognise(href)
    # A link with words of its own is the editor's sentence and stays one.
    is_itself = link and recognise(words if "://" in words else f"https://{words}") == link
    return link if is_itself else None
