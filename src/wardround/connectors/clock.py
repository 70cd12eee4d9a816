"""The time of day, as a port: whoever needs *now* is handed a Clock."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Protocol


class Clock(Protocol):
    """Says what time it is, in UTC."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present instant."""
        return datetime.now(UTC)


@dataclass
class FakeClock:
    """Stands still until it is told to move: for tests and replays."""

    at: datetime

    def now(self) -> datetime:
        """The instant it was last set to."""
        return self.at

    def set(self, at: datetime) -> None:
        """Move to `at`; a clock never goes back."""
        if at < self.at:
            raise ValueError(f"the clock stands at {self.at}, it cannot go back to {at}")
        self.at = at


@dataclass
class TickingClock:
    """Starts at a given instant when the process starts, and goes on from there: the demonstration's clock."""

    start: datetime
    _since: float = field(default_factory=monotonic)

    def now(self) -> datetime:
        """The start plus the time that this process has run."""
        return self.start + timedelta(seconds=monotonic() - self._since)
