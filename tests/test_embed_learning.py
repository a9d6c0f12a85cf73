"""What other sites tell, over a real connection to a server that stands in for them."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from entries import outside
from entries.embedding import Learned, look_up, recognise
from entries.embedding.fetching import HTML, JSON, LIMIT, fetch
from entries.outside import Unreachable, public_addresses
from tests.othersites import Answer, OtherSites, other_sites

pytestmark = pytest.mark.once
DID = "did:plc:z72i7hdynmk6r22z27h6tvur"
TOOT = "https://toot.example.org/@ann/112233445566778899"
STATUS = "toot.example.org/api/v1/statuses/112233445566778899"


@pytest.fixture
def sites(monkeypatch: pytest.MonkeyPatch) -> Iterator[OtherSites]:
    with other_sites(monkeypatch) as sites:
        yield sites


def told(**facts: Any) -> Answer:
    return Answer(json.dumps(facts).encode())


def learned(address: str, seconds: float = 5) -> Learned | None:
    link = recognise(address)
    assert link
    return look_up([link], seconds=seconds).get(link)


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[arg-type, misc]


def status(**facts: Any) -> Answer:
    account = {"acct": "ann", "display_name": "Ann", "url": "https://toot.example.org/@ann"}
    return told(**{"content": "<p>Hi</p>", "created_at": "2024-12-03T17:16:00.000Z", "account": account} | facts)


def bluesky(labels: list[Any] | None = None, did: str = DID) -> Answer:
    author = {"did": did, "handle": "ann.example.org", "displayName": "Ann", "labels": labels or []}
    record = {"text": "The lock\nholds.", "createdAt": "2024-12-03T17:16:00.123Z"}
    return told(thread={"post": {"author": author, "record": record}})


X_HTML = (
    '<blockquote class="twitter-tweet" data-dnt="true"><p lang="en" dir="ltr">The &lt;lock&gt; holds.<br>All is well '
    '<a href="https://t.co/a">pic.twitter.com/abc</a></p>&mdash; Ann (@ann) '
    '<a href="https://twitter.com/ann/status/1">December 3, 2024</a></blockquote>\n\n'
)
TELEGRAM_HTML = (
    b'<html><div class="tgme_widget_message_author"><a class="tgme_widget_message_owner_name" href="https://t.me/durov">'
    b'<span dir="auto">Du Rove&#39;s Channel</span></a></div><div class="tgme_widget_message_text js-message_text" '
    b'dir="auto">One <b>two</b><br/>three <i class="emoji"><b>!</b></i><div>four</div></div> not this '
    b'<time datetime="2024-12-03T17:16:00+00:00" class="datetime">17:16</time></html>'
)
INSTAGRAM_HTML = (
    '<blockquote class="instagram-media"><div style="x"><a href="https://www.instagram.com/p/fA9uwTtkSN/">View this '
    'post on Instagram</a><p style="y"><a href="https://www.instagram.com/p/fA9uwTtkSN/">A post shared by Ann B '
    "(@ann.b)</a></p></div></blockquote>"
)
FACEBOOK_HTML = (
    '<div class="fb-post"><blockquote cite="x" class="fb-xfbml-parse-ignore"><p>The lock holds.</p>Posted by '
    '<a href="https://www.facebook.com/ann/">Ann B</a> on&nbsp;<a href="y">Tuesday, December 3, 2024</a></blockquote>'
)
TIKTOK = "https://www.tiktok.com/@scout2015/video/6718335390845095173"
PLAYER = "https://www.tiktok.com/embed/v2/6718335390845095173"
ANSWERS: list[tuple[str, str, Answer, Learned]] = [
    (
        "https://youtu.be/dQw4w9WgXcQ",
        "www.youtube.com/oembed?format=json&url=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3DdQw4w9WgXcQ",
        told(title="The lock", author_name="Ann", author_url="https://www.youtube.com/@ann", html="<iframe></iframe>"),
        Learned(title="The lock", author="Ann", author_url="https://www.youtube.com/@ann"),
    ),
    (
        "https://vimeo.com/76979871",
        "vimeo.com/api/oembed.json",
        told(
            title="The lock", author_name="Ann", author_url="https://vimeo.com/ann", upload_date="2024-12-03 17:16:00"
        ),
        Learned(title="The lock", author="Ann", author_url="https://vimeo.com/ann", posted_at=at(2024, 12, 3, 17, 16)),
    ),
    (
        "https://x.com/ann/status/1",
        "publish.twitter.com/oembed",
        told(html=X_HTML, author_name="Ann", author_url="https://twitter.com/ann"),
        Learned(author="Ann (@ann)", author_url="https://twitter.com/ann", text="The <lock> holds.\nAll is well"),
    ),
    (
        "https://bsky.app/profile/ann.example.org/post/3l6oveex3ii2l",
        "public.api.bsky.app/xrpc/app.bsky.feed.getPostThread?depth=0&parentHeight=0&uri=at%3A%2F%2Fann.example.org",
        bluesky(),
        Learned(
            author="Ann (@ann.example.org)",
            author_url=f"https://bsky.app/profile/{DID}",
            text="The lock\nholds.",
            posted_at=at(2024, 12, 3, 17, 16),
            player=f"https://embed.bsky.app/embed/{DID}/app.bsky.feed.post/3l6oveex3ii2l",
        ),
    ),
    (
        TOOT,
        STATUS,
        status(content='<p>One<br />two &amp; <span class="h">three</span></p><p>Four</p><script>x</script>'),
        Learned(
            author="Ann (@ann@toot.example.org)",
            author_url="https://toot.example.org/@ann",
            text="One\ntwo & three\n\nFour",
            posted_at=at(2024, 12, 3, 17, 16),
        ),
    ),
    (
        TOOT,
        STATUS,
        status(spoiler_text="Blood"),
        Learned(
            author="Ann (@ann@toot.example.org)",
            author_url="https://toot.example.org/@ann",
            text="Blood",
            posted_at=at(2024, 12, 3, 17, 16),
        ),
    ),
    (
        "https://t.me/durov/68",
        "t.me/durov/68?embed=1",
        Answer(TELEGRAM_HTML, "text/html; charset=utf-8"),
        Learned(
            author="Du Rove's Channel",
            author_url="https://t.me/durov",
            text="One two\nthree !four",
            posted_at=at(2024, 12, 3, 17, 16),
        ),
    ),
    (TIKTOK, "www.tiktok.com/oembed", told(title="A dog", author_name="Scout"), Learned(title="A dog", author="Scout")),
    (
        "https://www.instagram.com/p/fA9uwTtkSN/",
        "graph.facebook.com/v26.0/instagram_oembed",
        told(html=INSTAGRAM_HTML),
        Learned(author="Ann B (@ann.b)"),
    ),
    (
        "https://www.facebook.com/ann/posts/1234567",
        "graph.facebook.com/v26.0/oembed_post",
        told(html=FACEBOOK_HTML),
        Learned(author="Ann B", text="The lock holds."),
    ),
]


@pytest.mark.parametrize(("address", "asked", "answer", "wanted"), ANSWERS)
def test_what_each_site_tells(sites: OtherSites, address: str, asked: str, answer: Answer, wanted: Learned) -> None:
    sites.answers = {asked: answer}
    assert learned(address) == wanted


def test_a_short_link_is_learned_from_where_it_leads(sites: OtherSites) -> None:
    sites.answers = {
        "vm.tiktok.com/": Answer(status=301, headers={"Location": f"{TIKTOK}?_r=1"}),
        "www.tiktok.com/oembed": told(title="A dog", author_name="Scout"),
    }
    wanted = Learned(title="A dog", author="Scout", posted_at=at(2019, 7, 27, 13, 32, 33), player=PLAYER)
    assert learned("https://vm.tiktok.com/ZMabc123/") == wanted
    assert [target.partition("?")[0] for target in sites.asked] == ["vm.tiktok.com/ZMabc123", "www.tiktok.com/oembed"]


def test_a_short_link_whose_target_tells_nothing_still_has_its_player(sites: OtherSites) -> None:
    sites.answers = {"vm.tiktok.com/": Answer(status=302, headers={"Location": TIKTOK})}
    wanted = Learned(posted_at=at(2019, 7, 27, 13, 32, 33), player=PLAYER)
    assert learned("https://vm.tiktok.com/ZMabc123/") == wanted


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "https://youtu.be/dQw4w9WgXcQ", "http://[", "", "file:///"]
)
def test_a_short_link_to_elsewhere_tells_nothing(sites: OtherSites, target: str) -> None:
    sites.answers = {"vm.tiktok.com/": Answer(status=302, headers={"Location": target})}
    assert learned("https://vm.tiktok.com/ZMabc123/") is None
    assert len(sites.asked) == 1


def test_a_token_is_sent_where_there_is_one_and_never_logged(
    sites: OtherSites, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.META_OEMBED_TOKEN = "a|secret"
    with caplog.at_level("INFO"):
        assert learned("https://www.instagram.com/p/fA9uwTtkSN/") is None
    assert sites.asked[0].endswith("&access_token=a%7Csecret")
    assert caplog.messages == ["Instagram told nothing of https://www.instagram.com/p/fA9uwTtkSN/: status 404."]


def test_who_shows_their_posts_to_members_only_is_left_alone(sites: OtherSites) -> None:
    sites.answers = {"public.api.bsky.app/": bluesky([{"val": "!no-unauthenticated"}])}
    assert learned("https://bsky.app/profile/ann.example.org/post/3l6oveex3ii2l") is None


@pytest.mark.parametrize(
    "did", ["x/../../evil", 'did:plc:"><script>', "did:plc:a b", "did:plc:é", "did:plc:" + "a" * 600]
)
def test_a_player_made_of_what_was_told_is_checked(sites: OtherSites, did: str) -> None:
    sites.answers = {"public.api.bsky.app/": bluesky(did=did)}
    found = learned("https://bsky.app/profile/ann.example.org/post/3l6oveex3ii2l")
    assert found
    assert found.player == ""


def test_what_is_told_is_cleaned_and_cut(sites: OtherSites) -> None:
    account = {"acct": "ann", "display_name": "A\u0000n\nn" * 200, "url": "javascript:alert(1)"}
    sites.answers = {STATUS: status(content="<p>a\x08b</p>" + "<p>word</p>" * 5000, account=account)}
    found = learned(TOOT)
    assert found
    assert (len(found.author), len(found.text), found.author_url) == (299, 3000, "")  # cut before a space
    assert found.text.startswith("ab\n\nword")
    assert found.author.startswith("An nAn n")


BAD = [
    Answer(b"no json"),
    Answer(b""),
    Answer(b"[" * 200_000),
    Answer(b"1" * 6000),
    Answer(b"[]"),
    Answer(b"null"),
    Answer(b'"text"'),
    Answer(b"\xff\xfe"),
    told(account=None),
    status(account={"acct": "president@elsewhere.example", "url": "https://elsewhere.example/@president"}),
    status(account={"acct": "ben", "url": "https://toot.example.org/@ben"}),
    status(created_at=12),
    status(created_at="yesterday"),
    status(created_at="0001-01-01T00:00:00+23:00"),
    status(content={"a": 1}),
    status(spoiler_text=["x"]),
    Answer(b'{"a": "' + b"x" * LIMIT + b'"}'),
    Answer(content_type="text/html"),
    Answer(status=500),
    Answer(headers={"Content-Encoding": "gzip"}),
    Answer(status=302, headers={"Location": "https://evil.example/"}),
    Answer(status=302, headers={"Location": "http://toot.example.org/"}),
    Answer(status=302, headers={"Location": "https://toot.example.org:22/"}),
    Answer(status=302, headers={"Location": "https://["}),
    Answer(status=302, headers={"Location": "/api/v1/statuses/112233445566778899"}),
    Answer(status=302),
]


@pytest.mark.parametrize("number", range(len(BAD)))
def test_an_answer_that_is_none_tells_nothing(sites: OtherSites, number: int) -> None:
    sites.answers = {STATUS: BAD[number]}
    assert learned(TOOT) is None
    assert {target.partition("/")[0] for target in sites.asked} == {"toot.example.org"}


def test_a_site_that_moved_within_its_own_hosts_is_followed(sites: OtherSites) -> None:
    moved = Answer(status=302, headers={"Location": "https://publish.x.com/oembed?url=x"})
    sites.answers = {"publish.twitter.com/": moved, "publish.x.com/": told(author_name="Ann")}
    assert learned("https://x.com/ann/status/1") == Learned(author="Ann")


@pytest.mark.parametrize("answer", [Answer(seconds=3), Answer(is_slow=True)])
def test_a_slow_site_is_left_when_time_is_up(sites: OtherSites, answer: Answer) -> None:
    sites.answers = {STATUS: answer}
    started = time.monotonic()
    assert learned(TOOT, seconds=0.4) is None
    assert time.monotonic() - started < 1
    _wait_until_nobody_asks()
    assert time.monotonic() - started < 2


def test_a_name_server_that_hangs_holds_nobody_up(sites: OtherSites, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(host: str) -> list[str]:
        time.sleep(1.5)
        return ["127.0.0.1"]

    monkeypatch.setattr(outside, "public_addresses", hang)
    started = time.monotonic()
    assert learned(TOOT, seconds=0.3) is None
    assert time.monotonic() - started < 1
    _wait_until_nobody_asks()


def test_one_dead_site_does_not_cost_the_others(sites: OtherSites) -> None:
    sites.answers = {STATUS: Answer(seconds=3), "www.youtube.com/": told(title="The lock")}
    links = [link for link in map(recognise, [TOOT, "https://youtu.be/dQw4w9WgXcQ"]) if link]
    assert look_up(links, seconds=0.6) == {links[1]: Learned(title="The lock")}
    _wait_until_nobody_asks()


def test_a_certificate_of_another_name_is_refused(sites: OtherSites) -> None:
    link = recognise("https://unknown.example.net/@ann/123456")
    assert link
    assert (look_up([link], seconds=5), sites.asked) == ({}, [])


@pytest.mark.parametrize(
    "address",
    ["http://t.me/a", "https://evil.example/", "https://t.me:444/", "https://t.me@evil.example/", "file:///etc/passwd"],
)
def test_only_listed_hosts_are_asked_over_https(sites: OtherSites, address: str) -> None:
    with pytest.raises(Unreachable):
        fetch(address, hosts=frozenset({"t.me"}), content_types=JSON + HTML, deadline=time.monotonic() + 5)
    assert sites.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "198.18.0.1", "192.0.2.1", "240.0.0.1", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:1::", "2001:db8::1",
    ],
)  # fmt: skip
def test_a_name_that_leads_into_a_network_of_ones_own_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _resolve_to(monkeypatch, "93.184.216.34", address)
    with pytest.raises(Unreachable):
        public_addresses("toot.example.org")


def test_a_public_name_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolve_to(monkeypatch, "2606:2800:220:1:248:1893:25c8:1946", "93.184.216.34")
    assert public_addresses("toot.example.org") == ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"]


def test_the_address_that_was_checked_is_the_one_that_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere the second time it is looked up (DNS rebinding)."""
    looked_up, connected = [], []

    def resolve(host: str, *_: Any, **__: Any) -> list[Any]:
        looked_up.append(host)
        return _info("93.184.216.34" if len(looked_up) == 1 else "127.0.0.1")

    def connect(address: Any, **_: Any) -> socket.socket:
        connected.append(address)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert learned(TOOT) is None
    assert (looked_up, connected) == (["toot.example.org"], [("93.184.216.34", 443)])


def _resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    found = [info for address in addresses for info in _info(address)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


def _info(address: str) -> list[Any]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))]


def _wait_until_nobody_asks() -> None:
    for thread in threading.enumerate():
        if thread.name == "embed":
            thread.join(5)
