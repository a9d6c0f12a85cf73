from django.db import models
from django.utils.translation import gettext_lazy as _


class Image(models.Model):
    """A picture as readers get it: checked, upright, without metadata. A row never changes."""

    file = models.FileField(_("file"), upload_to="images")
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    size = models.PositiveIntegerField(_("bytes"), editable=False)
    # SHA-256 of the upload: the same picture given twice is one row.
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("image")
        verbose_name_plural = _("images")

    def __str__(self) -> str:
        return str(self.file).rpartition("/")[2]
