"""`wardround override`: list, check, add."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine

from wardround.cli import main
from wardround.core.advisories import read_cve
from wardround.core.matching import Overrides
from wardround.lake.statements import Statements, Writer

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


BUNDLED = [one.id for one in Overrides.load().all]


def listed(run: Run) -> list[dict[str, Any]]:
    overrides: list[dict[str, Any]] = json.loads(run("list", "--json")[1])["overrides"]
    return overrides


def ids(run: Run) -> list[str]:
    """Those that this installation added."""
    every = [one["id"] for one in listed(run)]
    assert every[: len(BUNDLED)] == BUNDLED
    return every[len(BUNDLED) :]


def test_the_bundled_ones_are_listed(run: Run) -> None:
    assert ids(run) == []
    out = run("list")[1]
    assert all(part in out for part in ("12.4.0.2", "fixed in 10.2.9-h1, 11.0.4-h1", "12.1: affected"))


def test_every_bundled_one_is_listed_as_its_file_has_it(run: Run) -> None:
    """What `list --json` says of each can be read again, and is the same override."""
    said = [(one["id"], json.dumps(one).encode()) for one in listed(run)]
    assert [replace(one, where="") for one in Overrides().adding(said).all] == [
        replace(one, where="") for one in Overrides.load().all
    ]


def test_a_good_one_is_checked_without_a_change_and_then_added(run: Run, fact: Callable[..., Path]) -> None:
    assert run("check", fact())[0] == 0
    assert ids(run) == []
    assert run("add", fact())[0] == 0
    assert ids(run) == ["fictitious-gateway"]


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
    assert ids(run) == ["fictitious-gateway"]


def test_the_same_file_twice_is_refused(run: Run, fact: Callable[..., Path]) -> None:
    run("add", fact())
    assert run("add", fact())[0] == 2


# Proposals: what records state in words.


def a_record(cve: str, product: str, *versions: str) -> bytes:
    stated = [{"version": version, "status": "affected"} for version in versions]
    affected = [{"vendor": "Example", "product": product, "versions": stated}]
    cna = {"title": "An example", "affected": affected, "references": [{"url": "https://vendor.example/7"}]}
    meta = {"cveId": cve, "state": "PUBLISHED", "datePublished": "2030-05-13T15:45:00Z", "dateUpdated": "2030-05-13T15:45:00Z"}
    return json.dumps({"dataType": "CVE_RECORD", "dataVersion": "5.1", "cveMetadata": meta, "containers": {"cna": cna}}).encode()


@pytest.fixture
def fed(tmp_path: Path) -> Path:
    """The same installation, knowing three fictitious records of which two state versions in words."""
    records = [
        a_record("CVE-2030-0001", "Gateway", "4.0 SP2 and earlier", "5.1"),
        a_record("CVE-2030-0002", "Portal", "ask the vendor"),
        a_record("CVE-2030-0003", "Viewer", "1.0"),
    ]
    with Statements.open(tmp_path / "home" / "feeds", write=True) as statements:
        writer = Writer(statements, seen_at=datetime(2030, 5, 20, 13, tzinfo=UTC))
        with writer.transaction():
            for record in records:
                writer.cve(read_cve(record, where="a test"), source="a test")
    return tmp_path


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(datetime(2030, 6, 1, tzinfo=UTC), tick=False):
        yield


def test_what_records_say_in_words_is_listed_and_decides_nothing(run: Run, fed: Path) -> None:
    code, out, _ = run("list", "--proposed", "--json")
    said = json.loads(out)
    assert (code, said["proposals"], said["with_draft"]) == (0, 2, 1)
    assert [(one["cve"], one["installs"]) for one in said["first"]] == [("CVE-2030-0001", 0), ("CVE-2030-0002", 0)]
    assert "4.0 SP2 and earlier" in run("list", "--proposed")[1]
    assert ids(run) == []


def test_with_an_inventory_the_one_that_decides_its_installs_comes_first(run: Run, fed: Path) -> None:
    inventory = fed / "inventory.csv"
    inventory.write_text("asset_id,vendor,product,version\na,Example,Portal,2.0\nb,Example,Portal,3.0\n")
    said = json.loads(run("list", "--proposed", "--inventory", inventory, "--json")[1])
    assert [(one["cve"], one["installs"]) for one in said["first"]] == [("CVE-2030-0002", 2)]
    assert run("list", "--proposed", "--inventory", fed / "absent.csv")[0] == 2


def test_a_draft_is_refused_as_it_stands_and_taken_once_a_person_completed_it(run: Run, fed: Path) -> None:
    code, out, err = run("propose", "CVE-2030-0001")
    (draft,) = json.loads(out)
    assert (code, draft["author"], draft["date"], draft["source"]) == (0, "", "", "https://vendor.example/7")
    assert draft["statement"]["versions"][0] == {
        "version": "0",
        "lessThanOrEqual": "4.0 SP2",
        "status": "affected",
        "versionType": "custom",
    }
    assert "wardround override check" in err
    (fed / "draft.json").write_text(out)
    assert run("add", fed / "draft.json")[0] == 2
    asked = ("--author", "A. Person (fictitious)", "--date", "2030-05-20", "--out", fed / "whole.json")
    assert run("propose", "cve-2030-0001", "--product", "gateway", *asked)[:2] == (0, "")
    assert run("add", fed / "whole.json")[0] == 0
    assert ids(run) == ["proposed-cve-2030-0001-gateway"]


@pytest.mark.parametrize("cve", ["CVE-2030-0003", "CVE-2030-9999", "no id"])
def test_nothing_to_propose_is_said(run: Run, fed: Path, cve: str) -> None:
    code, out, err = run("propose", cve)
    assert (code, out, bool(err)) == (2, "", True)


def test_words_that_were_not_understood_are_said(run: Run, fed: Path) -> None:
    assert "not understood" in run("propose", "CVE-2030-0002")[2]
