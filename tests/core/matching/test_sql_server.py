"""SQL Server: a build is held against the fix of its own line of updates (Microsoft, SQL Server complete version list tables)."""

from datetime import UTC, datetime

import pytest

from wardround.core.advisories import Advisory, Container
from wardround.core.matching import Overrides, Subject, decide, match_all
from wardround.core.matching._bulk import CODES, verdicts
from wardround.core.matching._sql_server import sql_server_of
from wardround.core.vocab import Install

DAY = datetime(2024, 7, 9, tzinfo=UTC)


def a_record(*objects: tuple[str, str]) -> Advisory:
    affected = [
        {
            "vendor": "Microsoft",
            "product": p,
            "versions": [{"version": f"{fix[:2]}.0.0", "lessThan": fix, "versionType": "custom", "status": "affected"}],
        }
        for p, fix in objects
    ]
    own = (Container("cna", "/containers/cna/affected", affected),)
    return Advisory("CVE-2024-21308", "PUBLISHED", DAY, DAY, "", "", own, (), (), "", "")


JULY_2024 = a_record(
    ("Microsoft SQL Server 2019 (GDR)", "15.0.2116.2"), ("Microsoft SQL Server 2019 for x64-based Systems (CU 27)", "15.0.4382.1")
)
"""The lines that the record of CVE-2024-21308 draws for 2019."""


def verdict(record: Advisory, version: str, product: str = "Microsoft SQL Server 2019 Standard") -> str:
    installs = [Install(asset_id="db-1", vendor="Microsoft Corporation", product=product, version=version)]
    (finding,) = match_all([record], installs=installs, overrides=Overrides())
    return finding.verdict.value


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("15.0.2110.4", "affected"),
        ("15.0.2116.2", "not_affected"),
        ("15.0.4375.4", "affected"),
        ("15.0.4382.1", "not_affected"),
        ("15.0.4390.2", "not_affected"),
        ("15.0", "unknown"),
        ("", "unknown"),
        ("2019", "unknown"),
    ],
)
def test_each_line_has_its_own_fix(version: str, expected: str) -> None:
    assert verdict(JULY_2024, version) == expected


def test_the_other_line_alone_decides_nothing() -> None:
    record = a_record(("Microsoft SQL Server 2019 (GDR)", "15.0.2116.2"))
    assert verdict(record, "15.0.4375.4") == "unknown"
    named = decide(record, Subject(("microsoft",), "microsoft sql server 2019 (gdr)", "15.0.4375.4"), overrides=Overrides())
    assert named.verdict.value == "unknown"


def test_the_first_release_of_2017_is_mended_by_gdr_though_numbered_apart() -> None:
    """https://learn.microsoft.com/troubleshoot/sql/releases/sqlserver-2017/build-versions: RTM 14.0.1000.169, GDR 14.0.2xxx."""
    record = a_record(("Microsoft SQL Server 2017 (GDR)", "14.0.2056.2"), ("Microsoft SQL Server 2017 (CU 31)", "14.0.3471.2"))
    asked = ("14.0.1000.169", "14.0.2052.1", "14.0.2056.2", "14.0.3465.1", "14.0.3471.2")
    said = [verdict(record, version, "SQL Server 2017 Database Engine Services") for version in asked]
    assert said == ["affected", "affected", "not_affected", "affected", "not_affected"]


def test_between_two_fixes_of_one_line_is_unknown() -> None:
    record = a_record(
        ("Microsoft SQL Server 2019 (CU 25)", "15.0.4360.2"),
        ("Microsoft SQL Server 2019 for x64-based Systems (CU 27)", "15.0.4382.1"),
    )
    assert [verdict(record, v) for v in ("15.0.4355.3", "15.0.4365.2", "15.0.4382.1")] == ["affected", "unknown", "not_affected"]


def test_counting_in_bulk_says_the_same() -> None:
    subjects = [
        Subject(("microsoft",), "microsoft sql server 2019", v) for v in ("15.0.2110.4", "15.0.4375.4", "15.0.4382.1", "15.0")
    ]
    each = [decide(JULY_2024, s, overrides=Overrides()).verdict for s in subjects]
    assert [CODES[code] for code in verdicts(JULY_2024, subjects, overrides=Overrides())] == each


@pytest.mark.parametrize(
    ("product", "version", "release"),
    [
        ("SQL Server", "15.0.4375.4", "microsoft sql server 2019"),
        ("Microsoft SQL Server 2022 (64-bit)", "16.0.1000.6", "microsoft sql server 2022"),
        ("SQL Server Management Studio", "19.1", ""),
        ("Microsoft SQL Server 2012 Native Client", "11.4.7001.0", ""),
        ("Microsoft ODBC Driver 17 for SQL Server", "17.10", ""),
        ("SQL Server", "8.0", ""),
    ],
)
def test_what_is_sql_server_and_what_only_sounds_so(product: str, version: str, release: str) -> None:
    assert sql_server_of(Install(asset_id="a", vendor="Microsoft", product=product, version=version)) == release
