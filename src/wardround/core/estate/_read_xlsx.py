"""Excel workbooks (.xlsx): the sizes are checked first, then the first sheet that has the header is read."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from itertools import islice, repeat
from typing import Any

from wardround.core.estate._gather import Gathering
from wardround.core.estate._layout import Layout, Row, find_header, missing_columns
from wardround.core.estate._map import ColumnMapping
from wardround.core.estate._model import Inventory
from wardround.core.estate._table import read_rows
from wardround.core.vocab import BadInput

MOST_UNPACKED = 600_000_000
MOST_MEMBERS = 5_000
MOST_ROWS = 1_048_576
MOST_CELLS = 40_000_000
CHUNK = 1 << 20
FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")


def read_xlsx(data: bytes, *, mapping: ColumnMapping | None, into: Gathering, most: int | None = None) -> Inventory:
    """The first sheet with the header. `most` stops after so many rows. Raises BadInput for anything else."""
    formulas = inspect(data, name=into.name)
    nearest: Layout | None = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that do not concern the cells
            written = _sheets(data, values=False) if formulas else repeat(None)
            for sheet, formula_sheet in zip(_sheets(data, values=True), written, strict=False):
                layout, rows = find_header(_rows(sheet, formula_sheet, into), mapping, name=into.name)
                if layout and not layout.missing:
                    read_rows(islice(rows, most), layout, into=into)
                    return into.inventory(data, format="xlsx", layout=layout)
                if layout and (nearest is None or layout.nearness > nearest.nearness):
                    nearest = layout
    except BadInput:
        raise
    except Exception as error:  # a hostile workbook makes the library fail in ways it does not list
        raise BadInput(
            f"this workbook is damaged ({type(error).__name__}: {str(error)[:100]})",
            where=into.name,
            do="open it in a spreadsheet program and save it again as .xlsx or as CSV",
        ) from error
    if nearest is None:
        raise BadInput("no sheet of this workbook has any rows", where=into.name, do="check that this is the right file")
    raise missing_columns(nearest, name=into.name)


def inspect(data: bytes, *, name: str) -> bool:
    """Unpack every part once, keeping nothing; True when a sheet holds formulas.

    Raises BadInput when it is no workbook, is damaged, or unpacks to more than 600 MB: by what it declares, then by
    what really comes out.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if not any(member.filename == "xl/workbook.xml" for member in members):
                raise BadInput("a zip archive, and not an Excel workbook", where=name, do="unpack it and give the files inside")
            if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
                raise BadInput(f"unpacks to more than {MOST_UNPACKED // 1_000_000} MB", where=name, do="save the one sheet as CSV")
            return _unpack(archive, members, name)
    except BadInput:
        raise
    except Exception as error:  # zipfile and zlib name some of what they raise, not all
        raise BadInput(f"this workbook is damaged or cut off ({str(error)[:100]})", where=name, do="fetch it again") from error


def _unpack(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], name: str) -> bool:
    total, formulas = 0, False
    for member in members:
        tail = b""
        with archive.open(member) as part:
            while chunk := part.read(CHUNK):
                total += len(chunk)
                if total > MOST_UNPACKED:
                    raise BadInput(
                        f"unpacks to more than {MOST_UNPACKED // 1_000_000} MB", where=name, do="save the one sheet as CSV"
                    )
                seen = tail + chunk
                if member.filename.endswith((".xml", ".rels")) and (b"<!DOCTYPE" in seen or b"<!ENTITY" in seen):
                    raise BadInput(
                        "its XML declares entities: no workbook does", where=f"{name} {member.filename}", do="do not trust it"
                    )
                formulas = formulas or ("sheet" in member.filename and FORMULA.search(seen) is not None)
                tail = chunk[-16:]
    return formulas


def _sheets(data: bytes, *, values: bool) -> list[Any]:
    from openpyxl import load_workbook

    sheets = load_workbook(io.BytesIO(data), read_only=True, data_only=values, keep_links=False).worksheets
    for sheet in sheets:
        sheet.reset_dimensions()  # what the file claims about its extent is not believed
    return sheets


def _rows(sheet: Any, formula_sheet: Any, into: Gathering) -> Iterator[Row]:
    """Rows with the stored results of formulas. A formula without a stored result is an empty cell, and noted."""
    title = sheet.title
    written = formula_sheet.iter_rows(values_only=True) if formula_sheet else repeat(())
    budget = MOST_CELLS
    for number, (cells, formula) in enumerate(zip(sheet.iter_rows(values_only=True), written, strict=False), 1):
        budget -= len(cells)
        if number > MOST_ROWS or budget < 0:
            raise BadInput(
                "more rows or cells than a sheet can have", where=f"{into.name} sheet {title!r:.40}", do="save the one sheet as CSV"
            )
        where = f"sheet {title!r:.40} row {number}"
        for column, content in enumerate(formula):
            if content is not None and cells[column] is None:
                into.note(where, f"column {column + 1} holds a formula without a stored result: read as empty")
        if cells:
            yield where, cells
