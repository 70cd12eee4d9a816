"""A version before this one goes on writing and reading beside it, once this one's migrations were applied."""

from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations import operations
from django.db.migrations.loader import MigrationLoader

BEFORE = {
    "accounts": "0001_initial",
    "alerts": "0001_initial",
    "audit": "0002_chain",
    "estate": "0002_splits",
    "hunts": "0003_kept_by_pack",
    "incidents": "0001_initial",
    "organisations": "0001_initial",
    "outbox": "0001_initial",
    "workers": "0001_initial",
}
"""What the last version brought its database to. Move it on with each release."""
ALLOWED = {
    ("organisations.0002_joining", "RemoveConstraint", "one_membership"): "the old version looks itself before it adds one",
    ("organisations.0002_joining", "AddConstraint", "one_live_membership"): "the old version never had two either",
}
"""What is no addition, and why the version before can live with it."""
HARMLESS = (
    operations.CreateModel,
    operations.AddIndex,
    operations.AlterModelOptions,
    operations.AlterModelManagers,
)
NUMBERS = count(1)


def is_additive(operation: Any, old: dict[str, Any]) -> bool:
    """Whether the version before notices nothing: it names neither the new table nor the new column in what it writes."""
    if isinstance(operation, HARMLESS):
        return True
    if isinstance(operation, operations.AddField):
        field = operation.field
        return operation.model_name_lower not in old or field.many_to_many or field.null or field.has_db_default()
    if isinstance(operation, operations.AddConstraint):
        return operation.model_name_lower not in old
    if isinstance(operation, operations.AlterField) and operation.model_name_lower in old:
        return takes_what_it_took(old[operation.model_name_lower]._meta.get_field(operation.name), operation.field)
    return isinstance(operation, operations.AlterField)


def takes_what_it_took(was: Any, now: Any) -> bool:
    """A choice more, a text longer: whatever went into the column still does."""
    same = was.get_internal_type() == now.get_internal_type() and was.unique == now.unique
    return same and (now.null or not was.null) and (now.max_length or 0) >= (was.max_length or 0)


def later() -> list[tuple[str, Any]]:
    """The migrations that the version before does not know."""
    graph = MigrationLoader(None)
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("wardround.")}
    known = {node for app, name in BEFORE.items() for node in graph.graph.forwards_plan((app, name))}
    return [
        (f"{app}.{name}", m) for (app, name), m in sorted(graph.disk_migrations.items()) if app in ours and (app, name) not in known
    ]


def test_there_is_something_to_look_at() -> None:
    assert later()


@pytest.mark.parametrize(("name", "migration"), later(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_migration_adds_and_takes_nothing_away(name: str, migration: Any) -> None:
    old = {model._meta.model_name: model for model in before().get_models()}
    taken = [
        (name, type(operation).__name__, named(operation)) for operation in migration.operations if not is_additive(operation, old)
    ]
    assert [one for one in taken if one not in ALLOWED] == []


def named(operation: Any) -> str:
    return str(operation.constraint.name if isinstance(operation, operations.AddConstraint) else getattr(operation, "name", ""))


def before() -> Any:
    """The models as the version before has them."""
    return MigrationLoader(None).project_state(list(BEFORE.items())).apps


def written(model: type[models.Model], made: dict[str, Any]) -> Any:
    """A row as the old version writes it: its own columns and no others."""
    label = model._meta.label
    if label not in made:
        asked = [f for f in model._meta.fields if not (f.primary_key or f.has_default() or f.null)]
        made[label] = model._base_manager.create(**{f.name: value(f, made) for f in asked})
    return made[label]


def value(field: Any, made: dict[str, Any]) -> Any:
    if field.is_relation:
        return written(field.related_model, made)
    number, kind = next(NUMBERS), field.get_internal_type()
    known = {
        "DateTimeField": datetime(2026, 3, 2, tzinfo=UTC),
        "JSONField": {},
        "UUIDField": uuid4(),
        "CharField": f"x{number}",
        "TextField": "a text",
    }
    return known.get(kind, number)


@pytest.mark.django_db
def test_the_version_before_writes_reads_and_changes_every_table_of_its_own() -> None:
    made: dict[str, Any] = {}
    ours = [m for m in before().get_models() if m._meta.app_label in BEFORE]
    assert len(ours) > 15
    for model in ours:
        row = written(model, made)
        again = model._base_manager.get(pk=row.pk)
        assert {f.attname: getattr(again, f.attname) for f in model._meta.concrete_fields if not f.is_relation}
        changed = {f.name: f"y{next(NUMBERS)}" for f in model._meta.fields if f.get_internal_type() == "TextField"}
        if changed and model._meta.app_label != "audit":  # the record is never changed
            assert model._base_manager.filter(pk=row.pk).update(**changed) == 1
