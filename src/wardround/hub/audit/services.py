"""Writing the record."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from wardround.core.record import beginning, chained
from wardround.core.vocab._canonical import canonical
from wardround.hub.audit.models import Entry
from wardround.hub.organisations.access import Act, access_to
from wardround.hub.organisations.models import Organisation
from wardround.hub.reach import reaching


@transaction.atomic
def record(act: Act, *, organisation: Organisation, what: str, subject: object, document: Mapping[str, Any] | None = None) -> Entry:
    """Append one entry: who, when, what, on which subject, with what changed and on which evidence in `document`.

    Numbers run without gaps within an organisation, and each entry is chained to the one before: the organisation's row is
    locked while one is added. Whoever acts, this reaches the organisation's record and nothing else.
    """
    entry = Entry(organisation=organisation, at=act.at, who=act.who, what=what, subject=str(subject), document=dict(document or {}))
    with reaching(access_to("the record", [organisation.pk])):
        _append(entry, organisation)
    return entry


def _append(entry: Entry, organisation: Organisation) -> None:
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    last = Entry.unscoped.filter(organisation=organisation).only("sequence", "digest").last()
    entry.sequence = last.sequence + 1 if last else 1
    entry.canonical = canonical(entry.said()).decode()
    entry.digest = chained(reached(organisation, last), entry.canonical)
    entry.save()


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
