"""Access-log lines become events: both shapes, ports, IPv6, escapes, odd requests, time zones."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.logs._access import COMBINED, COMMON, WITHOUT_STATUS, access_event, decodings


def first(text: str, field: str) -> object:
    event = access_event(1, text)
    assert event is not None, text
    return event.fields[field][0] if field in event.fields else None


LINE = '{client} - {user} [15/May/2025:03:12:44 {zone}] "{request}"{rest}'


def a_line(
    client: str = "203.0.113.7",
    user: str = "-",
    zone: str = "+0100",
    request: str = "GET /a?b=c HTTP/1.1",
    rest: str = ' 200 5 "-" "UA"',
) -> str:
    return LINE.format(client=client, user=user, zone=zone, request=request, rest=rest)


@pytest.mark.parametrize(
    ("rest", "shape"),
    [
        (' 200 5 "-" "Mozilla/5.0"', COMBINED),
        (' 200 5 "" ""', COMBINED),
        (" 200 -", COMMON),
        (' 400 5 "-" "a" 0.012 fwd', COMBINED),
        ("", WITHOUT_STATUS),
    ],
)
def test_the_shape_is_found_by_content(rest: str, shape: str) -> None:
    event = access_event(1, a_line(rest=rest))
    assert event is not None
    assert event.kind.shape == shape
    assert set(event.fields) <= set(event.kind.fields or ())


@pytest.mark.parametrize(
    ("client", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:51234", "203.0.113.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("phone.example", "phone.example"),
    ],
)
def test_the_client_may_carry_a_port(client: str, address: str) -> None:
    assert first(a_line(client=client), "c-ip") == address


@pytest.mark.parametrize(
    ("request_line", "method", "target", "query"),
    [
        ("GET /a/b.jsp?x=1 HTTP/1.1", "GET", "/a/b.jsp?x=1", "x=1"),
        ("POST /a HTTP/2.0", "POST", "/a", "/a"),
        ("GET /a b?c d HTTP/1.1", "GET", "/a b?c d", "c d"),
        ("GET /a?x=1", "GET", "/a?x=1", "x=1"),
        ("GET /a?b?c HTTP/1.1", "GET", "/a?b?c", "b?c"),
        ("-", None, "-", "-"),
        (r"\x16\x03\x01", None, r"\x16\x03\x01", r"\x16\x03\x01"),
        ("", None, "", ""),
        ("GET http://mdm.example/a?x HTTP/1.1", "GET", "http://mdm.example/a?x", "x"),
        (r"GET /a?q=\"b\" HTTP/1.1", "GET", r"/a?q=\"b\"", r"q=\"b\""),
    ],
)
def test_requests_are_taken_apart(request_line: str, method: str | None, target: str, query: str | None) -> None:
    text = a_line(request=request_line)
    assert (first(text, "cs-method"), first(text, "c-uri"), first(text, "cs-uri-query")) == (method, target, query)


@pytest.mark.parametrize("rest", [' 400 5 "-" "UA"', " 400 5", ""])
def test_a_request_with_unescaped_quotes_is_read_whole(rest: str) -> None:
    assert first(a_line(request='GET /a?q="b" "c HTTP/1.1', rest=rest), "cs-uri-query") == 'q="b" "c'


def test_the_query_field_holds_the_query_and_the_path_with_it() -> None:
    event = access_event(1, a_line(request="GET /a?b=c HTTP/1.1"))
    assert event is not None
    assert event.fields["cs-uri-query"] == ("b=c", "/a?b=c")


def test_the_path_of_a_full_address_is_its_path() -> None:
    assert first(a_line(request="GET http://mdm.example/a?x HTTP/1.1"), "cs-uri-stem") == "/a"


@pytest.mark.parametrize(("zone", "hour"), [("+0100", 2), ("+0000", 3), ("-0500", 8), ("+0530", 21)])
def test_times_become_utc(zone: str, hour: int) -> None:
    event = access_event(1, a_line(zone=zone))
    assert event is not None
    assert event.time is not None
    assert event.time.hour == hour
    assert event.time.tzinfo is UTC


def test_a_leap_second_is_of_its_minute() -> None:
    event = access_event(1, '192.0.2.1 - - [31/Dec/2016:23:59:60 +0000] "GET / HTTP/1.1" 200 1 "-" "-"')
    assert event is not None
    assert event.time == datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_a_dash_is_a_dash_and_empty() -> None:
    event = access_event(1, a_line(rest=' 200 5 "-" "-"'))
    assert event is not None
    assert event.fields["cs-user-agent"] == ("-", "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not a log line",
        '203.0.113.7 - - [15/May/2025:03:12:44] "GET / HTTP/1.1" 200 5',
        '203.0.113.7 - - [31/Feb/2025:03:12:44 +0000] "GET / HTTP/1.1" 200 5',
        '203.0.113.7 - - [15/Mai/2025:03:12:44 +0000] "GET / HTTP/1.1" 200 5',
        '203.0.113.7 - - [15/May/2025:25:12:44 +0000] "GET / HTTP/1.1" 200 5',
        '203.0.113.7 - - [01/Jan/0001:00:00:00 +2300] "GET / HTTP/1.1" 200 5',
        '203.0.113.7 - - [15/May/2025:03:12:44 +0100] "GET /',
        "203.0.113.7 - - [15/May/2025:03:12:44 +0100] GET / 200",
    ],
)
def test_what_is_no_access_line_is_no_event(text: str) -> None:
    assert access_event(1, text) is None


def test_decoding_goes_twice_and_not_further() -> None:
    assert decodings("%252541") == ["%252541", "%2541", "%41"]


@given(st.text(max_size=60))
def test_decoding_keeps_the_original_first_and_repeats_nothing(text: str) -> None:
    out = decodings(text)
    assert out[0] == text
    assert len(out) == len(set(out)) <= 4


@given(st.text(st.characters(codec="utf-8", exclude_characters='"\\\n\r'), max_size=60))
def test_any_request_without_quotes_is_kept_as_it_was_logged(request_text: str) -> None:
    event = access_event(1, a_line(request=f"GET /{request_text} HTTP/1.1"))
    assert event is not None
    assert event.fields["c-uri"][0] == f"/{request_text}"
    assert event.time == datetime(2025, 5, 15, 2, 12, 44, tzinfo=UTC)
