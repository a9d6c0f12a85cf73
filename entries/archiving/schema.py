"""Which models there are, in which order, and at which migrations."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps as current_apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model

from entries.archiving.faults import NotEmpty, OtherVersion

# Made by migrations, under other ids in each database: rows that need one name it by its words.
NAMED = ("contenttypes.contenttype", "auth.permission")
# Of the moment only: who is logged in, which would let in whoever reads the archive, and who tried to be.
LEFT_OUT = ("sessions.session", "entries.login", "entries.try")
# An empty site has these from its migrations.
_FROM_MIGRATIONS = ("auth.group", "auth.group_permissions")


def archived_models(apps: Any = current_apps) -> list[type[Model]]:
    """All that a site consists of, none before what it refers to."""
    found = {model._meta.label_lower: model for model in apps.get_models(include_auto_created=True)}
    kept = {
        label: model
        for label, model in sorted(found.items())
        if model._meta.managed and not model._meta.proxy and label not in (*NAMED, *LEFT_OUT)
    }
    ordered: dict[str, type[Model]] = {}
    for label in kept:
        _place(label, kept, ordered, ())
    return list(ordered.values())


def _place(label: str, kept: dict[str, type[Model]], ordered: dict[str, type[Model]], under: tuple[str, ...]) -> None:
    if label in ordered or label in under:  # a model may refer to itself: constraints are looked at in the end
        return
    for field in kept[label]._meta.concrete_fields:
        other = field.related_model and field.related_model._meta.label_lower
        if other in kept:
            _place(other, kept, ordered, (*under, label))
    ordered[label] = kept[label]


def applied_migrations() -> dict[str, list[str]]:
    """Of what is installed; there may be traces of what was once."""
    loader = MigrationLoader(connection)
    return _by_app(loader.applied_migrations.keys() & loader.disk_migrations.keys())


def is_up_to_date() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def refuse_unless_known(migrations: dict[str, list[str]]) -> None:
    known = _known()
    for app, names in migrations.items():
        if strange := sorted(set(names) - set(known.get(app, []))):
            raise OtherVersion(
                f"The archive was made by a newer version, with {app}.{strange[-1]}, which is unknown here: update "
                "this installation, then restore."
            )


def is_older(migrations: dict[str, list[str]]) -> bool:
    return any(set(names) - set(migrations.get(app, [])) for app, names in _known().items())


def refuse_unless_empty() -> None:
    tables = set(connection.introspection.table_names())
    for model in archived_models():
        is_there = model._meta.db_table in tables and model._meta.label_lower not in _FROM_MIGRATIONS
        # By a bare number: of an older database the columns are not yet those of today.
        if is_there and model._base_manager.order_by().values_list("pk")[:1].exists():
            raise NotEmpty


def migrate() -> None:
    if not is_up_to_date():
        call_command("migrate", interactive=False, verbosity=0)


def migrate_to(migrations: dict[str, list[str]]) -> Any:
    """Brings an empty database to where the archive's was; returns the apps as they were then."""
    loader = MigrationLoader(connection)
    nodes = {(app, name) for app, names in migrations.items() for name in names}
    last = [node for node in nodes if not _followers(loader, node) & nodes]
    for app, name in sorted(last):
        if set(_known().get(app, [])) - set(migrations[app]):
            call_command("migrate", app, name, interactive=False, verbosity=0)
    return loader.project_state(sorted(last)).apps


def forget_logins(apps: Any) -> None:
    """They are of accounts by their number, and the numbers come to mean others."""
    for model in apps.get_models():
        if model._meta.label_lower in LEFT_OUT:
            model._base_manager.all()._raw_delete(connection.alias)


def _followers(loader: MigrationLoader, node: tuple[str, str]) -> set[tuple[str, str]]:
    children = loader.graph.node_map[node].children
    return {child.key for child in children if child.key[0] == node[0]}


def _known() -> dict[str, list[str]]:
    return _by_app(MigrationLoader(None).disk_migrations)


def _by_app(nodes: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for app, name in sorted(nodes):
        found.setdefault(app, []).append(name)
    return found
