"""What cannot be read is counted, and what can be read is: no part of a log is left out in silence."""

import json
from collections.abc import Callable
from typing import Any

import pytest

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
