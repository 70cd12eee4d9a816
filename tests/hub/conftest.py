"""What the hub's tests share: a hub of their own, with its own home folder and no clock of a test before."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from wardround.hub import clock
from wardround.lake.home import Home


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
