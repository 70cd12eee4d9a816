"""Starting Django on one home folder, from the command line."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import django
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from wardround.core.vocab import BadInput
from wardround.hub.installation import Installation
from wardround.hub.reach import EVERYTHING, reach_from_here
from wardround.hub.separation import admit, protect, unprotected
from wardround.lake.home import Home

ONE_AT_A_TIME = 7_290_163_410
"""The number of PostgreSQL's advisory lock under which one process of all makes tables."""


def start(home: Home) -> None:
    """Set Django up on `home`, whatever its database holds."""
    os.environ["WARDROUND_HOME"] = str(home.path)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wardround.hub.settings")
    django.setup()


def boot(home: Home) -> None:
    """Set Django up on `home` and bring its database up to date. Creates both where they are new.

    The thread that calls this is a command's, whoever runs it has the installation: every organisation is in its reach.
    """
    home.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (home.path / "installation.json").exists():
        Installation.read(home).write(home)
    start(home)
    reach_from_here(EVERYTHING)
    migrate()


def migrate() -> None:
    """Apply the migrations that are missing, one process at a time; nearly nothing to do where there are none.

    On PostgreSQL also the rules that separate organisations, and what the serving role may do. Raises BadInput where a newer
    version made the database, or something only an administrator of the server may do is missing.
    """
    if settings.OWNER is None:
        return demand_current()
    with as_owner(), alone():
        executor = MigrationExecutor(connection)
        _demand_known(executor)
        targets = executor.loader.graph.leaf_nodes()
        if executor.migration_plan(targets):
            executor.migrate(targets)
        if connection.vendor == "postgresql":
            separate(role=settings.SERVES_AS, owner_too=not settings.TWO_USERS)


def separate(*, role: str, owner_too: bool) -> None:
    """Force the rules on every tenant table, and let the serving role in. The connection is the owner's."""
    protect(connection)
    admit(connection, role=role, owner_too=owner_too)


def demand_current() -> None:
    """Raise BadInput unless the database has this version's tables, with organisations separated in each."""
    executor = MigrationExecutor(connection)
    _demand_known(executor)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        do = "run `wardround up` once as the owner of the tables: WARDROUND_DATABASE_OWNER"
        raise BadInput("has not this version's tables", where="the database", do=do)
    if connection.vendor == "postgresql" and (bare := unprotected(connection)):
        raise BadInput(f"separates no organisations in {bare[0]}", where="the database", do="run `wardround up` as the owner")


def _demand_known(executor: MigrationExecutor) -> None:
    """Raise BadInput where the database was brought up to date by a newer version than this."""
    ours = executor.loader.migrated_apps
    newer = sorted(key for key in executor.loader.applied_migrations if key[0] in ours and key not in executor.loader.graph.nodes)
    if newer:
        what = f"is of a newer version ({'.'.join(newer[0])})"
        raise BadInput(what, where="the database", do="install that version or a later one; an older one would spoil it")


@contextmanager
def as_owner() -> Iterator[None]:
    """The hub's connection is that of the owner of its tables meanwhile. Raises BadInput where that is another machine's work."""
    if settings.OWNER is None:
        raise BadInput(
            "is stated as elsewhere", where="WARDROUND_DATABASE_OWNER", do="run this where the owner's address is stated"
        )
    served = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(settings.OWNER)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(served)


@contextmanager
def alone() -> Iterator[None]:
    """Nobody else makes tables or a first start in this database meanwhile. One file of SQLite has one hub."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ONE_AT_A_TIME])
