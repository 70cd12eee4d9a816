"""Writing the record."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from django.db import transaction
from django.db.models import Max

from wardround.core.vocab._canonical import canonical
from wardround.hub.audit.models import Entry
from wardround.hub.organisations.access import Act
from wardround.hub.organisations.models import Organisation


@transaction.atomic
def record(act: Act, *, organisation: Organisation, what: str, subject: object, document: Mapping[str, Any] | None = None) -> Entry:
    """Append one entry: who, when, what, on which subject, with what changed and on which evidence in `document`.

    Numbers run without gaps within an organisation: the organisation's row is locked while one is given out.
    """
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    last = Entry.unscoped.filter(organisation=organisation).aggregate(last=Max("sequence"))["last"]
    number = (last or 0) + 1
    whole = {
        "organisation": organisation.code,
        "sequence": number,
        "at": act.at.astimezone(UTC).isoformat(),
        "who": act.who,
        "what": what,
        "subject": str(subject),
        "document": dict(document or {}),
    }
    return Entry.unscoped.create(
        organisation=organisation,
        sequence=number,
        at=act.at,
        who=act.who,
        what=what,
        subject=str(subject),
        document=dict(document or {}),
        canonical=canonical(whole).decode(),
    )
