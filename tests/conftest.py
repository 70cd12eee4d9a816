"""What every test may use: the shared data, when it is there."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parent.parent.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the checkout; the test is skipped, with a reason, where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("../shared/data is not here: this test runs against real data")
    return SHARED
