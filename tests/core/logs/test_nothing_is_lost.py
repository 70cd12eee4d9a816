"""What cannot be read is counted, and what can be read is: no part of a log is left out in silence."""

import gzip
import json
from collections.abc import Callable
from io import BufferedReader, BytesIO, RawIOBase
from typing import Any

import pytest

from wardround.core.logs import Reading, Source, unpacked

Read = Callable[..., Any]
WHEN = "2025-05-15T03:12:44Z"
ACCESS = '203.0.113.7 - - [15/May/2025:03:12:{:02d} +0100] "GET /{} HTTP/1.1" 200 1 "-" "-"'


@pytest.mark.parametrize("indent", [None, 2])
def test_parts_of_a_list_that_are_no_event_are_counted(read: Read, indent: int | None) -> None:
    line = json.dumps([{"timestamp": WHEN, "a": "1"}, 5, "text", {}, [7]], indent=indent)
    events, tally = read('{"timestamp": "2025-05-15T03:12:43Z"}' if indent is None else b"", line)
    assert (len(events), tally.unparsed) == (2 if indent is None else 1, 4)


def test_a_record_with_a_list_in_it_is_one_event_with_all_of_its_fields(read: Read) -> None:
    (event,), tally = read(json.dumps({"timestamp": WHEN, "user": "alice", "items": [{"name": "a"}, {"name": "b"}]}))
    assert event.fields["user"] == ("alice",)
    assert event.fields["items.name"] == ("a", "b")
    assert event.time is not None
    assert not tally.unparsed


@pytest.mark.parametrize("outer", [{"@odata.context": "x"}, {"kind": "EventList", "apiVersion": "audit.k8s.io/v1"}])
def test_an_object_without_a_time_only_wraps(read: Read, outer: dict[str, str]) -> None:
    events, _ = read(json.dumps({**outer, "items": [{"timestamp": WHEN, "a": "1"}, {"timestamp": WHEN, "a": "2"}]}))
    assert [event.fields["a"] for event in events] == [("1",), ("2",)]


def test_lines_that_end_with_a_return_alone_are_lines(read: Read) -> None:
    events, tally = read("\r".join(ACCESS.format(second, second) for second in range(9)) + "\r")
    assert [event.fields["cs-uri-stem"] for event in events] == [(f"/{second}",) for second in range(9)]
    assert not tally.unparsed


def test_a_return_within_a_line_ends_none(read: Read) -> None:
    events, _ = read(ACCESS.format(1, "a\rb"), ACCESS.format(2, "c"))
    assert [event.fields["cs-uri-stem"] for event in events] == [("/a\rb",), ("/c",)]


def test_a_line_that_its_reader_cannot_complete_at_the_end_is_counted(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise ValueError

    monkeypatch.setattr("wardround.core.logs._audit._event", broken)
    events, tally = read("type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e", ACCESS.format(1, ""))
    assert (len(events), tally.unparsed) == (1, 1)


def test_squid_writes_requests_that_had_no_method(read: Read) -> None:
    line = "1747278764.123      0 192.0.2.5 NONE_NONE/000 0 - error:transaction-end-before-headers - HIER_NONE/- -"
    (event,), tally = read(line)
    assert event.fields["c-uri"] == ("error:transaction-end-before-headers",)
    assert not tally.unparsed


def test_lines_of_several_kinds_have_hours_of_their_own_and_it_is_said(read: Read) -> None:
    """A web server whose lines stop leaves a gap although other programs go on."""
    _, tally = read(ACCESS.format(1, "a"), "2025-05-15T09:00:00Z web1 cron[7]: started")
    assert tally.coverage().notes == ("it holds 2 kinds of lines: a rule's hours are those of the kinds that it is for",)
    assert [(one.kind, one.host, f"{one.first:%H:%M:%S}") for one in tally.coverage().kinds] == [
        ("Apache combined access log", "", "02:12:01"),
        ("syslog (ISO 8601 times): cron", "web1", "09:00:00"),
    ]


class Drops(RawIOBase):
    """A stream that gives its bytes one by one, as a slow pipe may."""

    def __init__(self, data: bytes) -> None:
        self._data = BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        got = self._data.read(1)
        into[: len(got)] = got
        return len(got)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_ends_a_line_does_not_depend_on_how_the_bytes_come(end: str) -> None:
    text = ACCESS.format(1, "a\rb" if end != "\r" else "a") + end + ACCESS.format(2, "c") + end
    reading = Reading(Source("log", BufferedReader(Drops(text.encode()), 1)))
    assert len(list(reading)) == 2
    assert reading.tally.unparsed == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_what_stands_before_damage_in_the_first_line_is_read(encoding: str) -> None:
    whole = "[" + ",".join(json.dumps({"timestamp": WHEN, "a": str(number)}) for number in range(2_000)) + "]"
    (source,) = unpacked(Source("log", BytesIO(gzip.compress(whole.encode(encoding))[:-900])), rejected=[])
    reading = Reading(source)
    assert len(list(reading)) > 500
    assert "could not be read to its end" in reading.tally.rejected[0].what
