"""CSV with a header, and JSON that is not one object a line: whole, torn, cut off, and mixed with other lines."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from wardround.core.logs._values import starts_values

Read = Callable[..., Any]
ACCESS = '203.0.113.7 - - [15/May/2025:03:12:44 +0100] "GET /a HTTP/1.1" 200 1 "-" "-"'
ITEMS = [{"id": n, "time": "2025-05-15T02:12:44Z", "nested": [{"id": "inner"}, {"id": "inner"}]} for n in range(5)]


ENTRA = (
    "Date (UTC),Request ID,User agent,User,Username,Cross tenant access type,Incoming token type,Unique token identifier,"
    "Token Protection - Sign In Session,Application,Application ID ,Resource,IP address,Location,Status,Sign-in error code,"
    "Failure reason,Client app,Device ID,Browser,Token issuer type,Incoming token type,Latency,Conditional Access"
)


def test_sign_ins_as_the_portal_gives_them(read: Read) -> None:
    """Two columns are called alike, one by seven words."""
    who = "2025-05-15T02:12:44Z,r,UA,Alice,alice@hospital.example,none,one,u,Unbound,App,a,Graph,203.0.113.7,Leeds,"
    (event,), tally = read("\ufeff" + ENTRA, who + "Failure,50126,x,IMAP,,,t,two,9,notApplied", zone="America/New_York")
    assert event.kind[1:3] == ("azure", "signinlogs")
    names = ("UserPrincipalName", "ResultType", "ClientAppUsed", "Incoming token type", "src_ip")
    wanted = [("alice@hospital.example",), ("50126",), ("IMAP",), ("one", "two"), ("203.0.113.7",)]
    assert [event.fields[name] for name in names] == wanted
    assert (event.time, tally.unparsed) == (datetime(2025, 5, 15, 2, 12, 44, tzinfo=UTC), 0)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Time,Host", "2025-05-15 02:12:44,a"),
        ("Date,Time,Host", "2025-05-15,02:12:44,a"),
        ("Date and Time;Host", "15/05/2025 02:12:44;a"),
        ("Timestamp [UTC],Host", "2025-05-15 02:12:44,a"),
        ("_time,Host", "2025-05-15T03:12:44.000+0100,a"),
        ("Date,Time,Host", "15.05.2025,02:12:44,a"),
    ],
)
def test_when_a_row_was_is_found_however_its_column_is_written(read: Read, header: str, row: str) -> None:
    (event,), _ = read(header, row)
    assert event.time == datetime(2025, 5, 15, 2, 12, 44, tzinfo=UTC)


def test_a_day_alone_says_no_hour(read: Read) -> None:
    (event,), tally = read("Date,Host", "2025-05-15,a")
    assert (event.time, tally.not_placed) == (None, 1)


def test_a_day_and_a_month_that_may_be_either_are_not_guessed(read: Read) -> None:
    """Until a date of the same log can be read in one way only."""
    events, tally = read("Time,Host", "05/06/2025 00:00:00,a", "13/06/2025 00:00:00,b", "05/06/2025 00:00:00,c")
    assert [event.time and (event.time.month, event.time.day) for event in events] == [None, (6, 13), (6, 5)]
    assert tally.coverage().notes[:2] == (
        "dates are written with the day first, as those of them show that can be nothing else",
        "1 times may have their day or their month first: not placed in time",
    )


def test_dates_of_both_kinds_decide_nothing(read: Read) -> None:
    events, tally = read("Time,Host", *(f"{day}/2025 00:00,a" for day in ("13/06", "06/13", "05/06", "07/07")))
    assert [event.time and (event.time.month, event.time.day) for event in events] == [(6, 13), (6, 13), None, (7, 7)]
    assert "with the day first, and with the month first" in tally.coverage().notes[0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_table_has_the_fields_of_its_header(read: Read, delimiter: str) -> None:
    events, tally = read(*(delimiter.join(row) for row in [("time", "user", "cmd"), ("2025-05-15T02:12:44Z", "eve", "id")]))
    assert [(event.line, event.fields["cmd"]) for event in events] == [(2, ("id",))]
    assert (tally.shape, tally.unparsed) == ("CSV", 0)


def test_a_row_may_hold_line_ends_and_quotes(read: Read) -> None:
    events, tally = read("ts,b,c", '1,"x\ny, ""z""",2', "3,4,5")
    assert [event.fields["b"] for event in events] == [('x\ny, "z"',), ("4",)]
    assert tally.unparsed == 0


@pytest.mark.parametrize(
    ("rows", "read_rows", "lost"),
    [
        (["1,2,3", '4,"5,6', "7,8,9"], ["1", "7"], 1),
        (['4,"5,6', "7,8,9", "1,2,3"], ["7", "1"], 1),
        (["1,2,3", "4,5", "6,7,8,9", "1,2,3"], ["1", "1"], 2),
        (["1,2,3", "ts,b,c", "4,5,6"], ["1", "4"], 0),  # tables put one behind the other
        (["1,2,3", ACCESS, "4,5,6"], ["1", None, "4"], 0),
    ],
)
def test_a_torn_quote_costs_its_own_row(read: Read, rows: list[str], read_rows: list[str | None], lost: int) -> None:
    events, tally = read("ts,b,c", *rows)
    assert [event.fields.get("ts", (None,))[0] for event in events] == read_rows
    assert tally.unparsed == lost


def test_a_torn_quote_does_not_swallow_the_rest_of_a_long_table(read: Read) -> None:
    events, tally = read("ts,b", '1,"2', *["3,4"] * 1_000)
    assert (len(events), tally.unparsed) == (1_000, 1)


@pytest.mark.parametrize(
    "text",
    ["notes, of a meeting\nnothing in it", "one\ntwo", "a,a\n1,2", "1,2\n3,4", "a,b", ",,,\n,,,", "asset,version\na,12.4\nb,12.5"],
)
def test_text_with_commas_is_no_table(read: Read, text: str) -> None:
    events, tally = read(text)
    assert (events, tally.unparsed) == ([], text.count("\n") + 1)


def test_marks_of_excel_and_powershell_before_the_header(read: Read) -> None:
    assert len(read("sep=;", "ts;b", "1;2")[0]) == len(read("#TYPE System.Object", '"ts","b"', '"1","2"')[0]) == 1


@pytest.mark.parametrize("indent", [None, 0, 1, 4, "\t"])
@pytest.mark.parametrize("wrapper", ["", "Records", "value"])
def test_an_array_is_read_however_it_is_written(read: Read, indent: int | str | None, wrapper: str) -> None:
    value = {"@odata.context": "x", wrapper: ITEMS, "next": None} if wrapper else ITEMS
    events, tally = read(json.dumps(value, indent=indent))
    assert [event.fields["id"] for event in events] == [(n,) for n in range(5)]
    assert tally.unparsed == 0


@pytest.mark.parametrize("indent", [None, 2])
def test_an_array_that_is_cut_off_gives_what_was_whole(read: Read, indent: int | None) -> None:
    text = json.dumps(ITEMS, indent=indent)
    events, tally = read(text[:-30])
    assert [event.fields["id"] for event in events] == [(0,), (1,), (2,), (3,)]
    assert tally.unparsed == 1
    assert "cut off" in tally.examples[0]
    assert "at character" in tally.examples[0]


@pytest.mark.parametrize("indent", [None, 2])
def test_a_damaged_object_costs_itself(read: Read, indent: int | None) -> None:
    text = json.dumps(ITEMS, indent=indent).replace('"id": 2', '"id": }')
    events, tally = read(text)
    assert [event.fields["id"] for event in events] == [(0,), (1,), (3,), (4,)]
    assert tally.unparsed == 1


def test_lines_of_another_log_after_an_array_are_read(read: Read) -> None:
    events, tally = read(json.dumps(ITEMS, indent=2), ACCESS, ACCESS)
    assert [event.kind.family for event in events] == ["json"] * 5 + ["web"] * 2
    assert (events[-1].line, tally.unparsed) == (json.dumps(ITEMS, indent=2).count("\n") + 3, 0)


def test_objects_over_many_lines_one_after_the_other(read: Read) -> None:
    events, _ = read(*(json.dumps(item, indent=2) for item in ITEMS))
    assert [event.fields["id"] for event in events] == [(n,) for n in range(5)]


def test_elements_that_are_no_objects_are_counted(read: Read) -> None:
    events, tally = read('[{"a": 1}, 2, "three", [], null, {"a": 2}]')
    assert [event.fields["a"] for event in events] == [(1,), (2,)]
    assert tally.unparsed == 3


def test_an_array_larger_than_a_line_may_be(read: Read) -> None:
    items = [{"id": n, "text": "x" * 1_000} for n in range(3_000)]
    events, tally = read(json.dumps(items))
    assert (len(events), tally.unparsed) == (3_000, 0)


@pytest.mark.parametrize("line", ['{"id": 1}', '{"id": 1},', '[{"id": 1},', '{"id": 1}]', ',{"id": 1}'])
def test_a_line_of_an_array_with_one_object_each(read: Read, line: str) -> None:
    events, _ = read(ACCESS, line, ACCESS)
    assert [event.fields.get("id") for event in events] == [None, (1,), None]


@pytest.mark.parametrize(
    ("start", "is_array"),
    [
        (b'[{"a"', True),
        (b'\n [\n  {"a"', True),
        (b'{\n"a"', True),
        (b"[2025-05-15 03:12:44] started", False),
        (b'{"a": 1}\n', False),
        (b"{\nx", False),
        (b"", False),
    ],
)
def test_what_begins_an_array(start: bytes, is_array: bool) -> None:
    assert starts_values(start) is is_array


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("TimeGenerated [UTC],b", "x,y"),
        ("EventTime,b", "x,y"),
        ("creation_date,b", "x,y"),
        ("Datum,b", "2025-05-15 03:12:44,y"),
        ("ts,b", "1,2"),
    ],
)
def test_a_table_is_a_log_when_it_says_when(read: Read, header: str, row: str) -> None:
    assert len(read(header, row)[0]) == 1
    assert read("uptime,updated", "3,4")[0] == []
