"""OpenVEX 0.2.0 documents."""

import pytest

from wardround.core.claims import claims, containers, subjects
from wardround.core.vocab import BadInput, Verdict

from .builders import CVE, objects, read, says

NPM = "pkg:npm/gateway@2.0.0"


def a_statement(status: str = "not_affected", product: object = NPM, **more: object) -> dict:
    named = product if isinstance(product, dict | list) else {"@id": product}
    return {"vulnerability": {"name": CVE}, "products": [named], "status": status} | more


def a_vex(*statements: object, **more: object) -> dict:
    head = {"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://supplier.example/vex/1", "author": "Example", "version": 1}
    return head | {"timestamp": "2030-05-14T00:00:00Z", "statements": list(statements)} | more


SUBJECT = {"vendors": ("",), "product": "gateway", "scheme": "npm"}


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("not_affected", Verdict.NOT_AFFECTED),
        ("fixed", Verdict.NOT_AFFECTED),
        ("affected", Verdict.AFFECTED),
        ("under_investigation", Verdict.UNKNOWN),
    ],
)
def test_a_status_is_of_the_version_that_is_named_and_of_no_other(status, verdict):
    document = a_vex(a_statement(status))
    assert says(document, "2.0.0", feed="openvex", **SUBJECT).verdict is verdict
    assert says(document, "2.0.1", feed="openvex", **SUBJECT).verdict is Verdict.UNKNOWN


def test_the_newest_statement_on_a_product_counts():
    old = a_statement("affected", timestamp="2030-05-15T00:00:00Z")
    new = a_statement("not_affected", timestamp="2030-05-16T00:00:00Z")
    document = read(a_vex(new, old), "openvex")
    assert [(claim.status, f"{claim.stated_at:%d}") for claim in claims(document)] == [("not_affected", "16")]
    assert f"{document.updated:%d}" == "16"


def test_a_claim_has_its_justification_and_its_action():
    stated = a_statement(justification="component_not_present", impact_statement="Not built in.", action_statement="Nothing.")
    [claim] = claims(read(a_vex(stated), "openvex"))
    assert (claim.justification, claim.action) == ("component_not_present; Not built in.", "Nothing.")
    assert (claim.source, claim.pointer) == ("Example, https://supplier.example/vex/1", "/statements/0/products/0")


def test_a_cve_among_the_aliases_binds_and_names_without_one_stand_for_themselves():
    stated = a_statement(vulnerability={"name": "GHSA-x", "aliases": [CVE]}), a_statement(vulnerability="EXV-1")
    assert subjects(read(a_vex(*stated), "openvex")) == (CVE, "EXV-1")


def test_a_product_is_known_by_its_identifiers_or_by_its_id():
    cpe = {"@id": "x", "identifiers": {"cpe23": "cpe:2.3:a:example:gate_way:2.0:*:*:*:*:*:*:*"}}
    found = objects(a_vex(a_statement(product=cpe), a_statement(product="Gateway")), "openvex")
    assert [(a["vendor"], a["product"], a["versions"][0]["version"]) for a in found] == [
        ("example", "gate way", "2.0"),
        ("", "Gateway", "0"),
    ]


DEB = "pkg:deb/ubuntu/openssl@3.0.2-0ubuntu1.10?arch=amd64&distro=ubuntu-22.04"


def test_a_distribution_on_its_own_package_speaks_for_its_release():
    document = a_vex(a_statement("fixed", DEB), author="Canonical Ltd.")
    assert [c.kind for c in containers(read(document, "openvex"), CVE)] == ["distribution"]
    subject = {"vendors": ("ubuntu",), "product": "openssl", "scheme": "deb", "distribution": "ubuntu:22.04"}
    versions = ("3.0.2-0ubuntu1.9", "3.0.2-0ubuntu1.10", "3.0.2-0ubuntu1.11")
    verdicts = [says(document, v, feed="openvex", **subject).verdict for v in versions]
    assert verdicts == [Verdict.AFFECTED, Verdict.NOT_AFFECTED, Verdict.NOT_AFFECTED]


def test_anybody_else_on_that_package_is_a_supplier():
    assert [c.kind for c in containers(read(a_vex(a_statement("fixed", DEB)), "openvex"), CVE)] == ["supplier"]


@pytest.mark.parametrize("broken", [{"@id": ""}, {"statements": {}}, {"timestamp": None}])
def test_a_document_without_id_statements_or_date_is_refused(broken):
    with pytest.raises(BadInput):
        read(a_vex() | broken, "openvex")


@pytest.mark.parametrize("product", [{}, {"@id": ""}, {"@id": 7}])
def test_a_product_that_nothing_names_says_nothing(product):
    assert claims(read(a_vex(a_statement(product=product)), "openvex")) == ()
