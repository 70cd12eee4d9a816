"""Reading the times that logs write, into UTC."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

MONTHS = {m: i for i, m in enumerate(("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), start=1)}
ACCESS = re.compile(r"(\d{1,2})/([A-Z][a-z]{2})/(\d{4}):(\d\d):(\d\d):(\d\d)(?:\.\d+)? ([+-])(\d\d)(\d\d)\Z", re.ASCII)
FRACTION = re.compile(r"(\.\d{6})\d+")
STATES_ZONE = re.compile(
    r"(?::\d\d(?:[.,]\d+)?\s*(?:[Zz]|UTC|GMT|[+-]\d\d:?(?:\d\d)?)|\A\s*[\d.]{9,}|/Date\(.*)\s*\]?\Z", re.ASCII | re.DOTALL
)
MICROSOFT = re.compile(r"\\?/Date\((-?\d{1,16})(?:[+-]\d{4})?\)\\?/\Z", re.ASCII)
SPACED = re.compile(r"(.{8,40}:\d\d(?:\.\d+)?) (UTC|GMT|[+-]\d\d:?\d\d)\Z", re.ASCII)
WRITTEN = (  # what exports and consoles write beside ISO 8601; the American order of day and month only with AM or PM
    "%m/%d/%Y %I:%M:%S %p",
    "%b %d %Y %H:%M:%S",
    "%b %d %Y %H:%M:%S.%f",
    "%a %b %d %H:%M:%S %Y",
    "%a %b %d %H:%M:%S.%f %Y",
    "%Y/%m/%d %H:%M:%S",
    "%d/%b/%Y:%H:%M:%S.%f",
    "%d/%b/%Y:%H:%M:%S",
)
EPOCH_RANGE = (315_532_800, 4_102_444_800)  # 1980 to 2100, in seconds
LARGEST_EPOCH = 1e20


def access_time(text: str) -> datetime | None:
    """`15/May/2025:03:12:44 +0100` as UTC; None when it is no such time."""
    found = ACCESS.match(text)
    if not found or found[2] not in MONTHS:
        return None
    offset = timedelta(hours=int(found[8]), minutes=int(found[9])) * (-1 if found[7] == "-" else 1)
    try:
        second = int(found[6]) if found[6] != "60" else 59  # a leap second is of its minute
        local = datetime(int(found[3]), MONTHS[found[2]], *(int(found[i]) for i in (1, 4, 5)), second, tzinfo=timezone(offset))  # type: ignore[arg-type, misc]
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def as_time(value: Any) -> datetime | None:
    """ISO 8601 text, `2025-05-15 03:12:44.123` (no zone: UTC), or seconds, milli- or microseconds since 1970; None for all else."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _epoch(float(value)) if abs(value) < LARGEST_EPOCH else None  # float() raises for integers of hundreds of digits
    text = FRACTION.sub(r"\1", str(value).strip()[:64])
    try:
        return (
            _epoch(float(text)) if text.replace(".", "", 1).isdecimal() and len(text) >= 9 else _utc(datetime.fromisoformat(text))
        )
    except (ValueError, OverflowError):
        return access_time(text.strip("[]")) or _otherwise(text)


@lru_cache(maxsize=4096)
def _otherwise(text: str) -> datetime | None:
    """`/Date(1621048364000)/` of older PowerShell, and the spellings of WRITTEN, read as UTC."""
    if found := MICROSOFT.match(text):
        return _epoch(int(found[1]) / 1000)
    if found := SPACED.match(text):
        return _shifted(as_time(found[1]), found[2])
    for form in WRITTEN if text[:1].isalnum() and ":" in text else ():
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def _shifted(time: datetime | None, zone: str) -> datetime | None:
    """A time that was read as UTC, in the zone that stands behind it: `UTC`, `GMT` or an offset."""
    if time is None or zone in ("UTC", "GMT"):
        return time
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    try:
        return time + offset if zone[0] == "-" else time - offset
    except OverflowError:
        return None


def _epoch(number: float) -> datetime | None:
    for scale in (1, 1_000, 1_000_000, 1_000_000_000):
        if EPOCH_RANGE[0] <= number / scale <= EPOCH_RANGE[1]:
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=number / scale)
    return None


def _utc(time: datetime) -> datetime:
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
