import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Min


ACTIONS = [
    ("created", "Created"),
    ("drafted", "Draft saved"),
    ("submitted", "Sent for approval"),
    ("returned", "Sent back"),
    ("scheduled", "Scheduled"),
    ("held", "Held before it goes out"),
    ("undone", "Publication undone"),
    ("published", "Published"),
    ("edited", "Edited"),
    ("removed", "Removed"),
    ("restored", "Restored"),
    ("pinned", "Pinned"),
    ("unpinned", "Unpinned"),
    ("marked-key", "Marked as key moment"),
    ("unmarked-key", "No longer a key moment"),
    ("superseded", "Superseded"),
    ("unsuperseded", "No longer superseded"),
    ("opened", "Opened"),
    ("ended", "Coverage ended"),
    ("reopened", "Reopened"),
    ("promised", "Next update promised"),
]


def tell_when_entries_came_out(apps, schema_editor):
    """The first change of an entry that took a seq; or the opening of its post, where that came later."""
    Revision = apps.get_model("entries", "Revision")
    opened = _first(Revision.objects.filter(entry=None, action="opened"), "post")
    out = _first(Revision.objects.filter(entry__state="published", seq__isnull=False), "entry")
    Entry = apps.get_model("entries", "Entry")
    batch = []
    for entry in Entry.objects.filter(pk__in=_public(Entry)).only("post_id", "removed_at").iterator():
        entry.out_at = max(filter(None, (out.get(entry.pk), opened.get(entry.post_id))), default=None)
        if entry.out_at and not (entry.removed_at and entry.removed_at < entry.out_at):
            batch.append(entry)
    Entry.objects.bulk_update(batch, ["out_at"], batch_size=300)


def _public(Entry):
    return Entry.objects.filter(state="published").exclude(post__state="draft").values("pk")


def _first(revisions, of):
    return dict(revisions.order_by().values_list(of).annotate(Min("created_at")))


class Migration(migrations.Migration):
    dependencies = [("entries", "0006_fill_reading")]
    operations = [
        migrations.AddField("entry", "out_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddField(
            "entry",
            "superseded_by",
            models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="supersedes",
                to="entries.entry",
                verbose_name="superseded by",
            ),
        ),
        migrations.AlterField(
            "revision", "action", models.CharField(choices=ACTIONS, max_length=12, verbose_name="action")
        ),
        migrations.AddConstraint(
            "entry",
            models.CheckConstraint(
                condition=~models.Q(superseded_by=models.F("id")), name="entry_superseded_by_another"
            ),
        ),
        migrations.RunPython(tell_when_entries_came_out, migrations.RunPython.noop, elidable=True),
    ]
