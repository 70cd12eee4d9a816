"""What the records decide of an estate, counted over distinct statements; what they do not is never taken for an answer."""

from pathlib import Path
from typing import Any

import pytest

from wardround.core.vocab import BadInput, Install
from wardround.hub.estate.counting import standing
from wardround.hub.estate.deciding import Distinct, decided, known
from wardround.hub.estate.knowing import known_of
from wardround.hub.organisations.access import access_of, system_access
from wardround.lake.home import Home
from wardround.lake.knowledge import knowledge

from ..builders import PUBLISHED, a_person, a_server, a_snapshot, an_organisation, at, feeds_with, filler

pytestmark = pytest.mark.django_db
EVERYTHING = system_access("test")


@pytest.fixture
def trust(hub: Home) -> Any:
    feeds_with(PUBLISHED, now=at(14))
    made = an_organisation()
    a_snapshot(made, [a_server(), a_server("mdm-02", "12.4.0.2"), a_server("mdm-03", ""), *filler(5)], taken=at(18))
    return made


def test_every_install_is_decided_undecided_or_named_by_nobody(trust: Any) -> None:
    told = known_of(EVERYTHING, trust, at=at(20))
    assert (told.installs, told.decided, told.partly, told.undecided, told.unnamed) == (8, 2, 0, 1, 5)
    assert told.verdicts == {"affected": 2, "not_affected": 2, "unknown": 2, "not_evaluable": 0}
    assert (told.steps[0].product, told.steps[0].kind, told.steps[0].installs) == ("Desktop", "alias", 5)
    assert ("Endpoint Manager Mobile", "version", 1) in [(s.product, s.kind, s.installs) for s in told.steps]


def test_the_classes_that_no_source_declares_are_unseen(trust: Any) -> None:
    unseen = known_of(EVERYTHING, trust, at=at(20)).unseen
    assert "edge_appliance" not in unseen
    assert "medical_device" in unseen


def test_another_organisations_person_learns_nothing(trust: Any) -> None:
    stranger = access_of(a_person(an_organisation()))
    assert known_of(stranger, trust, at=at(20)).installs == 0


def test_without_feeds_nothing_is_claimed(hub: Home) -> None:
    made = an_organisation()
    a_snapshot(made, [a_server()], taken=at(18))
    with pytest.raises(BadInput, match="feeds sync"):
        known_of(EVERYTHING, made, at=at(20))
    with pytest.raises(BadInput, match="feeds sync"):
        standing(EVERYTHING, made, at=at(20))


def test_equal_statements_are_decided_once_whoever_makes_them(trust: Any, hub: Home) -> None:
    distinct = Distinct()
    for number in range(1000):
        extra = {"id:serial_number": f"serial-{number}", "address": f"192.0.2.{number % 250}"}
        distinct.add(Install(f"mdm-{number}", "Endpoint Manager Mobile", "12.4.0.1", vendor="Ivanti", extra=extra))
    assert len(distinct) == 1
    with knowledge(hub, at=at(20)) as by:
        (row,) = decided(distinct, by=by)
    assert (row.installs, row.affected) == (1000, 2)


def test_what_a_verdict_can_depend_on_keeps_statements_apart(trust: Any) -> None:
    distinct = Distinct()
    for platform in ("Windows", "Linux"):
        distinct.add(Install("a", "p", "1", extra={"platform": platform}))
    assert len(distinct) == 2


def test_a_candidate_is_offered_and_decides_nothing(trust: Any, hub: Home) -> None:
    distinct = Distinct()
    distinct.add(Install("a", "Ivanti Endpoint Manager Mobile Appliance", "12.4.0.1"))
    with knowledge(hub, at=at(20)) as by:
        told = known(distinct, sees=(), by=by)
    assert (told.decided, told.unnamed) == (0, 1)
    assert any("endpoint manager mobile" in name for name in told.steps[0].candidates)


def test_a_home_without_records_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="feeds sync"), knowledge(Home(tmp_path), at=at(20)):
        pass
