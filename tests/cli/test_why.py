"""`wardround why`: the steps that led to a verdict, as a person reads them and as one document."""

import json
from pathlib import Path
from typing import Any

import pytest

from wardround.cli import main
from wardround.connectors.clock import SystemClock
from wardround.connectors.feeds import sync_mirror
from wardround.lake.home import Home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with four small records of our own."""
    folder = tmp_path_factory.mktemp("why")
    mirror = folder / "mirror"
    mirror.mkdir()
    ranges = [{"version": "0", "lessThan": "2.0.1", "versionType": "semver", "status": "affected"}]
    for number, vendor in enumerate(("Example Gateways", "Example Pumps"), 1):
        affected = [{"vendor": vendor, "product": "Console", "defaultStatus": "unaffected", "versions": ranges}]
        meta = {"cveId": f"CVE-2030-000{number}", "state": "PUBLISHED", "datePublished": "2024-05-13T15:45:00Z"}
        record = {
            "dataType": "CVE_RECORD",
            "dataVersion": "5.1",
            "cveMetadata": meta,
            "containers": {"cna": {"affected": affected}},
        }
        (mirror / f"{number}.json").write_text(json.dumps(record))
    home = Home(folder / "home")
    sync_mirror(mirror, into=home.feeds, clock=SystemClock())
    return home


def run(home: Home, *words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["why", *words, "--home", str(home.path)])
    return int(ended.value.code or 0)


def document(capfd: pytest.CaptureFixture[str], home: Home, *words: str) -> dict[str, Any]:
    assert run(home, *words, "--json") == 0
    found: dict[str, Any] = json.loads(capfd.readouterr().out)
    return found


def test_the_steps_are_in_the_order_in_which_they_decided(home: Home, capfd: pytest.CaptureFixture[str]) -> None:
    told = document(capfd, home, "CVE-2030-0001", "--vendor", "Example Gateways", "--product", "Console", "--version", "1.9.0")
    assert told["verdict"] == "affected"
    assert [step["title"] for step in told["steps"]] == ["record", "name", "override", "container", "object", "entry", "answer"]
    assert told["steps"][-1]["pointer"] == told["decided_by"] == "CVE-2030-0001 /containers/cna/affected/0/versions/0"
    assert "1.9.0 is below 2.0.1" in told["steps"][5]["text"]
    assert all(set(step) == {"title", "text", "source", "stated_at", "pointer"} for step in told["steps"])


def test_the_fix_is_not_affected(home: Home, capfd: pytest.CaptureFixture[str]) -> None:
    told = document(capfd, home, "CVE-2030-0001", "--vendor", "Example Gateways", "--product", "Console", "--version", "2.0.1")
    assert (told["verdict"], told["decided_by"]) == ("not_affected", "CVE-2030-0001 /containers/cna/affected/0/defaultStatus")


def test_a_product_that_the_record_does_not_name_is_unknown_and_says_what_it_names(
    home: Home, capfd: pytest.CaptureFixture[str]
) -> None:
    told = document(capfd, home, "CVE-2030-0001", "--product", "Infusion Manager", "--version", "1.0")
    assert told["verdict"] == "unknown"
    assert "Console" in told["steps"][1]["text"]
    assert "no statement that it is not affected" in told["reason"]


def test_without_a_vendor_where_two_have_such_a_product_nobody_is_guessed(home: Home, capfd: pytest.CaptureFixture[str]) -> None:
    told = document(capfd, home, "CVE-2030-0001", "--product", "Console", "--version", "1.0.0")
    assert told["verdict"] == "unknown"
    assert "Several vendors" in told["reason"]


def test_people_read_numbered_steps_and_what_to_do_next(home: Home, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(home, "CVE-2030-0001", "--vendor", "Example Gateways", "--product", "Console", "--version", "1.0.0") == 0
    shown = capfd.readouterr().out
    assert shown.startswith("CVE-2030-0001, Example Gateways Console 1.0.0: affected")
    assert "1. The record of CVE-2030-0001: published" in shown
    assert "Next: " in shown.splitlines()[-2] + shown.splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("CVE-2030-0001",), "name an asset, or describe one product"),
        (("CVE-2030-0001", "mdm-01", "--product", "Console"), "name an asset, or describe one product"),
        (("CVE-2099-0001", "--product", "Console"), "is not here as of"),
        (("CVE-2030-0001", "--product", " "), "name an asset, or describe one product"),
        (("EPMM", "--product", "Console"), "is no CVE number"),
        (("CVE-2030-0001", "--product", "Console", "--as-of", "soon"), "is not a date"),
        (("CVE-2030-0001", "--product", "Console", "--as-of", "2020-01-01"), "is not here as of 01 January 2020"),
    ],
)
def test_wrong_questions_say_what_to_do(home: Home, capfd: pytest.CaptureFixture[str], words: tuple[str, ...], what: str) -> None:
    assert run(home, *words) == 2
    assert what in capfd.readouterr().err


def test_without_feeds_it_says_to_sync(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(Home(tmp_path), "CVE-2030-0001", "--product", "Console") == 2
    assert "feeds sync" in capfd.readouterr().err


def test_what_a_supplier_claims_stands_beside_ours_with_its_date_and_reason(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ranges = [{"version": "0", "lessThan": "2.0.1", "versionType": "semver", "status": "affected"}]
    record = {
        "dataType": "CVE_RECORD",
        "dataVersion": "5.1",
        "cveMetadata": {"cveId": "CVE-2030-0001", "state": "PUBLISHED", "datePublished": "2024-05-13T15:45:00Z"},
        "containers": {"cna": {"affected": [{"vendor": "Example", "product": "Console", "versions": ranges}]}},
    }
    statements = [
        {
            "vulnerability": {"name": "CVE-2030-0001"},
            "products": [{"@id": f"pkg:generic/example/{name}@1.9.0"}],
            "status": "not_affected",
            "justification": "vulnerable_code_not_present",
        }
        for name in ("console", "another")
    ]
    vex = {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "https://supplier.example/1",
        "author": "A Fictitious Supplier",
        "timestamp": "2024-06-01T00:00:00Z",
        "statements": statements,
    }
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    (mirror / "record.json").write_text(json.dumps(record))
    (mirror / "vex.json").write_text(json.dumps(vex))
    home = Home(tmp_path / "home")
    sync_mirror(mirror, into=home.feeds, clock=SystemClock())

    words = ("CVE-2030-0001", "--vendor", "Example", "--product", "Console", "--version", "1.9.0")
    told = document(capfd, home, *words)
    assert told["verdict"] == "affected"
    (claim,) = told["claims"]
    assert (claim["status"], claim["justification"]) == ("not_affected", "vulnerable_code_not_present")
    assert (claim["source"], claim["stated_at"][:10]) == ("A Fictitious Supplier, https://supplier.example/1", "2024-06-01")
    assert document(capfd, home, *words, "--as-of", "2024-05-20")["claims"] == []
    assert run(home, *words) == 0
    shown = " ".join(capfd.readouterr().out.split())
    assert "Their claim, beside ours: example console 1.9.0: not affected (vulnerable_code_not_present)." in shown
    assert "A Fictitious Supplier, https://supplier.example/1, 01 Jun 2024" in shown


def test_a_time_may_be_asked_about_as_well_as_a_day(home: Home, capfd: pytest.CaptureFixture[str]) -> None:
    words = ("CVE-2030-0001", "--vendor", "Example Gateways", "--product", "Console", "--version", "1.9.0", "--as-of")
    assert document(capfd, home, *words, "2024-05-13T17:45:00+02:00")["as_of"] == "2024-05-13T15:45:00Z"
    assert run(home, *words, "2024-05-13T15:44:59Z") == 2


def test_a_record_that_came_and_could_not_be_read_is_not_called_missing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mirror").mkdir()
    meta = {"cveId": "CVE-2030-0009", "state": "PUBLISHED", "datePublished": "2024-05-13T15:45:00Z"}
    broken = {"dataType": "CVE_RECORD", "dataVersion": "5.1", "cveMetadata": meta, "containers": {"cna": {"affected": "all"}}}
    (tmp_path / "mirror" / "9.json").write_text(json.dumps(broken))
    home = Home(tmp_path / "home")
    sync_mirror(tmp_path / "mirror", into=home.feeds, clock=SystemClock())
    other = {**broken, "cveMetadata": meta | {"cveId": "CVE-2030-0008"}, "containers": {"cna": {"affected": []}}}
    (tmp_path / "mirror" / "8.json").write_text(json.dumps(other))
    sync_mirror(tmp_path / "mirror", into=home.feeds, clock=SystemClock())
    assert run(home, "CVE-2030-0009", "--product", "Console") == 2
    said = capfd.readouterr().err
    assert "came and could not be read, so nobody can say who has it: affected is not a list of objects" in said
    assert "9.json:1" in said
