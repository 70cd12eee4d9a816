"""Documents of suppliers and distributions in the store: found by CVE and by name, as of a time, and in a store of version 1."""

import sqlite3

import orjson
import pytest
import zstandard

from wardround.core.advisories import read_cve, read_kev
from wardround.core.claims import read_document
from wardround.core.vocab import BadInput
from wardround.lake.statements import CHANGED, NEW, SAME, Statements, Writer
from wardround.lake.statements._schema import VERSION

from ..core.advisories.builders import a_cve, a_kev, at
from ..core.claims.builders import CVE, WHERE, a_csaf, a_package, an_osv, gateways

LATER = at("2031-01-01")
FIRST = a_csaf(gateways("2.0"), {"under_investigation": ["2.0"]})
SECOND = a_csaf(
    gateways("2.0"), {"known_affected": ["2.0"]}, tracking={"version": "2", "current_release_date": "2030-05-20T00:00:00Z"}
)
FIX = ({"introduced": "0"}, {"fixed": "1.2"})


@pytest.fixture
def store(tmp_path):
    with Statements.open(tmp_path, write=True) as statements:
        yield statements


def put(store, *documents, feed="csaf", seen="2030-06-01", marks=""):
    writer = Writer(store, seen_at=at(seen))
    with writer.transaction():
        return [writer.document(read_document(d, feed=feed, where=WHERE, marks=marks), source=WHERE) for d in documents]


def put_cve(store, *documents, seen="2030-06-01"):
    writer = Writer(store, seen_at=at(seen))
    with writer.transaction():
        for document in documents:
            writer.cve(read_cve(document, where=WHERE), source=WHERE)


def statuses(store, when, **more):
    """The status that the newest document gives to version 2.0, and the dates of its containers."""
    advisory = store.advisory(CVE, at=at(when), **more)
    found = advisory.containers if advisory else ()
    return [(c.affected[0]["versions"][0]["status"], f"{c.stated_at:%m-%d}") for c in found if c.kind != "record"]


def test_a_second_time_changes_nothing(store):
    assert put(store, FIRST) == [NEW]
    before = list(store.db.iterdump())
    assert put(store, FIRST, seen="2030-06-02") == [SAME]
    assert list(store.db.iterdump()) == before


def test_versions_stand_side_by_side_and_each_answers_for_its_time(store):
    assert put(store, FIRST, SECOND) == [NEW, CHANGED]
    asked = {when: statuses(store, when) for when in ("2030-05-12", "2030-05-14", "2030-05-19", "2030-05-20")}
    assert asked == {
        "2030-05-12": [],
        "2030-05-14": [("unknown", "05-14")],
        "2030-05-19": [("unknown", "05-14")],
        "2030-05-20": [("affected", "05-20")],
    }


def test_an_answer_as_of_then_stays_when_a_later_version_arrives(store):
    put(store, FIRST)
    before = statuses(store, "2030-05-15")
    put(store, SECOND, seen="2030-06-05")
    assert statuses(store, "2030-05-15") == before
    assert statuses(store, "2030-06-05", seen_by=at("2030-06-02")) == before


def test_where_only_a_later_version_is_known_it_counts_from_the_first_date_on(store):
    put(store, SECOND)
    assert statuses(store, "2030-05-12") == []
    assert statuses(store, "2030-05-13") == [("affected", "05-13")]


def test_what_was_not_seen_yet_is_not_there(store):
    put(store, FIRST, seen="2030-06-01")
    assert statuses(store, "2030-06-01", seen_by=at("2030-05-31")) == []


def test_a_withdrawn_document_speaks_until_it_is_withdrawn(store):
    plain = an_osv(a_package("Debian:11", *FIX))
    put(store, plain, plain | {"modified": "2030-05-20T00:00:00Z", "withdrawn": "2030-05-20T00:00:00Z"}, feed="osv")
    assert [len(statuses(store, when)) for when in ("2030-05-19", "2030-05-20")] == [1, 0]


def test_a_record_and_the_documents_on_it_are_one_advisory(store):
    put_cve(store, a_cve(CVE))
    put(store, FIRST)
    put(store, an_osv(a_package("Debian:11", *FIX)), feed="osv")
    advisory = store.advisory(CVE, at=LATER)
    assert [(c.kind, c.name) for c in advisory.containers] == [
        ("record", "cna"),
        ("distribution", "DSA-1-1"),
        ("supplier", "EX-30-1"),
    ]
    assert (advisory.title, advisory.source) == ("Example", WHERE)


def test_a_cve_that_only_a_document_names_is_an_advisory(store):
    put(store, FIRST)
    advisory = store.advisory(CVE, at=LATER)
    assert (advisory.title, advisory.state, advisory.published) == ("Example Gateway", "PUBLISHED", at("2030-05-13"))
    assert store.published(after=at("2030-05-12"), until=LATER) == [CVE]


def test_what_others_stated_on_it_is_in_that_advisory_too(store):
    put(store, FIRST)
    writer = Writer(store, seen_at=at("2030-06-01"))
    with writer.transaction():
        writer.kev(read_kev(a_kev((CVE, "2030-05-19")), where=WHERE).entries[0], source="kev.json")
    assert store.advisory(CVE, at=at("2030-05-18")).latest("kev") is None
    assert store.advisory(CVE, at=LATER).latest("kev").value == "yes"


def test_a_record_says_when_it_was_published_whatever_documents_there_are(store):
    put_cve(store, a_cve(CVE, published="2030-05-20T00:00:00Z"))
    put(store, FIRST)
    assert store.published(after=at("2030-05-12"), until=at("2030-05-19")) == []
    assert store.published(after=at("2030-05-12"), until=LATER) == [CVE]


def test_products_are_found_by_the_names_that_documents_give(store):
    put(store, FIRST)
    put(store, an_osv(a_package("Debian:11", *FIX)), feed="osv")
    assert (store.naming("gateway"), store.naming("openssl")) == ({"example": (CVE,)}, {"debian": (CVE,)})


def test_a_document_is_something_that_was_stated_and_that_arrived(store):
    put(store, FIRST, SECOND, seen="2030-06-02")
    days = [store.changed(after=at(f"2030-05-{d}"), until=at(f"2030-05-{d + 1}")) for d in (12, 13, 14, 19)]
    assert days == [[CVE], [CVE], [], [CVE]]
    assert store.arrived(after=at("2030-06-01"), until=at("2030-06-02")) == [CVE]


def test_claims_are_told_newest_first_as_of_the_time(store):
    put(store, FIRST, SECOND)
    put(store, an_osv(a_package("Debian:11", *FIX)), feed="osv")
    told = store.claims(CVE, at=LATER)
    assert [(claim.status, claim.product) for claim in told] == [("known_affected", "Gateway"), ("affected", "openssl")]
    assert [claim.status for claim in store.claims(CVE, at=at("2030-05-15"))] == ["under_investigation", "affected"]


def test_marks_are_kept_with_the_version_they_are_of(store):
    put(store, FIRST, marks="It is not valid.")
    assert store.advisory(CVE, at=LATER).containers[0].marks == "It is not valid."
    assert store.claims(CVE, at=LATER)[0].marks == "It is not valid."


def test_only_feeds_of_which_something_is_here_are_listed_beside_the_four(store):
    assert list(store.counts()) == ["cve", "kev", "epss", "csaf"]
    put(store, an_osv(a_package("Debian:11", *FIX)), feed="osv")
    assert store.counts()["osv"] == {"records": 1, "statements": 1, "rejected": 0}
    assert store.ages()["osv"].stated_at == at("2030-05-14")


@pytest.fixture
def old_home(tmp_path):
    """A store as version 1 left it: a CVE record, and a CSAF document that is filed nowhere."""
    with Statements.open(tmp_path, write=True) as store:
        put_cve(store, a_cve(CVE))
        put(store, FIRST)
    db = sqlite3.connect(tmp_path / "statements.sqlite3", isolation_level=None)
    db.execute("DELETE FROM name WHERE vendor || product NOT IN (SELECT 'examplegateway')")
    for change in ("DROP TABLE spoken", "ALTER TABLE statement DROP COLUMN marks", "PRAGMA user_version = 1"):
        db.execute(change)
    db.close()
    return tmp_path


def test_an_old_store_goes_on_and_its_documents_are_filed(old_home):
    with Statements.open(old_home) as store:
        assert store.db.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert [c.kind for c in store.advisory(CVE, at=LATER).containers] == ["record", "supplier"]
        assert store.naming("gateway") == {"example": (CVE,)}


def test_records_are_named_again_by_todays_rule(old_home):
    db = sqlite3.connect(old_home / "statements.sqlite3", isolation_level=None)
    db.execute("DELETE FROM name")
    db.close()
    with Statements.open(old_home) as store:
        assert CVE in store.naming("gateway").get("example", ())


def test_a_store_of_version_2_is_named_again_too(tmp_path):
    """It knew a record by fewer names: nothing that is kept may go unfound because it came in before the rule."""
    with Statements.open(tmp_path, write=True) as store:
        put_cve(store, a_cve(CVE))
        put(store, FIRST)
        store.db.execute("DELETE FROM name")
        store.db.execute("PRAGMA user_version = 2")
    with Statements.open(tmp_path) as store:
        assert store.naming("gateway") == {"example": (CVE,)}
        assert store.db.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_nothing_that_was_stated_is_changed_on_the_way(old_home):
    def stated(db):
        return db.execute(
            "SELECT feed, subject, stated_at, updated_at, rejected_at, seen_at, source, sha FROM statement"
        ).fetchall()

    before = stated(sqlite3.connect(old_home / "statements.sqlite3"))
    with Statements.open(old_home, write=True) as store:
        assert stated(store.db) == before


def test_a_document_in_an_old_store_that_cannot_be_read_any_more_stays_unfiled(old_home):
    db = sqlite3.connect(old_home / "statements.sqlite3", isolation_level=None)
    raw = zstandard.ZstdCompressor().compress(orjson.dumps({"document": {"csaf_version": "1.0"}}))
    db.execute("UPDATE document SET raw = ? WHERE sha = (SELECT sha FROM statement WHERE feed = 'csaf')", (raw,))
    db.close()
    with Statements.open(old_home) as store:
        assert [c.kind for c in store.advisory(CVE, at=LATER).containers] == ["record"]
        assert store.counts()["csaf"]["records"] == 1


def test_an_interrupted_upgrade_leaves_the_old_store(old_home, monkeypatch):
    monkeypatch.setattr("wardround.lake.statements._filing.file_document", lambda db, document: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        Statements.open(old_home)
    monkeypatch.undo()
    assert sqlite3.connect(old_home / "statements.sqlite3").execute("PRAGMA user_version").fetchone() == (1,)
    with Statements.open(old_home) as store:
        assert len(store.advisory(CVE, at=LATER).containers) == 2


def test_an_old_store_is_read_where_it_cannot_be_brought_up_to_date(old_home, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with Statements.open(old_home) as store:
        assert [c.kind for c in store.advisory(CVE, at=LATER).containers] == ["record"]
        assert store.claims(CVE, at=LATER) == ()
        assert store.changed(after=at("2030-05-12"), until=LATER) == [CVE]
        with pytest.raises(BadInput):
            put(store, SECOND)
    assert sqlite3.connect(old_home / "statements.sqlite3").execute("PRAGMA user_version").fetchone() == (1,)


def test_every_shared_advisory_is_found_by_its_cves(shared, store):
    from ..core.claims.real import members

    raws = list(members(shared / "csaf/cisa-medical-advisories.tar.zst", ""))
    assert set(put(store, *raws)) == {NEW}
    cves = store.published(after=at("1970-01-01"), until=LATER)
    advisories = list(store.advisories(cves, at=LATER))
    assert (len(raws), len(advisories)) == (144, len(cves))
    assert len(cves) > 300
    assert all(advisory.containers for advisory in advisories)
