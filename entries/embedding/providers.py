"""The sites whose posts and videos are embedded, as a table: their addresses in all usual forms, and their players."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from string import ascii_lowercase, ascii_uppercase, digits
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from django.conf import settings

LONGEST = 500  # characters of an address
HOST = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])"
_NUMBER = r"\d{1,20}"
_NAME = r"[^/?#\s%<>\"']+"
_BASE64 = ascii_uppercase + ascii_lowercase + digits + "-_"

type Clock = Callable[[str], datetime | None]


@dataclass(frozen=True)
class Form:
    """One way in which a site writes an address: a pattern of host, path and those query fields that matter."""

    pattern: str
    address: str = ""  # the one that all forms of it are stored and linked under; empty: as it is written
    player: str = ""
    is_short: bool = False  # says nothing but where it leads


@dataclass(frozen=True)
class Provider:
    site: str  # as readers are told
    forms: tuple[Form, ...]
    players: tuple[str, ...]  # what the address of a player begins with, and nothing else is ever framed
    sources: frozenset[str]  # the hosts that are asked
    query: tuple[str, ...] = ()
    oembed: str = ""
    hosts: str = r"(?:(?:www|m|mobile|web)\.)?"
    clock: Clock = field(default=lambda _: None)  # the time that a post's id was made of


@dataclass(frozen=True)
class Link:
    """A post or video of another site, as far as its address tells."""

    provider: str  # in PROVIDERS
    address: str
    key: str = ""
    player: str = ""
    author: str = ""  # where the address proves it
    posted_at: datetime | None = None
    is_short: bool = False

    @property
    def site(self) -> str:
        return PROVIDERS[self.provider].site

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    @property
    def is_sure(self) -> bool:
        """Any site may have addresses like Mastodon's: only its answer tells."""
        return self.provider != MASTODON


MASTODON = "mastodon"


def _since(epoch_ms: int, shift: int) -> Clock:
    def clock(key: str) -> datetime | None:
        return _instant((int(key) >> shift) + epoch_ms) if len(key) > 12 else None

    return clock


def _instagram_clock(key: str) -> datetime | None:
    if not 10 <= len(key) <= 11:  # a longer one is of a private account
        return None
    number = 0
    for letter in key:
        number = number * 64 + _BASE64.index(letter)
    return _instant((number >> 23) + 1_314_220_021_721)


def _tiktok_clock(key: str) -> datetime | None:
    return _instant((int(key) >> 32) * 1000)


def _instant(ms: int) -> datetime | None:
    return datetime.fromtimestamp(ms / 1000, UTC).replace(microsecond=0) if ms < 4_102_444_800_000 else None


_YOUTUBE = "https://www.youtube-nocookie.com/embed/"
_VIMEO = "https://player.vimeo.com/video/"
_X = "https://platform.twitter.com/embed/Tweet.html?"
_BLUESKY = "https://embed.bsky.app/embed/"
_TELEGRAM = "https://t.me/"
_INSTAGRAM = "https://www.instagram.com/p/"
_TIKTOK = "https://www.tiktok.com/embed/v2/"
_FACEBOOK = "https://www.facebook.com/plugins/"
_FACEBOOK_VIDEO = f"{_FACEBOOK}video.php?href={{quoted}}"
_FACEBOOK_POST = f"{_FACEBOOK}post.php?show_text=true&href={{quoted}}"

VIDEOS = (_YOUTUBE, _VIMEO, f"{_FACEBOOK}video.php")  # players as wide as a film; the others are as tall as a post
PROVIDERS = {
    "youtube": Provider(
        "YouTube",
        (
            Form(
                r"(?:(?:music\.)?youtube(?:-nocookie)?\.com/(?:watch\?v=|(?:shorts|live|embed|v)/)|youtu\.be/)"
                r"(?P<id>[\w-]{11})",
                "https://www.youtube.com/watch?v={id}",
                f"{_YOUTUBE}{{id}}",
            ),
        ),
        players=(_YOUTUBE,),
        sources=frozenset({"www.youtube.com"}),
        query=("v",),
        oembed="https://www.youtube.com/oembed?format=json&url=",
    ),
    "vimeo": Provider(
        "Vimeo",
        (
            Form(
                rf"(?:vimeo\.com/(?:channels/{_NAME}/|groups/{_NAME}/videos/|album/\d+/video/|showcase/\d+/video/)?|"
                r"player\.vimeo\.com/video/)(?P<id>\d{4,12})",
                "https://vimeo.com/{id}",
                f"{_VIMEO}{{id}}?dnt=1",
            ),
            Form(  # unlisted: without the second part nobody gets to see it
                r"(?:vimeo\.com/|player\.vimeo\.com/video/)(?P<id>\d{4,12})(?:/|\?h=)(?P<hash>[0-9a-f]{6,20})",
                "https://vimeo.com/{id}/{hash}",
                f"{_VIMEO}{{id}}?dnt=1&h={{hash}}",
            ),
        ),
        players=(_VIMEO,),
        sources=frozenset({"vimeo.com"}),
        query=("h",),
        oembed="https://vimeo.com/api/oembed.json?url=",
    ),
    "x": Provider(
        "X",
        (
            Form(
                rf"(?:x|twitter)\.com/(?:i/(?:web/)?|(?P<user>\w{{1,20}})/)status(?:es)?/(?P<id>{_NUMBER})"
                r"(?:/(?:photo|video)/\d)?",
                "https://x.com/{user}/status/{id}",
                f"{_X}dnt=true&id={{id}}",
            ),
        ),
        players=(_X,),
        sources=frozenset({"publish.twitter.com", "publish.x.com"}),
        oembed="https://publish.twitter.com/oembed?omit_script=1&dnt=1&url=",
        clock=_since(1_288_834_974_657, 22),
    ),
    "bluesky": Provider(
        "Bluesky",
        (
            Form(
                r"bsky\.app/profile/(?P<did>did:(?:plc:[a-z2-7]{24}|web:[a-z0-9.-]+))/post/(?P<id>[a-z2-7]{10,20})",
                "https://bsky.app/profile/{did}/post/{id}",
                f"{_BLUESKY}{{did}}/app.bsky.feed.post/{{id}}",
            ),
            Form(  # its player wants the DID, which only the site tells
                rf"bsky\.app/profile/(?P<user>{HOST})/post/(?P<id>[a-z2-7]{{10,20}})",
                "https://bsky.app/profile/{user}/post/{id}",
            ),
        ),
        players=(_BLUESKY,),
        sources=frozenset({"public.api.bsky.app"}),
    ),
    "telegram": Provider(
        "Telegram",
        (
            Form(
                r"(?:t|telegram)\.me/(?:s/)?(?P<user>[a-zA-Z]\w{3,31})/(?:\d+/)?(?P<id>\d{1,10})",
                "https://t.me/{user}/{id}",
                f"{_TELEGRAM}{{user}}/{{id}}?embed=1",
            ),
        ),
        players=(_TELEGRAM,),
        sources=frozenset({"t.me"}),
        hosts="",
    ),
    "instagram": Provider(
        "Instagram",
        (
            Form(r"instagram\.com/share/(?:(?:p|reel)/)?[\w-]+", is_short=True),
            Form(
                rf"(?:instagram\.com/(?:{_NAME}/)?|instagr\.am/)(?:p|reels?|tv)/(?P<id>[\w-]{{5,50}})",
                "https://www.instagram.com/p/{id}/",
                f"{_INSTAGRAM}{{id}}/embed/captioned/",
            ),
        ),
        players=(_INSTAGRAM,),
        sources=frozenset({"graph.facebook.com", "www.instagram.com", "instagram.com"}),
        oembed="https://graph.facebook.com/v26.0/instagram_oembed?omitscript=true&url=",
        clock=_instagram_clock,
    ),
    "tiktok": Provider(
        "TikTok",
        (
            Form(
                r"tiktok\.com/@(?P<user>[\w.]{1,30})/(?:video|photo)/(?P<id>\d{15,20})",
                "https://www.tiktok.com/@{user}/video/{id}",
                f"{_TIKTOK}{{id}}",
            ),
            Form(r"(?:v[mt]\.tiktok\.com|tiktok\.com/t)/\w+", is_short=True),
        ),
        players=(_TIKTOK,),
        sources=frozenset({"www.tiktok.com", "tiktok.com", "vm.tiktok.com", "vt.tiktok.com"}),
        oembed="https://www.tiktok.com/oembed?url=",
        clock=_tiktok_clock,
    ),
    "facebook": Provider(
        "Facebook",
        (
            Form(
                rf"facebook\.com/(?P<user>[\w.-]+)/videos/(?:{_NAME}/)?(?P<id>{_NUMBER})",
                "https://www.facebook.com/{user}/videos/{id}/",
                _FACEBOOK_VIDEO,
            ),
            Form(rf"facebook\.com/reel/(?P<id>{_NUMBER})", "https://www.facebook.com/reel/{id}/", _FACEBOOK_VIDEO),
            Form(
                rf"facebook\.com/(?:watch(?:/live)?|video\.php)\?v=(?P<id>{_NUMBER})",
                "https://www.facebook.com/watch/?v={id}",
                _FACEBOOK_VIDEO,
            ),
            Form(r"fb\.watch/[\w-]+", is_short=True),
            Form(r"facebook\.com/share/(?:[prv]/)?\w+", is_short=True),
            Form(
                rf"facebook\.com/(?P<user>[\w.-]+)/posts/(?:{_NAME}/)?(?P<id>pfbid\w+|{_NUMBER})",
                "https://www.facebook.com/{user}/posts/{id}",
                _FACEBOOK_POST,
            ),
            Form(
                rf"facebook\.com/groups/(?P<user>[\w.-]+)/(?:posts|permalink)/(?P<id>{_NUMBER})",
                "https://www.facebook.com/groups/{user}/posts/{id}/",
                _FACEBOOK_POST,
            ),
            Form(
                rf"facebook\.com/(?:permalink|story)\.php\?story_fbid=(?P<id>pfbid\w+|{_NUMBER})&id=(?P<page>{_NUMBER})",
                "https://www.facebook.com/permalink.php?story_fbid={id}&id={page}",
                _FACEBOOK_POST,
            ),
            Form(
                rf"facebook\.com/photo(?:\.php)?\?fbid=(?P<id>{_NUMBER})",
                "https://www.facebook.com/photo.php?fbid={id}",
                _FACEBOOK_POST,
            ),
        ),
        players=(_FACEBOOK,),
        sources=frozenset({"graph.facebook.com", "www.facebook.com", "facebook.com", "m.facebook.com", "fb.watch"}),
        query=("v", "story_fbid", "fbid", "id"),
        oembed="https://graph.facebook.com/v26.0/oembed_post?omitscript=true&url=",
    ),
    MASTODON: Provider(  # the last: every host may be one
        "Mastodon",
        (
            Form(
                rf"(?P<host>{HOST})/(?:(?:web|deck)/)?(?:@(?P<user>[\w.-]{{1,64}}(?:@{HOST})?)/|"
                rf"users/(?P<name>[\w.-]{{1,64}})/statuses/)(?P<id>\d{{4,20}})",
                "https://{host}/@{user}{name}/{id}",
                "https://{host}/@{user}{name}/{id}/embed",
            ),
        ),
        players=(),
        sources=frozenset(),
        hosts="",
    ),
}
_FORMS = [
    (name, form, re.compile(provider.hosts + form.pattern, re.ASCII))
    for name, provider in PROVIDERS.items()
    for form in provider.forms
]


def recognise(address: str) -> Link | None:
    """What stands at that address, if it is of a site in the table."""
    for name, form, pattern in _FORMS:
        if (target := _target(address, PROVIDERS[name].query)) is None:
            return None
        if match := pattern.fullmatch(target):
            return _link(name, form, {key: value or "" for key, value in match.groupdict().items()}, target)
    return None


def is_player(provider: str, address: str) -> bool:
    """Whether it may be framed: of the provider's own host and path, whatever anybody has told us."""
    is_one_line = re.fullmatch(r"[!#-;=?-~]+", address) is not None  # ASCII without space, quote, < and >
    return is_one_line and len(address) <= LONGEST and address.startswith(_players(provider))


def _players(provider: str) -> tuple[str, ...]:
    if provider == MASTODON:
        return tuple(f"https://{host}/@" for host in settings.MASTODON_HOSTS)
    return PROVIDERS[provider].players


def _target(address: str, query: tuple[str, ...]) -> str | None:
    """`host/path?query` with the fields of `query` only, in their order."""
    if len(address) > LONGEST or re.search(r"[\s\\]|[^!-~]", address):
        return None
    try:
        parts = urlsplit(address)
        fields = parse_qs(parts.query, max_num_fields=30)
    except ValueError:
        return None
    if parts.scheme not in ("https", "http"):
        return None
    kept = urlencode([(name, fields[name][0]) for name in query if name in fields])
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}{kept and '?' + kept}"


def _link(name: str, form: Form, found: dict[str, str], target: str) -> Link:
    provider, key = PROVIDERS[name], found.get("id", "")
    if name == "x":
        found["user"] = found["user"] or "i"
    address = form.address.format(**found) or f"https://{target}"
    player = form.player.format(**found, quoted=quote(address, safe=""))
    return Link(
        provider=name,
        address=address,
        key=key,
        player=player if is_player(name, player) else "",
        author=_author(name, found),
        posted_at=provider.clock(key) if key else None,
        is_short=form.is_short,
    )


def _author(name: str, found: dict[str, str]) -> str:
    """Where it cannot be made up: X and TikTok show a post under whatever name its address has."""
    user = found.get("user") or found.get("name")
    if not user or name not in ("bluesky", "telegram", MASTODON):
        return ""
    return f"@{user}" if name != MASTODON or "@" in user else f"@{user}@{found['host']}"
