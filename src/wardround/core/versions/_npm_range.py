"""Ranges of node-semver, and of Cargo, which took most of them over."""

import re

from wardround.core.versions._comparators import MOST, no_range
from wardround.core.versions._model import Scheme
from wardround.core.versions._spans import EVERY, Span, exactly, met

_PARTIAL = r"[vV=]*(?:\d+|[xX*])(?:\.(?:\d+|[xX*]))?(?:\.(?:\d+|[xX*]))?(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?"
_HYPHEN = re.compile(rf"({_PARTIAL})\s+-\s+({_PARTIAL})", re.ASCII)
_PART = re.compile(rf"\s*,?\s*(~>|>=|<=|~|\^|<|>|=|)\s*({_PARTIAL})(?=[\s,<>=~^]|$)", re.ASCII)

Partial = tuple[list[int], str]
"""The numbers that are stated, up to three, and the version as text, filled up with zeros."""


def npm(text: str, scheme: Scheme) -> list[Span]:
    """One alternative of node-semver, "Ranges": comparators that all must hold, or `A - B`; `x` or nothing for any number.

    For Cargo a bare version stands for `^`. Ends that node-semver writes `<2.0.0-0` are `<2.0.0`.
    """
    if text in ("", "*"):
        return [EVERY]
    if found := _HYPHEN.fullmatch(text):
        low, high = _partial(found[1], scheme), _partial(found[2], scheme)
        return met(_at_least(low), _at_most(high), scheme=scheme)
    spans, place, count = [EVERY], 0, 0
    while place < len(text):
        part = _PART.match(text, place)
        if part is None or count == MOST:
            raise no_range(text, scheme)
        bare = "^" if scheme.name == "cargo" else "="
        spans = met(spans, _compared(part[1] or bare, _partial(part[2], scheme), text, scheme), scheme=scheme)
        place, count = part.end(), count + 1
    return spans


def _partial(text: str, scheme: Scheme) -> Partial:
    version = text.lstrip("vV=").partition("+")[0]
    numbers: list[int] = []
    for part in version.partition("-")[0].split("."):
        if part in "xX*":
            break
        numbers.append(int(part))
    if len(numbers) < 3:
        return numbers, _text([*numbers, 0, 0, 0])
    scheme.key(version)
    return numbers, version


def _text(numbers: list[int]) -> str:
    return ".".join(map(str, numbers[:3]))


def _next(numbers: list[int], place: int) -> str:
    """The first version after all that share the numbers up to and including `place`."""
    return _text([*numbers[:place], numbers[place] + 1, 0, 0])


def _at_least(partial: Partial) -> list[Span]:
    return [Span(partial[1], with_low=True)] if partial[0] else [EVERY]


def _at_most(partial: Partial) -> list[Span]:
    numbers, version = partial
    if len(numbers) == 3:
        return [Span(high=version, with_high=True)]
    return [Span(high=_next(numbers, len(numbers) - 1))] if numbers else [EVERY]


def _compared(comparator: str, partial: Partial, text: str, scheme: Scheme) -> list[Span]:
    numbers, version = partial
    whole = len(numbers) == 3
    if not numbers:
        if comparator in "<>":
            raise no_range(text, scheme)  # nothing is above or below every version
        return [EVERY]
    if comparator == ">=":
        return _at_least(partial)
    if comparator == "<=":
        return _at_most(partial)
    if comparator == "<":
        return [Span(high=version)]
    if comparator == ">":
        return [Span(version)] if whole else [Span(_next(numbers, len(numbers) - 1), with_low=True)]
    if comparator == "=":
        return [exactly(version)] if whole else met(_at_least(partial), _at_most(partial), scheme=scheme)
    place = min(1, len(numbers) - 1)
    if comparator == "^":
        place = next((i for i, n in enumerate(numbers) if n), len(numbers) - 1)
    return [Span(version, _next(numbers, place), with_low=True)]
