"""What the other site tells of a post or a video: author, text, date. All of it plain text, and none of it believed."""

import json
import logging
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Thread
from typing import Any
from urllib.parse import quote

import nh3
from django.conf import settings

from entries.embedding.fetching import HTML, JSON, fetch, leads_to
from entries.embedding.providers import MASTODON, PROVIDERS, Link, is_player, recognise
from entries.outside import Unreachable
from entries.sanitising import TAGS_WITHOUT_TEXT, clean_text, one_line

MAX_TEXT = 3000  # characters
MAX_LINE = 300
# How Instagram and Facebook say whose a post is.
_SIGNATURE = re.compile(r"(?:A (?:post|video) shared|Posted) by (.{1,200}?)(?:\son\s.*)?$")
log = logging.getLogger(__name__)
_asking = BoundedSemaphore(16)  # threads; a name server that hangs must not gather them


@dataclass(frozen=True)
class Learned:
    title: str = ""
    author: str = ""
    author_url: str = ""
    text: str = ""
    posted_at: datetime | None = None
    player: str = ""  # where the address alone does not tell it


def look_up(links: Iterable[Link], *, seconds: float) -> dict[Link, Learned]:
    """Asks for all of them at once; those of which nothing was heard within `seconds` are missing."""
    answers: SimpleQueue[tuple[Link, Learned | None]] = SimpleQueue()
    deadline = time.monotonic() + seconds
    under_way = sum(_start(link, deadline, answers) for link in links)
    found = {}
    try:
        for _ in range(under_way):
            link, learned = answers.get(timeout=max(deadline - time.monotonic(), 0))
            if learned:
                found[link] = learned
    except Empty:
        pass
    return found


def _start(link: Link, deadline: float, answers: SimpleQueue[tuple[Link, Learned | None]]) -> bool:
    if not _asking.acquire(blocking=False):
        return False

    def run() -> None:
        try:
            answers.put((link, _learned(link, deadline)))
        finally:
            _asking.release()

    Thread(target=run, name="embed", daemon=True).start()
    return True


def _learned(link: Link, deadline: float) -> Learned | None:
    try:
        return _safe(link, _ask(link, deadline))
    except Unreachable as error:
        # Never the address that was asked: it may hold a token.
        log.info("%s told nothing of %s: %s.", link.site, link.address, error)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
        log.info("%s told nothing of %s that could be read.", link.site, link.address)
    return None


def _ask(link: Link, deadline: float) -> Learned:
    if link.is_short:
        return _of_short(link, deadline)
    return _WAYS.get(link.provider, _by_oembed)(link, deadline)


def _of_short(link: Link, deadline: float) -> Learned:
    target = recognise(leads_to(link.address, hosts=PROVIDERS[link.provider].sources, deadline=deadline))
    if target is None or target.provider != link.provider or target.is_short:
        raise Unreachable("leads elsewhere")
    try:
        found = _ask(target, deadline)
    except Unreachable:
        found = Learned()
    return replace(
        found,
        player=found.player or target.player,
        author=found.author or target.author,
        posted_at=found.posted_at or target.posted_at,
    )


def _json(link: Link, address: str, deadline: float, hosts: frozenset[str] | None = None) -> Any:
    hosts = hosts or PROVIDERS[link.provider].sources
    return json.loads(fetch(address, hosts=hosts, content_types=JSON, deadline=deadline))


def _by_oembed(link: Link, deadline: float) -> Learned:
    """https://oembed.com/"""
    address = f"{PROVIDERS[link.provider].oembed}{quote(link.address, safe='')}"
    return _from_oembed(_json(link, address, deadline))


def _from_oembed(told: dict[str, Any]) -> Learned:
    paragraphs = [_plain(one) for one in re.findall(r"<p\b[^>]*>(.*?)</p>", told.get("html") or "", re.DOTALL)]
    posted_at = told.get("upload_date")  # Vimeo's
    return Learned(
        title=told.get("title") or "",
        author=told.get("author_name") or "",
        author_url=told.get("author_url") or "",
        text=next((text for text in paragraphs if not _SIGNATURE.search(text)), ""),
        posted_at=_moment(posted_at) if posted_at else None,
    )


def _by_meta(link: Link, deadline: float) -> Learned:
    """https://developers.facebook.com/docs/graph-api/reference/oembed-post/

    Since June 2026 without a token, a thousand times an hour; since November 2025 its author only in the HTML.
    """
    endpoint = PROVIDERS[link.provider].oembed
    if "video.php" in link.player:
        endpoint = endpoint.replace("oembed_post", "oembed_video")
    token = settings.META_OEMBED_TOKEN and f"&access_token={quote(settings.META_OEMBED_TOKEN, safe='')}"
    told = _json(link, f"{endpoint}{quote(link.address, safe='')}{token}", deadline)
    signed = _SIGNATURE.search(_plain(told.get("html") or ""))
    return replace(_from_oembed(told), author=signed[1] if signed else link.author)


def _by_x(link: Link, deadline: float) -> Learned:
    learned = _by_oembed(link, deadline)
    handle = re.search(r"/(\w{1,20})$", learned.author_url)  # a name there is what anybody likes to be called
    return replace(
        learned,
        author=f"{learned.author} (@{handle[1]})" if handle else learned.author,
        # The picture below a post is an address at the end of its text.
        text=re.sub(r"\s*pic\.(?:twitter|x)\.com/\w+$", "", learned.text),
    )


def _by_bluesky(link: Link, deadline: float) -> Learned:
    """https://docs.bsky.app/docs/api/app-bsky-feed-get-post-thread"""
    uri = f"at://{link.address.split('/')[4]}/app.bsky.feed.post/{link.key}"
    endpoint = "https://public.api.bsky.app/xrpc/app.bsky.feed.getPostThread?depth=0&parentHeight=0&uri="
    post = _json(link, f"{endpoint}{quote(uri, safe='')}", deadline)["thread"]["post"]
    author = post["author"]
    named = recognise(f"https://bsky.app/profile/{author['did']}/post/{link.key}")
    if any(label.get("val") == "!no-unauthenticated" for label in author.get("labels") or []):
        raise Unreachable("its author shows it to members only")
    return Learned(
        author=f"{author.get('displayName') or ''} (@{author['handle']})".strip(),
        author_url=f"https://bsky.app/profile/{author['did']}",
        text=post["record"]["text"],
        posted_at=_moment(post["record"]["createdAt"]),
        player=named.player if named else "",  # it wants the DID in the place of a name
    )


def _by_mastodon(link: Link, deadline: float) -> Learned:
    """https://docs.joinmastodon.org/methods/statuses/#get"""
    address = f"https://{link.host}/api/v1/statuses/{link.key}"
    status = _json(link, address, deadline, frozenset({link.host}))
    account = status["account"]
    at = account["acct"] if "@" in account["acct"] else f"{account['acct']}@{link.host}"
    if f"@{at}".lower() != link.author.lower():
        raise Unreachable("another author")
    return Learned(
        author=f"{account.get('display_name') or ''} (@{at})".strip(),
        author_url=account["url"],
        text=status.get("spoiler_text") or _plain(status["content"]),  # a warning stands for what it warns of
        posted_at=_moment(status["created_at"]),
    )


def _by_telegram(link: Link, deadline: float) -> Learned:
    # Its player is a page that has it all.
    body = fetch(link.player, hosts=PROVIDERS[link.provider].sources, content_types=HTML, deadline=deadline)
    page = _TelegramPage()
    page.feed(body.decode("utf-8", "replace"))
    if not page.moment:
        raise Unreachable("no such post")
    return Learned(
        author=page.parts["tgme_widget_message_owner_name"].strip() or link.author,
        author_url=link.address.rpartition("/")[0],
        text=page.parts["tgme_widget_message_text"].strip(),
        posted_at=_moment(page.moment),
    )


class _TelegramPage(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts = {"tgme_widget_message_owner_name": "", "tgme_widget_message_text": ""}
        self.moment = ""
        self.reading = ""  # the part that is being read
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "time" and given.get("datetime"):
            self.moment = given["datetime"] or ""
        if self.reading:
            if tag == "br":
                self.parts[self.reading] += "\n"
            elif tag not in ("img", "wbr", "input"):
                self.depth += 1
            return
        names = (given.get("class") or "").split()
        self.reading = next((name for name, text in self.parts.items() if name in names and not text), "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)  # `<br/>` is no element that ends

    def handle_endtag(self, tag: str) -> None:
        if self.reading and self.depth:
            self.depth -= 1
        else:
            self.reading = ""

    def handle_data(self, data: str) -> None:
        if self.reading:
            self.parts[self.reading] += data


_WAYS: dict[str, Callable[[Link, float], Learned]] = {
    "x": _by_x,
    "bluesky": _by_bluesky,
    MASTODON: _by_mastodon,
    "telegram": _by_telegram,
    "instagram": _by_meta,
    "facebook": _by_meta,
}


def _plain(fragment: str) -> str:
    """The words of another site's HTML, with its line breaks."""
    lined = re.sub(r"\s*\n\s*", " ", fragment)
    lined = re.sub(r"<br\s*/?>", "\n", re.sub(r"</p>\s*(?=<p)", "\n\n", lined))
    return unescape(nh3.clean(lined, tags=set(), clean_content_tags=TAGS_WITHOUT_TEXT)).strip()


def _moment(written: str) -> datetime:
    at = datetime.fromisoformat(written)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)


def _safe(link: Link, told: Learned) -> Learned:
    """Clean and short, and no address in it that is not what it should be."""
    is_web = re.fullmatch(r"https://[!#-;=?-~]+", told.author_url) and len(told.author_url) <= MAX_LINE
    return Learned(
        title=_cut(one_line(told.title), MAX_LINE),
        author=_cut(one_line(told.author), MAX_LINE),
        author_url=told.author_url if is_web else "",
        text=_cut(re.sub(r"\n{3,}", "\n\n", clean_text(told.text).strip()), MAX_TEXT),
        posted_at=told.posted_at,
        player=told.player if is_player(link.provider, told.player) else "",
    )


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"
