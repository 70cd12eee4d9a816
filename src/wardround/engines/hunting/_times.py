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
        self._alike = True

    def add(self, time: Any) -> None:
        """One event's time, or what stands in its place."""
        if self._alike and type(time) is str and WRITTEN.fullmatch(time):
            ends = self._hours.get(time[:13])
            if ends is not None:
                if time < ends[0]:
                    ends[0] = time
                elif time > ends[1]:
                    ends[1] = time
            elif as_time(time) is not None:
                self._hours[time[:13]] = [time, time]
            else:
                self._ordinary(time)
                return
            if time < self._last:
                self._back(time)
            self._last = time
        else:
            self._ordinary(time)

    def close(self) -> None:
        """Hand over what was seen."""
        for ends in self._hours.values():
            for time in ends:
                if (read := as_time(time)) is not None:
                    self._tally.seen.add(read)
        self._hours.clear()

    def _back(self, time: str) -> None:
        clock = self._tally.clock
        clock.corrected(as_time(self._last))
        clock.corrected(as_time(time))

    def _ordinary(self, time: Any) -> None:
        if self._alike and self._last:
            self._tally.clock.corrected(as_time(self._last))
        self._alike = False
        read = self._tally.clock.corrected(as_time(time))
        if read is None:
            self._tally.not_placed += 1
        else:
            self._tally.seen.add(read)
