"""Opening and closing an incident. A later issue replaces its inside, not what the gate asks of it."""

import uuid

from django.db import transaction

from wardround.core.vocab import BadInput
from wardround.hub.audit.services import record
from wardround.hub.incidents.models import Incident
from wardround.hub.organisations.access import Act
from wardround.hub.organisations.models import Organisation


@transaction.atomic
def open_incident(act: Act, *, organisation: Organisation, response: uuid.UUID, title: str, reason: str) -> Incident:
    """Open one. Raises BadInput without a reason."""
    act.access.demand("incident.manage", organisation)
    if not reason.strip():
        raise BadInput("an incident needs a reason", where="reason", do="say what was seen")
    Organisation.objects.select_for_update().get(pk=organisation.pk)  # one number at a time
    number = Incident.unscoped.filter(organisation=organisation).count() + 1
    incident = Incident.unscoped.create(
        organisation=organisation,
        reference=f"{organisation.code}-INC-{number:03d}",
        response=response,
        title=title[:300],
        reason=reason.strip(),
        opened_at=act.at,
        opened_by=act.who,
    )
    record(act, organisation=organisation, what="incident opened", subject=incident.reference, document={"reason": reason})
    return incident


@transaction.atomic
def close_incident(act: Act, *, incident: Incident, evidence: str) -> None:
    """Close it on stated evidence. Raises BadInput without any, or when it is closed already."""
    act.access.demand("incident.manage", incident.organisation)
    if not evidence.strip():
        raise BadInput("an incident closes only on evidence", where="evidence", do="say what shows that it is over")
    incident = Incident.unscoped.select_for_update().get(pk=incident.pk)
    if incident.closed_at:
        raise BadInput(f"{incident.reference} is closed already", where="incident")
    incident.closed_at, incident.closed_by, incident.closing_evidence = act.at, act.who, evidence.strip()
    incident.save()
    document = {"evidence": evidence, "from": "open", "to": "closed"}
    record(act, organisation=incident.organisation, what="incident closed", subject=incident.reference, document=document)
