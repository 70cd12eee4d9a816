"""What the hub's tests share: a hub of their own, with its own home folder and no clock of a test before."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from wardround.hub import clock
from wardround.hub.boot import separate
from wardround.hub.separation import serving_role
from wardround.lake.home import Home

collect_ignore = [] if connection.vendor == "postgresql" else ["test_separation.py"]  # it is PostgreSQL that separates


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """On PostgreSQL the tests run as the role that serves, which owns no table, with every row held to what is in reach.

    What a test sets up reaches everything, what a page asks as far as its person. Truncating is the tests' own way to clear up.
    """
    if connection.vendor == "postgresql":
        role = serving_role(connection.settings_dict["NAME"])
        with django_db_blocker.unblock():
            separate(role=role, owner_too=True)
            with connection.cursor() as cursor:
                cursor.execute(f'GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO "{role}"')
            connection.close()
            connection.settings_dict["OPTIONS"]["assume_role"] = role
    yield
    if connection.vendor == "postgresql":
        connection.close()
        del connection.settings_dict["OPTIONS"]["assume_role"]


@pytest.fixture
def somebody_with_the_database(db: None) -> Iterator[None]:
    """Somebody who may do in the database what they like, as the role that serves may not."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE NONE")
    yield
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'SET LOCAL ROLE "{serving_role(connection.settings_dict["NAME"])}"')


@contextmanager
def a_hub(folder: Path) -> Iterator[Home]:
    """A home folder of its own for what runs inside; the hub's clock goes back to the installation's afterwards."""
    home = Home(folder)
    with override_settings(HOME=home):
        try:
            yield home
        finally:
            clock.use(None)


@pytest.fixture
def hub(db: None, tmp_path: Path) -> Iterator[Home]:
    """An empty hub for one test."""
    with a_hub(tmp_path / "home") as home:
        yield home


@pytest.fixture(scope="module")
def module_hub(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Home]:
    """An empty hub for a whole module, whose tests read what one fixture of theirs has set up. All of it is rolled back."""
    with django_db_blocker.unblock(), a_hub(tmp_path_factory.mktemp("hub")) as home, transaction.atomic():
        yield home
        transaction.set_rollback(True)
