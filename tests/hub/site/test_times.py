"""Times as people say them, by the clock in London."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.hub.pages.times import away, day_words, end_of_local_day, exact, last_day, moment, span

NOW = datetime(2025, 5, 20, 12, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=59), "under a minute"),
        (timedelta(minutes=12), "12 min"),
        (timedelta(hours=3, minutes=59), "3 h"),
        (timedelta(hours=61), "61 h"),
        (timedelta(days=3), "3 days"),
        (timedelta(days=-5), "5 days"),
    ],
)
def test_a_length_is_said_in_its_largest_sensible_unit(length: timedelta, words: str) -> None:
    assert span(length) == words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2025, 5, 20, 15, 40, tzinfo=UTC), "today 16:40 (in 3 h)"),
        (datetime(2025, 5, 19, 9, 0, tzinfo=UTC), "yesterday 10:00 (27 h ago)"),
        (datetime(2025, 5, 20, 23, 30, tzinfo=UTC), "tomorrow 00:30 (in 10 h)"),
        (datetime(2025, 1, 2, 9, 0, tzinfo=UTC), "Thu 2 Jan 09:00 (138 days ago)"),
        (datetime(2024, 5, 20, 9, 0, tzinfo=UTC), "Mon 20 May 2024 10:00 (365 days ago)"),
        (NOW + timedelta(seconds=20), "today 13:40 (now)"),
    ],
)
def test_a_moment_has_its_day_its_clock_time_and_how_far_away_it_is(at: datetime, words: str) -> None:
    assert moment(at, now=NOW) == words


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2025, 5, 20), "today"),
        (date(2025, 5, 21), "tomorrow"),
        (date(2025, 5, 19), "yesterday (1 day ago)"),
        (date(2025, 5, 22), "Thu 22 May (in 2 days)"),
        (date(2025, 5, 16), "Fri 16 May (4 days ago)"),
    ],
)
def test_a_due_day_is_said_with_how_many_days_are_left(day: date, words: str) -> None:
    assert last_day(day, now=NOW) == words


def test_until_a_day_means_until_its_end_in_london() -> None:
    assert end_of_local_day(date(2025, 5, 20)) == datetime(2025, 5, 20, 22, 59, tzinfo=UTC)
    assert end_of_local_day(date(2025, 12, 20)) == datetime(2025, 12, 20, 23, 59, tzinfo=UTC)


def test_the_exact_time_is_utc() -> None:
    assert exact(datetime(2025, 5, 20, 15, 40, 7, tzinfo=UTC)) == "2025-05-20 15:40:07 UTC"


def test_only_near_days_have_names() -> None:
    assert [day_words(date(2025, 5, d), today=date(2025, 5, 20)) for d in (18, 19, 20, 21, 22)] == [
        "Sun 18 May",
        "yesterday",
        "today",
        "tomorrow",
        "Thu 22 May",
    ]


@given(st.integers(-(10**9), 10**9).map(lambda seconds: NOW + timedelta(seconds=seconds)))
def test_past_and_future_are_never_confused(at: datetime) -> None:
    words = away(at, now=NOW)
    if words != "now":
        assert words.startswith("in ") == (at > NOW)
        assert words.endswith(" ago") == (at < NOW)
