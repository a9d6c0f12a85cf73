"""Each address of the desk × each role × a post of one's own, one that one is assigned to, and a foreign one.

By raw requests, with what a form would have sent: which buttons there are makes no difference.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser, Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from entries import newsroom
from entries.admin.desk import URLS
from entries.domain import keeping, posting, promising, publishing, rights, second_step, superseding, waiting
from entries.domain.refusals import NotAllowed
from entries.enums import EntryKind, EntryState
from entries.models import Entry, Login, Post, Revision, Writing
from tests.factories import DAY, make_draft, make_post, make_second_step, make_series, make_update, make_user, picture

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ROLES = ["nobody", "contributor", "editor", "administrator", "superuser"]
PUBLISHERS = ["editor", "administrator", "superuser"]
RELATIONS = ["own", "assigned", "foreign"]


@dataclass
class Scene:
    """A live post and its entries; `mine` is by who asks, `theirs` by a colleague."""

    user: User
    post: Post
    published: Entry
    newer: Entry
    mine: Entry
    theirs: Entry
    waiting: Entry
    held: Entry
    writing: Writing


def make_scene(role: str, relation: str) -> Scene:
    """`own`: assigned to, and nobody but them has written there; `assigned`: with a colleague's drafts."""
    if role == "superuser":
        user = User.objects.create_superuser("sue")
    else:
        user = make_user(role, "" if role == "nobody" else role)
    ben = make_user("ben", "contributor")
    post = make_post(series=make_series())
    post.contributors.add(ben)
    if relation != "foreign":
        post.contributors.add(user)
    writer = user if relation == "own" else ben
    published, newer = make_update(post), make_update(post, clock="0900")
    theirs = posting.draft_entry(post=post, author=None, source="Draft")
    Entry.objects.filter(pk=theirs.pk).update(author=writer)
    mine = posting.draft_entry(post=post, author=None, source="Mine")
    Entry.objects.filter(pk=mine.pk).update(author=user)
    submitted = posting.submit_new_entry(post=post, author=None, source="Please")
    Entry.objects.filter(pk=submitted.pk).update(author=writer)
    held = posting.hold_entry(post=post, author=None, source="Going", hold=timedelta(seconds=30))
    writing = Writing.objects.create(
        uid=uuid4(), post=post, author=user, fields={"source": "x"}, kept_at=timezone.now(), seen_at=timezone.now()
    )
    return Scene(user, post, published, newer, mine, theirs, submitted, held, writing)


type Ask = Callable[[Client, Scene], Any]


def to(name: str, *keys: str, **form: Any) -> Ask:
    """A POST to that address; `keys` are names of the scene's rows or words of the address itself."""

    def ask(client: Client, scene: Scene) -> Any:
        sent = {key: scene.newer.pk if value == "newer" else value for key, value in form.items()}
        return client.post(_address(name, keys, scene), sent)

    return ask


def look(name: str, *keys: str, **query: str) -> Ask:
    def ask(client: Client, scene: Scene) -> Any:
        return client.get(_address(name, keys, scene), query)

    return ask


def _address(name: str, keys: tuple[str, ...], scene: Scene) -> str:
    found = [getattr(scene, key).pk if hasattr(scene, key) else key for key in keys]
    return reverse(f"admin:entries_post_desk{name}", args=[scene.post.pk, *found])


def upload(client: Client, scene: Scene) -> Any:
    file = SimpleUploadedFile("a.png", picture(), "image/png")
    return client.post(reverse("admin:entries_post_desk_upload", args=[scene.post.pk]), {"image": file})


def bring_back(client: Client, scene: Scene) -> Any:
    revision = scene.published.revisions.get()
    keys = [scene.post.pk, scene.published.pk, revision.pk]
    return client.post(reverse("admin:entries_post_desk_bring_back", args=keys), {"base_version": 1})


TEXT = {"source": "<p>New.</p>", "intent": "publish"}
PASTED = {"text": "UPDATE 0900 GMT:\nHello.\n", "markup": "plain"}
# What a contributor may do in a post that they are assigned to.
FOR_ALL: list[tuple[str, Ask]] = [
    ("", look("")),
    ("_news", look("_news", since="0")),
    ("_add", to("_add", source="<p>New.</p>", intent="draft")),
    ("_add", to("_add", source="<p>New.</p>", intent="submit")),
    ("_edit", look("_edit", "mine")),
    ("_edit", to("_edit", "mine", source="<p>Mine again.</p>", intent="draft", base_version=1)),
    ("_edit", to("_edit", "mine", source="<p>Mine again.</p>", intent="submit", base_version=1)),
    ("_history", look("_history", "published")),
    ("_preview", look("_preview")),
    ("_preview", to("_preview", **TEXT)),
    ("_preview_entry", look("_preview_entry", "theirs")),
    ("_change", to("_change", "mine", "submit")),
    ("_change", to("_change", "mine", "discard")),
    ("_keep", to("_keep", "writing", source="x")),
    ("_throw_away", to("_throw_away", "writing")),
    ("_upload", upload),
    ("_embed", to("_embed", address="https://youtu.be/dQw4w9WgXcQ")),
]
# What is an editor's alone.
FOR_EDITORS: list[tuple[str, Ask]] = [
    ("_add", to("_add", **TEXT)),
    ("_add", to("_add", **TEXT, hold=10)),
    ("_add", to("_add", source="x", intent="publish", time="2300")),
    ("_edit", look("_edit", "published")),
    ("_edit", to("_edit", "published", **TEXT, base_version=1)),
    ("_edit", to("_edit", "mine", **TEXT, base_version=1)),
    ("_bring_back", bring_back),
    *[("_change", to("_change", "published", verb)) for verb in ("pin", "key", "remove")],
    *[("_change", to("_change", "mine", verb)) for verb in ("publish",)],
    *[("_change", to("_change", "waiting", verb)) for verb in ("publish",)],
    *[("_change", to("_change", "held", verb)) for verb in ("undo", "publish")],
    ("_supersede", look("_supersede", "published")),
    ("_supersede", to("_supersede", "published", by="newer")),
    ("_promise", to("_promise", by="2359")),
    ("_day", look("_day")),
    ("_day", to("_day", **PASTED, take="")),
    *[("_change_post", to("_change_post", verb)) for verb in ("end", "next", "open")],
]


def state_of(post: Post) -> Any:
    """All that a refused request must leave as it was."""
    entries = list(
        post.entries.order_by("pk").values("pk", "state", "html", "is_pinned", "is_key", "removed_at", "superseded_by")
    )
    posts = list(Post.objects.order_by("pk").values("pk", "state", "seq", "next_update_at"))
    return entries, posts, Revision.objects.count()


def ask_in(scene: Scene, ask: Ask) -> tuple[int, bool]:
    """The answer's status, and whether anything was changed."""
    client = Client()
    client.force_login(scene.user)
    before = state_of(scene.post)
    status = ask(client, scene).status_code
    return status, state_of(scene.post) != before


def test_every_address_of_the_desk_is_in_the_matrix() -> None:
    names = {str(url.name).removeprefix("entries_post_desk") for url in URLS if isinstance(url, URLPattern)}
    assert {name for name, _ in FOR_ALL + FOR_EDITORS} == names


@pytest.fixture(scope="class", params=[(role, relation) for role in ROLES for relation in RELATIONS], ids="-".join)
def asked_by(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[str, str, Scene]]:
    """Made once for all that one asks of it, for to make it is the dear part; what each test does is rolled back."""
    role, relation = request.param
    with django_db_blocker.unblock(), transaction.atomic():
        yield role, relation, make_scene(role, relation)
        transaction.set_rollback(True)


class TestMatrix:
    @pytest.mark.parametrize("number", range(len(FOR_ALL)))
    def test_what_a_contributor_may_do(self, asked_by: tuple[str, str, Scene], number: int) -> None:
        role, relation, scene = asked_by
        status, is_changed = ask_in(scene, FOR_ALL[number][1])
        if role in PUBLISHERS or (role == "contributor" and relation != "foreign"):
            assert status in (200, 302)
        else:
            assert (status, is_changed) == (404, False)

    @pytest.mark.parametrize("number", range(len(FOR_EDITORS)))
    def test_what_is_an_editors(self, asked_by: tuple[str, str, Scene], number: int) -> None:
        role, relation, scene = asked_by
        status, is_changed = ask_in(scene, FOR_EDITORS[number][1])
        if role in PUBLISHERS:
            assert status in (200, 302)
        elif role == "contributor" and relation != "foreign":
            assert (status, is_changed) == (403, False)
        else:
            assert (status, is_changed) == (404, False)


@pytest.mark.parametrize("ask", [ask for _, ask in FOR_ALL + FOR_EDITORS])
def test_who_is_not_logged_in_changes_nothing_and_sees_nothing(ask: Ask) -> None:
    scene = make_scene("editor", "assigned")
    before = state_of(scene.post)
    response = ask(Client(), scene)
    assert response.status_code in (302, 401)
    assert "Draft" not in response.content.decode()
    assert state_of(scene.post) == before


@pytest.mark.parametrize(
    ("verb", "form"),
    [("edit", TEXT), ("discard", {}), ("submit", {}), ("pin", {}), ("key", {})],
)
def test_a_colleagues_draft_is_not_a_contributors_to_change(verb: str, form: dict[str, Any]) -> None:
    scene = make_scene("contributor", "assigned")
    client = Client()
    client.force_login(scene.user)
    name, keys = ("_edit", ["theirs"]) if verb == "edit" else ("_change", ["theirs", verb])
    before = state_of(scene.post)
    assert to(name, *keys, **form)(client, scene).status_code == 403
    assert state_of(scene.post) == before


def test_an_entry_is_not_reached_by_the_desk_of_another_post() -> None:
    scene = make_scene("contributor", "own")
    foreign = make_update(make_draft("Other"))
    client = Client()
    client.force_login(scene.user)
    for name in ("_edit", "_history", "_preview_entry"):
        address = reverse(f"admin:entries_post_desk{name}", args=[scene.post.pk, foreign.pk])
        assert client.get(address).status_code == 404


# An account's own page. None of these takes the name of an account: each is about whoever asks.
OWN: list[tuple[str, str]] = [
    ("account", "get"),
    ("account_second_step", "get"),
    ("account_second_step", "post"),
    ("account_remove_second_step", "post"),
    ("account_renew_codes", "post"),
    ("account_end_login", "post"),
    ("account_end_logins", "post"),
]


def test_every_address_of_an_account_is_in_the_matrix() -> None:
    assert {name for name, _ in OWN} == {url.name for url in newsroom.URLS}


@pytest.mark.parametrize("role", ["contributor", "editor", "administrator"])
@pytest.mark.parametrize(("name", "method"), OWN)
def test_an_account_changes_nothing_but_itself(role: str, name: str, method: str) -> None:
    user, ben = make_user("mia", role), make_user("ben", "editor")
    client, bens = Client(), Client()
    client.force_login(user)
    bens.force_login(ben)
    make_second_step(ben)
    keys = [Login.objects.get(user=ben).uid] if name == "account_end_login" else []
    form = {"password": "correct horse battery", "code": "000000", "user": ben.pk}
    assert getattr(client, method)(reverse(f"admin:{name}", args=keys), form).status_code in (200, 302)
    assert (bens.get("/admin/").status_code, second_step.has_second_step(ben)) == (200, True)


@pytest.mark.parametrize(("name", "method"), OWN)
def test_who_may_not_be_in_the_newsroom_has_no_page_there(name: str, method: str) -> None:
    reader = User.objects.create_user("reader", password="correct horse battery")
    client = Client()
    client.force_login(reader)
    address = reverse(f"admin:{name}", args=[uuid4()] if name == "account_end_login" else [])
    for asking in (client, Client()):
        assert getattr(asking, method)(address)["Location"].startswith(reverse("admin:login"))


def test_a_contributor_sees_only_posts_that_they_are_assigned_to() -> None:
    scene = make_scene("contributor", "assigned")
    make_post("Nothing to do with them")
    client = Client()
    client.force_login(scene.user)
    listed = client.get(reverse("admin:entries_post_changelist")).content.decode()
    assert (scene.post.headline in listed, "Nothing to do" in listed) == (True, False)
    for page in ("entry_changelist", "entry_add", "post_add", "series_changelist", "revision_changelist", "image_add"):
        assert client.get(reverse(f"admin:entries_{page}")).status_code == 403
    for page, key in (("post_change", scene.post.pk), ("entry_change", scene.mine.pk), ("post_delete", scene.post.pk)):
        assert client.get(reverse(f"admin:entries_{page}", args=[key])).status_code in (302, 403)
    assert rights.posts_of(AnonymousUser()).count() == 0


def test_the_domain_refuses_whoever_calls_it() -> None:
    """Behind every view that there will ever be."""
    scene = make_scene("contributor", "assigned")
    who: dict[str, Any] = {"author": scene.user}
    head = publishing.Head(headline="Mine", date=DAY)
    refused: list[Callable[[], object]] = [
        lambda: posting.publish_entry(post=scene.post, source="x", **who),
        lambda: posting.publish_entry(post=scene.post, source="x", kind=EntryKind.ORIGINAL, **who),
        lambda: posting.hold_entry(post=scene.post, source="x", hold=timedelta(seconds=5), **who),
        lambda: posting.schedule_entry(post=scene.post, source="x", published_at=timezone.now(), **who),
        lambda: posting.edit_entry(entry=scene.published, source="x", base_version=1, **who),
        lambda: posting.remove_entry(entry=scene.published, **who),
        lambda: posting.restore_entry(entry=scene.published, **who),
        lambda: posting.pin_entry(entry=scene.published, **who),
        lambda: posting.unpin_entry(entry=scene.published, **who),
        lambda: posting.mark_key(entry=scene.theirs, **who),
        lambda: posting.unmark_key(entry=scene.published, **who),
        lambda: superseding.supersede_entry(entry=scene.published, by=scene.newer, **who),
        lambda: superseding.unsupersede_entry(entry=scene.published, **who),
        lambda: waiting.release_entry(entry=scene.mine, **who),
        lambda: waiting.reschedule_entry(entry=scene.mine, published_at=timezone.now(), **who),
        lambda: waiting.unschedule_entry(entry=scene.held, **who),
        lambda: waiting.undo_publication(entry=scene.held, **who),
        lambda: waiting.submit_entry(entry=scene.theirs, **who),
        lambda: waiting.return_entry(entry=scene.waiting, **who),
        lambda: waiting.discard_draft(entry=scene.theirs, **who),
        lambda: promising.promise_update(post=scene.post, by=None, **who),
        lambda: publishing.create_post(head=head, **who),
        lambda: publishing.edit_post(post=scene.post, head=head, base_seq=1, **who),
        lambda: publishing.open_post(post=scene.post, **who),
        lambda: publishing.end_post(post=scene.post, **who),
        lambda: publishing.start_next_post(post=scene.post, **who),
        lambda: publishing.assign_contributors(post=scene.post, add=[scene.user], **who),
        lambda: publishing.discard_post(post=scene.post, **who),
        lambda: posting.draft_entry(post=make_post("Foreign"), source="x", **who),
        lambda: posting.submit_new_entry(post=Post.objects.get(headline="Foreign"), source="x", **who),
        lambda: keeping.keep_writing(post=Post.objects.get(headline="Foreign"), uid=uuid4(), fields={}, **who),
    ]
    before = state_of(scene.post)
    for act in refused:
        with pytest.raises(NotAllowed):
            act()
    assert state_of(scene.post)[0] == before[0]


def test_the_migration_makes_the_roles() -> None:
    assert list(Group.objects.order_by("name").values_list("name", flat=True)) == [
        "administrator", "contributor", "editor",
    ]  # fmt: skip
    contributor, editor = make_user("con", "contributor"), make_user("edi", "editor")
    assert contributor.get_all_permissions() == {"entries.add_entry", "entries.view_post"}
    assert "entries.publish_entry" in editor.get_all_permissions()
    assert not any(name.startswith("auth.") for name in editor.get_all_permissions())


def test_an_administrator_gives_roles_and_cannot_make_themselves_more() -> None:
    admin = make_user("ada", "administrator")
    root = User.objects.create_superuser("root")
    client = Client()
    client.force_login(admin)
    role = Group.objects.get(name="contributor")
    form = {
        "username": "con", "password1": "correct horse battery", "password2": "correct horse battery",
        "usable_password": "true", "groups": [role.pk],
    }  # fmt: skip
    assert client.post(reverse("admin:auth_user_add"), form).status_code == 302
    made = User.objects.get(username="con")
    assert (made.is_staff, made.is_superuser, list(made.groups.all())) == (True, False, [role])
    address = reverse("admin:auth_user_change", args=[admin.pk])
    form = {"username": "ada", "is_superuser": "on", "is_active": "on", "groups": [role.pk], "is_staff": "on"}
    client.post(address, form)
    admin.refresh_from_db()
    assert not admin.is_superuser
    for page in ("change", "password_change"):
        url = "admin:auth_user_password_change" if page == "password_change" else "admin:auth_user_change"
        assert client.get(reverse(url, args=[root.pk])).status_code in (302, 403, 404)


def test_an_account_without_a_role_cannot_log_in() -> None:
    root = User.objects.create_superuser("root")
    con = make_user("con", "contributor")
    client = Client()
    client.force_login(root)
    client.post(reverse("admin:auth_user_change", args=[con.pk]), {"username": "con", "is_active": "on"})
    con.refresh_from_db()
    assert (con.is_staff, con.is_active) == (False, True)


def test_a_held_entry_cannot_be_let_out_by_its_contributor() -> None:
    scene = make_scene("contributor", "own")
    with pytest.raises(NotAllowed):
        waiting.release_entry(entry=scene.waiting, author=scene.user)
    assert Entry.objects.get(pk=scene.waiting.pk).state == EntryState.SUBMITTED
