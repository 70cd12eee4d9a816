"""Excel workbooks: the first sheet with the header, sizes checked before anything is read, cells taken for what they are."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime

import openpyxl
import pytest

from wardround.core.estate import Inventory, read
from wardround.core.estate import _read_xlsx as reader
from wardround.core.vocab import BadInput

HEADER = ["asset_id", "product", "version"]


def a_workbook(**sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def repacked(data: bytes, member: str, change: Callable[[bytes], bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == member else old.read(name))
    return packed.getvalue()


def the_sheet(*rows: list[object]) -> Inventory:
    return read(a_workbook(Assets=[list(HEADER), *rows]), name="assets.xlsx")


def test_a_row_is_an_install_with_its_sheet_and_row() -> None:
    inventory = the_sheet(["mdm-01", "EPMM", "12.4.0.1"])
    assert inventory.format == "xlsx"
    assert inventory.columns == tuple(HEADER)
    assert inventory.installs[0].where == "sheet 'Assets' row 2"


def test_the_first_sheet_with_the_header_is_read() -> None:
    data = a_workbook(
        Notes=[["Read me"]], Blank=[], Assets=[["Export of 14 May"], [], list(HEADER), ["a", "p", "1"]], Other=[list(HEADER)]
    )
    assert read(data, name="x").installs[0].where == "sheet 'Assets' row 4"


def test_numbers_and_days_become_texts() -> None:
    data = a_workbook(A=[[*HEADER, "last_seen", "internet_facing", "Beds"], [17, "p", 12.4, datetime(2025, 5, 14, 9), True, 3.0]])  # noqa: DTZ001
    install = read(data, name="x").installs[0]
    assert (install.asset_id, install.version, install.last_seen) == ("17", "12.4", date(2025, 5, 14))
    assert install.internet_facing is True
    assert install.extra == {"Beds": "3"}


def test_a_version_that_the_spreadsheet_turned_into_a_date_is_unknown_and_noted() -> None:
    inventory = the_sheet(["a", "p", date(2025, 4, 12)])
    assert inventory.installs[0].version == ""
    assert "turned the version into a date (2025-04-12" in inventory.noted[0].what


def test_a_formula_without_a_stored_result_is_empty_and_noted() -> None:
    inventory = the_sheet(["a", "p", '=CONCAT("1",".2")'], ["b", "p", "2"])
    assert [i.version for i in inventory.installs] == ["", "2"]
    assert inventory.noted[0].where == "sheet 'Assets' row 2"
    assert inventory.noted[0].what == "column 3 holds a formula without a stored result: read as empty"


def test_the_stored_result_of_a_formula_is_read() -> None:
    data = repacked(
        a_workbook(Assets=[list(HEADER), ["a", "p", "=1.5+1"]]),
        "xl/worksheets/sheet1.xml",
        lambda xml: re.sub(rb"<v ?/>|<v></v>", b"<v>2.5</v>", xml),
    )
    inventory = read(data, name="x")
    assert inventory.installs[0].version == "2.5"


def test_versions_stored_as_numbers_are_said_once() -> None:
    inventory = the_sheet(["a", "p", 12.1], ["b", "p", 12.2], ["c", "p", "12.10"])
    assert [note.what.partition(",")[0] for note in inventory.noted] == ["2 versions are stored as numbers"]


def test_a_missing_column_is_named_from_the_sheet_that_comes_nearest() -> None:
    with pytest.raises(BadInput, match=r"^x\.xlsx sheet 'B' row 1: no column for version; the columns are: asset_id, product;"):
        read(a_workbook(A=[["hello"]], B=[["asset_id", "product"], ["a", "p"]]), name="x.xlsx")


def test_a_workbook_without_rows_is_refused() -> None:
    with pytest.raises(BadInput, match="no sheet of this workbook has any rows"):
        read(a_workbook(A=[]), name="x")


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("assets.csv", "asset_id,product,version\n")
    with pytest.raises(BadInput, match="a zip archive, and not an Excel workbook"):
        read(data.getvalue(), name="x")


def test_a_zip_bomb_is_refused_by_what_it_declares(monkeypatch: pytest.MonkeyPatch) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", bytes(11_000_000))
    monkeypatch.setattr(reader, "MOST_UNPACKED", 10_000_000)
    assert len(data.getvalue()) < 100_000
    with pytest.raises(BadInput, match=r"^x: unpacks to more than 10 MB"):
        read(data.getvalue(), name="x")


def test_a_zip_bomb_is_refused_by_what_comes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    data = a_workbook(A=[list(HEADER), *([f"a{n}", "p", "1"] for n in range(500))])
    biggest = max(member.file_size for member in zipfile.ZipFile(io.BytesIO(data)).infolist())
    monkeypatch.setattr(reader, "MOST_UNPACKED", biggest)
    with zipfile.ZipFile(io.BytesIO(data)) as archive, pytest.raises(BadInput, match="unpacks to more"):
        reader._unpack(archive, archive.infolist(), "x")


@pytest.mark.parametrize("keep", [0.3, 0.7, 0.99])
def test_a_truncated_workbook_is_refused(keep: float) -> None:
    data = a_workbook(A=[list(HEADER), ["a", "p", "1"]])
    with pytest.raises(BadInput, match=r"^x: this workbook is damaged or cut off"):
        read(data[: int(len(data) * keep)], name="x")


@pytest.mark.parametrize("member", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"])
def test_a_damaged_part_is_refused(member: str) -> None:
    data = repacked(a_workbook(A=[list(HEADER), ["a", "p", "1"]]), member, lambda xml: xml[: len(xml) // 2])
    with pytest.raises(BadInput, match=r"^x: this workbook is damaged"):
        read(data, name="x")


def test_xml_that_declares_entities_is_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
    data = repacked(a_workbook(A=[list(HEADER), ["a", "p", "1"]]), "xl/theme/theme1.xml", lambda _: bomb)
    with pytest.raises(BadInput, match="declares entities"):
        read(data, name="x")


@pytest.mark.parametrize("row", [b"999999999999", b"1048577"])
def test_a_row_number_that_no_sheet_has_ends_in_time(row: bytes) -> None:
    sheet = a_workbook(A=[list(HEADER), ["a", "p", "1"]])
    data = repacked(sheet, "xl/worksheets/sheet1.xml", lambda xml: re.sub(rb'<row r="2"', b'<row r="' + row + b'"', xml))
    with pytest.raises(BadInput, match="more rows or cells than a sheet can have"):
        read(data, name="x")


def test_cells_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MOST_CELLS", 10)
    with pytest.raises(BadInput, match="more rows or cells than a sheet can have"):
        the_sheet(*(["a", "p", "1"] for _ in range(5)))
