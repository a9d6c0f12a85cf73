"""The second step of a login: codes of an app (RFC 6238), and recovery codes for who has lost it."""

import hashlib
import secrets
import unicodedata
from base64 import b32encode
from datetime import datetime, timedelta

import pyotp
from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from entries.deeds import Deed
from entries.domain.noting import note
from entries.models import RecoveryCode, SecondStep

PERIOD = timedelta(seconds=30)
DIGITS = 6
RECOVERY_CODES = 10
# 80 bits in 16 letters that are not taken for one another.
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 16


def has_second_step(user: User) -> bool:
    return SecondStep.objects.filter(user=user).exists()


def new_nonce() -> str:
    return secrets.token_hex(32)


def secret_of(nonce: str) -> str:
    """In the letters that apps take, 160 bits as RFC 4226 recommends."""
    made = salted_hmac("entries.domain.second_step", nonce, algorithm="sha256").digest()
    return b32encode(made[:20]).decode()


def address_for_app(*, user: User, nonce: str) -> str:
    """What the QR code says."""
    totp = pyotp.TOTP(secret_of(nonce))
    return totp.provisioning_uri(name=user.get_username(), issuer_name=settings.SITE_NAME.replace(":", " "))


def set_up(*, user: User, nonce: str, code: str) -> list[str] | None:
    """The recovery codes, which nobody can be told again; None where the code is wrong or there is a step already."""
    step = _step_of(nonce, plain(code), timezone.now())
    if step is None:
        return None
    try:
        with transaction.atomic():
            SecondStep.objects.create(user=user, nonce=nonce, last_step=step)
            note(Deed.STEP_SET, user)
            return renew_recovery_codes(user=user)
    except IntegrityError:
        return None


def is_right(*, user: User, code: str) -> bool:
    """And is so only once, also where two requests bring it at the same moment."""
    given, now = plain(code), timezone.now()
    return _use_recovery_code(user, given, now) if is_recovery_code(given) else _use_code(user, given, now)


def renew_recovery_codes(*, user: User) -> list[str]:
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)) for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(user, code)) for code in codes)
        note(Deed.CODES_RENEWED, user)
    return ["-".join(code[start : start + 4] for start in range(0, _LENGTH, 4)) for code in codes]


def recovery_codes_left(user: User) -> int:
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


@transaction.atomic
def remove(*, user: User) -> bool:
    RecoveryCode.objects.filter(user=user).delete()
    had_one = bool(SecondStep.objects.filter(user=user).delete()[0])
    if had_one:
        note(Deed.STEP_RESET, user)
    return had_one


def plain(code: str) -> str:
    """As people type it: in groups, in capitals, in the digits of their own script."""
    letters = "".join(code.split()).replace("-", "").lower()
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in letters)


def is_recovery_code(plain_code: str) -> bool:
    return len(plain_code) == _LENGTH


def _use_code(user: User, given: str, now: datetime) -> bool:
    row = SecondStep.objects.filter(user=user).first()
    step = _step_of(row.nonce, given, now) if row else None
    if row is None or step is None:
        return False
    return SecondStep.objects.filter(pk=row.pk, last_step__lt=step).update(last_step=step) == 1


def _step_of(nonce: str, given: str, now: datetime) -> int | None:
    """The half minute that this is the code of: this one, or one beside it for phones whose clock is off."""
    totp = pyotp.TOTP(secret_of(nonce), digits=DIGITS)
    at = totp.timecode(now)
    fitting = [step for step in (at - 1, at, at + 1) if constant_time_compare(totp.generate_otp(step), given)]
    return fitting[-1] if fitting else None


@transaction.atomic
def _use_recovery_code(user: User, given: str, now: datetime) -> bool:
    unused = RecoveryCode.objects.filter(user=user, digest=_digest(user, given), used_at=None)
    is_first = unused.update(used_at=now) == 1
    if is_first:
        note(Deed.RECOVERY_USED, user, by=user)
    return is_first


def _digest(user: User, plain_code: str) -> str:
    return hashlib.sha256(f"{user.pk}:{plain_code}".encode(errors="replace")).hexdigest()
