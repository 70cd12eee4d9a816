"""Every step to an answer, in the order in which it decided, with its source and date."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wardround.core.advisories import Advisory, Container
from wardround.core.matching import Named, Overrides, Subject, decide
from wardround.core.matching._explain import Step, explain

LATER = datetime(2030, 6, 1, tzinfo=UTC)
GATEWAY = Subject(("example",), "gateway", "1.5.0")
Build = Callable[..., Any]


def steps(record: Advisory, subject: Subject = GATEWAY, **more: Any) -> list[Step]:
    return list(explain(record, subject, overrides=more.pop("overrides", Overrides()), **more)[1])


def titles(record: Advisory, subject: Subject = GATEWAY, **more: Any) -> list[str]:
    return [step.title for step in steps(record, subject, **more)]


@pytest.fixture
def record(a_record: Build, an_object: Build) -> Advisory:
    ranges = [{"version": "1.0.0", "lessThan": "1.2.0"}, {"version": "1.4.0", "lessThan": "2.0.0"}]
    return a_record([an_object(*({"versionType": "semver"} | r for r in ranges), default="unaffected")])


def test_the_steps_come_in_the_order_in_which_they_decide(record: Advisory) -> None:
    assert titles(record) == ["record", "name", "override", "container", "object", "entry", "entry", "answer"]


def test_an_entry_shows_both_versions_the_order_and_what_came_of_it(record: Advisory) -> None:
    first, second = (step for step in steps(record) if step.title == "entry")
    assert first.text == (
        "Entry 1 covers versions from 1.0.0 up to but not including 1.2.0; this version is not among them, so the next entry "
        "is read. Compared as semver versions: 1.5.0 is above 1.0.0, 1.5.0 is above 1.2.0."
    )
    assert "it decides" in second.text
    assert second.pointer == "CVE-2030-0001 /containers/cna/affected/0/versions/1"


def test_the_answer_comes_last_with_its_assumptions(a_record: Build, an_object: Build) -> None:
    answer, found = explain(a_record([an_object({"version": "1.0", "lessThan": "1.4"})]), GATEWAY, overrides=Overrides())
    assert answer.verdict == "not_affected"
    assert answer.assumed
    assert all(sentence in found[-1].text for sentence in answer.assumed)
    assert found[-1].pointer == answer.decided_by


def test_how_the_install_was_named_is_shown(record: Advisory) -> None:
    named = Named("gateway", ("example",), ("CVE-2030-0001",), ways=((("example", "gateway"), "by the alias example-gateway"),))
    (step,) = (step for step in steps(record, named=named) if step.title == "name")
    assert "by the alias example-gateway" in step.text
    assert "version 1.5.0" in step.text


def test_the_record_is_shown_with_version_dates_and_tags(record: Advisory) -> None:
    shown = steps(replace(record, sha256="0123456789abcdef" * 4, tags=("disputed",)))[0]
    assert shown.text == ("The record of CVE-2030-0001: published 2030-05-13, updated 2030-05-13. It is marked: disputed.")
    assert shown.stated_at == record.updated


def test_an_override_is_shown_with_author_source_and_day_and_the_record_beside_it(a_record: Build) -> None:
    affected = [{"vendor": "Ivanti", "product": "Endpoint Manager Mobile", "defaultStatus": "affected"}]
    epmm = Subject(("ivanti",), "endpoint manager mobile", "12.4.0.2")
    found = steps(a_record(affected, cve="CVE-2025-4427"), epmm, overrides=Overrides.load())
    assert [step.title for step in found] == ["record", "name", "override", "beside", "answer"]
    assert found[2].pointer == "override ivanti-epmm-2025"
    assert str(found[2].stated_at) == "2025-05-13"
    assert found[3].text.startswith("Beside it, the CVE record says: affected.")


def test_a_suppliers_claim_stands_beside_an_affected_of_the_record_with_its_date(record: Advisory, an_object: Build) -> None:
    claim = Container("vex", "/claims/0", [an_object(default="unaffected")], "supplier", "Example VEX 7", LATER)
    found = steps(replace(record, containers=(*record.containers, claim)))
    beside = found[-2]
    assert (beside.title, beside.source, beside.stated_at) == ("beside", "Example VEX 7", LATER)
    assert "says: not affected" in beside.text
    assert found[-1].text.startswith("Affected.")


def test_a_document_that_is_not_valid_is_shown_and_does_not_decide(a_record: Build, an_object: Build) -> None:
    marked = Container(
        "csaf", "/claims/0", [an_object(default="unaffected")], "supplier", "Example 7", LATER, marks="no tracking id"
    )
    record = replace(a_record([]), containers=(marked,))
    answer, found = explain(record, GATEWAY, overrides=Overrides())
    assert answer.verdict == "unknown"
    assert "not valid (no tracking id)" in found[-2].text


def test_objects_of_commits_are_said_to_be_passed_over(a_record: Build, an_object: Build) -> None:
    git = an_object({"version": "1da177e4c3f4", "lessThan": "a01b2c3d4e5f", "versionType": "git"}, default="unaffected")
    (step,) = (step for step in steps(a_record([git])) if step.title == "entry")
    assert "passed over together with its default" in step.text


def test_of_a_long_list_the_deciding_entry_is_among_those_shown(a_record: Build, an_object: Build) -> None:
    rows = [{"version": f"0.{n}.0", "versionType": "semver"} for n in range(500)] + [{"version": "1.5.0", "versionType": "semver"}]
    entries = [step for step in steps(a_record([an_object(*rows, default="unaffected")])) if step.title == "entry"]
    assert len(entries) < 20
    assert entries[-1].pointer.endswith("/versions/500")


@pytest.mark.parametrize("state", ["REJECTED", "PUBLISHED"])
def test_a_rejected_record_has_nothing_to_say(record: Advisory, state: str) -> None:
    found = titles(replace(record, state=state))
    assert ("entry" in found) == (state == "PUBLISHED")


texts = st.sampled_from(["1.0", "1.5.0", "2", "*", "n/a", "< 2.0", "R7", "", "1.*", "1.0-rc1"])
row = st.fixed_dictionaries(
    {"version": texts, "status": st.sampled_from(["affected", "unaffected", "unknown", "?"])},
    optional={"lessThan": texts, "versionType": st.sampled_from(["semver", "custom", "git", "rpm"])},
)
thing = st.fixed_dictionaries(
    {"vendor": st.just("Example"), "product": st.just("Gateway"), "versions": st.lists(row, max_size=3)},
    optional={"defaultStatus": st.sampled_from(["affected", "unaffected"]), "platforms": st.just(["Windows"])},
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.lists(thing, max_size=2),
    second=st.lists(thing, max_size=2),
    version=texts,
    kinds=st.permutations(["record", "supplier"]),
)
def test_the_answer_is_always_that_of_decide(a_record: Build, first: Any, second: Any, version: str, kinds: list[str]) -> None:
    both = a_record(first, second)
    both = replace(both, containers=tuple(replace(c, kind=kind) for c, kind in zip(both.containers, kinds, strict=True)))
    subject = replace(GATEWAY, version=version)
    answer, found = explain(both, subject, overrides=Overrides())
    assert answer == decide(both, subject, overrides=Overrides())
    assert found[-1].text.startswith(("Affected", "Not affected", "Unknown", "Cannot"))
    assert all(len(step.text) < 1500 and step.text.endswith((".", ")")) for step in found)
    if answer.decides:
        last = [step for step in found if step.title == "container"][-1]
        assert "decides" in last.text


def test_of_very_many_objects_the_first_are_shown_and_the_one_that_decided(a_record: Build, an_object: Build) -> None:
    others = [an_object({"version": f"9.{n}", "versionType": "semver"}, default="unaffected") for n in range(500)]
    deciding = an_object({"version": "1.0.0", "lessThan": "2.0.0", "versionType": "semver"}, default="unaffected")
    answer, found = explain(a_record([*others, deciding]), GATEWAY, overrides=Overrides())
    assert len(found) < 100
    assert answer.decided_by.startswith("CVE-2030-0001 /containers/cna/affected/500/")
    assert answer.decided_by in [step.pointer for step in found if step.title == "entry"]
    assert any("501 objects" in step.text for step in found)


def test_a_product_that_only_an_invalid_document_names_is_unknown_and_says_so(a_record: Build, an_object: Build) -> None:
    broken = Container(
        "X-1",
        "X-1 /vulnerabilities/0",
        [an_object({"version": "1.5.0"})],
        kind="supplier",
        source="Example, X-1",
        marks="It is broken.",
    )
    record = a_record([an_object({"version": "1.5.0"}, product="Another")])
    answer, found = explain(replace(record, containers=(*record.containers, broken)), GATEWAY, overrides=Overrides())
    assert answer.verdict == "unknown"
    assert answer.reason == "Only Example, X-1 speaks of this product, and it never decides. It is broken."
    assert found[-1].pointer == "CVE-2030-0001 X-1 /vulnerabilities/0"
