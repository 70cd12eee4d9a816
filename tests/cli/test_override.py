"""`wardround override`: list, check, add."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wardround.cli import main

Run = Callable[..., tuple[int, str, str]]
FACT: dict[str, Any] = {
    "id": "fictitious-gateway",
    "cves": ["CVE-2030-0001"],
    "vendor": "Example",
    "product": "Gateway",
    "kind": "branch-fixes",
    "branch_parts": 1,
    "version_parts": 3,
    "fixed": ["1.2.3"],
    "author": "A. Person (fictitious)",
    "source": "https://vendor.example/advisory",
    "date": "2030-05-13",
    "reason": "The record lists no fix.",
}


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path) -> Run:
    """Runs the command on an installation of its own."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["override", *map(str, arguments), "--home", str(tmp_path / "home")])
        out, err = capsysbinary.readouterr()
        return int(ended.value.code or 0), out.decode(), err.decode()

    return run


@pytest.fixture
def fact(tmp_path: Path) -> Callable[..., Path]:
    """Writes an override to a file."""

    def write(name: str = "fact.json", **change: Any) -> Path:
        path = tmp_path / name
        path.write_text(json.dumps(FACT | change))
        return path

    return write


def ids(run: Run) -> list[str]:
    return [one["id"] for one in json.loads(run("list", "--json")[1])["overrides"]]


def test_the_bundled_ones_are_listed(run: Run) -> None:
    assert ids(run) == ["ivanti-epmm-2025"]
    assert "12.4.0.2" in run("list")[1]


def test_a_good_one_is_checked_without_a_change_and_then_added(run: Run, fact: Callable[..., Path]) -> None:
    assert run("check", fact())[0] == 0
    assert ids(run) == ["ivanti-epmm-2025"]
    assert run("add", fact())[0] == 0
    assert ids(run) == ["ivanti-epmm-2025", "fictitious-gateway"]


def test_what_is_listed_can_be_added_elsewhere(run: Run, fact: Callable[..., Path], tmp_path: Path) -> None:
    run("add", fact())
    (said,) = (one for one in json.loads(run("list", "--json")[1])["overrides"] if one["id"] == FACT["id"])
    assert FACT.items() <= said.items()


@pytest.mark.parametrize("change", [{"fixed": ["1.2"]}, {"date": "soon"}, {"id": "../../escape"}])
def test_a_malformed_one_is_refused_and_nothing_is_written(
    run: Run, fact: Callable[..., Path], tmp_path: Path, change: dict[str, Any]
) -> None:
    code, out, err = run("add", fact(**change))
    assert (code, out, "fact.json" in err) == (2, "", True)
    assert not list(tmp_path.rglob("home/**/*.json"))


def test_one_that_disagrees_is_refused_and_both_are_named(run: Run, fact: Callable[..., Path]) -> None:
    run("add", fact())
    code, _, err = run("add", fact("other.json", id="another", fixed=["1.2.4"]))
    assert (code, "fictitious-gateway" in err, "another" in err) == (2, True, True)
    assert ids(run) == ["ivanti-epmm-2025", "fictitious-gateway"]


def test_the_same_file_twice_is_refused(run: Run, fact: Callable[..., Path]) -> None:
    run("add", fact())
    assert run("add", fact())[0] == 2
