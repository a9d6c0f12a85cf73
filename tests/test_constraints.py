"""What the database itself refuses, whoever writes."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from entries.enums import Action, EntryKind, EntryState, PostState
from entries.models import Entry, Image, Post, Revision, Series
from tests.factories import DAY, make_post, make_update

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def refused(model: type, **values: object) -> bool:
    try:
        with transaction.atomic():
            model.objects.create(**values)  # type: ignore[attr-defined]
    except IntegrityError:
        return True
    return False


@pytest.mark.parametrize(
    "values",
    [
        {"kind": EntryKind.ORIGINAL, "state": EntryState.DRAFT},
        {"state": EntryState.PUBLISHED, "seq": 90, "published_at": None},
        {"state": EntryState.SCHEDULED, "published_at": None},
        {"state": EntryState.PUBLISHED, "seq": 0, "published_at": NOW},
        {"state": EntryState.DRAFT, "seq": 90},
        {"state": EntryState.DRAFT, "removed_at": NOW},
        {"state": "secret"},
        {"kind": "sidebar"},
    ],
)
def test_entries(values: dict[str, object]) -> None:
    assert refused(Entry, post=make_post(), source="x", html="<p>x</p>", **values)


def test_no_entry_is_superseded_by_itself() -> None:
    entry = make_update(make_post())
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(superseded_by=entry)


def test_one_seq_belongs_to_one_entry_and_one_revision() -> None:
    entry = make_update(make_post())
    out = {"state": EntryState.PUBLISHED, "published_at": NOW, "source": "x", "html": "<p>x</p>"}
    assert refused(Entry, post=entry.post, seq=entry.seq, **out)
    revision = {"action": Action.EDITED, "created_at": NOW, "snapshot": {}}
    assert refused(Revision, post=entry.post, seq=entry.seq, **revision)


@pytest.mark.parametrize(
    "values",
    [
        {"slug": "the-road-is-cut"},
        {"state": PostState.LIVE, "published_at": None},
        {"state": PostState.ENDED, "published_at": NOW, "ended_at": None},
        {"state": PostState.LIVE, "published_at": NOW, "ended_at": NOW},
        {"state": "gone"},
        {"seq": 1, "head_seq": 2},
    ],
)
def test_posts(values: dict[str, object]) -> None:
    make_post("The road is cut")
    given: dict[str, object] = {"slug": "another", "headline": "x", "date": DAY, "changed_at": NOW}
    assert refused(Post, **given | values)


def test_series_and_images_are_there_once() -> None:
    Series.objects.create(title="A", slug="a")
    assert refused(Series, title="B", slug="a")
    assert refused(Series, title="a", slug="b")
    image = {"file": "x", "width": 1, "height": 1, "size": 1, "digest": "d"}
    Image.objects.create(**image)
    assert refused(Image, **image)
