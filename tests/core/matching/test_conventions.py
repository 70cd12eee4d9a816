"""How publishers write: what a convention changes, what it leaves, and that whatever rests on one says so."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.matching import Overrides, Subject, decide
from wardround.core.matching._conventions import by_convention, conventions, ends_without_start, whole_ends
from wardround.core.matching._habits import READINGS


def an_object(*versions: dict[str, Any], vendor: str = "Example", product: str = "Gateway", **more: Any) -> dict[str, Any]:
    return {"vendor": vendor, "product": product, "versions": list(versions)} | more


def affected(version: str, **more: str) -> dict[str, Any]:
    return {"version": version, "status": "affected", **more}


def read(one: dict[str, Any], *beside: dict[str, Any], container: str = "cna") -> tuple[list[Any], tuple[str, ...]]:
    ends = ends_without_start([one, *beside], container=container)
    found, assumed = by_convention(one, container=container, ends=ends)
    return [entry["version"] for entry in found["versions"]], assumed


def test_a_record_without_such_habits_is_left_alone() -> None:
    plain = an_object(affected("1.0", lessThan="2.0"), affected("0", lessThan="0.9"), defaultStatus="unaffected")
    assert by_convention(plain, container="cna") == (plain, ())


def test_chromes_fixed_version_stands_at_both_ends() -> None:
    """CVE-2024-4671: `124.0.6367.201` up to `124.0.6367.201`; the release note of 9 May 2024 says: before it."""
    chrome = an_object(affected("124.0.6367.201", lessThan="124.0.6367.201"), vendor="Google", product="Chrome")
    versions, assumed = read(chrome)
    assert versions == ["0"]
    assert "chrome-fixed-twice" in assumed[0]


def test_a_range_of_equal_ends_of_anybody_else_stays_empty() -> None:
    one = an_object(affected("22.1R6.2", lessThan="22.1R6.2"), defaultStatus="unaffected")
    assert read(one) == (["22.1R6.2"], ())


def test_adobes_default_is_left_out_where_every_range_is_affected_and_ends() -> None:
    """CVE-2024-20752: Bridge, default affected, up to 14.0.1; APSB24-15 names 14.0.2 as the fix."""
    bridge = an_object(affected("0", lessThanOrEqual="14.0.1"), vendor="Adobe", product="Bridge", defaultStatus="affected")
    found, assumed = by_convention(bridge, container="cna")
    assert "defaultStatus" not in found
    assert "adobe-default" in assumed[0]


@pytest.mark.parametrize(
    "versions",
    [
        [affected("1.0")],
        [affected("0", lessThan="*")],
        [affected("0", lessThan="2.0"), {"version": "3.0", "status": "unaffected"}],
        [affected("0", lessThan="2.0") | {"changes": [{"at": "1.5", "status": "unknown"}]}],
    ],
)
def test_a_default_that_could_be_meant_stays(versions: list[dict[str, Any]]) -> None:
    one = an_object(*versions, vendor="Adobe", defaultStatus="affected")
    assert by_convention(one, container="cna")[0]["defaultStatus"] == "affected"


def test_autodesks_default_beside_the_years_of_its_releases() -> None:
    """CVE-2024-7993: Revit 2025 and 2024, default affected; 2023 has no such fault."""
    revit = an_object(affected("2025"), affected("2024"), vendor="Autodesk", product="Revit", defaultStatus="affected")
    assert "defaultStatus" not in by_convention(revit, container="cna")[0]
    other = revit | {"vendor": "Example"}
    assert by_convention(other, container="cna") == (other, ())


def test_the_lowest_open_range_starts_at_the_first_version_and_others_at_their_series() -> None:
    """CVE-2024-9680: Firefox ESR before 128.3.1 and before 115.16.1, in two objects, both `unspecified`."""
    newer, older = (an_object(affected("unspecified", lessThan=end)) for end in ("128.3.1", "115.16.1"))
    assert read(newer, older)[0] == ["128"]
    assert read(older, newer)[0] == ["0"]


def test_ends_of_one_series_are_told_apart_by_the_next_number() -> None:
    """Atlassian, in format 4: before 7.4.17, and before 7.13.7."""
    one = an_object(affected("unspecified", lessThan="7.4.17"), affected("unspecified", lessThan="7.13.7"))
    assert read(one)[0] == ["0", "7.13"]


def test_between_several_open_ranges_a_default_of_unaffected_says_nothing() -> None:
    """CVE-2019-1387: before 2.14.6, before 2.15.4... each from 0, default unaffected: what lies between is not cleared by it."""
    newer, older = (an_object(affected("unspecified", lessThan=end), defaultStatus="unaffected") for end in ("9.1", "8.4"))
    found, assumed = by_convention(newer, container="cna", ends=ends_without_start([newer, older], container="cna"))
    assert (found["versions"][0]["version"], "defaultStatus" in found, len(assumed)) == ("9", False, 1)
    alone, _ = by_convention(newer, container="cna", ends=ends_without_start([newer], container="cna"))
    assert (alone["versions"][0]["version"], alone["defaultStatus"]) == ("0", "unaffected")


def test_several_fixes_at_both_ends_are_those_of_their_branches() -> None:
    """CVE-2024-22023, Ivanti Connect Secure: 22.1R6.2 and 22.2R4.2, each up to itself, default unaffected."""
    fixes = [affected(fix, lessThan=fix) for fix in ("22.1R6.2", "22.2R4.2")]
    found, _ = by_convention(
        an_object(*fixes, vendor="Ivanti", product="Connect Secure", defaultStatus="unaffected"), container="cna"
    )
    said = [(entry["version"], entry.get("lessThan"), entry["status"]) for entry in found["versions"]]
    assert said[:2] == [("22.1R6", "22.1R6.2", "affected"), ("22.2R4", "22.2R4.2", "affected")]
    assert said[2:] == [("22.1R6.2", "22.1R6.*", "unaffected"), ("22.2R4.2", "22.2R4.*", "unaffected")]
    assert "defaultStatus" not in found


def test_of_several_ranges_from_zero_each_is_its_branch() -> None:
    """CVE-2023-34396, Struts: `0` up to 2.5.30 and `0` up to 6.1.2; S2-064 names 2.5.31 and 6.1.2.1 as the fixes."""
    ranges = affected("0", lessThanOrEqual="2.5.30"), affected("0", lessThanOrEqual="6.1.2")
    one = an_object(*ranges, vendor="Apache Software Foundation", product="Apache Struts")
    assert read(an_object(*ranges)) == (["0", "0"], ())
    for container in ("cna", "CISA-ADP"):
        versions, assumed = read(one, container=container)
        assert versions == (["0", "6", "2.5.30", "6.1.2"] if container == "cna" else ["0", "6"])
        assert any("its own series" in one or "their own series" in one for one in assumed)


def test_of_several_texts_each_is_its_branch() -> None:
    """CVE-2020-2579, MySQL: `5.7.28 and prior`, `8.0.18 and prior`."""
    texts = affected("5.7.28 and prior"), affected("8.0.18 and prior")
    one = an_object(*texts, vendor="Oracle Corporation", product="MySQL Server")
    found, assumed = by_convention(one, container="cna", ends=ends_without_start([one], container="cna"))
    said = [(e["version"], e["lessThanOrEqual"]) for e in found["versions"] if e["status"] == "affected"]
    assert (said, len(assumed)) == ([("0", "5.7.28"), ("8", "8.0.18")], 3)
    mended = [(e["version"], e["lessThan"]) for e in found["versions"] if e["status"] == "unaffected"]
    assert mended == [("5.7.28", "5.7.*"), ("8.0.18", "8.0.*")]
    assert read(an_object(texts[0], vendor="Oracle Corporation")) == (["5.7.28 and prior"], ())
    assert read(an_object(*texts)) == (["5.7.28 and prior", "8.0.18 and prior"], ())


def test_one_range_from_zero_is_what_it_says() -> None:
    assert read(an_object(affected("0", lessThan="2.0")), container="CISA-ADP") == (["0"], ())


def test_an_end_that_is_no_plain_number_leaves_all_of_them_as_they_are() -> None:
    one = an_object(affected("unspecified", lessThan="2022_su5"), affected("unspecified", lessThan="2021.1"))
    assert read(one)[0] == ["unspecified", "unspecified"]


def test_where_no_start_is_stated_everything_up_to_the_end_is_meant() -> None:
    """CVE-2021-36821: Forminator `from n/a through 1.14.11`, of wordpress.org; its database says `<= 1.14.11`."""
    plugin = an_object(affected("n/a", lessThanOrEqual="1.14.11"), collectionURL="https://wordpress.org/plugins")
    assert read(plugin)[0] == ["0"]
    assert read(an_object(affected("N/A", lessThan="4.1.5"), vendor="Dell"))[0] == ["0"]
    assert read(an_object(affected("-", lessThan="125")), container="CISA-ADP")[0] == ["0"]
    assert read(an_object(affected(" ", lessThan="2.14.0")))[0] == ["0"]  # CVE-2022-45064, Sling Engine: before 2.14.0


def test_beside_another_such_range_it_says_nothing() -> None:
    two = an_object(affected("N/A", lessThan="4.1"), affected("N/A", lessThan="5.2"), vendor="Dell")
    assert read(two) == (["N/A", "N/A"], ())


def test_a_range_of_equal_ends_may_name_the_last_affected_version() -> None:
    """CVE-2024-24992 and CVE-2023-46264, Avalanche: before 6.4.3; 6.4.1 and below."""
    last = an_object(affected("6.4.1", lessThanOrEqual="6.4.1"), vendor="Ivanti", product="Avalanche", defaultStatus="unaffected")
    found, _ = by_convention(last, container="cna")
    said = [(e["version"], e.get("lessThan") or e.get("lessThanOrEqual"), e["status"]) for e in found["versions"]]
    assert said == [("6.4.1", None, "affected"), ("6.4.1", "6.4.1.*", "unknown"), ("0", "6.4.1", "affected")]


def test_an_unaffected_version_beside_it_says_what_was_before_the_fault() -> None:
    """CVE-2023-38545, curl: `8.4.0` before itself affected, `7.69.0` before itself unaffected: 7.69.0 to 8.3.0."""
    one = an_object(
        affected("8.4.0", lessThan="8.4.0"), {"version": "7.69.0", "lessThan": "7.69.0", "status": "unaffected"}, vendor="curl"
    )
    found, _ = by_convention(one, container="cna")
    assert [(e["version"], e["lessThan"], e["status"]) for e in found["versions"]] == [
        ("0", "7.69.0", "unaffected"),
        ("0", "8.4.0", "affected"),
    ]


def test_an_unaffected_version_above_them_clears_nothing_before_it_and_a_line_alone_is_not_mended() -> None:
    """CVE-2024-22022, Veeam Recovery Orchestrator: 6 and 5, each before itself, affected, and 7 before itself unaffected."""
    good = {"version": "7", "lessThan": "7", "status": "unaffected"}
    one = an_object(affected("6", lessThan="6"), affected("5", lessThan="5"), good, vendor="Veeam", product="Recovery Orchestrator")
    found, _ = by_convention(one, container="cna")
    said = [(e["version"], e.get("lessThan"), e["status"]) for e in found["versions"]]
    assert said == [("7", None, "unaffected"), ("6", "6.*", "unknown"), ("5", "5.*", "unknown")]


def test_node_speaks_of_a_release_line_by_its_last_affected_version() -> None:
    """CVE-2024-36138: 18.20.3, 20.15.0 and 22.4.0, each up to itself, default unaffected; all of these lines are affected."""
    last = [affected(v, lessThanOrEqual=v) for v in ("18.20.3", "20.15.0")]
    found, _ = by_convention(an_object(*last, vendor="nodejs", product="node", defaultStatus="unaffected"), container="cna")
    said = [(e["version"], e.get("lessThan") or e["lessThanOrEqual"], e["status"]) for e in found["versions"]]
    assert (said, found["defaultStatus"]) == ([("18", "18.20.3", "affected"), ("20", "20.15.0", "affected")], "unknown")
    fix = an_object(affected("20.3.1", lessThan="20.3.1"), vendor="Node.js", defaultStatus="unaffected")
    alone, _ = by_convention(fix, container="cna")
    said = [(e["version"], e["lessThan"], e["status"]) for e in alone["versions"]]
    assert said == [("20", "20.3.1", "affected"), ("20.3.1", "20.*", "unaffected")]
    assert "defaultStatus" not in alone


def test_a_fix_of_a_whole_number_ends_the_series_before_it() -> None:
    """CVE-2024-44181: macOS before 13.7, before 14.7 and before 15; of 15 itself nothing is left to say."""
    ranges = [an_object(affected("unspecified", lessThan=end), vendor="Apple", product="macOS") for end in ("13.7", "15", "14.7")]
    ends = ends_without_start(ranges, container="cna")
    found = [by_convention(one, container="cna", ends=ends)[0]["versions"][0] for one in ranges]
    assert [(e["version"], e["lessThan"]) for e in found] == [("0", "13.7"), ("14", "14.7"), ("14", "14.7")]
    far = [an_object(affected("unspecified", lessThan=end)) for end in ("12.5", "15")]
    ends = ends_without_start(far, container="cna")
    assert [by_convention(one, container="cna", ends=ends)[0]["versions"][0]["version"] for one in far] == ["0", "13"]


def test_open_ranges_of_a_reviewed_order_start_with_the_first_version() -> None:
    """CVE-2023-39276, SonicOS: `7.0.1-5119 and earlier versions`, `6.5.4.12-101n and earlier versions`."""
    texts = [affected(f"{v} and earlier versions") for v in ("7.0.1-5119", "6.5.4.12-101n")]
    assert read(an_object(*texts, vendor="SonicWall", product="SonicOS"))[0] == ["0", "0"]


def test_one_fixed_version_beside_a_default_of_affected() -> None:
    """CVE-2023-35083, Endpoint Manager: `2022 su3` before itself unaffected, default affected; SU3 is affected, SU4 mends it."""
    one = {"version": "2022 su3", "lessThan": "2022 su3", "status": "unaffected", "versionType": "semver"}
    found, _ = by_convention(an_object(one, vendor="Ivanti", product="Endpoint Manager", defaultStatus="affected"), container="cna")
    assert [(e["version"], e.get("lessThan"), e["status"]) for e in found["versions"]] == [
        ("0", "2022 su3", "affected"),
        ("2022 su3", None, "unknown"),
    ]
    assert "defaultStatus" not in found


def test_a_series_is_a_start() -> None:
    """CVE-2024-4577: `8.1.*` up to 8.1.29."""
    versions, assumed = read(an_object(affected("8.1.*", lessThan="8.1.29")))
    assert versions == ["8.1"]
    assert "8.1.*" in assumed[0]


def test_a_series_without_an_end_is_left_to_the_reader() -> None:
    assert read(an_object(affected("5.x"))) == (["5.x"], ())


def test_atlassians_lower_bounds_hold_up_to_the_next_one() -> None:
    """CVE-2024-21673: affected from 7.13.0, 7.19.0, 8.0.0 and 8.5.0 on; mended by 7.19.18 and 8.5.5, and by 8.7.2."""
    listed = [affected(f">= {v}") for v in ("7.13.0", "7.19.0", "8.0.0", "8.5.0", "8.6.0")]
    fixes = [{"version": f">= {v}", "status": "unaffected"} for v in ("7.19.18", "8.5.5", "8.7.2")]
    one = an_object({"version": "< 7.13.0", "status": "unaffected"}, *listed, *fixes, vendor="Atlassian")
    found, _ = by_convention(one, container="cna")
    said = {e["version"]: (e.get("lessThan"), e["status"]) for e in found["versions"]}
    assert said == {
        "< 7.13.0": (None, "unaffected"),
        "7.13.0": ("7.19.0", "affected"),
        "7.19.0": ("7.19.18", "affected"),
        "7.19.18": ("7.19.*", "unaffected"),
        "8.0.0": ("8.5.0", "affected"),
        "8.5.0": ("8.5.5", "affected"),
        "8.5.5": ("8.5.*", "unaffected"),
        "8.6.0": ("8.7.2", "affected"),
        "8.7.2": ("*", "unaffected"),
    }


def test_every_convention_says_who_wrote_it_from_what_and_why() -> None:
    assert len({one.id for one in conventions()}) == len(conventions())
    for one in conventions():
        assert one.container in ("cna", "adp")
        assert one.source.startswith("https://")
        assert one.readings or one.texts or one.described or one.own_series or one.mends_lines
        assert set(one.readings) <= set(READINGS)
        assert all((one.author, one.date, one.reason, one.says.endswith("."))), one.id


APPLE = "This issue is fixed in macOS Sonoma 14.6, iOS 16.7.9 and iPadOS 16.7.9, macOS Monterey 12.7.6, macOS Ventura 13.6.8."


@pytest.mark.parametrize(("end", "meant"), [("16.7", "16.7.9"), ("13.6", "13.6.8"), ("14.6", "14.6"), ("15.2", "15.2"), ("1", "1")])
def test_an_end_that_apple_cut_short_is_what_the_description_says(end: str, meant: str) -> None:
    """CVE-2024-40798: `unspecified` before 16.7, 13.6, 14.6 and 12.7."""
    one = an_object(affected("unspecified", lessThan=end), vendor="Apple", product="macOS")
    found, assumed = whole_ends(one, description=APPLE)
    assert (found["versions"][0]["lessThan"], len(assumed)) == (meant, end != meant)


def test_of_several_longer_versions_the_last_is_taken_and_of_anybody_else_nothing() -> None:
    one = an_object(affected("unspecified", lessThan="16.7"), vendor="Apple", product="iOS and iPadOS")
    assert whole_ends(one, description="Fixed in iOS 16.7.2 and iPadOS 16.7.10.")[0]["versions"][0]["lessThan"] == "16.7.10"
    assert whole_ends(one, description="") == (one, ())
    other = one | {"vendor": "Example"}
    assert whole_ends(other, description=APPLE) == (other, ())


def test_what_apple_cut_short_clears_nothing_before_it(a_record: Any) -> None:
    ranges = [an_object(affected("unspecified", lessThan=end), vendor="Apple", product="macOS") for end in ("13.6", "12.7", "14.6")]
    record = replace(a_record(ranges), description=APPLE)
    asked = {"12.7.5": "affected", "12.7.6": "unknown", "13.6.7": "affected", "14.5": "affected", "14.6": "not_affected"}
    for version, verdict in asked.items():
        answer = decide(record, Subject(("apple",), "macos", version), overrides=Overrides())
        assert answer.verdict == verdict, version


anything = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=6), st.sampled_from(["unspecified", "0", "1.x", ">= 2"])
)
hostile = st.dictionaries(st.sampled_from(["version", "lessThan", "lessThanOrEqual", "status", "changes", "versionType"]), anything)


@given(
    st.sampled_from(["Google", "Adobe", "Atlassian", "Spring", "Example"]),
    st.lists(st.one_of(hostile, anything), max_size=4),
    anything,
)
def test_whatever_an_object_holds_it_is_read_and_never_changed(vendor: str, versions: list[Any], default: Any) -> None:
    one = {"vendor": vendor, "product": "Chrome", "versions": versions, "defaultStatus": default}
    before = repr(one)
    for container in ("cna", "CISA-ADP"):
        found, _ = by_convention(one, container=container, ends=ends_without_start([one], container=container))
        assert len(found["versions"]) in (len(versions), 2 * sum(isinstance(entry, dict) for entry in versions))
    assert repr(one) == before


def test_what_follows_the_end_of_a_range_in_its_own_line_has_the_fix() -> None:
    """CVE-2020-36290, Confluence: before 7.4.5, from 7.5.0 before 7.6.3, and from 7.7.0 before 7.7.4."""
    bounds = [("0", "7.4.5"), ("7.5.0", "7.6.3"), ("7.7.0", "7.7.4")]
    one = an_object(*(affected(start, lessThan=end) for start, end in bounds), vendor="Atlassian", product="Confluence Server")
    found, assumed = by_convention(one, container="cna")
    mended = [(e["version"], e["lessThan"]) for e in found["versions"] if e["status"] == "unaffected"]
    assert mended == [("7.4.5", "7.4.*"), ("7.6.3", "7.6.*"), ("7.7.4", "7.7.*")]
    assert "in its own line" in assumed[-1]
    stated = one | {"defaultStatus": "unknown"}
    assert by_convention(stated, container="cna") == (stated, ())
    assert by_convention(one, container="CISA-ADP") == (one, ())


def test_versions_of_four_numbers_are_no_semantic_ones() -> None:
    """CVE-2024-22332: IBM Integration Bus for z/OS 10.1 through 10.1.0.2, called semver."""
    typed = affected("10.1", lessThanOrEqual="10.1.0.2", versionType="semver")
    found, assumed = by_convention(an_object(typed, vendor="IBM"), container="cna")
    assert [e["versionType"] for e in found["versions"]] == ["custom"]
    assert "number by number" in assumed[0]
    three = an_object(affected("1.0", lessThan="1.0.2", versionType="semver"), vendor="IBM")
    assert by_convention(three, container="cna") == (three, ())


def test_of_the_patch_levels_of_a_listed_release_nobody_speaks() -> None:
    """CVE-2023-40309 lists `8` of CommonCryptoLib and `2.00` of HANA beside a default of unaffected."""
    one = an_object(affected("2.00"), affected("753"), vendor="SAP_SE", defaultStatus="unaffected")
    found, _ = by_convention(one, container="cna")
    said = [(e["version"], e.get("lessThan"), e["status"]) for e in found["versions"]]
    assert said[2:] == [
        ("200", None, "affected"),
        ("2.00", "2.00.*", "unknown"),
        ("200", "200.*", "unknown"),
        ("7.53", None, "affected"),
        ("753", "753.*", "unknown"),
        ("7.53", "7.53.*", "unknown"),
    ]


def test_the_update_that_mends_a_release_is_written_apart_from_it() -> None:
    """CVE-2024-6151 (CTX678035): before 2402, 1912 LTSR before CU9, 2203 LTSR before CU5; CVE-2024-6149: before 2404.1."""
    vda = [affected("2402", lessThan="0"), affected("1912 LTSR", lessThan="CU9")]
    one = an_object(*(e | {"versionType": "patch"} for e in vda), vendor="Citrix", product="Windows Virtual Delivery Agent")
    found, _ = by_convention(one, container="cna")
    assert [(e["version"], e["lessThan"], e["status"]) for e in found["versions"]] == [
        ("1912", "1912 LTSR CU9", "affected"),
        ("1912 LTSR CU9", "1912.*", "unaffected"),
        ("0", "2402", "affected"),
    ]
    html5 = affected("2404", lessThan="1", versionType="patch")
    found, _ = by_convention(an_object(html5, vendor="Citrix", product="Citrix Workspace app for HTML5"), container="cna")
    assert [(e["version"], e["lessThan"]) for e in found["versions"]] == [("0", "2404.1")]


def test_a_product_of_one_platform_is_not_narrowed_by_it() -> None:
    one = an_object(affected("8.0", lessThan="8.0U2"), vendor="VMware", product="VMware vCenter Server", platforms=["Linux"])
    found, assumed = by_convention(one, container="cna")
    assert "platforms" not in found
    assert "its own Linux only" in assumed[0]


def test_of_the_fix_packs_of_a_listed_release_nobody_speaks() -> None:
    """CVE-2024-37533 lists 11.7 of InfoSphere Information Server beside a default of unaffected; 11.7.1.3 has no fix for it."""
    one = an_object(affected("11.7"), vendor="IBM", product="InfoSphere Information Server", defaultStatus="unaffected")
    found, _ = by_convention(one, container="cna")
    assert [(e["version"], e.get("lessThan"), e["status"]) for e in found["versions"]] == [
        ("11.7", None, "affected"),
        ("11.7", "11.7.*", "unknown"),
    ]
    ranged = an_object(affected("11.7", lessThan="11.8"), vendor="IBM")
    assert by_convention(ranged, container="cna") == (ranged, ())


def test_a_component_may_stand_before_saps_release() -> None:
    """CVE-2024-44113: `SAP_BW 755`."""
    found, _ = by_convention(an_object(affected("SAP_BW 755"), vendor="SAP_SE"), container="cna")
    assert {e["version"] for e in found["versions"] if e["status"] == "affected"} == {"SAP_BW 755", "755", "7.55"}


def test_citrix_names_the_track_where_a_range_starts() -> None:
    """CVE-2023-24490 (CTX559370): before 2305; before CU3 of 2203 LTSR."""
    product = "Virtual Delivery Agents for Windows for CVAD and Citrix DaaS Security"
    current = affected("Current Release (CR) 0", lessThan=" 2305 ", versionType="patch")
    lasting = affected("Long Term Service Release (LTSR) 0", lessThan="2203 LTSR CU3", versionType="patch")
    found, _ = by_convention(an_object(current, lasting, vendor="Citrix", product=product), container="cna")
    assert [(e["version"], e["lessThan"], e["status"]) for e in found["versions"]] == [
        ("2203", "2203 LTSR CU3", "affected"),
        ("2203 LTSR CU3", "2203.*", "unaffected"),
        ("0", "2305", "affected"),
    ]


def test_the_first_candidate_of_a_release_stands_for_it() -> None:
    """CVE-2023-29458, Zabbix: the ranges end at 6.0.18rc1 and 6.4.3rc1."""
    found, _ = by_convention(an_object(affected("6.0.0", lessThan="6.0.18rc1"), vendor="Zabbix"), container="cna")
    assert [e["lessThan"] for e in found["versions"]] == ["6.0.18"]


EPM = [
    affected("2024 September Security Update", lessThan="2024 September Security Update"),
    affected("2022 SU6", lessThan="2022 SU6"),
]


def test_of_two_fixes_in_words_each_holds_for_its_own_year() -> None:
    """CVE-2024-32843: Ivanti EPM, the fix written twice for 2024 and for 2022; neither year is a branch named as a whole."""
    found, _ = by_convention(an_object(*EPM, vendor="Ivanti", product="EPM", defaultStatus="unaffected"), container="cna")
    assert [entry["status"] for entry in found["versions"][:2]] == ["affected", "affected"]


def cleared(version: str, **more: str) -> dict[str, Any]:
    return {"version": version, "status": "unaffected", "versionType": "custom", **more}


def test_what_cisa_turned_around_says_nothing() -> None:
    """CVE-2024-32843: before 2022_su6, the vendor's fix, *unaffected*, and the rest *affected*."""
    one = an_object(
        cleared("0", lessThan="2022_su6"), cleared("2024", lessThan="2024_su1"), vendor="ivanti", defaultStatus="affected"
    )
    found, assumed = by_convention(one, container="adp")
    assert {entry["status"] for entry in found["versions"]} == {found["defaultStatus"]} == {"unknown"}
    assert "cisa-turned-around" in assumed[0]


@pytest.mark.parametrize(
    "one",
    [
        an_object(cleared("5.3", lessThan="*"), defaultStatus="affected"),
        an_object(cleared("5.10.214", lessThan="5.10.*"), cleared("0", lessThan="5.9"), defaultStatus="affected"),
        an_object(cleared("5.4.268", lessThan="5.5"), vendor="linux", product="linux_kernel", defaultStatus="affected"),
        an_object(cleared("0", lessThan="2.0"), affected("2.0", lessThan="3.0"), defaultStatus="affected"),
        an_object(cleared("0", lessThan="2.0"), defaultStatus="unaffected"),
        an_object(cleared("2.0"), defaultStatus="affected"),
    ],
)
def test_unaffected_ranges_that_make_sense_are_taken_as_they_stand(one: dict[str, Any]) -> None:
    found, assumed = by_convention(one, container="adp")
    assert [entry["status"] for entry in found["versions"]] == [entry["status"] for entry in one["versions"]]
    assert not any("cisa-turned-around" in text for text in assumed)


def test_solarwinds_words_may_name_the_product_first() -> None:
    """SolarWinds: `Kiwi CatTools 3.12 and previous versions` (CVE-2024-45713) holds for the product that stands in the words."""
    one = an_object(
        affected("Kiwi CatTools 3.12 and previous versions"), vendor="SolarWinds", product="Kiwi CatTools", defaultStatus="affected"
    )
    found, _ = by_convention(one, container="cna")
    assert [(entry["status"], entry["lessThanOrEqual"]) for entry in found["versions"]] == [("affected", "3.12")]
