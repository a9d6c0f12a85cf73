"""What a login asks for: a password, a code. None of them is looked at more often than `domain.tries` allows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from entries.domain import second_step, tries
from entries.domain.noting import note_failed_login
from entries.enums import TryKind
from entries.visitors import origin_of

_WRONG_PASSWORD = _("This is not your password.")
_WRONG_CODE = _("This code is not right, was used already, or has run out. Wait for the next one.")


class Guarded:
    """`wait`: seconds, where there were too many tries."""

    wait = 0

    @contextmanager
    def one_try(self, request: HttpRequest, name: str, kind: TryKind = TryKind.PASSWORD) -> Iterator[None]:
        """What is refused within counts."""
        try:
            asked = tries.begin_try(kind=kind, name=name, origin=origin_of(request, name))
        except tries.TooManyTries as refusal:
            self.wait = refusal.seconds
            raise ValidationError(str(refusal), code="wait") from refusal
        try:
            yield
        except ValidationError:
            note_failed_login(name=name, detail=kind)
            raise
        tries.was_right(asked)


class LoginForm(Guarded, AdminAuthenticationForm):
    def clean(self) -> dict[str, Any]:
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not name or not password:
            return self.cleaned_data
        assert self.request is not None  # noqa: S101
        with self.one_try(self.request, name):
            return super().clean()


class OwnForm(Guarded, forms.Form):
    """Of somebody whose name is known."""

    def __init__(self, *args: Any, user: User, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.request = user, request

    def check_code(self, code: str) -> None:
        is_recovery = second_step.is_recovery_code(second_step.plain(code))
        kind = TryKind.RECOVERY if is_recovery else TryKind.CODE
        with self.one_try(self.request, self.user.get_username(), kind):
            if not second_step.is_right(user=self.user, code=code):
                raise ValidationError(_WRONG_CODE, code="wrong")

    def check_password(self, password: str) -> None:
        with self.one_try(self.request, self.user.get_username()):
            if not self.user.check_password(password):
                raise ValidationError(_WRONG_PASSWORD, code="wrong")


def _code_field() -> forms.CharField:
    attributes = {"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}
    return forms.CharField(label=_("Code"), max_length=40, widget=forms.TextInput(attributes))


def _password_field() -> forms.CharField:
    attributes = {"autocomplete": "current-password"}
    return forms.CharField(label=_("Your password"), strip=False, widget=forms.PasswordInput(attributes))


class CodeForm(OwnForm):
    code = _code_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["autofocus"] = True

    def clean(self) -> None:
        if code := self.cleaned_data.get("code"):
            self.check_code(code)


class PasswordForm(OwnForm):
    password = _password_field()

    def clean(self) -> None:
        if password := self.cleaned_data.get("password"):
            self.check_password(password)


class SetUpForm(PasswordForm):
    """The password again: who finds a browser open must not shut its owner out."""

    code = _code_field()
    field_order = ["code", "password"]
    recovery_codes: list[str]

    def __init__(self, *args: Any, nonce: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.nonce = nonce

    def clean(self) -> None:
        super().clean()
        code = self.cleaned_data.get("code")
        if not code or not self.cleaned_data.get("password"):
            return
        made = second_step.set_up(user=self.user, nonce=self.nonce, code=code)
        if made is None:
            raise ValidationError({"code": _WRONG_CODE})
        self.recovery_codes = made


class ChangePasswordForm(Guarded, AdminPasswordChangeForm):
    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        with self.one_try(self.request, self.user.get_username()):
            return str(super().clean_old_password())

    def save(self, commit: bool = True) -> Any:
        with transaction.atomic():  # the log's row with it
            return super().save(commit)
