"""From a log's times to UTC: zones, hours that a zone has twice or not at all, skew, and times that go back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.logs._clock import Clock, zone_of
from wardround.core.vocab import BadInput

Read = Callable[..., Any]


@pytest.mark.parametrize(
    ("zone", "written", "utc"),
    [
        ("", "2025-05-15 03:12:44", "2025-05-15T03:12:44"),
        ("Europe/London", "2025-05-15 03:12:44", "2025-05-15T02:12:44"),
        ("Europe/London", "2025-01-15 03:12:44", "2025-01-15T03:12:44"),
        ("+05:30", "2025-05-15 03:12:44", "2025-05-14T21:42:44"),
        ("-0800", "2025-05-15 03:12:44", "2025-05-15T11:12:44"),
        ("Europe/London", "2025-05-15T03:12:44Z", "2025-05-15T03:12:44"),
        ("Europe/London", "2025-05-15T03:12:44.5+02:00", "2025-05-15T01:12:44.500000"),
        ("Europe/London", "1747278764", "2025-05-15T03:12:44"),
        ("Europe/London", "/Date(1747278764000)/", "2025-05-15T03:12:44"),
        ("Europe/London", "2025-05-15 03:12:44.123456", "2025-05-15T02:12:44.123456"),
        ("Europe/London", "1747278764.5", "2025-05-15T03:12:44.500000"),
        ("Europe/London", "05/15/2025 03:12:44 AM", "2025-05-15T02:12:44"),
    ],
)
def test_a_zone_is_for_times_that_state_none(zone: str, written: str, utc: str) -> None:
    assert Clock(zone).read(written) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_a_number_of_hundreds_of_digits_is_no_time() -> None:
    assert Clock().read(10**400) is None
    assert Clock().read(-(10**400)) is None


def test_what_was_assumed_is_said() -> None:
    stated, assumed, given_zone = Clock(), Clock(), Clock("Europe/London")
    stated.read("2025-05-15T03:12:44Z")
    assumed.read("2025-05-15 03:12:44")
    given_zone.read("2025-05-15 03:12:44")
    assert [clock.zone() for clock in (stated, assumed, given_zone)] == [
        "stated in the log",
        "not stated, read as UTC",
        "not stated, read as Europe/London as given",
    ]


def test_an_hour_that_is_there_twice_is_said() -> None:
    clock = Clock("Europe/London")
    assert clock.read("2025-10-26 01:30:00") == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
    assert clock.notes() == ("1 times fall in an hour that Europe/London has twice: read as the earlier",)


def test_an_hour_that_is_not_there_is_said() -> None:
    clock = Clock("Europe/London")
    clock.read("2025-03-30 01:30:00")
    assert "does not have: the zone or the clock is wrong" in clock.notes()[0]


@pytest.mark.parametrize("name", ["Nowhere/At All", "../../etc/passwd", "+99:00", "/etc/localtime", "\0", "x" * 1000])
def test_a_zone_that_there_is_not_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="no such time zone"):
        zone_of(name)


def test_skew_is_taken_off_and_said(read: Read) -> None:
    (event,), tally = read('203.0.113.7 - - [15/May/2025:03:12:44 +0000] "GET / HTTP/1.1"', skew=90)
    assert event.time == datetime(2025, 5, 15, 3, 11, 14, tzinfo=UTC)
    coverage = tally.coverage()
    assert (coverage.skew, coverage.first, coverage.notes) == (90, event.time, ("the clock was 90 s ahead: corrected",))


def test_times_that_go_back_are_said(read: Read) -> None:
    lines = [f'{{"time": "2025-05-15T0{hour}:00:00Z"}}' for hour in (3, 5, 4, 6)]
    events, tally = read(*lines)
    assert len(events) == 4
    assert tally.coverage().notes == ("times go back 1 times, by up to 1:00:00",)
    assert (tally.coverage().first, tally.coverage().last) == (events[0].time, events[3].time)


@given(st.datetimes(), st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "+14:00", "Asia/Kathmandu"]))
def test_a_local_time_is_never_more_than_a_day_off(time: datetime, zone: str) -> None:
    clock = Clock(zone)
    got = clock.local(time)
    assert got.tzinfo is UTC
    assert abs(got.replace(tzinfo=None) - time) <= timedelta(days=1)


@given(
    st.sampled_from(["Jan", "Feb", "Oct", "Dec", "Foo"]),
    st.integers(0, 99),
    st.integers(0, 99),
    st.none() | st.datetimes(timezones=st.just(UTC)),
)
def test_no_time_without_a_year_raises(month: str, day: int, hour: int, written: datetime | None) -> None:
    Clock(written=written).without_year(month, day, hour, 0, 0)
