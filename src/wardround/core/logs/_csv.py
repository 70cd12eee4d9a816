"""Tables with a header (RFC 4180, and with semicolons, tabs or bars): each row by what its columns say it is."""

import csv
import re
from typing import Any

import orjson

from wardround.core.logs._json import Records
from wardround.core.logs._model import Event, LineReader
from wardround.core.logs._times import as_time

DELIMITERS = ",;\t|"
NAME = re.compile(r"[\w @#%$&*+./:()\[\]\\'-]{1,128}\Z")
# A column that says when, by its name: without one, and without a time in the first row, a table is no log.
WHEN = re.compile(r"(?:\A|[^a-z])(?:time|date|timestamp|datetime|ts|when)(?:\Z|[^a-z])")
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
LETTER = re.compile(r"[^\W\d_]")
MOST_COLUMNS = 1_000
MOST_WORDS = 4  # of a column's name: more is a sentence with a comma
MANY = 10
LONGEST_ROW = 1_000_000
MOST_LINES = 200
EVENT_VIEWER = frozenset(["Date and Time", "Source", "Event ID", "Task Category"])
SKIPPED = ("#TYPE ", "sep=")


class CsvReader(LineReader):
    """Reads rows under a header, which only the first lines of a log can be. `problems` are lines that turned out to be neither."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._header: list[str] = []
        self._delimiter = ","
        self._candidate: tuple[int, str] | None = None
        self._pending: list[tuple[int, str]] = []
        self._size = 0
        self._hopes = 5
        self.problems: list[tuple[int, str]] = []

    def read(self, number: int, line: str) -> tuple[Event, ...] | None:
        """The events of a line, none for a header or a row that goes on; None when it is no row."""
        if self._candidate is not None:
            return self._second(number, line)
        if not self._header:
            return self._first(number, line)
        if self._pending or self._open(line):
            return self._continued(number, line)
        return self._row(number, line)

    def close(self) -> tuple[Event, ...]:
        """What still waited for its closing quote."""
        if self._candidate is not None:
            self.problems.append(self._candidate)
            self._candidate = None
        return self._torn() if self._pending else ()

    def _first(self, number: int, line: str) -> tuple[Event, ...] | None:
        if line.startswith(SKIPPED) and self._hopes:
            return ()
        self._hopes -= 1
        if self._hopes < 0:
            return None
        for delimiter in DELIMITERS:
            names = _split(line, delimiter)
            if names and 2 <= len(names) <= MOST_COLUMNS and _is_header(names):
                self._header, self._delimiter = [n.strip() for n in names], delimiter
                if set(self._header) >= EVENT_VIEWER:  # it names five columns, and writes six
                    self._header.append("Message")
                self._candidate = (number, line)
                return ()
        return None

    def _second(self, number: int, line: str) -> tuple[Event, ...] | None:
        """The line after a header tells whether it was one."""
        candidate, self._candidate = self._candidate, None
        if self._open(line) and self._says_when(line):
            return self._continued(number, line)
        events = self._row(number, line) if self._says_when(line) else None
        if events is None and candidate is not None:
            self._header = []
            self.problems.append(candidate)
            return self._first(number, line)
        return events

    def _says_when(self, line: str) -> bool:
        if any(WHEN.search(CAMEL.sub("_", name).lower()) for name in self._header):
            return True
        return any(as_time(cell) for cell in _split(line, self._delimiter) or () if len(cell) >= 10 and not cell.isdecimal())

    def _open(self, line: str) -> bool:
        return line.count('"') % 2 == 1

    def _continued(self, number: int, line: str) -> tuple[Event, ...] | None:
        """A row with a line end inside quotes: at most 200 lines of it, else its quote was torn."""
        self._pending.append((number, line))
        self._size += len(line)
        if len(self._pending) > 1 and self._open(line):
            joined = "\n".join(text for _, text in self._pending)
            events = self._row(self._pending[0][0], joined)
            if events is None:
                return self._torn()
            self._pending, self._size = [], 0
            return events
        if len(self._pending) > MOST_LINES or self._size > LONGEST_ROW:
            return self._torn()
        return ()

    def _torn(self) -> tuple[Event, ...]:
        """Every waiting line by itself."""
        pending, self._pending, self._size = self._pending, [], 0
        out: list[Event] = []
        for number, line in pending:
            events = None if self._open(line) else self._row(number, line)
            if events is None:
                self.problems.append((number, line))
            else:
                out += events
        return tuple(out)

    def _row(self, number: int, line: str) -> tuple[Event, ...] | None:
        values = _split(line, self._delimiter)
        if values is not None and len(values) + 1 == len(self._header) and set(self._header) >= EVENT_VIEWER:
            values.append("")
        if values is None or len(values) != len(self._header):
            return None
        if values == self._header or [*values[:-1], "Message"] == self._header:
            return ()
        record: dict[str, Any] = {}
        for name, value in zip(self._header, values, strict=True):
            record[name] = [record[name], _parsed(value)] if name in record else _parsed(value)
        return self._records.record(number, record, line, form=" (CSV)") or None


def _split(line: str, delimiter: str) -> list[str] | None:
    try:
        return next(iter(csv.reader([line] if "\n" not in line else line.splitlines(keepends=True), delimiter=delimiter)), None)
    except csv.Error:
        return None


def _is_header(names: list[str]) -> bool:
    stripped = [name.strip() for name in names]
    few = len(stripped) // MANY  # of very many columns a few may be called alike, or by many words: Entra's have such
    named = all(NAME.match(n) and LETTER.search(n) for n in stripped)
    return named and len(stripped) - len(set(stripped)) <= few and sum(n.count(" ") >= MOST_WORDS for n in stripped) <= few


def _parsed(value: str) -> Any:
    """A cell that holds JSON, as Microsoft's exports have them, as what it holds."""
    if value[:1] in ("{", "[") and value[-1:] in ("}", "]"):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value
