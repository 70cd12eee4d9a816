"""KEV, EPSS and CSAF are read; a broken line is set aside and the others count. And each is told from the others by content."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.advisories import product_names, read_csaf, read_cve, read_epss, read_kev, recognise
from wardround.core.vocab import BadInput

from .builders import WHERE, a_csaf, a_cve, a_kev, an_epss, as_bytes, at


def lines(raw: bytes) -> list[str]:
    return raw.decode().splitlines(keepends=True)


def test_kev_counts_from_the_first_instant_of_the_day_it_was_added():
    catalogue = read_kev(as_bytes(a_kev(("CVE-2030-0001", "2030-05-19"))), where=WHERE)
    assert (catalogue.released, catalogue.entries[0].stated.stated_at) == (at("2030-05-19T17:00:00.1"), at("2030-05-19"))


def test_a_broken_kev_entry_is_set_aside_with_its_pointer():
    document = a_kev(("CVE-2030-0001", "2030-05-19"), ("CVE-2030-0002", "soon"))
    document["vulnerabilities"] += ["x", {"cveID": 5}]
    catalogue = read_kev(document, where=WHERE)
    assert [e.cve for e in catalogue.entries] == ["CVE-2030-0001"]
    assert [(r.where, came) for r, came in catalogue.rejected][1] == (f"{WHERE} /vulnerabilities/2", "x")
    assert len(catalogue.rejected) == 3


@pytest.mark.parametrize(("version", "released"), [("2030.05.19", "2030-05-19"), ("new", "2030-05-18")])
def test_a_catalogue_without_release_date_is_dated_by_version_or_newest_entry(version, released):
    document = a_kev(("CVE-2030-0001", "2030-05-18"), released="") | {"catalogVersion": version}
    assert read_kev(document, where=WHERE).released == at(released)


def test_a_kev_without_entries_is_refused():
    with pytest.raises(BadInput, match="not a list"):
        read_kev({"catalogVersion": "1", "vulnerabilities": {}}, where=WHERE)


def test_epss_has_one_date_for_all_rows():
    day = read_epss(lines(an_epss(CVE_2030_0001=0.00927)), where="epss.csv")
    assert (day.model, day.stated_at, day.scores) == ("v2030.01.01", at("2030-05-14T12:00:00"), {"CVE-2030-0001": 927})


def test_an_old_epss_file_is_dated_by_its_name():
    assert read_epss(["cve,epss\n", "CVE-2030-0001,1\n"], where="a/epss_scores-2030-05-14.csv.gz").stated_at == at("2030-05-14")


@pytest.mark.parametrize("raw", [[], ["cve,epss\n"], ["cve,score\n"], ["#score_date:never\n", "cve,epss\n"]])
def test_an_epss_file_without_header_or_date_is_refused(raw):
    with pytest.raises(BadInput):
        read_epss(raw, where="scores.csv")


@pytest.mark.parametrize(
    "row", ["CVE-2030-0002,1.5,0", "CVE-2030-0002,nan,0", "CVE-2030-0002", "x,0.1,0", "CVE-2030-0001,0.5,0", "\x00"]
)
def test_a_broken_epss_row_is_set_aside_with_its_line(row):
    day = read_epss([*lines(an_epss(CVE_2030_0001=0.1)), row + "\n", "CVE-2030-0003,0.2,0\n"], where="e.csv")
    assert list(day.scores) == ["CVE-2030-0001", "CVE-2030-0003"]
    assert [r.where for r in day.rejected] == ["e.csv:4"]


def test_an_epss_file_that_breaks_off_keeps_the_rows_before():
    def broken():
        yield from lines(an_epss(CVE_2030_0001=0.1))
        raise BadInput("broken inside")

    day = read_epss(broken(), where="e.csv")
    assert (day.scores, day.rejected[0].what) == ({"CVE-2030-0001": 10_000}, "the rest of the file is missing: broken inside")


@given(st.lists(st.text(), max_size=8))
def test_any_rows_are_read_or_set_aside(rows):
    day = read_epss([*lines(an_epss()), *rows], where="e.csv")
    assert len(day.scores) + len(day.rejected) <= len(rows)
    assert all(0 <= score <= 100_000 for score in day.scores.values())


def test_csaf_has_subject_dates_and_each_cve_once():
    document = read_csaf(as_bytes(a_csaf()), where=WHERE)
    assert (document.subject, document.updated, document.cves) == (
        "https://supplier.example EX-30-1",
        at("2030-05-14"),
        ("CVE-2030-0001",),
    )


@pytest.mark.parametrize(
    "broken", [a_csaf(version="3.0"), a_csaf(tracking=" "), a_csaf(updated="?"), {"document": {}}, {"document": 1}]
)
def test_csaf_of_another_version_or_without_identity_is_refused(broken):
    with pytest.raises(BadInput) as refused:
        read_csaf(broken, where=WHERE)
    assert refused.value.where.startswith(f"{WHERE} /document")


@pytest.mark.parametrize(
    ("document", "feed"), [(a_cve(), "cve"), (a_kev(("CVE-2030-0001", "2030-05-19")), "kev"), (a_csaf(), "csaf")]
)
def test_a_document_is_recognised_parsed_or_not(document, feed):
    assert recognise(document) == recognise(as_bytes(document)) == recognise(as_bytes(document)[:-20]) == feed


@pytest.mark.parametrize("other", [{}, {"type": "bundle"}, {"vulnerabilities": [{"id": "x"}]}, {"document": {"title": "x"}}])
def test_what_belongs_to_no_feed_is_not_recognised(other):
    assert recognise(other) is None


def test_epss_is_recognised_by_its_header():
    assert recognise(an_epss()) == recognise(b"\xef\xbb\xbfcve,epss,percentile\n") == "epss"


def names(*affected):
    return product_names(read_cve(a_cve(affected=list(affected)), where=WHERE))


def test_products_are_asked_for_by_name_package_and_cpe():
    entry = {
        "vendor": "Example  Corp",
        "product": "GateWay",
        "packageName": "gw-core",
        "cpes": ["cpe:2.3:a:example:mail\\/gateway_2:*:*:*:*:*:*:*:*"],
    }
    otherwise = {("example corp", "gwcore"), ("example corp", "gw core")}
    assert names(entry) == {("example corp", "gateway"), ("example corp", "gw-core"), ("example", "mail/gateway 2")} | otherwise


def test_what_is_not_stated_is_no_name():
    assert names({"vendor": "n/a", "product": "n/a"}, {"vendor": "n/a", "product": "Pump"}) == {("", "pump")}


@pytest.mark.parametrize("cpe", ["", "cpe:2.3:a:x", "cpe:/a:x", "cpe:2.3:a:x:*:1", None, 7])
def test_a_broken_cpe_names_nothing(cpe):
    assert names({"cpes": [cpe]}) == set()


def test_an_older_cpe_binding_names_its_product():
    assert names({"cpes": ["cpe:/a:example:gate_way"]}) == {("example", "gate way")}


def test_a_record_with_a_key_that_stands_twice_is_refused_with_the_place():
    """Which of two ranges is meant, nobody can tell: by the last alone it could clear what the first calls affected."""
    raw = as_bytes(a_cve()).replace(b'"state"', b'"state": "REJECTED", "state"', 1)
    with pytest.raises(BadInput, match="twice") as refused:
        read_cve(raw, where=WHERE)
    assert "/cveMetadata/state (line 1)" in refused.value.where
