"""An advisory: everything stated about one CVE, as of a time. And the four kinds of statement it is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Stated:
    """One fact with who said it and when.

    `key` is one of `ssvc.exploitation` (none, poc, active), `ssvc.automatable` (yes, no), `ssvc.technical_impact`
    (partial, total), `kev` (yes), `epss` (probability as text), `cvss` (base score as text).
    """

    key: str
    value: str
    source: str
    stated_at: datetime


@dataclass(frozen=True, slots=True)
class Container:
    """Objects of the form that CVE records call `affected`, as one source states them. `pointer` is the JSON pointer of the list.

    `kind` says whose word it is: `record` (a container of the CVE record itself), `distribution` (a distribution on its own
    packages) or `supplier` (another document: CSAF, VEX). `source` and `stated_at` name that document; of the record itself
    they are empty. `applicability` is the record's `cpeApplicability`, as published. `marks` says why a document is not valid
    though it can be read: it then never decides; empty: nothing is wrong with it.
    """

    name: str
    pointer: str
    affected: Sequence[Mapping[str, Any]]
    kind: str = "record"
    source: str = ""
    stated_at: datetime | None = None
    applicability: Sequence[Mapping[str, Any]] = ()
    marks: str = ""


@dataclass(frozen=True, slots=True)
class Advisory:
    """What was known of one CVE at a time. `stated` is in order of `stated_at`, oldest first, and holds the whole history.

    `tags` are the record's own (`disputed`, `unsupported-when-assigned`, `exclusively-hosted-service`).
    """

    cve: str
    state: str
    published: datetime
    updated: datetime
    title: str
    description: str
    containers: tuple[Container, ...]
    stated: tuple[Stated, ...]
    references: tuple[str, ...]
    source: str
    sha256: str
    tags: tuple[str, ...] = ()

    def latest(self, key: str) -> Stated | None:
        """The newest statement of `key`, or None: not known."""
        return next((s for s in reversed(self.stated) if s.key == key), None)


@dataclass(frozen=True, slots=True)
class CveRecord:
    """One version of one CVE 5.x record.

    `rejected` is when a REJECTED record was withdrawn, else None. `stated` holds its dated facts: SSVC and KEV stamps.
    `document` is the record as published; `source` says where it came from, `sha256` which version it is.
    """

    cve: str
    state: str
    published: datetime
    updated: datetime
    rejected: datetime | None
    stated: tuple[Stated, ...]
    document: Mapping[str, Any]
    source: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class KevEntry:
    """One line of the catalogue of known exploited vulnerabilities."""

    cve: str
    stated: Stated
    due: date | None
    entry: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CsafDocument:
    """One version of one CSAF 2.0 document. `subject` is publisher namespace and tracking id; `document` is kept whole."""

    subject: str
    tracking_id: str
    version: str
    publisher: str
    title: str
    published: datetime
    updated: datetime
    cves: tuple[str, ...]
    document: Mapping[str, Any]
