"""Where things live: imports look down, rooms have small faces, names say what a file is."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src"
ROOMS = sorted(p for p in (SRC / "wardround" / "core").iterdir() if (p / "__init__.py").is_file())
VAGUE = {"utils", "util", "helpers", "helper", "misc", "common", "shared", "stuff", "manager", "base"}
LINES = 600


def python_files(tracked: list[Path]) -> list[Path]:
    return [p for p in tracked if p.suffix == ".py"]


def test_imports_look_down(root: Path) -> None:
    """The contracts of `[tool.importlinter]`: layers, rooms, a pure core, no circles."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-logo"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:]


def test_core_asks_no_clock_and_no_network(root: Path, tracked: list[Path]) -> None:
    """What import contracts cannot see: time is passed in as `at=`, and only the part of urllib that reads text is imported."""
    asked = re.compile(r"\b(?:datetime|date)\.(?:now|today|utcnow)\(|\burllib\.(?:request|error|robotparser)\b|\burlopen\b")
    core = [p for p in python_files(tracked) if p.parts[:3] == ("src", "wardround", "core")]
    assert [str(p) for p in core if asked.search((root / p).read_text("utf-8"))] == []


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_room_has_a_face(room: Path) -> None:
    """A docstring with a doctest, and at most ten names."""
    tree = ast.parse((room / "__init__.py").read_text("utf-8"))
    assert ">>> " in (ast.get_docstring(tree) or ""), f"{room.name} shows no example of itself"
    lists = [n.value for n in tree.body if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "__all__"]
    assert lists, f"{room.name} does not say what it offers: __all__"
    assert 1 <= len(ast.literal_eval(lists[0])) <= 10


def test_no_file_has_a_vague_name(tracked: list[Path]) -> None:
    found = [p.as_posix() for p in tracked if p.stem.strip("_").lower() in VAGUE or VAGUE & set(p.parts[:-1])]
    assert found == ["src/wardround/hub/postgresql/base.py"]  # Django asks for a backend under this name


def test_no_file_is_too_long(root: Path, tracked: list[Path]) -> None:
    long = {str(p): n for p in python_files(tracked) if (n := len((root / p).read_text("utf-8").splitlines())) > LINES}
    assert long == {}


def test_tests_mirror_the_source(tracked: list[Path]) -> None:
    """`core/estate` is tested in `tests/core/estate/`, or in `tests/core/test_estate*.py`."""
    tests = {"/".join(p.parts[1:]) for p in tracked if p.parts[0] == "tests" and p.name.startswith("test_")}
    rooms = {p.parts[2:4] for p in tracked if p.parts[:2] == ("src", "wardround") and len(p.parts) == 5 and p.suffix == ".py"}
    wanted = sorted(room for room in rooms if room[0] in ("core", "connectors", "lake"))
    assert [f"{a}/{b}" for a, b in wanted if not any(t.startswith((f"{a}/{b}/", f"{a}/test_{b}")) for t in tests)] == []


def test_no_doctest_is_left_out(root: Path, tracked: list[Path]) -> None:
    mark = "# doctest: +" + "SKIP"
    assert [str(p) for p in tracked if p.suffix in (".py", ".md") and mark in (root / p).read_text("utf-8")] == []
