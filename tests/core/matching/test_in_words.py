"""Ranges in a publisher's own words: what the reviewed patterns read, and what that makes decidable."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.advisories import Advisory, Container
from wardround.core.matching import Overrides, Subject, decide
from wardround.core.matching._conventions import by_convention, conventions
from wardround.core.matching._in_words import in_words
from wardround.core.matching._spelling import AS_WRITTEN


def read(vendor: str, product: str, *texts: str, **more: Any) -> list[dict[str, Any]]:
    entries = [{"version": text, "status": "affected"} for text in texts]
    affected = {"vendor": vendor, "product": product, "versions": entries, **more}
    return [
        {k: v for k, v in e.items() if k not in ("versionType", AS_WRITTEN)}
        for e in by_convention(affected, container="cna")[0]["versions"]
    ]


def test_a_series_and_its_last_affected_version() -> None:
    """CVE-2024-25614, ArubaOS: the bulletin ARUBA-PSA-2024-002 lists 8.10.0.9 and below, mended by 8.10.0.10."""
    (entry,) = read("Hewlett Packard Enterprise (HPE)", "ArubaOS", "ArubaOS 8.10.x.x:  8.10.0.9 and below")
    assert entry == {"version": "8.10", "lessThanOrEqual": "8.10.0.9", "status": "affected"}


def test_the_words_may_stand_beside_the_end_itself() -> None:
    """CVE-2023-43508: `ClearPass Policy Manager 6.11.x: 6.11.4 and below`, up to `<=6.11.4`."""
    entry = {"version": "ClearPass Policy Manager 6.11.x: 6.11.4 and below", "lessThanOrEqual": "<=6.11.4", "status": "affected"}
    one = {"vendor": "Hewlett Packard Enterprise (HPE)", "product": "Aruba ClearPass Policy Manager", "versions": [entry]}
    found = by_convention(one, container="cna")[0]["versions"]
    assert found == [{"version": "6.11", "lessThanOrEqual": "6.11.4", "status": "affected"}]
    other = entry | {"lessThanOrEqual": "6.11.5"}
    assert by_convention(one | {"versions": [other]}, container="cna")[0]["versions"][0]["version"] == other["version"]


def test_a_series_alone_is_a_start_only_where_an_end_stands_beside_it() -> None:
    """CVE-2023-37422: `Orchestrator 9.3.x`, up to `<=9.3.0`."""
    hpe = {"vendor": "Hewlett Packard Enterprise (HPE)", "product": "EdgeConnect SD-WAN Orchestrator"}
    entry = {"version": "Orchestrator 9.3.x", "lessThanOrEqual": "<=9.3.0", "status": "affected"}
    found = by_convention(hpe | {"versions": [entry]}, container="cna")[0]["versions"]
    assert found == [{"version": "9.3", "lessThanOrEqual": "9.3.0", "status": "affected"}]
    assert read(hpe["vendor"], hpe["product"], "Orchestrator 9.3.x")[0]["version"] == "Orchestrator 9.3.x"


@pytest.mark.parametrize(
    ("vendor", "text", "end"),
    [
        ("SonicWall", "7.0.1-5119 and earlier versions", "7.0.1-5119"),
        ("SonicWall", "6.5.4.4-44v-21-2395 and older versions", "6.5.4.4-44v-21-2395"),
        ("SolarWinds ", "2024.1.1 and previous versions", "2024.1.1"),
        ("SolarWinds", "Serv-U 15.4.2 HF 2 and previous versions", "15.4.2 hf 2"),
    ],
)
def test_everything_up_to_a_version(vendor: str, text: str, end: str) -> None:
    assert [entry["lessThanOrEqual"] for entry in read(vendor, "Product", text)] == [end] or read(vendor, "Product", text) == []


def test_the_newest_release_of_each_line_of_java() -> None:
    """CVE-2024-20945, of the Critical Patch Update of January 2024, which brought 8u401 and 17.0.10; GraalVM is another product."""
    texts = ["Oracle Java SE:8u391", "Oracle Java SE:8u391-perf", "Oracle Java SE:17.0.9", "Oracle GraalVM for JDK:17.0.9"]
    found = read("Oracle Corporation", "Java SE JDK and JRE", *texts)
    assert [(e["version"], e.get("lessThanOrEqual") or e["lessThan"], e["status"]) for e in found] == [
        ("8", "8u391", "affected"),
        ("8u391", "8.*", "unaffected"),
        ("17", "17.0.9", "affected"),
        ("17.0.9", "17.*", "unaffected"),
    ]


def test_an_installers_number_of_java_is_held_against_its_line(a_record: Any) -> None:
    entries = [{"version": f"Oracle Java SE:{v}", "status": "affected"} for v in ("8u391", "17.0.9")]
    record: Advisory = a_record([{"vendor": "Oracle Corporation", "product": "Java SE JDK and JRE", "versions": entries}])
    asked = {
        "8.0.3910.13": "affected",
        "8u401": "not_affected",
        "17.0.8": "affected",
        "17.0.10": "not_affected",
        "11.0.20": "unknown",
    }
    for version, verdict in asked.items():
        subject = Subject(("oracle corporation",), "java se jdk and jre", version)
        assert decide(record, subject, overrides=Overrides()).verdict == verdict, version


def test_lists_are_their_versions() -> None:
    """CVE-2022-23442, FortiOS."""
    assert [e["version"] for e in read("Fortinet", "Fortinet FortiOS", "FortiOS 7.0.5, 7.0.4, 6.4.8")] == [
        "7.0.5",
        "7.0.4",
        "6.4.8",
    ]


def test_lists_may_hold_ranges_and_series() -> None:
    """CVE-2022-39945, FortiMail; CVE-2023-32457, PowerScale OneFS."""
    assert read("Fortinet", "Fortinet FortiMail", "FortiMail 7.2.0, 7.0.0 through 7.0.3, 6.4 all versions") == [
        {"version": "7.2.0", "status": "affected"},
        {"version": "7.0.0", "lessThanOrEqual": "7.0.3", "status": "affected"},
        {"version": "6.4", "lessThan": "6.4.*", "status": "affected"},
    ]
    told = "Version 9.2.1.0 through 9.2.1.22 , Version 9.4.0.0 through 9.4.0.13, and 9.5.0.1"
    assert [(e["version"], e.get("lessThanOrEqual")) for e in read("Dell", "PowerScale OneFS", told)] == [
        ("9.2.1.0", "9.2.1.22"),
        ("9.4.0.0", "9.4.0.13"),
        ("9.5.0.1", None),
    ]
    mixed = "FortiOS 6.0.0 through 6.0.4, 5.2.14 and earlier, FortiProxy 2.0.0"
    assert read("Fortinet", "Fortinet FortiOS and FortiProxy", mixed)[0]["version"] == mixed


def test_the_same_words_of_anybody_else_stay_words() -> None:
    assert read("Example", "Gateway", "7.0.1-5119 and earlier versions")[0]["version"] == "7.0.1-5119 and earlier versions"
    assert read("SonicWall", "SonicOS", "7.0.1 maintenance releases")[0]["version"] == "7.0.1 maintenance releases"


PATTERNS = [pattern for convention in conventions() for pattern in convention.texts]


@given(
    st.lists(
        st.one_of(st.none(), st.text(max_size=60), st.dictionaries(st.sampled_from(["version", "status"]), st.text(max_size=60)))
    )
)
def test_whatever_stands_there_is_read_and_never_changed(versions: list[Any]) -> None:
    before = repr(versions)
    in_words({"versions": versions}, texts=PATTERNS)
    assert repr(versions) == before


@pytest.mark.parametrize(
    ("vendor", "text", "entry"),
    [
        ("Fortinet", "FortiWAN before 4.5.9", {"version": "unspecified", "lessThan": "4.5.9"}),
        ("Siemens", "All versions < V223.0 Update 4", {"version": "unspecified", "lessThan": "v223.0 update 4"}),
        ("Siemens", "All versions >= V4.0 < V4.1 SP1", {"version": "v4.0", "lessThan": "v4.1 sp1"}),
        ("Trellix", "Prior to 10.7.0 Update 15", {"version": "unspecified", "lessThan": "10.7.0 update 15"}),
        ("mailcow", "< 2024-07", {"version": "unspecified", "lessThan": "2024-07"}),
        ("nvidia", "All versions prior to and including 8.2.2100", {"version": "unspecified", "lessThanOrEqual": "8.2.2100"}),
        ("Rockwell Automation", "Version 16.00 - 16.20.02", {"version": "16.00", "lessThanOrEqual": "16.20.02"}),
    ],
)
def test_ranges_with_the_words_of_the_grammar_around_what_it_does_not_read(vendor: str, text: str, entry: dict[str, str]) -> None:
    """CVE-2021-26113, CVE-2023-28830, CVE-2024-0310, CVE-2024-41958, CVE-2023-31020, CVE-2024-21918."""
    affected = {"vendor": vendor, "product": "Product", "versions": [{"version": text, "status": "affected"}]}
    found = in_words(affected, texts=[text for c in conventions() if vendor.casefold() in c.vendors for text in c.texts])
    assert found is not None
    assert found["versions"] == [entry | {"status": "affected", AS_WRITTEN: text}]


@pytest.mark.parametrize("unit", ["1.", "a ", "1, ", "7.0.1-", "(/", ".x", " and prior"])
def test_no_pattern_reads_a_text_twice(unit: str) -> None:
    for pattern in PATTERNS:
        pattern.fullmatch(unit * (200 // len(unit)))


@pytest.mark.parametrize("version", ["4.0.0-4.4.6", "4.2.0"])
def test_a_text_that_is_read_as_a_range_is_still_the_version_that_it_is(version: str) -> None:
    """CVE-2024-27187: an inventory may have taken over the record's own text."""
    entry = {"version": "4.0.0-4.4.6", "status": "affected", "versionType": "custom"}
    affected = {"vendor": "Joomla! Project", "product": "Joomla! CMS", "versions": [entry], "defaultStatus": "unaffected"}
    assert said_of(affected, version) == "affected"


@pytest.mark.parametrize("version", ["4.0.0-4.4.5", "4.4.7"])
def test_another_text_is_not(version: str) -> None:
    entry = {"version": "4.0.0-4.4.6", "status": "affected", "versionType": "custom"}
    affected = {"vendor": "Joomla! Project", "product": "Joomla! CMS", "versions": [entry], "defaultStatus": "unaffected"}
    assert said_of(affected, version) != "affected"


def said_of(affected: dict[str, Any], version: str) -> str:
    day = datetime(2030, 5, 13, tzinfo=UTC)
    container = Container("cna", "/containers/cna/affected", [affected])
    record = Advisory("CVE-2030-0001", "PUBLISHED", day, day, "", "", (container,), (), (), "cve", "")
    return decide(record, Subject(("joomla! project",), "joomla! cms", version), overrides=Overrides()).verdict.value
