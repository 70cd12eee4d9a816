"""An incident, minimal: opened with a reason, closed on evidence, once."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied

from wardround.core.vocab import BadInput
from wardround.hub.audit.models import Entry
from wardround.hub.incidents.models import Incident
from wardround.hub.incidents.services import close_incident, open_incident
from wardround.hub.organisations.models import Membership, Organisation

from ..builders import a_person, an_organisation, at, by

pytestmark = pytest.mark.django_db


def opened(trust: Organisation, reason: str = "a web shell was used") -> Incident:
    return open_incident(by(a_person(trust), at(20)), organisation=trust, response=uuid.uuid4(), title="mdm-01", reason=reason)


def test_it_has_a_reference_of_its_organisation_that_counts_up() -> None:
    one, two = an_organisation("INC1"), an_organisation("INC2")
    assert [opened(t).reference for t in (one, two, one)] == ["INC1-INC-001", "INC2-INC-001", "INC1-INC-002"]


def test_it_needs_a_reason_and_somebody_of_the_organisation() -> None:
    trust = an_organisation()
    with pytest.raises(BadInput, match="needs a reason"):
        opened(trust, " ")
    for who in (a_person(trust, Membership.Role.READ_ONLY), a_person(an_organisation())):
        with pytest.raises(PermissionDenied):
            open_incident(by(who, at(20)), organisation=trust, response=uuid.uuid4(), title="x", reason="y")
    assert Incident.unscoped.count() == 0


def test_it_closes_on_evidence_by_somebody_of_the_organisation() -> None:
    trust = an_organisation()
    incident, person = opened(trust), a_person(trust)
    with pytest.raises(BadInput, match="only on evidence"):
        close_incident(by(person, at(21)), incident=incident, evidence="")
    with pytest.raises(PermissionDenied):
        close_incident(by(a_person(an_organisation()), at(21)), incident=incident, evidence="rebuilt")
    close_incident(by(person, at(21)), incident=incident, evidence="rebuilt, keys rotated")
    kept = Incident.unscoped.get()
    assert (kept.closed_at, kept.closed_by, kept.closing_evidence) == (at(21), str(person), "rebuilt, keys rotated")


def test_it_closes_once_and_the_first_evidence_stays() -> None:
    trust = an_organisation()
    incident = opened(trust)
    stale = Incident.unscoped.get(pk=incident.pk)
    close_incident(by(a_person(trust), at(21)), incident=incident, evidence="rebuilt")
    with pytest.raises(BadInput, match="closed already"):
        close_incident(by(a_person(trust), at(22)), incident=stale, evidence="something else")
    assert Incident.unscoped.get().closing_evidence == "rebuilt"


def test_both_are_in_the_record() -> None:
    trust = an_organisation()
    incident = opened(trust)
    close_incident(by(a_person(trust), at(21)), incident=incident, evidence="rebuilt")
    entries = Entry.unscoped.filter(organisation=trust, subject=incident.reference)
    assert [(e.what, e.document) for e in entries] == [
        ("incident opened", {"reason": "a web shell was used"}),
        ("incident closed", {"evidence": "rebuilt", "from": "open", "to": "closed"}),
    ]
