"""Lines of a log inside something else: a shipper's object, an index' entry, the message of a syslog line."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from wardround.core.logs._carried import LONGEST

Read = Callable[..., Any]
ACCESS = '203.0.113.7 - - [15/May/2025:03:12:44 +0100] "GET /a?b=c HTTP/1.1" 400 1 "-" "agent"'
WHEN = datetime(2025, 5, 15, 2, 12, 44, tzinfo=UTC)


@pytest.mark.parametrize(
    "record",
    [
        {"@timestamp": "2025-05-15T02:12:50Z", "message": ACCESS, "log": {"file": {"path": "/a"}}, "host": {"name": "web1"}},
        {"time": "2025-05-15T02:12:50Z", "log": ACCESS + "\n", "stream": "stdout", "hostname": "web1"},
        {"preview": False, "result": {"_time": "2025-05-15T02:12:50Z", "_raw": ACCESS, "host": "web1"}},
        {"@timestamp": "2025-05-15T02:12:50Z", "event": {"original": ACCESS}, "hostname": "web1"},
    ],
)
def test_an_access_log_in_objects(read: Read, record: dict[str, Any]) -> None:
    (event,), tally = read(json.dumps(record))
    assert (event.kind.family, event.time, event.host) == ("web", WHEN, "web1")
    assert (event.fields["c-ip"], event.fields["cs-uri-query"]) == (("203.0.113.7",), ("b=c", "/a?b=c"))
    assert tally.shape == "Apache combined access log (in JSON)"


def test_what_the_object_says_beside_the_line_is_there(read: Read) -> None:
    (event,), _ = read(json.dumps({"log": ACCESS, "kubernetes": {"pod_name": "mdm-0"}}))
    assert event.fields["kubernetes.pod_name"] == ("mdm-0",)
    assert "mdm-0" in event.text


@pytest.mark.parametrize("message", ["started", "a: b", "{}", ""])
def test_a_message_in_words_is_a_message(read: Read, message: str) -> None:
    (event,), _ = read(json.dumps({"timestamp": "2025-05-15T02:12:44Z", "message": message}))
    assert (event.kind.family, event.fields["message"]) == ("json", (message,))


@pytest.mark.parametrize(
    "head",
    [
        "<190>May 15 03:12:44 web1 nginx: ",
        "2025-05-15T03:12:44+01:00 web1 nginx[7]: ",
        "<190>1 2025-05-15T02:12:44Z web1 nginx - - - ",
    ],
)
def test_an_access_log_sent_by_syslog_names_its_client_and_its_server(read: Read, head: str) -> None:
    (event,), _ = read(head + ACCESS)
    assert (event.kind.family, event.time, event.host, event.fields["c-ip"]) == ("web", WHEN, "web1", ("203.0.113.7",))


def test_windows_events_sent_by_syslog(read: Read) -> None:
    own = {"EventTime": "2025-05-15T02:12:44Z", "Hostname": "pc", "Channel": "Security", "EventID": 4688, "CommandLine": "whoami"}
    (event,), _ = read("<14>May 15 03:12:44 relay Security[4]: " + json.dumps(own))
    assert (event.kind[1:4], event.host, event.time) == (("windows", "security", 4688), "pc", WHEN)
    assert event.fields["CommandLine"] == ("whoami",)


def test_an_object_of_a_program_stays_a_line_of_it(read: Read) -> None:
    (event,), _ = read('May 15 03:12:44 web1 sudo: {"user": "alice"}')
    assert (event.kind.channel, event.fields["message"]) == ("sudo", ('{"user": "alice"}',))


def test_a_carried_line_that_is_too_long_to_be_taken_apart_is_counted(read: Read) -> None:
    """The object itself is searched; that what it carries was not, is said."""
    longest = ACCESS + " " * (LONGEST - len(ACCESS))
    events, tally = read(
        json.dumps({"log": longest}), json.dumps({"log": longest + " "}), json.dumps({"event": {"original": longest * 2}})
    )
    assert [event.kind.family for event in events] == ["web", "json", "json"]
    assert tally.unparsed == 2
    assert "100,001 characters" in tally.examples[0]
