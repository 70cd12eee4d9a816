"""FACTS 9 that no other file here tests: sizes, traps and standing. `test_objects` has the walk of entries, line by line."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from wardround.core.advisories import Advisory, Container
from wardround.core.matching import Answer, Overrides, Subject, decide, match
from wardround.core.matching._decide import CLAIM, DISPUTED
from wardround.core.vocab import Install

Build = Callable[..., Any]
Says = Callable[..., Answer]
GATEWAY = Subject(("example",), "gateway", "1.5.0")
NONE = Overrides()
DAY = datetime(2030, 6, 1, tzinfo=UTC)


def semver(start: str, **more: Any) -> dict[str, Any]:
    return {"version": start, "versionType": "semver"} | more


# Sizes: a record may be as large as it likes, an answer may not take as long as it likes.


def test_a_record_of_a_million_entries_answers_soon_and_never_not_affected(a_record: Build, an_object: Build) -> None:
    rows = [{"version": f"1.0.{n}", "status": "affected", "versionType": "semver"} for n in range(1_000_000)]
    record = a_record([an_object() | {"versions": rows, "defaultStatus": "unaffected"}])
    start = time.process_time()
    listed, beyond = (decide(record, replace(GATEWAY, version=v), overrides=NONE) for v in ("1.0.7", "1.0.999999"))
    assert time.process_time() - start < 10
    assert listed.verdict == "affected"
    assert (beyond.verdict, "only the first 20,000 are read" in beyond.reason) == ("not_evaluable", True)


def test_a_record_of_very_many_objects_answers_soon_and_never_not_affected(a_record: Build, an_object: Build) -> None:
    record = a_record([an_object(semver("2.0.0"), default="unaffected")] * 100_000)
    start = time.process_time()
    answer = decide(record, GATEWAY, overrides=NONE)
    assert time.process_time() - start < 10
    assert (answer.verdict, "more objects on this product than are read" in answer.reason) == ("not_evaluable", True)


def test_very_many_changes_inside_one_range_are_not_evaluable(says: Says, an_object: Build) -> None:
    steps = [{"at": f"1.{n}.0", "status": "unaffected" if n % 2 else "affected"} for n in range(5_000)]
    assert (
        says(an_object(semver("1.0", lessThan="2.0", changes=steps), default="unaffected"), version="1.5").verdict
        == "not_evaluable"
    )
    assert (
        says(an_object(semver("1.0", lessThan="2.0", changes=steps), default="unaffected"), version="3.0").verdict == "not_affected"
    )


# Traps.


@pytest.mark.parametrize("word", ["n/a", "N/A", "-", "unknown", "unspecified", "*"])
def test_an_inventory_whose_vendor_says_nothing_meets_no_record_whose_vendor_says_nothing(
    a_record: Build, an_object: Build, word: str
) -> None:
    """Records by the thousand state the vendor `n/a`: an install of vendor `n/a` is not theirs by that."""
    other = a_record([an_object(default="affected") | {"vendor": word, "product": "Something else"}])
    install = Install(asset_id="a", vendor=word, product="Gateway", version="1.0")
    assert match(other, install, overrides=NONE).verdict == "unknown"


@pytest.mark.parametrize("word", ["n/a", "unknown", "-", "unspecified", "None"])
def test_an_inventory_whose_version_says_nothing_is_not_equal_to_an_entry_that_says_nothing(
    says: Says, an_object: Build, word: str
) -> None:
    assert says(an_object({"version": word}, default="unaffected"), version=word).verdict == "unknown"
    assert says(an_object({"version": word, "status": "unaffected"}, default="affected"), version=word).verdict != "not_affected"


def test_program_files_are_in_every_build_and_narrow_nothing(says: Says, an_object: Build) -> None:
    answer = says(an_object(default="affected", programFiles=["src/a.c"]), version="1.0")
    assert (answer.verdict, answer.assumed) == ("affected", ())


# Standing: who may decide, and in which order.


def a_document(kind: str, default: str, an_object: Build, *, marks: str = "") -> Container:
    return Container("vex", f"/{kind}/0", [an_object(default=default)], kind, f"Example {kind} 7", DAY, marks=marks)


def with_containers(record: Advisory, *more: Container) -> Advisory:
    return replace(record, containers=(*record.containers, *more))


def test_a_second_container_of_the_record_counts_only_where_the_first_gives_no_decision(a_record: Build, an_object: Build) -> None:
    undecided, decided = an_object(default="unknown"), an_object(default="affected")
    later = [an_object(default="unaffected")]
    assert decide(a_record([undecided], later), GATEWAY, overrides=NONE).verdict == "not_affected"
    assert decide(a_record([decided], later), GATEWAY, overrides=NONE).verdict == "affected"


def test_a_suppliers_not_affected_never_overrides_an_affected_of_the_record(a_record: Build, an_object: Build) -> None:
    record = with_containers(a_record([an_object(default="affected")]), a_document("supplier", "unaffected", an_object))
    assert decide(record, GATEWAY, overrides=NONE).verdict == "affected"


def test_where_the_record_decides_nothing_a_supplier_does_and_its_not_affected_is_a_claim(
    a_record: Build, an_object: Build
) -> None:
    record = with_containers(a_record([an_object(default="unknown")]), a_document("supplier", "unaffected", an_object))
    answer = decide(record, GATEWAY, overrides=NONE)
    assert (answer.verdict, answer.assumed) == ("not_affected", (CLAIM,))
    assert "what Example supplier 7 states of 2030-06-01" in answer.reason


@pytest.mark.parametrize("first", ["affected", "unaffected"])
def test_a_suppliers_claim_clears_nothing_that_another_publisher_calls_affected(
    a_record: Build, an_object: Build, first: str
) -> None:
    """Whichever document is newer. Of one publisher the newer word counts."""
    other = "unaffected" if first == "affected" else "affected"
    pair = [a_document("supplier", default, an_object) for default in (first, other)]
    undecided = a_record([an_object(default="unknown")])
    theirs = [replace(one, source=f"Publisher {place}, document") for place, one in enumerate(pair)]
    assert decide(with_containers(undecided, *theirs), GATEWAY, overrides=NONE).verdict == "affected"
    own = [replace(one, source=f"Publisher, document {place}") for place, one in enumerate(pair)]
    assert decide(with_containers(undecided, *own), GATEWAY, overrides=NONE).verdict == first.replace("un", "not_")


@pytest.mark.parametrize("default", ["affected", "unaffected"])
def test_a_document_that_is_not_valid_never_decides(a_record: Build, an_object: Build, default: str) -> None:
    marked = a_document("supplier", default, an_object, marks="no tracking id")
    assert decide(with_containers(a_record([]), marked), GATEWAY, overrides=NONE).verdict == "unknown"


def test_a_disputed_record_is_taken_at_its_word_and_that_is_said(a_record: Build, an_object: Build) -> None:
    record = replace(a_record([an_object(default="affected")]), tags=("disputed",))
    answer = decide(record, GATEWAY, overrides=NONE)
    assert (answer.verdict, answer.assumed) == ("affected", (DISPUTED,))
    assert answer.reason.endswith(DISPUTED)


@pytest.mark.parametrize("state", ["REJECTED", "rejected"])
def test_a_rejected_record_states_nothing(a_record: Build, an_object: Build, state: str) -> None:
    answer = decide(replace(a_record([an_object(default="affected")]), state=state), GATEWAY, overrides=NONE)
    assert (answer.verdict, answer.decided_by) == ("unknown", "CVE-2030-0001 /cveMetadata/state")


def test_of_several_objects_the_heaviest_answer_counts_whatever_their_order(says: Says, an_object: Build) -> None:
    """4,239 shared records name a product in several objects, 3,644 with different defaults."""
    swapped = an_object({"version": "2.0.0", "lessThan": "1.0.0", "versionType": "semver"}, default="unaffected")
    weight = [an_object(default="affected"), swapped, an_object(default="unknown"), an_object(default="unaffected")]
    for heavy, verdict in zip(weight, ["affected", "not_evaluable", "unknown", "not_affected"], strict=True):
        lighter = weight[weight.index(heavy) :]
        assert says(*lighter, version="1.5.0").verdict == verdict
        assert says(*reversed(lighter), version="1.5.0").verdict == verdict


def test_two_spellings_of_one_vendor_in_a_record_are_one() -> None:
    """CVE-2024-9823: Jetty 9 to 11 of the Eclipse Foundation, Jetty 12 of Eclipse Jetty, each unaffected by default."""

    def jetty(vendor: str, start: str, end: str) -> dict[str, Any]:
        ranges = [{"version": start, "lessThan": end, "versionType": "semver", "status": "affected"}]
        return {"vendor": vendor, "product": "Jetty", "defaultStatus": "unaffected", "versions": ranges}

    listed = [jetty("Eclipse Foundation", "9.0.0", "9.4.54"), jetty("Eclipse Jetty", "12.0.0", "12.0.3")]
    day = datetime(2024, 10, 14, tzinfo=UTC)
    container = Container("cna", "/containers/cna/affected", listed)
    record = Advisory("CVE-2024-9823", "PUBLISHED", day, day, "", "", (container,), (), (), "cve", "")
    for vendor in ("eclipse foundation", "eclipse jetty"):
        said = [
            decide(record, Subject((vendor,), "jetty", v), overrides=Overrides()).verdict.value
            for v in ("12.0.2", "9.4.53", "12.0.3")
        ]
        assert said == ["affected", "affected", "not_affected"]
    other = decide(record, Subject(("example",), "jetty", "12.0.2"), overrides=Overrides())
    assert other.verdict.value == "unknown"
