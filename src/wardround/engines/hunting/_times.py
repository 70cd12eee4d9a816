"""Times of many events, kept as they are written while they are all written alike."""

import re
from typing import Any

from wardround.core.logs import Tally, as_time

WRITTEN = re.compile(r"\d{4}-\d\d-\d\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{6}Z", re.ASCII)


class Times:
    """First and last event of each hour, and whether times go back. Of times written alike the earlier is the lesser text."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._hours: dict[str, list[str]] = {}
        self._last = ""

    def add(self, time: Any) -> bool:
        """One event's time; False, and nothing done, for one that is not written so."""
        if type(time) is not str or not WRITTEN.fullmatch(time):
            return False
        ends = self._hours.get(time[:13])
        if ends is not None:
            if time < ends[0]:
                ends[0] = time
            elif time > ends[1]:
                ends[1] = time
        elif as_time(time) is None:
            return False
        else:
            self._hours[time[:13]] = [time, time]
        if not self._last:
            self._tally.clock.corrected(as_time(time))
        elif time < self._last:
            self._tally.clock.corrected(as_time(self._last))
            self._tally.clock.corrected(as_time(time))
        self._last = time
        return True

    def pause(self) -> None:
        """Another event, counted elsewhere, comes between: the clock is told how far we are."""
        if self._last:
            self._tally.clock.corrected(as_time(self._last))
            self._last = ""

    def close(self) -> None:
        """Hand over what was seen."""
        self.pause()
        for ends in self._hours.values():
            for time in ends:
                if (read := as_time(time)) is not None:
                    self._tally.seen.add(read)
        self._hours.clear()
