"""Versions of one bearing get one answer, to the letter, whatever order compares them; rows of several names are `decide`'s too."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wardround.core.advisories import Advisory
from wardround.core.matching import Subject, decide
from wardround.core.matching._bearings import Bearing, probes_of, texts_of
from wardround.core.matching._compiled import compiled, joined
from wardround.core.matching._overrides import Overrides
from wardround.core.matching._record import Record
from wardround.core.matching._rows import BEARINGS, as_kept, written

from .test_shelf import answer_of, row_of

Build = Callable[..., Any]
LAW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NO_OVERRIDES = Overrides()

WRITTEN = {
    ("juniper", "junos os"): ["21.2R3-S8", "21.2R3", "21.4R1-S2", "22.4", "22.4R2", "23.1R1", "21.4*", "6.3.3", "0", "R7"],
    ("microsoft", "windows 10 version 22h2"): [
        "10.0.19045.4412",
        "10.0.19045.4529",
        "10.0.19045",
        "10.0.19043.1466",
        "10.0.19045.4412 or later",
        "10.0.0",
        "8.2.14",
        "10.0.20348..2762",
        "publication",
    ],
    ("microsoft", "microsoft sql server 2019"): [
        "15.0.2116.2",
        "15.0.4360.2",
        "15.0.4382.1",
        "15.0.0",
        "14.0.1000.169",
        "15.0.2",
        "9.1.4",
    ],
    ("microsoft", "microsoft exchange server 2019"): [
        "15.2.1544.4",
        "15.2.1258.32",
        "15.02.0",
        "15.2.1544.11",
        "15.1.2507.6",
        "3.4.5",
    ],
    ("example", "gateway"): [
        "1.0",
        "1.0-1",
        "1.0-2.el8",
        "1.10.0-3",
        "2:1.0-1",
        "1.0.0-rc1",
        "1.0.0",
        "a01b2c3d4e5f",
        "2.x",
        "12.1.3",
    ],
}
"""Versions and bounds of products that numbers alone do not place."""

kinds = st.sampled_from(["semver", "custom", "git", "rpm", "maven", "python", "deb", ""])
statuses = st.sampled_from(["affected", "unaffected", "unknown"])


def objects_of(vendor: str, product: str, texts: list[str]) -> Any:
    """Objects of a record on one product, whose bounds are among these texts."""
    bound = st.sampled_from([*texts, "*", "0"])
    change = st.fixed_dictionaries({"at": bound, "status": statuses})
    entry = st.fixed_dictionaries(
        {"version": bound, "status": statuses},
        optional={"lessThan": bound, "lessThanOrEqual": bound, "versionType": kinds, "changes": st.lists(change, max_size=2)},
    )
    called = st.sampled_from([product, f"{product} (gdr)"] if "sql" in product else [product])
    return st.lists(
        st.fixed_dictionaries(
            {"vendor": st.just(vendor), "product": called, "versions": st.lists(entry, max_size=4)},
            optional={"defaultStatus": statuses, "platforms": st.just(["x64-based Systems"]), "modules": st.just(["web 1.0"])},
        ),
        min_size=1,
        max_size=3,
    )


@pytest.mark.parametrize("name", list(WRITTEN))
@LAW
@given(data=st.data())
def test_a_row_equals_decide_whatever_order_the_product_has(a_record: Build, data: Any, name: tuple[str, str]) -> None:
    vendor, product = name
    record = a_record(data.draw(objects_of(vendor, product, WRITTEN[name])))
    row = row_of(record, name)
    near = [f"{v[:-1]}{n}" for v in WRITTEN[name] for n in (0, 9)]
    for version in {*WRITTEN[name], *near}:
        for platform, scheme in (("", ""), ("x64-based systems", ""), ("", "npm")):
            subject = Subject((vendor,), product, version, scheme, platform)
            told = answer_of(row, subject)
            assert told is None or told == decide(record, subject, overrides=NO_OVERRIDES)


@LAW
@given(data=st.data())
def test_two_versions_of_one_bearing_get_one_verdict(a_record: Build, data: Any) -> None:
    """Also where neither was asked about when the row was made."""
    name = data.draw(st.sampled_from(list(WRITTEN)))
    record = Record(a_record(data.draw(objects_of(*name, WRITTEN[name]))))
    if any(
        entry.changes
        for plan in [record.plan(0, Subject((name[0],), name[1], ""))]
        for o in plan.objects
        for entry in o.shape.entries
    ):
        return
    asked = (Subject((name[0],), called, "") for called in (name[1], f"{name[1]} (gdr)"))
    shapes = [one.shape for subject in asked for one in record.plan(0, subject).objects]
    probes, listed = probes_of(shapes, Subject((name[0],), name[1], "")), texts_of(shapes)
    assert probes is not None
    said: dict[str, Any] = {}
    for version in (f"{v}{more}" for v in WRITTEN[name] for more in ("", "1", "7")):
        subject = Subject((name[0],), name[1], version)
        bearing = Bearing(subject).on(probes)
        if bearing is not None and version not in listed:
            verdict = decide(record, subject, overrides=NO_OVERRIDES).verdict
            assert said.setdefault(bearing, verdict) is verdict


def test_the_end_of_an_entry_in_another_order_is_held_against_the_products_own_as_well(a_record: Build) -> None:
    """21.2R3-S0 is 21.2R3 itself for Junos, whichever type an entry declares; S1 is past it."""
    entries = [
        {"version": "0", "status": "affected", "lessThan": "21.2R3-S8"},
        {"version": "21.2R3-S8", "status": "affected", "lessThanOrEqual": "21.2R3", "versionType": "rpm"},
    ]
    name = ("juniper", "junos os")
    record = a_record([{"vendor": name[0], "product": name[1], "versions": entries}])
    row = row_of(record, name)
    for version in ("21.2R3-S0", "21.2R3-S1", "21.2R2-S9", "21.2R3-S9"):
        subject = Subject((name[0],), name[1], version)
        told = answer_of(row, subject)
        assert told is None or told == decide(record, subject, overrides=NO_OVERRIDES)


@pytest.mark.parametrize(
    ("name", "entry", "versions"),
    [
        (("juniper", "junos os"), {"version": "21.2", "lessThan": "21.2R3-S8"}, ["22.4R3", "20.4R3-S1"]),
        (("example", "gateway"), {"version": "0", "lessThan": "1.33.0-3", "versionType": "rpm"}, ["1.32.7-1", "1.34.0-2"]),
        (("microsoft", "windows 10 version 22h2"), {"version": "10.0.0", "lessThan": "10.0.19045.4529"}, ["10.0.19045.4412"]),
        (("microsoft", "microsoft sql server 2019 (gdr)"), {"version": "15.0.0", "lessThan": "15.0.2116.2"}, ["15.0.2080.9"]),
    ],
)
def test_a_version_that_nobody_asked_about_is_told_by_its_bearing(
    a_record: Build, name: tuple[str, str], entry: dict[str, str], versions: list[str]
) -> None:
    record = a_record([{"vendor": name[0], "product": name[1], "versions": [{**entry, "status": "affected"}]}])
    row = row_of(record, name)
    assert row[1] & BEARINGS
    for version in versions:
        subject = Subject((name[0],), name[1], version)
        assert answer_of(row, subject) == decide(record, subject, overrides=NO_OVERRIDES) is not None


def test_the_row_of_a_product_with_a_rule_of_its_own_answers_no_other_product(a_record: Build) -> None:
    """An alias may lead from another product to it, which no rule reads."""
    entry = {"version": "15.0.0", "lessThan": "15.0.2116.2", "status": "affected"}
    record = a_record([{"vendor": "microsoft", "product": "Microsoft SQL Server 2019 (GDR)", "versions": [entry]}])
    row = row_of(record, ("microsoft", "microsoft sql server 2019 (gdr)"))
    assert answer_of(row, Subject(("microsoft",), "microsoft sql server 2019 (gdr)", "15.0.2080.9"))
    assert answer_of(row, Subject(("microsoft",), "my database", "15.0.2080.9")) is None
    beside = Subject(("microsoft",), "microsoft sql server 2019 (gdr)", "15.0.2080.9", also=(("a", "b"),))
    assert answer_of(row, beside) == decide(record, beside, overrides=NO_OVERRIDES) is not None


def test_a_build_against_a_range_that_ends_at_its_publication_is_asked_of_decide(a_record: Build) -> None:
    """The days of updates count then."""
    entry, name = {"version": "10.0.0", "lessThan": "publication", "status": "affected"}, ("microsoft", "windows 10 version 22h2")
    record = a_record([{"vendor": name[0], "product": name[1], "versions": [entry]}])
    row, other = row_of(record, name), Subject((name[0],), name[1], "10.1.1")
    assert answer_of(row, Subject((name[0],), name[1], "10.0.19045.4412")) is None
    assert answer_of(row, other) == decide(record, other, overrides=NO_OVERRIDES) is not None


@LAW
@given(data=st.data())
def test_a_row_of_several_names_equals_decide_on_a_product_that_goes_by_them(a_record: Build, data: Any) -> None:
    names = (("example", "gateway"), ("example inc", "gateway"), ("example", "gateway firmware"))
    first = [data.draw(objects_of(vendor, product, WRITTEN["example", "gateway"])) for vendor, product in names]
    record: Advisory = a_record(first[0] + first[1], first[2])
    row = as_kept(*written(joined(Record(record), names)))
    for version in WRITTEN["example", "gateway"]:
        subject = Subject((names[0][0],), names[0][1], version, also=names[1:])
        told = answer_of(row, subject)
        assert told is None or told == decide(record, subject, overrides=NO_OVERRIDES)


@LAW
@given(data=st.data())
def test_what_a_record_says_of_many_products_in_one_way_is_told_of_each_by_its_own_entry(a_record: Build, data: Any) -> None:
    said = data.draw(objects_of("example", "gateway", WRITTEN["example", "gateway"]))
    objects = [{**one, "product": f"gateway {n}"} for n in range(3) for one in said]
    record = a_record(objects)
    for (vendor, product), row in compiled(Record(record), [("example", f"gateway {n}") for n in range(3)]):
        for version in WRITTEN["example", "gateway"]:
            subject = Subject((vendor,), product, version)
            told = answer_of(as_kept(*written(row)), subject)
            assert told is None or told == decide(record, subject, overrides=NO_OVERRIDES)


def test_a_bearing_of_a_commit_or_of_no_version_does_not_tell(a_record: Build) -> None:
    subject = Subject(("a",), "b", "")
    probes = probes_of([one.shape for one in Record(a_record([{"vendor": "a", "product": "b"}])).plan(0, subject).objects], subject)
    assert probes == []
    for version in ("", "n/a", "a01b2c3d4e5f", " 1.0"):
        assert Bearing(replace(subject, version=version)).on(probes) is None
