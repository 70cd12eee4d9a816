"""The peer of `bench_hunt.py`: one SQL query a rule over one SQLite table whose columns come from the events (Zircolite's method).

Written to be fair to it: a query asks only the events that the rule is for, by an index, columns that no rule names are
not stored, and `not` is asked so that an absent field does not lose the event. A field of several values is stored as
one text, a line for each. A rule whose column no event has fails, as it does there, and is counted.
"""

import re
import sqlite3
import time
from collections.abc import Iterable
from ipaddress import ip_network
from typing import Any, NamedTuple

from wardround.core.hunts._plan import Plan
from wardround.core.logs import Event, Kind, Scalar, written
from wardround.core.sigma._conditions import AllOf, AnyOf, FieldTest, Node, Not, TextTest
from wardround.core.sigma._values import Cidr, Exists, Null, Number, Piece, Reference, Regex, Text, Truth, as_number, compiled_regex

NULL = b""  # a field that is there and holds nothing; NULL is a field that is not there
BATCH = 5_000


class Untranslated(Exception):
    """A condition that has no form in SQL here."""


class Peer(NamedTuple):
    """What the queries found by rule, the rules that failed with the reason, and CPU seconds of filling and of asking."""

    counts: dict[str, int]
    failed: dict[str, str]
    filling: float
    asking: float


def searched(events: Iterable[Event], plan: Plan) -> Peer:
    """Fill the table, and ask one query a rule."""
    began = time.process_time()
    database = sqlite3.connect(":memory:", isolation_level=None)
    database.execute("PRAGMA journal_mode = OFF")
    kinds: dict[Kind, int] = {}
    columns = _filled(database, events, kinds, {name.lower() for name in plan.fields})
    database.create_function("REGEXP", 3, _regexp, deterministic=True)
    database.create_function("NUMBER", 1, as_number, deterministic=True)
    database.create_function("WITHIN", 2, _within, deterministic=True)
    filled = time.process_time()
    served: dict[str, list[int]] = {}
    for kind, number in kinds.items():
        for rule in plan.of(kind)[0]:
            served.setdefault(rule.id, []).append(number)
    counts: dict[str, int] = {}
    failed: dict[str, str] = {}
    for rule in plan.rules:
        if rule.id not in served:
            continue
        try:
            where, values = Query(columns).of(rule.condition)
            asked = f"SELECT count(*) FROM logs WHERE kind IN ({', '.join(map(str, served[rule.id]))}) AND {where}"
            counts[rule.id] = database.execute(asked, values).fetchone()[0]
        except (Untranslated, sqlite3.Error) as error:
            failed[rule.id] = str(error)[:100]
    return Peer(counts, failed, filled - began, time.process_time() - filled)


def _filled(database: sqlite3.Connection, events: Iterable[Event], kinds: dict[Kind, int], named: set[str]) -> set[str]:
    """Columns are added as events bring them; their names know no case."""
    columns: dict[str, int] = {}
    database.execute("CREATE TABLE logs (kind INTEGER, text TEXT)")
    rows: list[list[Any]] = []
    for event in events:
        row: list[Any] = [kinds.setdefault(event.kind, len(kinds)), event.text] + [None] * len(columns)
        for name, values in event.fields.items():
            if (lower := name.lower()) not in named:
                continue
            if (at := columns.get(lower)) is None:
                at = columns[lower] = len(columns)
                row.append(None)
                database.execute(f"ALTER TABLE logs ADD COLUMN {quoted(lower)}")
            row[at + 2] = _stored(values)
        rows.append(row)
        if len(rows) == BATCH:
            _insert(database, rows, len(columns) + 2)
    _insert(database, rows, len(columns) + 2)
    database.execute("CREATE INDEX by_kind ON logs (kind)")
    return set(columns)


def _stored(values: tuple[Scalar, ...]) -> str | bytes:
    if len(values) == 1:
        return NULL if values[0] is None else written(values[0])
    return "\n".join(written(value) for value in values if value is not None)


def _insert(database: sqlite3.Connection, rows: list[list[Any]], width: int) -> None:
    for row in rows:
        row += [None] * (width - len(row))
    database.execute("BEGIN")
    database.executemany(f"INSERT INTO logs VALUES ({', '.join('?' * width)})", rows)
    database.execute("COMMIT")
    rows.clear()


def quoted(name: str) -> str:
    """A name as SQL writes it. A column of the table's own cannot be taken for a field: fields are prefixed."""
    return '"f_' + name.replace('"', '""') + '"'


class Query:
    """One rule's condition in SQL, with the values that it is asked with."""

    def __init__(self, columns: set[str]) -> None:
        self._columns, self._values = columns, []  # type: tuple[set[str], list[Any]]

    def of(self, node: Node) -> tuple[str, list[Any]]:
        """The condition and its values. Raises Untranslated."""
        return self._of(node), self._values

    def _of(self, node: Node) -> str:
        match node:
            case AllOf(parts):
                return self._joined(parts, " AND ")
            case AnyOf(parts):
                return self._joined(parts, " OR ")
            case Not(part):
                return f"({self._of(part)} IS NOT TRUE)"
            case TextTest(test):
                return self._test("text", test)
            case FieldTest(field, test):
                return self._test(self._column(field), test)

    def _joined(self, parts: tuple[Node, ...], by: str) -> str:
        """Halved again and again: SQLite's trees may not be deep."""
        if len(parts) == 1:
            return self._of(parts[0])
        half = len(parts) // 2
        return f"({self._joined(parts[:half], by)}{by}{self._joined(parts[half:], by)})"

    def _column(self, field: str) -> str:
        if field.lower() not in self._columns:
            raise Untranslated(f"no such column: {field}")
        return quoted(field.lower())

    def _value(self, value: Any) -> str:
        self._values.append(value)
        return "?"

    def _test(self, column: str, test: Any) -> str:
        match test:
            case Text():
                return self._text(column, test)
            case Regex(pattern, flags):
                return f"REGEXP({self._value(pattern)}, {self._value(flags)}, {column})"
            case Number(number, "="):
                plain = f"{number:g}" if number == int(number) and abs(number) < 1e6 else str(number)
                return f"({column} = {self._value(plain)} OR ({column} LIKE '0x%' AND NUMBER({column}) = {number!r}))"
            case Number(number, sign):
                return f"NUMBER({column}) {sign} {number!r}"
            case Truth(truth):
                return f"lower(trim({column})) = '{str(truth).lower()}'"
            case Null():
                return f"({column} IS NULL OR typeof({column}) = 'blob')"
            case Exists(wanted):
                return f"{column} IS {'NOT ' if wanted else ''}NULL"
            case Cidr(network):
                return f"WITHIN({self._value(str(network))}, {column})"
            case Reference():
                return self._reference(f"lower({column})", test)
        raise Untranslated(f"not translated: {type(test).__name__}")

    def _reference(self, mine: str, test: Reference) -> str:
        other = f"lower({self._column(test.field)})"
        if test.starts and test.ends:
            return f"instr({mine}, {other}) > 0"
        if test.starts:
            return f"substr({mine}, 1, length({other})) = {other}"
        return f"substr({mine}, -length({other})) = {other}" if test.ends else f"{mine} = {other}"

    def _text(self, column: str, test: Text) -> str:
        if test.pieces == ((),):
            return f"({column} = '' OR typeof({column}) = 'blob')"
        if not any(test.pieces):
            return f"typeof({column}) = 'text'"
        if test.cased:
            return f"{column} GLOB {self._value('*'.join(map(_glob, test.pieces)))}"
        piece = test.pieces[0]
        if len(test.pieces) == 1 and len(piece) == 1 and isinstance(piece[0], str):
            return f"{column} = {self._value(piece[0])} COLLATE NOCASE"
        like = "%".join(map(_like, test.pieces))
        return f"{column} LIKE {self._value(like)}" + (r" ESCAPE '\'" if "\\" in like else "")


def _like(piece: Piece) -> str:
    return "".join("_" if part is None else re.sub(r"([\\%_])", r"\\\1", part) for part in piece)


def _glob(piece: Piece) -> str:
    return "".join("?" if part is None else re.sub(r"([*?\[])", r"[\1]", part) for part in piece)


def _regexp(pattern: str, flags: str, value: Any) -> bool | None:
    return compiled_regex(pattern, flags).search(value) is not None if isinstance(value, str) else None


def _within(network: str, value: Any) -> bool:
    return isinstance(value, str) and any(Cidr(ip_network(network)).passes(one) for one in value.split("\n"))
