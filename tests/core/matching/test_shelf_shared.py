"""Rows equal `decide` to the letter (verdict, reason, entry, assumptions) at the bounds of a twentieth of all shared records."""

import io
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import zstandard

from wardround.core.advisories import Advisory, fold, product_names, read_cve
from wardround.core.matching import Overrides, Subject, decide
from wardround.core.matching._compiled import compiled
from wardround.core.matching._record import Record
from wardround.core.matching._rows import BEARINGS, VERDICTS, as_kept, written
from wardround.core.matching._shelf import question, told

from .test_boundaries import AT, around
from .test_shelf import answer_of, row_of

Build = Callable[..., Any]
SHARE, MOST_NAMES, MOST_BOUNDS = 0.05, 3, 6
NO_OVERRIDES = Overrides()


def sampled(shared: Path, chance: Random) -> Iterator[Advisory]:
    with (shared / "cve" / "cve-v5-to-2024-10.jsonl.zst").open("rb") as raw:
        for line in io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(raw)):
            if chance.random() < SHARE and (advisory := fold([read_cve(line, where="")], at=AT)):
                yield advisory


def boundaries(advisory: Advisory, chance: Random) -> list[str]:
    """Six bounds of a record with what stands around them, and each cut down to two numbers; a version that it has not."""
    bounds = [
        str(value)
        for container in advisory.containers
        for affected in container.affected
        for entry in affected.get("versions") or ()
        for key, value in entry.items()
        if key in ("version", "lessThan", "lessThanOrEqual")
    ]
    some = [near for bound in chance.sample(bounds, min(MOST_BOUNDS, len(bounds))) for near in around(bound)]
    return list(dict.fromkeys(["", "3.7.12", "1.0-beta", *some, *(".".join(near.split(".")[:2]) for near in some)]))


def test_rows_equal_decide_on_a_sample_of_all_records(shared: Path) -> None:
    chance, wrong, counted = Random(22), [], Counter[str]()
    for advisory in sampled(shared, chance):
        record, near = Record(advisory), boundaries(advisory, chance)
        listed = sorted(product_names(advisory))
        for (vendor, product), row in compiled(record, chance.sample(listed, min(MOST_NAMES, len(listed)))):
            row = as_kept(*written(row))
            for version in near:
                subject = Subject((vendor,), product, version)
                asked = question(subject)
                found = None if asked is None else told(row, asked)
                counted.update(asked=1, told=found is not None, by_bearing=found is not None and bool(row[1] & BEARINGS))
                if found is not None:
                    expected = decide(record, subject, overrides=NO_OVERRIDES)
                    same = (expected.verdict, expected.reason, expected.decided_by, expected.assumed)
                    if (VERDICTS[found[0]], found[1], found[2], tuple(found[3:])) != same:
                        wrong.append((advisory.cve, subject, found, expected))
    assert wrong == []
    assert counted["told"] > counted["asked"] / 3 > 5_000
    assert counted["by_bearing"] > 300


def test_a_product_with_an_order_of_its_own_has_rows_for_its_plain_versions(a_record: Build) -> None:
    objects = [
        {
            "vendor": "Mozilla",
            "product": "Firefox",
            "versions": [{"version": "0", "lessThan": "126.0.2", "status": "affected", "versionType": "custom"}],
        }
    ]
    record, name = a_record(objects), ("mozilla", "firefox")
    row = row_of(record, name)
    assert row[1] & BEARINGS
    for version in ("99.3.1", "126.1.7", "127.4", "126.0", "126.0.2", "115.9.1esr", "126", "v99.3.1"):
        subject = Subject((name[0],), name[1], version)
        said = answer_of(row, subject)
        assert said == decide(record, subject, overrides=NO_OVERRIDES) or (said is None and version not in ("99.3.1", "127.4"))


def test_a_version_past_the_fix_of_its_branch_is_not_told_from_another_branch(a_record: Build) -> None:
    """As in CVE-2021-36367: 0.76 of PuTTY is past the fix of another branch than its own."""
    objects = [
        {
            "vendor": "PuTTY",
            "product": "PuTTY",
            "defaultStatus": "unknown",
            "versions": [{"version": "0", "lessThanOrEqual": "0.75", "status": "affected", "versionType": "custom"}],
        }
    ]
    record, name = a_record(objects), ("putty", "putty")
    row = row_of(record, name)
    for version in ("0.76", "0.75.1", "0.74", "1.2.3"):
        subject = Subject((name[0],), name[1], version)
        found = answer_of(row, subject)
        assert found is None or found == decide(record, subject, overrides=NO_OVERRIDES)
    assert answer_of(row, Subject((name[0],), name[1], "0.76")) is not None
