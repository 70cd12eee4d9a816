"""The hours of each host and kind of line: the arithmetic of silences, and its limits."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.logs import Kind
from wardround.core.logs import _kinds as limits
from wardround.core.logs._kinds import Strands, names_of
from wardround.core.logs._seen import Seen, gaps, joined

START = datetime(2025, 5, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
SSHD, CRON = Kind("syslog", "linux", "sshd"), Kind("syslog", "linux", "cron")
MINUTES = st.lists(st.integers(0, 60 * 40), min_size=1, max_size=80)


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


@given(MINUTES)
def test_the_silences_are_those_between_events_that_follow_each_other_in_time(minutes: list[int]) -> None:
    seen = Seen()
    for minute in minutes:
        seen.add(at(minute))
    ordered = sorted(map(at, minutes))
    assert gaps(seen.spans()) == tuple((a, b) for a, b in pairwise(ordered) if b - a > HOUR)
    assert (seen.spans()[0][0], seen.spans()[-1][1]) == (ordered[0], ordered[-1])


@given(
    st.lists(
        st.tuples(st.sampled_from([SSHD, CRON]), st.sampled_from(["a", "b"]), st.integers(0, 60 * 40)), min_size=1, max_size=60
    )
)
def test_each_strand_has_its_own_hours_and_together_they_are_the_whole(events: list[tuple[Kind, str, int]]) -> None:
    strands = Strands()
    for kind, host, minute in events:
        strands.add(kind, host, at(minute))
    each = strands.each()
    assert bool(each) == (len({(kind, host) for kind, host, _ in events}) > 1)
    for one in each:
        own = sorted(at(m) for kind, host, m in events if (kind.channel, host) == (one.kind.removeprefix("syslog: "), one.host))
        assert one.spans == joined((time, time) for time in own)
    if each:
        assert joined(span for one in each for span in one.spans) == strands.whole.spans()


def test_an_event_without_a_time_shows_that_there_are_such_lines_and_covers_nothing() -> None:
    strands = Strands()
    strands.add(SSHD, "a", None)
    strands.add(CRON, "a", at(1))
    assert {one.kind: one.spans for one in strands.each()} == {"syslog: sshd": (), "syslog: cron": ((at(1), at(1)),)}


def test_different_events_of_one_channel_are_one_log() -> None:
    strands = Strands()
    for event_id in (4624, 4688):
        strands.add(Kind("Windows event", "windows", "security", event_id), "a", at(event_id))
    assert strands.each() == ()


def test_headers_that_differ_in_their_fields_alone_are_told_apart() -> None:
    one, two = (Kind("W3C", "web", "iis", fields=frozenset(fields)) for fields in (["a"], ["a", "b"]))
    assert names_of([two, one, one]) == {one: "W3C: iis (1)", two: "W3C: iis (2)"}


@pytest.mark.parametrize(("limit", "value"), [("MOST", 1), ("MOST_SPANS", 0)])
def test_what_is_too_much_to_keep_apart_counts_for_no_hour_and_is_counted(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(limits, limit, value)
    strands = Strands()
    strands.add(SSHD, "a", at(0))
    strands.add(CRON, "a", at(600))
    strands.add(CRON, "a", at(601))
    assert strands.lost == 2
    assert all(one.spans == () for one in strands.each() if one.kind == "syslog: cron")
    assert strands.whole.spans() == ((at(0), at(0)), (at(600), at(601)))
