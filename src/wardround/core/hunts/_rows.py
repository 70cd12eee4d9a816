"""The rows of a query's result as Sentinel and Splunk give them: CSV, JSON lines, an array, or a table of columns and rows."""

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wardround.core.vocab import BadInput

LARGEST = 200_000_000
LONGEST_CELL = 1_000_000
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Rows:
    """Rows by the names of their columns, in lower case; `numbered` from 1. `problems` are the rows that could not be read."""

    name: str
    numbered: tuple[tuple[int, Row], ...]
    columns: frozenset[str]
    sha256: str
    problems: tuple[str, ...] = field(default=())


def read_rows(name: str, data: bytes) -> Rows:
    """The rows of a result. An empty one is a result too. Raises BadInput for what is none of these forms."""
    if len(data) > LARGEST:
        raise BadInput(f"larger than {LARGEST // 1_000_000} MB", where=name, do="ask for less time at once")
    text = data.decode("utf-8-sig", "replace").strip()
    problems: list[str] = []
    columns: list[str] = []
    read = _json(text, name, problems) if text[:1] in ("[", "{") else _csv(text, name, problems, columns)
    numbered = tuple((number, {_column(key): value for key, value in row.items()}) for number, row in read)
    names = {_column(column) for column in columns}.union(*(row for _, row in numbered))
    return Rows(name, numbered, frozenset(names), hashlib.sha256(data).hexdigest(), tuple(problems))


def joined(parts: Sequence[Rows]) -> Rows:
    """Several results as one, their rows in that order. What could not be read keeps the name of its file."""
    if len(parts) == 1:
        return parts[0]
    numbered = tuple(row for part in parts for row in part.numbered)
    whole = hashlib.sha256("".join(part.sha256 for part in parts).encode()).hexdigest()
    problems = tuple(f"{part.name}: {what}" for part in parts for what in part.problems)
    columns = frozenset().union(*(part.columns for part in parts))
    return Rows(", ".join(part.name for part in parts), numbered, columns, whole, problems)


def _column(name: Any) -> str:
    """A column's name in lower case, without the zone that Sentinel's portal writes behind it."""
    return str(name or "").removesuffix(" [UTC]").strip().lower()


def _csv(text: str, name: str, problems: list[str], columns: list[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    csv.field_size_limit(LONGEST_CELL)
    if not text:
        return
    table = csv.reader(io.StringIO(text))
    number = 0
    try:
        columns += next(table)
        if len(columns) < 2:
            raise BadInput("neither CSV nor JSON", where=name, do="export the query's result as CSV or JSON")
        for cells in table:
            if not cells:
                continue
            number += 1
            if len(cells) == len(columns):
                yield number, dict(zip(columns, cells, strict=True))
            else:
                problems.append(f"row {number}: {len(cells)} cells under {len(columns)} columns")
    except csv.Error as error:
        problems.append(f"row {number + 1}: {error}; left there")


def _json(text: str, name: str, problems: list[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        yield from _lines(text, name, problems)
        return
    number = 0
    for number, row in enumerate(_inside(given), start=1):
        if isinstance(row, dict):
            yield number, row
        else:
            problems.append(f"row {number}: not an object")
    if not number and not (isinstance(given, list) or _known(given)):
        raise BadInput("no rows in it", where=name, do="export the query's result as CSV or JSON")


def _known(given: Any) -> bool:
    return isinstance(given, dict) and any(isinstance(given.get(key), list) for key in ("results", "tables", "value", "rows"))


def _inside(given: Any) -> Iterator[Any]:
    """The rows of a document: an array; Splunk's `results`; Log Analytics' `tables` with `columns` and `rows`; or one row."""
    if isinstance(given, list):
        yield from (row.get("result", row) if isinstance(row, dict) else row for row in given)
    elif isinstance(given, dict) and isinstance(given.get("tables"), list):
        for table in given["tables"]:
            yield from _table(table)
    elif isinstance(given, dict) and isinstance(given.get("rows"), list) and isinstance(given.get("columns"), list):
        yield from _table(given)
    elif _known(given):
        yield from next(given[key] for key in ("results", "value", "rows") if isinstance(given.get(key), list))
    elif isinstance(given, dict) and len(given) > 1:
        yield given.get("result", given)


def _table(table: Any) -> Iterator[Any]:
    if not (isinstance(table, dict) and isinstance(table.get("columns"), list) and isinstance(table.get("rows"), list)):
        yield None
        return
    names = [str(column.get("name")) if isinstance(column, dict) else str(column) for column in table["columns"]]
    for row in table["rows"]:
        yield dict(zip(names, row, strict=True)) if isinstance(row, list) and len(row) == len(names) else None


def _lines(text: str, name: str, problems: list[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """JSON lines, as Splunk exports them: each with the row under `result`."""
    good = 0
    for number, line in enumerate(filter(str.strip, text.splitlines()), start=1):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            problems.append(f"row {number}: not an object")
            continue
        good += 1
        inner = row.get("result", row)
        if isinstance(inner, dict):
            yield number, inner
    if not good:
        raise BadInput("neither CSV nor JSON", where=name, do="export the query's result as CSV or JSON")
