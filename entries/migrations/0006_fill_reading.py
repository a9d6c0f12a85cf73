from itertools import groupby

from django.db import migrations
from django.db.models import Min

from entries.hours import Hour, recounted, start_of, stored
from entries.sanitising import plain_text
from entries.searching import folded


def fill(apps, schema_editor):
    Entry, Post = apps.get_model("entries", "Entry"), apps.get_model("entries", "Post")
    Revision = apps.get_model("entries", "Revision")
    first = dict(Revision.objects.exclude(seq=None).exclude(entry=None).values("entry").annotate(Min("seq")).values_list("entry", "seq__min"))
    for entry in Entry.objects.only("topic", "html", "seq").iterator():
        entry.words = folded(f"{entry.topic} {plain_text(entry.html)}")
        entry.published_seq = first.get(entry.pk, entry.seq)
        entry.save(update_fields=["words", "published_seq"])
    for post in Post.objects.only("seq").iterator():
        updates = post.entries.filter(kind="update", state="published", removed_at=None).order_by("published_at", "id")
        rows = updates.values_list("published_at", "id", "is_key")
        counted = []
        for start, group in groupby(rows, key=lambda row: start_of(row[0])):
            of_hour = list(group)
            counted.append(Hour(start, len(of_hour), sum(row[2] for row in of_hour), of_hour[-1][1]))
        post.hours = stored(recounted([], counted, post.seq))
        post.save(update_fields=["hours"])


class Migration(migrations.Migration):
    dependencies = [("entries", "0005_reading")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
