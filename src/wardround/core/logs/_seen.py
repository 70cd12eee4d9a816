"""The hours in which a source has events, and its silences."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from wardround.core.vocab._hunting import Span

HOUR = timedelta(hours=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Seen:
    """Times of events in any order. Keeps the first and last of each clock hour: enough for every gap over an hour, exactly."""

    def __init__(self) -> None:
        self._hours: dict[int, list[datetime]] = {}

    def add(self, time: datetime) -> None:
        """One event at this time."""
        ends = self._hours.setdefault((time - EPOCH) // HOUR, [time, time])
        if time < ends[0]:
            ends[0] = time
        elif time > ends[1]:
            ends[1] = time

    def ends(self) -> tuple[datetime | None, datetime | None]:
        """The first and the last time; None, None without any."""
        if not self._hours:
            return None, None
        return self._hours[min(self._hours)][0], self._hours[max(self._hours)][1]

    def gaps(self) -> tuple[Span, ...]:
        """Silences of more than an hour between two events that follow each other in time."""
        ordered = [self._hours[h] for h in sorted(self._hours)]
        return tuple((a[1], b[0]) for a, b in pairwise(ordered) if b[0] - a[1] > HOUR)
