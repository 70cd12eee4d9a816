"""One Parquet file for each snapshot or assessment, in one folder for each organisation: written whole, read apart."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq

from wardround.core.vocab import BadInput, WardroundError
from wardround.lake.files import ORGANISATION, written_whole

OWNER = b"wardround.org"


def partition(root: Path, table: str, org: str) -> Path:
    """The folder of one organisation's files. Raises BadInput unless the code is 1 to 32 capitals, digits, - or _.

    Capitals only: on a disk that ignores case two organisations would share a folder.
    """
    if not ORGANISATION.fullmatch(org):
        raise BadInput(f"{org[:40]!r} is no organisation code", where=f"lake {table}", do="use capitals and digits, like RRV")
    return root / table / f"org={org}"


def file_of(folder: Path, kind: str, id: UUID | str) -> Path:
    """The file of one snapshot or assessment. Raises BadInput for an id that is no UUID."""
    try:
        return folder / f"{kind}={UUID(str(id))}.parquet"
    except ValueError:
        raise BadInput(f"{str(id)[:40]!r} is no {kind} id", where="lake", do="give its UUID") from None


def write_parquet(path: Path, schema: pa.Schema, batches: Iterable[Mapping[str, Sequence[Any] | pa.Array]], *, org: str) -> int:
    """Write one file whole and return its rows; it says whose it is. Raises BadInput when it is already kept."""
    if path.exists():
        raise BadInput("this is already kept, and what was stated is not changed", where=str(path), do="write it under a new id")
    rows = 0
    with (
        written_whole(path.parent, name=lambda: path) as file,
        pq.ParquetWriter(file, schema.with_metadata({OWNER: org.encode()}), compression="zstd") as writer,
    ):
        for batch in batches:
            table = pa.table(dict(batch), schema=writer.schema)
            writer.write_table(table)
            rows += table.num_rows
    return rows


def read_parquet(paths: Sequence[Path], schema: pa.Schema, *, org: str, columns: Sequence[str] | None = None) -> pa.Table:
    """These columns of these files, in their order. Raises WardroundError for one missing, damaged, or not this organisation's."""
    names = schema.names if columns is None else list(columns)
    parts = [_read(path, org, names) for path in paths]
    return pa.concat_tables(parts) if parts else pa.schema([schema.field(name) for name in names]).empty_table()


def _read(path: Path, org: str, columns: list[str]) -> pa.Table:
    try:
        with pq.ParquetFile(path) as file:
            if (file.schema_arrow.metadata or {}).get(OWNER) != org.encode():
                raise WardroundError(
                    "this file is not this organisation's", where=str(path), do="somebody moved it: restore it from a backup"
                )
            return file.read(columns=columns, use_threads=False).replace_schema_metadata(None)
    except FileNotFoundError:
        raise WardroundError("this is not kept here", where=str(path), do="import it again or restore it from a backup") from None
    except (pa.ArrowInvalid, OSError) as error:
        raise WardroundError(f"cannot be read ({error})", where=str(path), do="restore it from a backup") from error


def repeated(value: Any, rows: int, field: pa.Field) -> pa.Array:
    """A column that says the same in every row."""
    return pa.repeat(pa.scalar(value, field.type), rows)
