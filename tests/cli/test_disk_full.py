"""Backup and export on a full disk: one line says so, nothing is half-written, the next try works."""

import resource
from pathlib import Path

import pytest

from .test_backup import call


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("full") / "home"
    assert call(made, "organisation", "add", "EX1", "Trust (fictitious)", "cyber@ex1.example").returncode == 0
    return made


@pytest.mark.parametrize("command", [("backup", "{out}"), ("audit", "export", "--out", "{out}")], ids=["backup", "export"])
def test_a_file_for_which_there_is_no_room(command: tuple[str, ...], home: Path, tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, before[1]))
    try:
        done = call(home, *(part.replace("{out}", str(tmp_path / "out")) for part in command))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (done.returncode, "Traceback" in done.stderr, done.stderr.count("\n")) == (2, False, 1), done.stderr[-2000:]
    assert list(tmp_path.iterdir()) == []
    assert [path.name for path in home.iterdir() if path.name.startswith(".")] == []
    assert call(home, *(part.replace("{out}", str(tmp_path / "out")) for part in command)).returncode == 0
