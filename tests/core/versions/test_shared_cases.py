"""Every case of ../shared/data/versions/vers-spec-tests.tar.zst: equal, or listed here with what is wrong with it.

Three kinds of exception: the case's expectation is itself no valid VERS (clause 5.4: versions are unique, greater and
lesser alternate; 5.3.3: one constraint at least); it reads a native range otherwise than the ecosystem's own document;
or it states an order that the ecosystem has changed since.
"""

import io
import json
import tarfile
from collections import Counter
from functools import cmp_to_key
from pathlib import Path
from typing import Any

import pytest
import zstandard

from wardround.core.versions import Scheme, Vers, from_native, scheme_of
from wardround.core.vocab import BadInput

Case = dict[str, Any]

# native range -> (ours, why the case's own answer is not taken). Empty: refused.
INVALID_VERS = "the case's answer is refused by the specification that it tests, clause 5.4"
NATIVE = {
    ("conan", ""): ("", "`vers:conan/` has no constraint, and clause 5.3.3 asks for one or more"),
    ("conan", "<0.33.1||>0.33.1 <0.34.1"): ("vers:conan/!=0.33.1|<0.34.1", INVALID_VERS),
    ("nginx", "1.5.0+, 1.4.1+"): ("vers:nginx/>=1.4.1", INVALID_VERS),
    ("npm", "2.0.x || 2.1.x"): ("vers:npm/>=2.0.0|<2.2.0", INVALID_VERS),
    ("npm", "<2.0.1 || <1.1.7"): ("vers:npm/<2.0.1", INVALID_VERS),
    ("npm", "<2.0.18 || <3.0.16 || <3.1.6 || <4.0.8 || <5.0.0-beta.5"): ("vers:npm/<5.0.0-beta.5", INVALID_VERS),
    ("npm", ">= 5.2.1 <= 6.0.0 || >=6.0.0 <= 6.0.2"): ("vers:npm/>=5.2.1|<=6.0.2", INVALID_VERS),
    ("npm", "^2.0.18 || ^3.0.16 || ^3.1.6 || ^4.0.8 || ^5.0.0-beta.5"): (
        "vers:npm/>=2.0.18|<3.0.0|>=3.0.16|<4.0.0|>=4.0.8|<6.0.0",
        INVALID_VERS,
    ),
    ("npm", ">= 0.2.0 <= 0.9.6 || ~0.8.0-pre"): ("vers:npm/>=0.2.0|<=0.9.6", INVALID_VERS),
    ("npm", ">=5.0.3 >=4.2.1"): ("vers:npm/>=5.0.3", INVALID_VERS),
    ("npm", ">= 2.2.x"): ("vers:npm/>=2.2.0", "node-semver, X-Ranges: `>=2.2.x` has no upper end"),
    ("npm", ">= 1.x"): ("vers:npm/>=1.0.0", "node-semver, X-Ranges: `>=1.x` has no upper end"),
    ("npm", "<= 1.0"): ("vers:npm/<1.1.0", "node-semver, X-Ranges: `1.0` is `1.0.x`, and `<=` reaches to its end"),
    ("npm", "<=2.1 >=1.1"): ("vers:npm/>=1.1.0|<2.2.0", "node-semver, X-Ranges: `2.1` is `2.1.x`, and `<=` reaches to its end"),
    ("npm", "2.1 || 2.6"): (
        "vers:npm/>=2.1.0|<2.2.0|>=2.6.0|<2.7.0",
        "node-semver, X-Ranges: a partial version is an X-Range",
    ),
    ("npm", "1.1.2 1.2.2"): ("", "node-semver, Ranges: comparators side by side must all hold, and no version is both"),
}

# Maven 3.9 (MNG-7644) reads `.a` as `-a`, so 2.0.a is 2-a, which is below 2-1; its own test lists 2.0 < 2.0.a < 2-1.
MAVEN_3_9 = {frozenset({"2-1", "2.0.a"}), frozenset({"2-1", "2.0.0.a"}), frozenset({"2.0.a", "2.0.0.a"})}

# The case sorts `1.0.0-BETA` and expects `1.0.0-beta` in its place: the same version, but not a text that was given.
NUGET_REWRITTEN = {"1.0.0-BETA", "1.0.0-BETA.X.y.5.77.0+AA", "1.0.0-BETA.X.y.5.79.0+AA"}


@pytest.fixture(scope="module")
def cases(shared: Path) -> list[Case]:
    packed = (shared / "versions" / "vers-spec-tests.tar.zst").read_bytes()
    found: list[Case] = []
    with tarfile.open(fileobj=io.BytesIO(zstandard.ZstdDecompressor().stream_reader(packed).read())) as archive:
        for member in archive:
            if member.name.endswith(".json"):
                content = archive.extractfile(member)
                assert content
                found += json.loads(content.read())["tests"]
    return found


def known(name: str) -> Scheme:
    scheme = scheme_of(name)
    assert scheme, name
    return scheme


def in_order(scheme: Scheme, versions: list[str]) -> list[str]:
    return sorted(versions, key=cmp_to_key(lambda one, other: scheme.compare(one, other=other)))


def answer(case: Case) -> Any:
    """What we say to a case, in the form of its own `expected_output`."""
    given = case["input"]
    match case["test_type"]:
        case "comparison":
            return in_order(known(given["input_scheme"]), given["versions"])
        case "equality":
            return known(given["input_scheme"]).compare(given["versions"][0], other=given["versions"][1]) == 0
        case "containment":
            return Vers.read(given["vers"]).contains(given["version"])
        case "validate":
            return str(Vers.read(given))
        case "from_native":
            return refused_or(lambda: str(from_native(given["native_range"], scheme=given["scheme"])), "")
        case "parse":
            return refused_or(lambda: parts(Vers.parse(given)), None)
    raise AssertionError(case["test_type"])


def refused_or(act: Any, refused: Any) -> Any:
    try:
        return act()
    except BadInput:
        return refused


def parts(vers: Vers) -> Any:
    return {"scheme": vers.type, "version_constraints": [list(constraint) for constraint in vers.constraints]}


def is_listed(case: Case) -> bool:
    given = case["input"]
    if case["test_type"] == "from_native":
        return (given["scheme"], given["native_range"]) in NATIVE
    if case["test_type"] == "comparison" and given["input_scheme"] == "maven":
        return frozenset(given["versions"]) in MAVEN_3_9
    return case["test_type"] == "comparison" and bool(NUGET_REWRITTEN & set(given["versions"]))


def test_every_case_is_equal_or_listed(cases: list[Case]) -> None:
    wrong = [
        (c["input"], c.get("expected_output"), answer(c))
        for c in cases
        if not is_listed(c) and answer(c) != c.get("expected_output")
    ]
    assert wrong == []


def test_there_are_2701_cases_and_2675_of_them_are_equal(cases: list[Case]) -> None:
    counts = Counter("listed" if is_listed(case) else "equal" for case in cases)
    assert counts == {"equal": 2_675, "listed": 26}


def test_what_is_listed_is_needed_and_says_our_answer(cases: list[Case]) -> None:
    listed = [case for case in cases if is_listed(case)]
    assert all(answer(case) != case["expected_output"] for case in listed)
    native = {(c["input"]["scheme"], c["input"]["native_range"]): answer(c) for c in listed if c["test_type"] == "from_native"}
    assert native == {given: ours for given, (ours, _) in NATIVE.items()}


def test_what_is_listed_as_invalid_is_refused_by_the_strict_reading(cases: list[Case]) -> None:
    for case in cases:
        given = case["input"]
        if case["test_type"] == "from_native" and NATIVE.get((given["scheme"], given["native_range"]), ("", ""))[1] == INVALID_VERS:
            with pytest.raises(BadInput):
                Vers.parse(case["expected_output"])


def test_the_rewritten_nuget_versions_are_the_same_versions(cases: list[Case]) -> None:
    nuget = known("nuget")
    rewritten = [case for case in cases if is_listed(case) and case["input"].get("input_scheme") == "nuget"]
    assert len(rewritten) == 4
    for case in rewritten:
        assert [nuget.key(v) for v in answer(case)] == [nuget.key(v) for v in case["expected_output"]]


def test_every_range_that_we_make_of_a_native_one_is_canonical(cases: list[Case]) -> None:
    for case in cases:
        if case["test_type"] == "from_native" and (made := answer(case)):
            assert str(Vers.parse(made)) == made
