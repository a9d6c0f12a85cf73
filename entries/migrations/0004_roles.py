from django.db import migrations

EDITORS = {
    "entry": ["add", "change", "delete", "view", "publish"],
    "post": ["add", "change", "delete", "view"],
    "series": ["add", "change", "delete", "view"],
    "image": ["add", "view"],
    "revision": ["view"],
}
ROLES = {
    "contributor": {"entries": {"entry": ["add"], "post": ["view"]}},
    "editor": {"entries": EDITORS},
    "administrator": {"entries": EDITORS, "auth": {"user": ["add", "change", "view"], "group": ["view"]}},
}
NAMES = {"publish": "Can publish entries and change published ones"}


def make_roles(apps, schema_editor):
    """Permissions are otherwise made after all migrations, which is too late for groups that hold them."""
    for role, rights in ROLES.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=role)
        group.permissions.add(
            *(
                _permission(apps, label, model, verb)
                for label, models in rights.items()
                for model, verbs in models.items()
                for verb in verbs
            )
        )


def _permission(apps, label, model, verb):
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label=label, model=model)
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=kind, codename=f"{verb}_{model}", defaults={"name": NAMES.get(verb, f"Can {verb} {model}")}
    )
    return permission


class Migration(migrations.Migration):
    dependencies = [
        ("entries", "0003_desk"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
