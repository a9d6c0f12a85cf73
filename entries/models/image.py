import re
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _


class ImageQuerySet(models.QuerySet["Image"]):
    def without_variants(self) -> Self:
        return self.exclude(file__regex=r"-[0-9]+x[0-9]+\.[a-z]+$")

    def named(self, name: str) -> Self:
        """Of that file name, also where it has got another since that tells of its variants."""
        found = re.search(r"/([0-9a-f]{32})[-.]", name)
        return self.filter(digest__startswith=found[1]) if found else self.none()


class Image(models.Model):
    """A picture as readers get it: checked, upright, without metadata. Its pixels never change."""

    file = models.FileField(_("file"), upload_to="images")
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    size = models.PositiveIntegerField(_("bytes"), editable=False)
    # SHA-256 of the upload: the same picture given twice is one row.
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ImageQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("image")
        verbose_name_plural = _("images")

    def __str__(self) -> str:
        return str(self.file).rpartition("/")[2]
