"""`wardround synth estate`, as people and programs call it."""

import json
from pathlib import Path

import pytest

from wardround.cli import main


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["synth", "estate", *arguments])
    return int(ended.value.code or 0)


def test_one_document_says_what_was_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--trusts", "2", "--others", "1", "--devices", "60", "--seed", "3", "--out", str(tmp_path / "n"), "--json") == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["devices"], made["seed"], [o["kind"] for o in made["organisations"]]) == (60, 3, ["trust", "trust", "other"])
    assert sorted(path.name for path in (tmp_path / "n").iterdir()) == [
        "estate.json",
        "org=ZZT001.arrow",
        "org=ZZT002.arrow",
        "org=ZZX001.arrow",
    ]


def test_people_are_told_what_to_do_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--trusts", "1", "--devices", "20", "--out", str(tmp_path / "n")) == 0
    told = capsys.readouterr()
    assert "1 fictitious organisations, 20 devices" in told.out
    assert "wardround match --estate" in told.err.splitlines()[-1]


def test_a_folder_in_use_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "kept.txt").write_text("mine")
    assert run("--trusts", "1", "--devices", "20", "--out", str(tmp_path)) == 2
    assert "something is there already" in capsys.readouterr().err


def test_feeds_that_are_none_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--trusts", "1", "--devices", "20", "--out", str(tmp_path / "n"), "--feeds", str(tmp_path)) == 2
    assert "no advisories are here yet" in capsys.readouterr().err
