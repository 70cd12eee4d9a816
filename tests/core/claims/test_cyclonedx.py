"""CycloneDX VEX (1.4 to 1.6): analyses of vulnerabilities, on components of the document or of another one."""

import pytest

from wardround.core.claims import claims, subjects
from wardround.core.vocab import BadInput, Verdict

from .builders import CVE, objects, read, says

MAIN = {"bom-ref": "main", "type": "device", "name": "Gateway", "version": "2.0", "supplier": {"name": "Example"}}
PART = {"bom-ref": "part", "type": "library", "name": "left-pad", "version": "1.3.0", "purl": "pkg:npm/left-pad@1.3.0"}
LIBRARY = {"vendors": ("",), "product": "left-pad", "scheme": "npm"}


def a_vulnerability(state: str | None = "not_affected", *refs: str, versions: object = None, **more: object) -> dict:
    affects = [{"ref": ref} | ({"versions": versions} if versions else {}) for ref in refs or ("main",)]
    analysis = {"analysis": {"state": state, "justification": "code_not_reachable", "detail": "Not called."}} if state else {}
    return {"id": CVE, "affects": affects} | analysis | more


def a_bom(*vulnerabilities: object, **more: object) -> dict:
    metadata = {"timestamp": "2030-05-14T00:00:00Z", "component": MAIN, "supplier": {"name": "Example"}}
    head = {"bomFormat": "CycloneDX", "specVersion": "1.5", "serialNumber": "urn:uuid:1", "version": 1, "metadata": metadata}
    return head | {"components": [PART], "vulnerabilities": list(vulnerabilities)} | more


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        ("not_affected", Verdict.NOT_AFFECTED),
        ("false_positive", Verdict.NOT_AFFECTED),
        ("resolved", Verdict.NOT_AFFECTED),
        ("exploitable", Verdict.AFFECTED),
        ("in_triage", Verdict.UNKNOWN),
    ],
)
def test_an_analysis_is_of_the_product_and_its_version(state, verdict):
    assert says(a_bom(a_vulnerability(state)), "2.0", feed="cyclonedx-vex").verdict is verdict
    assert says(a_bom(a_vulnerability(state)), "2.1", feed="cyclonedx-vex").verdict is Verdict.UNKNOWN


def test_not_affected_as_a_part_is_no_word_on_the_part_elsewhere():
    document = a_bom(a_vulnerability("not_affected", "part"))
    assert says(document, "1.3.0", feed="cyclonedx-vex", **LIBRARY).verdict is Verdict.UNKNOWN
    assert says(document, "1.3.0", feed="cyclonedx-vex", platform="gateway 2.0", **LIBRARY).verdict is Verdict.NOT_AFFECTED
    assert [(c.product, c.status) for c in claims(read(document, "cyclonedx-vex"))] == [("left-pad", "not_affected")]


def test_an_exploitable_part_makes_the_product_affected():
    assert says(a_bom(a_vulnerability("exploitable", "part")), "2.0", feed="cyclonedx-vex").verdict is Verdict.AFFECTED


def test_a_package_url_by_itself_is_that_package_and_a_bom_link_that_of_another_product():
    [direct] = objects(a_bom(a_vulnerability("exploitable", "pkg:npm/left-pad@1.3.0")), "cyclonedx-vex")
    assert "platforms" not in direct
    linked = objects(a_bom(a_vulnerability("not_affected", "urn:cdx:2/1#pkg:npm%2Fleft-pad@1.3.0")), "cyclonedx-vex")
    assert [a["platforms"] for a in linked] == [["urn:cdx:2/1"]]


def test_a_product_that_is_safe_with_a_package_does_not_clear_the_package_elsewhere():
    """Before, one product's VEX called the library not affected in every other product."""
    document = a_bom(a_vulnerability("not_affected", "pkg:npm/left-pad@1.3.0"))
    assert says(document, "1.3.0", feed="cyclonedx-vex", **LIBRARY).verdict is Verdict.UNKNOWN


def test_ranges_and_their_own_status_are_read():
    versions = [
        {"range": "vers:generic/>=1.0|<2.0"},
        {"version": "1.5", "status": "unaffected"},
        {"version": "3.0", "status": "unknown"},
    ]
    document = a_bom(a_vulnerability("exploitable", "main", versions=versions))
    asked = {"1.2": Verdict.AFFECTED, "1.5": Verdict.NOT_AFFECTED, "3.0": Verdict.UNKNOWN}
    assert {v: says(document, v, feed="cyclonedx-vex").verdict for v in asked} == asked


def test_a_list_of_versions_cannot_make_not_affected_into_more():
    document = a_bom(a_vulnerability("in_triage", "main", versions=[{"version": "2.0", "status": "unaffected"}]))
    assert says(document, "2.0", feed="cyclonedx-vex").verdict is Verdict.UNKNOWN


def test_a_vulnerability_without_analysis_states_nothing():
    assert subjects(read(a_bom(a_vulnerability(None)), "cyclonedx-vex")) == ()


def test_a_cve_among_the_references_binds():
    document = a_bom(a_vulnerability("exploitable", id="GHSA-x", references=[{"id": CVE}]))
    assert subjects(read(document, "cyclonedx-vex")) == (CVE,)


def test_a_claim_has_its_justification_and_its_answer():
    stated = a_vulnerability("not_affected", recommendation="Nothing.")
    stated["analysis"]["response"] = ["will_not_fix", "update"]
    [claim] = claims(read(a_bom(stated), "cyclonedx-vex"))
    assert (claim.justification, claim.action) == ("code_not_reachable; Not called.", "will not fix, update; Nothing.")


@pytest.mark.parametrize("broken", [{"metadata": {}}, {"serialNumber": "", "metadata": {"timestamp": "2030-05-14T00:00:00Z"}}])
def test_a_document_without_date_or_name_is_refused(broken):
    with pytest.raises(BadInput):
        read(a_bom() | broken, "cyclonedx-vex")


def test_components_that_contain_each_other_deeply_are_read():
    deep = {"bom-ref": "deep", "name": "deep"}
    for _ in range(500):
        deep = {"name": "x", "components": [deep]}
    assert claims(read(a_bom(a_vulnerability("exploitable", "deep"), components=[deep]), "cyclonedx-vex")) == ()
