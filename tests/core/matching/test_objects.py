"""Reading an `affected` object: the rules of FACTS 9 and of the CVE schema's versions.md, one test a rule."""

from collections.abc import Callable
from typing import Any

import pytest

from wardround.core.matching import Answer

Build = Callable[..., dict[str, Any]]
Says = Callable[..., Answer]


def semver(start: str, **more: Any) -> dict[str, Any]:
    return {"version": start, "versionType": "semver"} | more


def custom(start: str, **more: Any) -> dict[str, Any]:
    return {"version": start, "versionType": "custom"} | more


def test_the_first_entry_that_contains_the_version_decides(says: Says, an_object: Build) -> None:
    record = an_object(semver("2.0.0", status="unaffected"), semver("1.0.0", lessThan="3.0.0"), default="unaffected")
    answer = says(record, version="2.0.0")
    assert (answer.verdict, answer.decided_by) == ("not_affected", "CVE-2030-0001 /containers/cna/affected/0/versions/0")
    assert says(record, version="2.0.1").decided_by.endswith("/versions/1")


@pytest.mark.parametrize(
    ("default", "verdict"), [("affected", "affected"), ("unaffected", "not_affected"), ("unknown", "unknown"), (None, "unknown")]
)
def test_the_default_answers_the_rest_and_is_unknown_when_absent(
    says: Says, an_object: Build, default: str | None, verdict: str
) -> None:
    assert says(an_object(semver("2.0.0"), default=default), version="3.0.0").verdict == verdict


@pytest.mark.parametrize(
    ("version", "verdict"), [("0.9", "not_affected"), ("1.0", "affected"), ("1.9.9", "affected"), ("2.0", "not_affected")]
)
def test_less_than_leaves_its_end_out(says: Says, an_object: Build, version: str, verdict: str) -> None:
    assert says(an_object(semver("1.0", lessThan="2.0"), default="unaffected"), version=version).verdict == verdict


def test_less_than_or_equal_takes_its_end_in(says: Says, an_object: Build) -> None:
    record = an_object(semver("1.0", lessThanOrEqual="2.0"), default="unaffected")
    assert [says(record, version=v).verdict.value for v in ("2.0", "2.0.0", "2.0.1")] == ["affected", "affected", "not_affected"]


@pytest.mark.parametrize("key", ["lessThan", "lessThanOrEqual"])
def test_an_asterisk_has_no_upper_bound(says: Says, an_object: Build, key: str) -> None:
    record = an_object(semver("2.0", **{key: "*"}), default="unaffected")
    assert [says(record, version=v).verdict.value for v in ("1.9", "2.0", "999.0")] == ["not_affected", "affected", "affected"]


@pytest.mark.parametrize("key", ["lessThan", "lessThanOrEqual"])
@pytest.mark.parametrize("kind", ["semver", "custom", "original_commit_for_fix"])
def test_x_asterisk_is_the_end_of_series_x(says: Says, an_object: Build, key: str, kind: str) -> None:
    record = an_object({"version": "5.10.209", "versionType": kind, "status": "unaffected", key: "5.10.*"}, default="affected")
    found = [says(record, version=v).verdict.value for v in ("5.10.208", "5.10.209", "5.10.999", "5.11.0", "5.9.999")]
    assert found == ["affected", "not_affected", "not_affected", "affected", "affected"]


@pytest.mark.parametrize("start", ["0", "0.0", "0.0.0"])
def test_a_range_may_start_at_zero(says: Says, an_object: Build, start: str) -> None:
    assert says(an_object(custom(start, lessThan="2.0"), default="unaffected"), version="0.0.0.1").verdict == "affected"


def test_changes_switch_the_status_inside_a_range(says: Says, an_object: Build) -> None:
    steps = [{"at": "1.4", "status": "unaffected"}, {"at": "1.6", "status": "affected"}]
    record = an_object(semver("1.0", lessThan="2.0", changes=steps), default="unknown")
    found = [says(record, version=v).verdict.value for v in ("1.3.9", "1.4", "1.5.9", "1.6", "1.9", "2.0")]
    assert found == ["affected", "not_affected", "not_affected", "affected", "affected", "unknown"]


@pytest.mark.parametrize(
    ("version", "verdict"), [("R12", "affected"), ("R12-SP3", "affected"), ("R12-SP2", "unknown"), ("R13", "unknown")]
)
def test_the_very_text_of_an_end_that_belongs_to_the_range_decides(
    says: Says, an_object: Build, version: str, verdict: str
) -> None:
    """`custom` cannot place R12-SP2 between R12 and R12-SP3, but R12 is R12 (FACTS 9)."""
    assert says(an_object(custom("R12", lessThanOrEqual="R12-SP3"), default="unaffected"), version=version).verdict == verdict


def test_the_very_text_of_an_end_that_is_left_out_is_outside(says: Says, an_object: Build) -> None:
    record = an_object(custom("R12", lessThan="R12-SP3"), default="unaffected")
    assert says(record, version="R12").verdict == "affected"
    assert says(record, version="R12-SP3").verdict == "not_affected"


def test_equality_with_an_end_settles_no_version_that_is_too_coarse(says: Says, an_object: Build) -> None:
    assert says(an_object(custom("unspecified", lessThanOrEqual="2.0"), default="unaffected"), version="2.0").verdict == "affected"
    assert says(an_object(custom("12.4", lessThan="12.4.0.2"), default="unaffected"), version="12.4").verdict == "unknown"


def test_changes_out_of_order_are_not_evaluable_from_the_first_place_on(says: Says, an_object: Build) -> None:
    """As CVE-2024-5798 lists the fixes of branches: taken one after the other, 1.14.13 would clear Vault 1.15.0 to 1.15.8."""
    written = [{"at": "1.15.9", "status": "unaffected"}, {"at": "1.14.13", "status": "unaffected"}]
    record = an_object(semver("0.11.0", lessThan="1.16.2", changes=written), default="unaffected")
    found = [says(record, version=v).verdict.value for v in ("1.14.12", "1.14.13", "1.15.0", "1.16.0", "1.16.2")]
    assert found == ["affected", "not_evaluable", "not_evaluable", "not_evaluable", "not_affected"]
    assert "lists changes out of order: 1.15.9, and after it 1.14.13" in says(record, version="1.15.0").reason


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ("1.6.13", "affected"),
        ("1.6.14", "not_affected"),
        ("1.7.10", "unknown"),  # before the fix of its branch, and past that of the one before
        ("1.7.11", "not_affected"),
        ("1.8.2", "unknown"),  # the end of the range is the third branch's fix
        ("1.8.3", "not_affected"),
    ],
)
@pytest.mark.parametrize("kind", ["semver", "custom"])
def test_changes_that_say_the_same_again_are_fixes_of_several_branches(
    says: Says, an_object: Build, kind: str, version: str, verdict: str
) -> None:
    """CVE-2024-7625, mended in 1.6.14, 1.7.11 and 1.8.3: read one after the other, the first clears what is before the others."""
    changes = [{"at": at, "status": "unaffected"} for at in ("1.6.14", "1.7.11")]
    ranged = an_object({"version": "0.6.1", "lessThan": "1.8.3", "versionType": kind, "changes": changes}, default="unaffected")
    assert says(ranged, version=version).verdict == verdict


def test_a_single_change_is_one(says: Says, an_object: Build) -> None:
    change = [{"at": "1.6.14", "status": "unaffected"}]
    ranged = an_object({"version": "0.6.1", "lessThan": "1.8.3", "versionType": "semver", "changes": change}, default="unaffected")
    assert says(ranged, version="1.7.10").verdict == "not_affected"


def test_a_change_before_the_range_clears_nothing_of_it(says: Says, an_object: Build) -> None:
    """As CVE-2024-2048: the range starts at 1.15.5, and a change is stated at 1.14.10."""
    written = [{"at": "1.14.10", "status": "unaffected"}]
    record = an_object(semver("1.15.5", lessThan="1.16.0", changes=written), default="unaffected")
    found = [says(record, version=v).verdict.value for v in ("1.15.4", "1.15.5", "1.15.9", "1.16.0")]
    assert found == ["not_affected", "not_evaluable", "not_evaluable", "not_affected"]
    assert "states a change at 1.14.10, before that" in says(record, version="1.15.5").reason


def test_a_coarse_change_stands_at_the_lowest_version_that_it_may_stand_for(says: Says, an_object: Build) -> None:
    """1 beside a range from 1.1 on may be 1.0, before that: nobody can tell what it switches, whatever the type."""
    steps = [{"at": "1", "status": "unaffected"}, {"at": "2", "status": "affected"}]
    for entry in (custom, semver):
        record = an_object(entry("1.1", lessThanOrEqual="2.0.0", changes=steps), default="unknown")
        assert says(record, version="2.0.0").verdict == "not_evaluable"
    same = an_object(custom("1.0", lessThan="2.0", changes=[{"at": "1", "status": "affected"}]), default="unknown")
    assert says(same, version="1.5").verdict == "affected"


def test_a_change_past_the_end_is_never_reached(says: Says, an_object: Build) -> None:
    """As thousands of records name the first fixed version: `lessThanOrEqual` 6.8, and a change at 6.9."""
    record = an_object(semver("0", lessThanOrEqual="6.8", changes=[{"at": "6.9", "status": "unaffected"}]), default="unaffected")
    assert [says(record, version=v).verdict.value for v in ("6.8.0", "6.8.1")] == ["affected", "not_affected"]


def test_two_changes_at_one_place_that_disagree_are_not_evaluable_from_there(says: Says, an_object: Build) -> None:
    written = [{"at": "1.4", "status": "unaffected"}, {"at": "1.4.0", "status": "affected"}]
    record = an_object(semver("1.0", lessThan="2.0", changes=written), default="unaffected")
    assert [says(record, version=v).verdict.value for v in ("1.3.9", "1.4.0", "1.9.0")] == [
        "affected",
        "not_evaluable",
        "not_evaluable",
    ]


@pytest.mark.parametrize("at", ["0.5", "2.5", "9.0"])
def test_no_change_clears_a_range_with_its_ends_swapped(says: Says, an_object: Build, at: str) -> None:
    record = an_object(semver("3.0", lessThan="1.0", changes=[{"at": at, "status": "unaffected"}]), default="unaffected")
    assert {says(record, version=v).verdict.value for v in ("0.1.0", "2.7.0", "3.5.0")} == {"not_evaluable"}


def test_a_change_at_what_is_no_version_leaves_its_doubt(says: Says, an_object: Build) -> None:
    written = [{"at": "release 1 of summer", "status": "unaffected"}, {"at": "1.4", "status": "affected"}]
    answer = says(an_object(semver("1.0", lessThan="2.0", changes=written), default="unaffected"), version="1.5")
    assert answer.verdict == "not_evaluable"


def test_custom_with_plain_dotted_numbers_is_compared_and_says_that_this_is_assumed(says: Says, an_object: Build) -> None:
    answer = says(an_object(custom("12.1", lessThan="12.5.0.1"), default="unaffected"), version="12.4.0.2")
    assert answer.verdict == "affected"
    assert answer.assumed == ("`custom` defines no order for its versions: they are compared number by number.",)


@pytest.mark.parametrize(("version", "end"), [("22.7R2", "22.8"), ("22.7", "22.7R2.5"), ("12.4 build 7", "12.5")])
def test_custom_with_anything_else_is_unknown(says: Says, an_object: Build, version: str, end: str) -> None:
    assert says(an_object(custom("0", lessThan=end), default="unaffected"), version=version).verdict == "unknown"


@pytest.mark.parametrize("version", ["banana", "1.2.3.4", "1.2-", "x" * 10_000, "9" * 10_000, "1." * 5_000 + "1"])
def test_a_version_that_does_not_parse_under_its_declared_type_is_not_evaluable(says: Says, an_object: Build, version: str) -> None:
    answer = says(an_object(semver("1.0.0", lessThan="2.0.0"), default="unaffected"), version=version)
    assert answer.verdict == "not_evaluable"
    assert len(answer.reason) < 300


@pytest.mark.parametrize("kind", ["semver", "custom", "rpm", "maven", "patch", "git", ""])
def test_exact_equality_of_strings_decides_under_any_type(says: Says, an_object: Build, kind: str) -> None:
    record = an_object({"version": "R7 (hot fix)", "versionType": kind}, default="unaffected")
    assert says(record, version="R7 (hot fix)").verdict == "affected"


@pytest.mark.parametrize("kind", ["semver", "custom"])
def test_swapped_ends_are_not_evaluable_even_where_the_default_says_not_affected(says: Says, an_object: Build, kind: str) -> None:
    record = an_object({"version": "2.0.0", "lessThan": "1.0.0", "versionType": kind}, default="unaffected")
    answer = says(record, version="1.5.0")
    assert (answer.verdict, "ends swapped" in answer.reason) == ("not_evaluable", True)


def test_an_empty_range_decides_only_what_is_past_it(says: Says, an_object: Build) -> None:
    record = an_object(custom("73.0.3683.75", lessThan="73.0.3683.75"), default="unaffected")
    assert [says(record, version=v).verdict.value for v in ("73.0.3683.74", "73.0.3683.75", "74.0")] == [
        "unknown",
        "not_affected",
        "not_affected",
    ]


def test_no_default_past_the_end_of_the_highest_range_is_not_affected_and_assumed(says: Says, an_object: Build) -> None:
    record = an_object(semver("1.0", lessThan="1.4"), semver("2.0", lessThanOrEqual="2.4"))
    found = {v: says(record, version=v) for v in ("0.9", "1.3", "1.4", "1.9", "2.4", "2.4.1")}
    assert [a.verdict.value for a in found.values()] == ["unknown", "affected", "unknown", "unknown", "affected", "not_affected"]
    assert "taken as not affected, as is the convention" in found["2.4.1"].assumed[0]
    assert "past its last affected range" in found["2.4.1"].assumed[0]


def test_a_default_stated_as_unknown_stays_unknown_past_the_end(says: Says, an_object: Build) -> None:
    assert says(an_object(semver("1.0", lessThan="1.4"), default="unknown"), version="9.0").verdict == "unknown"


def test_an_endless_range_a_single_version_or_only_unaffected_ones_give_no_convention(says: Says, an_object: Build) -> None:
    assert says(an_object(semver("2.0", lessThan="*")), version="1.0").verdict == "unknown"
    assert says(an_object(semver("2.0")), version="3.0").verdict == "unknown"
    assert says(an_object(semver("1.0", lessThan="2.0", status="unaffected")), version="3.0").verdict == "unknown"


def test_a_single_affected_version_above_the_last_range_keeps_what_is_between_unknown(says: Says, an_object: Build) -> None:
    record = an_object(semver("1.0", lessThan="1.4"), semver("1.6"))
    assert [says(record, version=v).verdict.value for v in ("1.5", "1.6", "1.7")] == ["unknown", "affected", "not_affected"]


def test_a_range_with_changes_counts_for_the_convention_too(says: Says, an_object: Build) -> None:
    record = an_object(semver("1.0", lessThan="2.0", changes=[{"at": "1.4", "status": "unaffected"}]))
    assert says(record, version="2.0").verdict == "not_affected"


@pytest.mark.parametrize("stated", ["n/a", "N/A", "unspecified", "-", "", "see references"])
def test_a_version_that_is_none_is_unknown(says: Says, an_object: Build, stated: str) -> None:
    assert says(an_object({"version": stated}, default="unaffected"), version="1.0").verdict == "unknown"


@pytest.mark.parametrize("start", ["n/a", "-", ""])
def test_the_one_range_that_does_not_say_where_it_starts_is_everything_up_to_its_end(
    says: Says, an_object: Build, start: str
) -> None:
    """By the convention `no-start-is-stated`, which the answer says."""
    record = an_object(custom(start, lessThan="2.0"), default="unaffected")
    found = [says(record, version=v) for v in ("1.9", "2.0")]
    assert [one.verdict.value for one in found] == ["affected", "not_affected"]
    assert "no-start-is-stated" in " ".join(found[0].assumed)


def test_prose_is_unknown_only_where_it_could_change_the_answer(says: Says, an_object: Build) -> None:
    entries = ({"version": "12.x.1.x RPM", "status": "unaffected"}, semver("12.9.0", status="unaffected"))
    assert says(an_object(*entries, default="affected"), version="12.5.0").verdict == "unknown"
    assert says(an_object(*entries, default="affected"), version="12.9.0").verdict == "not_affected"
    # A default that contradicts the limit beside it decides nothing: by it 7.0 SP1 would be affected too.
    assert says(an_object({"version": "before 7.0 SP1"}, default="affected"), version="6.0").verdict == "unknown"


@pytest.mark.parametrize("version", ["", "12", "12.4", "12.4.0"])
def test_an_empty_or_too_coarse_version_is_unknown(says: Says, an_object: Build, version: str) -> None:
    assert says(an_object(custom("0", lessThan="12.4.0.2"), default="unaffected"), version=version).verdict == "unknown"


@pytest.mark.parametrize(
    ("version", "verdict"), [("11", "affected"), ("12.3", "affected"), ("12.5", "not_affected"), ("13", "not_affected")]
)
def test_a_coarse_version_is_decided_where_the_missing_parts_change_nothing(
    says: Says, an_object: Build, version: str, verdict: str
) -> None:
    assert says(an_object(custom("0", lessThan="12.4.0.2"), default="unaffected"), version=version).verdict == verdict


def test_a_product_affected_in_every_version_needs_no_version(says: Says, an_object: Build) -> None:
    assert says(an_object(default="affected"), version="").verdict == "affected"
    assert says(an_object(custom("0", lessThanOrEqual="*")), version="").verdict == "affected"


def test_missing_parts_of_a_semver_version_are_zero(says: Says, an_object: Build) -> None:
    record = an_object(semver("6.7", lessThan="6.7.1"), default="unaffected")
    assert [says(record, version=v).verdict.value for v in ("6.7", "6.7.0", "6.7.1", "6.6.99")] == [
        "affected",
        "affected",
        "not_affected",
        "not_affected",
    ]


def test_a_git_object_is_passed_over_together_with_its_default(says: Says, an_object: Build) -> None:
    git = an_object({"version": "1da177e4c3f4", "lessThan": "a01b2c3d4e5f", "versionType": "git"}, default="unaffected")
    versions = an_object(semver("4.3"), semver("0", lessThan="4.3", status="unaffected"), default="affected")
    assert says(git, versions, version="6.1").verdict == "affected"
    assert says(git, version="6.1").verdict == "not_evaluable"


def test_a_commit_against_commits_is_equal_or_not_evaluable(says: Says, an_object: Build) -> None:
    git = an_object({"version": "a01b2c3d4e5f", "versionType": "git"}, default="unaffected")
    assert says(git, version="a01b2c3d4e5f").verdict == "affected"
    assert says(git, version="b01b2c3d4e5f").verdict == "not_evaluable"


def test_modules_are_taken_to_be_in_use_and_that_is_said(says: Says, an_object: Build) -> None:
    answer = says(an_object(default="affected", modules=["Web Interface"]), version="1.0")
    assert (answer.verdict, "Web Interface" in answer.assumed[0]) == ("affected", True)


def test_a_distributions_package_is_not_decided_by_the_upstream_record(says: Says, an_object: Build) -> None:
    upstream = an_object(semver("0", lessThan="1.2.4"), default="unaffected")
    assert says(upstream, version="1.2.3-1+deb12u1", scheme="deb").verdict == "unknown"
    own = an_object({"version": "0", "lessThan": "1.2.3-1+deb12u2", "versionType": "deb"}, default="unaffected")
    assert says(own, version="1.2.3-1+deb12u1", scheme="deb").verdict == "affected"


@pytest.mark.parametrize(
    "broken",
    [
        {"versions": "all"},
        {"versions": [None, 7, "1.0", []]},
        {"versions": [{}]},
        {"versions": [{"version": {"a": 1}, "lessThan": ["2"], "status": 3}]},
        {"versions": [{"version": "1.0", "lessThan": "2.0", "status": "affected", "changes": [None, {"at": 4}]}]},
        {"versions": [{"version": "1.0", "versionType": 5, "status": "affected"}]},
        {"defaultStatus": ["affected"], "platforms": "Windows", "modules": 4, "cpes": {"a": 1}},
    ],
)
def test_an_object_of_another_shape_never_crashes_and_is_never_not_affected(says: Says, broken: dict[str, Any]) -> None:
    answer = says({"vendor": "Example", "product": "Gateway"} | broken, version="1.5")
    assert answer.verdict != "not_affected"
    assert answer.reason


@pytest.mark.parametrize(
    ("listed", "installed", "verdict"),
    [
        ("10.1(2)", "10.1.2", "unknown"),
        ("7.0u3", "7.0.3", "unknown"),
        ("A.02.00", "A.2.0", "unknown"),
        ("2.1.0", "release-2.1.0", "unknown"),
        ("9.0.0-SP1", "9.0.0SP1", "unknown"),
        ("Rev2.0", "2.0", "unknown"),
        ("16.9.1a", "16.9.1b", "not_affected"),
        ("10.1(2)", "10.1.3", "not_affected"),
        ("A.02.00", "B.02.00", "not_affected"),
    ],
)
def test_another_notation_of_a_listed_version_is_never_cleared(
    says: Says, an_object: Build, listed: str, installed: str, verdict: str
) -> None:
    """The same numbers may be the same version; before, `10.1.2` was another than `10.1(2)` and not affected."""
    assert says(an_object({"version": listed}, default="unaffected"), version=installed).verdict == verdict
