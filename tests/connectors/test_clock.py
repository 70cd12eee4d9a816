"""The clock is a port: the machine's, one that stands still, one that goes on from where it stood."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from wardround.connectors import clock
from wardround.connectors.clock import FakeClock, SystemClock, TickingClock

NOON = datetime(2025, 5, 20, 12, tzinfo=UTC)


def test_the_machines_clock_is_aware_and_utc() -> None:
    with time_machine.travel(NOON, tick=False):
        assert SystemClock().now() == NOON
        assert SystemClock().now().tzinfo is UTC


def test_a_fake_clock_stands_still_until_it_is_set() -> None:
    made = FakeClock(NOON)
    assert made.now() == made.now() == NOON
    made.set(NOON + timedelta(days=1))
    assert made.now() == NOON + timedelta(days=1)


def test_a_fake_clock_never_goes_back() -> None:
    made = FakeClock(NOON)
    made.set(NOON)
    with pytest.raises(ValueError, match="cannot go back"):
        made.set(NOON - timedelta(seconds=1))
    assert made.now() == NOON


def test_a_ticking_clock_goes_on_by_the_time_the_process_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    run = 100.0
    monkeypatch.setattr(clock, "monotonic", lambda: run)
    made = TickingClock(NOON, run)
    assert made.now() == NOON
    run += 90
    assert made.now() == NOON + timedelta(seconds=90)
