"""The catalogue of known exploited vulnerabilities (CISA's JSON)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from wardround.core.advisories._document import WHOLE, cve_id, document_of, text, time_of, time_or_none
from wardround.core.advisories._model import KevEntry, Stated
from wardround.core.vocab import BadInput, Rejected


@dataclass(frozen=True, slots=True)
class KevCatalogue:
    """One release of the catalogue: the entries that could be read, and those set aside, each as it came."""

    released: datetime
    entries: tuple[KevEntry, ...]
    rejected: tuple[tuple[Rejected, object], ...]


def read_kev(raw: bytes | Mapping[str, Any], *, where: str) -> KevCatalogue:
    """One release. An entry that cannot be read is set aside with its JSON pointer; the others count.

    A catalogue without a release date is dated by its version, else by its newest entry. Raises BadInput when there is no
    list of entries.
    """
    document = document_of(raw, where=where)
    listed = document.get("vulnerabilities")
    if not isinstance(listed, list):
        raise BadInput("vulnerabilities is not a list", where=f"{where} /vulnerabilities", do=WHOLE)
    entries, rejected = [], []
    for i, entry in enumerate(listed):
        place = f"{where} /vulnerabilities/{i}"
        try:
            entries.append(_entry(entry, where=place))
        except BadInput as error:
            rejected.append((Rejected(place, error.what), entry))
    version = text(document, "catalogVersion").replace(".", "-")
    newest = max((entry.stated.stated_at for entry in entries), default=datetime.min.replace(tzinfo=UTC))
    released = time_or_none(document.get("dateReleased")) or time_or_none(version) or newest
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
