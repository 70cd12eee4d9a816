"""Dates: everything inside is UTC and aware; *as of* a day means the end of that UTC day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.vocab import BadInput, end_of_day
from wardround.core.vocab._times import last_instant, parse_time


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2025-05-14", datetime(2025, 5, 14, tzinfo=UTC)),
        ("2025-05-14T03:12:44Z", datetime(2025, 5, 14, 3, 12, 44, tzinfo=UTC)),
        ("2025-05-14T03:12:44", datetime(2025, 5, 14, 3, 12, 44, tzinfo=UTC)),
        ("2025-05-14T03:12:44+01:00", datetime(2025, 5, 14, 2, 12, 44, tzinfo=UTC)),
        (" 2025-05-14T03:12:44.125Z\n", datetime(2025, 5, 14, 3, 12, 44, 125000, tzinfo=UTC)),
    ],
)
def test_what_has_no_zone_is_utc_and_every_other_is_turned_into_it(text: str, instant: datetime) -> None:
    assert parse_time(text) == instant
    assert parse_time(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["", "yesterday", "14/05/2025", "2025-02-30", "2025-05-14T25:00:00Z", "9" * 10_000, "2025-05-14\0"]
)
def test_anything_else_is_refused_with_the_place_and_how_to_write_it(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_time(text, where="line 3")
    assert refused.value.where == "line 3"
    assert "2025-05-14" in refused.value.do
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_an_instant_outside_the_calendar_is_refused_like_any_other(text: str) -> None:
    with pytest.raises(BadInput):
        parse_time(text)


@given(st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29), timezones=st.timezones()))  # noqa: DTZ001
def test_what_was_written_is_read_back_as_the_same_instant(moment: datetime) -> None:
    assert parse_time(moment.isoformat()) == moment.astimezone(UTC)


@given(st.dates(max_value=date(9999, 12, 30)))
def test_the_end_of_a_day_is_the_last_instant_before_the_next(day: date) -> None:
    assert end_of_day(day) + timedelta(microseconds=1) == datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2025-05-14", datetime(2025, 5, 14, 23, 59, 59, 999_999, tzinfo=UTC)),
        ("20250514", datetime(2025, 5, 14, 23, 59, 59, 999_999, tzinfo=UTC)),
        ("2025-05-14T09:30:00+02:00", datetime(2025, 5, 14, 7, 30, tzinfo=UTC)),
    ],
)
def test_as_of_a_day_means_its_last_instant(text: str, instant: datetime) -> None:
    assert last_instant(text) == instant
