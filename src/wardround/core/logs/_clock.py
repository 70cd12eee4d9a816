"""From the times that a log writes to UTC: the zone where it states none, the year where it has none, what was assumed."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wardround.core.logs._times import MONTHS, STATES_ZONE, as_time
from wardround.core.vocab import BadInput

OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)\Z", re.ASCII)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
MONTHS_A_YEAR = 12
NUMBERED = re.compile(
    r"\s*(\d{1,2})([-/.])(\d{1,2})\2(\d{4})[ T,]{1,2}(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?: ?(?:Z|UTC|GMT))?\s*\Z",
    re.ASCII,
)
READ_AS_UTC = "not stated, read as UTC"
LARGEST_SKEW = 10 * 366 * 86_400


def zone_of(name: str) -> tzinfo:
    """A zone of the IANA database by its name, or an offset from UTC (`+01:00`). Raises BadInput for anything else."""
    if found := OFFSET.match(name):
        offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
        if offset < DAY:
            return timezone(-offset if found[1] == "-" else offset)
    if name.upper() in ("UTC", "Z", "GMT"):
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput(
            f"no such time zone: {name[:60]!r}", do="give a name such as Europe/London, or an offset such as +01:00"
        ) from None


class Clock:
    """The clock of one source. Every reader of the source asks it, and it keeps the account of what had to be assumed."""

    def __init__(self, zone: str = "", *, skew: float = 0.0, written: datetime | None = None) -> None:
        self.given, self.skew, self.written = zone, skew, written
        self._zone = zone_of(zone) if zone else UTC
        self._offsets: dict[tuple[int, int, int, int, bool], tuple[timedelta, int]] = {}
        self._ahead = timedelta(seconds=skew)
        self._last: datetime | None = None
        self._yearless: dict[tuple[int, int], int] = {}
        self._month = 0
        self.assumed = self.twice = self.never = self.no_year = self.no_year_known = self.turns = self.back = 0
        self.furthest_back = timedelta(0)
        self.first_is_day: set[bool] = set()
        self.either = 0

    def local(self, time: datetime) -> datetime:
        """A local time, whatever its `tzinfo`, as UTC. In an hour that the clock showed twice the earlier is taken, and counted."""
        self.assumed += 1
        if not self.given:
            return time if time.tzinfo is UTC else time.replace(tzinfo=UTC)
        time = time.replace(tzinfo=None)
        key = (time.year, time.month, time.day, time.hour, time.minute >= 30)
        got = self._offsets.get(key)
        if got is None:
            if len(self._offsets) > 100_000:
                self._offsets.clear()
            got = self._offsets[key] = self._offset(time)
        self.twice += got[1] == 1
        self.never += got[1] == 2
        try:
            return (time - got[0]).replace(tzinfo=UTC)
        except OverflowError:
            return time.replace(tzinfo=UTC)

    def _offset(self, time: datetime) -> tuple[timedelta, int]:
        first, second = (self._zone.utcoffset(time.replace(fold=fold)) or timedelta(0) for fold in (0, 1))
        return first, 1 if first > second else 2 if first < second else 0

    def read(self, value: Any) -> datetime | None:
        """As `as_time`, where text without a zone is this source's local time."""
        if not isinstance(value, str):
            return as_time(value)
        numbered = NUMBERED.match(value) if "/" in value[1:3] or "." in value[1:3] or "-" in value[1:3] else None
        time = self._either_way(numbered) if numbered else as_time(value)
        return time if time is None or STATES_ZONE.search(value) else self.local(time)

    def _either_way(self, found: re.Match[str]) -> datetime | None:
        """`05/06/2025 03:12`, where the day or the month may stand first: a date that can be only one of them decides for the log.

        None as long as nothing decides, and when the log has both.
        """
        first, sign, second = int(found[1]), found[2], int(found[3])
        if sign != "." and (first > MONTHS_A_YEAR) != (second > MONTHS_A_YEAR):
            self.first_is_day.add(first > MONTHS_A_YEAR)
        if sign == "." or first == second or first > MONTHS_A_YEAR:
            day, month = first, second
        elif second > MONTHS_A_YEAR or self.first_is_day == {False}:
            day, month = second, first
        elif self.first_is_day == {True}:
            day, month = first, second
        else:
            self.either += 1
            return None
        fraction = (found[8] or "").ljust(6, "0")[:6]
        try:
            return datetime(
                int(found[4]), month, day, int(found[5]), int(found[6]), min(int(found[7] or 0), 59), int(fraction), UTC
            )
        except ValueError:
            return None

    def without_year(self, month: str, day: int, hour: int, minute: int, second: int) -> datetime | None:
        """`May 15 03:12:44` as UTC, in the latest year in which it is not after the file's date; None when that is unknown."""
        number = MONTHS.get(month, 0)
        if self.written is None or not number:
            self.no_year_known += 1
            return None
        year = self._yearless.get((number, day))
        if year is None:
            year = self._yearless[number, day] = self._year(number, day)
        self.no_year += 1
        if self._month and number < self._month - 6:
            self.turns += 1
        self._month = number
        try:
            return self.local(datetime(year, number, day, hour, minute, min(second, 59), tzinfo=UTC))
        except ValueError:
            return None

    def _year(self, month: int, day: int) -> int:
        latest = (self.written or datetime(1970, 1, 1, tzinfo=UTC)) + DAY
        for year in range(latest.year, latest.year - 8, -1):
            try:
                if datetime(year, month, day, tzinfo=UTC) <= latest:
                    return year
            except ValueError:
                continue
        return latest.year

    def corrected(self, time: datetime | None) -> datetime | None:
        """The time with the clock's skew taken off, and a look at whether times go back."""
        if time is None:
            return None
        if self._last is not None and time < self._last and (by := self._last - time) > MINUTE:
            self.back += 1
            self.furthest_back = max(self.furthest_back, by)
        self._last = time
        if not self.skew:
            return time
        try:
            return time - self._ahead
        except OverflowError:
            return time

    def passed(self, first: datetime, last: datetime, *, back: int, furthest: timedelta) -> None:
        """As `corrected` for many times: the first and the last of them; how often they go back between, and by how much."""
        self.corrected(first)
        self.back += back
        self.furthest_back = max(self.furthest_back, furthest)
        self._last = last

    def zone(self) -> str:
        """How times were taken to UTC, in words."""
        if not self.assumed:
            return "stated in the log"
        return f"not stated, read as {self.given} as given" if self.given else READ_AS_UTC

    def notes(self) -> tuple[str, ...]:
        """What had to be assumed, and what looks wrong."""
        out = []
        if self.no_year and self.written:
            out.append(f"{self.no_year} times have no year: read as the latest not after {self.written:%Y-%m-%d}, the file's date")
        if self.turns > 1:
            out.append(f"the year turns {self.turns} times in it: the years before the last turn are not certain")
        if self.no_year_known:
            out.append(f"{self.no_year_known} times have no year and the file no date: not placed in time")
        if self.first_is_day:
            order = "the day first, and with the month first" if len(self.first_is_day) > 1 else "the month first"
            order = "the day first" if self.first_is_day == {True} else order
            out.append(f"dates are written with {order}, as those of them show that can be nothing else")
        if self.either:
            out.append(f"{self.either} times may have their day or their month first: not placed in time")
        if self.twice:
            out.append(f"{self.twice} times fall in an hour that {self.given} has twice: read as the earlier")
        if self.never:
            out.append(f"{self.never} times fall in an hour that {self.given} does not have: the zone or the clock is wrong")
        if self.back:
            out.append(f"times go back {self.back} times, by up to {self.furthest_back}")
        if self.skew:
            out.append(f"the clock was {abs(self.skew):g} s {'ahead' if self.skew > 0 else 'behind'}: corrected")
        return tuple(out)
