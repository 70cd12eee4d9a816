"""By when: a fold over the days on which something was stated."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

from wardround.core.triage._evidence import Known
from wardround.core.triage._model import Outcome, Policy


@dataclass(frozen=True, slots=True)
class Deadline:
    """A due date, the day it counts from, and the outcome whose days were counted. `due` None: nothing set a date."""

    due: date | None
    since: date
    counted: Outcome


def deadline(policy: Policy, known: tuple[Known, ...], *, published: date) -> Deadline:
    """When the decision is due, in calendar days, counted from the day that made it so and never from before publication.

    On each day the table is asked with what was stated by then; what was stated only later counts as its mildest value,
    what is unknown (or a fact of the asset, or given) as its worst possible one. A stricter answer sets its date unless
    an earlier one stands; a milder one sets its date afresh.
    """
    held, now = -1, Deadline(None, published, policy.outcomes[0])
    for day, place in _by_day(policy, known, published):
        outcome = policy.outcomes[place]
        due = None if outcome.days is None else _after(day, outcome.days)
        earlier = place > held and now.due is not None and (due is None or now.due <= due)
        if place != held and not earlier:
            now = Deadline(due, day, outcome)
        held = place
    return now


def dates_by_answer(
    policy: Policy, known: tuple[Known, ...], index: int, *, published: date
) -> list[tuple[date | None, date | None]]:
    """What the answer to one open point does to the date: (mildest answer, worst answer), for every answer to the others."""
    asked = [k.possible if len(k.possible) > 1 else (None,) for k in known]
    asked[index] = (None,)
    return [
        (
            deadline(
                policy, _answered(known, (*answers[:index], known[index].possible[0], *answers[index + 1 :])), published=published
            ).due,
            deadline(
                policy, _answered(known, (*answers[:index], known[index].possible[-1], *answers[index + 1 :])), published=published
            ).due,
        )
        for answers in product(*asked)
    ]


def _answered(known: tuple[Known, ...], answers: tuple[int | None, ...]) -> tuple[Known, ...]:
    """The same evidence with open points answered; None leaves a point as it is."""
    return tuple(k if a is None else Known(k.point, (a,), k.source) for k, a in zip(known, answers, strict=True))


def _by_day(policy: Policy, known: tuple[Known, ...], published: date) -> Iterator[tuple[date, int]]:
    """The place of the outcome on publication and on each later day with news, oldest first."""
    news: dict[date, list[tuple[int, int]]] = {published: []}
    places = []
    for index, one in enumerate(known):
        places.append(0 if one.news else one.possible[-1])
        for day, place in one.news:
            news.setdefault(max(day, published), []).append((index, place))
    for day in sorted(news):
        for index, place in news[day]:
            places[index] = place
        yield day, policy.rows[tuple(places)]


def _after(day: date, days: int) -> date:
    """That many calendar days later, and the last day there is when the calendar ends before."""
    return day + timedelta(days=min(days, (date.max - day).days))
