"""A nation that does not exist: the same for the same seed, the right size and skew, whole or not there."""

import hashlib
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pyarrow as pa
import pytest

from wardround.core.advisories import read_cve
from wardround.core.vocab import BadInput
from wardround.engines.synth import synth
from wardround.lake.statements import Statements, Writer


def rows(folder: Path) -> list[dict[str, str]]:
    tables = [pa.ipc.open_file(path).read_all() for path in sorted(folder.glob("*.arrow"))]
    return [row for table in tables for row in table.to_pylist()]


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("synth") / "nation"
    synth(folder, trusts=4, devices=2_000, seed=5)
    return folder


def test_the_same_seed_gives_the_same_bytes(nation: Path, tmp_path: Path) -> None:
    synth(tmp_path / "again", trusts=4, devices=2_000, seed=5)
    synth(tmp_path / "other", trusts=4, devices=2_000, seed=6)
    assert digests(tmp_path / "again") == digests(nation)
    assert digests(tmp_path / "other")["org=ZZT001.arrow"] != digests(nation)["org=ZZT001.arrow"]


def test_it_has_the_devices_asked_for_and_about_a_hundred_installs_each(nation: Path) -> None:
    made = orjson.loads((nation / "estate.json").read_bytes())
    listed = rows(nation)
    assert made["installs"] == len(listed)
    assert sum(o["devices"] for o in made["organisations"]) == len({row["asset_id"] for row in listed}) == 2_000
    assert 70 < len(listed) / 2_000 < 130


def test_one_in_a_hundred_versions_is_odd_or_missing(nation: Path) -> None:
    listed = rows(nation)
    odd = sum(row["version"] in ("", "unknown", "see asset tag") or row["version"].endswith(".x") for row in listed)
    assert 0.005 < odd / len(listed) < 0.015


def test_few_products_are_everywhere_and_most_are_rare(nation: Path) -> None:
    often = sorted(Counter(row["product"] for row in rows(nation)).values(), reverse=True)
    assert sum(often[: len(often) // 10]) > 0.3 * sum(often)
    assert often[len(often) // 2] < often[0] / 10


def test_windows_has_builds_with_revisions_and_servers_have_packages_of_their_distribution(nation: Path) -> None:
    listed = rows(nation)
    windows = {row["version"] for row in listed if row["product"].startswith("Windows 1")}
    assert any(version.count(".") == 3 for version in windows)
    openssl = [row for row in listed if row["distribution"] == "debian:12" and row["product"] == "openssl"]
    assert any(row["version"].startswith("3.0.11-") for row in openssl)
    assert {row["scheme"] for row in openssl} == {"deb"}
    assert all(row["purl"] in ("", f"pkg:deb/debian/openssl@{row['version']}?distro=debian-12") for row in openssl)


def test_every_code_is_marked_fictitious(nation: Path) -> None:
    made = orjson.loads((nation / "estate.json").read_bytes())
    assert made["fictitious"]
    assert all(o["code"].startswith("ZZ") and "Fictitious" in o["name"] for o in made["organisations"])


def test_products_and_versions_come_from_the_feeds(tmp_path: Path) -> None:
    entry = {"version": "0", "lessThan": "8.4.2", "versionType": "semver", "status": "affected"}
    affected = [{"vendor": "Example", "product": "Theatre Planner", "versions": [entry]}]
    meta = {
        "cveId": "CVE-2030-0001",
        "state": "PUBLISHED",
        "datePublished": "2030-05-01T00:00:00Z",
        "dateUpdated": "2030-05-01T00:00:00Z",
    }
    record = {"dataType": "CVE_RECORD", "dataVersion": "5.1", "cveMetadata": meta, "containers": {"cna": {"affected": affected}}}
    with Statements.open(tmp_path / "feeds", write=True) as statements:
        writer = Writer(statements, seen_at=datetime(2030, 5, 2, tzinfo=UTC))
        with writer.transaction():
            writer.cve(read_cve(orjson.dumps(record), where="a test"), source="a test")
    synth(tmp_path / "nation", trusts=1, devices=300, seed=1, feeds=tmp_path / "feeds")
    versions = {row["version"] for row in rows(tmp_path / "nation") if row["product"] == "Theatre Planner"}
    assert {"8.4.2", "8.4.1"} <= versions


def test_what_is_interrupted_leaves_nothing(tmp_path: Path) -> None:
    def stop(done: int, total: int, name: str) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        synth(tmp_path / "nation", trusts=3, devices=300, seed=1, progress=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"trusts": 0}, "0 trusts"),
        ({"devices": 2}, "2 devices for 3"),
        ({"devices": 10**9}, "1,000,000,000 devices"),
        ({"seed": -1}, "-1 is no seed"),
    ],
)
def test_what_makes_no_nation_is_refused(asked: dict[str, int], says: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=says):
        synth(tmp_path / "nation", **{"trusts": 3, "devices": 30, "seed": 1} | asked)


def test_a_folder_with_something_in_it_is_left_alone(nation: Path) -> None:
    before = digests(nation)
    with pytest.raises(BadInput, match="something is there already"):
        synth(nation, trusts=1, devices=10, seed=1)
    assert digests(nation) == before
