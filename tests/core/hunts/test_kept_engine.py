"""What is taken for the same engine: the same code and the same tables, of every room that reads logs or runs rules."""

from pathlib import Path

import pytest

from wardround.core.hunts import _kept
from wardround.core.hunts._kept import ROOMS, _parts, engine


def test_code_and_tables_of_inner_packages_count_and_packs_do_not(tmp_path: Path) -> None:
    for name in ("a.py", "b.md", "tables/c.toml", "inner/tables/d.json", "packs/e.toml", "packs/f/g.py", "__pycache__/h.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [name for name, _ in _parts(tmp_path)] == ["a.py", "inner/tables/d.json", "tables/c.toml"]


def test_the_tables_of_rules_and_of_logs_count() -> None:
    assert {"wardround.core.logs", "wardround.core.sigma", "wardround.core.hunts"} <= set(ROOMS)


def test_another_version_of_a_library_is_another_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    before = engine(libraries=("hyperscan",))
    real = _kept.version
    engine.cache_clear()
    monkeypatch.setattr(_kept, "version", lambda name: "9.9" if name == "hyperscan" else real(name))
    assert engine(libraries=("hyperscan",)) != before
    engine.cache_clear()
