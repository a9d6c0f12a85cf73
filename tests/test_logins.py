"""Names, passwords, codes: who gets in, who must wait, and who never has to."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from entries.domain import second_step, tokens, tries
from entries.domain.logins import forget_logins
from entries.domain.tries import ATTACK, CODES, DEVICE, PAIR, PAIR_UNDER_ATTACK, PLACE, QUARTER, forget_tries
from entries.enums import TryKind
from entries.models import Login, RecoveryCode, SecondStep, Try
from entries.visitors import Origin, address_of, in_words
from tests.factories import make_draft, make_post, make_second_step, make_user, proof_in

pytestmark = [pytest.mark.django_db, pytest.mark.once]  # what a database makes of it: test_logins_at_once
PASSWORD = "correct horse battery"
NOW = datetime(2026, 11, 25, 12, 0, 10, tzinfo=UTC)
HOME, ELSEWHERE = "192.0.2.1", "198.51.100.7"
LOGIN, ACCOUNT = "/admin/login/", "/admin/account/"
SET_UP = "/admin/account/second-step/"
NOT_RIGHT = "Please enter the correct username and password"


def log_in(client: Client, name: str = "ann", password: str = PASSWORD, place: str = HOME, **sent: Any) -> Any:
    return client.post(LOGIN, {"username": name, "password": password, **sent}, REMOTE_ADDR=place)


def guess(times: int, name: str = "ann", place: str = HOME, client: Client | None = None) -> list[int]:
    return [log_in(client or Client(), name, f"guess {number}", place).status_code for number in range(times)]


def fail(times: int, name: str = "ann", place: str = HOME, kind: TryKind = TryKind.PASSWORD) -> None:
    """As many wrong ones, without the pages around them."""
    for _ in range(times):
        tries.begin_try(kind=kind, name=name, origin=Origin(place))


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def give(client: Client, proof: str, code: str, place: str = HOME, **sent: Any) -> Any:
    return client.post(LOGIN, {"proof": proof, "code": code, **sent}, REMOTE_ADDR=place)


# Passwords


def test_who_guesses_is_told_to_wait_and_nothing_of_whether_there_is_such_an_account(editor: User) -> None:
    told = []
    for name in ("ann", "nobody"):
        assert guess(PAIR.most + 1, name) == [200] * PAIR.most + [429]
        refused = log_in(Client(), name)
        assert (refused.status_code, 890 < int(refused["Retry-After"]) <= 900) == (429, True)
        told.append(re.findall(r'(?s)<p class="errornote">(.*?)</p>', refused.content.decode()))
    assert told[0] == told[1]
    assert "Try again in 15 minutes" in told[0][0]


def test_what_a_stranger_does_keeps_nobody_out_who_comes_from_elsewhere(editor: User) -> None:
    fail(PAIR.most, place=ELSEWHERE)
    assert log_in(Client(), place=ELSEWHERE).status_code == 429
    assert log_in(Client(), place=HOME).status_code == 302


def test_a_browser_that_is_known_is_let_in_beside_whoever_guesses(editor: User) -> None:
    known = Client()
    log_in(known)
    known.post("/admin/logout/")
    fail(PAIR.most, "nobody")
    fail(PAIR.most)
    assert log_in(Client()).status_code == 429
    assert log_in(known).status_code == 302
    cookie = known.cookies["device"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/admin/", True, "Lax")


def test_a_known_browser_is_limited_too_and_is_known_for_its_own_account_alone(editor: User) -> None:
    make_user("ben", "editor")
    known = Client()
    log_in(known)
    known.post("/admin/logout/")
    assert guess(DEVICE.most + 1, client=known) == [200] * DEVICE.most + [429]
    assert guess(PAIR.most + 1, "ben", client=known) == [200] * PAIR.most + [429]
    forged = Client()
    forged.cookies["device"] = known.cookies["device"].value[:-1] + "x"
    assert guess(PAIR.most + 1, client=forged)[-1] == 429


def test_one_address_cannot_go_through_all_accounts_and_who_works_there_is_let_in(editor: User) -> None:
    make_user("ben", "editor")
    log_in(Client(), "ben")  # is logged in there, in another browser
    for number in range(PLACE.most):
        fail(1, f"user {number}")
    assert log_in(Client(), "another", "Spring2026").status_code == 429
    assert log_in(Client(), "ann").status_code == 429
    assert log_in(Client(), "ben").status_code == 302
    assert log_in(Client(), "ann", place=ELSEWHERE).status_code == 302


def test_a_whole_newsroom_logs_in_from_one_address(editor: User) -> None:
    for _ in range(PAIR.most + 2):
        assert log_in(Client()).status_code == 302
    assert Try.objects.count() == 0


def test_a_crowd_that_guesses_at_one_account_gets_few_tries_each(editor: User) -> None:
    for number in range(ATTACK.most):
        fail(1, place=f"203.0.113.{number}")
    assert guess(PAIR_UNDER_ATTACK.most + 1, place=ELSEWHERE) == [200] * PAIR_UNDER_ATTACK.most + [429]
    assert log_in(Client(), place=HOME).status_code == 302


def test_a_household_of_ipv6_is_one_place(editor: User) -> None:
    statuses = [guess(1, place=f"2001:db8:1:2::{number}")[0] for number in range(PAIR.most + 1)]
    assert statuses[-1] == 429
    assert guess(1, place="2001:db8:1:3::1") == [200]


def test_a_wait_ends_and_asking_meanwhile_does_not_lengthen_it(editor: User) -> None:
    with time_machine.travel(NOW, tick=False) as now:
        fail(PAIR.most)
        now.shift(QUARTER - timedelta(seconds=5))
        refused = log_in(Client())
        assert (refused.status_code, refused["Retry-After"]) == (429, "5")
        now.shift(timedelta(seconds=5))
        assert log_in(Client()).status_code == 302


@pytest.mark.parametrize(("is_behind_proxy", "last"), [(False, 429), (True, 200)])
def test_a_forwarded_address_counts_only_behind_a_proxy(
    editor: User, settings: Any, is_behind_proxy: bool, last: int
) -> None:
    settings.BEHIND_PROXY = is_behind_proxy
    for number in range(PAIR.most + 1):
        answer = Client().post(
            LOGIN,
            {"username": "ann", "password": "guess"},
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
            REMOTE_ADDR=HOME,
        )
    assert answer.status_code == last


def test_what_a_stranger_writes_before_the_proxys_own_word_has_no_effect(editor: User, settings: Any) -> None:
    settings.BEHIND_PROXY = True
    for number in range(PAIR.most + 1):
        forged = {"X-Forwarded-For": f"203.0.113.{number}, {ELSEWHERE}"}
        answer = Client().post(LOGIN, {"username": "ann", "password": "guess"}, headers=forged)
    assert answer.status_code == 429


def test_tries_and_logins_that_are_over_are_forgotten(editor: User) -> None:
    with time_machine.travel(NOW, tick=False) as now:
        guess(2)
        log_in(Client())
        guess(2, place=ELSEWHERE)
        forget_tries(now=NOW)
        forget_logins(now=NOW)
        assert (Try.objects.count(), Login.objects.count()) == (2, 1)
        now.shift(timedelta(days=15))
        forget_tries(now=timezone.now())
        forget_logins(now=timezone.now())
        assert (Try.objects.count(), Login.objects.count()) == (0, 0)


def test_what_is_typed_as_a_name_is_kept_nowhere(editor: User) -> None:
    log_in(Client(), PASSWORD, "x")
    assert PASSWORD not in str(list(Try.objects.values()))


def test_a_token_works_while_its_account_is_guessed_at(editor: User, client: Client) -> None:
    _row, token = tokens.make_token(user=editor, name="x", author=None)
    fail(PAIR.most)
    address = f"/api/v1/posts/{make_post().slug}/entries/"
    sent: Any = {"data": {"source": "<p>Out</p>"}, "content_type": "application/json"}
    headers = {"Authorization": f"Bearer {token}"}
    assert client.post(address, **sent, headers=headers, REMOTE_ADDR=HOME).status_code == 201


def test_next_leads_nowhere_else(editor: User) -> None:
    for onward in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"):
        assert log_in(Client(), next=onward)["Location"] == "/admin/"
    assert log_in(Client(), next="/admin/entries/post/")["Location"] == "/admin/entries/post/"


def test_a_login_gets_a_key_of_its_own(editor: User) -> None:
    client = Client()
    log_in(client)
    first = client.cookies["sessionid"].value
    log_in(client)
    assert client.cookies["sessionid"].value != first
    assert Login.objects.count() == 1


# The second step


def test_the_password_alone_opens_nothing(editor: User) -> None:
    make_second_step(editor)
    client, post = Client(), make_draft()
    asked = log_in(client)
    assert (asked.status_code, "sessionid" in client.cookies) == (200, False)
    for address in ("/admin/", ACCOUNT, SET_UP, f"/admin/entries/post/{post.pk}/desk/", "/admin/password_change/"):
        assert client.get(address).status_code == 302
    news = f"/admin/entries/post/{post.pk}/desk/news/?since=0"
    assert client.get(news, headers={"Accept": "application/json"}).status_code == 401


def test_a_code_lets_in_once(editor: User) -> None:
    with time_machine.travel(NOW, tick=False) as now:
        totp, _codes = make_second_step(editor)
        client = Client()
        answer = give(client, proof_in(log_in(client)), totp.at(NOW), next="/admin/entries/")
        assert (answer.status_code, answer["Location"], is_in(client)) == (302, "/admin/entries/", True)
        again = Client()
        proof = proof_in(log_in(again))
        assert give(again, proof, totp.at(NOW)).status_code == 200  # used
        assert give(again, proof, totp.at(NOW - timedelta(seconds=30))).status_code == 200
        assert give(again, proof, totp.at(NOW + timedelta(seconds=60))).status_code == 200
        assert not is_in(again)
        now.shift(30)
        fast = totp.at(NOW + timedelta(seconds=60)).translate({ord(str(n)): chr(0x660 + n) for n in range(10)})
        assert give(again, proof, f"{fast[:3]} {fast[3:]}").status_code == 302  # in Arabic digits, of a fast clock


def test_an_app_and_the_page_have_the_same_secret_by_the_rfcs_own_figures(editor: User) -> None:
    """RFC 6238, appendix B, with its last six digits."""
    totp = pyotp.TOTP("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    assert [totp.at(at) for at in (59, 1111111109, 2000000000)] == ["287082", "081804", "279037"]
    address = second_step.address_for_app(user=editor, nonce="x")
    assert address == f"otpauth://totp/Liveblog:ann?secret={second_step.secret_of('x')}&issuer=Liveblog"


def test_a_recovery_code_lets_in_once_however_it_is_written(editor: User) -> None:
    _totp, codes = make_second_step(editor)
    client = Client()
    proof = proof_in(log_in(client))
    assert give(client, proof, codes[0].upper().replace("-", " ")).status_code == 302
    again = Client()
    assert give(again, proof_in(log_in(again)), codes[0]).status_code == 200
    assert second_step.recovery_codes_left(editor) == 9
    assert not RecoveryCode.objects.filter(digest__contains=codes[1]).exists()


def test_codes_cannot_be_guessed_and_the_owner_has_a_way_in_all_the_same(editor: User) -> None:
    with time_machine.travel(NOW, tick=False) as now:
        totp, codes = make_second_step(editor)
        known = Client()
        give(known, proof_in(log_in(known)), totp.at(NOW))
        known.post("/admin/logout/")
        stranger = Client()
        proof = proof_in(log_in(stranger, place=ELSEWHERE))
        for number in range(CODES.most - 1):
            fail(1, place=f"203.0.113.{number}", kind=TryKind.CODE)
        statuses = [give(stranger, proof, "12345", f"203.0.113.10{n}").status_code for n in range(2)]
        assert statuses == [200, 429]
        now.shift(60)
        code = totp.at(NOW + timedelta(seconds=60))
        refused = give(stranger, proof, code, "203.0.113.200")
        assert refused.status_code == 429
        assert "With a recovery code" in refused.content.decode()
        assert give(Client(), proof, codes[0], "203.0.113.201").status_code == 302
        assert give(known, proof_in(log_in(known)), code).status_code == 302


def test_a_proof_is_of_one_account_and_of_ten_minutes(editor: User) -> None:
    with time_machine.travel(NOW, tick=False) as now:
        totp, _codes = make_second_step(editor)
        client = Client()
        proof = proof_in(log_in(client))
        assert "log in again" in give(client, proof[:-2] + "xx", totp.at(NOW)).content.decode()
        now.shift(601)
        late = give(client, proof, totp.at(NOW + timedelta(seconds=601)))
        assert (late.status_code, "log in again" in late.content.decode()) == (200, True)
        now.shift(-300)
        editor.set_password("another password for ann")
        editor.save(update_fields=["password"])
        assert "log in again" in give(client, proof, totp.at(NOW)).content.decode()


def set_up(client: Client, code: str | None = None, password: str = PASSWORD) -> Any:
    shown = client.get(SET_UP)
    key = re.search(r'<code class="key" dir="ltr">([^<]+)</code>', shown.content.decode())
    assert key
    totp = pyotp.TOTP(key[1].replace(" ", ""))
    return client.post(SET_UP, {"code": code or totp.now(), "password": password})


def test_an_editor_sets_the_second_step_up_and_turns_it_off(desk: Client, editor: User) -> None:
    other = Client()
    other.force_login(editor)
    assert "not right" in set_up(desk, "000000").content.decode()
    assert "not your password" in set_up(desk, password="guess").content.decode()
    assert not SecondStep.objects.exists()
    done = set_up(desk)
    codes = re.findall(r"<li><code>([^<]+)</code>", done.content.decode())
    assert (len(codes), "no-store" in done["Cache-Control"]) == (10, True)
    assert (is_in(desk), is_in(other)) == (True, False)
    page = desk.get(ACCOUNT).content.decode()
    assert "10 recovery codes are left" in page
    assert codes[0] not in page
    assert desk.get(SET_UP).status_code == 302
    new = desk.post(f"{SET_UP}codes/", {"password": PASSWORD}).content.decode()
    assert codes[0] not in new
    assert "not your password" in desk.post(f"{SET_UP}remove/", {"password": "x"}).content.decode()
    assert SecondStep.objects.exists()
    assert desk.post(f"{SET_UP}remove/", {"password": PASSWORD}).status_code == 302
    assert (SecondStep.objects.count(), RecoveryCode.objects.count()) == (0, 0)


def test_secrets_stand_in_no_database_no_cache_and_no_log(desk: Client, caplog: pytest.LogCaptureFixture) -> None:
    shown = desk.get(SET_UP)
    assert "no-store" in shown["Cache-Control"]
    assert "private" in shown["Cache-Control"]
    set_up(desk)
    row = SecondStep.objects.get()
    assert second_step.secret_of(row.nonce) not in str(vars(row)) + caplog.text


def test_an_administrator_resets_a_colleagues_and_not_their_own_nor_a_superusers() -> None:
    ada, ben, root = (
        make_user("ada", "administrator"),
        make_user("ben", "editor"),
        User.objects.create_superuser("root"),
    )
    for user in (ada, ben, root):
        make_second_step(user)
    client, bens = Client(), Client()
    client.force_login(ada)
    bens.force_login(ben)
    chosen = {"action": "reset_second_step", "_selected_action": [ada.pk, ben.pk, root.pk]}
    assert client.post("/admin/auth/user/", chosen).status_code == 302
    assert set(SecondStep.objects.values_list("user__username", flat=True)) == {"ada", "root"}
    assert not is_in(bens)
    assert bens.post("/admin/auth/user/", chosen).status_code == 302
    assert SecondStep.objects.count() == 2


def test_the_operator_resets_one_from_the_shell(editor: User, capsys: pytest.CaptureFixture[str]) -> None:
    make_second_step(editor)
    fail(PAIR.most)
    call_command("reset_second_step", "ann")
    assert "its second step is off" in capsys.readouterr().out
    assert log_in(Client()).status_code == 302
    with pytest.raises(CommandError):
        call_command("reset_second_step", "nobody")


# Where everybody needs one


def test_who_has_none_is_led_to_it_before_anything_else(settings: Any, editor: User) -> None:
    settings.TWO_FACTOR = "required"
    client, post = Client(), make_draft()
    answer = log_in(client, next="/admin/entries/post/")
    assert answer["Location"].startswith(SET_UP)
    desk = f"/admin/entries/post/{post.pk}/desk/"
    for address in ("/admin/", ACCOUNT, desk, "/admin/password_change/", "/admin/entries/post/", "/admin/jsi18n/"):
        answer = client.get(address)
        assert answer.status_code == 302
        assert client.get(answer["Location"])["Location"].startswith(SET_UP)
    json = {"Accept": "application/json"}
    assert client.get(f"{desk}news/?since=0", headers=json).status_code == 401
    assert client.post(f"{desk}entries/", {"source": "x", "intent": "publish"}, headers=json).status_code == 401
    kept = client.post(f"{desk}entries/", {"source": "<p>Typed for an hour</p>", "intent": "publish"})
    assert (kept.status_code, "Typed for an hour" in kept.content.decode(), post.entries.count()) == (401, True, 1)
    for name in ("remove/", "codes/"):
        assert client.post(f"{SET_UP}{name}", {"password": PASSWORD}).status_code == 302
    assert set_up(client).status_code == 200
    assert is_in(client)
    assert client.post(f"{desk}entries/", {"source": "<p>Out</p>", "intent": "draft"}).status_code == 302


def test_who_has_one_elsewhere_logs_in_with_it(settings: Any, editor: User) -> None:
    """A session that is older than the setting."""
    client = Client()
    client.force_login(editor)
    make_second_step(editor)
    settings.TWO_FACTOR = "required"
    assert client.get(SET_UP).status_code == 302
    assert not SecondStep.objects.filter(made_at__gt=timezone.now()).exists()
    assert client.get("/admin/").status_code == 302
    assert client.get(LOGIN).status_code == 200
    assert client.post("/admin/logout/").status_code == 200


# Where one is logged in


def test_an_account_sees_where_it_is_logged_in_and_ends_what_it_does_not_know(editor: User) -> None:
    here, there, bens = Client(), Client(), Client()
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604.1"
    firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
    log_in(here)
    there.post(LOGIN, {"username": "ann", "password": PASSWORD}, headers={"User-Agent": phone}, REMOTE_ADDR=ELSEWHERE)
    ben = make_user("ben", "editor")
    bens.post(LOGIN, {"username": "ben", "password": PASSWORD}, headers={"User-Agent": firefox})
    page = here.get(ACCOUNT, headers={"User-Agent": firefox}).content.decode()
    assert ("Safari on iPhone" in page, ELSEWHERE in page, page.count("this one")) == (True, True, 1)
    assert "Firefox on Windows" not in page
    assert there.cookies["sessionid"].value not in page
    bens_uid = Login.objects.get(user=ben).uid
    for uid in (Login.objects.get(address=ELSEWHERE).uid, bens_uid):
        here.post(reverse("admin:account_end_login", args=[uid]))
    assert (is_in(here), is_in(there), is_in(bens)) == (True, False, True)
    here.post("/admin/account/logins/end/")
    assert (is_in(here), is_in(bens)) == (False, True)


def test_a_new_password_logs_out_everywhere_else(editor: User) -> None:
    here, there = Client(), Client()
    log_in(here)
    log_in(there)
    new = "quite another password"
    wrong = {"old_password": "x", "new_password1": new, "new_password2": new}
    guesses = [here.post("/admin/password_change/", wrong).status_code for _ in range(DEVICE.most + 1)]
    assert guesses == [200] * DEVICE.most + [429]
    Try.objects.all().delete()
    assert here.post("/admin/password_change/", wrong | {"old_password": PASSWORD}).status_code == 302
    assert (is_in(here), is_in(there), Login.objects.count()) == (True, False, 1)


def test_when_it_was_seen_is_written_once_in_some_minutes(editor: User, django_assert_num_queries: Any) -> None:
    client = Client()
    with time_machine.travel(NOW, tick=False) as now:
        log_in(client)
        with django_assert_num_queries(5):  # session, account, second step, codes left, logins
            client.get(ACCOUNT)
        now.shift(timedelta(minutes=6))
        with django_assert_num_queries(6):
            client.get(ACCOUNT)
        assert Login.objects.get().seen_at == NOW + timedelta(minutes=6)


def test_pages_take_no_other_way_out_than_a_signed_form(editor: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)
    login = Login.objects.get()
    for address in (
        "logout/",
        "account/logins/end/",
        f"account/logins/{login.uid}/end/",
        "account/second-step/remove/",
    ):
        assert client.get(f"/admin/{address}").status_code == 405
        assert client.post(f"/admin/{address}", {"password": PASSWORD}).status_code == 403
    assert is_in(client)


def test_readers_pages_know_of_no_login(desk: Client, django_assert_num_queries: Any) -> None:
    address = make_post().get_absolute_url()
    for client in (desk, Client()):
        with django_assert_num_queries(4):  # a post without a series
            answer = client.get(address)
        assert (answer.cookies, "Cookie" in answer.get("Vary", "")) == ({}, False)


def test_a_wait_is_told_wherever_a_password_is_asked_for(desk: Client, editor: User) -> None:
    make_second_step(editor)
    for _ in range(PAIR.most):
        desk.post(f"{SET_UP}remove/", {"password": "x"})
    for name in ("remove/", "codes/"):
        refused = desk.post(f"{SET_UP}{name}", {"password": PASSWORD})
        assert (refused.status_code, "Retry-After" in refused) == (429, True)
    assert SecondStep.objects.exists()


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("192.0.2.1", "192.0.2.1"), ("9.9.9.9, 192.0.2.1:4711", "192.0.2.1"), ("[2001:db8::1]:443", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"), ("fe80::1%eth0", "fe80::1"), ("", "127.0.0.1"), ("<script>", "127.0.0.1"),
    ],
)  # fmt: skip
def test_the_address_is_what_the_proxy_saw(rf: Any, settings: Any, told: str, address: str) -> None:
    settings.BEHIND_PROXY = True
    assert address_of(rf.get("/", headers={"X-Forwarded-For": told})) == address


@pytest.mark.parametrize("address", [ACCOUNT, SET_UP, f"{SET_UP}remove/", f"{SET_UP}codes/", f"{ACCOUNT}logins/end/"])
def test_who_is_not_logged_in_is_led_to_the_login(address: str, client: Client) -> None:
    for answer in (client.get(address), client.post(address, {"password": "x", "code": "1"})):
        assert (answer.status_code, answer["Location"]) == (302, f"{LOGIN}?next={ACCOUNT}")


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605 Version/18 Safari/605", "Safari on macOS"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8", "Unknown browser"),
    ],
)
def test_a_browser_is_told_in_words(agent: str, words: str) -> None:
    assert in_words(agent) == words


def test_the_limits_say_what_to_do() -> None:
    assert str(tries.TooManyTries(timedelta(seconds=40), TryKind.PASSWORD)) == (
        "Too many wrong tries. Try again in 1 minute. In a browser where you have logged in before you need not wait."
    )
