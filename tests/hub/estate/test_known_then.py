"""An answer as of a time is made of the inventory that was here at that time, whatever date a later one bears."""

import pytest

from wardround.hub.estate.services import import_inventory, known_then
from wardround.hub.organisations.access import system_access
from wardround.hub.organisations.models import Organisation

from ..builders import a_server, a_table, an_organisation, at, system

pytestmark = pytest.mark.usefixtures("hub")


def brought(trust: Organisation, *, on: int, taken: int, source: str = "perimeter", version: str = "12.4.0.1") -> str:
    """A snapshot that was taken on one day of May and imported on another."""
    data = a_table([a_server("a", version)])
    made = import_inventory(system(at(on)), organisation=trust, data=data, filename="i.csv", source=source, taken_at=at(taken))
    return str(made.snapshot.public_id)


def then(trust: Organisation, day: int) -> set[str]:
    return {str(row.public_id) for row in known_then(system_access("test"), trust, at=at(day))}


def test_what_is_imported_late_is_in_no_earlier_answer() -> None:
    trust = an_organisation()
    first = brought(trust, on=10, taken=10)
    before = then(trust, 13)
    late = brought(trust, on=20, taken=12, version="12.4.0.2")
    assert then(trust, 13) == before == {first}
    assert then(trust, 20) == {late}


def test_another_source_that_comes_late_is_in_no_earlier_answer_either() -> None:
    trust = an_organisation()
    first = brought(trust, on=10, taken=10)
    second = brought(trust, on=20, taken=11, source="wards")
    assert then(trust, 15) == {first}
    assert then(trust, 20) == {first, second}


def test_before_the_first_import_what_had_been_taken_is_told() -> None:
    trust = an_organisation()
    old = brought(trust, on=20, taken=5)
    assert then(trust, 4) == set()
    assert then(trust, 6) == {old}


def test_each_organisation_s_first_import_is_its_own() -> None:
    trust, other = an_organisation(), an_organisation()
    brought(other, on=1, taken=1)
    old = brought(trust, on=20, taken=5)
    assert then(trust, 6) == {old}
