"""The hub's tables as lines of JSON, the same from either database, and back into either.

They are written and read by the models as they were at a known set of migrations, so that a backup of an older version is loaded
as it was and then brought up to date.
"""

import base64
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from django.core.management.color import no_style
from django.db import connections, models, transaction
from django.db.migrations.executor import MigrationExecutor

from wardround.core.vocab import BadInput

AT_ONCE = 1_000
LEFT_OUT = ("sessions.Session", "signin.SignIn", "signin.Wait")
"""People sign in again."""
Nodes = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Table:
    """One table's lines: how many rows, and the SHA-256 of its file."""

    label: str
    rows: int
    sha256: str


def newest() -> Nodes:
    """The newest migration of each app: those that every database has that this version has opened."""
    return sorted(MigrationExecutor(connections["default"]).loader.graph.leaf_nodes())


@contextmanager
def standing_still(folder: Path) -> Iterator[str]:
    """The alias under which the database can be read as it is now, whatever people write meanwhile.

    SQLite is copied into `folder` by its own backup; PostgreSQL shows one transaction one state.
    """
    connection = connections["default"]
    if connection.vendor == "sqlite":
        place = folder / "standing-still.sqlite3"
        connection.ensure_connection()
        with second(connection.settings_dict | {"NAME": str(place)}) as alias:
            connections[alias].ensure_connection()
            connection.connection.backup(connections[alias].connection)
            yield alias
        return
    with second(connection.settings_dict) as alias, transaction.atomic(using=alias):
        with connections[alias].cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield alias


@contextmanager
def second(settings: dict[str, Any], alias: str = "second") -> Iterator[str]:
    """Another database beside the hub's own, under this alias."""
    connections.databases[alias] = deepcopy(settings)
    try:
        yield alias
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.databases[alias]


def write_rows(folder: Path, *, nodes: Nodes, alias: str = "default") -> list[Table]:
    """One file of lines for each table, under its label: the columns, then the rows by primary key.

    Names within a document are sorted: PostgreSQL keeps them in an order of its own.
    """
    return [_write_table(model, folder / f"{model._meta.label}.jsonl", alias) for model in _models(nodes, alias)]


def _models(nodes: Nodes, alias: str) -> list[type[models.Model]]:
    """The models as they were at those migrations."""
    apps = MigrationExecutor(connections[alias]).loader.project_state(nodes).apps
    found = [m for m in apps.get_models(include_auto_created=True) if m._meta.managed and not m._meta.proxy]
    return sorted((m for m in found if m._meta.label not in LEFT_OUT), key=lambda m: m._meta.label)


def _write_table(model: type[models.Model], path: Path, alias: str) -> Table:
    columns = sorted(field.attname for field in model._meta.concrete_fields)  # their order in a model is that of its history
    rows = model._base_manager.using(alias).order_by("pk").values_list(*columns).iterator(AT_ONCE)
    digest, count = sha256(), 0
    with path.open("wb") as file:
        for line in _lines(columns, rows):
            digest.update(line)
            file.write(line)
            count += 1
    return Table(model._meta.label, count - 1, digest.hexdigest())


def _lines(columns: list[str], rows: Iterable[tuple[Any, ...]]) -> Iterator[bytes]:
    yield orjson.dumps(columns) + b"\n"
    for row in rows:
        yield orjson.dumps([_plain(value) for value in row], option=orjson.OPT_SORT_KEYS) + b"\n"


def _plain(value: Any) -> Any:
    """What JSON holds. Instants in UTC with all their digits, whichever zone a driver returns them in."""
    match value:
        case datetime():
            return value.isoformat()
        case Decimal() | UUID():
            return str(value)
        case bytes() | memoryview():
            return base64.b64encode(bytes(value)).decode()
        case _:
            return value


def load_rows(folder: Path, tables: list[Table], *, nodes: Nodes, alias: str = "default") -> None:
    """Fill an empty database with them, as it was at those migrations, compare, and bring it up to date.

    Everything or nothing. Raises BadInput where the database holds tables already, this version knows none of those migrations
    (a newer one wrote them), or the database does not give back exactly what was loaded.
    """
    connection = connections[alias]
    executor = MigrationExecutor(connection)
    unknown = [f"{app}.{name}" for app, name in nodes if (app, name) not in executor.loader.graph.nodes]
    if unknown:
        raise BadInput(f"was made by a newer version ({unknown[0]})", where="the backup", do="install that version, or a later one")
    if executor.loader.applied_migrations:
        raise BadInput("holds tables already", where="the database", do="give an empty one")
    executor.migrate(nodes)
    with transaction.atomic(using=alias):
        _fill(nodes, folder, tables, alias)
        _compare(nodes, folder, tables, alias)
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def _fill(nodes: Nodes, folder: Path, tables: list[Table], alias: str) -> None:
    connection = connections[alias]
    chosen = {model._meta.label: model for model in _models(nodes, alias)}
    if missing := sorted({table.label for table in tables} - chosen.keys()):
        raise BadInput(
            f"has a table that this version does not know: {missing[0]}", where="the backup", do="install a later version"
        )
    with connection.cursor() as cursor:
        for model in chosen.values():
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608 (the name is the model's)
    for table in tables:
        _fill_table(chosen[table.label], folder / f"{table.label}.jsonl", alias)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(chosen.values())):
            cursor.execute(statement)


def _fill_table(model: type[models.Model], path: Path, alias: str) -> None:
    with path.open("rb") as file:
        columns = orjson.loads(next(file))
        fields = {field.attname: field for field in model._meta.concrete_fields}
        chosen = [fields[column] for column in columns]
        for field in chosen:  # of this historical model alone: an instant is what it was, not now
            vars(field).update({name: False for name in ("auto_now", "auto_now_add") if hasattr(field, name)})
        while lines := list(islice(file, AT_ONCE)):
            rows = [
                model(**{f.attname: _from_plain(f, value) for f, value in zip(chosen, orjson.loads(line), strict=True)})
                for line in lines
            ]
            model._base_manager.using(alias).bulk_create(rows)


def _from_plain(field: Any, value: Any) -> Any:
    if isinstance(field, models.BinaryField) and value is not None:
        return base64.b64decode(value)
    if isinstance(field, models.ForeignKey):
        return field.target_field.to_python(value)
    return field.to_python(value)


def _compare(nodes: Nodes, folder: Path, tables: list[Table], alias: str) -> None:
    """What the database gives back is what was loaded, to the last character."""
    again = folder / "again"
    again.mkdir()
    given = {table.label: table for table in write_rows(again, nodes=nodes, alias=alias)}
    for table in tables:
        if given[table.label] != table:
            raise BadInput(
                f"{table.label} came back with {given[table.label].rows:,} rows that are not the {table.rows:,} that were loaded",
                where="the database",
                do="keep the backup, and report this",
            )
