"""`wardround replay`: one document with --json, a story for people without, the same endings each time."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def replay(*arguments: object, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "wardround", "replay", *map(str, arguments)]
    env = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "WARDROUND_"))} | {"COLUMNS": "160"}
    if home:
        env["WARDROUND_HOME"] = str(home)
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    done = replay("epmm", "--json")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("replay") / "inputs"
    done = replay("epmm", "--export", folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"Next: wardround replay epmm --estate {folder / 'estate'}" in done.stdout
    return folder


@pytest.fixture(scope="module")
def told(exported: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    """Told to a person, on the exported inputs, while another installation's home is set."""
    home = tmp_path_factory.mktemp("another") / "home"
    return replay("epmm", "--estate", exported / "estate", "--logs", exported / "logs", home=home), home


def test_the_document_has_the_keys_that_programs_read(document: dict[str, Any]) -> None:
    assert {"steps", "organisations", "comparison"} <= set(document)
    assert all({"at", "what"} <= set(step) for step in document["steps"])
    for row in document["organisations"]:
        assert {"code", "state", "closing", "open_because"} <= set(row)
        assert isinstance(row["open_because"], list)
        assert all(isinstance(why, str) for why in row["open_because"])
    assert {"cvss_first", "epss_first", "literal_matching", "wardround"} <= set(document["comparison"])


def test_times_are_iso_in_utc(document: dict[str, Any]) -> None:
    assert all(step["at"].endswith("Z") and step["at"].startswith("2025-05-") for step in document["steps"])


def test_a_person_is_told_day_by_day_and_what_to_do_next(told: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    done, _ = told
    assert done.returncode == 0, done.stderr
    for part in ("Monday 19 May 2025", "Where each organisation stands", "What others would have done", "was reopened"):
        assert part in done.stdout
    assert done.stdout.splitlines()[-1].startswith("Next: wardround up --demo")
    assert "\x1b[" not in done.stdout


def test_it_runs_in_a_throw_away_home(told: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    assert not told[1].exists()


def test_a_second_run_on_the_exported_inputs_ends_the_same(
    document: dict[str, Any], told: tuple[subprocess.CompletedProcess[str], Path]
) -> None:
    """What each line of the first run says is a line of the second run, too."""
    lines = {line[9:] for line in told[0].stdout.splitlines() if line[:3].isspace() or line.startswith("  ")}
    assert [step["what"] for step in document["steps"] if "\n" not in step["what"] and step["what"] not in lines] == []
    rows = told[0].stdout
    for row in document["organisations"]:
        expected = f"closed: {row['closing'].replace('_', ' ')}" if row["closing"] else row["state"].replace("_", " ")
        cell = rows[rows.index(f"│ {row['code']} ") :]
        assert expected[:20] in cell[:500], row["code"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("wannacry",), "there is no scenario 'wannacry'; use one of: epmm"),
        (("epmm", "--estate", "/nowhere/at/all"), "/nowhere/at/all"),
        ((), "scenario"),
    ],
)
def test_wrong_usage_is_exit_2(arguments: tuple[str, ...], says: str) -> None:
    done = replay(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr


def test_an_estate_that_cannot_be_read_is_exit_2(tmp_path: Path) -> None:
    (tmp_path / "EX01").mkdir()
    (tmp_path / "EX01" / "inventory.csv").write_text("asset_id,product,version\n")
    done = replay("epmm", "--estate", tmp_path, "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "rename it" in done.stderr


def test_an_export_with_json_says_where_it_wrote_in_one_document(tmp_path: Path) -> None:
    done = replay("epmm", "--export", tmp_path, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    assert said == {"estate": str(tmp_path / "estate"), "logs": str(tmp_path / "logs")}
    assert all(Path(folder).is_dir() for folder in said.values())


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("sources.json", "[]", "sources.json: is not an object of organisations"),
        ("sources.json", '{"EX01": 5}', "sources.json /EX01: is not an object of sources"),
        ("sources.json", '{"EX01": {"register": 7}}', "sources.json /EX01/register: is not a list of product classes"),
        ("EX01/2025-99-12_register.csv", "", "EX01/2025-99-12_register.csv: is not named like"),
        ("EX01/2025-09-12_register.csv", "", "EX01/2025-09-12_register.csv: comes after 2025-05-22"),
        ("EX77/2025-05-12_register.csv", "", "no organisation 'EX77' in this scenario"),
        ("EX02/2025-05-12_perimeter-inventory.csv", "nothing\n", "EX02/2025-05-12_perimeter-inventory.csv line 1: no column"),
    ],
)
def test_an_estate_of_the_wrong_shape_is_named_with_its_place(
    exported: Path, tmp_path: Path, name: str, content: str, says: str
) -> None:
    estate = Path(shutil.copytree(exported / "estate", tmp_path / "estate"))
    (estate / name).parent.mkdir(exist_ok=True)
    (estate / name).write_text(content)
    done = replay("epmm", "--estate", estate, "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_log_of_an_impossible_time_is_named(tmp_path: Path) -> None:
    (tmp_path / "EX02").mkdir()
    (tmp_path / "EX02" / "mdm-01_20250520T9925Z.log").write_text("")
    done = replay("epmm", "--logs", tmp_path, "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "mdm-01_20250520T9925Z.log: is not named like" in done.stderr
