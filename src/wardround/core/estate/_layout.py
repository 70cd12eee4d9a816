"""Finding the header of a table, and where each thing stands in its rows."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from itertools import islice

from wardround.core.estate._map import REQUIRED, TARGETS, ColumnMapping, first_present, identifying, mapping_of, own_names, suggest
from wardround.core.estate._sources import Kind, keys_of, recognised
from wardround.core.estate._values import column_key
from wardround.core.vocab import BadInput

HEADER_WITHIN = 20
MOST_COLUMNS = 2_000

Row = tuple[str, Sequence[object]]
"""Where it stands ("line 12", "sheet 'Assets' row 12") and its cells."""


@dataclass(frozen=True, slots=True)
class Also:
    """A second install that each row states: where its parts stand, its constants and words, what is kept."""

    index: dict[str, int]
    constants: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    keep: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each target stands in a row. `rest` are the further columns that are kept, as (name, index)."""

    header: tuple[str, ...]
    where: str
    index: dict[str, int]
    rest: tuple[tuple[str, int], ...]
    missing: tuple[str, ...]
    mapping: ColumnMapping = field(default_factory=ColumnMapping)
    identifiers: tuple[tuple[str, int], ...] = ()
    also: tuple[Also, ...] = ()

    @property
    def nearness(self) -> tuple[int, int, int]:
        """How much it looks like the header that is wanted: greater is nearer."""
        return -len(self.missing), len(suggest(self.header).columns), len(self.header)


class MissingColumns(BadInput):
    """A table without a column that is needed. `columns` are those it has, as written."""

    columns: tuple[str, ...] = ()


def text_of(value: object) -> str:
    """A cell as stripped text. Excel's own `="0012"`, which keeps a text a text, is unwrapped."""
    if not isinstance(value, str):
        if value is None:
            return ""
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        return value.isoformat() if isinstance(value, (date, time)) else str(value)
    text = value.strip()
    if text[:2] == '="' and text[-1] == '"' and len(text) > 2:
        return text[2:-1].strip()
    return text


def lay_out(row: Row, mapping: ColumnMapping | None, *, name: str) -> Layout:
    """Read one row as the header; without a mapping by the kind of export that it is, where it is a known one.

    Raises BadInput where it has every column, and one of them twice.
    """
    where, cells = row
    header = tuple(text_of(cell) for cell in cells)
    while header and not header[-1]:
        header = header[:-1]
    if mapping is None:
        keys = keys_of(header) - {""}
        kind = None if keys >= keys_of(REQUIRED) else recognised(keys)
        mapping = mapping_of(kind, header) if kind else own_names(header)
    places: dict[str, list[int]] = {}
    for index, column in enumerate(header):
        places.setdefault(column_key(column), []).append(index)
    found: dict[str, int] = {}
    for target in TARGETS:
        key = column_key(mapping.columns.get(target, target))
        if not key or key not in places or (target in mapping.constants and target not in mapping.columns):
            continue
        found[target] = places[key][0]
    wanted = [target for target in TARGETS if target in REQUIRED or target in mapping.columns]
    missing = tuple(target for target in wanted if target not in found and target not in mapping.constants)
    twice = next((index for index in found.values() if len(places[column_key(header[index])]) > 1), None)
    if twice is not None and not missing:
        raise BadInput(f"there is more than one column {header[twice]!r}", where=f"{name} {where}", do="rename one of them")
    of_device = mapping.identifiers if mapping.identifiers or mapping.source else identifying(header)
    identifiers = tuple((of, places[key][0]) for c, of in of_device.items() if (key := column_key(c)) in places)
    taken = {*found.values(), *(index for _, index in identifiers)}
    kind = mapping.kind
    return Layout(
        header,
        where,
        found,
        _rest(header, taken) if mapping.keep is None else _kept(mapping.keep, places),
        missing,
        mapping,
        identifiers,
        _also(kind, header, places) if kind else (),
    )


def _rest(header: Sequence[str], taken: set[int]) -> tuple[tuple[str, int], ...]:
    counted: Counter[str] = Counter()
    rest = []
    for index, column in enumerate(header):
        if column and index not in taken:
            counted[column] += 1
            rest.append((column if counted[column] == 1 else f"{column} ({counted[column]})", index))
    return tuple(rest)


def _kept(keep: Mapping[str, str], places: Mapping[str, list[int]]) -> tuple[tuple[str, int], ...]:
    return tuple((name, places[key][0]) for column, name in keep.items() if (key := column_key(column)) in places)


def _also(kind: Kind, header: Sequence[str], places: Mapping[str, list[int]]) -> tuple[Also, ...]:
    """The second installs that rows of this kind state, where their product's column is there."""
    named = {column_key(column): column for column in reversed(header)}
    found = []
    for one in kind.also:
        index = {target: places[column_key(c)][0] for target, c in first_present(one["columns"], named).items()}
        if "product" in index:
            keep = {column: name for name, column in first_present(one.get("keep", {}), named).items()}
            found.append(Also(index, one.get("constants", {}), one.get("values", {}), _kept(keep, places)))
    return tuple(found)


def find_header(rows: Iterable[Row], mapping: ColumnMapping | None, *, name: str) -> tuple[Layout | None, Iterator[Row]]:
    """The first of the first 20 filled rows that names every needed column, and the rows after it.

    Without one, the layout of the row that comes nearest, `missing` filled, and no rows. None for an empty table.
    """
    rows = iter(rows)
    nearest: Layout | None = None
    for row in islice((row for row in rows if any(text_of(cell) for cell in row[1][:MOST_COLUMNS])), HEADER_WITHIN):
        if len(row[1]) > MOST_COLUMNS:
            raise BadInput(
                f"more than {MOST_COLUMNS:,} columns",
                where=f"{name} {row[0]}",
                do="check that this is a table of installed products",
            )
        layout = lay_out(row, mapping, name=name)
        if not layout.missing:
            return layout, rows
        if nearest is None or layout.nearness > nearest.nearness:
            nearest = layout
    return nearest, iter(())


def missing_columns(layout: Layout, *, name: str) -> MissingColumns:
    """The error that names what is missing, what is there, and a mapping to try."""
    columns = layout.mapping.columns
    wanted = [f"{t} (mapped to {columns[t]!r:.60})" if t in columns else t for t in layout.missing]
    shown = ", ".join(column[:40] for column in layout.header[:30]) + (" ..." if len(layout.header) > 30 else "")
    guess = suggest(layout.header).columns
    example = ", ".join(f"{target}={guess.get(target, '...')}" for target in layout.missing if target in REQUIRED)
    error = MissingColumns(
        f"no column for {', '.join(wanted)}; the columns are: {shown}",
        where=f"{name} {layout.where}",
        do="rename the columns, or say which is which with a column mapping"
        + (f", perhaps {example}" if example else "")
        + "; `wardround estate preview FILE` proposes one",
    )
    error.columns = tuple(column for column in layout.header if column)
    return error
