"""As of a time: what had been stated by then, each thing by its own date."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from wardround.core.advisories import Stated, fold, read_cve

from .builders import WHERE, a_cve, at, kev_stamp, ssvc


def record(**kwargs):
    return read_cve(a_cve(**kwargs), where=WHERE)


def values(advisory, key):
    return [s.value for s in advisory.stated if s.key == key]


def test_before_publication_there_is_no_advisory():
    assert fold([record()], at=at("2030-05-13T15:44:59")) is None
    assert fold([record()], at=at("2030-05-13T15:45:00")) is not None


def test_nothing_known_is_no_advisory():
    assert fold([], at=at("2030-05-14")) is None


def test_a_stamp_counts_from_its_own_date():
    one = record(metrics=[ssvc("2030-05-20T00:00:00Z", exploitation="active")])
    assert fold([one], at=at("2030-05-19")).latest("ssvc.exploitation") is None
    assert fold([one], at=at("2030-05-20")).latest("ssvc.exploitation").value == "active"


def test_the_stamps_of_every_version_are_history():
    old = record(metrics=[ssvc("2030-05-13T00:00:00Z", exploitation="none")], updated="2030-05-14T00:00:00Z")
    new = record(metrics=[ssvc("2030-05-20T00:00:00Z", exploitation="active")])
    assert values(fold([new, old], at=at("2030-06-01")), "ssvc.exploitation") == ["none", "active"]
    assert fold([new, old], at=at("2030-05-15")).latest("ssvc.exploitation").value == "none"


def test_of_two_kev_listings_the_earlier_counts():
    catalogue = Stated("kev", "yes", "KEV catalogue", at("2030-05-18"))
    advisory = fold([record(metrics=[kev_stamp("2030-05-19")])], [catalogue], at=at("2030-06-01"))
    assert [(s.source, s.stated_at) for s in advisory.stated if s.key == "kev"] == [("KEV catalogue", at("2030-05-18"))]


def test_the_newest_version_speaks_for_all_that_is_not_dated():
    old, new = record(updated="2030-05-14T00:00:00Z"), record(affected=[{"vendor": "Example", "product": "Other"}])
    assert fold([new, old], at=at("2030-05-15")).containers[0].affected == [{"vendor": "Example", "product": "Other"}]


def test_a_rejection_counts_from_its_date_while_an_earlier_version_is_known():
    old = record(updated="2030-05-14T00:00:00Z")
    new = record(state="REJECTED", dateRejected="2030-05-20T00:00:00Z")
    assert fold([old, new], at=at("2030-05-19")).state == "PUBLISHED"
    assert fold([old, new], at=at("2030-05-20")).state == "REJECTED"
    assert fold([new], at=at("2030-05-19")).state == "REJECTED"


def test_containers_are_the_cna_first_then_the_others_that_name_products():
    entries = [{"vendor": "Example", "product": "Same"}]
    extra = [{"providerMetadata": {"shortName": "CISA-ADP"}, "affected": entries}, {"title": "no products"}]
    found = fold([record(adp=extra)], at=at("2030-06-01")).containers
    assert [(c.name, c.pointer) for c in found] == [("cna", "/containers/cna/affected"), ("CISA-ADP", "/containers/adp/1/affected")]


def test_cvss_is_dated_by_publication_and_the_numbering_authority_has_the_last_word():
    document = a_cve(metrics=[{"cvssV3_1": {"baseScore": 9.8}}])
    document["containers"]["cna"]["metrics"] = [
        {"cvssV2_0": {"baseScore": 4}},
        {"cvssV3_1": {"baseScore": 5.3}},
        {"cvssV3_1": {"baseScore": 99}},
    ]
    score = fold([read_cve(document, where=WHERE)], at=at("2030-06-01")).latest("cvss")
    assert (score.value, score.stated_at) == ("5.3", at("2030-05-13T15:45:00"))


@given(
    dates=st.lists(st.integers(0, 60), max_size=6),
    days=st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted),
)
def test_later_never_knows_less(dates, days):
    start = at("2030-05-14")
    stated = [Stated("epss", str(i), "EPSS", start + timedelta(days=d)) for i, d in enumerate(dates)]
    earlier, later = (fold([record()], stated, at=start + timedelta(days=d)) for d in days)
    assert set(earlier.stated) <= set(later.stated)
    assert all(s.stated_at <= start + timedelta(days=days[1]) for s in later.stated)
    assert [s.stated_at for s in later.stated] == sorted(s.stated_at for s in later.stated)
