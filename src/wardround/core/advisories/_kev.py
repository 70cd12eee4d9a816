"""The catalogue of known exploited vulnerabilities (CISA's JSON)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from wardround.core.advisories._document import WHOLE, cve_id, document_of, time_of, time_or_none
from wardround.core.advisories._model import KevEntry, Stated
from wardround.core.vocab import BadInput, Rejected


@dataclass(frozen=True, slots=True)
class KevCatalogue:
    """One release of the catalogue: the entries that could be read, and those set aside."""

    released: datetime
    entries: tuple[KevEntry, ...]
    rejected: tuple[Rejected, ...]


def read_kev(raw: bytes | Mapping[str, Any], *, where: str) -> KevCatalogue:
    """One release. An entry that cannot be read is set aside with its JSON pointer; the others count.

    Raises BadInput when there is no list of entries, or no release date.
    """
    document = document_of(raw, where=where)
    listed = document.get("vulnerabilities")
    if not isinstance(listed, list):
        raise BadInput("vulnerabilities is not a list", where=f"{where} /vulnerabilities", do=WHOLE)
    released = time_of(document.get("dateReleased"), where=f"{where} /dateReleased")
    entries, rejected = [], []
    for i, entry in enumerate(listed):
        place = f"{where} /vulnerabilities/{i}"
        try:
            entries.append(_entry(entry, where=place))
        except BadInput as error:
            rejected.append(Rejected(place, error.what))
    return KevCatalogue(released, tuple(entries), tuple(rejected))


def _entry(entry: object, *, where: str) -> KevEntry:
    """One line: listed from the first instant of the UTC day `dateAdded`."""
    if not isinstance(entry, dict):
        raise BadInput("the entry is not an object", where=where, do=WHOLE)
    cve = cve_id(entry.get("cveID"), where=f"{where}/cveID")
    added = time_of(entry.get("dateAdded"), where=f"{where}/dateAdded")
    due = time_or_none(entry.get("dueDate"))
    stated = Stated("kev", "yes", "KEV catalogue", datetime.combine(added.date(), time.min, UTC))
    return KevEntry(cve, stated, due.date() if due else None, entry)
