"""Findings as columns: the assessments of every organisation."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa

from wardround.core.vocab import Finding, Verdict
from wardround.lake.installs import INSTALL_FIELDS, INSTALL_NAMES, batched, install_columns, installs_of
from wardround.lake.partitions import file_of, partition, read_parquet, write_parquet

SCHEMA = pa.schema(
    [
        *INSTALL_FIELDS,
        pa.field("cve", pa.string(), nullable=False),
        pa.field("verdict", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("decided_by", pa.string(), nullable=False),
        pa.field("assumed", pa.list_(pa.string()), nullable=False),
        pa.field("snapshot", pa.string(), nullable=False),
    ]
)
FINDING_NAMES = [*INSTALL_NAMES, "cve", "verdict", "reason", "decided_by", "assumed"]


@dataclass(frozen=True)
class FindingLake:
    """Assessments, each a file that never changes, in the folder of its organisation. Give it `Home.lake`."""

    root: Path

    def write(self, org: str, *, assessment: UUID | str, findings: Iterable[tuple[Finding, UUID | str]]) -> int:
        """Keep one assessment, whole or not at all, and return its number of findings.

        Each finding comes with the snapshot that its install was read from ("" where there is none). Raises BadInput for
        an organisation code or id that is none, and when this assessment is already kept.
        """
        path = file_of(self._folder(org), "assessment", assessment)
        return write_parquet(path, SCHEMA, map(_columns, batched(findings)), org=org)

    def read(self, org: str, *, assessment: UUID | str) -> list[Finding]:
        """All findings, as they were written. Raises WardroundError when the assessment is not kept."""
        table = self.scan(org, assessment=assessment, columns=FINDING_NAMES)
        said = (table[name].to_pylist() for name in ("cve", "verdict", "reason", "decided_by", "assumed"))
        return [
            Finding(install, cve, Verdict(verdict), reason, decided_by, tuple(assumed))
            for install, cve, verdict, reason, decided_by, assumed in zip(installs_of(table), *said, strict=True)
        ]

    def scan(self, org: str, *, assessment: UUID | str, columns: Sequence[str] | None = None) -> pa.Table:
        """These columns (all of `SCHEMA`) as one Arrow table."""
        return read_parquet([file_of(self._folder(org), "assessment", assessment)], SCHEMA, org=org, columns=columns)

    def _folder(self, org: str) -> Path:
        return partition(self.root, "findings", org)


def _columns(batch: Sequence[tuple[Finding, UUID | str]]) -> Mapping[str, Any]:
    findings = [finding for finding, _ in batch]
    said = {name: list(map(attrgetter(name), findings)) for name in ("cve", "verdict", "reason", "decided_by", "assumed")}
    return install_columns([finding.install for finding in findings]) | said | {"snapshot": [str(s) for _, s in batch]}
