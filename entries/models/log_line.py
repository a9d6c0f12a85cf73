"""The log of who did what. Only `entries.domain.noting` adds to it, and nobody changes it."""

from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entries.deeds import SENTENCES, THE_SITE, UNKNOWN_ACCOUNT, Deed, Door, Kind


class OnlyAdded(Exception):
    """Somebody would change the log. The database refuses the same, for whoever gets round this."""

    def __init__(self) -> None:
        super().__init__("The log is only ever added to; manage.py forget_log shortens it.")


class LogLineQuerySet(models.QuerySet["LogLine"]):
    def update(self, **given: Any) -> NoReturn:
        raise OnlyAdded

    def delete(self) -> NoReturn:
        raise OnlyAdded

    def bulk_update(self, *given: Any, **more: Any) -> NoReturn:
        raise OnlyAdded


class LogLine(models.Model):
    """Accounts, posts and things are kept as numbers and as the words that they had: the row stays when they go."""

    at = models.DateTimeField(_("when"), db_index=True)
    # Null for the site itself: its clock, its commands; and for whoever was not logged in.
    account = models.BigIntegerField(_("account"), null=True, db_index=True)
    name = models.CharField(_("who"), max_length=200, blank=True)
    token = models.CharField(_("API token"), max_length=100, blank=True)
    deed = models.CharField(_("what"), max_length=20, choices=Deed)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    number = models.BigIntegerField(_("number"), null=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    post = models.BigIntegerField(_("post"), null=True)
    door = models.CharField(_("door"), max_length=10, choices=Door)
    address = models.CharField(_("address"), max_length=45, blank=True)
    detail = models.CharField(_("detail"), max_length=200, blank=True)

    # Where it leads, in the admin's list.
    link: str

    objects = LogLineQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("log line")
        verbose_name_plural = _("log")
        default_permissions = ("view",)
        indexes = [models.Index(fields=["kind", "number"], name="log_of_thing")]

    def __str__(self) -> str:
        return self.sentence

    def save(self, *given: Any, **more: Any) -> None:
        if not self._state.adding:
            raise OnlyAdded
        super().save(*given, **{**more, "force_insert": True})

    def delete(self, *given: Any, **more: Any) -> NoReturn:
        raise OnlyAdded

    @property
    def sentence(self) -> str:
        """“Ana Ruiz removed “UPDATE 1716 GMT, The road is cut””; what an older version wrote by its bare name."""
        if self.deed not in SENTENCES:
            return f"{self.name or THE_SITE}: {self.deed} {self.title}"
        what = self.title or str(UNKNOWN_ACCOUNT)
        return str(SENTENCES[Deed(self.deed)]) % {"who": self.name or THE_SITE, "what": what}

    @property
    def told(self) -> str:
        """The sentence with where from: “…, from the desk, 203.0.113.7”."""
        door = str(self.get_door_display())
        if self.token:
            door = gettext("%(door)s with the token “%(token)s”") % {"door": door, "token": self.token}
        return ", ".join(filter(None, [self.sentence, door, self.address]))
