"""The head of a syslog line: RFC 3164 (with its usual variations) and RFC 5424."""

import re
from datetime import datetime
from typing import NamedTuple

from wardround.core.logs._clock import Clock
from wardround.core.logs._model import Scalar
from wardround.core.logs._times import MONTHS

PRIORITY = r"(?:<(\d{1,3})>)?"
MONTH = "|".join(MONTHS)
TAG = r"(?:([^\s:\[\]]{1,128})(?:\[([^\]\s]{0,32})\])?:(?=\s|\Z))?"
TRADITIONAL = re.compile(
    rf"{PRIORITY}[*.]?({MONTH}) {{1,2}}(\d{{1,2}}) (?:(\d{{4}}) )?(\d\d):(\d\d):(\d\d)(?:[.,]\d+)? "
    rf"(?:([A-Z]{{3,5}}): )?(\S+) {TAG}\s*(.*)\Z",
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
    """What the head of a line says, and the message behind it."""

    time: datetime | None
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
    if found := TRADITIONAL.match(line):
        pri, month, day, year, hour, minute, second, zone, host, program, pid, message = found.groups()
        if year:
            time = clock.read(
                f"{year}-{MONTHS[month]:02d}-{int(day):02d}T{hour}:{minute}:{second}{'Z' if zone in ('UTC', 'GMT') else ''}"
            )
        else:
            time = clock.without_year(month, int(day), int(hour), int(minute), int(second))
        return Prefix(time, host, program or "", pid or "", *_priority(pri), message, {}, "syslog (RFC 3164)")
    if line[:1] == "<" and (found := MODERN.match(line)):
        pri, when, host, program, pid, msgid, data, message = found.groups()
        time = None if when == "-" else clock.read(when)
        if time is None and when != "-":
            return None
        fields: dict[str, tuple[Scalar, ...]] = {
            name: (value.replace('\\"', '"').replace("\\]", "]").replace("\\\\", "\\"),) for name, value in PARAMETER.findall(data)
        }
        if msgid != "-":
            fields["msgid"] = (msgid,)
        host, program, pid = ("" if part == "-" else part for part in (host, program, pid))
        said = (message or "").removeprefix("\ufeff")
        return Prefix(time, host, program, pid, *_priority(pri), said, fields, "syslog (RFC 5424)")
    if (found := ISO.match(line)) and (found[4] or found[1]):
        pri, when, host, program, pid, message = found.groups()
        time = clock.read(when.replace(",", "."))
        if time is not None:
            return Prefix(time, host, program or "", pid or "", *_priority(pri), message, {}, "syslog (ISO 8601 times)")
    return None


def _priority(text: str | None) -> tuple[str, str]:
    """Facility and severity of a priority value (RFC 5424, section 6.2.1)."""
    if not text or (number := int(text)) > 191:
        return "", ""
    return FACILITIES[number >> 3], SEVERITIES[number & 7]
