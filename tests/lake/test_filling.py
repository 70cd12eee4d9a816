"""The shelf after a sync: whole for every record with few names, made once, and dropped where something new was stated."""

import sqlite3
from contextlib import closing

from wardround.core.matching import Subject, decide
from wardround.core.matching._overrides import Overrides
from wardround.core.matching._rows import VERDICTS
from wardround.core.matching._shelf import question, told
from wardround.lake import filling
from wardround.lake.filling import fill
from wardround.lake.shelf import shelf

from ..core.advisories.builders import a_cve, at
from ..core.claims.builders import a_package, an_osv
from .test_shelf import CVE, LATER, NAME, NOTHING, OPEN, SUBJECT, held, keep
from .test_statements import put, store  # noqa: F401 - a fixture
from .test_statements_documents import FIX
from .test_statements_documents import put as put_document

OTHER = "CVE-2030-0002"


def rows(folder, statements, *, when=LATER, seen_by=None):
    with shelf(folder, statements, at=when, seen_by=seen_by) as kept:
        return kept.rows([NAME])[NAME]


def test_every_record_has_its_rows_before_anybody_asks_however_many_products_it_names(store, tmp_path):  # noqa: F811
    many = [{"vendor": "Example", "product": f"Gateway {n}"} for n in range(300)]
    put(store, a_cve(affected=OPEN), a_cve(OTHER, affected=[*OPEN, *many]))
    assert fill(tmp_path, at=LATER) == 2
    assert set(rows(tmp_path, store)) == {CVE, OTHER}
    with shelf(tmp_path, store, at=LATER) as kept:
        assert set(kept.rows([("example", "gateway 299")])["example", "gateway 299"]) == {OTHER}


def test_names_of_one_product_under_which_a_record_says_different_things_have_a_row_of_all(store, tmp_path):  # noqa: F811
    """As the issuer's words and CPE names do: the device by one, its firmware by the other."""
    one = {
        "vendor": "Example",
        "product": "Gateway Firmware",
        "versions": [{"version": "0", "lessThan": "2.0", "status": "affected"}],
    }
    other = {"vendor": "Example", "product": "Gateway", "versions": [{"version": "0", "lessThan": "5.0", "status": "affected"}]}
    put(store, a_cve(affected=[one, other]))
    fill(tmp_path, at=LATER)
    names = (("example", "gateway firmware"), NAME)
    with shelf(tmp_path, store, at=LATER) as kept:
        parted = tuple(kept.rows(names)[name][CVE] for name in names)
        assert parted[0] is not parted[1]
        (row,) = kept.joined([parted])
        subject = Subject((names[0][0],), names[0][1], "3.1.4", also=(NAME,))
        verdict, _, entry, *_ = told(row, question(subject))
        answer = decide(store.advisory(CVE, at=LATER), subject, overrides=Overrides())
        assert (VERDICTS[verdict], entry) == (answer.verdict, answer.decided_by)
    put(store, a_cve(affected=[one], updated="2030-05-20T00:00:00Z"))
    with shelf(tmp_path, store, at=LATER) as kept:
        assert kept.joined([parted]) == [None]


def test_a_release_that_records_call_otherwise_has_rows_under_its_own_name(store, tmp_path):  # noqa: F811
    gdr = {"vendor": "Microsoft", "product": "Microsoft SQL Server 2019 (GDR)"}
    put(store, a_cve(affected=[gdr | {"versions": [{"version": "15.0.0", "lessThan": "15.0.2116.2", "status": "affected"}]}]))
    fill(tmp_path, at=LATER)
    with shelf(tmp_path, store, at=LATER) as kept:
        assert set(kept.rows([("microsoft", "microsoft sql server 2019 (gdr)")]).popitem()[1]) == {CVE}


def test_a_row_made_in_advance_answers_as_decide_does(store, tmp_path):  # noqa: F811
    put(store, a_cve(affected=OPEN))
    fill(tmp_path, at=LATER)
    row, subject = rows(tmp_path, store)[CVE], Subject(("example",), "gateway", "1.7")
    verdict, reason, entry, *assumed = told(row, question(subject))
    answer = decide(store.advisory(CVE, at=LATER), subject, overrides=Overrides())
    assert (VERDICTS[verdict], reason, entry, tuple(assumed)) == (
        answer.verdict,
        answer.reason,
        answer.decided_by,
        answer.assumed,
    )


def test_the_second_time_only_what_was_restated_is_left(store, tmp_path):  # noqa: F811
    put(store, a_cve(affected=OPEN), a_cve(OTHER, affected=OPEN))
    assert [fill(tmp_path, at=LATER), fill(tmp_path, at=LATER)] == [2, 0]
    put(store, a_cve(affected=[], updated="2030-05-20T00:00:00Z"))
    assert fill(tmp_path, at=LATER) == 1


def test_what_is_interrupted_goes_on(store, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(filling, "AT_ONCE", 1)
    put(store, a_cve(affected=OPEN), a_cve(OTHER, affected=OPEN))

    def interrupt(done, total, name):
        if done:
            raise KeyboardInterrupt

    try:
        fill(tmp_path, at=LATER, progress=interrupt)
    except KeyboardInterrupt:
        assert fill(tmp_path, at=LATER) == 1


def test_a_record_that_is_not_in_force_yet_is_left_for_later(store, tmp_path):  # noqa: F811
    put(store, a_cve(affected=OPEN, published="2030-05-13T15:45:00Z"))
    assert [fill(tmp_path, at=at("2030-05-01")), fill(tmp_path, at=LATER), fill(tmp_path, at=LATER)] == [1, 1, 0]


def test_a_record_of_which_documents_speak_is_kept_from_the_day_of_the_last_of_them(store, tmp_path):  # noqa: F811
    put(store, a_cve(affected=OPEN))
    fill(tmp_path, at=LATER)
    document = an_osv(a_package("gateway", "Debian:12", *FIX), aliases=[CVE])
    put_document(store, document, feed="osv", seen="2030-06-05")
    assert held(tmp_path, store) == NOTHING
    keep(tmp_path, store)
    assert held(tmp_path, store)[1] == {CVE}
    assert document["modified"] == "2030-05-14T00:00:00Z"
    assert held(tmp_path, store, when=at("2030-05-13")) == NOTHING
    assert held(tmp_path, store, when=at("2030-05-15"))[1] == {CVE}


def test_at_a_time_before_all_of_it_was_seen_here_nothing_is_told(store, tmp_path):  # noqa: F811
    put(store, a_cve(affected=OPEN), seen="2030-06-01")
    keep(tmp_path, store)
    assert set(rows(tmp_path, store, seen_by=at("2030-06-02"))) == {CVE}
    assert set(rows(tmp_path, store, seen_by=at("2030-05-30"))) == set()
    with shelf(tmp_path, store, at=LATER, seen_by=at("2030-05-30")) as kept:
        assert kept.answers([SUBJECT]).get(SUBJECT, {}) == {}


def test_answers_on_single_subjects_are_forgotten_when_the_file_grows_large(store, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr("wardround.lake.shelf._keep.LARGEST", 10_000)
    put(store, a_cve(affected=OPEN))
    keep(tmp_path, store)
    assert held(tmp_path, store) == ({CVE}, set())


def test_a_shelf_that_somebody_else_writes_is_not_filled_and_nothing_fails(store, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr("wardround.lake.shelf._file.PATIENCE", 0.01)
    put(store, a_cve(affected=OPEN), a_cve(OTHER, affected=OPEN))
    keep(tmp_path, store)
    (file,) = tmp_path.glob("compiled-*.sqlite3")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert fill(tmp_path, at=LATER) == 0
        other.execute("ROLLBACK")
    assert fill(tmp_path, at=LATER) == 2
