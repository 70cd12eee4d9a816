"""The record as a file that anybody can check, and what the database shows that the record does not hold."""

from collections.abc import Iterator

import orjson

from wardround.core.record import Checkpoint as Said
from wardround.core.record import read_key, written
from wardround.core.vocab._canonical import canonical
from wardround.hub.audit.models import Checkpoint, Entry
from wardround.hub.organisations.models import Organisation

AT_ONCE = 500


def exported(organisation: Organisation) -> Iterator[bytes]:
    """The lines of one organisation's record, as far as it is signed; see `wardround.core.record`."""
    rows = list(Checkpoint.unscoped.filter(organisation=organisation).select_related("organisation"))
    upto = rows[-1].sequence if rows else 0
    entries = Entry.unscoped.filter(organisation=organisation, sequence__lte=upto)
    return written(
        organisation.code,
        ((orjson.loads(entry.canonical), entry.digest) for entry in entries.iterator(AT_ONCE)),
        [_said(row) for row in rows],
        keys=[read_key(text, where=f"checkpoint of {organisation.code}") for text in sorted({row.public_key for row in rows})],
    )


def shown_otherwise(organisation: Organisation) -> Iterator[int]:
    """The numbers of entries of which the pages show something else than the record holds: somebody changed the row."""
    entries = Entry.unscoped.filter(organisation=organisation).select_related("organisation")
    return (entry.sequence for entry in entries.iterator(AT_ONCE) if canonical(entry.said()).decode() != entry.canonical)


def _said(row: Checkpoint) -> Said:
    return Said(row.organisation.code, row.sequence, row.digest, row.at, row.key, row.signature)
