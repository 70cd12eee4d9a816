"""The hours in which a source has events, and its silences."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from sys import maxsize

from wardround.core.vocab._hunting import Span

HOUR = timedelta(hours=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Seen:
    """Times of events in any order, kept as the stretches between silences of more than an hour.

    `room` is for how many stretches there is room, shared by all that are given the same list: an event for which there is none
    left is counted in `lost`, and seen in no hour.
    """

    def __init__(self, spans: Iterable[Span] = (), *, room: list[int] | None = None) -> None:
        self._starts: list[datetime] = []
        self._ends: list[datetime] = []
        for first, last in spans:
            self._starts.append(first)
            self._ends.append(last)
        self._at = 0
        self._room = [maxsize] if room is None else room
        self.lost = 0

    def add(self, time: datetime) -> None:
        """One event at this time."""
        at, ends = self._at, self._ends
        if ends and self._starts[at] <= time and (time <= ends[at] or (at + 1 == len(ends) and time - ends[at] <= HOUR)):
            ends[at] = max(ends[at], time)
        else:
            self._elsewhere(time)

    def _elsewhere(self, time: datetime) -> None:
        """Into the stretch that it belongs to: one before it, one after it, both made one by it, or a new one."""
        starts, ends = self._starts, self._ends
        after = bisect_right(starts, time)
        before = after - 1
        near_before = before >= 0 and time - ends[before] <= HOUR
        near_after = after < len(starts) and starts[after] - time <= HOUR
        self._at = before if near_before else after
        if near_before and near_after and time > ends[before]:
            ends[before] = ends.pop(after)
            del starts[after]
        elif near_before:
            ends[before] = max(ends[before], time)
        elif near_after:
            starts[after] = time
        elif self._room[0] > 0:
            self._room[0] -= 1
            starts.insert(after, time)
            ends.insert(after, time)
        else:
            self.lost += 1
            self._at = 0

    def spans(self) -> tuple[Span, ...]:
        """The stretches, in order."""
        return tuple(zip(self._starts, self._ends, strict=True))


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans that overlap or lie within an hour of each other, made one; in order."""
    out: list[Span] = []
    for start, end in sorted(spans):
        if out and start - out[-1][1] <= HOUR:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return tuple(out)


def ends(spans: tuple[Span, ...]) -> tuple[datetime | None, datetime | None]:
    """The first and the last time of spans in order; None, None without any."""
    return (spans[0][0], spans[-1][1]) if spans else (None, None)


def gaps(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """The silences between spans in order."""
    return tuple((a[1], b[0]) for a, b in pairwise(spans))
