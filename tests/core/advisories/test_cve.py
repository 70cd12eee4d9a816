"""A CVE record is read, or refused with the place that makes it unusable."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.advisories import fold, product_names, read_cve
from wardround.core.vocab import BadInput

from .builders import WHERE, a_cve, as_bytes, at, kev_stamp, ssvc


def stamps(document: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {s.key: (s.value, f"{s.stated_at:%Y-%m-%d}") for s in read_cve(document, where=WHERE).stated}


def test_a_record_has_its_id_state_and_dates():
    record = read_cve(as_bytes(a_cve()), where=WHERE)
    assert (record.cve, record.state, record.published, record.updated) == (
        "CVE-2030-0001",
        "PUBLISHED",
        at("2030-05-13T15:45:00"),
        at("2030-05-21T00:00:00"),
    )


def test_a_date_without_a_zone_is_utc():
    assert read_cve(a_cve(published="2030-05-13T15:45:00"), where=WHERE).published == at("2030-05-13T15:45:00")


def test_a_published_record_without_a_date_counts_from_the_earliest_container():
    record = a_cve(published=None, adp=[{"providerMetadata": {"dateUpdated": "2030-05-14T00:00:00Z"}}])
    assert read_cve(record, where=WHERE).published == at("2030-05-14T00:00:00")


def test_a_rejected_record_without_publication_counts_from_its_rejection():
    record = read_cve(a_cve(state="REJECTED", published=None, dateRejected="2030-05-20T00:00:00Z"), where=WHERE)
    assert record.published == record.rejected == at("2030-05-20T00:00:00")


def test_ssvc_counts_by_its_own_timestamp_and_kev_by_date_added():
    document = a_cve(metrics=[ssvc(exploitation="active", automatable="yes", technical_impact="total"), kev_stamp("2030-05-19")])
    assert stamps(document) == {
        "ssvc.exploitation": ("active", "2030-05-13"),
        "ssvc.automatable": ("yes", "2030-05-13"),
        "ssvc.technical_impact": ("total", "2030-05-13"),
        "kev": ("yes", "2030-05-19"),
    }


def test_a_stamp_without_a_date_counts_from_the_containers_update():
    assert stamps(a_cve(metrics=[ssvc(None, exploitation="poc")])) == {"ssvc.exploitation": ("poc", "2030-05-21")}


def test_a_value_outside_the_vocabulary_states_nothing():
    assert stamps(a_cve(metrics=[ssvc(exploitation="perhaps", automatable="no")])) == {"ssvc.automatable": ("no", "2030-05-13")}


@pytest.mark.parametrize(
    "metrics", [[None], ["x"], [{"other": 1}], [{"other": {"type": "ssvc", "content": {"options": [1, {"a": 2}]}}}], "x"]
)
def test_metrics_of_any_shape_do_no_harm(metrics):
    document = a_cve()
    document["containers"]["adp"][0]["metrics"] = metrics
    assert stamps(document) == {}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"cveMetadata": None}, "/cveMetadata"),
        ({"cveMetadata": {"cveId": "CVE-1"}}, "/cveMetadata/cveId"),
        ({"cveMetadata": {"cveId": "CVE-2030-0001", "state": "RESERVED"}}, "/cveMetadata/state"),
        ({"cveMetadata": {"cveId": "CVE-2030-0001", "state": "PUBLISHED"}, "containers": {"cna": {}}}, "/cveMetadata"),
        ({"dataVersion": "4.0"}, "/dataVersion"),
        ({"containers": {}}, "/containers/cna"),
        ({"containers": {"cna": {"affected": "all"}}}, "/containers/cna/affected"),
        ({"containers": {"cna": {"affected": [{"versions": [1]}]}}}, "/containers/cna/affected/0/versions"),
        ({"containers": {"cna": {}, "adp": {}}}, "/containers/adp"),
    ],
)
def test_what_makes_a_record_unusable_is_named(change, place):
    with pytest.raises(BadInput) as refused:
        read_cve(a_cve() | change, where=WHERE)
    assert f"{WHERE} {place}" in refused.value.where


@pytest.mark.parametrize("date", ["yesterday", "0001-01-01T00:00:00+14:00", 5, "", None, "9" * 9999])
def test_a_date_that_is_none_is_refused(date):
    document = a_cve()
    document["cveMetadata"]["datePublished"] = date
    with pytest.raises(BadInput) as refused:
        read_cve(document, where=WHERE)
    assert refused.value.where == f"{WHERE} /cveMetadata/datePublished"


@pytest.mark.parametrize("raw", [b"", b"{", b"[" * 100_000, b"\xff\xfe{", b'{"a":"\xe9"}', b"null", b"[]"])
def test_what_is_no_json_object_is_refused(raw):
    with pytest.raises(BadInput):
        read_cve(raw, where=WHERE)


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x))


FIELDS = [
    "cveMetadata",
    "containers",
    "dataVersion",
    "cna",
    "adp",
    "affected",
    "metrics",
    "cveId",
    "title",
    "descriptions",
    "providerMetadata",
]


@given(field=st.sampled_from([*FIELDS, "references", "vendor", "cpes"]), value=JSON)
def test_whatever_stands_in_a_field_the_record_is_refused_or_can_be_used(field, value):
    document = a_cve(metrics=[ssvc(exploitation="active")])
    cna, adp = document["containers"]["cna"], document["containers"]["adp"][0]
    cna |= {
        "references": [{"url": "https://supplier.example"}],
        "affected": [{"vendor": "Example", "product": "Gateway", "cpes": []}],
    }
    for node in (document, document["cveMetadata"], document["containers"], cna, adp, cna["affected"][0]):
        if field in node:
            node[field] = value
    with contextlib.suppress(BadInput):
        record = read_cve(document, where=WHERE)
        advisory = fold([record], at=at("2030-06-01"))
        assert advisory is not None
        assert all(product for _, product in product_names(record))
