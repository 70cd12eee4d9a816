"""`wardround names`: review, accept, reject, list, export, import."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from wardround.cli import main
from wardround.connectors.clock import SystemClock
from wardround.connectors.feeds import sync_mirror
from wardround.lake.home import Home

Run = Callable[..., tuple[int, str, str]]
RECORD = {
    "dataType": "CVE_RECORD",
    "dataVersion": "5.1",
    "cveMetadata": {"cveId": "CVE-2030-0001", "state": "PUBLISHED", "datePublished": "2024-05-13T15:45:00Z"},
    "containers": {
        "cna": {
            "title": "An example",
            "affected": [
                {"vendor": "Acme", "product": "Infusion Gateway", "defaultStatus": "affected"},
                {"vendor": "Other", "product": "Unlike", "defaultStatus": "affected"},
            ],
        }
    },
}
INVENTORY = """asset_id,vendor,product,version
pump-1,Acme,Infusion Gateway Appliance,1.0
pump-2,Acme,Infusion Gateway Appliance,1.1
pump-3,Acme,Infusion Gateway,1.0
pump-4,,Quux,1.0
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An installation that knows one record."""
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "CVE-2030-0001.json").write_text(json.dumps(RECORD))
    home = Home.at(tmp_path / "home")
    sync_mirror(tmp_path / "mirror", into=home.feeds, clock=SystemClock())
    return home


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path) -> Run:
    """Runs the command, on the installation `home` unless told otherwise."""

    def run(*arguments: str | Path, home: str = "home") -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["names", *map(str, arguments), "--home", str(tmp_path / home)])
        out, err = capsysbinary.readouterr()
        return int(ended.value.code or 0), out.decode(), err.decode()

    return run


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    path = tmp_path / "inventory.csv"
    path.write_text(INVENTORY)
    return path


DECISION = ("Infusion Gateway Appliance", "--vendor", "Acme", "--to-vendor", "acme", "--to-product", "infusion gateway")


def questions(run: Run, inventory: Path) -> list[dict[str, object]]:
    code, out, _ = run("review", "--inventory", inventory, "--json")
    assert code == 0
    return list(json.loads(out)["questions"])


def test_a_product_that_no_record_names_is_asked_about_once(home: Home, run: Run, inventory: Path) -> None:
    (question,) = questions(run, inventory)
    assert (question["product"], question["assets"], question["versions"]) == ("Infusion Gateway Appliance", 2, ["1.0", "1.1"])
    assert question["candidates"][0]["product"] == "infusion gateway"  # type: ignore[index]
    text = run("review", "--inventory", inventory)[1]
    assert text.splitlines()[-1].startswith("Next: wardround names accept 'Infusion Gateway Appliance'")


def test_an_accepted_name_is_asked_about_no_more_and_counts_in_check(
    home: Home, run: Run, inventory: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    def affected() -> int:
        with pytest.raises(SystemExit):
            main(["check", str(inventory), "--json", "--home", str(home.path)])
        return sum(one["verdict"] == "affected" for one in json.loads(capsysbinary.readouterr().out)["findings"])

    assert affected() == 1
    code, out, err = run("accept", *DECISION, "--author", "A. Person (fictitious)", "--reason", "it says so on the label", "--json")
    assert (code, "Kept" in err) == (0, True)
    (alias,) = json.loads(out)["aliases"]
    assert alias["author"] == "A. Person (fictitious)"
    assert alias["reason"] == "it says so on the label"
    assert alias["to"] == [{"vendor": "acme", "product": "infusion gateway"}]
    assert questions(run, inventory) == []
    assert affected() == 3


def test_a_rejected_name_is_not_offered_again(home: Home, run: Run, inventory: Path) -> None:
    assert run("reject", *DECISION)[0] == 0
    assert questions(run, inventory) == []


def test_a_decision_that_disagrees_is_refused_naming_both_until_it_supersedes(home: Home, run: Run) -> None:
    first = json.loads(run("reject", *DECISION, "--json")[1])["aliases"][0]["id"]
    code, out, err = run("accept", *DECISION)
    assert (code, out) == (2, "")
    assert err.count("infusion-gateway-appliance-") >= 2
    assert first in err
    assert run("accept", *DECISION, "--supersedes", first)[0] == 0


def test_a_name_that_no_record_has_is_kept_and_said(home: Home, run: Run) -> None:
    code, _, err = run("accept", "Ward Box", "--to-product", "No Such Thing", "--to-vendor", "Nobody")
    assert (code, "No record here names Nobody · No Such Thing: it decides nothing until one does." in err) == (0, True)
    assert "No record here" not in run("accept", *DECISION)[2]


def test_the_same_decision_twice_is_one(home: Home, run: Run) -> None:
    run("accept", *DECISION)
    assert "nothing changed" in run("accept", *DECISION)[2]
    assert len(json.loads(run("list", "--own", "--json")[1])["aliases"]) == 1


def test_decisions_travel(home: Home, run: Run, tmp_path: Path) -> None:
    run("accept", *DECISION)
    code, _, err = run("export", tmp_path / "shared.json")
    assert (code, "1 decisions written" in err) == (0, True)
    assert json.loads(run("export")[1]) == json.loads((tmp_path / "shared.json").read_text())
    assert "1 of 1 are new" in run("import", tmp_path / "shared.json", home="other")[2]
    assert "0 of 1 are new" in run("import", tmp_path / "shared.json", home="other")[2]
    assert json.loads(run("list", "--own", "--json", home="other")[1]) == json.loads((tmp_path / "shared.json").read_text())


def test_an_import_that_disagrees_leaves_nothing(home: Home, run: Run, tmp_path: Path) -> None:
    run("accept", *DECISION)
    run("export", tmp_path / "shared.json")
    shared = json.loads((tmp_path / "shared.json").read_text())["aliases"][0]
    fine = shared | {"id": "fine", "from": {"product": "Something"}}
    other = shared | {"id": "other", "to": [{"vendor": "other", "product": "unlike"}]}
    (tmp_path / "shared.json").write_text(json.dumps({"aliases": [fine, other]}))
    code, _, err = run("import", tmp_path / "shared.json")
    assert code == 2
    assert shared["id"] in err
    assert "other" in err
    assert len(json.loads(run("list", "--own", "--json")[1])["aliases"]) == 1


def test_the_bundled_ones_are_listed(run: Run) -> None:
    assert "google-chrome: Google Chrome is Google · Chrome" in run("list")[1]
    assert run("list", "--own")[1] == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("review", "--inventory", "absent.csv"), "is not a file"),
        (("import", "absent.json"), "absent.json"),
        (("accept", "x"), "--to-product"),
        (("accept", " ", "--to-product", "y"), "names nothing"),
    ],
)
def test_wrong_use_is_said_in_one_line(run: Run, arguments: tuple[str, ...], said: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_without_feeds_it_says_what_to_do(run: Run, inventory: Path) -> None:
    code, _, err = run("review", "--inventory", inventory)
    assert code == 2
    assert "wardround feeds sync" in err
