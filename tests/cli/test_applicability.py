"""A record that names its product in `cpeApplicability` alone: from a sync to `wardround check` and `wardround why`."""

import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from wardround.cli import main
from wardround.connectors.clock import SystemClock
from wardround.connectors.feeds import sync_mirror
from wardround.lake.home import Home

CRITERIA = "cpe:2.3:a:example:ward_gateway:*:*:*:*:*:*:*:*"


def a_record(number: int, tree: dict[str, Any]) -> dict[str, Any]:
    """A fictitious record without an `affected` list."""
    meta = {"cveId": f"CVE-2030-000{number}", "state": "PUBLISHED", "datePublished": "2024-05-13T15:45:00Z"}
    cna = {"cpeApplicability": [tree]}
    return {"dataType": "CVE_RECORD", "dataVersion": "5.1", "cveMetadata": meta, "containers": {"cna": cna}}


def a_tree(*matches: dict[str, Any]) -> dict[str, Any]:
    return {"nodes": [{"operator": "OR", "negate": False, "cpeMatch": list(matches)}]}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with two such records, one of them with more names than are read."""
    folder = tmp_path_factory.mktemp("trees")
    mirror = folder / "mirror"
    mirror.mkdir()
    match = {"vulnerable": True, "criteria": CRITERIA, "versionEndExcluding": "2.0"}
    endless = [{"vulnerable": True, "criteria": f"cpe:2.3:a:example:product_{n}:*:*:*:*:*:*:*:*"} for n in range(6_000)]
    for number, tree in enumerate((a_tree(match), a_tree(*endless, match)), 1):
        (mirror / f"{number}.json").write_bytes(orjson.dumps(a_record(number, tree)))
    home = Home(folder / "home")
    sync_mirror(mirror, into=home.feeds, clock=SystemClock())
    return home


def said(capfd: pytest.CaptureFixture[str], home: Home, *words: str) -> dict[str, Any]:
    with pytest.raises(SystemExit) as ended:
        main([*words, "--json", "--home", str(home.path)])
    assert not ended.value.code
    document: dict[str, Any] = json.loads(capfd.readouterr().out)
    return document


@pytest.mark.parametrize(("version", "expected"), [("1.9", "affected"), ("2.0", "not_affected"), ("", "unknown")])
def test_check_finds_and_decides_it(
    home: Home, capfd: pytest.CaptureFixture[str], tmp_path: Path, version: str, expected: str
) -> None:
    inventory = tmp_path / "assets.csv"
    inventory.write_text(f"asset_id,vendor,product,version\ngw-01,Example,Ward Gateway,{version}\n")
    found = said(capfd, home, "check", str(inventory), "--all")["findings"]
    assert {f["cve"]: f["verdict"] for f in found} == {"CVE-2030-0001": expected, "CVE-2030-0002": "not_evaluable"}


def test_the_version_in_a_cpe_name_alone_is_enough(home: Home, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    inventory = tmp_path / "assets.csv"
    inventory.write_text(f"asset_id,product,version,cpe\ngw-01,Gateway of ward 3,,{CRITERIA.replace('*', '1.9', 1)}\n")
    found = said(capfd, home, "check", str(inventory))["findings"]
    assert {f["cve"]: f["verdict"] for f in found}["CVE-2030-0001"] == "affected"


def test_why_names_the_match_that_decided(home: Home, capfd: pytest.CaptureFixture[str]) -> None:
    told = said(capfd, home, "why", "CVE-2030-0001", "--vendor", "Example", "--product", "Ward Gateway", "--version", "1.9")
    assert told["verdict"] == "affected"
    assert told["decided_by"] == "CVE-2030-0001 /containers/cna/cpeApplicability/0/nodes/0/cpeMatch/0"


def test_why_says_that_an_endless_tree_is_not_read(home: Home, capfd: pytest.CaptureFixture[str]) -> None:
    told = said(capfd, home, "why", "CVE-2030-0002", "--vendor", "Example", "--product", "Ward Gateway", "--version", "1.9")
    assert (told["verdict"], "more than 5,000 products" in told["reason"]) == ("not_evaluable", True)
