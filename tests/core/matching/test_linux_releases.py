"""Upstream kernel records: two objects, one of git commits and one of releases, at the fixes of several stable branches.

The releases of five real records of kernel.org (cve.org, read 2024-10); each also has an object of git commits whose default
is *unaffected*, which must never answer for a release (FACTS 9).
"""

from collections.abc import Callable
from typing import Any

import pytest

from wardround.core.advisories import Advisory
from wardround.core.matching import Overrides, Subject, decide, match_all
from wardround.core.matching._bulk import CODES, verdicts
from wardround.core.matching._match import subject_of
from wardround.core.names import Aliases
from wardround.core.vocab import Install

# Since which release, the fixes of the stable branches, and the first release of the main line that has the fix.
RECORDS = {
    "CVE-2024-36971": ("4.6", ["4.19.316", "5.4.278", "5.10.219", "5.15.161", "6.1.94", "6.6.34", "6.9.4"], "6.10"),
    "CVE-2024-41090": ("4.20", ["5.4.281", "5.10.223", "5.15.164", "6.1.102", "6.6.43", "6.9.12", "6.10.2"], "6.11"),
    "CVE-2022-48655": ("5.4", ["5.4.277", "5.10.218", "5.15.71", "5.19.12"], "6.0"),
    "CVE-2023-52433": ("6.5", ["6.5.4"], "6.6"),
    "CVE-2024-50064": ("6.2", ["6.6.57", "6.11.4"], "6.12-rc1"),
}
GIT = {"version": "95a15d80aa0d", "lessThan": "7184491fc515", "versionType": "git", "status": "affected"}
WRITTEN = ["custom", "semver"]
"""Kernel.org typed its releases `custom` until 2024, `semver` since."""


def objects(cve: str, version_type: str) -> list[dict[str, Any]]:
    """The two objects of a record, as kernel.org writes them."""
    since, fixes, main = RECORDS[cve]
    whose = {"vendor": "Linux", "product": "Linux", "programFiles": ["net/ipv4/route.c"]}
    releases: list[dict[str, str]] = [{"version": since, "status": "affected"}]
    releases.append({"version": "0", "lessThan": since, "status": "unaffected", "versionType": version_type})
    for fix in fixes:
        series = fix.rpartition(".")[0] + ".*"
        releases.append({"version": fix, "lessThanOrEqual": series, "status": "unaffected", "versionType": version_type})
    mainline = {"version": main, "lessThanOrEqual": "*", "status": "unaffected", "versionType": "original_commit_for_fix"}
    return [
        whose | {"defaultStatus": "unaffected", "versions": [GIT]},
        whose | {"defaultStatus": "affected", "versions": [*releases, mainline]},
    ]


@pytest.fixture(params=WRITTEN)
def says(request: pytest.FixtureRequest, a_record: Callable[..., Advisory]) -> Callable[..., str]:
    """What a record says of an install, in bulk too."""

    def ask(cve: str, version: str, product: str = "Linux kernel", **more: str) -> str:
        record, install = a_record(objects(cve, request.param), cve=cve), Install("a", product, version, **more)
        (finding,) = match_all([record], installs=[install], overrides=Overrides(), aliases=Aliases.load())
        (code,) = verdicts(record, [subject_of(Install("a", "Linux", version, vendor="Linux"))], overrides=Overrides())
        assert CODES[code] == finding.verdict or not version
        return finding.verdict.value

    return ask


@pytest.mark.parametrize("cve", RECORDS)
def test_each_branch_is_mended_at_its_own_fix(says: Any, cve: str) -> None:
    for fix in RECORDS[cve][1]:
        branch, _, last = fix.rpartition(".")
        assert says(cve, f"{branch}.{int(last) - 1}") == "affected"
        assert [says(cve, fix), says(cve, f"{branch}.{int(last) + 1}")] == ["not_affected", "not_affected"]


@pytest.mark.parametrize(
    ("cve", "version", "expected"),
    [
        ("CVE-2024-36971", "4.4.302", "not_affected"),  # before it came in
        ("CVE-2024-36971", "4.6", "affected"),
        ("CVE-2024-36971", "6.7", "affected"),  # 6.7 is 6.7.0, of a branch without a fix
        ("CVE-2024-36971", "6.8.12", "affected"),
        ("CVE-2024-36971", "6.9", "affected"),
        ("CVE-2024-36971", "6.10", "not_affected"),
        ("CVE-2024-36971", "6.10-rc1", "affected"),
        ("CVE-2023-52433", "6.5", "affected"),
        ("CVE-2023-52433", "6.6.30", "not_affected"),
        ("CVE-2024-50064", "6.6.56", "affected"),
        ("CVE-2024-50064", "6.12-rc1", "not_affected"),
        ("CVE-2024-50064", "6.12", "not_affected"),
        ("CVE-2024-50064", "5.15.167", "not_affected"),
        ("CVE-2024-36971", "2.6.32.61", "not_affected"),
        ("CVE-2024-36971", "", "unknown"),
        ("CVE-2024-36971", "6.6.30-generic", "unknown"),
        ("CVE-2024-36971", "5.15.0-107-generic", "unknown"),
        ("CVE-2024-36971", "4.18.0-553.el8_10.x86_64", "unknown"),
        ("CVE-2024-36971", "6.1.0-rpi7-rpi-v8", "unknown"),
    ],
)
def test_a_release_is_placed_among_the_releases(says: Any, cve: str, version: str, expected: str) -> None:
    assert says(cve, version) == expected


@pytest.mark.parametrize(("version", "expected"), [("6.6.33", "affected"), ("6.6.34", "not_affected")])
def test_whatever_the_inventory_calls_it(says: Any, version: str, expected: str) -> None:
    cve = "CVE-2024-36971"
    assert says(cve, version, "Linux kernel", vendor="Linux") == expected
    assert says(cve, version, "linux_kernel", vendor="linux") == expected
    assert says(cve, version, "Linux Kernel", vendor="Linux Foundation") == expected
    assert says(cve, version, "linux", purl=f"pkg:generic/linux@{version}") == expected
    assert says(cve, "", "linux_kernel", cpe=f"cpe:2.3:o:linux:linux_kernel:{version}:*:*:*:*:*:*:*") == expected


def test_commits_alone_are_not_evaluable_whatever_their_default(a_record: Callable[..., Advisory]) -> None:
    record = a_record(objects("CVE-2024-36971", "semver")[:1])
    install = Install("a", "Linux kernel", "6.6.34", vendor="Linux")
    (finding,) = match_all([record], installs=[install], overrides=Overrides(), aliases=Aliases.load())
    assert finding.verdict.value == "not_evaluable"


def test_a_build_of_a_distribution_says_why_nobody_can_tell(a_record: Callable[..., Advisory]) -> None:
    install = Install("a", "Linux kernel", "6.6.30-generic", vendor="Linux")
    record = a_record(objects("CVE-2024-36971", "semver"))
    (finding,) = match_all([record], installs=[install], overrides=Overrides(), aliases=Aliases.load())
    assert "a distribution's or a board's own build" in finding.reason


def test_a_build_that_the_record_lists_by_its_very_text_is_decided(a_record: Callable[..., Advisory]) -> None:
    """CVE-2021-34981 lists 4.15.0-118-generic."""
    listed = {"vendor": "Linux", "product": "Kernel", "versions": [{"version": "4.15.0-118-generic", "status": "affected"}]}
    answer = decide(a_record([listed]), Subject(("linux",), "kernel", "4.15.0-118-generic"), overrides=Overrides())
    assert answer.verdict.value == "affected"


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("6.9.11", "unknown"),  # the flaw was carried back into 6.9: since which of its releases is not said
        ("6.9.12", "not_affected"),
        ("6.6.42", "unknown"),
        ("6.6.43", "not_affected"),
        ("6.8.12", "not_affected"),  # of this line nobody speaks
        ("6.10.1", "affected"),
        ("6.10.2", "not_affected"),
        ("6.11", "not_affected"),
    ],
)
def test_a_fix_below_the_release_that_brought_the_flaw_clears_nothing_before_it(
    says: Any, monkeypatch: pytest.MonkeyPatch, version: str, expected: str
) -> None:
    """CVE-2024-41022 counts from 6.10 on; its commits show that stable branches had the flaw before they were mended."""
    monkeypatch.setitem(RECORDS, "CVE-2024-41022", ("6.10", ["6.6.43", "6.9.12", "6.10.2"], "6.11"))
    assert says("CVE-2024-41022", version) == expected
