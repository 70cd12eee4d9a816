"""Documents of suppliers and distributions in a mirror folder: recognised by content, kept, filed; set aside when broken."""

import io
import zipfile

import pytest

from wardround.core.advisories import recognise

from ...core.advisories.builders import a_cve, as_bytes, at
from ...core.claims.builders import CVE, a_csaf, a_package, an_osv, gateways
from ...core.claims.test_cyclonedx import a_bom, a_vulnerability
from ...core.claims.test_openvex import a_statement, a_vex

OSV = an_osv(a_package("Debian:11", {"introduced": "0"}, {"fixed": "1.2"}))
DOCUMENTS = {
    "csaf": a_csaf(gateways("2.0"), {"known_affected": ["2.0"]}),
    "osv": OSV,
    "openvex": a_vex(a_statement()),
    "cyclonedx-vex": a_bom(a_vulnerability("exploitable")),
}


@pytest.mark.parametrize("feed", DOCUMENTS)
def test_each_kind_is_recognised_by_content_also_when_it_is_cut(mirror, feed):
    raw = as_bytes(DOCUMENTS[feed])
    assert recognise(DOCUMENTS[feed]) == feed
    mirror.put("a.json", raw).put("b.json", raw[:-40])
    assert mirror.counts() == {feed: (1, 1)}


def test_all_kinds_together_stand_in_one_advisory(mirror):
    for name, document in DOCUMENTS.items():
        mirror.put(f"{name}.json", as_bytes(document))
    mirror.put("cve.json", as_bytes(a_cve(CVE))).sync()
    with mirror.store() as store:
        advisory = store.advisory(CVE, at=at("2030-06-01"))
    assert [c.kind for c in advisory.containers] == ["record", "distribution", "supplier", "supplier", "supplier"]


def test_a_second_sync_changes_nothing(mirror):
    for name, document in DOCUMENTS.items():
        mirror.put(f"{name}.json", as_bytes(document))
    mirror.sync()
    assert {(f["new"], f["changed"]) for f in mirror.sync()["feeds"]} == {(0, 0)}


def test_an_archive_of_one_ecosystem_is_read_document_by_document(mirror):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for n in range(1, 4):
            archive.writestr(f"DSA-{n}-1.json", as_bytes(OSV | {"id": f"DSA-{n}-1"}))
        archive.writestr("DSA-4-1.json", as_bytes(OSV | {"id": "", "modified": "2030-05-14T00:00:00Z"}))
    mirror.put("Debian/all.zip", packed.getvalue())
    assert mirror.counts() == {"osv": (3, 1)}
    assert mirror.why()[0][1] == "the id is missing"


@pytest.mark.parametrize(
    "document",
    [
        {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": []},
        {"bomFormat": "CycloneDX", "specVersion": "1.5", "vulnerabilities": [{"id": CVE}]},
        {"type": "threat-actor", "id": "x", "modified": "2030-05-14T00:00:00Z", "aliases": ["y"]},
        {"id": "x", "modified": "2030-05-14T00:00:00Z", "affected": "all"},
    ],
)
def test_what_states_nothing_of_a_product_is_left(mirror, document):
    mirror.put("a.json", as_bytes(document))
    assert (mirror.counts(), mirror.left()) == ({}, {"./a.json": "none of the feeds"})


def test_a_csaf_document_that_is_not_valid_is_kept_and_marked(mirror):
    mirror.put("a.json", as_bytes(a_csaf(gateways("2.0"), {"known_affected": ["2.0", "nobody"]})))
    assert mirror.counts() == {"csaf": (1, 0)}
    with mirror.store() as store:
        [container] = store.advisory(CVE, at=at("2030-06-01")).containers
    assert container.marks.startswith("It is not valid CSAF: test 6.1.1 ")


def test_a_document_from_the_future_is_set_aside(mirror):
    mirror.put("a.json", as_bytes(OSV | {"published": "2099-01-01T00:00:00Z", "modified": "2099-01-01T00:00:00Z"}))
    assert mirror.counts() == {"osv": (0, 1)}
