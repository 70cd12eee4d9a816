"""What a record says may rest on more than its objects (its description, its date): sharing verdicts has to know of all of it.

Real records of products that many records name, one after the other on one set of versions, held against `decide`.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
import zstandard

from wardround.core.advisories import Advisory, fold, product_names, read_cve
from wardround.core.matching import Overrides, Subject, decide
from wardround.core.matching._bulk import CODES, Ranked, verdicts
from wardround.core.matching._record import Record
from wardround.core.matching._statement import asked_of, statement

AT = datetime(2027, 1, 1, tzinfo=UTC)
MOST, VERSIONS = 300, 8
BESIDE = (
    "",
    "see asset tag",
    "13.6",
    "12.7",
    "16.7.8",
)  # the last ones: where Apple's records cut an end that their prose has whole
PRODUCTS = {
    ("apple", "macos"): b'"macOS"',
    ("apple", "ios and ipados"): b'"iOS and iPadOS"',
    ("microsoft", "windows 10 version 22h2"): b'"Windows 10 Version 22H2"',
    ("microsoft", "microsoft visual studio 2022 version 17.8"): b"Visual Studio 2022 version 17.8",
    ("adobe", "acrobat reader"): b'"Acrobat Reader"',
    ("mozilla", "firefox"): b'"Firefox"',
    ("fortinet", "fortios"): b'"FortiOS"',
    ("juniper networks", "junos os"): b'"Junos OS"',
    ("oracle corporation", "mysql server"): b'"MySQL Server"',
}
Build = Callable[..., Any]


@pytest.fixture(scope="module")
def named(shared: Path) -> dict[tuple[str, str], list[Advisory]]:
    """The first records that name each product."""
    found: dict[tuple[str, str], list[Advisory]] = {name: [] for name in PRODUCTS}
    for line in lines(shared):
        lacking = [name for name, word in PRODUCTS.items() if len(found[name]) < MOST and word in line]
        advisory = fold([read_cve(line, where="a shared record")], at=AT) if lacking else None
        for name in lacking:
            if advisory and name in product_names(advisory):
                found[name].append(advisory)
    return found


def lines(shared: Path) -> Iterator[bytes]:
    for packed in sorted((shared / "cve").glob("cve-v5-*.jsonl.zst")):
        with packed.open("rb") as raw:
            yield from io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(raw))


def stated(advisory: Advisory, name: tuple[str, str]) -> Iterator[str]:
    """The versions that a record writes of a product."""
    blank, record = Subject((name[0],), name[1], ""), Record(advisory)
    for place in range(len(advisory.containers)):
        for at in record.places(place, blank):
            for row in advisory.containers[place].affected[at].get("versions", []):
                yield from (str(row[key]) for key in ("version", "lessThan", "lessThanOrEqual") if key in row)


@pytest.mark.parametrize("name", PRODUCTS, ids=lambda name: name[1])
def test_real_records_one_after_the_other_equal_decide(named: dict[tuple[str, str], list[Advisory]], name: tuple[str, str]) -> None:
    assert len(named[name]) > 2
    every = sorted({version for advisory in named[name] for version in stated(advisory, name)})
    chosen = Random(7).sample(every, min(VERSIONS, len(every)))
    ranked = Ranked(Subject((name[0],), name[1], version) for version in dict.fromkeys([*BESIDE, *chosen]))
    for advisory in named[name]:
        one_by_one = [decide(advisory, subject, overrides=Overrides()).verdict for subject in ranked.subjects]
        assert [CODES[code] for code in verdicts(advisory, ranked, overrides=Overrides())] == one_by_one, advisory.cve


BLANK = Subject(("example",), "gateway", "")


def test_prose_and_source_files_are_no_part_of_a_statement(a_record: Build, an_object: Build) -> None:
    one, other = (a_record([an_object({"version": "1"}, programFiles=[name])], cve=f"CVE-2030-{name}") for name in ("0001", "0002"))
    asked = asked_of(BLANK)
    assert statement(Record(one), BLANK, asked) == statement(Record(replace(other, title="Other")), BLANK, asked)


def test_objects_of_other_products_are_no_part_of_it(a_record: Build, an_object: Build) -> None:
    own, other = an_object({"version": "1"}), an_object({"version": "1"}, product="Portal")
    asked = asked_of(BLANK)
    assert statement(Record(a_record([own, other])), BLANK, asked) == statement(Record(a_record([own])), BLANK, asked)


@pytest.mark.parametrize("change", [{"defaultStatus": "affected"}, {"platforms": ["Windows"]}, {"cpes": ["x"]}, {"modules": ["m"]}])
def test_everything_else_of_its_objects_is(a_record: Build, an_object: Build, change: dict[str, Any]) -> None:
    asked = asked_of(BLANK)
    one, other = a_record([an_object({"version": "1"})]), a_record([an_object({"version": "1"}) | change])
    assert statement(Record(one), BLANK, asked) != statement(Record(other), BLANK, asked)


def test_the_same_words_in_another_container_are_another_statement(a_record: Build, an_object: Build) -> None:
    said, asked = an_object({"version": "1"}), asked_of(BLANK)
    assert statement(Record(a_record([said], [])), BLANK, asked) != statement(Record(a_record([], [said])), BLANK, asked)
