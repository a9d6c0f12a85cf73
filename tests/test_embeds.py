"""Posts and videos of other sites in an entry: on the page, in the feed and on the wire, whatever those sites do."""

import io
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import feedparser
import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from entries.domain import learning, posting
from entries.domain.embeds import with_embeds
from entries.domain.learning import AGAIN, learn_due, learn_embeds
from entries.enums import Action
from entries.excerpts import excerpt
from entries.importers.day_markup import Markup
from entries.importers.day_paste import paste_day
from entries.models import Embed, Entry, Post
from entries.sanitising import clean_html
from entries.wording import word_diff
from tests.factories import at, make_post, make_update, make_user
from tests.othersites import Answer, OtherSites, other_sites

pytestmark = [pytest.mark.django_db, pytest.mark.once]
VIDEO = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
TOOT = "https://toot.example.org/@ann/112233445566778899"
STATUS = "toot.example.org/api/v1/statuses/112233445566778899"
PLAYER = (
    '<embed-player class="video" data-src="https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ" data-site="YouTube">'
    "</embed-player>"
)
BARE = (
    f'<figure class="embed">{PLAYER}<figcaption>— <a href="{VIDEO}"><bdi>YouTube</bdi>, '
    "<bdi>youtube.com/watch?v=dQw4w9WgXcQ</bdi></a></figcaption></figure>"
)
KNOWN = (
    f'<figure class="embed"><blockquote><p dir="auto">The lock &lt;holds&gt;</p></blockquote>{PLAYER}<figcaption>— '
    f'<a href="{VIDEO}"><bdi>Ann</bdi>, <bdi>YouTube</bdi></a></figcaption></figure>'
)


@pytest.fixture
def sites(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[OtherSites]:
    settings.EMBED_LOOKUPS = True
    with other_sites(monkeypatch) as sites:
        yield sites


def video() -> Answer:
    return Answer(json.dumps({"title": "The lock <holds>", "author_name": "Ann"}).encode())


def status(content: str = "<p>The lock<br>holds.</p><p>Still.</p>", name: str = "Ann") -> Answer:
    account = {"acct": "ann", "display_name": name, "url": "https://toot.example.org/@ann"}
    return Answer(json.dumps({"content": content, "created_at": "2024-12-03T17:16:00Z", "account": account}).encode())


def publish(post: Post, source: str) -> Entry:
    """As a view does: asked first, saved then."""
    learn_embeds(source)
    return make_update(post, source)


@pytest.mark.parametrize(
    "source",
    [
        VIDEO,
        f"<p>{VIDEO}</p>",
        f"<p> {VIDEO}&nbsp;<br></p>",
        f'<p><a href="{VIDEO}">{VIDEO}</a></p>',
        f'<p><a href="{VIDEO}&amp;t=42s" title="x">youtube.com/watch?v=dQw4w9WgXcQ</a></p>',
        "<div>https://youtu.be/dQw4w9WgXcQ?si=a&amp;b=c</div>",
        "<p>https://www.youtube.com/shorts/dQw4w9WgXcQ</p>",
    ],
)
def test_an_address_alone_in_its_paragraph_is_an_embed(source: str) -> None:
    assert make_update(make_post(), source).html == BARE


@pytest.mark.parametrize(
    "source",
    [
        f"<p>See {VIDEO}</p>",
        f"<p>{VIDEO} and more</p>",
        f'<p><a href="{VIDEO}">How it began</a></p>',
        f'<p><a href="{VIDEO}">https://example.org/</a></p>',
        '<p><a href="https://example.org/">https://youtu.be/dQw4w9WgXcQ</a></p>',
        f"<p>{VIDEO}<br>{VIDEO}</p>",
        f"<p><code>{VIDEO}</code></p>",
        f"<h3>{VIDEO}</h3>",
        f"<ul><li>{VIDEO}</li></ul>",
        "<p>https://example.org/</p>",
        f"<p>{TOOT}</p>",  # any site may have such addresses: not before it has answered
    ],
)
def test_all_else_stays_as_the_editor_wrote_it(source: str) -> None:
    assert make_update(make_post(), source).html == clean_html(source)


def test_what_the_site_told_is_the_fallback(sites: OtherSites) -> None:
    sites.answers = {"www.youtube.com/": video()}
    entry = publish(make_post(), f"<p>Look:</p><p>{VIDEO}</p><p>Well.</p>")
    assert entry.html == f"<p>Look:</p>{KNOWN}<p>Well.</p>"
    assert entry.source == f"<p>Look:</p><p>{VIDEO}</p><p>Well.</p>"
    embed = Embed.objects.get()
    assert (embed.address, embed.provider, embed.title, embed.author, embed.tries, embed.try_at) == (
        VIDEO, "youtube", "The lock <holds>", "Ann", 1, None,
    )  # fmt: skip


def test_text_time_and_author_are_shown_and_a_strange_host_has_no_player(sites: OtherSites) -> None:
    sites.answers = {STATUS: status()}
    assert publish(make_post(), TOOT).html == (
        '<figure class="embed"><blockquote><p dir="auto">The lock<br>holds.</p><p dir="auto">Still.</p></blockquote>'
        f'<figcaption>— <a href="{TOOT}"><bdi>Ann (@ann@toot.example.org)</bdi>, <bdi>Mastodon</bdi>, '
        "<bdi>3 Dec 2024</bdi></a></figcaption></figure>"
    )


def test_a_host_that_is_named_in_the_settings_has_one(sites: OtherSites, settings: Any) -> None:
    settings.MASTODON_HOSTS = ["toot.example.org"]
    sites.answers = {STATUS: status()}
    player = f'<embed-player data-src="{TOOT}/embed" data-site="Mastodon"></embed-player>'
    assert player in publish(make_post(), TOOT).html


def test_nothing_that_a_site_tells_becomes_markup(sites: OtherSites) -> None:
    evil = '"><img src=x onerror=alert(1)><a href="javascript:alert(1)">x</a><embed-player data-src="https://evil">'
    content = "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p><iframe src='https://evil'></iframe>" + evil
    sites.answers = {STATUS: status(content, name=evil)}
    html = publish(make_post(), TOOT).html
    assert [piece.split(">")[0].split(" ")[0] for piece in html.split("<")[1:]] == [
        "figure", "blockquote", "p", "/p", "/blockquote", "figcaption", "a", "bdi", "/bdi", "bdi", "/bdi", "bdi",
        "/bdi", "/a", "/figcaption", "/figure",
    ]  # fmt: skip
    assert html.count('href="') == 1
    assert "&lt;script&gt;" in html


def test_a_row_that_somebody_changed_cannot_frame_another_site() -> None:
    make_update(post := make_post(), f"<p>{VIDEO}</p>")
    for player in ("https://evil.example/", 'https://www.youtube-nocookie.com/embed/x" onload="y', "javascript:1"):
        Embed.objects.update(player=player, learned_at=timezone.now())
        assert "<embed-player" not in make_update(post, f"<p>{VIDEO}</p>").html


@pytest.mark.parametrize(
    "source",
    [
        '<embed-player data-src="https://evil.example/" data-site="YouTube"></embed-player>',
        '<figure class="embed"><p>x</p></figure>',
        '<iframe src="https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"></iframe>',
        '<p data-src="x" class="embed">x</p>',
    ],
)
def test_no_text_brings_a_player_of_its_own(source: str) -> None:
    html = make_update(make_post(), f"<p>Text</p>{source}").html
    assert not any(word in html for word in ("embed", "iframe", "data-", "class"))


def test_a_told_text_that_is_an_address_is_not_an_embed_in_its_turn(sites: OtherSites) -> None:
    sites.answers = {STATUS: status(f"<p>{VIDEO}</p>")}
    html = publish(make_post(), TOOT).html
    assert (html.count("<figure"), Embed.objects.count()) == (1, 1)


@pytest.mark.parametrize("answer", [Answer(status=500), Answer(b"no"), Answer(seconds=2), Answer(is_slow=True)])
def test_a_dead_site_costs_seconds_and_never_the_text(
    sites: OtherSites, monkeypatch: pytest.MonkeyPatch, answer: Answer
) -> None:
    monkeypatch.setattr(learning, "PATIENCE", 0.3)
    sites.answers = {"www.youtube.com/": answer}
    started = time.monotonic()
    post = make_post()
    assert publish(post, VIDEO).html == BARE
    assert publish(post, VIDEO).html == BARE
    assert time.monotonic() - started < 1.5
    assert len(sites.asked) == 1  # not at each save


def test_no_site_is_asked_within_a_transaction(
    sites: OtherSites, desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    depth = len(connection.savepoint_ids)  # of the test's own
    seen = []

    def look_up(links: Any, *, seconds: float) -> dict[Any, Any]:
        seen.append((len(list(links)), len(connection.savepoint_ids) - depth))
        return {}

    monkeypatch.setattr(learning, "look_up", look_up)
    post = make_post()
    form = {"source": f"<p>{VIDEO}</p>", "intent": "publish", "uid": uuid4()}
    assert desk.post(reverse("admin:entries_post_desk_add", args=[post.pk]), form).status_code == 302
    assert seen == [(1, 0)]


def test_lookups_can_be_turned_off(sites: OtherSites, settings: Any) -> None:
    settings.EMBED_LOOKUPS = False
    assert publish(make_post(), VIDEO).html == BARE
    assert (learn_due(now=timezone.now()), sites.asked, Embed.objects.get().tries) == (0, [], 0)


def test_the_desk_asks_when_an_address_is_pasted(sites: OtherSites, desk: Client) -> None:
    sites.answers = {"www.youtube.com/": video()}
    address = reverse("admin:entries_post_desk_embed", args=[make_post().pk])
    given = {
        "": "",
        "https://example.org/": "",
        "https://youtu.be/dQw4w9WgXcQ?a=&lt;b&nbsp;\"<c>'": KNOWN,
        "https://youtu.be/dQw4w9WgXcQ ": KNOWN,
        TOOT: "",
    }
    answers = {pasted: desk.post(address, {"address": pasted}).json() for pasted in given}
    assert {pasted: answer["html"] for pasted, answer in answers.items()} == given
    assert [answer["is_learned"] for answer in answers.values()] == [False, False, True, True, False]
    assert desk.get(address).status_code == 405


def test_a_preview_shows_what_readers_will_have(sites: OtherSites, desk: Client) -> None:
    sites.answers = {"www.youtube.com/": video()}
    address = reverse("admin:entries_post_desk_preview", args=[make_post().pk])
    assert KNOWN in desk.post(address, {"source": f"<p>{VIDEO}</p>"}).content.decode()


def test_the_admin_and_the_command_ask_too(sites: OtherSites, desk: Client) -> None:
    sites.answers = {"www.youtube.com/": video(), STATUS: status()}
    post = make_post()
    call_command("entry", "publish", post.slug, "--text", VIDEO, stdout=io.StringIO())
    assert Entry.objects.latest("pk").html == KNOWN
    form = {"post": post.pk, "source": f"<p>{TOOT}</p>", "intent": "publish", "published_at_0": ""}
    assert desk.post(reverse("admin:entries_entry_add"), form).status_code == 302
    assert "Ann (@ann@toot.example.org)" in Entry.objects.latest("pk").html


def test_the_admin_asks_for_nobody_who_may_not_publish(sites: OtherSites) -> None:
    client = Client()
    client.force_login(make_user("con", "contributor"))
    assert client.post(reverse("admin:entries_entry_add"), {"source": VIDEO}).status_code == 403
    assert sites.asked == []


def test_what_was_not_told_is_asked_for_later_and_readers_get_it(sites: OtherSites, client: Client) -> None:
    post = make_post()
    entry = publish(post, VIDEO)
    seq, now = entry.seq, timezone.now()
    sites.answers = {"www.youtube.com/": video()}
    assert (learn_due(now=now), len(sites.asked)) == (0, 1)  # it was asked a moment ago
    assert learn_due(now=now + AGAIN[0]) == 1
    entry.refresh_from_db()
    assert (entry.html, entry.seq, entry.version, entry.edited_at) == (KNOWN, seq + 1, 1, None)
    assert entry.revisions.latest("pk").action == Action.EMBEDDED
    delta = client.get(reverse("entries:changes", args=[post.slug, seq])).json()
    assert [KNOWN in one["html"] for one in delta["entries"]] == [True]
    assert learn_due(now=now + AGAIN[0]) == 0


def test_an_imported_embed_is_learned_by_the_clock(sites: OtherSites) -> None:
    post = make_post()
    text = f"UPDATE 0900 GMT:\n{VIDEO}\n"
    paste_day(post, text, markup=Markup.PLAIN, author=None)
    sites.answers = {"www.youtube.com/": video()}
    assert learn_due(now=timezone.now()) == 1
    entry = Entry.objects.latest("pk")
    assert entry.html == KNOWN
    found = paste_day(post, text, markup=Markup.PLAIN, author=None)
    assert [one.outcome for one in found.entries] == ["unchanged"]


def test_what_an_editor_wrote_with_an_embed_is_known_when_it_is_pasted(sites: OtherSites) -> None:
    sites.answers = {"www.youtube.com/": video()}
    post = make_post()
    publish(post, f"<p>Look:</p><p>{VIDEO}</p>")
    found = paste_day(post, f"UPDATE 0832 GMT:\nLook:\n{VIDEO}\n", markup=Markup.PLAIN, author=None)
    assert [one.outcome for one in found.entries] == ["unchanged"]


def test_nobody_asks_for_ever(sites: OtherSites) -> None:
    publish(make_post(), VIDEO)
    now = timezone.now()
    for _ in range(20):
        now += timedelta(days=2)
        learn_due(now=now)
    embed = Embed.objects.get()
    assert (len(sites.asked), embed.tries, embed.try_at) == (len(AGAIN) + 1, len(AGAIN) + 1, None)


def test_a_draft_is_renewed_without_a_seq_and_a_removed_entry_not_at_all(sites: OtherSites) -> None:
    post = make_post()
    draft = posting.draft_entry(post=post, author=None, source=VIDEO)
    removed = posting.remove_entry(entry=make_update(post, VIDEO), author=None)
    post.refresh_from_db()
    sites.answers = {"www.youtube.com/": video()}
    assert learn_due(now=timezone.now()) == 1
    draft.refresh_from_db()
    removed.refresh_from_db()
    assert (draft.html, draft.seq, removed.html) == (KNOWN, 0, BARE)
    assert Post.objects.get(pk=post.pk).seq == post.seq


def test_an_edit_goes_on_over_a_renewal(sites: OtherSites, editor: User) -> None:
    """No conflict: nobody changed the text."""
    entry = publish(make_post(), VIDEO)
    sites.answers = {"www.youtube.com/": video()}
    learn_due(now=timezone.now() + AGAIN[0])
    edited = posting.edit_entry(entry=entry, author=editor, source=f"<p>Look</p><p>{VIDEO}</p>", base_version=1)
    assert edited.html == f"<p>Look</p>{KNOWN}"


def test_fifty_embeds_are_enough_for_a_text() -> None:
    source = "".join(f"<p>https://youtu.be/{number:011}</p>" for number in range(60))
    html = make_update(make_post(), source).html
    assert (html.count("<figure"), html.count("<p>https://youtu.be"), Embed.objects.count()) == (50, 10, 50)


def test_an_embed_reads_well_everywhere(sites: OtherSites, client: Client) -> None:
    sites.answers = {STATUS: status()}
    post = make_post()
    entry = publish(post, f"<p>Look:</p><p>{TOOT}</p>")
    assert excerpt(entry.html, 200) == (
        "Look: The lock holds. Still. — Ann (@ann@toot.example.org), Mastodon, 3 Dec 2024"
    )
    assert "<ins>— Ann" in word_diff("<p>Look:</p>", entry.html)
    for address in (post.get_absolute_url(), entry.get_absolute_url()):
        page = client.get(address).content.decode()
        assert entry.html in page
        assert "entries/pieces" in page
        assert 'data-say-show="Show it here, from %s"' in page


def test_a_feed_has_the_words_and_no_player(client: Client) -> None:
    post = make_post()
    make_update(post, VIDEO)
    feed = feedparser.parse(client.get(reverse("entries:post-feed", args=[post.slug, "rss"])).content)
    content = feed.entries[0].content[0].value
    assert (f'<a href="{VIDEO}">' in content, "embed-player" in content) == (True, False)


def test_the_policy_frames_players_and_nobody_else(client: Client) -> None:
    policy = client.get(make_post().get_absolute_url())["Content-Security-Policy"]
    frames = next(part for part in policy.split("; ") if part.startswith("frame-src"))
    assert frames.split()[1:] == [
        "https://www.youtube-nocookie.com", "https://player.vimeo.com", "https://platform.twitter.com",
        "https://embed.bsky.app", "https://t.me", "https://www.instagram.com", "https://www.tiktok.com",
        "https://www.facebook.com", "https://mastodon.social",
    ]  # fmt: skip


def test_a_long_text_of_near_addresses_is_quick() -> None:
    started = time.monotonic()
    for piece in ("&nbsp;", "https://x&nbsp;", "<p ", "<p>https://a", "<p><a href=", '<p><a href="x">x</a> ', "&amp;"):
        with_embeds("<p>" + piece * 20_000)
        with_embeds("<p>https://x" + piece * 20_000)
    assert time.monotonic() - started < 2


def test_the_time_of_a_post_is_its_own(sites: OtherSites) -> None:
    sites.answers = {STATUS: status()}
    publish(make_post(), TOOT)
    assert Embed.objects.get().posted_at == datetime(2024, 12, 3, 17, 16, tzinfo=UTC) == at("1716")
