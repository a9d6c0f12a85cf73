"""Who did what, from where: a row of the log for each change, in the change's own transaction.

Never a text, a password, a token or a secret: what stands here is kept for good, and what is removed must not live on.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.contrib.auth.models import Group, User
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from entries import calling
from entries.deeds import Deed, Kind
from entries.enums import Action
from entries.models import ApiToken, Entry, Image, LogLine, Post, Series, Webhook
from entries.sanitising import one_line
from entries.sealing import deletable

KINDS: dict[type[Model], Kind] = {
    Entry: Kind.ENTRY,
    Post: Kind.POST,
    Series: Kind.SERIES,
    Image: Kind.IMAGE,
    User: Kind.ACCOUNT,
    Group: Kind.ROLE,
    ApiToken: Kind.TOKEN,
    Webhook: Kind.WEBHOOK,
}
_CALLER: Final = object()  # whoever the request is of


def note(deed: Deed, of: Model | None = None, *, by: Any = _CALLER, title: str | None = None, detail: str = "") -> None:
    """One INSERT and no other query. `by` None is the site itself."""
    caller = calling.current.get()
    user = caller.user if by is _CALLER else by
    LogLine.objects.create(
        at=timezone.now(),
        account=user and user.pk,
        name=_fitting("name", _name_of(user)) if user else "",
        token=_fitting("token", caller.token),
        deed=deed,
        kind=KINDS[of.__class__] if of else Kind.SITE,
        number=of.pk if of else None,
        title=_fitting("title", _title_of(of) if title is None else title),
        post=_post_of(of),
        door=caller.door,
        address=caller.address,
        detail=_fitting("detail", detail),
    )


def note_action(action: Action, of: Entry | Post, author: Any, detail: str) -> None:
    kind = Kind.ENTRY if isinstance(of, Entry) else Kind.POST
    note(Deed(f"{kind}.{action}"), of, by=author, detail=detail)


def note_failed_login(*, name: str, detail: str) -> None:
    """Only the name of an account that there is: a password in the wrong box is kept nowhere."""
    user = User.objects.filter(username=one_line(name)[:150]).first()
    note(Deed.LOGIN_FAILED, user, by=None, title=None if user else "", detail=detail)


def note_refusals(refused: Iterable[calling.Refused]) -> None:
    for one in refused:
        said = {"detail": one.right} if one.of else {"title": one.right}
        note(Deed.REFUSED, one.of, by=one.author, **said)


@transaction.atomic
def forget_log(*, before: datetime) -> int:
    """The one way to shorten it, and it says so itself."""
    old = LogLine.objects.filter(at__lt=before).order_by()
    number = old.count()
    with deletable():
        old._raw_delete(connection.alias)
    note(Deed.LOG_FORGOTTEN, by=None, title="", detail=f"{number:,} before {before:%Y-%m-%d}")
    return number


def _name_of(user: User) -> str:
    full = user.get_full_name()
    return f"{full} ({user.get_username()})" if full else user.get_username()


def _title_of(of: Model | None) -> str:
    if isinstance(of, Entry):
        return f"{of.name}, {of.post.headline}"
    if isinstance(of, ApiToken):
        return of.name
    return str(of) if of else ""


def _post_of(of: Model | None) -> Any:
    if isinstance(of, Entry):
        return of.post_id
    return of.pk if isinstance(of, Post) else None


def _fitting(name: str, text: str) -> str:
    column = LogLine._meta.get_field(name)
    return one_line(text)[: getattr(column, "max_length", None)]
