"""EPSS keeps a row only where a score differs from the day before, and answers as if it kept them all."""

import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from wardround.core.advisories import read_cve, read_epss
from wardround.lake.statements import NEW, SAME, Statements, Writer

from ..core.advisories.builders import WHERE, a_cve, an_epss, at

DAY = at("2030-05-14T12:00:00")


def add(store, day, scores, *, seen):
    writer = Writer(store, seen_at=seen)
    raw = an_epss(f"{DAY + timedelta(days=day):%Y-%m-%d}", **scores)
    with writer.transaction():
        return writer.epss(read_epss(raw.decode().splitlines(), where="e.csv"), source="e.csv")


def score(store, day, **seen):
    advisory = store.advisory("CVE-2030-0001", at=DAY + timedelta(days=day), **seen)
    found = advisory.latest("epss")
    return found and float(found.value)


@given(files=st.lists(st.tuples(st.integers(0, 6), st.sampled_from([0.1, 0.2, 0.3])), max_size=8, unique_by=lambda f: f[0]))
@settings(deadline=None, max_examples=60)
def test_in_whatever_order_days_arrive_each_day_answers_with_its_newest_file(files):
    with tempfile.TemporaryDirectory() as folder, Statements.open(Path(folder), write=True) as store:
        writer = Writer(store, seen_at=DAY)
        with writer.transaction():
            writer.cve(read_cve(a_cve(), where=WHERE), source=WHERE)
        for i, (day, value) in enumerate(files):
            add(store, day, {"CVE_2030_0001": value}, seen=DAY + timedelta(days=100 + i))
        for known in range(len(files) + 1):
            seen_by = DAY + timedelta(days=99 + known)
            for day in range(7):
                stated = [value for d, value in sorted(files[:known]) if d <= day]
                assert score(store, day, seen_by=seen_by) == (stated[-1] if stated else None)


def test_a_day_comes_in_once(tmp_path):
    with Statements.open(tmp_path, write=True) as store:
        assert add(store, 0, {"CVE_2030_0001": 0.1, "CVE_2030_0002": 0.2}, seen=DAY)[NEW] == 2
        assert add(store, 0, {"CVE_2030_0001": 0.1, "CVE_2030_0002": 0.2}, seen=DAY)[SAME] == 2
        assert store.counts()["epss"] == {"records": 2, "statements": 2, "rejected": 0}
