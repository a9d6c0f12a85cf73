"""A site that has come back from a backup: readers may know of changes that are lost."""

from django.db import transaction
from django.db.models import F

from entries.announcing import announce
from entries.deeds import Deed
from entries.domain.noting import note
from entries.models import Post


@transaction.atomic
def mark_returned() -> None:
    """From now on `Post.has_lost` tells a cursor of what is lost from one of what came after."""
    Post.objects.update(restored_seq=F("seq"))
    for slug in Post.objects.values_list("slug", flat=True):
        announce(slug)
    note(Deed.RESTORED, by=None)
