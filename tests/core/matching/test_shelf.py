"""What is kept of a record answers as `decide` does, to the letter, or leaves the pair to it."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wardround.core.advisories import Advisory, product_names
from wardround.core.matching import Answer, Overrides, Subject, decide, match_all, names
from wardround.core.matching._compiled import compiled
from wardround.core.matching._record import Record
from wardround.core.matching._rows import ASK, DISPUTED, HERE, LONG, REJECTED, VERDICTS, Row, as_kept, written
from wardround.core.matching._shelf import Names, Rows, match_shelved, question, told
from wardround.core.names._keys import Name
from wardround.core.vocab import Install

from .test_boundaries import around, read
from .test_bulk import status, thing, version

Build = Callable[..., Any]
GATEWAY = Subject(("example",), "gateway", "")
GATEWAY_NAME = ("example", "gateway")
LAW = settings(max_examples=700, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

tree = st.builds(
    lambda start, end, vulnerable: {
        "nodes": [
            {
                "operator": "OR",
                "cpeMatch": [
                    {
                        "criteria": "cpe:2.3:a:example:gateway:*:*:*:*:*:*:*:*",
                        "vulnerable": vulnerable,
                        "versionStartIncluding": start,
                        "versionEndExcluding": end,
                    }
                ],
            }
        ]
    },
    st.sampled_from(["1.0", "2"]),
    st.sampled_from(["2.3", "3.1.1"]),
    st.booleans(),
)


class Memory:
    """A shelf in memory that counts what it is asked to keep."""

    def __init__(self) -> None:
        self.kept: dict[Name, dict[str, Row]] = {}
        self.known: dict[Subject, dict[str, Sequence[Any]]] = {}
        self.together: dict[tuple[str, frozenset[int]], Row] = {}

    def rows(self, names: Collection[Name]) -> Mapping[Name, Mapping[str, Row]]:
        return {name: self.kept.get(name, {}) for name in names}

    def answers(self, subjects: Collection[Subject]) -> Mapping[Subject, Mapping[str, Sequence[Any]]]:
        return {subject: self.known.get(subject, {}) for subject in subjects}

    def joined(self, several: Sequence[Rows]) -> Sequence[Row | None]:
        return [self.together.get((rows[0][0], frozenset(map(id, rows)))) for rows in several]

    def keep(
        self,
        advisory: Advisory,
        *,
        rows: Iterable[tuple[Name, Row]],
        joint: Iterable[tuple[Names, Row]],
        answers: Iterable[tuple[Subject, Sequence[Any]]],
    ) -> None:
        now: dict[int, Row] = {}
        for name, row in rows:
            self.kept.setdefault(name, {})[advisory.cve] = now.setdefault(id(row), as_kept(*written(row)))
        for several, row in joint:
            which = frozenset(id(self.kept[name][advisory.cve]) for name in several)
            self.together[advisory.cve, which] = as_kept(*written(row))
        for subject, answer in answers:
            self.known.setdefault(subject, {})[advisory.cve] = answer


def row_of(record: Advisory, name: Name = GATEWAY_NAME) -> Row:
    ((_, row),) = compiled(Record(record), [name])
    return as_kept(*written(row))


def answer_of(row: Row, subject: Subject) -> Answer | None:
    """What a row tells of a subject; None where it leaves it to `decide`."""
    asked = question(subject)
    if asked is None or row[1] & REJECTED or (found := told(row, asked)) is None:
        return None
    return Answer(VERDICTS[found[0]], found[1], found[2], tuple(found[3:]))


def differing(record: Advisory, subjects: Iterable[Subject], name: Name = GATEWAY_NAME) -> tuple[list[Any], int]:
    """Where a row and `decide` differ, and on how many subjects the row tells."""
    row, found, count = row_of(record, name), [], 0
    for subject in subjects:
        answer = answer_of(row, subject)
        count += answer is not None
        if answer is not None and answer != (expected := decide(record, subject, overrides=Overrides())):
            found.append((subject, answer, expected))
    return found, count


@LAW
@given(
    first=st.lists(thing, max_size=2),
    second=st.lists(thing, max_size=1),
    trees=st.lists(tree, max_size=1),
    versions=st.lists(version, max_size=12, unique=True),
    platform=st.sampled_from(["", "windows"]),
    scheme=st.sampled_from(["", "npm", "deb", "generic"]),
    tags=st.sampled_from([(), ("disputed",)]),
)
def test_a_row_equals_decide_to_the_letter_where_it_tells(
    a_record: Build, first: Any, second: Any, trees: Any, versions: list[str], platform: str, scheme: str, tags: tuple[str, ...]
) -> None:
    record = replace(a_record(first, second), tags=tags)
    containers = (replace(record.containers[0], applicability=trees), *record.containers[1:])
    subjects = [replace(GATEWAY, version=v, platform=p, scheme=s) for v in versions for p in {"", platform} for s in {"", scheme}]
    assert differing(replace(record, containers=containers), subjects)[0] == []


def test_rows_equal_decide_at_the_boundaries_of_shared_records(shared: Path) -> None:
    chance, wrong, counted = Random(7), [], Counter[str]()
    for advisory in read(shared):
        if chance.random() > 0.3:
            continue
        bounds = [
            str(value)
            for container in advisory.containers
            for affected in container.affected
            for entry in affected.get("versions") or ()
            for key, value in entry.items()
            if key in ("version", "lessThan", "lessThanOrEqual")
        ]
        near = dict.fromkeys(["", "3.7.12", "v2.0", "1.0-beta", *(v for bound in bounds[:6] for v in around(bound))])
        for vendor, product in sorted(product_names(advisory))[:3]:
            subjects = [Subject((vendor,), product, v, s) for v in near for s in ("", "npm")]
            found, told_of = differing(advisory, subjects, (vendor, product))
            wrong += [(advisory.cve, *one) for one in found]
            counted.update(told=told_of, asked=len(subjects))
    assert wrong == []
    assert counted["told"] > counted["asked"] / 3 > 2_000


def test_a_version_that_nobody_saw_before_is_answered_from_the_row(a_record: Build, an_object: Build) -> None:
    row = row_of(a_record([an_object({"version": "1.0", "lessThan": "2.0"}, default="unaffected")]))
    answers = [answer_of(row, replace(GATEWAY, version=v)) for v in ("0.9", "1.4.7", "2.31")]
    assert [a.verdict.value for a in answers if a] == ["not_affected", "affected", "not_affected"]
    assert answers[1] is not None
    assert "1.4.7 is one of them" in answers[1].reason
    assert answers[1].decided_by == "CVE-2030-0001 /containers/cna/affected/0/versions/0"


@pytest.mark.parametrize("version", ["1", "1.0-rc1", "9" * 70, "9223372036854775808"])
def test_what_a_row_cannot_tell_is_left_to_decide(a_record: Build, an_object: Build, version: str) -> None:
    row = row_of(a_record([an_object({"version": "1.0", "lessThan": "1.7.2"}, default="unaffected")]))
    assert answer_of(row, replace(GATEWAY, version=version)) is None


def test_a_record_without_bounds_tells_of_versions_in_any_spelling(a_record: Build, an_object: Build) -> None:
    row = row_of(a_record([an_object({"version": "0", "lessThan": "*"})]))
    answer = answer_of(row, replace(GATEWAY, version="R7 build 12"))
    assert answer is not None
    assert "“R7 build 12” is one of them" in answer.reason


def test_the_records_own_words_are_not_taken_for_the_version(a_record: Build, an_object: Build) -> None:
    """The versions that speak for a cell stand in this record's words, and its reasons quote them."""
    for words in ("0.0.0 0.0.1 0.0.2", "0.0.0", HERE):
        record = a_record([an_object({"version": f"before {words}"}, {"version": "1.0", "lessThan": "2.0"}, modules=[words])])
        assert differing(record, [replace(GATEWAY, version=f"{n}.5") for n in range(4)])[0] == []


def test_a_supplier_beside_the_record_is_asked_by_decide(a_record: Build, an_object: Build) -> None:
    record = a_record([an_object({"version": "1.0", "lessThan": "2.0"})])
    claim = replace(record.containers[0], kind="supplier", source="Example")
    assert row_of(replace(record, containers=(*record.containers, claim)))[1] & LONG


def test_a_long_list_of_single_versions_has_a_row(a_record: Build, an_object: Build) -> None:
    row = row_of(a_record([an_object(*({"version": f"1.{n}.0"} for n in range(300)), default="unaffected")]))
    assert len(row[6].split(b"\n")) == 1
    assert ASK in orjson.loads(row[5]).values()


def test_flags_say_what_the_record_is(a_record: Build, an_object: Build) -> None:
    record = a_record([an_object({"version": "1.0"})])
    assert row_of(replace(record, state="REJECTED"))[1] & REJECTED
    assert row_of(replace(record, tags=("disputed",)))[1] & DISPUTED


def shelved(
    records: Sequence[Advisory], installs: Sequence[Install], shelf: Memory, overrides: Overrides
) -> tuple[set[Any], list[str]]:
    """The findings by way of a shelf, and the records that had to be read for them."""
    by_id, found, asked = {r.cve: r for r in records}, {}, []
    for record in records:
        for vendor, product in sorted(product_names(record)):
            found.setdefault(product, {}).setdefault(vendor, []).append(record.cve)
    naming = overrides.naming(lambda product: {v: tuple(cves) for v, cves in found.get(product, {}).items()})

    def reading(cves: Sequence[str]) -> list[Advisory]:
        asked.extend(cves)
        return [by_id[cve] for cve in cves if cve in by_id]

    named = [names(install, naming=naming) for install in installs]
    findings = match_shelved(installs, named=named, naming=naming, overrides=overrides, shelf=shelf, records=reading)
    told_of = list(findings)
    assert len(set(map(repr, told_of))) == len(told_of)
    expected = match_all([r for r in records if r.state != "REJECTED"], installs=installs, overrides=overrides, named=named)
    assert set(map(repr, told_of)) == set(map(repr, expected))
    return {(finding.cve, finding.verdict.value) for finding in told_of}, asked


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    things=st.lists(st.lists(thing, min_size=1, max_size=3), min_size=1, max_size=3),
    vendors=st.lists(st.sampled_from(["Example", "Another", "n/a"]), min_size=1, max_size=3),
    versions=st.lists(version, min_size=1, max_size=5),
    whose=st.sampled_from(["Example", ""]),
    states=st.lists(st.sampled_from(["PUBLISHED", "REJECTED"]), min_size=3, max_size=3),
    default=status,
)
def test_a_shelf_gives_the_findings_of_match_all_first_and_again(
    a_record: Build, things: Any, vendors: list[str], versions: list[str], whose: str, states: list[str], default: str
) -> None:
    objects = [
        [one | {"vendor": vendors[n % len(vendors)], "defaultStatus": default} for one in same] for n, same in enumerate(things)
    ]
    records = [a_record(same, cve=f"CVE-2030-000{n}", state=states[n]) for n, same in enumerate(objects)]
    cpe = "cpe:2.3:a:another:gateway:*:*:*:*:*:*:*:*"
    installs = [
        Install(asset_id=f"a{n}", vendor=whose if n % 3 else "Example", product="Gateway", version=v, cpe=cpe if n % 2 else "")
        for n, v in enumerate(versions)
    ]
    shelf = Memory()
    first, _ = shelved(records, installs, shelf, Overrides())
    again, asked = shelved(records, installs, shelf, Overrides())
    assert again == first
    assert shelved(records, [*installs, replace(installs[0], version="7.7.7")], shelf, Overrides())[0] >= first
    assert set(asked) <= {record.cve for record in records if len(product_names(record)) == 0} or whose == ""


def test_an_override_is_asked_before_the_shelf_and_never_kept_on_it(a_record: Build) -> None:
    affected = [{"vendor": "Ivanti", "product": "Endpoint Manager Mobile", "defaultStatus": "affected"}]
    epmm = Install(asset_id="mdm-01", vendor="Ivanti", product="Endpoint Manager Mobile", version="12.4.0.2")
    records, shelf = [a_record(affected, cve="CVE-2025-4427")], Memory()
    assert shelved(records, [epmm], shelf, Overrides())[0] == {("CVE-2025-4427", "affected")}
    found, asked = shelved(records, [epmm], shelf, Overrides.load())
    assert found == {("CVE-2025-4427", "not_affected")}
    assert "CVE-2025-4427" not in asked
    assert shelved(records, [epmm], shelf, Overrides())[0] == {("CVE-2025-4427", "affected")}


def test_names_that_lead_to_different_objects_of_one_record_are_left_to_decide(a_record: Build, an_object: Build) -> None:
    one = an_object({"version": "1.0", "lessThan": "2.0"}, default="unaffected")
    other = an_object({"version": "1.0", "lessThan": "5.0"}, default="unaffected") | {"vendor": "Another"}
    both = Install("a", "Gateway", "3.0", vendor="Example", cpe="cpe:2.3:a:another:gateway:*:*:*:*:*:*:*:*")
    shelf = Memory()
    for _ in range(2):
        assert shelved([a_record([one, other])], [both], shelf, Overrides())[0] == {("CVE-2030-0001", "affected")}


def test_what_several_vendors_have_needs_no_record_once_each_has_a_row(a_record: Build, an_object: Build) -> None:
    entry = {"version": "1.0", "lessThan": "2.0"}
    objects = [an_object(entry), an_object(entry) | {"vendor": "Another"}, an_object(entry) | {"vendor": "Another"}]
    states, tags = ("PUBLISHED", "PUBLISHED", "REJECTED"), ((), ("disputed",), ())
    records = [
        replace(a_record([one], cve=f"CVE-2030-000{n}", state=states[n]), tags=tags[n]) for n, one in enumerate(objects, start=0)
    ]
    installs = [Install("a", "Gateway", "1.5"), Install("b", "Gateway", "1.5", vendor="Example")]
    installs += [Install("c", "Gateway", "1.5", vendor="Another")]
    shelf = Memory()
    first, _ = shelved(records, installs, shelf, Overrides())
    shelf.known.clear()
    again, asked = shelved(records, installs, shelf, Overrides())
    assert again == first
    assert asked == []
