"""Platforms as inventories and records write them: the same, another, or nobody can tell."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from wardround.core.advisories import Advisory
from wardround.core.matching import Overrides, Subject, decide
from wardround.core.matching._platforms import is_on


@pytest.mark.parametrize(
    ("platform", "listed", "answer"),
    [
        ("windows 11", "windows", True),
        ("microsoft windows 10 pro", "windows", True),
        ("windows server 2022", "microsoft windows", True),
        ("windows", "windows 11", None),
        ("windows 10", "windows 11", False),
        ("windows 10", "macos", False),
        ("mac os x 10.15", "macos", True),
        ("win10", "windows", None),
        ("ubuntu 22.04", "linux", None),
        ("android 14", "linux", None),
        ("amd64", "x64", True),
        ("x86_64", "64-bit", True),
        ("x64-based pc", "x64-based systems", True),
        ("arm64", "64 bit", None),
        ("arm64", "32-bit", False),
        ("x86", "64-bit", False),
        ("x64", "windows", None),
        ("linux", "posix", True),
        ("windows 10", "posix", False),
        ("windows", "ios", False),
        ("ios 17", "ios", True),
        ("ios xe 17.9", "windows", None),
        ("srx345", "srx series", True),
        ("juniper srx345", "srx 300 series", True),
        ("srx1500", "srx300 series", False),
        ("qfx5120-48y", "qfx5000 series", True),
        ("mx204", "srx series", False),
        ("mx204", "mx series with spc3", None),
        ("vsrx3.0", "srx series", None),
        ("vsrx", "srx series", None),
        ("linux", "mx series", None),
        ("junos 21.4", "srx series", None),  # a system runs on any model
        ("esxi 8", "nx series", None),
        ("dsm 7", "ds series", None),
        ("nexus 93180yc-ex", "nexus 9000 series", None),
    ],
)
def test_one_platform_is_another_is_not_or_may_be(platform: str, listed: str, answer: bool | None) -> None:
    assert is_on(platform, listed) is answer


@pytest.mark.parametrize(
    ("platforms", "platform", "verdicts"),
    [
        (["Windows", "MacOS", "Linux", "x86", "ARM"], "", ["affected", "not_affected"]),  # Docker Desktop, CVE-2023-0625
        (["Windows", "MacOS"], "", ["unknown", "unknown"]),
        (["Windows", "MacOS", "Linux"], "android 14", ["unknown", "unknown"]),
        (["Windows", "MacOS", "Linux"], "windows 11", ["affected", "not_affected"]),
    ],
)
def test_a_list_of_every_system_of_computers_narrows_nothing_where_the_platform_is_not_known(
    says: Callable[..., Any], an_object: Callable[..., dict[str, Any]], platforms: list[str], platform: str, verdicts: list[str]
) -> None:
    listed = an_object({"version": "0", "lessThan": "4.12.0", "versionType": "semver"}, default="unaffected", platforms=platforms)
    assert [says(listed, version=version, platform=platform).verdict for version in ("4.11.1", "4.12.0")] == verdicts


@pytest.mark.parametrize(
    ("platform", "verdict"),
    [("microsoft windows 10 pro", "affected"), ("win10", "unknown"), ("macos 14", "not_affected"), ("", "unknown")],
)
def test_another_spelling_of_a_system_never_clears(
    says: Callable[..., Any], an_object: Callable[..., dict[str, Any]], platform: str, verdict: str
) -> None:
    """Before, `Microsoft Windows 10` was not `Windows`, and what was said of all other systems called it not affected."""
    everywhere, windows = (
        an_object({"version": "1.0", "lessThan": end, "versionType": "semver"}, default="unaffected", **more)
        for end, more in (("4.0.0", {}), ("5.0.0", {"platforms": ["Windows"]}))
    )
    assert says(everywhere, windows, version="4.5.0", platform=platform).verdict == verdict


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ("2.0", "affected"),
        ("4.5", "unknown"),  # on Android, where its name says that it is, it has the fix; as the server's part it has not
        ("5.0", "not_affected"),
    ],
)
def test_a_products_name_is_no_proof_of_the_system_that_it_runs_on(
    says: Callable[..., Any], an_object: Callable[..., dict[str, Any]], version: str, verdict: str
) -> None:
    """`Mobile Security for Android` may be the server that manages it: its name clears nothing that is affected elsewhere."""
    phone, server = (
        an_object({"version": "1.0", "lessThan": end, "versionType": "custom"}, default="unaffected", platforms=[on])
        for end, on in (("4.0", "Android"), ("5.0", "Linux"))
    )
    assert says(phone, server, version=version, platform="for android").verdict == verdict


@pytest.mark.parametrize(("platform", "verdict"), [("for windows", "unknown"), ("windows", "not_affected")])
def test_nor_does_it_clear_by_what_the_applicability_needs_beside_it(
    a_record: Callable[..., Advisory], platform: str, verdict: str
) -> None:
    product = {"criteria": "cpe:2.3:a:example:gateway:*:*:*:*:*:*:*:*", "versionEndExcluding": "2.0", "vulnerable": True}
    system = {"criteria": "cpe:2.3:o:apple:macos:-:*:*:*:*:*:*:*", "vulnerable": False}
    nodes = [{"operator": "OR", "negate": False, "cpeMatch": [one]} for one in (product, system)]
    record = a_record([])
    container = replace(record.containers[0], applicability=[{"operator": "AND", "nodes": nodes}])
    asked = Subject(("example",), "gateway", "1.0", platform=platform)
    assert decide(replace(record, containers=(container,)), asked, overrides=Overrides()).verdict == verdict
