"""Documents beside a CVE record, and instead of one."""

from wardround.core.advisories import fold, read_cve
from wardround.core.claims import with_documents
from wardround.core.matching import Overrides, decide
from wardround.core.matching._model import Subject
from wardround.core.vocab import Verdict

from ..advisories.builders import a_cve, at
from .builders import CVE, WHERE, a_csaf, a_package, advisory, an_osv, gateways, read

CLAIM = a_csaf(gateways("2.0"), {"known_not_affected": ["2.0"]})
OSV = an_osv(a_package("Debian:11", {"introduced": "0"}, {"fixed": "1.2"}))
LATER = at("2031-01-01")


def a_record(**affected):
    entry = {"vendor": "Example", "product": "Gateway"} | affected
    return fold([read_cve(a_cve(CVE, affected=[entry]), where=WHERE)], at=LATER)


def test_the_records_containers_come_first_then_the_distributions_then_the_suppliers():
    found = advisory(read(CLAIM), read(OSV, "osv"), record=a_record())
    assert [container.kind for container in found.containers] == ["record", "distribution", "supplier"]


def test_the_newest_document_of_a_kind_comes_first():
    old = read(a_csaf(gateways("2.0"), {"fixed": ["2.0"]}, tracking={"id": "OLD", "current_release_date": "2030-05-13T00:00:00Z"}))
    assert [container.name for container in advisory(old, read(CLAIM)).containers] == ["EX-30-1", "OLD"]


def test_nothing_is_said_without_record_and_document():
    assert with_documents(None, [], subject=CVE) is None
    assert with_documents(None, [(read(CLAIM), LATER)], subject="CVE-2030-0009") is None


def test_a_document_on_another_cve_adds_nothing():
    record = a_record()
    assert with_documents(record, [(read(a_csaf(cve="CVE-2030-0009")), LATER)], subject=CVE) is record


def test_documents_alone_make_an_advisory_that_names_its_source_and_scores():
    scores = [{"cvss_v3": {"baseScore": 9.8}, "products": ["2.0"]}]
    notes = [{"category": "summary", "text": "A hole."}]
    found = advisory(read(a_csaf(gateways("2.0"), {"known_affected": ["2.0"]}, scores=scores, notes=notes)))
    assert (found.cve, found.state, found.title, found.description) == (CVE, "PUBLISHED", "Example Gateway", "A hole.")
    assert (found.published, found.updated) == (at("2030-05-13"), at("2030-05-14"))
    assert (found.latest("cvss").value, found.source) == ("9.8", "csaf https://supplier.example EX-30-1")


def test_a_suppliers_not_affected_never_overrides_an_affected_of_the_record():
    record = a_record(versions=[{"version": "2.0", "status": "affected"}])
    subject = Subject(("example",), "gateway", "2.0")
    assert decide(advisory(read(CLAIM), record=record), subject, overrides=Overrides()).verdict is Verdict.AFFECTED


def test_a_supplier_decides_where_the_record_does_not_and_the_answer_says_that_it_is_a_claim():
    subject = Subject(("example",), "gateway", "2.0")
    answer = decide(advisory(read(CLAIM), record=a_record(defaultStatus="unknown")), subject, overrides=Overrides())
    assert answer.verdict is Verdict.NOT_AFFECTED
    assert any("claim" in assumed for assumed in answer.assumed)


def test_a_document_that_is_not_valid_decides_nothing():
    marked = read(a_csaf(gateways("2.0"), {"known_affected": ["2.0"]}), marks="not valid")
    answer = decide(advisory(marked), Subject(("example",), "gateway", "2.0"), overrides=Overrides())
    assert answer.verdict is Verdict.UNKNOWN
