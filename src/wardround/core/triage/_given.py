"""What a person gives for a decision point: `A=yes`, `a=Y`, `technical impact=total`."""

from collections.abc import Iterator, Mapping

from wardround.core.triage._model import Combination, Point, Policy
from wardround.core.triage._words import word
from wardround.core.vocab import BadInput

Given = Mapping[str, int]


def read_given(policy: Policy, given: Mapping[str, str]) -> Given:
    """Each given input as its point's key and the place of its value.

    Raises BadInput naming what is allowed, for an unknown point or value, the same point twice, or a derived point that
    contradicts what it would be derived from.
    """
    places: dict[str, int] = {}
    for key, value in given.items():
        point = _point(policy, key)
        if point.key in places:
            raise BadInput(f"{point.key} is given twice", where=f"--input {key}", do="give it once")
        places[point.key] = _place(point, value)
    for point in policy.points:
        _agrees(point, places)
    return places


def _points(policy: Policy) -> Iterator[Point]:
    for point in policy.points:
        yield point
        if point.derived_from:
            yield from _points(point.derived_from)


def _point(policy: Policy, key: str) -> Point:
    for point in _points(policy):
        if word(key) in (word(point.key), word(point.name)):
            return point
    allowed = ", ".join(f"{p.key} ({p.name})" for p in _points(policy))
    raise BadInput(f"{policy.name} has no decision point {key[:40]!r}", where="--input", do=f"use one of {allowed}")


def _place(point: Point, text: str) -> int:
    for place, value in enumerate(point.values):
        if word(text) in map(word, (value.key, value.name, *value.also)):
            return place
    allowed = ", ".join(f"{v.key} ({v.name})" for v in point.values)
    raise BadInput(
        f"{text[:40]!r} is no value of {point.key}, {point.name}", where=f"--input {point.key}", do=f"use one of {allowed}"
    )


def possible_outcomes(table: Policy, given: Given) -> Combination:
    """Every outcome that a table can still have, as places, mildest first."""
    still = {
        outcome
        for combination, outcome in table.rows.items()
        if all(given.get(p.key, place) == place for p, place in zip(table.points, combination, strict=True))
    }
    return tuple(sorted(still))


def _agrees(point: Point, places: Given) -> None:
    table = point.derived_from
    if table and point.key in places and places[point.key] not in possible_outcomes(table, places):
        parts = " and ".join(p.key for p in table.points if p.key in places)
        told = point.values[places[point.key]].key
        raise BadInput(f"{point.key}={told} contradicts the given {parts}", where="--input", do="give one or the other")
