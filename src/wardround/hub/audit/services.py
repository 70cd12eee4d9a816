"""Writing the record."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from wardround.core.record import beginning, chained
from wardround.core.vocab._canonical import canonical
from wardround.hub.audit.models import Entry
from wardround.hub.organisations.access import Act
from wardround.hub.organisations.models import Organisation


@transaction.atomic
def record(act: Act, *, organisation: Organisation, what: str, subject: object, document: Mapping[str, Any] | None = None) -> Entry:
    """Append one entry: who, when, what, on which subject, with what changed and on which evidence in `document`.

    Numbers run without gaps within an organisation, and each entry is chained to the one before: the organisation's row is
    locked while one is added.
    """
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    last = Entry.unscoped.filter(organisation=organisation).only("sequence", "digest").last()
    entry = Entry(
        organisation=organisation,
        sequence=last.sequence + 1 if last else 1,
        at=act.at,
        who=act.who,
        what=what,
        subject=str(subject),
        document=dict(document or {}),
    )
    entry.canonical = canonical(entry.said()).decode()
    entry.digest = chained(reached(organisation, last), entry.canonical)
    entry.save()
    return entry


def reached(organisation: Organisation, last: Entry | None) -> str:
    """The digest that the chain has reached at `last`, its newest entry. The caller holds the organisation's lock.

    Entries without a digest were written by a version that knew no chain: they are chained now, in their order, by what they hold.
    """
    if last is None:
        return beginning(organisation.code)
    if last.digest:
        return last.digest
    entries = Entry.unscoped.filter(organisation=organisation)
    before = entries.exclude(digest="").last()
    digest = before.digest if before else beginning(organisation.code)
    for entry in entries.filter(digest="", sequence__gt=before.sequence if before else 0).iterator():
        digest = chained(digest, entry.canonical)
        entries.filter(pk=entry.pk).update(digest=digest)
    return digest
