"""Real records at up to 20 versions at, just below and just above their own bounds, held against the plain matcher.

One record in sixteen here, chosen by a seed; all of them with `make boundaries` (BOUNDARIES=all), which takes some minutes.
A publisher's habits (`_conventions`) are applied for both. Left out are products whose versions a reviewed rule of their own
compares (Windows, forms), and counted.
"""

import io
import os
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
import zstandard

from wardround.core.advisories import Advisory, fold, read_cve
from wardround.core.matching import Overrides, Subject, decide
from wardround.core.matching._bulk import CODES, Ranked, verdicts
from wardround.core.matching._decide import by_rule
from wardround.core.matching._record import Record
from wardround.core.names._named import names_of

from .plain_matcher import plain_verdict
from .plain_orders import NoOpinion

AT = datetime(2027, 1, 1, tzinfo=UTC)
EVERY = 1 if os.environ.get("BOUNDARIES") == "all" else 16
MOST_VERSIONS, MOST_PRODUCTS = 20, 4
NO_RULES = Overrides()


@pytest.fixture(scope="module")
def advisories(shared: Path) -> Iterator[Advisory]:
    return read(shared)


def read(shared: Path) -> Iterator[Advisory]:
    chance = Random(4427)
    for packed in (shared / "cve" / "cve-v5-to-2024-10.jsonl.zst",):
        with packed.open("rb") as raw:
            for line in io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(raw)):
                if chance.randrange(EVERY) == 0 and (advisory := fold([read_cve(line, where="")], at=AT)):
                    yield advisory


def around(bound: str) -> Iterator[str]:
    """The bound itself, its last number one lower and one higher, without it, and with one part more."""
    yield bound
    numbers = list(re.finditer(r"\d{1,9}", bound))
    if numbers:
        last = numbers[-1]
        yield from (bound[: last.start()] + str(max(0, int(last[0]) + step)) + bound[last.end() :] for step in (-1, 1))
        yield f"{bound}.1"
        yield bound[: last.start()].rstrip(".")


def asked(record: Record) -> Iterator[tuple[list[Subject], list[list[Any]], bool]]:
    """Subjects of one product with the objects that name it, container by container; and whether a reviewed rule reads them."""
    containers = record.advisory.containers
    names = dict.fromkeys(next(names_of(affected), None) for c in containers for affected in c.affected)
    for vendor, product in [name for name in names if name][:MOST_PRODUCTS]:
        blank = Subject((vendor,), product, "")
        plans = [record.plan(place, blank) for place in range(len(containers))]
        objects = [[one.shape.affected for one in plan.objects] for plan in plans]
        ruled = any(one.shape.form for plan in plans for one in plan.objects)
        ruled = ruled or by_rule(blank)
        rows = [row for same in objects for affected in same for row in affected.get("versions") or []]
        bounds = [str(row[key]) for row in rows for key in ("version", "lessThan", "lessThanOrEqual") if key in row]
        bounds += [str(change.get("at")) for row in rows for change in row.get("changes", [])]
        versions = dict.fromkeys(["", *(near.strip() for bound in bounds if not bound.endswith("*") for near in around(bound))])
        yield [Subject((vendor,), product, version) for version in list(versions)[:MOST_VERSIONS]], objects, ruled


def test_the_plain_matcher_and_the_bulk_one_agree_at_every_boundary(advisories: Iterator[Advisory]) -> None:
    counted: Counter[str] = Counter()
    differing = []
    for advisory in advisories:
        record = Record(advisory)
        rejected = advisory.state == "REJECTED"
        for subjects, objects, ruled in () if rejected else asked(record):
            found = [decide(record, subject, overrides=NO_RULES).verdict for subject in subjects]
            at_once = verdicts(record, Ranked(subjects), overrides=NO_RULES)
            differing += [
                (advisory.cve, "bulk", s, CODES[code], one)
                for s, code, one in zip(subjects, at_once, found, strict=True)
                if CODES[code] != one
            ]
            counted["products read by a rule"] += ruled
            counted["products"] += 1
            for subject, verdict in () if ruled else zip(subjects, found, strict=True):
                try:
                    plain = plain_verdict(objects, subject.version)
                except NoOpinion:
                    counted["no opinion"] += 1
                    continue
                counted["pairs"] += 1
                if plain != verdict:
                    differing.append((advisory.cve, "plain", subject, verdict, plain))
    assert differing == []
    assert counted["pairs"] > 12 * counted["products"] / 4 > 1_000
    assert counted["no opinion"] < counted["pairs"] / 500
    assert counted["products read by a rule"] < counted["products"] / 4
