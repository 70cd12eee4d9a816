"""Text tables: the encoding and the separator are found out, and said where they are a guess."""

import csv
import re
from array import array
from collections.abc import Iterable, Iterator
from itertools import islice

from wardround.core.estate._gather import Gathering
from wardround.core.estate._layout import HEADER_WITHIN, Row, find_header, missing_columns
from wardround.core.estate._map import ColumnMapping
from wardround.core.estate._model import Inventory
from wardround.core.estate._table import read_rows
from wardround.core.vocab import BadInput

LONGEST_LINE = 1_000_000
MOST_LINES = 5_000_000
MOST_REREAD = 2_000_000
SEPARATORS = (",", ";", "\t", "|")
_LINE_END = re.compile(rb"\r\n|\r|\n")
UTF8_BOM = b"\xef\xbb\xbf"


def decode(data: bytes, *, into: Gathering) -> str:
    """The text: UTF-8, UTF-16 (by its mark, or by its NUL bytes), else Windows-1252, which is noted. Raises BadInput."""
    sample = data[:4096]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(data, "utf-16", into)
    if len(sample) > 3 and not data.startswith(UTF8_BOM):
        for encoding, silent in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
            if silent.count(0) > len(silent) * 0.6:
                into.note("", f"read as {encoding.upper()}, which the file does not say")
                return _strictly(data, encoding, into)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.end == len(data) and error.reason == "unexpected end of data":
            into.note("", "the file ends in the middle of a character: it looks cut off")
            return data[: error.start].decode("utf-8-sig") + "\N{REPLACEMENT CHARACTER}"
        into.note("", f"not UTF-8 (byte {error.start:,}): read as Windows-1252; check names with accents")
        return _strictly(data, "cp1252", into)


def _strictly(data: bytes, encoding: str, into: Gathering) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadInput(
            f"byte {error.start:,} is in no encoding that is read (UTF-8, UTF-16, Windows-1252)",
            where=into.name,
            do="save it as CSV UTF-8",
        ) from None


def records(lines: "Lines", separator: str, *, into: Gathering, most: int = MOST_LINES) -> Iterator[Row]:
    """(line, cells) of each record. A broken one is rejected by its line, and reading goes on at the next line.

    Raises BadInput where so many quotes stay open that reading on would take for ever.
    """
    start, reread, end = 0, 0, min(len(lines), most)
    while start < end:
        reader = csv.reader((lines[n] for n in range(start, end)), delimiter=separator, strict=True)
        done = 0
        try:
            for cells in reader:
                if cells:
                    yield f"line {start + done + 1}", cells
                done = reader.line_num
            return
        except csv.Error as error:
            into.reject(f"line {start + done + 1}", f"cannot be read as a row: {error}")
            reread += reader.line_num - done - 1
            start += done + 1
        if reread > MOST_REREAD:
            raise BadInput("too many quotes are opened and never closed", where=f"{into.name} line {start}", do="export it again")


class Lines:
    """Physical lines, ends kept, each cut out of the file when it is asked for: as texts they take five times its size."""

    def __init__(self, text: str, data: bytes = b"") -> None:
        """`data` are the file's own bytes: they are not held twice where they are this text."""
        written = text.encode("utf-8", "surrogatepass")
        self._data = data if data == written else written
        self._ends = array("Q", (found.end() for found in _LINE_END.finditer(self._data)))
        if self._data and (not self._ends or self._ends[-1] < len(self._data)):
            self._ends.append(len(self._data))
        self._instead: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, number: int) -> str:
        if number in self._instead:
            return self._instead[number]
        start, end = self._ends[number - 1] if number else 0, self._ends[number]
        return self._data[start:end].decode("utf-8", "surrogatepass")

    def replace(self, number: int, text: str) -> None:
        """Read this in the place of a line."""
        self._instead[number] = text

    def too_long(self) -> Iterator[tuple[int, int]]:
        """Place and length of those that are no row of a table."""
        start = 0
        for number, end in enumerate(self._ends):
            if end - start > LONGEST_LINE and (length := len(self[number])) > LONGEST_LINE:
                yield number, length
            start = end


def _lines(text: str, data: bytes, into: Gathering) -> Lines:
    """The lines. One longer than a million characters is no row: rejected, and left blank.

    Raises BadInput for more lines than any organisation's inventory has.
    """
    if text.count("\n") + text.count("\r") - text.count("\r\n") > MOST_LINES:
        raise BadInput(f"more than {MOST_LINES:,} lines", where=into.name, do="split it, or export installed products only")
    lines = Lines(text, data)
    for number, length in lines.too_long():
        into.reject(f"line {number + 1}", f"has {length:,} characters: no row of a table")
        lines.replace(number, "\n")
    return lines


def _without_cut_off(rows: Iterable[Row], width: int, into: Gathering) -> Iterator[Row]:
    """Hold back a last record with too few cells, in a file whose last line has no end: its last cell may be half of one."""
    held: Row | None = None
    for row in rows:
        if held:
            yield held
        held = row
    if held and len(held[1]) < width:
        into.reject(held[0], "the file ends in the middle of this row: it looks cut off")
    elif held:
        yield held


def read_csv(data: bytes, *, mapping: ColumnMapping | None, into: Gathering, most: int | None = None) -> Inventory:
    """A text table with a header among its first 20 rows. `most` stops after so many rows. Raises BadInput without a header."""
    lines = _lines(decode(data, into=into), data, into)
    separators: tuple[str, ...] = SEPARATORS
    if len(lines) and lines[0][:4].casefold() == "sep=" and len(lines[0].rstrip("\r\n")) == 5:
        separators = (lines[0][4],)
        lines.replace(0, "\n")
    layout, separator = None, ""
    for candidate in separators:
        trial = records(lines, candidate, into=Gathering(into.name), most=HEADER_WITHIN * 5)
        found, _ = find_header(trial, mapping, name=into.name)
        if found and (layout is None or found.nearness > layout.nearness):
            layout, separator = found, candidate
    if layout is None:
        raise BadInput("there is no text table in it", where=into.name, do="give a CSV or XLSX file, or an SBOM as JSON")
    if layout.missing:
        raise missing_columns(layout, name=into.name)
    first = int(layout.where.removeprefix("line "))
    below: Iterator[Row] = (row for row in records(lines, separator, into=into) if int(row[0][5:]) > first)
    if len(lines) and not lines[len(lines) - 1].endswith(("\n", "\r")):
        below = _without_cut_off(below, len(layout.header), into)
    read_rows(islice(below, most), layout, into=into)
    return into.inventory(data, format="csv", layout=layout)
