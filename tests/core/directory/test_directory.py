"""Files of the Organisation Data Service as they come, and as they should not."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.directory import plain_address, plain_name, read_directory
from wardround.core.vocab import BadInput

from .listing import a_file, a_line


def test_a_trust_has_its_code_name_and_care_board() -> None:
    (one,) = read_directory(
        a_file(a_line("ZZ1", "ALDER VALE NHS FOUNDATION TRUST", board="QZ9", opened="20200401")), where="x"
    ).listed
    assert (one.code, one.name, one.parent) == ("ZZ1", "Alder Vale NHS Foundation Trust", "QZ9")
    assert (one.opened_on, one.closed_on) == (date(2020, 4, 1), None)


def test_a_stated_parent_goes_before_the_geography() -> None:
    assert read_directory(a_file(a_line("ZZ101", "A SITE", board="QZ9", parent="ZZ1")), where="x").listed[0].parent == "ZZ1"


@pytest.mark.parametrize(
    ("shouted", "written"),
    [
        ("THE ROYAL ELM'S HOSPITAL", "The Royal Elm's Hospital"),
        ("ISLE OF OAK ICB", "Isle of Oak ICB"),
        ("McOak Systems", "McOak Systems"),
        ("ÉLAN CARE UK", "Élan Care UK"),
    ],
)
def test_a_shouted_name_is_written_as_people_write_it(shouted: str, written: str) -> None:
    assert read_directory(a_file(a_line("ZZ1", shouted)), where="x").listed[0].name == written


def test_a_closed_one_keeps_its_date() -> None:
    assert read_directory(a_file(a_line("ZZ1", "A", closed="20230331")), where="x").listed[0].closed_on == date(2023, 3, 31)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (a_line("ZZ1", "A")[:-3], "columns instead of 27"),
        (a_line("Z/1", "A"), "is no code"),
        (a_line("Z", "A"), "is no code"),
        (a_line("ZZ1", ""), "the name is empty"),
        (a_line("ZZ1", "=HYPERLINK(1)"), "begins like a formula"),
        (a_line("ZZ1", "@SUM(1)"), "begins like a formula"),
        (a_line("ZZ1", "Alder\u202eelaV"), "cannot be seen"),
        (a_line("ZZ1", "A", opened="2020-04-01"), "is no day"),
        (a_line("ZZ1", "A", closed="20201331"), "is no day"),
        (a_line("ZZ1", "A", board="=1+1"), "the parent"),
        (a_line("ZZ1", "A" * 201), "longer than 200"),
        (a_line("ZZ1", "A" * 3000), "2000 characters"),
    ],
)
def test_a_line_that_cannot_be_used_is_put_aside_and_the_others_stand(line: list[str], why: str) -> None:
    found = read_directory(a_file(a_line("ZZ8", "Before"), line, a_line("ZZ9", "After")), where="x")
    assert [one.code for one in found.listed] == ["ZZ8", "ZZ9"]
    assert [(r.where, why in r.what) for r in found.rejected] == [("line 2", True)]


def test_a_code_listed_twice_alike_counts_once() -> None:
    assert len(read_directory(a_file(a_line("ZZ1", "A"), a_line("ZZ1", "A")), where="x").listed) == 1


def test_of_a_code_listed_twice_differently_neither_counts() -> None:
    found = read_directory(a_file(a_line("ZZ1", "A"), a_line("ZZ2", "B"), a_line("zz1", "C")), where="x")
    assert [one.code for one in found.listed] == ["ZZ2"]
    assert [r.where for r in found.rejected] == ["line 1", "line 3"]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "holds no organisation"),
        (b"code,name\nZZ1,A\n", "columns instead of 27"),
        ("ZZ1,A\n".encode("utf-16"), "no text in UTF-8"),
        (b"PK\x03\x04\0\0\0", "no text in UTF-8"),
        (b"\x81\x8d" * 20, "no text in UTF-8"),
        (b"x" * (64 * 1024 * 1024 + 1), "larger than 64 MiB"),
    ],
)
def test_another_kind_of_file_is_refused(raw: bytes, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        read_directory(raw, where="x.csv")


def test_windows_own_letters_are_read() -> None:
    raw = a_file(a_line("ZZ1", "Café Élan")).decode().encode("cp1252")
    assert read_directory(raw, where="x").listed[0].name == "Café Élan"


def test_a_quote_that_never_ends_loses_no_line_before_it() -> None:
    found = read_directory(a_file(a_line("ZZ1", "A")) + b'"ZZ2,"B', where="x")
    assert [one.code for one in found.listed] == ["ZZ1"]
    assert "is no CSV" in found.rejected[0].what


def test_a_hundred_thousand_lines_are_read() -> None:
    raw = a_file(*(a_line(f"Z{n:06d}", "A PRACTICE") for n in range(100_000)))
    assert len(read_directory(raw, where="x").listed) == 100_000


@given(st.binary(max_size=400))
def test_no_file_crashes_it(raw: bytes) -> None:
    try:
        found = read_directory(raw, where="x")
    except BadInput:
        return
    assert found.listed


@given(st.text(max_size=60))
def test_a_plain_name_is_plain_for_good(text: str) -> None:
    try:
        plain = plain_name(text, where="name")
    except BadInput:
        return
    assert plain_name(plain, where="name") == plain
    assert plain.isprintable()


HIDING = ["", " \t", "a\0b", "a\u200bb", "\u202ecba", "x" * 201, "Anna\u3164", "\u2800", "Anna\ufe0f", "A\u034fB", "A\U000e0041"]
FORMULAS = ["=1+1", " +A1", "-2", "@SUM(1)", "\uff1d1+1"]
HEAPS = ["Z" + "\u0337" * 5, "\u0301Anna", "Anna \u0301Example"]


@pytest.mark.parametrize("name", HIDING + FORMULAS + HEAPS)
def test_a_name_that_hides_calculates_or_covers_something_is_refused(name: str) -> None:
    with pytest.raises(BadInput):
        plain_name(name, where="name")


@pytest.mark.parametrize(
    "name", ["Zoë O'Connor-Ní Bhriain", "Nguyễn Thị Ánh", "שָׁלוֹם", "ณัฐวุฒิ", "अनुष्का", "山田 太郎", "Desk 2+1 (night)"]
)
def test_names_of_the_living_are_taken(name: str) -> None:
    assert plain_name(name, where="name") == unicodedata.normalize("NFC", name)


def test_an_address_is_kept_in_lower_case() -> None:
    assert plain_address(" Anna.B@Example.ORG ", where="email") == "anna.b@example.org"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "anna",
        "anna@",
        "@b.example",
        "a b@c.example",
        "a@b",
        "a@-b.example",
        "a..b@c.example",
        ".a@c.example",
        "a@b.example\nBcc: x@y.example",
        "\u0430nna@b.example",  # Cyrillic letters that look like ours
        "anna@\u0435x.example",
        "a" * 250 + "@b.example",
        '"a b"@c.example',
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BadInput):
        plain_address(address, where="email")
