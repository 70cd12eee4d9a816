"""Rows of cells into installs: finds the header, lays the columns out, reads each row."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain, islice
from types import MappingProxyType

from wardround.core.estate._gather import NOTHING, Gathering
from wardround.core.estate._map import REQUIRED, TARGETS, ColumnMapping, column_key, suggest
from wardround.core.vocab import BadInput, name_key

HEADER_WITHIN = 20
MOST_COLUMNS = 2_000
SPREADSHEET_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}

Row = tuple[str, Sequence[object]]
"""Where it stands ("line 12", "sheet 'Assets' row 12") and its cells."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each target stands in a row. `rest` are the columns nobody asked for, as (name, index)."""

    header: tuple[str, ...]
    where: str
    index: dict[str, int]
    rest: tuple[tuple[str, int], ...]
    missing: tuple[str, ...]

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


def lay_out(row: Row, mapping: ColumnMapping, *, name: str) -> Layout:
    """Read one row as the header. Raises BadInput where it has every column, and one of them twice."""
    where, cells = row
    header = tuple(text_of(cell) for cell in cells)
    while header and not header[-1]:
        header = header[:-1]
    places: dict[str, list[int]] = {}
    for index, name in enumerate(header):
        places.setdefault(column_key(name), []).append(index)
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
    counted: Counter[str] = Counter()
    rest = []
    for index, column in enumerate(header):
        if column and index not in found.values():
            counted[column] += 1
            rest.append((column if counted[column] == 1 else f"{column} ({counted[column]})", index))
    return Layout(header, where, found, tuple(rest), missing)


def find_header(rows: Iterable[Row], mapping: ColumnMapping, *, name: str) -> tuple[Layout | None, Iterator[Row]]:
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


def missing_columns(layout: Layout, mapping: ColumnMapping, *, name: str) -> MissingColumns:
    """The error that names what is missing, what is there, and a mapping to try."""
    wanted = [f"{t} (mapped to {mapping.columns[t]!r:.60})" if t in mapping.columns else t for t in layout.missing]
    shown = ", ".join(column[:40] for column in layout.header[:30]) + (" ..." if len(layout.header) > 30 else "")
    guess = suggest(layout.header).columns
    example = ", ".join(f"{target}={guess.get(target, '...')}" for target in layout.missing if target in REQUIRED)
    error = MissingColumns(
        f"no column for {', '.join(wanted)}; the columns are: {shown}",
        where=f"{name} {layout.where}",
        do="rename the columns, or say which is which with a column mapping" + (f", perhaps {example}" if example else ""),
    )
    error.columns = tuple(column for column in layout.header if column)
    return error


def read_rows(rows: Iterable[Row], layout: Layout, mapping: ColumnMapping, *, into: Gathering) -> None:
    """Each row below the header as an install; a row that cannot be trusted is rejected with its place."""
    width = len(layout.header)
    index = tuple(layout.index.items())
    constants = {target: text for target, text in mapping.constants.items() if target not in layout.index}
    words = {t: {name_key(word): ours for word, ours in m.items()} for t, m in mapping.values.items()}
    rounded = 0
    version_at = layout.index.get("version", -1)
    for where, cells in rows:
        if len(cells) != width:
            cells = list(cells)
            if any(text_of(cell) for cell in cells[width:]):
                into.reject(where, f"has {len(cells)} cells under a header of {width}: they cannot be told apart")
                continue
            cells = list(chain(cells[:width], [""] * (width - len(cells))))
        said = dict(constants)
        for target, place in index:
            said[target] = text_of(cells[place])
        if not any(said[target] for target, _ in index) and not any(text_of(cell) for cell in cells):
            continue
        if version_at >= 0 and isinstance(cells[version_at], (date, datetime, time)):
            into.note(where, f"the spreadsheet has turned the version into a date ({said['version']}): left empty")
            said["version"] = ""
        rounded += version_at >= 0 and isinstance(cells[version_at], float)
        for target, text in said.items():
            if text[:1] == "#" and text in SPREADSHEET_ERRORS:
                into.note(where, f"{target} holds the spreadsheet's error {text}: left empty")
                said[target] = ""
        for target, ours in words.items():
            if target in said:
                said[target] = ours.get(name_key(said[target]), said[target])
        extra = {name: text for name, place in layout.rest if (text := text_of(cells[place]))}
        into.add(where, said, extra=MappingProxyType(extra) if extra else NOTHING)
    if rounded:
        into.note(
            "", f"{rounded:,} versions are stored as numbers, where 12.10 is 12.1: format that column as text and export again"
        )
