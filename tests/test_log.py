"""The log: who, from where, by which door; that nobody changes it; and how it is read."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission, User
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from entries import clock, sealing
from entries.admin.log_csv import harmless
from entries.deeds import SENTENCES, Deed, Door, Kind
from entries.domain import posting, second_step, tokens
from entries.domain.refusals import NotAllowed
from entries.enums import Action
from entries.models import Entry, LogLine, Series
from entries.models.log_line import OnlyAdded
from tests.factories import make_draft, make_image, make_post, make_second_step, make_series, make_update, make_user
from tests.test_rights import make_scene

pytestmark = pytest.mark.django_db
LOG = "/admin/entries/logline/"
PASSWORD = "correct horse battery"
FROM = {"REMOTE_ADDR": "203.0.113.7"}


def logged_in(user: User) -> Client:
    client = Client(**FROM)  # type: ignore[arg-type]
    client.force_login(user)
    return client


def told(*deeds: str) -> list[str]:
    lines = LogLine.objects.order_by("pk")
    return [line.told for line in (lines.filter(deed__in=deeds) if deeds else lines)]


def newest() -> LogLine:
    return LogLine.objects.all()[0]


def test_a_line_says_who_did_what_from_where(settings: Any) -> None:
    settings.BEHIND_PROXY = True
    post = make_post()
    entry = make_update(post)
    ana = make_user("ana", "editor")
    ana.first_name, ana.last_name = "Ana", "Ruiz"
    ana.save()
    address = reverse("admin:entries_post_desk_change", args=[post.pk, entry.pk, "remove"])
    logged_in(ana).post(address, {"reason": "Wrong"}, headers={"X-Forwarded-For": "6.6.6.6, 198.51.100.9"})
    line = newest()
    assert line.told == "Ana Ruiz (ana) removed “UPDATE 0832 GMT, The road is cut”, from the desk, 198.51.100.9"
    assert (line.account, line.kind, line.number, line.post) == (ana.pk, "entry", entry.pk, post.pk)
    assert line.detail == f"revision {entry.revisions.last().pk}"  # type: ignore[union-attr]


@pytest.mark.django_db(transaction=True)
def test_each_door_is_told_from_the_others() -> None:
    post, ana = make_post(), User.objects.create_superuser("ana")
    entry = make_update(post)
    logged_in(ana).post(reverse("admin:entries_entry_changelist"), {"action": "pin", "_selected_action": entry.pk})
    _, token = tokens.make_token(user=ana, name="Wire", author=None)
    api = f"/api/v1/posts/{post.slug}/entries/"
    headers = {"Authorization": f"Bearer {token}"}
    Client(**FROM).post(api, {"source": "x"}, "application/json", headers=headers)  # type: ignore[arg-type]
    call_command("entry", "unpin", str(entry.pk))
    posting.hold_entry(post=post, author=ana, source="x", hold=timedelta(9))
    Entry.objects.filter(state="held").update(held_until=datetime.now(UTC))
    clock.tick()
    lines = [line.rpartition("”, ")[2] for line in told("entry.pinned", "entry.unpinned")]
    assert lines == ["in the admin, 203.0.113.7", "by a command"]
    assert told("entry.published")[-2].endswith(", by the API with the token “Wire”, 203.0.113.7")
    assert told("entry.published")[-1].startswith("The site itself published “")
    assert told("entry.published")[-1].endswith(", by the clock")


def test_a_login_and_each_that_fails_are_told_and_never_what_was_typed() -> None:
    make_user("ana", "editor")
    client = Client(**FROM)  # type: ignore[arg-type]
    for name, password in (("ana", "wrong"), ("correct horse", PASSWORD), ("ana", PASSWORD)):
        client.post("/admin/login/", {"username": name, "password": password})
    client.post("/admin/logout/")
    assert told("login.failed", "login.in", "login.out") == [
        "Somebody failed to log in as “ana”, in the admin, 203.0.113.7",
        "Somebody failed to log in as “a name that no account has”, in the admin, 203.0.113.7",
        "ana logged in, in the admin, 203.0.113.7",
        "ana logged out, in the admin, 203.0.113.7",
    ]
    assert not [row for row in LogLine.objects.values() if "wrong" in str(row) or "horse" in str(row)]


def test_what_the_rights_refuse_is_told_though_it_is_rolled_back() -> None:
    scene = make_scene("contributor", "assigned")
    client = logged_in(scene.user)
    client.post(reverse("admin:entries_post_desk_change", args=[scene.post.pk, scene.published.pk, "remove"]))
    client.post(reverse("admin:entries_post_desk_edit", args=[scene.post.pk, scene.theirs.pk]), {"source": "x"})
    client.get(LOG)
    lines = LogLine.objects.filter(deed="refused").order_by("pk")
    assert [(line.name, line.title, line.detail, line.door) for line in lines] == [
        ("contributor", "publish", "", "desk"),
        ("contributor", "UPDATE, The road is cut", "change", "desk"),
        ("contributor", LOG, "", "admin"),
    ]
    with pytest.raises(NotAllowed):  # in a shell, where everything can be done
        posting.publish_entry(post=scene.post, author=scene.user, source="x")
    assert lines.count() == 3


def test_accounts_and_roles_are_told_whichever_page_or_command_changes_them() -> None:
    client = logged_in(User.objects.create_superuser("root"))
    editor, administrator = (Group.objects.get(name=name) for name in ("editor", "administrator"))
    form = {"username": "con", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    client.post(reverse("admin:auth_user_add"), form | {"groups": [editor.pk]})
    con = User.objects.get(username="con")
    page = reverse("admin:auth_user_change", args=[con.pk])
    client.post(page, {"username": "con", "is_active": "on", "groups": [administrator.pk]})
    client.post(page, {"username": "con", "groups": [administrator.pk]})
    change = reverse("admin:auth_user_password_change", args=[con.pk])
    client.post(change, {"password1": PASSWORD * 2, "password2": PASSWORD * 2, "usable_password": "true"})
    administrator.permissions.remove(Permission.objects.get(codename="view_webhook"))
    client.post(reverse("admin:auth_group_add"), {"name": "intern"})
    client.post(reverse("admin:auth_group_delete", args=[Group.objects.get(name="intern").pk]), {"post": "yes"})
    con.check_password(PASSWORD * 2)  # may hash it anew, which is no change
    con.delete()
    lines = LogLine.objects.exclude(title="root").exclude(deed="login.in").order_by("pk")
    assert [(line.deed, line.title, line.detail) for line in lines] == [
        ("account.created", "con", ""),
        ("account.role", "con", "– → editor"),
        ("account.role", "con", "editor → –"),
        ("account.role", "con", "– → administrator"),
        ("account.changed", "con", "is_active → no"),
        ("account.password", "con", ""),
        ("role.changed", "administrator", "−view_webhook"),
        ("role.created", "intern", ""),
        ("role.deleted", "intern", ""),
        ("account.deleted", "con", ""),
    ]
    assert {line.name for line in lines[:6]} == {"root"}
    assert not [row for row in LogLine.objects.values() if "horse" in str(row)]


def test_an_account_that_changes_its_own_password_is_told() -> None:
    ana = make_user("ana", "editor")
    form = {
        "old_password": PASSWORD,
        "new_password1": "a longer horse battery",
        "new_password2": "a longer horse battery",
    }
    assert logged_in(ana).post("/admin/password_change/", form).status_code == 302
    assert told("account.password") == ["ana changed the password of “ana”, in the admin, 203.0.113.7"]
    ana.set_unusable_password()
    ana.save()
    assert newest().detail == "switched off"


def test_series_and_their_changes_are_told() -> None:
    client, series = logged_in(make_user("ana", "editor")), make_series()
    page = reverse("admin:entries_series_change", args=[series.pk])
    client.post(page, {"title": "The Tide", "slug": series.slug, "description": ""})
    client.post(reverse("admin:entries_series_delete", args=[series.pk]), {"post": "yes"})
    assert not Series.objects.exists()
    assert [(row.deed, row.title, row.detail, row.name) for row in LogLine.objects.filter(kind="series")] == [
        ("series.deleted", "The Tide", "", "ana"),
        ("series.changed", "The Tide", "title", "ana"),
        ("series.created", "The Great Tide", "", ""),
    ]


def test_a_day_that_is_imported_is_told_once(tmp_path: Path) -> None:
    file = tmp_path / "2024-12-03.md"
    text = "# The road is cut\n\nUPDATE 0832 GMT:\n\nThe water is rising.\n\nORIGINAL ENTRY: It began at dawn.\n"
    file.write_text(text)
    for _ in range(2):
        call_command("import_day", file)
    assert told("site.import") == ["The site itself imported a day into “The road is cut”, by a command"]
    assert LogLine.objects.get(deed="site.import").detail == "2 new, 0 changed"


def test_the_line_stays_when_what_it_tells_of_goes() -> None:
    ana, post = make_user("ana", "editor"), make_draft()
    posting.draft_entry(post=post, author=ana, source="x")
    before = list(LogLine.objects.order_by("pk").values())
    post.delete()
    ana.delete()
    assert list(LogLine.objects.order_by("pk").values())[: len(before)] == before


def test_nobody_changes_or_deletes_a_line() -> None:
    make_draft()
    line = newest()
    acts: list[Any] = [
        line.save,
        line.delete,
        lambda: LogLine.objects.update(name="Eve"),
        lambda: LogLine.objects.filter(pk=line.pk).delete(),
        lambda: LogLine.objects.bulk_update([line], ["name"]),
        lambda: LogLine.objects.update_or_create(pk=line.pk, defaults={"name": "Eve"}),
    ]
    for act in acts:
        with pytest.raises(OnlyAdded):
            act()


@pytest.fixture
def sealed(db: None) -> None:
    """As everywhere but in tests, which must clean up."""
    sealing.seal("delete")


@pytest.mark.parametrize("verb", sealing.VERBS)
def test_the_database_refuses_it_too(sealed: None, verb: str) -> None:
    make_draft()
    statements = {"update": "UPDATE entries_logline SET name = 'Eve'", "delete": "DELETE FROM entries_logline"}
    before = list(LogLine.objects.values())
    assert sealing.is_sealed(verb)
    with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statements[verb])
    assert list(LogLine.objects.values()) == before


def test_the_log_is_shortened_by_its_command_alone_which_says_so(sealed: None, capsys: Any) -> None:
    with time_machine.travel(datetime(2024, 12, 3, 12, tzinfo=UTC)):
        make_draft()
    old = LogLine.objects.count()
    with time_machine.travel(datetime(2024, 12, 4, tzinfo=UTC)):
        make_user("ana")
    with pytest.raises(CommandError, match="“yesterday” is not a day"):
        call_command("forget_log", before="yesterday")
    call_command("forget_log", before="2024-12-04")
    assert capsys.readouterr().out.startswith(f"Forgotten: {old} lines of before 2024-12-04.")
    rows = LogLine.objects.order_by("pk").values_list("deed", "detail")
    assert list(rows) == [("account.created", ""), ("site.forget-log", f"{old} before 2024-12-04")]
    assert sealing.is_sealed("delete")


def page(client: Client, query: str = "") -> str:
    answer = client.get(LOG + query)
    assert answer.status_code == 200, query
    return str(answer.content.decode())


def test_administrators_find_in_it_what_they_look_for() -> None:
    ada, ana = make_user("ada", "administrator"), make_user("ana", "editor")
    post = make_post()
    posting.pin_entry(entry=make_update(post), author=ana)
    client = logged_in(ada)
    pinned = "ana pinned “UPDATE 0832 GMT, The road is cut”"
    assert pinned in page(client)
    queries = "deed__exact=entry.pinned door__exact=command q=road q=ana kind__exact=entry"
    here = [f"account={ana.pk}", f"q=road+{datetime.now(UTC):%Y-%m-%d}", *queries.split()]
    assert [query for query in here if pinned not in page(client, f"?{query}")] == []
    away = f"account={ada.pk} account=0 deed__exact=entry.removed door__exact=api q=bridge q=2001-01-01".split()
    assert [query for query in away if pinned in page(client, f"?{query}")] == []
    for odd in ("account=x", "q=9999-12-31", "q=0001-01-01", "account=" + "9" * 30, "kind__exact=nothing"):
        page(client, f"?{odd}")


def test_a_line_leads_to_what_is_still_there() -> None:
    client, post = logged_in(make_user("ada", "administrator")), make_post()
    gone = make_draft("Gone")
    image = make_image()
    entry = make_update(post)
    text = page(client)
    desk = reverse("admin:entries_post_desk", args=[gone.pk])
    assert desk in text
    gone.delete()
    text = page(client)
    assert desk not in text
    there = [reverse("admin:entries_post_desk", args=[post.pk]), f"/admin/entries/image/{image.pk}/change/"]
    there.append(reverse("admin:entries_post_desk_history", args=[post.pk, entry.pk]))
    assert [address for address in there if address not in text or client.get(address).status_code != 200] == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_queries_however_long_it_is(django_assert_num_queries: Any, rows: int) -> None:
    client, post = logged_in(make_user("ada", "administrator")), make_post()
    for _ in range(rows):
        make_update(post)
    with django_assert_num_queries(10):
        page(client)


def test_the_history_of_a_thing_is_the_log_for_who_may_read_it() -> None:
    post, ada, ana = make_post(), make_user("ada", "administrator"), make_user("ana", "editor")
    history = reverse("admin:entries_post_history", args=[post.pk])
    answer = logged_in(ada).get(history, follow=True)
    assert "opened “The road is cut”" in answer.content.decode()
    assert "created the account" not in answer.content.decode()
    assert logged_in(ana).get(history).status_code == 200
    odd = reverse("admin:entries_post_history", args=["nothing"])
    assert logged_in(ada).get(odd, follow=True).status_code == 200


def exported(client: Client, query: str = "") -> list[list[str]]:
    answer = client.get(f"{LOG}export/{query}")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


def test_what_is_filtered_is_exported_and_a_spreadsheet_computes_none_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entries.admin.log_csv.AT_ONCE", 2)
    client = logged_in(make_user("ada", "administrator"))
    with time_machine.travel(datetime(2024, 12, 3, 12, tzinfo=UTC), tick=False):
        post = make_draft('=HYPERLINK("https://evil.example/")', original="")
    head, row = exported(client, "?deed__exact=post.created")
    assert head[:3] == ["time (UTC)", "name", "account"]
    assert row[0] == "2024-12-03T12:00:00.000Z"
    title = '\'=HYPERLINK("https://evil.example/")'
    assert row[3:11] == ["", "post.created", "post", str(post.pk), title, str(post.pk), "command", ""]
    assert len(exported(client)) == LogLine.objects.count() + 1
    assert [harmless(cell)[0] for cell in ("=1", "+1", "-1", "@a", "\t=1", "a")] == ["'"] * 5 + ["a"]


def test_what_does_not_fit_is_cut_and_no_line_breaks_another() -> None:
    make_draft("x" * 200, original="")
    ana = make_user("ana", "editor")
    ana.first_name, ana.last_name = "A" * 150, "B\nC"
    ana.save()
    logged_in(ana).get("/admin/entries/logline/" + "%0a%00x" * 90 + "/change/")
    assert (len(LogLine.objects.get(deed="post.created").title), newest().name) == (200, f"{'A' * 150} B C (ana)")
    assert "\n" not in newest().told


def test_the_second_step_of_somebody_else_is_told_with_who_reset_it() -> None:
    ada, ana = make_user("ada", "administrator"), make_user("ana", "editor")
    make_second_step(ana)
    form = {"action": "reset_second_step", "_selected_action": ana.pk}
    logged_in(ada).post(reverse("admin:auth_user_changelist"), form)
    assert told("account.step-reset") == ["ada turned off the second step of “ana”, in the admin, 203.0.113.7"]
    assert not second_step.has_second_step(ana)


@pytest.mark.once
def test_every_deed_has_a_sentence_that_fits() -> None:
    actions = {f"entry.{action}" for action in Action} | {f"post.{action}" for action in Action}
    assert {*SENTENCES} == {*Deed}
    assert {deed for deed in Deed if deed.partition(".")[0] in ("entry", "post")} <= actions | {
        "entry.discarded", "post.assigned", "post.discarded",
    }  # fmt: skip
    assert max(map(len, Deed)) <= 20
    assert max(map(len, [*Kind, *Door])) <= 10
