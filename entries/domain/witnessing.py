"""What is changed by Django's own pages and commands, which call no verb of ours: accounts, roles and series. Seen
where it is saved, so that no door is forgotten."""

from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save

from entries.deeds import Deed
from entries.domain.noting import note
from entries.models import Series

_WATCHED: dict[type[Model], tuple[str, ...]] = {
    User: ("username", "first_name", "last_name", "email", "is_active", "is_superuser"),
    Series: ("title", "slug", "description"),
    Group: ("name",),
}
_DEEDS: dict[type[Model], tuple[Deed, Deed, Deed]] = {
    User: (Deed.ACCOUNT_CREATED, Deed.ACCOUNT_CHANGED, Deed.ACCOUNT_DELETED),
    Series: (Deed.SERIES_CREATED, Deed.SERIES_CHANGED, Deed.SERIES_DELETED),
    Group: (Deed.ROLE_CREATED, Deed.ROLE_CHANGED, Deed.ROLE_DELETED),
}
_SIGNS = {"post_add": "+", "post_remove": "−"}


def watch() -> None:
    """Called once, when the models are there."""
    for model in _WATCHED:
        pre_save.connect(_before_saving, sender=model)
        post_save.connect(_saved, sender=model)
        post_delete.connect(_deleted, sender=model)
    m2m_changed.connect(_roles_changed, sender=User.groups.through)
    m2m_changed.connect(_rights_changed, sender=User.user_permissions.through)
    m2m_changed.connect(_rights_changed, sender=Group.permissions.through)
    user_logged_in.connect(_logged_in)
    user_logged_out.connect(_logged_out)


def _before_saving(sender: type[Model], instance: Any, raw: bool, update_fields: Any, **_: Any) -> None:
    """One query more, where somebody saves an account or a series; none where only the last login is noted."""
    names = [name for name in _WATCHED[sender] if update_fields is None or name in update_fields]
    before = sender._base_manager.filter(pk=instance.pk).first() if names and not raw else None
    instance.before, instance.changed_names = (
        before,
        [name for name in names if before and getattr(before, name) != getattr(instance, name)],
    )


def _saved(sender: type[Model], instance: Any, created: bool, raw: bool, **_: Any) -> None:
    if raw:
        return
    made, changed, _gone = _DEEDS[sender]
    if created:
        note(made, instance, detail="superuser" if getattr(instance, "is_superuser", False) else "")
    elif instance.changed_names:
        note(changed, instance, detail=", ".join(_told(instance, name) for name in instance.changed_names))
    if isinstance(instance, User) and not created and _has_other_password(instance):
        note(Deed.PASSWORD_CHANGED, instance, detail="" if instance.has_usable_password() else "switched off")


def _has_other_password(user: Any) -> bool:
    """And not only the same one hashed anew: Django says by `_password` that it is another one."""
    is_off = user.before and user.before.has_usable_password() and not user.has_usable_password()
    return bool(is_off) or user._password is not None


def _told(instance: Any, name: str) -> str:
    value = getattr(instance, name)
    return f"{name} → {'yes' if value else 'no'}" if isinstance(value, bool) else name


def _deleted(sender: type[Model], instance: Any, **_: Any) -> None:
    note(_DEEDS[sender][2], instance)


def _roles_changed(instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **_: Any) -> None:
    """“editor → editor, administrator”."""
    if action not in (*_SIGNS, "pre_clear"):
        return
    if reverse:  # by the role's own side, which names accounts
        for user in User.objects.filter(pk__in=pk_set or instance.user_set.all()):
            _roles_changed(user, action, False, {instance.pk})
        return
    named = set(Group.objects.filter(pk__in=pk_set or ()).values_list("name", flat=True))
    now = set(instance.groups.values_list("name", flat=True))
    before = now - named if action == "post_add" else now | named
    after = set() if action == "pre_clear" else now
    if before != after:
        note(Deed.ROLE_GIVEN, instance, detail=f"{_listed(before)} → {_listed(after)}")


def _rights_changed(instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **_: Any) -> None:
    deed = Deed.ROLE_CHANGED if isinstance(instance, Group) else Deed.ROLE_GIVEN
    if reverse or action not in (*_SIGNS, "pre_clear"):
        return
    rights = Permission.objects.filter(pk__in=pk_set) if pk_set else Permission.objects.none()
    named = " ".join(f"{_SIGNS[action]}{codename}" for codename in rights.values_list("codename", flat=True).order_by())
    note(deed, instance, detail=named or "−")


def _logged_in(user: User, **_: Any) -> None:
    note(Deed.LOGGED_IN, user, by=user)


def _logged_out(user: User | None, **_: Any) -> None:
    if user:
        note(Deed.LOGGED_OUT, user, by=user)


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "–"
