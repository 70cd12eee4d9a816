"""`wardround organisation`, `wardround estate`: as people and programs call them, each in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
PASSWORD = "four dull words here"
TABLE = "asset_id,vendor,product,version\nmdm-01,Ivanti,Endpoint Manager Mobile,12.4.0.1\n,Ivanti,no asset,12.4.0.2\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("estate") / "home"


@pytest.fixture(scope="module")
def run(home: Path) -> Run:
    """Call the command in the module's home."""

    def call(*arguments: object, password: str = PASSWORD) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "wardround", *map(str, arguments)]
        env = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
        env |= {"WARDROUND_HOME": str(home), "WARDROUND_PASSWORD": password, "COLUMNS": "160"}
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)

    return call


@pytest.fixture(scope="module")
def hub(run: Run) -> Run:
    """A centre, one organisation, one person."""
    steps = (
        ("organisation", "centre", "Example Centre", "duty@centre.example", "ann@centre.example", "--person", "Ann (fictitious)"),
        ("organisation", "add", "ex51", "Example Trust", "cyber@ex51.example"),
    )
    for step in steps:
        done = run(*step)
        assert done.returncode == 0, done.stderr
    return run


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("files") / "inventory.csv"
    path.write_text(TABLE)
    return path


@pytest.fixture(scope="module")
def imported(hub: Run, table: Path) -> subprocess.CompletedProcess[str]:
    broken = table.with_name("broken.csv")
    broken.write_text("nothing of use")
    options = ("--org", "EX51", "--source", "perimeter", "--sees", "edge_appliance", "--taken", "2025-05-14")
    return hub("estate", "import", table, broken, *options, "--json")


def test_a_broken_file_is_said_and_the_others_go_in(imported: subprocess.CompletedProcess[str]) -> None:
    assert imported.returncode == 0, imported.stderr
    document = json.loads(imported.stdout)
    (row,) = document["imported"]
    assert (document["organisation"], row["assets"], row["installs"], row["new"]) == ("EX51", 1, 1, True)
    assert (row["sees"], row["taken_at"]) == (["edge_appliance"], "2025-05-14T00:00:00Z")
    assert len(row["rejected"]) == len(document["failed"]) == 1
    assert "broken.csv" in imported.stderr


def test_the_same_again_is_told_as_known_with_what_to_do_next(hub: Run, table: Path, imported: object) -> None:
    done = hub("estate", "import", table, "--source", "perimeter", "--taken", "2025-05-14")  # the only organisation there is
    assert done.returncode == 0
    assert "was there already" in done.stdout
    assert "set aside" in done.stdout
    assert done.stderr.startswith("Next: wardround estate coverage --org EX51")


def test_status_says_how_old_and_what_it_sees(hub: Run, imported: object) -> None:
    (row,) = json.loads(hub("estate", "status", "--json").stdout)["sources"]
    assert (row["organisation"], row["source"], row["sees"]) == ("EX51", "perimeter", ["edge_appliance"])
    assert row["days"] > 300


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--org", "NOPE"), "known codes: CENTRE, EX51"),
        (("--org", "EX51", "--sees", "toaster"), "toaster"),
        (("--org", "EX51", "--taken", "2999-01-01"), "in the future"),
    ],
)
def test_wrong_usage_is_exit_2_with_what_to_do(hub: Run, table: Path, arguments: tuple[str, ...], says: str) -> None:
    done = hub("estate", "import", table, *arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stdout == ""


def test_nothing_usable_is_exit_2(hub: Run, tmp_path: Path) -> None:
    done = hub("estate", "import", tmp_path / "nowhere.csv", "--org", "EX51", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not a file" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_preview_needs_no_hub_and_is_a_mapping_to_correct(hub: Run, table: Path) -> None:
    done = hub("estate", "preview", table)
    assert done.returncode == 0, done.stderr
    assert "asset_id" in json.dumps(json.loads(done.stdout))
    assert done.stderr.splitlines()[-1].startswith("Next:")


DEFENDER = (
    "DeviceId,DeviceName,OSPlatform,SoftwareVendor,SoftwareName,SoftwareVersion\n"
    "5f7a1f2e3d4c5b6a79880011223344556677889a,pc-0001,Windows10,microsoft,windows_10,10.0.19045.4412\n"
)


def test_a_preview_of_a_known_export_says_what_it_is_how_much_is_in_it_and_one_command(run: Run, tmp_path: Path) -> None:
    export = tmp_path / "an export.csv"
    export.write_text(DEFENDER)
    done = run("estate", "preview", export, "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["recognised"] == "Microsoft Defender for Endpoint, software inventory"
    assert (document["assets"], document["installs"], document["rejected"]) == (1, 1, 0)
    assert document["next"].startswith(f"wardround check '{export}'")
    assert "SoftwareName" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("Next: wardround check ")


def test_a_preview_of_an_unknown_table_proposes_and_asks_to_look(run: Run, tmp_path: Path) -> None:
    export = tmp_path / "export.csv"
    export.write_text("Device,Software,Build\npc-1,Reader,9.1\n")
    done = run("estate", "preview", export)
    mapping = tmp_path / "mapping.json"
    mapping.write_text(done.stdout)
    assert "> mapping.json, correct it" in done.stderr.splitlines()[-1]
    again = run("estate", "preview", export, "--mapping", mapping)
    assert "pc-1" in again.stderr
    assert again.stderr.splitlines()[-1].startswith(f"Next: wardround check {export} --mapping {mapping}")


def test_a_preview_of_what_cannot_be_read_shows_its_columns(run: Run, tmp_path: Path) -> None:
    export = tmp_path / "export.csv"
    export.write_text("Colour,Weight\nblue,1\n")
    done = run("estate", "preview", export)
    assert done.returncode == 0
    assert "the columns are: Colour, Weight" in done.stderr


def test_coverage_needs_one_of_an_organisation_and_a_file_and_records(run: Run, table: Path, hub: Run) -> None:
    assert "give one of them" in run("estate", "coverage").stderr
    assert run("estate", "coverage").returncode == 2
    done = run("estate", "coverage", "--inventory", table)
    assert done.returncode == 2
    assert "feeds sync" in done.stderr


@pytest.fixture(scope="module")
def synced(hub: Run, imported: object) -> Run:
    feeds = Path(__file__).parents[2] / "src/wardround/hub/replay/data/epmm/feeds/2025-05-13T1600"
    done = hub("feeds", "sync", "--mirror", feeds)
    assert done.returncode == 0, done.stderr
    return hub


def test_coverage_of_a_file_and_of_an_organisation_say_the_same(synced: Run, table: Path) -> None:
    file = json.loads(synced("estate", "coverage", "--inventory", table, "--json").stdout)
    organisation = json.loads(synced("estate", "coverage", "--org", "EX51", "--json").stdout)
    assert (file["installs"], file["decided"], file["verdicts"]["affected"]) == (1, 1, 2)
    same = ("installs", "decided", "verdicts", "share", "steps")
    assert {name: file[name] for name in same} == {name: organisation[name] for name in same}
    assert organisation["organisation"] == "EX51"
    assert "edge_appliance" not in organisation["unseen"]
    shown = synced("estate", "coverage", "--org", "EX51")
    assert "1 installs: 1 decided" in shown.stdout
    assert shown.stderr.splitlines()[-1].startswith("Next: ")
