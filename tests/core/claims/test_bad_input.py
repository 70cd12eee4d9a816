"""Documents that are broken, hostile or very large: refused with the place, or read; never a crash, never *not affected* by it."""

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardround.core.claims import FEEDS, claims, containers, read_document, subjects
from wardround.core.vocab import BadInput

from .builders import CVE, WHERE, a_csaf, a_package, an_osv, gateways, read
from .real import members
from .test_cyclonedx import a_bom, a_vulnerability
from .test_openvex import a_statement, a_vex

GOOD = {
    "csaf": a_csaf(gateways("2.0"), {"known_affected": ["2.0"], "fixed": ["2.0"]}, flags=[{"label": "x"}], remediations=[{}]),
    "osv": an_osv(a_package("Debian:11", {"introduced": "0"}, {"fixed": "1"}), a_package("npm", {"introduced": "0"})),
    "openvex": a_vex(a_statement()),
    "cyclonedx-vex": a_bom(a_vulnerability("exploitable", "part", versions=[{"range": "vers:npm/<2"}])),
}
ODD = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2) | st.just({"a": {}})


def places(node, path=()):
    """Every place in a document, as a path of keys."""
    yield path
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in items:
        yield from places(child, (*path, key))


def replaced(node, path, value):
    """The document with another value at one place."""
    if not path:
        return value
    copy = dict(node) if isinstance(node, dict) else list(node)
    copy[path[0]] = replaced(node[path[0]], path[1:], value)
    return copy


def say_everything(raw, feed):
    """All that can be asked of a document."""
    document = read_document(raw, feed=feed, where=WHERE)
    for subject in subjects(document):
        for container in containers(document, subject):
            assert all(isinstance(affected["versions"], list) for affected in container.affected)
        claims(document, subject)
    return document


@pytest.mark.parametrize("feed", FEEDS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_anything_anywhere_is_read_or_refused(feed, data):
    path = data.draw(st.sampled_from(list(places(GOOD[feed]))))
    raw = replaced(GOOD[feed], path, data.draw(ODD))
    if isinstance(raw, dict):
        with contextlib.suppress(BadInput):
            say_everything(raw, feed)


@pytest.mark.parametrize("feed", FEEDS)
@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff", b"{}", b'{"document": 1}'])
def test_what_is_no_document_is_refused(feed, raw):
    with pytest.raises(BadInput):
        read_document(raw, feed=feed, where=WHERE)


def test_ten_thousand_products_under_ten_thousand_remedies_are_read_in_seconds():
    ids = [f"P{n}" for n in range(10_000)]
    tree = {
        "full_product_names": [{"product_id": i, "name": i} for i in ids],
        "product_groups": [{"group_id": "G", "product_ids": ids}],
    }
    remedies = [{"category": "mitigation", "details": f"{n}", "group_ids": ["G"]} for n in range(10_000)]
    raw = a_csaf(tree=tree, status={"known_affected": ids}, remediations=remedies)
    start = time.process_time()
    assert len(claims(read(raw), CVE)) == 10_000
    assert time.process_time() - start < 10


def test_branches_a_thousand_deep_are_passed_over_and_mark_the_document():
    branch: dict = {"category": "product_name", "name": "Gateway", "product": {"product_id": "P", "name": "P"}}
    for _ in range(1_000):
        branch = {"category": "product_family", "name": "x", "branches": [branch]}
    document = say_everything(a_csaf([branch], {"known_not_affected": ["P"]}), "csaf")
    assert "deeper" in document.marks
    assert containers(document, CVE) == ()


def test_every_document_of_the_standards_own_tests_is_read_or_refused(shared):
    """OASIS CSAF 2.0 and 2.1, test/validator: valid ones and such as break a rule each."""
    read_ones = marked = 0
    for raw in members(shared / "csaf/csaf-validator-tests.tar.zst", "/data/"):
        try:
            document = say_everything(raw, "csaf")
        except BadInput:
            continue
        read_ones, marked = read_ones + 1, marked + bool(document.marks)
    assert read_ones > 1_000
    assert marked > 200


def test_one_id_for_a_thousand_products_on_a_thousand_others_does_not_multiply():
    link = {"category": "default_component_of", "product_reference": "A", "relates_to_product_reference": "A"}
    tree = {
        "full_product_names": [{"product_id": "A", "name": f"A{n}"} for n in range(1_000)],
        "relationships": [link | {"full_product_name": {"product_id": f"R{n}", "name": "r"}} for n in range(1_000)],
    }
    document = read(a_csaf(tree=tree, status={"known_not_affected": [f"R{n}" for n in range(1_000)]}))
    assert len(claims(document, CVE)) <= 20_000
    assert {entry["status"] for c in containers(document, CVE) for a in c.affected for entry in a["versions"]} == {"unknown"}


def test_a_document_on_ten_thousand_vulnerabilities_is_asked_about_each_in_seconds():
    raw = a_csaf(gateways("2.0"))
    raw["vulnerabilities"] = [
        {"cve": f"CVE-2030-{n}", "product_status": {"known_affected": ["2.0"]}} for n in range(10_000, 20_000)
    ]
    start = time.process_time()
    document = read(raw)
    assert [len(containers(document, cve)) for cve in subjects(document)] == [1] * 10_000
    assert time.process_time() - start < 10
