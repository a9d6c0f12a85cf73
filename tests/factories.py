"""Plain functions that make what a test needs, by the same doors as the product."""

import io
import re
from datetime import UTC, date, datetime
from typing import Any

import pyotp
from django.contrib.auth.models import Group, User
from django.utils import timezone
from PIL import Image as Pillow

from entries.domain import posting, publishing, second_step
from entries.domain.pictures import store_image
from entries.enums import EntryKind
from entries.models import Entry, Image, Post, SecondStep, Series

DAY = date(2024, 12, 3)


def at(clock: str, day: date = DAY) -> datetime:
    """GMT on the post's day: `at("1716")`."""
    return datetime.combine(day, datetime.strptime(clock, "%H%M").time(), UTC)  # noqa: DTZ007


def picture(width: int = 64, height: int = 40, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    Pillow.new("RGB", (width, height), "#7a9aa8").save(buffer, kind, **options)
    return buffer.getvalue()


def make_image() -> Image:
    return store_image(picture())


def make_series(title: str = "The Great Tide") -> Series:
    return publishing.ensure_series(title)


def make_user(name: str, role: str = "") -> User:
    """Somebody of that role: `contributor`, `editor`, `administrator`; of none, who may log in and no more."""
    user = User.objects.create_user(name, password="correct horse battery", is_staff=True)
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


def make_draft(headline: str = "The road is cut", original: str = "<p>It began at dawn.</p>", **head: Any) -> Post:
    """A draft post; `original=""` leaves it without an original entry."""
    given: dict[str, Any] = {"headline": headline, "date": DAY} | head
    lines = publishing.Head(**given)
    post = publishing.create_post(head=lines, author=None)
    if original:
        posting.publish_entry(
            post=post, author=None, source=original, kind=EntryKind.ORIGINAL, published_at=at("0600", lines.date)
        )
    post.refresh_from_db()
    return post


def make_post(headline: str = "The road is cut", **given: Any) -> Post:
    """A live post with its original entry."""
    return publishing.open_post(post=make_draft(headline, **given), author=None)


def make_update(post: Post, source: str = "<p>The water is rising.</p>", clock: str = "0832", **given: Any) -> Entry:
    return posting.publish_entry(
        post=post, author=None, source=source, **({"published_at": at(clock, post.date)} | given)
    )


def make_second_step(user: User) -> tuple[pyotp.TOTP, list[str]]:
    """Set up a minute ago, so that no code of now was used."""
    nonce = second_step.new_nonce()
    totp = pyotp.TOTP(second_step.secret_of(nonce))
    now = timezone.now()
    SecondStep.objects.create(user=user, nonce=nonce, last_step=totp.timecode(now) - 2)
    return totp, second_step.renew_recovery_codes(user=user)


def proof_in(response: Any) -> str:
    """What a login's page says of a password that was right."""
    found = re.search(r'name="proof" value="([^"]+)"', response.content.decode())
    assert found
    return found[1]
