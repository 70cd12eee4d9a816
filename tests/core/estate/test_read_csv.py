"""Text tables: whatever the encoding and separator, each row is an install, or is rejected with its line."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardround.core.estate import Inventory, read
from wardround.core.estate._values import UNSAID
from wardround.core.vocab import BadInput, Install

HEADER = "asset_id,product,version"


def a_table(*rows: str, head: str = HEADER, at: datetime | None = None) -> Inventory:
    return read("\n".join([head, *rows, ""]).encode(), name="assets.csv", at=at)


def the(inventory: Inventory) -> Install:
    (install,) = inventory.installs
    return install


def said(inventory: Inventory) -> list[tuple[str, str]]:
    return [(note.where, note.what) for note in inventory.noted]


def test_every_column_that_is_known_has_its_place() -> None:
    head = "asset_id,product,version,vendor,hostname,internet_facing,service,last_seen,purl,cpe,scheme,Site"
    row = "m1,EPMM,12.4,Ivanti,mdm.example,yes,Messaging,2025-05-14,pkg:npm/x@1,cpe:2.3:a:b:c:1:*:*:*:*:*:*:*,SemVer,Main"
    assert the(a_table(row, head=head)) == Install(
        asset_id="m1",
        product="EPMM",
        version="12.4",
        vendor="Ivanti",
        hostname="mdm.example",
        internet_facing=True,
        service="Messaging",
        last_seen=date(2025, 5, 14),
        purl="pkg:npm/x@1",
        cpe="cpe:2.3:a:b:c:1:*:*:*:*:*:*:*",
        scheme="semver",
        where="line 2",
        extra={"Site": "Main"},
    )


@pytest.mark.parametrize("head", ["Asset ID,PRODUCT,Version", "assetid,pro duct, version ", "ASSET-ID,_Product_,version"])
def test_case_spaces_and_underscores_of_column_names_do_not_matter(head: str) -> None:
    assert the(a_table("a,p,1", head=head)).asset_id == "a"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_encoding_and_the_separator_are_found_out(separator: str, encoding: str, end: str) -> None:
    text = end.join(separator.join(row) for row in (("asset_id", "product", "version"), ("a", "Gerät", "1.0"))) + end
    install = the(read(text.encode(encoding), name="x"))
    assert (install.asset_id, install.product, install.version) == ("a", "Gerät", "1.0")


def test_windows_1252_is_read_and_said_aloud() -> None:
    inventory = read(f"{HEADER}\na,Gerät,1\n".encode("cp1252"), name="x")
    assert the(inventory).product == "Gerät"
    assert said(inventory) == [("", "not UTF-8 (byte 30): read as Windows-1252; check names with accents")]


def test_bytes_of_no_encoding_are_refused_with_their_place() -> None:
    with pytest.raises(BadInput, match=r"^x: byte 27 is in no encoding that is read"):
        read(f"{HEADER}\na,".encode() + b"\x81,1\n", name="x")


def test_what_excel_puts_before_the_header_is_passed_over() -> None:
    assert the(read(b"sep=;\nasset_id;product;version\na;p,q;1\n", name="x")).product == "p,q"
    assert the(read(b"Installed software\n\nasset_id,product,version\na,p,1\n", name="x")).where == "line 4"


def test_excels_way_of_keeping_a_text_is_unwrapped() -> None:
    assert the(a_table('"=""00123""",p,"=""12.10"""')).version == "12.10"


def test_a_missing_column_is_named_with_what_is_there_and_a_mapping_to_try() -> None:
    with pytest.raises(BadInput) as caught:
        a_table("a,p,1", head="asset_id,product,Software Version")
    assert str(caught.value) == (
        "assets.csv line 1: no column for version; the columns are: asset_id, product, Software Version; "
        "rename the columns, or say which is which with a column mapping, perhaps version=Software Version; "
        "`wardround estate preview FILE` proposes one"
    )


def test_a_column_that_stands_there_twice_is_refused() -> None:
    with pytest.raises(BadInput, match="more than one column 'Version'"):
        a_table("a,p,1,2", head="asset_id,product,Version,version")


def test_an_empty_version_is_kept_it_is_unknown() -> None:
    assert the(a_table("a,p,")).version == ""


@pytest.mark.parametrize(("row", "why"), [(",p,1", "asset_id is empty"), ("a, ,1", "product is empty"), ("a,p\0,1", "NUL")])
def test_a_row_without_an_asset_or_product_is_rejected_and_the_rest_goes_in(row: str, why: str) -> None:
    inventory = a_table(row, "b,p,1")
    assert the(inventory).asset_id == "b"
    assert inventory.rejected[0].where == "line 2"
    assert why in inventory.rejected[0].what


@pytest.mark.parametrize("text", ["n/a", "N/A", "unknown", "-", "*", "None"])
def test_words_for_not_stated_are_not_taken_for_names_or_versions(text: str) -> None:
    inventory = a_table(f"a,p,{text},{text}", f"{text},p,1,", f"a,{text},1,", head=HEADER + ",vendor")
    assert (the(inventory).version, the(inventory).vendor) == ("", "")
    assert said(inventory) == [("line 2", f"version {text!r} states none: taken as unknown")]
    assert [r.what for r in inventory.rejected] == [f"{t} is {text!r}, which names nothing" for t in ("asset_id", "product")]


def test_two_more_columns_of_one_name_are_both_kept() -> None:
    assert the(a_table("a,p,1,x,y,z", head=HEADER + ",Note,Note,#")).extra == {"Note": "x", "Note (2)": "y", "#": "z"}


def test_the_same_row_twice_counts_once_and_is_reported() -> None:
    inventory = a_table("a,p,1", "a,P,1")
    assert the(inventory).where == "line 2"
    assert said(inventory) == [("line 3", "the same as line 2: counted once")]


def test_a_duplicate_fills_blanks_and_facing_the_internet_wins() -> None:
    inventory = a_table("a,p,1,,no", "a,p,1,V,yes", head=HEADER + ",vendor,internet_facing")
    assert (the(inventory).vendor, the(inventory).internet_facing) == ("V", True)
    assert said(inventory) == [("line 3", "the same as line 2: counted once, as internet facing, since one says so")]


def test_products_of_one_name_by_two_vendors_are_two() -> None:
    inventory = a_table("a,p,1,V", "a,p,1,W", "a,p,1,w", head=HEADER + ",vendor")
    assert [i.vendor for i in inventory.installs] == ["V", "W"]


def test_two_versions_of_a_product_on_one_asset_are_both_kept() -> None:
    inventory = a_table("a,p,1", "a,p,2")
    assert [i.version for i in inventory.installs] == ["1", "2"]
    assert inventory.assets == 1


@pytest.mark.parametrize(
    ("text", "facing"),
    [
        ("yes", True),
        ("Y", True),
        ("TRUE", True),
        ("1", True),
        ("no", False),
        ("0", False),
        ("", None),
        ("Unknown", None),
        ("n/k", None),
    ],
)
def test_the_usual_spellings_of_yes_no_and_unknown(text: str, facing: bool | None) -> None:
    inventory = a_table(f"a,p,1,{text}", head=HEADER + ",internet facing")
    assert the(inventory).internet_facing is facing
    assert not inventory.noted


def test_any_other_spelling_is_unknown_and_reported() -> None:
    inventory = a_table("a,p,1,perhaps", head=HEADER + ",internet_facing")
    assert the(inventory).internet_facing is None
    assert said(inventory) == [("line 2", "internet_facing 'perhaps' is neither yes, no nor unknown: taken as unknown")]


@pytest.mark.parametrize(
    "text", ["2025-05-04", "2025-05-04T10:00:00Z", "04/05/2025", "04/05/2025 09:30", "4 May 2025", "04-May-2025"]
)
def test_days_are_read_the_international_or_the_british_way(text: str) -> None:
    assert the(a_table(f"a,p,1,{text}", head=HEADER + ",last_seen")).last_seen == date(2025, 5, 4)


@pytest.mark.parametrize(("text", "why"), [("05/14/2025", "is not a date"), ("2031-01-01", "lies in the future")])
def test_a_day_that_cannot_be_is_left_empty_and_reported(text: str, why: str) -> None:
    inventory = a_table(f"a,p,1,{text}", head=HEADER + ",last_seen", at=datetime(2025, 5, 14, tzinfo=UTC))
    assert the(inventory).last_seen is None
    assert why in inventory.noted[0].what


def test_too_many_cells_are_rejected_since_the_version_may_be_another_cell() -> None:
    inventory = a_table("a,Suite, Basic,1", "b,p,1", "c,p,1,,")
    assert [i.asset_id for i in inventory.installs] == ["b", "c"]
    assert inventory.rejected[0].where == "line 2"


def test_missing_cells_at_the_end_are_empty() -> None:
    assert the(a_table("a,p,1", head=HEADER + ",vendor")).vendor == ""


def test_a_file_cut_off_in_a_row_loses_that_row_only() -> None:
    inventory = read(b"asset_id,product,version,vendor\na,p,1,V\nb,p,12.4", name="x")
    assert the(inventory).asset_id == "a"
    assert inventory.rejected[0].what == "the file ends in the middle of this row: it looks cut off"


def test_a_file_cut_off_in_a_character_says_so() -> None:
    inventory = read(f"{HEADER}\na,p,1\nb,Gerä".encode()[:-1], name="x")
    assert the(inventory).asset_id == "a"
    assert "middle of a character" in inventory.noted[0].what


def test_a_quote_that_is_never_closed_costs_its_line_and_not_the_rest() -> None:
    inventory = a_table("a,p,1", 'b,"p,1', "c,p,1", "d,p,1")
    assert [i.asset_id for i in inventory.installs] == ["a", "c", "d"]
    assert [r.where for r in inventory.rejected] == ["line 3"]


def test_quoted_line_breaks_belong_to_the_cell() -> None:
    inventory = a_table('a,"p\nq",1', "b,p,1")
    assert [(i.product, i.where) for i in inventory.installs] == [("p\nq", "line 2"), ("p", "line 4")]


def test_a_spreadsheets_error_is_no_value() -> None:
    inventory = a_table("#N/A,p,1", "a,p,#REF!")
    assert the(inventory).version == ""
    assert [r.what for r in inventory.rejected] == ["asset_id is empty"]


def test_a_line_of_a_hundred_megabytes_is_rejected_at_once() -> None:
    inventory = a_table("a,p,1", "x," + "y" * 100_000_000, "b,p,1")
    assert [i.asset_id for i in inventory.installs] == ["a", "b"]
    assert inventory.rejected[0].what == "has 100,000,003 characters: no row of a table"


def test_more_lines_than_an_inventory_has_are_refused() -> None:
    with pytest.raises(BadInput, match=r"^x: more than 5,000,000 lines"):
        read(HEADER.encode() + b"\n" * 5_000_001, name="x")


def test_a_cell_that_is_too_long_for_a_table_costs_its_line() -> None:
    inventory = a_table("a," + "y" * 200_000 + ",1", "b,p,1")
    assert the(inventory).asset_id == "b"
    assert "field larger than field limit" in inventory.rejected[0].what


def test_a_header_of_thousands_of_columns_is_refused() -> None:
    with pytest.raises(BadInput, match="more than 2,000 columns"):
        a_table(head=HEADER + "," * 5_000 + "x")


def test_quotes_left_open_on_every_line_end_in_time() -> None:
    rows = '"""a,b\n' * 200_000 + '"'
    with pytest.raises(BadInput):
        read(f"{HEADER}\n{rows}".encode(), name="x")


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
    lambda text: text.strip() == text and text[:1] not in "=#" and text.casefold() not in UNSAID and not text.startswith("cpe")
)
ROWS = st.lists(
    st.builds(
        Install, asset_id=TEXT, product=TEXT, version=TEXT | st.just(""), vendor=TEXT | st.just(""), service=TEXT | st.just("")
    ),
    min_size=1,
    unique_by=lambda install: (install.asset_id, " ".join(install.product.split()).casefold(), install.version),
)


@settings(deadline=None)
@given(ROWS, st.sampled_from([",", ";", "\t"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_what_is_written_is_read_back(installs: list[Install], separator: str, encoding: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator)
    writer.writerow(["asset_id", "product", "version", "vendor", "service"])
    writer.writerows([i.asset_id, i.product, i.version, i.vendor, i.service] for i in installs)
    inventory = read(text.getvalue().encode(encoding), name="x")
    assert [(i.asset_id, i.product, i.version, i.vendor, i.service) for i in inventory.installs] == [
        (i.asset_id, i.product, i.version, i.vendor, i.service) for i in installs
    ]
    assert not inventory.rejected
