"""Which addresses are posts and videos of other sites, and what is made of each."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from entries.embedding import is_player, recognise
from entries.embedding.providers import PROVIDERS

pytestmark = pytest.mark.once
VIDEO = ("youtube", "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ")
VIMEO = ("vimeo", "https://vimeo.com/76979871", "https://player.vimeo.com/video/76979871?dnt=1")
UNLISTED = (
    "vimeo",
    "https://vimeo.com/76979871/0a1b2c3d4e",
    "https://player.vimeo.com/video/76979871?dnt=1&h=0a1b2c3d4e",
)
TWEET = ("x", "https://x.com/jack/status/20", "https://platform.twitter.com/embed/Tweet.html?dnt=true&id=20")
NAMELESS = ("x", "https://x.com/i/status/20", "https://platform.twitter.com/embed/Tweet.html?dnt=true&id=20")
SKEET = ("bluesky", "https://bsky.app/profile/ann.example.org/post/3l6oveex3ii2l", "")
DID = "did:plc:z72i7hdynmk6r22z27h6tvur"
SKEET_BY_DID = (
    "bluesky",
    f"https://bsky.app/profile/{DID}/post/3l6oveex3ii2l",
    f"https://embed.bsky.app/embed/{DID}/app.bsky.feed.post/3l6oveex3ii2l",
)
TOOT = (
    "mastodon",
    "https://mastodon.social/@Gargron/1234567890",
    "https://mastodon.social/@Gargron/1234567890/embed",
)
TOOT_ELSEWHERE = ("mastodon", "https://toot.example.org/@ann/112233445566778899", "")
TELEGRAM = ("telegram", "https://t.me/durov/68", "https://t.me/durov/68?embed=1")
INSTAGRAM = (
    "instagram",
    "https://www.instagram.com/p/CuZsgfWLyiI/",
    "https://www.instagram.com/p/CuZsgfWLyiI/embed/captioned/",
)
TIKTOK = (
    "tiktok",
    "https://www.tiktok.com/@scout2015/video/6718335390845095173",
    "https://www.tiktok.com/embed/v2/6718335390845095173",
)
POST_PLAYER = "https://www.facebook.com/plugins/post.php?show_text=true&href="
FACEBOOK = (
    "facebook",
    "https://www.facebook.com/zuck/posts/10102577175875681",
    f"{POST_PLAYER}https%3A%2F%2Fwww.facebook.com%2Fzuck%2Fposts%2F10102577175875681",
)
VIDEO_PLAYER = "https://www.facebook.com/plugins/video.php?href="
WATCH = (
    "facebook",
    "https://www.facebook.com/watch/?v=10153231379946729",
    f"{VIDEO_PLAYER}https%3A%2F%2Fwww.facebook.com%2Fwatch%2F%3Fv%3D10153231379946729",
)
FACEBOOK_VIDEO = (
    "facebook",
    "https://www.facebook.com/facebook/videos/10153231379946729/",
    f"{VIDEO_PLAYER}https%3A%2F%2Fwww.facebook.com%2Ffacebook%2Fvideos%2F10153231379946729%2F",
)
REEL = (
    "facebook",
    "https://www.facebook.com/reel/1234567890/",
    f"{VIDEO_PLAYER}https%3A%2F%2Fwww.facebook.com%2Freel%2F1234567890%2F",
)

FORMS: list[tuple[str, tuple[str, str, str]]] = [
    ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", VIDEO),
    ("http://youtube.com/watch?v=dQw4w9WgXcQ", VIDEO),
    ("https://m.youtube.com/watch?list=PL1&v=dQw4w9WgXcQ&t=42s#x", VIDEO),
    ("https://music.youtube.com/watch?v=dQw4w9WgXcQ&feature=share", VIDEO),
    ("https://youtu.be/dQw4w9WgXcQ?si=abc", VIDEO),
    ("https://www.youtube.com/shorts/dQw4w9WgXcQ", VIDEO),
    ("https://www.youtube.com/live/dQw4w9WgXcQ?feature=share", VIDEO),
    ("https://www.youtube.com/embed/dQw4w9WgXcQ", VIDEO),
    ("https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?rel=0", VIDEO),
    ("https://vimeo.com/76979871", VIMEO),
    ("https://vimeo.com/channels/staffpicks/76979871", VIMEO),
    ("https://vimeo.com/groups/shortfilms/videos/76979871", VIMEO),
    ("https://player.vimeo.com/video/76979871?autoplay=1", VIMEO),
    ("https://vimeo.com/76979871/0a1b2c3d4e", UNLISTED),
    ("https://player.vimeo.com/video/76979871?h=0a1b2c3d4e", UNLISTED),
    ("https://x.com/jack/status/20", TWEET),
    ("https://twitter.com/jack/status/20?s=20&t=abc", TWEET),
    ("https://mobile.twitter.com/jack/statuses/20", TWEET),
    ("https://x.com/jack/status/20/photo/1", TWEET),
    ("https://x.com/i/web/status/20", NAMELESS),
    ("https://x.com/i/status/20", NAMELESS),
    ("https://bsky.app/profile/ann.example.org/post/3l6oveex3ii2l", SKEET),
    (f"https://bsky.app/profile/{DID}/post/3l6oveex3ii2l", SKEET_BY_DID),
    ("https://mastodon.social/@Gargron/1234567890", TOOT),
    ("https://mastodon.social/users/Gargron/statuses/1234567890", TOOT),
    ("https://mastodon.social/deck/@Gargron/1234567890", TOOT),
    ("https://toot.example.org/@ann/112233445566778899", TOOT_ELSEWHERE),
    ("https://t.me/durov/68", TELEGRAM),
    ("https://t.me/s/durov/68", TELEGRAM),
    ("https://telegram.me/durov/68?single", TELEGRAM),
    ("https://www.instagram.com/p/CuZsgfWLyiI/?igsh=abc", INSTAGRAM),
    ("https://www.instagram.com/reel/CuZsgfWLyiI/", INSTAGRAM),
    ("https://instagram.com/reels/CuZsgfWLyiI", INSTAGRAM),
    ("https://www.instagram.com/tv/CuZsgfWLyiI/", INSTAGRAM),
    ("https://www.instagram.com/zuck/p/CuZsgfWLyiI/", INSTAGRAM),
    ("https://www.tiktok.com/@scout2015/video/6718335390845095173?is_from_webapp=1", TIKTOK),
    ("https://m.tiktok.com/@scout2015/video/6718335390845095173", TIKTOK),
    ("https://www.facebook.com/zuck/posts/10102577175875681", FACEBOOK),
    ("https://m.facebook.com/zuck/posts/a-few-words/10102577175875681/?locale=x", FACEBOOK),
    ("https://www.facebook.com/facebook/videos/10153231379946729/", FACEBOOK_VIDEO),
    ("https://www.facebook.com/facebook/videos/how-to-share/10153231379946729/", FACEBOOK_VIDEO),
    ("https://www.facebook.com/watch/?v=10153231379946729", WATCH),
    ("https://www.facebook.com/watch/live/?ref=x&v=10153231379946729", WATCH),
    ("https://www.facebook.com/reel/1234567890", REEL),
]
SHORT = [
    ("https://vm.tiktok.com/ZMabc123/", "tiktok"),
    ("https://vt.tiktok.com/ZSabc123/", "tiktok"),
    ("https://www.tiktok.com/t/ZTabc123/", "tiktok"),
    ("https://fb.watch/abc_12-3/", "facebook"),
    ("https://www.facebook.com/share/v/1AbCdEf/", "facebook"),
    ("https://www.facebook.com/share/1AbCdEf/", "facebook"),
    ("https://www.instagram.com/share/reel/BAAbc12/", "instagram"),
]
NONE = [
    "",
    "youtu.be/dQw4w9WgXcQ",
    "https://www.youtube.com/",
    "https://www.youtube.com/@somebody",
    "https://www.youtube.com/watch?v=short",
    'https://www.youtube.com/watch?v=dQw4w9WgXcQ"onload=x',
    "https://evil.example/www.youtube.com/watch?v=dQw4w9WgXcQ",
    "https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ",
    "https://evilyoutube.com/watch?v=dQw4w9WgXcQ",
    "https://youtube.com@evil.example/watch?v=dQw4w9WgXcQ",
    "https://user:pass@youtu.be/dQw4w9WgXcQ",
    "https://youtu.be:8443/dQw4w9WgXcQ",
    "https://youtu.be\\@evil.example/dQw4w9WgXcQ",
    "ftp://youtu.be/dQw4w9WgXcQ",
    "javascript://youtu.be/dQw4w9WgXcQ",
    "//youtu.be/dQw4w9WgXcQ",
    "https://youtu.be/dQw4w9WgXcQ https://youtu.be/dQw4w9WgXcQ",
    "https://youtu.be/dQw4w9WgXcQ\n",
    "https://[::1/@ann/123456",
    "https://127.0.0.1/@ann/123456",
    "https://[::1]/@ann/123456",
    "https://2130706433/@ann/123456",
    "https://0x7f.0.0.1/@ann/123456",
    "https://localhost/@ann/123456",
    "https://localhost:8000/@ann/123456",
    "https://toot.example.org:22/@ann/123456",
    "https://toot.example.org/@ann/123456/../../admin",
    "https://toot.example.org/@ann",
    "https://t.me/c/123456/68",
    "https://t.me/durov",
    "https://x.com/jack",
    "https://x.com/jack/status/twenty",
    "https://bsky.app/profile/ann.example.org",
    'https://bsky.app/profile/did:plc:"><script>/post/3l6oveex3ii2l',
    "https://vimeo.com/about",
    "https://www.facebook.com/zuck",
    "https://youtu.be/" + "x" * 600,
    "https://www.youtube.com/watch?" + "&".join("a=1" for _ in range(60)),
]


@pytest.mark.parametrize(("written", "wanted"), FORMS)
def test_every_form_of_an_address_is_one_link(written: str, wanted: tuple[str, str, str]) -> None:
    link = recognise(written)
    assert link
    assert (link.provider, link.address, link.player) == wanted


@pytest.mark.parametrize("address", [wanted[1] for _, wanted in FORMS] + [address for address, _ in SHORT])
def test_the_stored_address_is_recognised_as_itself(address: str) -> None:
    link = recognise(address)
    assert link
    assert recognise(link.address) == link


@pytest.mark.parametrize(("written", "provider"), SHORT)
def test_a_short_link_says_nothing_but_whose_it_is(written: str, provider: str) -> None:
    link = recognise(written)
    assert link
    assert (link.provider, link.is_short, link.player, link.author) == (provider, True, "", "")


@pytest.mark.parametrize("address", NONE)
def test_other_addresses_are_no_embeds(address: str) -> None:
    assert recognise(address) is None


def test_a_host_that_is_like_mastodon_is_not_sure_until_it_answers() -> None:
    link = recognise("https://www.youtube.com/@somebody/123456")
    assert link
    assert (link.provider, link.is_sure, link.player) == ("mastodon", False, "")


@pytest.mark.parametrize(
    ("address", "author", "posted_at"),
    [
        ("https://x.com/a/status/1050118621198921728", "", datetime(2018, 10, 10, 20, 19, 24, tzinfo=UTC)),
        ("https://x.com/jack/status/20", "", None),
        ("https://www.tiktok.com/@s/video/6718335390845095173", "", datetime(2019, 7, 27, 13, 32, 33, tzinfo=UTC)),
        ("https://www.instagram.com/p/fA9uwTtkSN/", "", datetime(2013, 10, 3, 18, 19, 39, tzinfo=UTC)),
        ("https://www.instagram.com/p/CuZsgfWLyiI-of-a-private-account/", "", None),
        ("https://toot.example.org/@ann/1234567", "@ann@toot.example.org", None),
        ("https://t.me/durov/68", "@durov", None),
    ],
)
def test_some_addresses_prove_author_or_time(address: str, author: str, posted_at: Any) -> None:
    link = recognise(address)
    assert link
    assert (link.author, link.posted_at) == (author, posted_at)


@pytest.mark.parametrize(
    ("provider", "address"),
    [
        ("youtube", "https://www.youtube.com/embed/dQw4w9WgXcQ"),
        ("youtube", "http://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
        ("youtube", "https://www.youtube-nocookie.com.evil.example/embed/x"),
        ("youtube", 'https://www.youtube-nocookie.com/embed/x"onload="x'),
        ("youtube", "https://www.youtube-nocookie.com/embed/x\n"),
        ("bluesky", "javascript:alert(1)//https://embed.bsky.app/embed/"),
        ("bluesky", "https://embed.bsky.app.evil.example/embed/x"),
        ("mastodon", "https://toot.example.org/@ann/123456/embed"),
        ("mastodon", "https://mastodon.social.evil.example/@ann/123456/embed"),
        ("x", ""),
    ],
)
def test_nothing_else_is_a_player(provider: str, address: str) -> None:
    assert not is_player(provider, address)


def test_the_policy_allows_exactly_the_players() -> None:
    begins = [begin for provider in PROVIDERS.values() for begin in provider.players]
    hosts = {f"https://{urlsplit(begin).netloc}" for begin in begins} | {"https://mastodon.social"}
    assert (set(settings.SECURE_CSP["frame-src"]), len(settings.SECURE_CSP["frame-src"])) == (hosts, len(hosts))
