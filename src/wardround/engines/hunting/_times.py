"""Times of many events, kept as they are written while they are all written alike."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain, pairwise
from typing import Any

from wardround.core.logs import Kind, Tally, as_time

WRITTEN = r"\d{4}-\d\d-\d\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{6}Z"
OTHER = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z", re.ASCII)
ONE, ALL = re.compile(WRITTEN, re.ASCII), re.compile(rf"(?:{WRITTEN})*", re.ASCII)
TO_HOUR, TO_MINUTE = len("2025-05-15T02"), len("2025-05-15T02:12")
MINUTE = timedelta(minutes=1)
LENGTH, MOST_HOURS = len("2025-05-15T02:12:44.000000Z"), 100_000
AFTER = "~"
"""Comes after everything that a time is written with."""


as_written = datetime.fromisoformat
"""The time of a text that is written so, and that is a time."""


def in_micros(time: Any) -> Any:
    """A time with six digits behind the second, where it has another number of them; all else as it is."""
    if type(time) is not str or (found := OTHER.fullmatch(time)) is None:
        return time
    return f"{found[1]}.{(found[2] or '')[:6]:0<6}Z"


class Times:
    """First and last event of each hour, and whether times go back. Of times written alike the earlier is the lesser text.

    `sound` are the hours already known to be some, shared by many sources.
    """

    def __init__(self, tally: Tally, sound: set[str]) -> None:
        self._tally, self._sound = tally, sound
        self._strands: dict[tuple[Kind, str], dict[str, list[str]]] = {}

    def odd(self, times: Sequence[Any]) -> list[int]:
        """The places of those that are not written so, or are no time."""
        try:
            if ALL.fullmatch("".join(times)) and self._sound.issuperset({time[:TO_HOUR] for time in times}):
                return []
        except TypeError:
            pass
        return [at for at, time in enumerate(times) if not self._good(time)]

    def _good(self, time: Any) -> bool:
        if type(time) is not str or not ONE.fullmatch(time):
            return False
        if time[:TO_HOUR] not in self._sound:
            if as_time(time) is None:
                return False
            if len(self._sound) >= MOST_HOURS:
                self._sound.clear()
            self._sound.add(time[:TO_HOUR])
        return True

    def add(self, times: Sequence[str], strands: Mapping[tuple[Kind, str], Sequence[str]]) -> None:
        """Times of events that follow one another, none of them odd, in their order; and those of each kind and host."""
        ordered = sorted(times)
        back, furthest = (0, timedelta(0)) if ordered == list(times) else _steps_back(times)
        self._tally.clock.passed(as_written(times[0]), as_written(times[-1]), back=back, furthest=furthest)
        for strand, its in strands.items():
            _put(self._strands.setdefault(strand, {}), ordered if len(its) == len(ordered) else sorted(its))

    def close(self) -> None:
        """Hand over what was seen."""
        for (kind, host), hours in self._strands.items():
            for time in chain.from_iterable(hours.values()):
                self._tally.strands.add(kind, host, as_written(time))
        self._strands.clear()


def _put(hours: dict[str, list[str]], ordered: Sequence[str]) -> None:
    """The first and the last time of each hour."""
    at = 0
    while at < len(ordered):
        hour = ordered[at][:TO_HOUR]
        end = bisect_left(ordered, hour + AFTER, at)
        ends = hours.setdefault(hour, [ordered[at], ordered[at]])
        ends[0], ends[1] = min(ends[0], ordered[at]), max(ends[1], ordered[end - 1])
        at = end


def _steps_back(times: Iterable[str]) -> tuple[int, timedelta]:
    """How often the next time is more than a minute earlier, and by how much at most."""
    back, furthest = 0, timedelta(0)
    for one, then in pairwise(times):
        if then < one and then[:TO_MINUTE] != one[:TO_MINUTE] and (by := as_written(one) - as_written(then)) > MINUTE:
            back, furthest = back + 1, max(furthest, by)
    return back, furthest
