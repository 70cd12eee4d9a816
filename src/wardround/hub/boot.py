"""Starting Django on one home folder, from the command line."""

import os

import django
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from wardround.hub.installation import Installation
from wardround.lake.home import Home


def start(home: Home) -> None:
    """Set Django up on `home`, whatever its database holds."""
    os.environ["WARDROUND_HOME"] = str(home.path)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wardround.hub.settings")
    django.setup()


def boot(home: Home) -> None:
    """Set Django up on `home` and bring its database up to date. Creates both where they are new."""
    home.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (home.path / "installation.json").exists():
        Installation.read(home).write(home)
    start(home)
    migrate()


def migrate() -> None:
    """Apply the migrations that are missing; nearly nothing to do where there are none."""
    executor = MigrationExecutor(connection)
    targets = executor.loader.graph.leaf_nodes()
    if executor.migration_plan(targets):
        executor.migrate(targets)
