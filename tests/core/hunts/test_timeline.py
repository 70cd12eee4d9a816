"""A timeline: detections and what the same account or client did around them, in order of time, as files that others read."""

import csv
import io
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.hunts._timeline import NEAREST, Timeline, timeline
from wardround.core.hunts._timeline_files import exported
from wardround.core.logs import Event, Kind
from wardround.core.vocab import BadInput, Detection

START = datetime(2025, 5, 15, 3, tzinfo=UTC)


def an_event(line: int, minutes: float | None = 0, **fields: Any) -> Event:
    time = None if minutes is None else START + timedelta(minutes=minutes)
    named = {name.replace("__", "-"): (value,) for name, value in fields.items()}
    return Event(line, time=time, kind=Kind("", ""), fields=named, text=f"event {line}", host="mdm-01")


def a_detection(line: int, minutes: float | None = 0, source: str = "a.log") -> Detection:
    time = None if minutes is None else START + timedelta(minutes=minutes)
    return Detection("rule", source, line, time, "A title", "high", "=cmd()")


def made(detections: list[Detection], **sources: list[Event]) -> Timeline:
    def events() -> Iterable[tuple[str, Iterable[Event]]]:
        return ((name.replace("_", "."), its) for name, its in sources.items())

    return timeline(detections, events=events)


def lines(of: Timeline) -> list[tuple[str, int]]:
    return [(entry.kind, entry.line) for entry in of.entries]


def test_context_is_of_the_same_client_within_an_hour_and_in_order() -> None:
    events = [
        an_event(1, -59, c__ip="203.0.113.7"),
        an_event(2, -61, c__ip="203.0.113.7"),
        an_event(3, -5, c__ip="203.0.113.8"),
        an_event(4, 0, c__ip="203.0.113.7"),
        an_event(5, 60, c__ip="203.0.113.7"),
        an_event(6, None, c__ip="203.0.113.7"),
    ]
    got = made([a_detection(4)], a_log=events, b_log=[an_event(9, 1, c__ip="203.0.113.7")])
    assert lines(got) == [("context", 1), ("detection", 4), ("context", 5)]
    assert got.entries[0].why == "same client: 203.0.113.7"
    assert got.entries[1].client == "203.0.113.7"


def test_an_account_is_the_same_with_and_without_its_domain_and_a_system_is_nobody() -> None:
    events = [
        an_event(1, 0, User="WARD\\alice"),
        an_event(2, 1, TargetUserName="Alice"),
        an_event(3, 2, User="NT AUTHORITY\\SYSTEM"),
    ]
    assert lines(made([a_detection(1)], a_log=events)) == [("detection", 1), ("context", 2)]


def test_where_nobody_is_named_the_host_is_taken() -> None:
    assert lines(made([a_detection(1)], a_log=[an_event(1), an_event(2, 5), an_event(3, 5, User="alice")])) == [
        ("detection", 1),
        ("context", 2),
    ]


def test_the_nearest_are_kept_and_what_is_cut_is_said() -> None:
    events = [an_event(n, n / 10, c__ip="203.0.113.7") for n in range(1, 400)]
    got = made([a_detection(1, 0.1)], a_log=events)
    assert lines(got)[1:] == [("context", n) for n in range(2, NEAREST + 2)]
    assert got.cut == ("a.log: 398 events are near the detections of the client 203.0.113.7; the nearest 100 are in it",)


def test_what_has_no_time_stands_at_the_end_and_is_counted() -> None:
    got = made([a_detection(7, None), a_detection(1, 5), a_detection(2, 1)])
    assert (lines(got), got.without_time) == ([("detection", 2), ("detection", 1), ("detection", 7)], 1)


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(-200, 200) | st.none(), st.sampled_from(["203.0.113.7", "203.0.113.8"]))))
def test_it_is_in_order_and_context_is_never_far(rows: list[tuple[int, int | None, str]]) -> None:
    events = [an_event(n, minutes, c__ip=client) for n, (_, minutes, client) in enumerate(rows)]
    got = made([a_detection(n, row[1]) for n, row in enumerate(rows) if row[0] % 5 == 0], a_log=events)
    times = [entry.time for entry in got.entries if entry.time]
    assert times == sorted(times)
    assert [entry.time for entry in got.entries[len(times) :]] == [None] * got.without_time
    anchors = [entry.time for entry in got.entries if entry.kind == "detection" and entry.time]
    for entry in got.entries:
        if entry.kind == "context" and entry.time:
            assert min(abs(entry.time - time) for time in anchors) <= timedelta(hours=1)
    assert len({(entry.kind, entry.line) for entry in got.entries}) == len(got.entries)


def written(of: Timeline, form: str) -> str:
    return b"".join(exported(of, form)).decode()


def test_the_csv_has_the_names_of_timesketch_and_no_formula() -> None:
    got = made(
        [a_detection(1), a_detection(2, None)],
        a_log=[an_event(1, User="=HYPERLINK(1)\n+2"), an_event(3, 1, User="=HYPERLINK(1)\n+2")],
    )
    rows = list(csv.DictReader(io.StringIO(written(got, "csv"))))
    assert [row["datetime"] for row in rows] == ["2025-05-15T03:00:00+00:00", "2025-05-15T03:01:00+00:00", ""]
    assert {"message", "datetime", "timestamp_desc", "timestamp", "tag"} <= rows[0].keys()
    assert rows[0]["account"] == "'=HYPERLINK(1) +2"
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_the_lines_for_timesketch_have_all_that_it_demands() -> None:
    got = made([a_detection(1), a_detection(2, None)], a_log=[an_event(1, User="alice")])
    (row,) = [json.loads(line) for line in written(got, "jsonl").splitlines()]
    assert row["datetime"] == "2025-05-15T03:00:00+00:00"
    assert row["timestamp"] == 1747278000000000
    assert (row["message"], row["tag"]) == ("A title: =cmd()", ["detection"])
    assert row["timestamp_desc"]


def test_the_json_holds_all_and_says_what_is_missing() -> None:
    document = json.loads(written(made([a_detection(1), a_detection(2, None)]), "json"))
    assert document["without_time"] == 1
    assert [entry["line"] for entry in document["entries"]] == [1, 2]


def test_another_form_is_refused() -> None:
    with pytest.raises(BadInput, match=r"\.csv, \.json, \.jsonl"):
        written(Timeline((), 0), "xlsx")
