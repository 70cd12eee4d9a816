"""Records and names that are read many at once are those that are read one by one."""

import pytest

from wardround.lake.statements import _known
from wardround.lake.statements._known import naming_by

from ..core.advisories.builders import a_cve, at
from .test_shelf import CVE, LATER, OPEN
from .test_statements import put, store  # noqa: F401 - a fixture

OTHER = "CVE-2030-0002"


@pytest.mark.parametrize("seen", [None, "2030-05-30", "2030-06-02", "2030-07-02"])
def test_records_are_those_of_their_time_and_of_what_had_come_here(store, seen):  # noqa: F811
    put(store, a_cve(affected=OPEN), seen="2030-06-01")
    put(store, a_cve(affected=[], updated="2030-05-20T00:00:00Z"), a_cve(OTHER, affected=OPEN), seen="2030-07-01")
    by = None if seen is None else at(seen)
    singly = list(store.advisories([CVE, OTHER], at=LATER, seen_by=by))
    together = list(store.undated([CVE, OTHER], at=LATER, seen_by=by))
    assert len(singly) == {None: 2, "2030-05-30": 0, "2030-06-02": 1, "2030-07-02": 2}[seen]
    assert [(a.cve, a.sha256, a.containers) for a in together] == [(a.cve, a.sha256, a.containers) for a in singly]


def test_whoever_asks_for_many_products_is_told_the_same(store, monkeypatch):  # noqa: F811
    monkeypatch.setattr(_known, "_MANY", 3)
    put(store, a_cve(affected=OPEN))
    naming = naming_by(store, at=LATER, seen=None)
    for product in ("gateway", "another", "gateway", "another", "gateway", "one more"):
        assert naming(product) == store.naming(product)
    assert naming("gateway")
