"""What a password must not be, besides short, common, or like its account's name."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_OWN = 8  # characters that are left when what anybody would guess is taken away


class NotEasilyGuessed(CommonPasswordValidator):
    """A common password or the site's name does not get better by being said twice or by a year behind it."""

    def validate(self, password: str, user: Any = None) -> None:
        super().validate(password, user)
        plain = password.casefold()
        if len(_unit(plain)) < _OWN:
            raise ValidationError(_("This password says the same again and again."), code="password_repeats")
        if _is_padded(plain) and _core(plain) in self.passwords:
            raise ValidationError(_("This is a common password with something added to it."), code="password_padded")
        if (rest := _without_site(plain)) != plain and len(re.sub(r"[\W\d_]", "", rest)) < _OWN:
            raise ValidationError(_("This password is little more than the site’s name."), code="password_of_site")

    def get_help_text(self) -> str:
        return _(
            "Not a common password, not the site’s name, and nothing that says the same again and again. "
            "A few words make a good one."
        )


def _unit(plain: str) -> str:
    """What a text is a repetition of, as far as half of it at least comes again: `abc` of `abcabcab`."""
    sizes = range(1, len(plain) * 2 // 3 + 1)
    return plain[: next((size for size in sizes if plain.startswith(plain[size:])), len(plain))]


def _core(plain: str) -> str:
    """`password` of `!password2026password2026`."""
    core = _unit(re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain) or plain)
    return core if core == plain else _core(core)


def _is_padded(plain: str) -> bool:
    return _core(plain) != plain


def _without_site(plain: str) -> str:
    host = urlsplit(settings.SITE_URL).hostname or ""
    names = {settings.SITE_NAME.casefold(), host, *host.split(".")}
    for name in sorted(names, key=len, reverse=True):
        if len(name) >= 4:
            plain = plain.replace(name, "").replace(re.sub(r"\W", "", name), "")
    return plain
