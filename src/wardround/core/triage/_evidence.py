"""What is known of each decision point at a time, on whose word, and since when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from wardround.core.advisories import Advisory, Stated
from wardround.core.triage._given import Given, possible_outcomes
from wardround.core.triage._model import Combination, Point, Policy


@dataclass(frozen=True, slots=True)
class Known:
    """The values that one point may have (places, mildest first), and why. `news` are the days on which its value changed."""

    point: Point
    possible: Combination
    source: str
    since: date | None = None
    news: tuple[tuple[date, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Exposure:
    """Whether the asset can be reached from a public network (None: not known), who said so, and when it was learnt."""

    exposed: bool | None
    source: str = ""
    learnt: date | None = None


def evidence(
    policy: Policy, *, advisory: Advisory, exposure: Exposure, given: Given, at: datetime, kev_catalogue: date | None
) -> tuple[Known, ...]:
    """One Known for each point of the policy, in its order. What was given goes before what was stated."""
    return tuple(_known(p, advisory, exposure, given, at, kev_catalogue) for p in policy.points)


def _known(point: Point, advisory: Advisory, exposure: Exposure, given: Given, at: datetime, kev_catalogue: date | None) -> Known:
    if point.derived_from:
        return _derived(point, point.derived_from, given)
    if point.statements:
        known = _stated(point, advisory.stated, at, kev_catalogue)
    elif point.exposure:
        known = _exposed(point, exposure)
    else:
        known = Known(point, _every(point), "not known")
    return _told(known, given) if point.key in given else known


def _told(known: Known, given: Given) -> Known:
    """The given value, dated by nothing: it holds from the start, so that it never moves the date to a later day."""
    place = given[known.point.key]
    if place in known.possible:
        return Known(known.point, (place,), "given")
    instead = " or ".join(known.point.values[other].name for other in known.possible)
    return Known(
        known.point, (place,), f"given, in place of: {instead} ({known.source}{f', {known.since}' if known.since else ''})"
    )


def _stated(point: Point, stated: tuple[Stated, ...], at: datetime, kev_catalogue: date | None) -> Known:
    """The worse of what was said last under each key (and of two things said at one instant), since the day it has held."""
    latest: dict[str, tuple[datetime, int]] = {}
    news: dict[date, int] = {}
    held: int | None = None
    since: Stated | None = None
    for said in stated:
        place = point.statements.get(said.key, _NOTHING).get(said.value.casefold())
        if place is None or said.stated_at > at:
            continue
        before = latest.get(said.key)
        latest[said.key] = (said.stated_at, max(place, before[1]) if before and before[0] == said.stated_at else place)
        worst = max(value for _, value in latest.values())
        if worst != held:
            held, since = worst, said
            news[_day(said)] = worst
    if held is None or since is None:
        if not point.never_unknown:
            return Known(point, _every(point), "not known")
        return _not_listed(point, at, kev_catalogue)
    return Known(point, (held,), since.source, _day(since), tuple(news.items()))


_NOTHING: Mapping[str, int] = {}


def _not_listed(point: Point, at: datetime, kev_catalogue: date | None) -> Known:
    """Never unknown: not listed is the mildest value, with the age of the catalogue that lacks it."""
    day = at.astimezone(UTC).date()
    if kev_catalogue is None:
        return Known(point, (0,), "not in the CISA KEV catalogue at hand, whose age is not known")
    if kev_catalogue >= day:
        return Known(point, (0,), "not in the CISA KEV catalogue by then", day)
    age = (day - kev_catalogue).days
    return Known(point, (0,), f"not in the CISA KEV catalogue at hand, {age} day{'s' * (age > 1)} old by then", kev_catalogue)


def _exposed(point: Point, exposure: Exposure) -> Known:
    if exposure.exposed is None:
        return Known(point, _every(point), "not known")
    answer = "yes" if exposure.exposed else "no"
    possible = point.exposure[answer]
    told = exposure.source or "as told"
    return Known(point, possible, told if len(possible) == 1 else f"exposed: {answer}, {told}", exposure.learnt)


def _derived(point: Point, table: Policy, given: Given) -> Known:
    """What the table that gives this point can still answer."""
    if point.key in given:
        return Known(point, (given[point.key],), "given")
    said = ", ".join(f"{p.key}={p.values[given[p.key]].key}" for p in table.points if p.key in given)
    return Known(point, possible_outcomes(table, given), f"from the given {said}" if said else "not known")


def _every(point: Point) -> Combination:
    return tuple(range(len(point.values)))


def _day(said: Stated) -> date:
    return said.stated_at.astimezone(UTC).date()
