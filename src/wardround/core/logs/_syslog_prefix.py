"""The head of a syslog line: RFC 3164 (with its usual variations) and RFC 5424."""

import re
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import NamedTuple

from wardround.core.logs._clock import Clock
from wardround.core.logs._model import Scalar
from wardround.core.logs._times import MONTHS, as_time

PRIORITY = r"(?:<(\d{1,3})>)?"
MONTH = "|".join(MONTHS)
TAG = r"(?:([^\s:\[\]]{1,128})(?:\[([^\]\s]{0,32})\])?:(?=\s|\Z))?"
STAMP = rf"({MONTH}) {{1,2}}(\d{{1,2}}) (?:(\d{{4}}) )?(\d\d):(\d\d):(\d\d)(?:[.,]\d+)?(?: ([A-Z]{{3,5}}):?(?= ))?"
TRADITIONAL = re.compile(rf"{PRIORITY}{STAMP} (\S+) {TAG}\s*(.*)\Z", re.ASCII | re.DOTALL)
# Cisco's devices: a sequence number, a host, a dot or an asterisk for a clock that is not set, and no tag.
CISCO = re.compile(
    rf"{PRIORITY}(?:\d+: )?(?:(\S+?):? )?(?:\d+: )?[*.]?{STAMP}:? ?(?:\S+ )?:? ?(%[A-Z0-9_-]+-[0-7]-[A-Z0-9_]+:.*)\Z",
    re.ASCII | re.DOTALL,
)
ISO = re.compile(
    rf"{PRIORITY}(\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?) (\S+) {TAG}\s*(.*)\Z", re.ASCII | re.DOTALL
)
MODERN = re.compile(
    r"<(\d{1,3})>1 (\S+) (\S+) (\S+) (\S+) (\S+) (-|(?:\[(?:[^\]\"\\]|\\.|\"(?:[^\"\\]|\\.)*\")*\])+)(?: (.*))?\Z",
    re.ASCII | re.DOTALL,
)
PARAMETER = re.compile(r'([^\s="\]\[]+)="((?:[^"\\\]]|\\.)*)"')
FACILITIES = [
    *("kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp", "audit"),
    *("alert", "clock", *(f"local{n}" for n in range(8))),
]
SEVERITIES = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")


class Prefix(NamedTuple):
    """What the head of a line says, and the message behind it. What `time` has to assume is counted when it is asked for."""

    time: Callable[[], datetime | None]
    host: str
    program: str
    pid: str
    facility: str
    severity: str
    message: str
    data: dict[str, tuple[Scalar, ...]]
    shape: str


def prefix(line: str, clock: Clock) -> Prefix | None:
    """The head of a syslog line; None when the line has none."""
    if "%" in line and (found := CISCO.match(line)):
        pri, host, *stamp, message = found.groups()
        when = _stamped(clock, stamp)
        return Prefix(when, host or "", "", "", *_priority(pri), message, {}, "syslog (network device)")
    if found := TRADITIONAL.match(line):
        pri, *stamp, host, program, pid, message = found.groups()
        when = _stamped(clock, stamp)
        return Prefix(when, host, program or "", pid or "", *_priority(pri), message, {}, "syslog (RFC 3164)")
    if line[:1] == "<" and (found := MODERN.match(line)):
        return _modern(found, clock)
    if (found := ISO.match(line)) and (found[4] or found[1]):
        pri, written, host, program, pid, message = found.groups()
        when = partial(clock.read, written.replace(",", "."))
        return Prefix(when, host, program or "", pid or "", *_priority(pri), message, {}, "syslog (ISO 8601 times)")
    return None


def _stamped(clock: Clock, stamp: list[str]) -> Callable[[], datetime | None]:
    month, day, year, hour, minute, second, zone = stamp
    if not year:
        return partial(clock.without_year, month, int(day), int(hour), int(minute), int(second))
    stated = "Z" if zone in ("UTC", "GMT") else ""
    return partial(clock.read, f"{year}-{MONTHS[month]:02d}-{int(day):02d}T{hour}:{minute}:{second}{stated}")


def _modern(found: re.Match[str], clock: Clock) -> Prefix | None:
    pri, stamp, host, program, pid, msgid, data, message = found.groups()
    if stamp != "-" and as_time(stamp) is None:
        return None
    fields: dict[str, tuple[Scalar, ...]] = {
        name: (value.replace('\\"', '"').replace("\\]", "]").replace("\\\\", "\\"),) for name, value in PARAMETER.findall(data)
    }
    if msgid != "-":
        fields["msgid"] = (msgid,)
    host, program, pid = ("" if part == "-" else part for part in (host, program, pid))
    said = (message or "").removeprefix("\ufeff")
    return Prefix(partial(clock.read, stamp), host, program, pid, *_priority(pri), said, fields, "syslog (RFC 5424)")


def _priority(text: str | None) -> tuple[str, str]:
    """Facility and severity of a priority value (RFC 5424, section 6.2.1)."""
    if not text or (number := int(text)) > 191:
        return "", ""
    return FACILITIES[number >> 3], SEVERITIES[number & 7]
