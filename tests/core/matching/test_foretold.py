"""What rows tell of many subjects at once is the verdict that `decide` gives on each, or it is left open."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wardround.core.advisories import Advisory, product_names
from wardround.core.matching import Overrides, Subject, decide
from wardround.core.matching._bulk import CODES, UNTOLD
from wardround.core.matching._compiled import compiled
from wardround.core.matching._foretold import Foretold, Told
from wardround.core.matching._record import Record
from wardround.core.matching._windows import windows_of
from wardround.core.names._keys import Name
from wardround.core.vocab import Install

from .test_bearings import WRITTEN, objects_of
from .test_boundaries import around, read
from .test_bulk import more_versions, thing, version
from .test_shelf import GATEWAY, GATEWAY_NAME, Memory, tree

Build = Callable[..., Any]
LAW = settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ODD = ["", "unknown", "see asset tag", "as on the label", "130.x", "7.X", "deadbeefcafe", "1.0 or so", "latest", "1-2", "2023.q3.4"]
ODD += ["2.0.0rc0", "1.0rc1", "12.1.1-12.1.3", "10", "10.0", "21", "21.2", "22", "15.2", "6.3", "R7", "1.0.0-rc2", "12L", "2:1.0-2"]
ODD += ["12.2.3-12.2.11", "5.6-rc-1", "10.0.19045.4412 or later", "10.0.20348..2762", "10.x", "22H2", "20240305", "v2024", "2023"]


def naming_of(records: Sequence[Advisory]) -> Callable[[str], Mapping[str, Sequence[str]]]:
    """Which records name a product, by vendor."""
    found: dict[str, dict[str, list[str]]] = {}
    for record in records:
        for vendor, product in sorted(product_names(record)):
            found.setdefault(product, {}).setdefault(vendor, []).append(record.cve)
    return lambda product: found.get(product, {})


def foretold(
    record: Advisory, subjects: Sequence[Subject], names: Sequence[Name], overrides: Overrides | None = None
) -> bytearray | None:
    """What a shelf with the rows of these names tells of the subjects."""
    shelf = Memory()
    shelf.keep(record, rows=compiled(Record(record), names), joint=(), answers=())
    told = [Told(subjects, [record.cve])]
    return Foretold(told, naming=naming_of([record]), shelf=shelf, overrides=overrides or Overrides()).codes(0, record.cve)


def differing(
    record: Advisory, subjects: Sequence[Subject], name: Name = GATEWAY_NAME, overrides: Overrides | None = None
) -> tuple[list[Any], int]:
    """Where it tells something else than `decide`, and on how many it tells."""
    codes = foretold(record, subjects, [name], overrides)
    told = [(s, CODES[code]) for s, code in zip(subjects, codes or (), strict=False) if code != UNTOLD]
    whole = Record(record)
    return [(s, v, d) for s, v in told if (d := decide(whole, s, overrides=overrides or Overrides()).verdict) is not v], len(told)


@LAW
@given(
    first=st.lists(thing, max_size=2),
    second=st.lists(thing, max_size=1),
    trees=st.lists(tree, max_size=1),
    versions=st.lists(st.one_of(version, more_versions, st.sampled_from(ODD)), max_size=12, unique=True),
    platform=st.sampled_from(["", "windows"]),
    scheme=st.sampled_from(["", "npm", "deb", "generic"]),
)
def test_it_is_the_verdict_of_decide_where_a_row_tells(
    a_record: Build, first: Any, second: Any, trees: Any, versions: list[str], platform: str, scheme: str
) -> None:
    record = a_record(first, second)
    containers = (replace(record.containers[0], applicability=trees), *record.containers[1:])
    subjects = [replace(GATEWAY, version=v, platform=p, scheme=s) for v in versions for p in {"", platform} for s in {"", scheme}]
    if subjects:
        assert differing(replace(record, containers=containers), subjects)[0] == []


@pytest.mark.parametrize("name", list(WRITTEN))
@settings(LAW, max_examples=60)
@given(data=st.data())
def test_it_is_the_verdict_of_decide_whatever_order_the_product_has(a_record: Build, data: Any, name: Name) -> None:
    record = a_record(data.draw(objects_of(*name, WRITTEN[name])))
    near = [f"{v[:-1]}{n}" for v in WRITTEN[name] for n in (0, 9)]
    subjects = [
        Subject((name[0],), name[1], v, s, p)
        for v in dict.fromkeys((*WRITTEN[name], *near, *ODD))
        for p, s in (("", ""), ("x64-based systems", ""), ("", "npm"))
    ]
    assert differing(record, subjects, name)[0] == []


def test_it_is_the_verdict_of_decide_where_nobody_says_which_windows_it_is(a_record: Build) -> None:
    several = windows_of(Install("a", "Windows 10", "", vendor="Microsoft"))
    assert several is not None
    for names in (["Windows 10 Version 22H2"], ["Windows 10"], ["Windows 10 Version 1607", "Windows 10 Version 22H2"]):
        entry = {"version": "10.0.0", "lessThan": "10.0.19045.4412", "status": "affected", "versionType": "custom"}
        record = a_record([{"vendor": "Microsoft", "product": name, "versions": [entry]} for name in names])
        subjects = [Subject(("microsoft",), several.product, v, "", p) for v in ODD for p in ("", "x64-based systems")]
        wrong, told = differing(record, subjects, ("microsoft", several.product))
        assert wrong == []
        assert told > 2


def test_it_is_the_verdict_of_decide_at_the_boundaries_of_shared_records(shared: Path) -> None:
    chance, wrong, told, asked = Random(11), [], 0, 0
    for advisory in read(shared):
        if chance.random() > 0.2 or advisory.state == "REJECTED":
            continue
        bounds = [
            str(value)
            for container in advisory.containers
            for affected in container.affected
            for entry in affected.get("versions") or ()
            for key, value in entry.items()
            if key in ("version", "lessThan", "lessThanOrEqual")
        ]
        near = dict.fromkeys([*ODD, "3.7.12", "v2.0", "1.0-beta", *(v for bound in bounds[:6] for v in around(bound))])
        for vendor, product in sorted(product_names(advisory))[:3]:
            subjects = [Subject((vendor,), product, v, s) for v in near for s in ("", "npm")]
            found, count = differing(advisory, subjects, (vendor, product))
            wrong += [(advisory.cve, *one) for one in found]
            told, asked = told + count, asked + len(subjects)
    assert wrong == []
    assert told > asked / 2 > 2_000


def test_what_states_no_version_and_what_no_order_places_needs_no_record(a_record: Build, an_object: Build) -> None:
    record = a_record([an_object({"version": "1.0", "lessThan": "2.0"}, default="unaffected")])
    subjects = [replace(GATEWAY, version=v) for v in ("", "unknown", "see asset tag", "130.x", "0.9", "1.4", "2.0", "1")]
    codes = foretold(record, subjects, [GATEWAY_NAME])
    assert [CODES[code].value for code in codes or ()] == [*["unknown"] * 4, "not_affected", "affected", "not_affected", "affected"]


def test_a_version_that_the_record_lists_alone_needs_no_record(a_record: Build, an_object: Build) -> None:
    record = a_record([an_object({"version": "8.58"}, {"version": "8.59"}, default="unaffected")])
    codes = foretold(record, [replace(GATEWAY, version=v) for v in ("8.58", "8.60")], [GATEWAY_NAME])
    assert [CODES[code].value for code in codes or ()] == ["affected", "not_affected"]


def test_a_record_without_a_row_is_left_to_itself(a_record: Build, an_object: Build) -> None:
    assert foretold(a_record([an_object({"version": "1.0"})]), [GATEWAY], []) is None


def test_a_rejected_record_states_nothing(a_record: Build, an_object: Build) -> None:
    record = replace(a_record([an_object({"version": "1.0"})]), state="REJECTED")
    assert foretold(record, [GATEWAY], [GATEWAY_NAME]) == b""


def test_an_override_is_asked_first(a_record: Build) -> None:
    name = ("ivanti", "endpoint manager mobile")
    affected = [{"vendor": "Ivanti", "product": "Endpoint Manager Mobile", "defaultStatus": "affected"}]
    record, epmm = a_record(affected, cve="CVE-2025-4427"), Subject((name[0],), name[1], "12.4.0.2")
    assert foretold(record, [epmm], [name]) == bytes([CODES.index(decide(record, epmm, overrides=Overrides()).verdict)])
    codes = foretold(record, [epmm], [name], Overrides.load())
    assert [CODES[code].value for code in codes or ()] == ["not_affected"]


def test_what_several_vendors_have_is_unknown_whatever_the_record_says(a_record: Build, an_object: Build) -> None:
    record = a_record([an_object({"version": "0", "lessThan": "*"})])
    codes = foretold(record, [replace(GATEWAY, vendors=("example", "another"), version="1.5")], [GATEWAY_NAME])
    assert [CODES[code].value for code in codes or ()] == ["unknown"]
