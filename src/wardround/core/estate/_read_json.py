"""JSON rows, as programming interfaces return them: a list of objects, one object on each line, or a list inside one object.

Microsoft's interfaces answer `{"value": [...]}` (OData JSON Format 4.01, section 12) and write files of one object on each line
(Microsoft Learn: Export software inventory assessment per device, section 2). Columns are known by their names, as in any table.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from wardround.core.estate._gather import Gathering
from wardround.core.estate._layout import MOST_COLUMNS, Row, lay_out, missing_columns
from wardround.core.estate._map import ColumnMapping
from wardround.core.estate._model import Inventory
from wardround.core.estate._table import read_rows
from wardround.core.vocab import BadInput

Entry = tuple[str, Any]
"""Where it stands (a JSON pointer, or a line) and what stands there."""


def rows_in(document: Any) -> list[Entry] | None:
    """The rows of a list of objects, or of an object with exactly one such list; None for anything else."""
    if isinstance(document, list):
        return [(f"/{at}", one) for at, one in enumerate(document)] if _are_rows(document) else None
    if isinstance(document, Mapping):
        lists = [(name, listed) for name, listed in document.items() if isinstance(listed, list) and _are_rows(listed)]
        if len(lists) == 1:
            name, listed = lists[0]
            return [(f"/{name}/{at}", one) for at, one in enumerate(listed)]
    return None


def _are_rows(listed: Sequence[Any]) -> bool:
    return bool(listed) and all(isinstance(one, Mapping) for one in listed[:20])


def read_json(
    entries: Iterable[Entry], *, data: bytes, mapping: ColumnMapping | None, into: Gathering, most: int | None = None
) -> Inventory:
    """One row for each object, its columns the names of all of them. Raises BadInput where a needed column is missing."""
    rows = list(entries)
    header = list(dict.fromkeys(str(name) for _, row in rows if isinstance(row, Mapping) for name in row))
    if len(header) > MOST_COLUMNS:
        raise BadInput(f"more than {MOST_COLUMNS:,} columns", where=into.name, do="check that this is a list of installed products")
    layout = lay_out(("the names of its objects", header), mapping, name=into.name)
    if layout.missing:
        raise missing_columns(layout, name=into.name)
    read_rows(islice(_rows(rows, layout.header, into), most), layout, into=into)
    return into.inventory(data, format="json", layout=layout)


def _rows(entries: Iterable[Entry], header: Sequence[str], into: Gathering) -> Iterable[Row]:
    for where, entry in entries:
        if isinstance(entry, Mapping):
            yield where, [_cell(entry.get(name)) for name in header]
        else:
            into.reject(where, "is not an object")


def _cell(value: Any) -> object:
    """A text, a number, or the texts of a list; yes and no as a person writes them. What is nested deeper is no cell."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value if isinstance(one, str | int | float))
    return None if isinstance(value, Mapping) else value
