"""Several objects, platforms, two containers, rejected records."""

from collections.abc import Callable
from typing import Any

import pytest

from wardround.core.advisories import Advisory
from wardround.core.matching import Answer, Overrides, Subject, decide, match
from wardround.core.vocab import Install

Build = Callable[..., dict[str, Any]]
Says = Callable[..., Answer]
SWAPPED = {"version": "2.0.0", "lessThan": "1.0.0", "versionType": "semver"}


def objects(an_object: Build) -> dict[str, dict[str, Any]]:
    return {
        "affected": an_object(default="affected"),
        "not_evaluable": an_object(SWAPPED, default="unaffected"),
        "unknown": an_object(default="unknown"),
        "not_affected": an_object(default="unaffected"),
    }


@pytest.mark.parametrize("stronger", range(4))
@pytest.mark.parametrize("weaker", range(4))
def test_affected_beats_not_evaluable_beats_unknown_beats_not_affected(
    says: Says, an_object: Build, stronger: int, weaker: int
) -> None:
    named = list(objects(an_object).items())
    (first, one), (second, other) = named[stronger], named[weaker]
    assert says(one, other, version="1.5.0").verdict == (first if stronger <= weaker else second)


def test_not_affected_by_two_objects_rests_on_the_assumptions_of_both(says: Says, an_object: Build) -> None:
    assumed = an_object({"version": "1.0.0", "lessThan": "2.0.0", "versionType": "semver"})
    assert len(says(an_object(default="unaffected"), assumed, version="3.0.0").assumed) == 1


@pytest.mark.parametrize(("first", "verdict"), [("affected", "affected"), ("not_affected", "not_affected")])
def test_the_second_container_is_not_used_where_the_first_decides(says: Says, an_object: Build, first: str, verdict: str) -> None:
    named = objects(an_object)
    other = named["affected" if first == "not_affected" else "not_affected"]
    assert says(named[first], version="1.5.0", and_then=[other]).verdict == verdict


@pytest.mark.parametrize("first", ["unknown", "not_evaluable"])
def test_the_second_container_is_used_where_the_first_gives_no_decision(says: Says, an_object: Build, first: str) -> None:
    named = objects(an_object)
    answer = says(named[first], version="1.5.0", and_then=[named["affected"]])
    assert (answer.verdict, answer.decided_by) == ("affected", "CVE-2030-0001 /containers/adp/0/affected/0/defaultStatus")
    assert says(named[first], version="1.5.0", and_then=[named["unknown"]]).decided_by.startswith("CVE-2030-0001 /containers/cna")


def test_the_second_container_clears_nothing_that_the_first_calls_affected_on_some_platform(says: Says, an_object: Build) -> None:
    """CVE-2024-6592: WatchGuard, on Windows through 12.10.2; CISA, of any platform, before 12.10.2."""
    ours = an_object({"version": "0", "lessThanOrEqual": "12.10.2", "versionType": "semver"}, default="unaffected")
    theirs = an_object({"version": "0", "lessThan": "12.10.2", "versionType": "semver"}, default="unaffected")
    on_windows = ours | {"platforms": ["Windows"]}
    asked = {v: says(on_windows, version=v, and_then=[theirs]) for v in ("12.10.1", "12.10.2", "12.10.3")}
    assert [answer.verdict.value for answer in asked.values()] == ["affected", "unknown", "not_affected"]
    assert "depends on the platform" in asked["12.10.2"].reason
    assert says(on_windows, version="12.10.2", platform="windows", and_then=[theirs]).verdict == "affected"
    assert says(ours, version="12.10.2", and_then=[theirs]).verdict == "affected"


def on(an_object: Build, end: str, *platforms: str) -> dict[str, Any]:
    entry = {"version": "0", "lessThan": end, "versionType": "semver"}
    return an_object(entry, default="unaffected", platforms=list(platforms))


@pytest.mark.parametrize(("version", "verdict"), [("1.0.0", "affected"), ("2.5.0", "unknown"), ("4.0.0", "not_affected")])
def test_an_unknown_processor_matters_only_where_the_listed_ones_differ(
    says: Says, an_object: Build, version: str, verdict: str
) -> None:
    parts = on(an_object, "2.0.0", "x64-based Systems"), on(an_object, "3.0.0", "ARM64-based Systems")
    assert says(*parts, version=version).verdict == verdict


def test_an_unknown_platform_leaves_an_object_for_one_system_unknown(says: Says, an_object: Build) -> None:
    assert says(on(an_object, "2.0.0", "Windows"), version="1.0.0").verdict == "unknown"
    assert says(on(an_object, "2.0.0", "Windows"), an_object(default="affected"), version="1.0.0").verdict == "affected"


@pytest.mark.parametrize(
    ("platform", "verdict"), [("windows", "affected"), ("windows server 2022", "affected"), ("linux", "unknown")]
)
def test_a_known_platform_picks_its_objects(says: Says, an_object: Build, platform: str, verdict: str) -> None:
    assert says(on(an_object, "2.0.0", "Windows"), version="1.0.0", platform=platform).verdict == verdict


def test_a_known_system_does_not_settle_a_processor(says: Says, an_object: Build) -> None:
    parts = on(an_object, "2.0.0", "x64-based Systems"), on(an_object, "3.0.0", "ARM64-based Systems")
    assert says(*parts, version="1.0.0", platform="windows server 2022").verdict == "affected"
    assert says(*parts, version="2.5.0", platform="windows server 2022").verdict == "unknown"
    assert says(*parts, version="2.5.0", platform="arm64-based systems").verdict == "affected"


@pytest.mark.parametrize("column", ["platform", "OS", " Operating System "])
def test_an_inventorys_column_says_on_which_platform(a_record: Callable[..., Advisory], an_object: Build, column: str) -> None:
    install = Install(asset_id="a", vendor="Example", product="Gateway", version="1.0.0", extra={column: "Windows 11"})
    assert match(a_record([on(an_object, "2.0.0", "Windows")]), install, overrides=Overrides()).verdict == "affected"


def test_platforms_that_name_none_narrow_nothing(says: Says, an_object: Build) -> None:
    assert says(on(an_object, "2.0.0", "Unknown"), version="1.0.0").verdict == "affected"


def test_a_rejected_record_is_never_affected_and_says_why(a_record: Callable[..., Advisory], an_object: Build) -> None:
    record = a_record([an_object(default="affected")], state="REJECTED")
    answer = decide(record, Subject(("example",), "gateway", "1.0"), overrides=Overrides())
    assert (answer.verdict, "rejected" in answer.reason) == ("unknown", True)


def test_a_record_that_does_not_name_the_product_is_unknown(a_record: Callable[..., Advisory], an_object: Build) -> None:
    record = a_record([an_object(default="affected")])
    assert decide(record, Subject(("other",), "gateway", "1.0"), overrides=Overrides()).verdict == "unknown"


def test_a_package_of_a_distribution_is_narrowed_to_the_release(says: Says, an_object: Build) -> None:
    def kernel(release: str, fix: str) -> dict[str, Any]:
        entry = {"version": fix, "lessThan": "*", "versionType": "rpm", "status": "unaffected"}
        return an_object(entry, default="affected") | {"product": release, "packageName": "gateway"}

    eight, nine = kernel("Example Linux 8", "0:4.18.0-553.el8"), kernel("Example Linux 9", "0:5.14.0-427.el9")
    assert says(eight, nine, version="5.14.0-427.el9", scheme="rpm").verdict == "unknown"
    assert says(eight, nine, version="5.14.0-427.el9", scheme="rpm", platform="example linux 9.4").verdict == "unknown"
    assert says(eight, nine, version="5.14.0-427.el9", scheme="rpm", platform="example linux 9").verdict == "not_affected"
