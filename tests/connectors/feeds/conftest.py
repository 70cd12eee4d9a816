"""A mirror to fill, a clock that stands, and one sync."""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from wardround.connectors.clock import FakeClock
from wardround.connectors.feeds import sync_mirror
from wardround.lake.statements import Statements

from ...core.advisories.builders import at

NOW = at("2030-06-01")


@dataclass
class Mirror:
    """A folder of feed files and the store beside it."""

    folder: Path
    into: Path

    def put(self, name: str, content: bytes) -> "Mirror":
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return self

    def sync(self, **kwargs: Any) -> dict[str, Any]:
        return sync_mirror(self.folder, into=self.into, clock=FakeClock(NOW), **kwargs).as_json()

    def counts(self) -> dict[str, tuple[int, int]]:
        """Records and rejected of each feed that has any."""
        return {f["name"]: (f["records"], f["rejected"]) for f in self.sync()["feeds"] if f["records"] or f["rejected"]}

    def why(self) -> list[tuple[str, str]]:
        """Place and reason of everything that was set aside."""
        return [(r["place"], r["what"]) for r in self.sync()["rejected"]]

    def left(self) -> dict[str, str]:
        """Every name that was left, with the reason."""
        return {f"{one['place']}/{name}": one["why"] for one in self.sync()["left"] for name in one["names"]}

    def store(self) -> Statements:
        return Statements.open(self.into)


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    (tmp_path / "test_mirror").mkdir()  # a name that would be left, were it inside
    return Mirror(tmp_path / "test_mirror", tmp_path / "home")


@pytest.fixture
def free_port() -> Callable[[], int]:
    def find() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    return find
