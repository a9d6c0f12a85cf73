"""The newsroom: forms that write by the domain alone."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from entries.domain import posting, publishing, waiting
from entries.enums import EntryState, PostState
from entries.models import Entry, Image, Post
from tests.factories import at, make_draft, make_image, make_post, make_series, make_update, make_user, picture

pytestmark = pytest.mark.django_db


def entry_form(post: Post, **given: Any) -> dict[str, Any]:
    return {
        "post": post.pk, "source": "<p>Water.</p>", "topic": "", "published_at_0": "", "published_at_1": "",
        "intent": "publish", **given,
    }  # fmt: skip


def edit_form(entry: Entry, **given: Any) -> dict[str, Any]:
    """What the browser sends back of an entry's page when nothing was touched, but for `given`."""
    at = entry.published_at
    return {
        "source": entry.source, "topic": entry.topic, "base_version": entry.version,
        "base_is_key": entry.is_key, "base_is_pinned": entry.is_pinned,
        "published_at_0": f"{at:%Y-%m-%d}" if at else "", "published_at_1": f"{at:%H:%M:%S}" if at else "",
        **({"is_key": "on"} if entry.is_key else {}), **({"is_pinned": "on"} if entry.is_pinned else {}), **given,
    }  # fmt: skip


def post_form(**given: Any) -> dict[str, Any]:
    return {
        "headline": "The road is cut", "standfirst": "", "series": "", "date": "2024-12-03", "next_state": "live",
        "original": "<p>It began at dawn.</p>", "map_alt": "", "map_caption": "", "map_credit": "",
        "related_source": "", **given,
    }  # fmt: skip


def add_entry(desk: Client, post: Post, **given: Any) -> HttpResponse:
    return desk.post(reverse("admin:entries_entry_add"), entry_form(post, **given))  # type: ignore[return-value]


def change_entry(desk: Client, entry: Entry, **given: Any) -> HttpResponse:
    address = reverse("admin:entries_entry_change", args=[entry.pk])
    return desk.post(address, edit_form(entry, **given))  # type: ignore[return-value]


def change_post(desk: Client, post: Post, **given: Any) -> HttpResponse:
    original = post.entries.originals().first()
    hidden = {"base_seq": post.head_seq, "base_state": post.state, "base_version": original.version if original else ""}
    address = reverse("admin:entries_post_change", args=[post.pk])
    return desk.post(address, post_form(**hidden | given))  # type: ignore[return-value]


def errors(response: Any) -> str:
    """What the form says is wrong; the page is shown again and nothing was redirected."""
    assert response.status_code == 200
    form = response.context["adminform"].form
    return " ".join(message for messages in form.errors.values() for message in messages)


def test_a_post_is_made_with_its_original_entry_and_its_map_in_one_form(desk: Client, editor: User) -> None:
    upload = SimpleUploadedFile("map.png", picture(), "image/png")
    response = desk.post(
        reverse("admin:entries_post_add"),
        post_form(map_file=upload, map_alt="The isles", map_credit="Survey", related_source="A line"),
    )
    assert response.status_code == 302
    post = Post.objects.get()
    assert (post.headline, post.state, post.slug) == ("The road is cut", PostState.LIVE, "the-road-is-cut")
    assert (post.map_alt, post.credit_line, post.related) == ("The isles", "Map: Survey", ["A line"])
    assert post.map == Image.objects.get()
    original = post.entries.get()
    assert (original.html, original.author, original.is_original) == ("<p>It began at dawn.</p>", editor, True)


def test_a_post_without_an_original_entry_stays_a_draft(desk: Client) -> None:
    response = desk.post(reverse("admin:entries_post_add"), post_form(original=""))
    assert "has no original entry yet" in errors(response)
    assert Post.objects.count() == 0
    assert desk.post(reverse("admin:entries_post_add"), post_form(original="", next_state="draft")).status_code == 302


def test_a_map_is_described_for_those_who_cannot_see_it(desk: Client) -> None:
    upload = SimpleUploadedFile("map.png", picture(), "image/png")
    response = desk.post(reverse("admin:entries_post_add"), post_form(map_file=upload))
    assert "Say what the map shows" in errors(response)


def test_a_file_that_is_no_picture_is_refused_with_a_sentence(desk: Client) -> None:
    upload = SimpleUploadedFile("map.png", b"<svg onload='alert(1)'>", "image/png")
    response = desk.post(reverse("admin:entries_post_add"), post_form(map_file=upload, map_alt="x"))
    assert "This is not a whole JPEG, PNG, WebP, GIF or AVIF image" in errors(response)
    assert Image.objects.count() == 0


def test_saving_a_posts_page_unchanged_changes_nothing(desk: Client) -> None:
    post = make_post(map=make_image(), map_alt="x")
    assert change_post(desk, post, map_alt="x").status_code == 302
    assert Post.objects.get().seq == post.seq


def test_a_map_stays_until_it_is_cleared(desk: Client) -> None:
    post = make_post(map=make_image(), map_alt="x")
    change_post(desk, post, map_alt="x", headline="New")
    assert Post.objects.get().map == post.map
    change_post(desk, Post.objects.get(), map_alt="x", headline="New", **{"map_file-clear": "on"})
    assert Post.objects.get().map is None


def test_a_post_is_ended_and_reopened(desk: Client) -> None:
    post = make_post()
    change_post(desk, post, next_state="ended")
    assert Post.objects.get().state == PostState.ENDED
    change_post(desk, Post.objects.get(), next_state="live")
    assert Post.objects.get().state == PostState.LIVE


def test_the_later_of_two_editors_of_a_post_sees_both_and_may_insist(desk: Client) -> None:
    post = make_post()
    publishing.edit_post(
        post=post, head=publishing.Head(headline="Ann’s", date=post.date), author=None, base_seq=post.head_seq
    )
    response = change_post(desk, post, headline="Ben’s")
    assert "Ann’s" in errors(response)
    assert 'value="Ben’s"' in response.content.decode()
    assert Post.objects.get().headline == "Ann’s"
    base = response.context["adminform"].form["base_seq"].value()  # type: ignore[attr-defined]
    change_post(desk, post, headline="Ben’s", base_seq=base)
    assert Post.objects.get().headline == "Ben’s"


def test_the_later_of_two_editors_of_an_original_entry_sees_both(desk: Client) -> None:
    post = make_post(original="<p>Old</p>")
    original = post.entries.get()
    posting.edit_entry(entry=original, author=None, source="<p>Ann’s</p>", base_version=1)
    response = change_post(desk, post, original="<p>Ben’s</p>", base_version=1, headline="Not saved either")
    assert "Ann’s" in errors(response)
    assert "Ben’s" in response.content.decode()
    assert (Post.objects.get().headline, post.entries.get().source) == ("The road is cut", "<p>Ann’s</p>")


def test_an_update_added_in_the_admin_is_at_the_top_of_the_page_and_of_the_feed(desk: Client, client: Client) -> None:
    post = make_post()
    make_update(post, "<p>Old</p>", "0700")
    add_entry(desk, post, source="<p>New from the desk</p>")
    page = client.get(post.get_absolute_url()).content.decode()
    feed = client.get(reverse("entries:post-feed", args=[post.slug, "rss"])).content.decode()
    assert page.index("New from the desk") < page.index("<p>Old")
    assert feed.index("New from the desk") < feed.index("Old")


@pytest.mark.parametrize("typed", ["1716", "17:16", "17:16:00"])
def test_the_time_is_typed_as_the_newsroom_writes_it(desk: Client, typed: str) -> None:
    post = make_post()
    add_entry(desk, post, published_at_0="2024-12-03", published_at_1=typed)
    assert post.entries.updates().get().published_at == at("1716")


def test_an_impossible_time_is_refused_and_the_text_is_kept(desk: Client) -> None:
    response = add_entry(desk, make_post(), published_at_0="2024-12-03", published_at_1="2561")
    assert "Enter a valid time" in errors(response)
    assert "Water." in response.content.decode()
    assert Entry.objects.updates().count() == 0


def test_an_update_is_kept_as_a_draft_and_published_later(desk: Client) -> None:
    post = make_post()
    add_entry(desk, post, intent="draft")
    draft = post.entries.updates().get()
    assert (draft.state, draft.published_at) == (EntryState.DRAFT, None)
    change_entry(desk, draft, intent="publish", published_at_0="", published_at_1="", source="<p>Ready.</p>")
    draft.refresh_from_db()
    assert (draft.state, draft.html) == (EntryState.PUBLISHED, "<p>Ready.</p>")


def test_a_time_still_to_come_schedules(desk: Client) -> None:
    post = make_post()
    later = timezone.now() + timedelta(hours=2)
    add_entry(desk, post, published_at_0=f"{later:%Y-%m-%d}", published_at_1=f"{later:%H%M}")
    entry = post.entries.updates().get()
    assert entry.state == EntryState.SCHEDULED
    change_entry(desk, entry, intent="draft")
    entry.refresh_from_db()
    assert entry.state == EntryState.DRAFT


def test_the_page_of_a_published_entry_edits_it_in_place(desk: Client, editor: User) -> None:
    entry = make_update(make_post(), "<p>Ninety.</p>", is_key=True)
    response = change_entry(desk, entry, source="<p>112.</p>", is_pinned="on", is_key="")
    assert response.status_code == 302
    entry.refresh_from_db()
    assert (entry.html, entry.is_pinned, entry.is_key, entry.published_at) == (
        "<p>112.</p>", True, False, at("0832"),
    )  # fmt: skip
    assert list(entry.revisions.values_list("author", flat=True))[1:] == [editor.pk] * 3


def test_saving_an_entrys_page_unchanged_changes_nothing(desk: Client) -> None:
    entry = make_update(make_post(), is_pinned=True, topic="Boats")
    change_entry(desk, entry)
    entry.refresh_from_db()
    assert (entry.revisions.count(), entry.version) == (1, 1)


def test_the_later_of_two_editors_of_an_entry_sees_both_and_may_insist(desk: Client) -> None:
    entry = make_update(make_post(), "<p>Old</p>")
    posting.edit_entry(entry=entry, author=None, source="<p>Ann’s <b>text</b></p>", base_version=1)
    response = change_entry(desk, entry, source="<p>Ben’s</p>")
    assert "&lt;p&gt;Ann’s &lt;b&gt;text&lt;/b&gt;&lt;/p&gt;" in errors(response)
    assert "Ben’s" in response.content.decode()
    entry.refresh_from_db()
    assert entry.source == "<p>Ann’s <b>text</b></p>"
    base = response.context["adminform"].form["base_version"].value()  # type: ignore[attr-defined]
    change_entry(desk, entry, source="<p>Ben’s</p>", base_version=base)
    entry.refresh_from_db()
    assert entry.source == "<p>Ben’s</p>"


def test_an_update_to_an_ended_post_is_refused_with_what_to_do(desk: Client) -> None:
    post = make_post()
    publishing.end_post(post=post, author=None)
    response = add_entry(desk, post)
    assert "reopen the post to add an update" in errors(response)
    assert "Water." in response.content.decode()
    assert Entry.objects.updates().count() == 0


def test_a_published_entry_cannot_be_moved_into_the_future(desk: Client) -> None:
    entry = make_update(make_post())
    tomorrow = date.today() + timedelta(days=2)  # noqa: DTZ011
    assert "out already" in errors(change_entry(desk, entry, published_at_0=str(tomorrow)))


def test_an_entry_is_removed_with_a_reason_and_restored(desk: Client, client: Client) -> None:
    entry = make_update(make_post())
    remove = reverse("admin:entries_entry_delete", args=[entry.pk])
    assert "leaves every page and feed at once" in desk.get(remove).content.decode()
    desk.post(remove, {"post": "yes", "reason": "Not confirmed."})
    assert client.get(entry.get_absolute_url()).status_code == 410
    change = reverse("admin:entries_entry_change", args=[entry.pk])
    assert "Not confirmed." in desk.get(change).content.decode()
    desk.post(change, {"_restore": "Restore"})
    assert client.get(entry.get_absolute_url()).status_code == 200


def test_who_writes_on_an_entry_that_a_colleague_removed_hears_so_and_keeps_the_text(desk: Client) -> None:
    entry = posting.remove_entry(entry=make_update(make_post()), author=None)
    response = change_entry(desk, entry, source="<p>My new text</p>")
    assert "was removed: restore it to change it" in errors(response)
    assert "My new text" in response.content.decode()


def test_who_writes_on_a_draft_that_a_colleague_threw_away_keeps_the_text(desk: Client) -> None:
    draft = posting.draft_entry(post=make_post(), author=None, source="x")
    waiting.discard_draft(entry=draft, author=None)
    response = change_entry(desk, draft, source="<p>My new text</p>", intent="publish")
    assert response.status_code == 200
    assert "was thrown away while you were writing" in response.content.decode()
    assert "My new text" in response.content.decode()
    assert Entry.objects.updates().count() == 0


def test_what_an_editor_did_not_touch_stays_as_a_colleague_made_it(desk: Client) -> None:
    entry = make_update(make_post())
    opened = edit_form(entry)
    posting.pin_entry(entry=entry, author=None)
    posting.mark_key(entry=entry, author=None)
    desk.post(reverse("admin:entries_entry_change", args=[entry.pk]), opened | {"source": "<p>New</p>"})
    entry.refresh_from_db()
    assert (entry.html, entry.is_pinned, entry.is_key) == ("<p>New</p>", True, True)


def test_a_post_that_a_colleague_ended_stays_ended(desk: Client) -> None:
    post = make_post()
    publishing.end_post(post=post, author=None)
    change_post(desk, post, original="<p>It began at noon.</p>")
    assert (Post.objects.get().state, post.entries.get().html) == (PostState.ENDED, "<p>It began at noon.</p>")


def test_a_removed_original_entry_does_not_lock_its_post(desk: Client) -> None:
    post = make_post()
    posting.remove_entry(entry=post.entries.get(), author=None)
    assert change_post(desk, post, headline="New", next_state="ended").status_code == 302
    assert (Post.objects.get().headline, Post.objects.get().state) == ("New", PostState.ENDED)


def test_a_scheduled_entry_without_its_time_is_published_now(desk: Client) -> None:
    later = timezone.now() + timedelta(days=2)
    entry = posting.schedule_entry(post=make_post(), author=None, source="x", published_at=later)
    change_entry(desk, entry, intent="publish", published_at_0="", published_at_1="")
    entry.refresh_from_db()
    assert entry.state == EntryState.PUBLISHED
    assert entry.published_at is not None
    assert entry.published_at <= timezone.now()


def test_an_entry_that_was_published_just_now_is_saved_unchanged(desk: Client) -> None:
    post = make_post()
    add_entry(desk, post)
    entry = post.entries.updates().get()
    change_entry(desk, entry)
    entry.refresh_from_db()
    assert (entry.revisions.count(), entry.edited_at) == (1, None)


def test_a_refusal_says_to_choose_the_file_again_and_nothing_false_of_it(desk: Client) -> None:
    upload = SimpleUploadedFile("map.png", picture(), "image/png")
    response = desk.post(reverse("admin:entries_post_add"), post_form(map_file=upload, map_alt="x", original=""))
    assert "has no original entry yet" in errors(response)
    assert "choose it again" in errors(response)
    assert "This is not a whole" not in errors(response)


@pytest.mark.parametrize(
    ("action", "field", "before", "after"),
    [
        ("pin", "is_pinned", False, True),
        ("unpin", "is_pinned", True, False),
        ("mark_key", "is_key", False, True),
        ("unmark_key", "is_key", True, False),
    ],
)
def test_many_entries_are_marked_at_once(desk: Client, action: str, field: str, before: bool, after: bool) -> None:
    post = make_post()
    given: dict[str, Any] = {field: before}
    entries = [make_update(post, **given) for _ in range(3)]
    chosen = {"action": action, "_selected_action": [entry.pk for entry in entries]}
    desk.post(reverse("admin:entries_entry_changelist"), chosen)
    assert set(post.entries.updates().values_list(field, flat=True)) == {after}


def test_many_entries_are_removed_and_what_cannot_be_is_said(desk: Client) -> None:
    post = make_post()
    entry, draft = make_update(post), posting.draft_entry(post=post, author=None, source="x")
    chosen = {"action": "remove", "_selected_action": [entry.pk, draft.pk]}
    page = desk.post(reverse("admin:entries_entry_changelist"), chosen, follow=True).content.decode()
    entry.refresh_from_db()
    assert entry.is_removed
    assert "1 entry changed." in page
    assert "is not published" in page
    assert "delete_selected" not in page


def test_a_draft_entry_is_discarded(desk: Client) -> None:
    draft = posting.draft_entry(post=make_post(), author=None, source="x")
    desk.post(reverse("admin:entries_entry_delete", args=[draft.pk]), {"post": "yes"})
    assert not Entry.objects.filter(pk=draft.pk).exists()


def test_only_a_post_that_nobody_saw_can_be_deleted(desk: Client) -> None:
    draft, post = make_draft("Draft"), make_post("Seen")
    assert desk.post(reverse("admin:entries_post_delete", args=[draft.pk]), {"post": "yes"}).status_code == 302
    assert desk.post(reverse("admin:entries_post_delete", args=[post.pk]), {"post": "yes"}).status_code == 403
    assert list(Post.objects.values_list("headline", flat=True)) == ["Seen"]


def test_lists_are_searched_and_filtered(desk: Client) -> None:
    make_update(make_post("Harrow"), "<p>Candle</p>")
    make_draft("Marrow")
    for page, query, shown, hidden in (
        ("post", "q=harrow", "Harrow", "Marrow"),
        ("post", "state__exact=draft", "Marrow", "Harrow"),
        ("entry", "q=candle", "Candle", "It began"),
        ("entry", "post__state__exact=draft", "Marrow", "Candle"),
    ):
        body = desk.get(reverse(f"admin:entries_{page}_changelist") + f"?{query}").content.decode()
        results = body[body.index('id="result_list"') :].partition("</table>")[0]
        assert (shown in results, hidden in results) == (True, False), query


def test_a_post_leads_to_its_desk(desk: Client) -> None:
    post = make_post()
    address = reverse("admin:entries_post_desk", args=[post.pk])
    for page in (
        reverse("admin:entries_post_changelist"),
        reverse("admin:entries_post_change", args=[post.pk]),
        reverse("admin:entries_series_changelist"),
    ):
        assert (f'href="{address}"' in desk.get(page).content.decode()) == ("series" not in page)
    Post.objects.update(series=make_series())
    assert f'href="{address}"' in desk.get(reverse("admin:entries_series_changelist")).content.decode()


def test_only_what_is_public_has_a_link_to_its_public_page(desk: Client) -> None:
    post = make_post()
    entry, draft = make_update(post), posting.draft_entry(post=post, author=None, source="x")
    hidden = make_draft("Hidden")
    pages = {
        reverse("admin:entries_post_change", args=[post.pk]): True,
        reverse("admin:entries_post_change", args=[hidden.pk]): False,
        reverse("admin:entries_entry_change", args=[entry.pk]): True,
        reverse("admin:entries_entry_change", args=[draft.pk]): False,
        reverse("admin:entries_entry_change", args=[hidden.entries.get().pk]): False,
    }
    assert {page: "View on site" in desk.get(page).content.decode() for page in pages} == pages


def test_pictures_for_texts_are_uploaded_and_say_their_address(desk: Client) -> None:
    address = reverse("admin:entries_image_add")
    desk.post(address, {"upload": SimpleUploadedFile("a.png", picture(), "image/png")})
    desk.post(address, {"upload": SimpleUploadedFile("b.png", picture(), "image/png")})
    image = Image.objects.get()
    assert image.file.url in desk.get(reverse("admin:entries_image_changelist")).content.decode()
    bad = desk.post(address, {"upload": SimpleUploadedFile("a.png", b"no", "image/png")})
    assert "This is not a whole" in errors(bad)


@pytest.mark.parametrize("page", ["add", "change", "delete"])
def test_nobody_rewrites_history(desk: Client, page: str) -> None:
    revision = make_post().revisions.first()
    assert revision is not None
    address = reverse(f"admin:entries_revision_{page}", args=[] if page == "add" else [revision.pk])
    assert desk.post(address, {"post": "yes"}).status_code == 403


def test_the_newsroom_is_for_those_who_have_an_account(client: Client) -> None:
    post = make_post()
    User.objects.create_user("reader", password="correct horse battery")
    for log_in in (False, True):
        if log_in:
            client.login(username="reader", password="correct horse battery")
        response = add_entry(client, post)
        assert response.status_code == 302
        assert "/admin/login/" in response["Location"]
    assert post.entries.updates().count() == 0


def test_an_account_without_the_right_is_refused(client: Client) -> None:
    User.objects.create_user("intern", password="correct horse battery", is_staff=True)
    client.login(username="intern", password="correct horse battery")
    post = make_post()
    entry = make_update(post)
    assert add_entry(client, post).status_code == 403
    assert change_entry(client, entry, source="x").status_code == 403
    assert client.post(reverse("admin:entries_entry_delete", args=[entry.pk]), {"post": "yes"}).status_code == 403
    client.post(reverse("admin:entries_entry_change", args=[entry.pk]), {"_restore": "1"})
    entry.refresh_from_db()
    assert (entry.seq, entry.is_removed) == (Post.objects.get().seq, False)


def test_contributors_that_a_colleague_assigned_meanwhile_stay(desk: Client) -> None:
    post = make_post()
    ann, ben, con = (make_user(name, "contributor") for name in ("a", "b", "c"))
    post.contributors.add(ann)
    seen = {"base_contributors": str(ann.pk)}
    post.contributors.add(ben)  # by a colleague
    assert change_post(desk, post, **seen, contributors=[ann.pk, con.pk], headline="New").status_code == 302
    assert set(post.contributors.all()) == {ann, ben, con}
    post.refresh_from_db()
    change_post(desk, post, **seen, contributors=[], headline="Newer")
    assert set(post.contributors.all()) == {ben, con}


def test_the_admin_leads_nobody_to_what_is_not_public(desk: Client) -> None:
    kind = ContentType.objects.get_for_model(Post)
    assert desk.get(f"/admin/r/{kind.pk}/{make_draft().pk}/").status_code == 404
