"""The systemd journal as `journalctl` writes it for people: beside the plain form, which is that of syslog, the others of `-o`.

`short-full` and `with-unit` (a weekday first), `short-unix`, `short-monotonic` (no time of day), `verbose`, and the lines that
`journalctl` puts between boots. Source: journalctl(1), *Output Options*.
"""

import re
from collections.abc import Callable
from datetime import datetime
from functools import partial

from wardround.core.logs._clock import Clock
from wardround.core.logs._model import Event, LineReader
from wardround.core.logs._syslog import SyslogReader
from wardround.core.logs._syslog_prefix import TAG, Prefix
from wardround.core.logs._times import as_time

BETWEEN = re.compile(r"-- (?:(?:Logs begin|Journal begins) at .{1,200}|Boot [0-9a-f]{32}|Reboot|No entries) --\Z", re.ASCII)
DAY = r"[A-Z][a-z]{2} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?) ([A-Z]{1,5}|[+-]\d\d(?:\d\d)?)"
FULL = re.compile(rf"{DAY} (\S+) {TAG}\s*(.*)\Z", re.ASCII | re.DOTALL)
UNIX = re.compile(rf"(\d{{9,11}}\.\d{{6}}) (\S+) {TAG}\s*(.*)\Z", re.ASCII | re.DOTALL)
MONOTONIC = re.compile(rf"\[ *\d{{1,10}}\.\d{{6}}\] (\S+) {TAG}\s*(.*)\Z", re.ASCII | re.DOTALL)
VERBOSE = re.compile(rf"{DAY} \[s=[0-9a-f]{{1,32}};[^\]]{{1,300}}\]\Z", re.ASCII)
FIELD = re.compile(r" {4}([A-Z0-9_]{1,64})=(.*)\Z", re.ASCII | re.DOTALL)
MOST_FIELDS = 500
LONGEST_FIELD = 65_536
Entry = Callable[[int, dict[str, str], str], tuple[Event, ...]]


class JournalReader(LineReader):
    """Reads such lines. `entry` makes the event of an entry's fields, as they stand in the journal's JSON."""

    def __init__(self, clock: Clock, syslog: SyslogReader, entry: Entry) -> None:
        self._clock, self._syslog, self._entry = clock, syslog, entry
        self._open: dict[str, str] = {}
        self._last, self._number = "", 0
        self._time: datetime | None = None

    def read(self, number: int, line: str) -> tuple[Event, ...] | None:
        """The events that are complete with this line, none for one between boots; None when it is of none of these forms."""
        if line.startswith("    ") and self._number:
            return () if self._took(line) else None
        if line.startswith("-- "):
            return self.close() if BETWEEN.match(line) else None
        if found := VERBOSE.match(line):
            done = self.close()
            self._number, self._time = number, self._at(found[1], found[2])()
            return done
        head = self._head(line)
        return None if head is None else (*self.close(), *self._syslog.message(number, line, head))

    def _took(self, line: str) -> bool:
        """A field of the entry that is open, or the next line of the one before it, which stands further in."""
        if (field := FIELD.match(line)) and len(self._open) < MOST_FIELDS:
            name, value = field[1], field[2]
        elif self._open and line.startswith("     "):
            name, value = self._last, line.strip()
        else:
            return False
        before = self._open.get(name)
        if before is not None and len(before) > LONGEST_FIELD:
            return False
        self._last, self._open[name] = name, value if before is None else f"{before}\n{value}"  # the journal allows a name twice
        return True

    def close(self) -> tuple[Event, ...]:
        """The entry that was still open."""
        fields, number, self._open, self._number = self._open, self._number, {}, 0
        if not fields:
            return ()
        events = self._entry(number, fields, "\n".join(f"{name}={value}" for name, value in fields.items()))
        for event in events:
            event.time = self._time
        return events

    def _head(self, line: str) -> Prefix | None:
        if (found := FULL.match(line)) and (found[4] or found[3]):
            stamp, zone, host, program, pid, message = found.groups()
            return self._prefix(self._at(stamp, zone), host, program, pid, message, "short-full")
        if (found := UNIX.match(line)) and found[3]:
            stamp, host, program, pid, message = found.groups()
            return self._prefix(partial(as_time, float(stamp)), host, program, pid, message, "short-unix")
        if (found := MONOTONIC.match(line)) and found[2]:
            host, program, pid, message = found.groups()
            return self._prefix(lambda: None, host, program, pid, message, "short-monotonic, without the time of day")
        return None

    def _at(self, stamp: str, zone: str) -> Callable[[], datetime | None]:
        """A zone's letters are not its offset (IST is three): only UTC and figures are taken at their word."""
        if zone[0] in "+-":
            return partial(self._clock.read, f"{stamp}{zone if len(zone) > 3 else zone + '00'}")
        return partial(self._clock.read, f"{stamp}Z" if zone in ("UTC", "GMT") else stamp)

    @staticmethod
    def _prefix(time: Callable[[], datetime | None], host: str, program: str, pid: str, message: str, form: str) -> Prefix:
        return Prefix(time, host, program or "", pid or "", "", "", message, {}, f"systemd journal ({form})")
