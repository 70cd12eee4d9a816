"""Times as people say them: Europe/London, with how far away; the exact UTC stays beside them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def span(length: timedelta) -> str:
    """A length of time in its largest sensible unit: `12 min`, `61 h`, `5 days`.

    >>> span(timedelta(hours=61)), span(timedelta(days=5)), span(timedelta(seconds=20))
    ('61 h', '5 days', 'under a minute')
    """
    minutes = int(abs(length).total_seconds() // 60)
    if minutes < 1:
        return "under a minute"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 72 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} days"


def away(at: datetime, *, now: datetime) -> str:
    """How far `at` is from `now`: `in 3 h`, `12 min ago`, `now`."""
    length = at - now
    if abs(length) < timedelta(minutes=1):
        return "now"
    return f"in {span(length)}" if length > timedelta(0) else f"{span(length)} ago"


def day_words(day: date, *, today: date) -> str:
    """A day near today by its name, any other by its date; the year only where it differs."""
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get((day - today).days)
    if near:
        return near
    return f"{day:%a} {day.day} {day:%b}" + ("" if day.year == today.year else f" {day.year}")


def moment(at: datetime, *, now: datetime) -> str:
    """`today 16:40 (in 3 h)`, by the clock in London."""
    local = at.astimezone(LONDON)
    return f"{day_words(local.date(), today=now.astimezone(LONDON).date())} {local:%H:%M} ({away(at, now=now)})"


def last_day(day: date, *, now: datetime) -> str:
    """A due day, inclusive (UTC): `Thu 22 May (in 2 days)`, `Fri 16 May (4 days ago)`."""
    today = now.astimezone(UTC).date()
    gap = (day - today).days
    how_far = {-1: "1 day ago", 0: "", 1: ""}.get(gap, f"in {gap} days" if gap > 0 else f"{-gap} days ago")
    words = day_words(day, today=today)
    return f"{words} ({how_far})" if how_far else words


def exact(at: datetime) -> str:
    """The instant in UTC, to the second, for hovering over and for print."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def end_of_local_day(day: date) -> datetime:
    """The last minute of a day in London: what a person means who gives a date until which something holds."""
    return datetime.combine(day, time(23, 59), LONDON).astimezone(UTC)
