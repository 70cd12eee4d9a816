"""A second matcher, written row by row from the CVE schema's versions.md, agrees on random records of plain versions."""

import json
import re
from collections.abc import Callable
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from univers.versions import SemverVersion

from wardround.core.matching import Answer, Overrides, Subject, decide
from wardround.core.matching._orders import order_of

NAMES = {"vendor": "Example", "product": "Gateway"}
SAID = {"affected": "affected", "unaffected": "not_affected", "unknown": "unknown"}
Says = Callable[..., Answer]


def parts(version: str) -> list[int]:
    """Three numbers; `*` is larger than any."""
    numbers = [10**9 if part == "*" else int(part) for part in version.split(".")]
    filler = 10**9 if version.endswith("*") else 0
    return (numbers + [filler] * 3)[:3]


def row_by_row(affected: dict[str, Any], version: str) -> str:
    """The schema's own loop: the first row that holds the version, then its changes; else the default; else the convention."""
    at, ends = parts(version), []
    for row in affected["versions"]:
        start = parts(row["version"])
        end = row.get("lessThan") or row.get("lessThanOrEqual")
        if end is None:
            if at == start:
                return SAID[row["status"]]
            continue
        if row["status"] == "affected" and end != "*":
            ends.append(end)
        inside = start <= at and (at < parts(end) if "lessThan" in row else at <= parts(end))
        if inside:
            status = row["status"]
            if any(parts(c["at"]) < start and c["status"] != status for c in row.get("changes", [])):
                return "not_evaluable"
            for change in sorted(row.get("changes", []), key=lambda c: parts(c["at"])):
                status = change["status"] if parts(change["at"]) <= at else status
            return SAID[status]
    if "defaultStatus" in affected:
        return SAID[affected["defaultStatus"]]
    rows = [row for row in affected["versions"] if row["status"] == "affected"]
    past = all(_past(row, at) for row in rows)
    return "not_affected" if ends and past else "unknown"


def _past(row: dict[str, Any], at: list[int]) -> bool:
    if "lessThan" in row:
        return row["lessThan"] != "*" and at >= parts(row["lessThan"])
    return at > parts(row.get("lessThanOrEqual") or row["version"])


number = st.integers(0, 3).map(str)
version = st.lists(number, min_size=1, max_size=3).map(".".join)
status = st.sampled_from(["affected", "unaffected", "unknown"])


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    row: dict[str, Any] = {"version": draw(version), "versionType": "semver", "status": draw(status)}
    if draw(st.booleans()):
        return row
    above = version.filter(lambda v: parts(v) > parts(row["version"]))
    series = version.filter(lambda v: v.count(".") < 2).map(lambda v: f"{v}.*").filter(lambda v: parts(v) > parts(row["version"]))
    end = "*" if parts(row["version"]) == [3, 3, 3] else draw(st.one_of(above, series, st.just("*")))
    row[draw(st.sampled_from(["lessThan", "lessThanOrEqual"]))] = end
    if draw(st.booleans()):
        steps = draw(st.lists(version, max_size=3, unique_by=lambda v: tuple(parts(v))))
        row["changes"] = [{"at": at, "status": draw(status)} for at in sorted(steps, key=parts)]
    return row


@st.composite
def objects(draw: st.DrawFn) -> dict[str, Any]:
    default = draw(st.sampled_from([{}, *({"defaultStatus": s} for s in SAID)]))
    return NAMES | default | {"versions": draw(st.lists(rows(), max_size=4))}


@settings(max_examples=600, deadline=None)
@given(affected=objects(), asked=version)
def test_the_two_agree(says: Says, affected: dict[str, Any], asked: str) -> None:
    assume(not says_again(affected))
    assert says(affected, version=asked).verdict == row_by_row(affected, asked)


def says_again(affected: dict[str, Any]) -> bool:
    """Changes that say the same twice are fixes of several branches, which row by row knows nothing of."""
    stated = [[c["status"] for c in row.get("changes", []) if c["status"] != row["status"]] for row in affected["versions"]]
    return any(len(set(said)) < len(said) for said in stated)


@settings(max_examples=300, deadline=None)
@given(affected=objects(), asked=version)
def test_the_plain_order_of_custom_says_nothing_else_where_it_decides(says: Says, affected: dict[str, Any], asked: str) -> None:
    """Under `custom` a version is the same or *unknown* (too coarse), never the opposite."""
    assume(not says_again(affected))
    loose = affected | {"versions": [row | {"versionType": "custom"} for row in affected["versions"]]}
    exact = f"{asked}.0.0.0"
    found = says(loose, version=exact).verdict.value
    assert found in (row_by_row(affected, asked), "unknown")


def listed(affected: dict[str, Any], asked: str) -> bool:
    """Whether a bound is the version itself, zeros at the end aside: then it means that one, and no coarser thing."""
    bounds = re.findall(r'"([0-9.]+)[.*]*"', json.dumps(affected))
    return any(bound.rstrip(".0") == asked.rstrip(".0") for bound in bounds)


@settings(max_examples=300, deadline=None)
@given(affected=objects(), coarse=version, rest=st.lists(number, min_size=1, max_size=2))
def test_a_coarse_version_never_contradicts_what_it_may_stand_for(
    says: Says, affected: dict[str, Any], coarse: str, rest: list[str]
) -> None:
    loose = affected | {"versions": [row | {"versionType": "custom"} for row in affected["versions"]]}
    known, exact = says(loose, version=coarse).verdict, says(loose, version=".".join([coarse, *rest])).verdict
    if known in ("affected", "not_affected") and not listed(loose, coarse):
        assert exact in (known, "unknown")


identifier = st.one_of(st.integers(0, 12).map(str), st.sampled_from(["alpha", "beta", "rc", "x-1", "A"]))
full_semver = st.builds(
    lambda numbers, pre, build: ".".join(map(str, numbers)) + ("-" + ".".join(pre) if pre else "") + ("+" + build if build else ""),
    st.tuples(*[st.integers(0, 12)] * 3),
    st.lists(identifier, max_size=3),
    st.sampled_from(["", "7", "exp.sha"]),
)


@settings(max_examples=400, deadline=None)
@given(one=full_semver, other=full_semver)
def test_semver_compares_as_univers_does(one: str, other: str) -> None:
    left, right = SemverVersion(one.split("+")[0]), SemverVersion(other.split("+")[0])
    expected = -1 if left < right else 1 if left > right else 0
    assert order_of("semver").position(one, other) == {expected}


any_text = st.one_of(version, st.text(max_size=40), st.sampled_from(["*", "n/a", "1.*", "< 2.0", "0", "1.0-rc1", "9" * 5000]))
any_row = st.dictionaries(
    st.sampled_from(["version", "status", "versionType", "lessThan", "lessThanOrEqual", "changes"]),
    st.one_of(
        any_text, st.none(), st.integers(), st.lists(st.dictionaries(st.sampled_from(["at", "status"]), any_text), max_size=3)
    ),
)
kinds = st.sampled_from(
    ["semver", "custom", "git", "maven", "python", "rpm", "deb", "npm", "gem", "apk", "nuget", "golang", "ebuild", ""]
)


@settings(max_examples=600, deadline=None)
@given(rows=st.lists(any_row, max_size=3), kind=kinds, asked=any_text, default=st.sampled_from([None, "affected", "unaffected"]))
def test_no_record_and_no_version_crashes_it(
    a_record: Callable[..., Any], rows: list[dict[str, Any]], kind: str, asked: str, default: str | None
) -> None:
    affected = NAMES | {"versions": [{"versionType": kind} | row for row in rows], "defaultStatus": default}
    answer = decide(a_record([affected]), Subject(("example",), "gateway", asked.strip()), overrides=Overrides())
    assert answer.reason.endswith(".")
    assert len(answer.reason) < 500
