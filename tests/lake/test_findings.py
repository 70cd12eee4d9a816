"""The findings of one assessment are columns on disk, whole, unchanging, each organisation by itself."""

from pathlib import Path
from uuid import UUID

import pytest

from wardround.core.vocab import BadInput, Finding, Install, Verdict, WardroundError
from wardround.lake.findings import SCHEMA, FindingLake

ASSESSMENT, SNAPSHOT = UUID(int=1), UUID(int=9)


def a_finding(verdict: Verdict = Verdict.AFFECTED, *, assumed: tuple[str, ...] = ()) -> Finding:
    install = Install(asset_id="mdm-01", product="EPMM", version="12.4.0.1", internet_facing=True, extra={"site": "Main"})
    return Finding(install, "CVE-2025-4427", verdict, "below the fix of its branch", "override ivanti-epmm-2025", assumed)


@pytest.fixture
def lake(tmp_path: Path) -> FindingLake:
    return FindingLake(tmp_path)


def test_every_verdict_comes_back_with_its_install_and_its_reason(lake: FindingLake) -> None:
    findings = [a_finding(verdict, assumed=("numbers are compared as numbers",)) for verdict in Verdict] + [a_finding()]
    assert lake.write("RRV", assessment=ASSESSMENT, findings=[(finding, SNAPSHOT) for finding in findings]) == 5
    assert lake.read("RRV", assessment=ASSESSMENT) == findings


def test_a_finding_knows_the_snapshot_its_install_was_read_from(lake: FindingLake) -> None:
    lake.write("RRV", assessment=ASSESSMENT, findings=[(a_finding(), SNAPSHOT), (a_finding(), "")])
    assert lake.scan("RRV", assessment=ASSESSMENT, columns=["snapshot"])["snapshot"].to_pylist() == [str(SNAPSHOT), ""]


def test_an_assessment_without_findings_is_kept(lake: FindingLake) -> None:
    lake.write("RRV", assessment=ASSESSMENT, findings=[])
    assert lake.read("RRV", assessment=ASSESSMENT) == []
    assert lake.scan("RRV", assessment=ASSESSMENT).schema.equals(SCHEMA)


def test_an_assessment_is_never_changed(lake: FindingLake) -> None:
    lake.write("RRV", assessment=ASSESSMENT, findings=[])
    with pytest.raises(BadInput, match="what was stated is not changed"):
        lake.write("RRV", assessment=ASSESSMENT, findings=[(a_finding(), SNAPSHOT)])


def test_an_organisation_never_sees_anothers_assessment(lake: FindingLake) -> None:
    lake.write("RHM", assessment=ASSESSMENT, findings=[(a_finding(), SNAPSHOT)])
    with pytest.raises(WardroundError, match="not kept here"):
        lake.read("RRV", assessment=ASSESSMENT)
    with pytest.raises(BadInput, match="no organisation code"):
        lake.read("../RHM", assessment=ASSESSMENT)
