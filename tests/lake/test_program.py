"""The digest that everything kept stands under: what the files hold counts, and nothing else."""

import os
from pathlib import Path

import pytest

from wardround.engines.nation import _kept, _naming
from wardround.lake import program
from wardround.lake.program import ROOMS, digest_of
from wardround.lake.shelf import _shelf


@pytest.fixture
def core(tmp_path: Path) -> Path:
    for room in ROOMS:
        (tmp_path / room / "tables").mkdir(parents=True)
        (tmp_path / room / "code.py").write_text("x = 1\n")
        (tmp_path / room / "tables" / "a.json").write_text("{}")
    return tmp_path


def test_when_a_file_was_written_does_not_count(core: Path) -> None:
    before = digest_of(core)
    os.utime(core / "names" / "code.py", (1, 1))
    (core / "names" / "notes.md").write_text("something else")
    assert digest_of(core) == before


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("file", ["code.py", "tables/a.json", "tables/deeper/b.json"])
def test_what_a_file_holds_counts_at_every_depth_though_its_size_and_time_stay(core: Path, room: str, file: str) -> None:
    path = core / room / file
    path.parent.mkdir(exist_ok=True)
    path.write_text("x = 2\n")
    os.utime(path, (1, 1))
    before = digest_of(core)
    path.write_text("x = 3\n")
    os.utime(path, (1, 1))
    assert digest_of(core) != before


def test_whoever_keeps_something_asks_the_same_digest() -> None:
    assert {module.program for module in (_shelf, _kept, _naming)} == {program.program}  # type: ignore[attr-defined]
