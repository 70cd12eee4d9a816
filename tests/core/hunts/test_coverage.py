"""Gaps, windows and hours: the arithmetic behind *n of m hours could be searched*."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.hunts import Window, searched_hours, windows
from wardround.core.logs._seen import Seen, ends, gaps
from wardround.core.vocab import BadInput, Coverage
from wardround.core.vocab._hunting import SourceCoverage

START = datetime(2025, 5, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTES = st.lists(st.integers(0, 60 * 24 * 3), min_size=1, max_size=60)


def a_source(minutes: list[float], *, host: str = "mdm-01", name: str = "access.log") -> SourceCoverage:
    seen = Seen()
    for minute in minutes:
        seen.add(START + timedelta(minutes=minute))
    first, last = ends(seen.spans())
    return SourceCoverage(name, "test", len(minutes), 0, first, last, gaps(seen.spans()), host=host)


def a_coverage(*sources: SourceCoverage) -> Coverage:
    return Coverage(sources, 1, 1)


def a_window(hours: float = 24) -> Window:
    return Window(START, START + timedelta(hours=hours))


def half_hourly(first: float, last: float) -> list[float]:
    return [60 * first + 30 * i for i in range(int((last - first) * 2) + 1)]


def test_only_a_silence_of_more_than_an_hour_is_a_gap() -> None:
    assert a_source([0, 60, 121]).gaps == ((START + HOUR, START + timedelta(minutes=121)),)


@given(MINUTES)
def test_gaps_are_those_of_the_sorted_times(minutes: list[int]) -> None:
    times = sorted(START + timedelta(minutes=m) for m in minutes)
    assert a_source(list(minutes)).gaps == tuple((a, b) for a, b in pairwise(times) if b - a > HOUR)


@given(MINUTES, st.randoms(use_true_random=False))
def test_the_order_of_the_lines_does_not_matter(minutes: list[int], order: random.Random) -> None:
    shuffled = list(minutes)
    order.shuffle(shuffled)
    assert a_source(list(minutes)) == a_source(list(shuffled))


def test_a_whole_day_seen() -> None:
    assert searched_hours(a_coverage(a_source(half_hourly(0, 24))), window=a_window()) == (24, 24, ())


def test_nothing_seen() -> None:
    assert searched_hours(a_coverage(), window=a_window()) == (0, 24, ((START, START + 24 * HOUR),))


def test_a_gap_costs_every_hour_that_it_touches() -> None:
    seen = a_source([*half_hourly(0, 5.5), *half_hourly(8.5, 24)])
    assert searched_hours(a_coverage(seen), window=a_window()) == (20, 24, ((START + 5 * HOUR, START + 9 * HOUR),))


def test_an_hour_at_the_edge_may_be_silent_as_any_other() -> None:
    assert searched_hours(a_coverage(a_source(half_hourly(0.5, 23.5))), window=a_window()).hours == 24
    assert searched_hours(a_coverage(a_source(half_hourly(1.5, 22.5))), window=a_window()).hours == 20


def test_rotated_files_follow_each_other() -> None:
    older, newer = a_source(half_hourly(0, 11.5), name="access.log.1"), a_source(half_hourly(12, 24))
    assert searched_hours(a_coverage(newer, older), window=a_window()).hours == 24


def test_another_hosts_logs_do_not_count() -> None:
    coverage = a_coverage(a_source(half_hourly(0, 12)), a_source(half_hourly(12, 24), host="mdm-02"))
    assert searched_hours(coverage, window=a_window(), host="mdm-01").hours == 12
    assert searched_hours(coverage, window=a_window()).hours == 24


def test_events_outside_the_window_count_for_nothing() -> None:
    assert searched_hours(a_coverage(a_source(half_hourly(30, 60))), window=a_window()).hours == 0


def test_a_source_without_times_covers_nothing() -> None:
    assert searched_hours(a_coverage(SourceCoverage("x", "JSON lines", 5, 0, None, None)), window=a_window()).hours == 0


def test_a_started_hour_is_an_hour() -> None:
    assert searched_hours(a_coverage(a_source(half_hourly(0, 2.5))), window=a_window(2.5)) == (3, 3, ())


@given(MINUTES, MINUTES, st.floats(0, 72))
def test_more_logs_never_show_fewer_hours(one: list[int], other: list[int], hours: float) -> None:
    window = a_window(hours)
    less = searched_hours(a_coverage(a_source(list(one))), window=window)
    more = searched_hours(a_coverage(a_source(list(one)), a_source(list(other))), window=window)
    assert less.hours <= more.hours <= more.of == less.of


@given(MINUTES, st.floats(0.1, 72))
def test_seen_and_unseen_hours_make_the_window(minutes: list[int], hours: float) -> None:
    window = a_window(hours)
    got = searched_hours(a_coverage(a_source(list(minutes))), window=window)
    unseen = sum(-((a - b) // HOUR) for a, b in got.unseen)
    assert got.hours + unseen == got.of


EXPLOITED, FIXED = datetime(2025, 5, 15, tzinfo=UTC), datetime(2025, 5, 17, tzinfo=UTC)
NOW = datetime(2025, 6, 1, tzinfo=UTC)


def test_the_exploit_window_runs_from_the_margin_to_the_proven_fix_and_the_other_on_until_now() -> None:
    got = windows(EXPLOITED, fixed_at=FIXED, at=NOW)
    assert got.exploit == Window(datetime(2025, 4, 15, tzinfo=UTC), FIXED)
    assert got.after == Window(datetime(2025, 4, 15, tzinfo=UTC), NOW)


def test_without_a_fix_both_run_until_now_and_a_rebuild_ends_the_second() -> None:
    assert windows(EXPLOITED, fixed_at=None, at=NOW).exploit.until == NOW
    assert windows(EXPLOITED, fixed_at=FIXED, rebuilt_at=FIXED + HOUR, at=NOW).after.until == FIXED + HOUR


def test_fixed_before_the_margin_leaves_nothing_of_the_exploit_to_search() -> None:
    window = windows(EXPLOITED, fixed_at=EXPLOITED - timedelta(days=40), at=NOW).exploit
    assert searched_hours(a_coverage(), window=window) == (0, 0, ())


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(BadInput, match="fixed_at"):
        windows(EXPLOITED, fixed_at=datetime(2025, 5, 17), at=NOW)  # noqa: DTZ001
