"""A default that contradicts what stands beside it decides nothing: found in the records of many publishers."""

from typing import Any

import pytest

from wardround.core.matching._conventions import by_convention


def an_object(*versions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"vendor": "Example", "product": "Gateway", "versions": list(versions)} | more


def affected(version: str, **more: str) -> dict[str, Any]:
    return {"version": version, "status": "affected", **more}


@pytest.mark.parametrize("container", ["cna", "CISA-ADP"])
@pytest.mark.parametrize(
    "limit",
    [
        "before v9.2.1, v9.2.0b, and v9.1.1d",  # CVE-2024-29953, Brocade
        "ArubaOS-Switch 16.11.xxxx: KB/WC/YA/YB/YC.16.11.0012 and below.",  # CVE-2023-39267, HPE
        "2023.1 and previous versions",  # CVE-2023-40062, SolarWinds
    ],
)
def test_beside_a_limit_in_words_affected_is_no_default(limit: str, container: str) -> None:
    """Taken by its letter it would call the fixed releases affected."""
    found, assumed = by_convention(an_object(affected(limit), affected("1.0"), defaultStatus="affected"), container=container)
    assert "defaultStatus" not in found
    assert any("limit in words" in sentence for sentence in assumed)


@pytest.mark.parametrize(
    "one",
    [
        an_object(affected("1.0 to 1.4", lessThan="2"), defaultStatus="affected"),
        an_object(affected("1.0 to 1.4"), {"version": "2.0", "status": "unaffected"}, defaultStatus="affected"),
        an_object(affected("1.0 to 1.4"), defaultStatus="unaffected"),
    ],
)
def test_any_other_default_is_left(one: dict[str, Any]) -> None:
    assert by_convention(one, container="cna")[0]["defaultStatus"] == one["defaultStatus"]


def test_what_is_deeper_in_a_short_listed_version_is_not_cleared_by_the_default() -> None:
    """CVE-2024-35214 lists 3.2 and 3.3 of CylanceOPTICS; 3.2.1140 is a build of 3.2."""
    found, _ = by_convention(an_object(affected("3.2"), defaultStatus="unaffected"), container="cna")
    assert [(e["version"], e.get("lessThan"), e["status"]) for e in found["versions"]] == [
        ("3.2", None, "affected"),
        ("3.2", "3.2.*", "unknown"),
    ]


def test_a_v_before_it_makes_a_short_version_no_longer() -> None:
    found, _ = by_convention(an_object(affected("v3.2"), defaultStatus="unaffected"), container="cna")
    assert [(e["version"], e.get("lessThan"), e["status"]) for e in found["versions"]][1:] == [("3.2", "3.2.*", "unknown")]


def test_a_zero_that_names_no_version_clears_none() -> None:
    """CVE-2023-4667 lists 0 of MorphoWave beside a default of unaffected: by the letter nothing would be affected."""
    found, _ = by_convention(an_object(affected("0"), defaultStatus="unaffected"), container="cna")
    assert "defaultStatus" not in found


def test_nor_does_a_zero_of_which_nothing_is_known() -> None:
    """CVE-2023-4568, PaperCut NG: 22.0.12 and below by its description, 0 as unknown by its list, the rest unaffected."""
    zero = {"version": "0", "status": "unknown"}
    assert "defaultStatus" not in by_convention(an_object(zero, defaultStatus="unaffected"), container="cna")[0]


@pytest.mark.parametrize("entry", [affected("3.2", versionType="semver"), affected("3.2.1"), affected("3.2", lessThan="3.3")])
def test_where_an_order_is_declared_or_the_version_is_whole_the_default_stays(entry: dict[str, Any]) -> None:
    one = an_object(entry, defaultStatus="unaffected")
    assert by_convention(one, container="cna") == (one, ())
