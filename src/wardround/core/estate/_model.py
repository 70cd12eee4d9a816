"""What one file says is installed, and what was wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from wardround.core.estate._map import ColumnMapping
from wardround.core.vocab import Install, Rejected


@dataclass(frozen=True, slots=True)
class Inventory:
    """One file, read: a dated statement of one source about one organisation.

    `format` is `cyclonedx-1.4` ... `spdx-2.3`, `csv`, `xlsx`, `nessus`, `nmap` or `osquery`.
    `taken_at` is the document's own word (UTC), None where it
    has none: a table never says, the caller must. `rejected` was left out, row by row; `noted` was kept, and somebody
    should know (a duplicate, an encoding, an unreadable date). `assets` counts distinct asset ids among `installs`.
    `columns` are a table's column names as written; () for an SBOM. `source` is the kind of export that the file was
    recognised as, in words, empty where it is none; `mapping` is how a table's columns were read.
    """

    name: str
    format: str
    taken_at: datetime | None
    installs: Sequence[Install]
    rejected: tuple[Rejected, ...]
    noted: tuple[Rejected, ...]
    assets: int
    columns: tuple[str, ...]
    sha256: str
    source: str = ""
    mapping: ColumnMapping | None = None
