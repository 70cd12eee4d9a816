"""What is hostile or half a document: checked like any other, never an exception."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardround.core.csaf import check


def a_document(**changed: Any) -> dict[str, Any]:
    head = {"category": "csaf_base", "csaf_version": "2.0", "title": "An example", "publisher": {"category": "vendor"}}
    history = [{"date": "2030-01-01T10:00:00Z", "number": "1", "summary": "first"}]
    head["tracking"] = {"id": "EX-1", "status": "final", "version": "1", "revision_history": history}  # type: ignore[assignment]
    return {"document": head} | changed


def failed(document: dict[str, Any]) -> set[str]:
    return {problem.test for problem in check(document)}


def test_a_plain_document_is_valid() -> None:
    assert check(a_document()) == []


def test_a_product_of_two_minds_is_named_with_its_place() -> None:
    tree = {"full_product_names": [{"product_id": "P-1", "name": "Example Pump 1.0"}]}
    said = {"known_affected": ["P-1"], "known_not_affected": ["P-1"]}
    (problem,) = check(a_document(product_tree=tree, vulnerabilities=[{"cve": "CVE-2030-0001", "product_status": said}]))
    assert (problem.test, problem.instance_path) == ("6.1.6", "/vulnerabilities/0/product_status/known_not_affected/0")


def test_a_tree_of_ten_thousand_levels_is_walked() -> None:
    branch: dict[str, Any] = {"category": "product_version", "name": "1", "product": {"product_id": "P", "name": "x"}}
    for _ in range(10_000):
        branch = {"category": "product_family", "name": "x", "branches": [branch]}
    assert check(a_document(product_tree={"branches": [branch]})) == []


def test_relationships_that_go_round_are_found_and_end() -> None:
    def relation(given: str, of: str) -> dict[str, Any]:
        name = {"product_id": given, "name": given}
        return {"category": "installed_on", "full_product_name": name, "product_reference": of, "relates_to_product_reference": of}

    tree = {"relationships": [relation("A", "B"), relation("B", "C"), relation("C", "A")]}
    assert failed(a_document(product_tree=tree)) == {"6.1.3"}


def test_a_range_in_the_place_of_a_version_is_found() -> None:
    def named(name: str) -> dict[str, Any]:
        branch = {"category": "product_version", "name": name, "product": {"product_id": "P", "name": "x"}}
        return a_document(product_tree={"branches": [branch]})

    assert failed(named("4.2 and prior")) == {"6.1.31"}
    assert failed(named("overall-4.2")) == set()


KEYS = [
    "document", "tracking", "revision_history", "number", "date", "version", "status", "product_tree",
    "branches", "product", "product_id", "full_product_names", "relationships", "product_groups", "group_id", "product_ids",
    "group_ids", "vulnerabilities", "product_status", "known_affected", "fixed", "flags", "label", "remediations",
    "scores", "cvss_v3", "vectorString", "baseScore", "products", "cwe", "id", "name",
    "lang", "category", "publisher", "product_identification_helper", "purl", "hashes", "file_hashes", "metrics",
    "content",
]  # fmt: skip

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=25,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), anything, max_size=5))
def test_nothing_raises_whatever_the_document_holds(document: dict[str, Any]) -> None:
    check(document)
    check({"document": {"csaf_version": "2.1", "category": "csaf_vex"}} | document)


def test_the_same_document_gives_the_same_findings() -> None:
    document = a_document(vulnerabilities=[{"product_status": {"fixed": ["P-9"]}, "flags": [{"label": "component_not_present"}]}])
    assert check(document) == check(json.loads(json.dumps(document)))


@pytest.mark.parametrize(("category", "test"), [("csaf_vex", "6.1.27.11"), ("Security-Advisory", "6.1.26"), ("csaf_own", "6.1.26")])
def test_a_profile_asks_for_its_parts(category: str, test: str) -> None:
    document = a_document()
    document["document"]["category"] = category
    assert test in failed(document)
