"""The product's first acceptance test: the four EPMM records (FACTS 1)."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from wardround.core.advisories import Advisory, fold, read_cve
from wardround.core.matching import Overrides, match
from wardround.core.vocab import Finding, Install

AT = datetime(2026, 11, 1, tzinfo=UTC)
PAIR_2025, PAIR_2026 = ("CVE-2025-4427", "CVE-2025-4428"), ("CVE-2026-1281", "CVE-2026-1340")


@pytest.fixture(scope="module")
def records(shared: Path) -> dict[str, Advisory]:
    lines = (shared / "cve" / "ivanti-epmm.jsonl").read_bytes().splitlines()
    read = [fold([read_cve(line, where=str(n))], at=AT) for n, line in enumerate(lines)]
    return {advisory.cve: advisory for advisory in read if advisory}


def found(record: Advisory, version: str, overrides: Overrides) -> Finding:
    install = Install(asset_id="mdm-01", vendor="Ivanti", product="Endpoint Manager Mobile", version=version)
    return match(record, install, overrides=overrides)


@pytest.mark.parametrize("cve", PAIR_2025)
@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ("11.10.0.3", "affected"),
        ("12.4.0.1", "affected"),
        ("12.5.0.0", "affected"),
        ("11.12.0.4", "affected"),
        ("12.0.0.9", "affected"),
        ("9.9", "affected"),
        ("11.10", "affected"),
        ("11.12.0.5", "not_affected"),
        ("12.3.0.2", "not_affected"),
        ("12.4.0.2", "not_affected"),
        ("12.4.0.2.1", "not_affected"),
        ("12.4.1", "not_affected"),
        ("12.5.0.1", "not_affected"),
        ("12.6", "not_affected"),
        ("13", "not_affected"),
        ("12.4", "unknown"),
        ("12.4.0", "unknown"),
        ("12.5", "unknown"),
        ("12", "unknown"),
        ("11", "unknown"),
        ("", "unknown"),
        ("12.4.0.1 build 7", "unknown"),
        ("9" * 10_000, "unknown"),
    ],
)
def test_the_pair_of_2025_by_branch(records: dict[str, Advisory], cve: str, version: str, verdict: str) -> None:
    finding = found(records[cve], version, Overrides.load())
    assert (finding.verdict, finding.decided_by) == (verdict, "override ivanti-epmm-2025")
    assert len(finding.reason) < 400


@pytest.mark.parametrize("cve", PAIR_2026)
@pytest.mark.parametrize("version", ["12.5.0.0", "12.7.0.0", "12.4", "12.8.1.3", "11.10.0.3", ""])
def test_the_pair_of_2026_is_unknown_with_the_reason(records: dict[str, Advisory], cve: str, version: str) -> None:
    finding = found(records[cve], version, Overrides.load())
    assert finding.verdict == "unknown"
    assert ("12.x.1.x RPM" in finding.reason) == bool(version)


def test_a_literal_reading_of_2025_calls_a_patched_system_affected(records: dict[str, Advisory]) -> None:
    assert found(records["CVE-2025-4427"], "12.4.0.2", Overrides()).verdict == "affected"


def test_the_override_speaks_from_the_day_of_the_vendors_statement(records: dict[str, Advisory]) -> None:
    before, on_the_day = (Overrides.load().as_of(date(2025, 5, day)) for day in (12, 13))
    assert found(records["CVE-2025-4427"], "12.4.0.2", before).verdict == "affected"
    assert found(records["CVE-2025-4427"], "12.4.0.2", on_the_day).verdict == "not_affected"


def test_somebody_can_enter_a_sourced_override_for_2026(records: dict[str, Advisory]) -> None:
    entered = {
        "id": "fictitious-2026",
        "cves": ["CVE-2026-1281"],
        "vendor": "ivanti",
        "product": "Endpoint  Manager Mobile",
        "kind": "statement",
        "statement": {
            "defaultStatus": "affected",
            "versions": [{"version": "12.8.0.0", "lessThan": "*", "versionType": "custom", "status": "unaffected"}],
        },
        "author": "A. Person (fictitious)",
        "source": "https://vendor.example/advisory",
        "date": "2026-02-01",
        "reason": "A fictitious vendor fact.",
    }  # fmt: skip
    overrides = Overrides.load().adding([("entered.json", json.dumps(entered).encode())])
    finding = found(records["CVE-2026-1281"], "12.8.0.0", overrides)
    assert (finding.verdict, finding.decided_by) == ("not_affected", "override fictitious-2026/versions/0")
    assert found(records["CVE-2026-1281"], "12.7.0.0", overrides).verdict == "affected"
