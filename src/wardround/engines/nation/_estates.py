"""Where estates come from: a folder of synthetic parts, or the snapshots that an installation keeps of its organisations."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from wardround.core.vocab import BadInput, WardroundError
from wardround.lake.files import ORGANISATION

if TYPE_CHECKING:
    import pyarrow as pa  # loaded where a file is read: most questions need the index alone

MANIFEST = "estate.json"
NEEDED = {"asset_id", "product", "version"}


@dataclass(frozen=True, slots=True)
class Source:
    """One organisation's installs: the files that count, Arrow or Parquet, with the columns of an install."""

    code: str
    files: tuple[Path, ...]

    @property
    def fingerprint(self) -> str:
        """Changes whenever a file is added, taken away or replaced. Raises OSError when one is missing."""
        stats = [(file.name, file.stat()) for file in self.files]
        return " ".join(f"{name}:{s.st_size}:{s.st_mtime_ns}:{s.st_ino}" for name, s in stats)

    def row_groups(self, columns: Sequence[str]) -> "Iterator[pa.Table]":
        """Those of the columns that there are, text as dictionaries, a bounded number of rows at a time.

        Raises WardroundError for a file that cannot be read or is another organisation's.
        """
        import pyarrow as pa

        for path in self.files:
            try:
                yield from _arrow(path, self.code, columns) if path.suffix == ".arrow" else _parquet(path, self.code, columns)
            except (pa.ArrowException, OSError) as error:
                raise WardroundError(f"cannot be read ({error})", where=str(path), do="restore it or make it again") from None


def _arrow(path: Path, code: str, columns: Sequence[str]) -> "Iterator[pa.Table]":
    import pyarrow as pa

    with pa.memory_map(str(path)) as file:
        schema = pa.ipc.open_file(file).schema
        present = _present(path, code, schema, columns)
        options = pa.ipc.IpcReadOptions(use_threads=False, included_fields=[schema.get_field_index(name) for name in present])
        reader = pa.ipc.open_file(file, options=options)
        for number in range(reader.num_record_batches):
            yield pa.table(reader.get_batch(number))


def _parquet(path: Path, code: str, columns: Sequence[str]) -> "Iterator[pa.Table]":
    import pyarrow.parquet as pq

    present = _present(path, code, pq.read_schema(path), columns)
    with pq.ParquetFile(path, read_dictionary=present) as file:
        for number in range(file.num_row_groups):
            yield file.read_row_group(number, columns=present, use_threads=False)


def _present(path: Path, code: str, schema: "pa.Schema", columns: Sequence[str]) -> list[str]:
    """Those of the columns that the file has. Raises WardroundError when it does not say that it is this organisation's."""
    present = [name for name in columns if name in schema.names]
    if (schema.metadata or {}).get(b"wardround.org", b"") != code.encode() or not NEEDED.issubset(present):
        raise WardroundError("these are not this organisation's installs", where=str(path), do="restore the file or make it again")
    return present


def sources(estate: Path) -> list[Source]:
    """The organisations of an estate folder, by code: of `synth estate`, or the home (or lake) of an installation.

    Of an installation the newest snapshot of each source counts. Raises BadInput for a folder that is neither.
    """
    if (estate / MANIFEST).is_file():
        return [Source(code, (estate / f"org={code}.arrow",)) for code in _codes(estate / MANIFEST)]
    for lake in (estate / "lake", estate):
        if (lake / "installs").is_dir():
            return list(_of_lake(lake / "installs"))
    what = "this is no estate" if estate.is_dir() else "there is no such folder"
    raise BadInput(what, where=str(estate), do="make one with `wardround synth estate`, or give an installation's home")


def _codes(manifest: Path) -> list[str]:
    try:
        codes = [o["code"] for o in orjson.loads(manifest.read_bytes())["organisations"]]
        if codes and all(isinstance(code, str) and ORGANISATION.fullmatch(code) for code in codes):
            return sorted(set(codes))
    except (orjson.JSONDecodeError, KeyError, TypeError):
        pass
    raise BadInput("its list of organisations cannot be read", where=str(manifest), do="run `wardround synth estate` again")


def _of_lake(installs: Path) -> Iterator[Source]:
    for folder in sorted(installs.glob("org=*")):
        code = folder.name.removeprefix("org=")
        newest: dict[str, tuple[object, Path]] = {}
        for path in sorted(folder.glob("snapshot=*.parquet")):
            source, taken_at = _said(path)
            if source not in newest or newest[source][0] <= taken_at:  # type: ignore[operator]  # both are times
                newest[source] = (taken_at, path)
        if newest and ORGANISATION.fullmatch(code):
            yield Source(code, tuple(path for _, path in sorted(newest.values(), key=lambda kept: kept[1].name)))


def _said(path: Path) -> tuple[str, object]:
    """The source of a snapshot, and when it was true; an empty one speaks for no source."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            first = next(file.iter_batches(batch_size=1, columns=["source", "taken_at"]), None)
    except (pa.ArrowException, OSError, KeyError) as error:
        raise WardroundError(f"cannot be read ({error})", where=str(path), do="restore it from a backup") from None
    return (path.name, 0) if first is None or not len(first) else (first["source"][0].as_py(), first["taken_at"][0].value)
