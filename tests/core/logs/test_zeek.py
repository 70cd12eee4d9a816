"""Zeek's logs, tab-separated and as JSON (Zeek's book, log formats)."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

Read = Callable[..., Any]
HEADER = [
    "#separator \\x09",
    "#set_separator\t,",
    "#empty_field\t(empty)",
    "#unset_field\t-",
    "#path\tdns",
    "#open\t2025-05-15-00-00-00",
    "#fields\tts\tuid\tid.orig_h\tid.resp_p\tquery\tqtype_name\tanswers\trejected",
    "#types\ttime\tstring\taddr\tport\tstring\tstring\tvector[string]\tbool",
]
ROW = "1747275164.096535\tCX\t203.0.113.1\t53\tevil\\x2eexample\tA\t192.0.2.1,192.0.2.2\tF"


def test_the_header_says_what_a_row_holds(read: Read) -> None:
    (event,), tally = read(*HEADER, ROW, "#close\t2025-05-15-01-00-00")
    assert event.time == datetime(2025, 5, 15, 2, 12, 44, 96_535, tzinfo=UTC)
    got = {name: event.fields[name] for name in ("query", "answers", "answer", "record_type", "dst_port", "rejected")}
    assert got == {
        "query": ("evil.example",),
        "answers": ("192.0.2.1", "192.0.2.2"),
        "answer": ("192.0.2.1", "192.0.2.2"),
        "record_type": ("A",),
        "dst_port": (53,),
        "rejected": (False,),
    }
    assert (event.kind.family, event.kind.channel, tally.unparsed) == ("zeek", "dns", 0)
    assert set(event.fields) <= (event.kind.fields or set())


@pytest.mark.parametrize(("written", "values"), [("-", None), ("(empty)", ("",)), ("a,b", ("a", "b"))])
def test_nothing_and_empty_are_not_the_same(read: Read, written: str, values: tuple[str, ...] | None) -> None:
    (event,), _ = read(*HEADER, ROW.replace("192.0.2.1,192.0.2.2", written))
    assert event.fields.get("answers") == values


def test_a_row_of_another_length_is_not_read(read: Read) -> None:
    events, tally = read(*HEADER, ROW + "\tmore", ROW.rpartition("\t")[0], ROW)
    assert (len(events), tally.unparsed) == (1, 2)


def test_a_row_without_its_header_is_not_read(read: Read) -> None:
    events, tally = read(ROW)
    assert (events, tally.unparsed) == ([], 1)


@pytest.mark.parametrize(
    ("line", "channel"),
    [
        ('{"_path":"http","ts":1747275164.09,"uri":"/a"}', "http"),
        ('{"ts":1747275164.09,"uid":"C","id.orig_h":"203.0.113.1","query":"evil.example","qtype_name":"A"}', "dns"),
        ('{"ts":"2025-05-15T02:12:44.09Z","uid":"C","id.orig_h":"203.0.113.1","trans_depth":1,"uri":"/a"}', "http"),
        ('{"ts":1747275164.09,"uid":"C","id.orig_h":"203.0.113.1","conn_state":"SF"}', "conn"),
    ],
)
def test_json(read: Read, line: str, channel: str) -> None:
    (event,), _ = read(line)
    assert (event.kind.family, event.kind.channel) == ("zeek", channel)
    assert event.time == datetime(2025, 5, 15, 2, 12, 44, 90_000, tzinfo=UTC)


def test_names_of_the_taxonomy(read: Read) -> None:
    (dns, http), _ = read(
        '{"ts":1747275164,"uid":"C","id.orig_h":"203.0.113.1","query":"evil.example","trans_id":1}',
        '{"ts":1747275164,"uid":"C","id.orig_h":"203.0.113.1","trans_depth":1,"uri":"/a","user_agent":"x","status_code":200}',
    )
    assert dns.fields["QueryName"] == ("evil.example",)
    assert (http.fields["c-uri"], http.fields["c-useragent"], http.fields["sc-status"]) == (("/a",), ("x",), (200,))
