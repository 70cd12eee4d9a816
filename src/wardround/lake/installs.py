"""Installs as columns: the snapshots of every organisation."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID

import orjson
import pyarrow as pa

from wardround.core.vocab import Install
from wardround.lake.partitions import file_of, partition, read_parquet, repeated, write_parquet

T = TypeVar("T")
BATCH = 100_000
NOTHING: Mapping[str, str] = MappingProxyType({})

# In the order of Install's own fields.
INSTALL_FIELDS = [
    pa.field("asset_id", pa.string(), nullable=False),
    pa.field("product", pa.string(), nullable=False),
    pa.field("version", pa.string(), nullable=False),
    pa.field("vendor", pa.string(), nullable=False),
    pa.field("hostname", pa.string(), nullable=False),
    pa.field("internet_facing", pa.bool_()),
    pa.field("service", pa.string(), nullable=False),
    pa.field("last_seen", pa.date32()),
    pa.field("scheme", pa.string(), nullable=False),
    pa.field("purl", pa.string(), nullable=False),
    pa.field("cpe", pa.string(), nullable=False),
    pa.field("where", pa.string(), nullable=False),
    pa.field("extra", pa.string(), nullable=False),  # a JSON object; empty for none
]
INSTALL_NAMES = [field.name for field in INSTALL_FIELDS]

SCHEMA = pa.schema(
    [
        *INSTALL_FIELDS,
        pa.field("org", pa.string(), nullable=False),
        pa.field("snapshot", pa.string(), nullable=False),
        pa.field("taken_at", pa.timestamp("us", "UTC"), nullable=False),
        pa.field("source", pa.string(), nullable=False),
    ]
)


@dataclass(frozen=True)
class InstallLake:
    """Snapshots, each a file that never changes, in the folder of its organisation. Give it `Home.lake`."""

    root: Path

    def write(self, org: str, *, snapshot: UUID | str, installs: Iterable[Install], taken_at: datetime, source: str) -> int:
        """Keep one snapshot, whole or not at all, and return its number of installs.

        Raises BadInput for an organisation code or id that is none, and when this snapshot is already kept.
        """
        path = file_of(self._folder(org), "snapshot", snapshot)
        same = {"org": org, "snapshot": str(snapshot), "taken_at": taken_at, "source": source}
        batches = (
            install_columns(batch) | {name: repeated(value, len(batch), SCHEMA.field(name)) for name, value in same.items()}
            for batch in batched(installs)
        )
        return write_parquet(path, SCHEMA, batches, org=org)

    def read(self, org: str, *, snapshots: Iterable[UUID | str]) -> list[Install]:
        """All installs of these snapshots, in their order. Raises WardroundError for one that is not kept."""
        return installs_of(self.scan(org, snapshots=snapshots, columns=INSTALL_NAMES))

    def scan(self, org: str, *, snapshots: Iterable[UUID | str] | None = None, columns: Sequence[str] | None = None) -> pa.Table:
        """These columns (all of `SCHEMA`) of these snapshots (all the organisation has) as one Arrow table.

        A snapshot whose import was undone in the database is still a file here: who goes by the database names its snapshots.
        """
        folder = self._folder(org)
        paths = (
            sorted(folder.glob("snapshot=*.parquet")) if snapshots is None else [file_of(folder, "snapshot", s) for s in snapshots]
        )
        return read_parquet(paths, SCHEMA, org=org, columns=columns)

    def _folder(self, org: str) -> Path:
        return partition(self.root, "installs", org)


def batched(things: Iterable[T]) -> Iterator[list[T]]:
    """Lists of up to a hundred thousand: what is turned into columns at once."""
    rest = iter(things)
    while batch := list(islice(rest, BATCH)):
        yield batch


def install_columns(installs: Sequence[Install]) -> dict[str, Any]:
    """The columns of `INSTALL_FIELDS`."""
    columns: dict[str, Any] = {name: list(map(attrgetter(name), installs)) for name in INSTALL_NAMES if name != "extra"}
    columns["extra"] = [orjson.dumps(dict(i.extra)).decode() if i.extra else "" for i in installs]
    return columns


def installs_of(table: pa.Table) -> list[Install]:
    """Back from the columns of `INSTALL_FIELDS`."""
    *columns, extra = (table[name].to_pylist() for name in INSTALL_NAMES)
    more = {text: MappingProxyType(orjson.loads(text)) if text else NOTHING for text in set(extra)}  # most rows say the same
    return [Install(*row) for row in zip(*columns, map(more.__getitem__, extra), strict=True)]
