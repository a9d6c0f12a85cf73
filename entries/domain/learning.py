"""What other sites tell of the posts and videos that stand in our texts: asked for before a text is saved, and later
again where nothing was heard. Never within a transaction: no lock waits for another site."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.html import escape

from entries.domain import ledger
from entries.domain.embeds import figure, links_in, with_embeds
from entries.domain.texts import MAX_SOURCE, rendered
from entries.embedding import Learned, Link, look_up, recognise
from entries.enums import Action
from entries.models import Embed, Entry
from entries.sanitising import clean_html

PATIENCE = 3.0  # seconds that a save waits for all other sites together
PATIENCE_LATER = 10.0
AT_ONCE = 10  # the others later
# Between one try and the next. After the last nobody asks again.
AGAIN = [timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1)]


def learn_embeds(source: str) -> None:
    """Asks for what is not known yet of the embeds in a text that is to be saved. Whatever comes of it, the save
    goes on: with what was learned, or with the link alone."""
    if "http" not in source or len(source) > MAX_SOURCE:
        return
    html = clean_html(source)
    if links := links_in(html):
        with_embeds(html)  # each has its row now
        _learn(_due(links, timezone.now()), PATIENCE)


def shown_embed(address: str) -> tuple[str, bool]:
    """An address that an editor has just pasted, as readers will have it, and whether its site told anything.

    Empty for what is no address of an embed, or only looks like one.
    """
    link = recognise(address)
    if link is None:
        return "", False
    learn_embeds(escape(link.address))
    embed = Embed.objects.get(address=link.address)
    return (figure(link, embed) if embed.is_learned or link.is_sure else ""), embed.is_learned


def learn_due(*, now: datetime) -> int:
    """Asks again for what nothing was heard of, and renews the entries it stands in; returns how many were learned.

    Any number of processes may call this at once: each row is asked for by one of them.
    """
    return _learn(list(Embed.objects.due(now)[:AT_ONCE]), PATIENCE_LATER, now)


def _due(links: list[Link], now: datetime) -> list[Embed]:
    return list(Embed.objects.due(now).filter(address__in=[link.address for link in links])[:AT_ONCE])


def _learn(embeds: Iterable[Embed], seconds: float, now: datetime | None = None) -> int:
    if not settings.EMBED_LOOKUPS:
        return 0
    now = now or timezone.now()
    asked = {link: embed for embed in embeds if _claim(embed, now) and (link := recognise(embed.address))}
    learned = look_up(asked, seconds=seconds)
    for link, told in learned.items():
        _keep(asked[link], told)
        for entry in Entry.objects.filter(html__contains=escape(link.address), removed_at=None).select_related("post"):
            renew_entry(entry=entry)
    return len(learned)


def _claim(embed: Embed, now: datetime) -> bool:
    """True for the one who may ask now; the next try is set already, should this one come to nothing."""
    later = now + AGAIN[embed.tries] if embed.tries < len(AGAIN) else None
    is_first = Embed.objects.filter(pk=embed.pk, tries=embed.tries, learned_at=None)
    return bool(is_first.update(tries=embed.tries + 1, try_at=later))


def _keep(embed: Embed, told: Learned) -> None:
    for name in ("title", "author", "author_url", "text", "posted_at", "player"):
        setattr(embed, name, getattr(told, name))
    embed.learned_at, embed.try_at = timezone.now(), None
    embed.save(update_fields=["title", "author", "author_url", "text", "posted_at", "player", "learned_at", "try_at"])


@transaction.atomic
def renew_entry(*, entry: Entry) -> Entry:
    """Its text as its source gives it now. No edit: neither a version nor a time of correction."""
    source, html = entry.source, rendered(entry.source)  # before the lock, as an edit's
    entry = ledger.lock_entry(entry)
    if entry.source == source and entry.html != html and not entry.is_removed:
        entry.html = html
        ledger.record_entry(entry, Action.EMBEDDED, None, fields=["html"])
    return entry
