"""A decision's reasons, as sentences with their source and date."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from wardround.core.advisories import Advisory, Stated
from wardround.core.triage._due import Deadline
from wardround.core.triage._model import Input, Outcome, Policy


def reasons(
    policy: Policy, *, outcome: Outcome, inputs: tuple[Input, ...], by: Deadline, published: date, advisory: Advisory, at: datetime
) -> tuple[str, ...]:
    """First what was decided by which table, then each input, then the date, then what was shown but not used."""
    texts = [f"{policy.title} answers {outcome.key}, {outcome.name}: {', '.join(map(_taken, inputs))}."]
    texts += map(_because, inputs)
    texts.append(_due(outcome, by, published))
    if outcome.note:
        texts.append(outcome.note)
    if any(i.assumed for i in inputs):
        texts.append("Rests on what is assumed: it is not counted as overdue until that is known.")
    scores = list(_scores(advisory, at))
    if scores:
        texts.append(f"Shown, never decisive: {', '.join(scores)}.")
    return tuple(texts)


def _taken(one: Input) -> str:
    return f"{one.name} {one.means}{' (assumed)' if one.assumed else ''}"


def _because(one: Input) -> str:
    since = f", {one.date}" if one.date else ""
    how = " is assumed, the worst that is possible" if one.assumed else ""
    return f"{one.name[:1].upper()}{one.name[1:]} ({one.key}): {one.means}{how} ({one.source}{since})."


def _due(outcome: Outcome, by: Deadline, published: date) -> str:
    if by.due is None:
        return f"No date: {outcome.key} sets no number of days."
    anchor = "the day of publication" if by.since == published else "the day on which the last input it needed was stated"
    stands = "" if by.counted == outcome else f" for {by.counted.key}; the later {outcome.key} does not move it to a later day"
    return f"Due {by.due}: {by.counted.days} calendar days from {by.since}, {anchor}{stands}."


def _scores(advisory: Advisory, at: datetime) -> Iterator[str]:
    for key, name in (("cvss", "CVSS"), ("epss", "EPSS")):
        latest: Stated | None = next((s for s in reversed(advisory.stated) if s.key == key and s.stated_at <= at), None)
        if latest:
            yield f"{name} {latest.value} ({latest.source}, {latest.stated_at.astimezone(UTC).date()})"
