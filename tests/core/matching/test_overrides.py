"""Overrides: reviewed data that refuses to load when it is malformed or contradicts itself."""

import json
from pathlib import Path
from typing import Any

import pytest

from wardround.core.matching import Answer, Overrides, Subject
from wardround.core.matching._branches import Branches, branch_answer
from wardround.core.matching._product_branches import NEWER
from wardround.core.vocab import BadInput

FACT: dict[str, Any] = {
    "id": "a-fact",
    "cves": ["CVE-2030-0001", "CVE-2030-0002"],
    "vendor": "Example",
    "product": "Gateway",
    "kind": "branch-fixes",
    "branch_parts": 2,
    "version_parts": 3,
    "fixed": ["1.2.3", "2.0.1"],
    "author": "A. Person (fictitious)",
    "source": "https://vendor.example/advisory",
    "date": "2030-05-13",
    "reason": "The record lists one branch only.",
}


def loaded(*facts: Any) -> Overrides:
    return Overrides().adding((f"{n}.json", json.dumps(fact).encode()) for n, fact in enumerate(facts))


def deciding(overrides: Overrides, cve: str = "CVE-2030-0001") -> str | None:
    found = overrides.of(cve, vendors=("example",), product="gateway")
    return found.override.id if found else None


def test_the_bundled_ones_load() -> None:
    every = Overrides.load().all
    assert {"ivanti-epmm-2025", "palo-alto-pan-os-2024-3400", "cisco-asa-2025-20362"} <= {o.id for o in every}
    assert all(o.author == "The Wardround project" and o.source.startswith("https://") and o.reason.endswith(".") for o in every)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "Not An Id"},
        {"cves": []},
        {"cves": ["CVE-2030-1", "x"]},
        {"cves": "CVE-2030-0001"},
        {"kind": "guess"},
        {"vendor": "  "},
        {"author": ""},
        {"source": None},
        {"reason": 3},
        {"date": "13 May"},
        {"revision": 0},
        {"fixed": []},
        {"fixed": ["1.2"]},
        {"fixed": ["1.2.x"]},
        {"fixed": ["1.2.3", "1.2.4"]},
        {"branch_parts": 4},
        {"branch_parts": None},
        {"supersedes": "other"},
        {"confirmed": "https://vendor.example/advisory"},
        {"confirmed": {"by": [], "on": "2030-05-13"}},
        {"confirmed": {"by": ["the vendor's advisory"], "on": "2030-05-13"}},
        {"confirmed": {"by": ["https://vendor.example/advisory"]}},
        {"confirmed": {"by": ["https://vendor.example/advisory"], "on": 2030}},
        {"unconfirmed": True},
        {"unconfirmed": "nobody looked", "confirmed": {"by": ["https://vendor.example/advisory"], "on": "2030-05-13"}},
        {"kind": "statement"},
        {"kind": "statement", "statement": {"versions": [{"status": "fine"}]}},
        {"kind": "statement", "statement": {"versions": [3]}},
        {"kind": "statement", "statement": {"defaultStatus": "safe"}},
        {"kind": "statement", "statement": {"defaultStatus": ["affected"]}},
    ],
)
def test_a_malformed_one_is_refused_with_its_file_and_place(change: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match=r"0\.json /"):
        loaded(FACT | change)


@pytest.mark.parametrize("raw", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b"3", b"[3]", b"null"])
def test_what_is_no_override_at_all_is_refused(raw: bytes) -> None:
    with pytest.raises(BadInput, match=r"a\.json"):
        Overrides().adding([("a.json", raw)])


def test_two_that_decide_the_same_are_refused_and_both_named() -> None:
    with pytest.raises(BadInput) as refused:
        loaded(FACT, FACT | {"id": "b-fact", "vendor": " EXAMPLE", "cves": ["CVE-2030-0002"], "fixed": ["3.0.0"]})
    assert all(part in str(refused.value) for part in ("a-fact", "0.json", "b-fact", "1.json", "CVE-2030-0002"))


def test_the_same_id_twice_is_refused() -> None:
    with pytest.raises(BadInput, match=r"used twice.*0\.json"):
        loaded(FACT, FACT | {"cves": ["CVE-2030-0009"]})


def test_one_that_supersedes_takes_the_place_of_the_other_only_where_it_speaks() -> None:
    newer = FACT | {"id": "b-fact", "cves": ["CVE-2030-0002"], "supersedes": ["a-fact"], "date": "2030-06-01"}
    assert deciding(loaded(FACT, newer), "CVE-2030-0002") == "b-fact"
    assert deciding(loaded(FACT, newer), "CVE-2030-0001") == "a-fact"


def test_before_the_newer_one_was_stated_the_older_one_decides() -> None:
    from datetime import date

    newer = FACT | {"id": "b-fact", "supersedes": ["a-fact"], "date": "2030-06-01"}
    both = loaded(FACT, newer)
    assert [deciding(both.as_of(date(2030, m, d))) for m, d in ((5, 12), (5, 31), (6, 1))] == [None, "a-fact", "b-fact"]


def test_two_that_supersede_each_other_are_refused() -> None:
    with pytest.raises(BadInput, match="both decide"):
        loaded(FACT | {"supersedes": ["b-fact"]}, FACT | {"id": "b-fact", "supersedes": ["a-fact"]})


BRANCHED = {key: value for key, value in FACT.items() if key not in ("branch_parts", "version_parts", "fixed")} | {
    "id": "c-fact",
    "kind": "product-branches",
    "form": "pan-os",
    "branches": [{"branch": "10.2", "fixed": "10.2.9-h1"}, {"branch": "9.1", "status": "affected", "note": "end of life"}],
    "newer": "unaffected",
    "otherwise": "unknown",
}


@pytest.mark.parametrize(
    "change",
    [
        {"form": "guess"},
        {"branches": []},
        {"branches": "10.2"},
        {"branches": [{"branch": "10.2"}]},
        {"branches": [{"branch": "10.2", "fixed": "10.2.9-h1", "status": "affected"}]},
        {"branches": [{"branch": "10.2", "fixed": "10.3.1"}]},
        {"branches": [{"branch": "10.2", "fixed": "10.2"}]},
        {"branches": [{"branch": "ten", "fixed": "10.2.9"}]},
        {"branches": [{"branch": "10.2", "status": "mitigated"}]},
        {"branches": [{"branch": "10.2", "fixed": "10.2.9", "below": "unaffected"}]},
        {"branches": [{"branch": "10.2", "fixed": "10.2.9", "since": "10.1.0"}]},
        {"branches": [{"branch": "10.2", "fixed": "10.2.9", "before": "unknown"}]},
        {"branches": [{"branch": "10.2", "fixed": "10.2.9", "since": "10.2.1", "before": "not yet"}]},
        {"branches": [{"branch": "10.2", "fixed": "10.2.9", "unconfirmed": True}]},
        {"branches": [{"branch": "10.2", "fixed": "10.2.9", "workaround": "off"}]},
        {"branches": [{"branch": "10.2", "fixed": "10.2.9"}, {"branch": "10.2", "status": "affected"}]},
        {"branches": [{"branch": "10.2", "fixed": 3}]},
        {"branches": [3]},
        {"newer": "fixed"},
        {"newer": None},
        {"otherwise": ["affected"]},
        {"workaround": 3},
        {"also": [["Example"]]},
        {"also": "Gateway"},
        {"also": [["Example", " "]]},
    ],
)
def test_a_branch_list_that_contradicts_itself_is_refused(change: dict[str, Any]) -> None:
    assert deciding(loaded(BRANCHED)) == "c-fact"
    with pytest.raises(BadInput, match=r"0\.json /"):
        loaded(BRANCHED | change)


def test_two_of_different_kinds_that_decide_the_same_are_refused_and_both_named() -> None:
    with pytest.raises(BadInput) as refused:
        loaded(FACT, BRANCHED)
    assert all(part in str(refused.value) for part in ("a-fact", "c-fact", "CVE-2030-0001"))


def test_two_that_meet_under_a_further_name_are_refused() -> None:
    with pytest.raises(BadInput, match="both decide"):
        loaded(FACT, BRANCHED | {"product": "Another", "also": [["EXAMPLE", "gateway"]]})


def test_a_further_name_finds_it_and_the_record_that_does_not_name_the_product() -> None:
    both = loaded(BRANCHED | {"also": [["", "The Gateway"]]})
    found = both.of("CVE-2030-0001", vendors=("",), product="the gateway")
    assert found
    assert found.override.id == "c-fact"
    naming = both.naming(lambda product: {"other": ["CVE-2030-0009"]} if product == "gateway" else {})
    assert naming("gateway") == {"other": ("CVE-2030-0009",), "example": ("CVE-2030-0001", "CVE-2030-0002")}
    assert naming("the gateway") == {"": ("CVE-2030-0001", "CVE-2030-0002")}
    assert naming("unheard of") == {}


def test_a_branch_list_speaks_from_its_day_on() -> None:
    from datetime import date

    assert deciding(loaded(BRANCHED).as_of(date(2030, 5, 12))) is None
    assert deciding(loaded(BRANCHED).as_of(date(2030, 5, 13))) == "c-fact"


def answered(fact: dict[str, Any], version: str) -> Answer:
    found = loaded(fact).of("CVE-2030-0001", vendors=("example",), product="gateway")
    assert found
    return found.answer(Subject(("example",), "gateway", version))


def test_what_nothing_confirms_makes_a_not_affected_assumed_and_leaves_an_affected_as_it_is() -> None:
    sure, unsure = FACT, FACT | {"unconfirmed": "the vendor's page could not be read."}
    assert [answered(fact, "1.2.3").verdict for fact in (sure, unsure)] == ["not_affected"] * 2
    assert answered(sure, "1.2.3").assumed == ()
    said = "That this fact holds was not confirmed by anything published: the vendor's page could not be read."
    assert answered(unsure, "1.2.3").assumed == (said,)
    assert answered(unsure, "1.2.2").assumed == ()
    stated = {"defaultStatus": "affected", "versions": [{"version": "1.0.0", "status": "unaffected"}]}
    bare = {key: value for key, value in unsure.items() if key not in ("branch_parts", "version_parts", "fixed")}
    assert answered(bare | {"kind": "statement", "statement": stated}, "1.0.0").assumed == (said,)


@pytest.mark.parametrize("version", ["10.2.9-h1", "10.2.12"])
def test_a_branch_whose_fix_nothing_confirms_makes_only_its_own_answers_assumed(version: str) -> None:
    doubted = [{"branch": "10.2", "fixed": "10.2.9-h1", "unconfirmed": "press only."}, {"branch": "10.1", "fixed": "10.1.3"}]
    said = ("That 10.2.9-h1 has the fix was not confirmed by anything published: press only.",)
    assert answered(BRANCHED | {"branches": doubted}, version).assumed == said
    assert answered(BRANCHED | {"branches": doubted}, "10.1.3").assumed == ()
    assert answered(BRANCHED | {"branches": doubted}, "10.2.9").verdict == "affected"


def test_a_branch_newer_than_all_that_the_vendor_lists_is_assumed_to_hold_the_fix() -> None:
    assert (answered(BRANCHED, "11.0.0").verdict, answered(BRANCHED, "11.0.0").assumed) == ("not_affected", (NEWER,))


@pytest.mark.parametrize(("before", "verdict"), [({}, "not_affected"), ({"before": "unknown"}, "unknown")])
def test_below_the_first_version_with_the_fault_the_fact_says_what_is_true(before: dict[str, str], verdict: str) -> None:
    branches = [{"branch": "10.2", "fixed": "10.2.9", "since": "10.2.4", **before}]
    shown = [answered(BRANCHED | {"branches": branches}, v).verdict for v in ("10.2.3", "10.2.4", "10.2.9", "10.2")]
    assert shown == [verdict, "affected", "not_affected", "unknown"]


def test_an_installations_folder_adds_its_own(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps([FACT]))
    (tmp_path / "notes.txt").write_text("not an override")
    assert deciding(Overrides.load(folder=tmp_path)) == "a-fact"
    assert deciding(Overrides.load(folder=tmp_path / "absent")) is None


BRANCHES = Branches(((1, 2, 3), (2, 0, 1)), branch_parts=2, version_parts=3)


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ("1.2.2", "affected"),
        ("1.2.3", "not_affected"),
        ("1.3.9", "affected"),
        ("2.0.0", "affected"),
        ("2.0.1", "not_affected"),
        ("2.1.0", "not_affected"),
        ("3", "not_affected"),
        ("1", "unknown"),
        ("1.3", "affected"),
        ("0", "affected"),
        ("2", "unknown"),
        ("1.2", "unknown"),
        ("", "unknown"),
        ("2.0-rc1", "unknown"),
    ],
)
def test_fixed_at_its_branchs_fix_or_above_the_newest_branch(version: str, verdict: str) -> None:
    assert branch_answer(BRANCHES, version=version)[0] == verdict
