"""Reading dates. Everything inside is UTC and aware; what has no zone is taken as UTC."""

from datetime import UTC, date, datetime, time

from wardround.core.vocab._errors import BadInput


def end_of_day(day: date) -> datetime:
    """The last instant of a UTC day: what *as of* that date means."""
    return datetime.combine(day, time.max, UTC)


def parse_time(text: str, *, where: str = "") -> datetime:
    """An ISO 8601 date or date-time as an aware UTC datetime (a bare date is its first instant).

    Raises BadInput for anything else.
    """
    try:
        parsed = datetime.fromisoformat(text.strip())
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput(f"{text[:40]!r} is not a date", where=where, do="write it like 2025-05-14 or 2025-05-14T03:12:44Z") from None


def last_instant(text: str, *, where: str = "") -> datetime:
    """What *as of* a text means: a date-time itself, the last instant of a bare date. Raises BadInput for anything else."""
    at = parse_time(text, where=where)
    return end_of_day(at.date()) if len(text.strip()) <= len("2025-05-14") else at
