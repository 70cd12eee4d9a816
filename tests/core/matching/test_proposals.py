"""Text that the fixed grammar does not read becomes a proposal with its words and its place, and decides nothing (FACTS 9)."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.advisories import Advisory, fold, read_cve
from wardround.core.matching import Answer, Overrides
from wardround.core.matching._free_text import drafted
from wardround.core.matching._proposals import proposals, ranked
from wardround.core.matching._text import read
from wardround.core.vocab import BadInput

AT = datetime(2026, 11, 1, tzinfo=UTC)
ARecord = Callable[..., Advisory]
AnObject = Callable[..., dict[str, Any]]


def ends(text: str, **more: str) -> list[str]:
    """Each drafted entry as `start..end`: `)` leaves the end out, `]` takes it in; `!` is unaffected."""
    shown = []
    for entry in drafted(text, **more):
        end = (
            f"..{entry['lessThan']})"
            if "lessThan" in entry
            else f"..{entry['lessThanOrEqual']}]"
            if "lessThanOrEqual" in entry
            else ""
        )
        shown.append(("!" if entry["status"] == "unaffected" else "") + entry["version"] + end)
    return shown


@pytest.mark.parametrize(
    ("text", "draft"),
    [
        ("before 7.0 SP1", ["0..7.0 SP1)"]),
        ("8.0 U2 and earlier", ["0..8.0 U2]"]),
        ("V4.4.5 and prior", ["0..4.4.5]"]),
        ("All versions < V4.3.8", ["0..4.3.8)"]),
        ("All versions", ["0..*)"]),
        ("5.9.2.14-12o and older versions", ["0..5.9.2.14-12o]"]),
        ("versions V4.50 through V5.38", ["4.50..5.38]"]),
        ("4.50 through 5.36 Patch 2", ["4.50..5.36 Patch 2]"]),
        ("firmware version 7.4.9 and earlier", ["0..7.4.9]"]),
        ("4.1.0 - 4.1.7", ["4.1.0..4.1.7]"]),
        ("5.0.0.0 – v5.3.4.4, v5.4.0.0 – v5.6.0.20", ["5.0.0.0..5.3.4.4]", "5.4.0.0..5.6.0.20]"]),
        ("3.0, 4.0, 4.4", ["3.0", "4.0", "4.4"]),
        ("Fixed in 2.1.3 (Affected 2.0)", ["2.0", "!2.1.3..*)"]),
        ("fixed in 2.1.3 and later", ["!2.1.3..*)"]),
        ("from 1.2 up to but not including 1.9", ["1.2..1.9)"]),
        ("1.2 and later", ["1.2..*)"]),
        ("1.0 and 1.1", ["1.0", "1.1"]),
    ],
)
def test_what_a_sentence_probably_means(text: str, draft: list[str]) -> None:
    assert ends(text) == draft


def test_the_products_own_name_is_passed_over() -> None:
    assert ends("Connect 9000 before 3.1", product="Connect 9000") == ["0..3.1)"]
    assert ends("Connect 9000 before 3.1") == []


@pytest.mark.parametrize(
    "text",
    ["", "see the advisory", "Snapdragon 855 Mobile Platform", "before the fix", "3.x and some of 4", "1.0 & friends", "9" * 700],
)
def test_what_is_not_understood_in_every_part_gets_no_draft(text: str) -> None:
    assert ends(text) == []


@given(st.one_of(st.text(max_size=200), st.text("0123456789.,;-<>= ()vVandtofixebrg", max_size=80)))
def test_no_text_breaks_it_or_takes_long(text: str) -> None:
    assert all(set(entry) <= {"version", "lessThan", "lessThanOrEqual", "status"} for entry in drafted(text))


def test_words_become_a_proposal_with_their_place_and_the_rest_of_the_object(
    a_record: ARecord, an_object: AnObject, says: Callable[..., Answer]
) -> None:
    record = a_record([an_object({"version": "5.1"}, {"version": "4.0 SP2 and earlier"}, default="unaffected")])
    (one,) = proposals(record)
    assert one.texts == (("/containers/cna/affected/0/versions/1/version", "4.0 SP2 and earlier"),)
    assert one.entries == (
        {"version": "5.1", "status": "affected"},
        {"version": "0", "lessThanOrEqual": "4.0 SP2", "status": "affected"},
    )
    assert (one.cve, one.vendor, one.product, one.default) == ("CVE-2030-0001", "Example", "Gateway", "unaffected")
    assert says(record.containers[0].affected[0], version="3.0").verdict == "unknown"


@pytest.mark.parametrize("version", ["1.2.3", "1.2-rc1", ">= 1.0, < 2.0", "8.0.11 and prior", "n/a", "", "*", "12.x", "R81.20"])
def test_what_is_read_already_or_says_nothing_is_no_proposal(a_record: ARecord, an_object: AnObject, version: str) -> None:
    assert proposals(a_record([an_object({"version": version})])) == []


def test_a_version_of_a_product_that_writes_them_so_is_no_proposal(a_record: ARecord) -> None:
    affected = {
        "vendor": "n/a",
        "product": "VMware vCenter Server",
        "versions": [{"version": "8.0", "lessThan": "8.0 U3b", "status": "affected"}],
    }
    assert proposals(a_record([affected])) == []


def test_prose_of_the_description_counts_where_no_container_states_a_version(a_record: ARecord, an_object: AnObject) -> None:
    from dataclasses import replace

    silent, said = an_object({"version": "n/a"}), "An issue in Gateway before 4.1.2 and 5.0 through 5.3 lets anybody in."
    (one,) = proposals(replace(a_record([silent]), description=said))
    assert [text for _, text in one.texts] == ["before 4.1.2", "5.0 through 5.3"]
    assert proposals(replace(a_record([silent], [an_object({"version": "4.0"})]), description=said)) == []


def test_a_draft_is_refused_until_a_person_put_name_and_day_to_it(a_record: ARecord, an_object: AnObject) -> None:
    (one,) = proposals(a_record([an_object({"version": "4.0 to 4.9, 5.0 to 5.2"})]))
    for complete, missing in (({}, "date"), ({"date": "2030-05-20"}, "author"), ({"author": "A. Person (fictitious)"}, "date")):
        with pytest.raises(BadInput, match=f"'{missing}' must be"):
            Overrides().adding([("draft.json", json.dumps(one.draft | complete | {"source": "x"}).encode())])
    whole = one.draft | {"author": "A. Person (fictitious)", "date": "2030-05-20", "source": "https://vendor.example/7"}
    found = Overrides().adding([("whole.json", json.dumps(whole).encode())]).of(one.cve, vendors=("example",), product="gateway")
    from wardround.core.matching import Subject

    assert found
    verdicts = [found.answer(Subject(("example",), "gateway", v)).verdict.value for v in ("4.3", "4.9.1", "5.2")]
    assert verdicts == ["affected", "unknown", "affected"]


def test_the_one_that_decides_most_installs_comes_first_then_most_records(a_record: ARecord, an_object: AnObject) -> None:
    words = {"version": "3.0, 4.0 and some"}
    listed = [
        one
        for number, product in enumerate(["Rare", "Common", "Common", "Installed"])
        for one in proposals(a_record([an_object(words) | {"product": product}], cve=f"CVE-2030-000{number}"))
    ]
    rows = ranked(listed, installs={("example", "installed"): 7})
    assert [(one.product, installs, records) for one, installs, records in rows] == [
        ("Installed", 7, 1),
        ("Common", 0, 2),
        ("Common", 0, 2),
        ("Rare", 0, 1),
    ]


@pytest.mark.parametrize(
    "affected",
    [[3], [{"versions": 3}], [{"versions": [3, None, {"version": ["a b"]}]}], [{"product": 3, "versions": [{"version": "a b"}]}]],
)
def test_broken_objects_break_nothing(a_record: ARecord, affected: list[Any]) -> None:
    assert isinstance([one.draft for one in proposals(a_record(affected))], list)


def test_on_the_shared_records_no_proposal_stands_for_what_the_fixed_grammar_reads(shared: Path) -> None:
    """A part of the 44,130 records: every text of a proposal is unread, and those with a draft are many."""
    counts: Counter[str] = Counter()
    with (shared / "cve" / "cve-v5-to-2024-10.jsonl.zst").open("rb") as raw:
        lines = zstandard.ZstdDecompressor().stream_reader(raw).read(40_000_000).split(b"\n")[:-1]
    for number, line in enumerate(lines):
        advisory = fold([read_cve(line, where=str(number))], at=AT)
        for one in proposals(advisory) if advisory else ():
            counts["with a draft" if one.entries else "without"] += 1
            assert not any(read(text) for pointer, text in one.texts if "/versions/" in pointer)
    assert counts["with a draft"] > 300
    assert counts["without"] > 50
