"""Real records: a seeded sample, each at and around its own boundaries. `pytest -m` is not needed: it takes seconds."""

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
import zstandard

from wardround.core.advisories import Advisory, fold, read_cve
from wardround.core.matching import Overrides, Subject, decide
from wardround.core.matching._names import names_of
from wardround.core.vocab import Verdict

AT = datetime(2027, 1, 1, tzinfo=UTC)
EVERY = 60


@pytest.fixture(scope="module")
def records(shared: Path) -> list[Advisory]:
    """One in sixty of the shared records, by a seed."""
    chance = Random(20250513)
    with (shared / "cve" / "cve-v5-to-2024-10.jsonl.zst").open("rb") as packed:
        lines = io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(packed))
        sample = [line for line in lines if chance.randrange(EVERY) == 0]
    read = (fold([read_cve(line, where="")], at=AT) for line in sample)
    return [advisory for advisory in read if advisory]


def around(bound: str) -> Iterator[str]:
    """A bound, the numbers just below and above it, one part more and one part less."""
    yield bound
    numbers = list(re.finditer(r"\d{1,9}", bound))
    if numbers:
        last = numbers[-1]
        yield from (bound[: last.start()] + str(max(0, int(last[0]) + step)) + bound[last.end() :] for step in (-1, 1))
        yield f"{bound}.1"
        yield bound[: last.start()].rstrip(".")


def asked(record: Advisory) -> Iterator[tuple[Subject, dict[str, Any]]]:
    for container in record.containers:
        for affected in container.affected[:5]:
            versions = [v for v in affected.get("versions", [])[:4] if isinstance(v, dict)]
            bounds = [str(v[key]) for v in versions for key in ("version", "lessThan", "lessThanOrEqual") if key in v]
            for vendor, product in list(names_of(affected))[:1]:
                for version in dict.fromkeys(("", "x", *(near for bound in bounds for near in around(bound)))):
                    yield Subject((vendor,), product, version.strip()), dict(affected)


def test_every_answer_has_a_short_reason_and_an_entry_that_exists(records: list[Advisory]) -> None:
    assert len(records) > 500
    overrides = Overrides.load()
    for record in records:
        for subject, _ in asked(record):
            answer = decide(record, subject, overrides=overrides)
            assert answer.reason.endswith("."), (record.cve, subject)
            assert len(answer.reason) < 500, (record.cve, subject)
            assert all(len(sentence) < 400 for sentence in answer.assumed)
            cve, pointer = answer.decided_by.split(" ", 1)
            if cve != "override":
                assert cve == record.cve
                assert pointer.startswith("/containers/"), (record.cve, subject)


def test_a_version_that_is_not_stated_is_never_not_affected_unless_all_are(records: list[Advisory]) -> None:
    for record in records:
        for subject, _ in asked(record):
            if not subject.version:
                answer = decide(record, subject, overrides=Overrides())
                assert answer.verdict is not Verdict.NOT_AFFECTED or "affected" not in statuses(record, subject), record.cve


def statuses(record: Advisory, subject: Subject) -> set[str]:
    """Every status that the record's objects of this product state."""
    objects = [a for c in record.containers for a in c.affected if (subject.vendors[0], subject.product) in set(names_of(a))]
    rows = [row for affected in objects for row in affected.get("versions", [])]
    text = json.dumps([[a.get("defaultStatus"), a.get("versions")] for a in objects])
    return (
        {status for status in ("affected", "unaffected") if f'"{status}"' in text}
        if rows
        else {str(objects[0].get("defaultStatus"))}
    )
