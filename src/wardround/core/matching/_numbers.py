"""Plain dotted numbers side by side: the short way of a comparison that `_orders` gives in full."""

import re
from functools import lru_cache
from typing import NamedTuple

from wardround.core.matching._orders import LONGEST, is_build

Numbers = tuple[int, ...]
_DOTTED = re.compile(r"[vV]?(\d+(?:\.\d+)*)(\.\*)?", re.ASCII)
_NOT_STATED = frozenset({"n/a", "na", "-", "*", "?", "unknown", "unspecified", "none", "null", "not available", "not applicable"})


class Text(NamedTuple):
    """A version as the inventory has it (empty: not stated), and its numbers where it is nothing but dotted numbers.

    One large number alone has none here: it may be a build's, and stands beside a dotted version nowhere.
    """

    text: str
    numbers: Numbers | None


class Bound(NamedTuple):
    """The numbers of a bound; with `series` it is the end of the series that begins so (`5.10.*`)."""

    numbers: Numbers
    series: bool


@lru_cache(maxsize=65_536)
def text_of(version: str) -> Text:
    """A version, stripped. Words that only say that there is none (`n/a`, `unknown`) are none."""
    text = version.strip()
    bound = bound_of(text)
    if text.casefold() in _NOT_STATED:
        return Text("", None)
    return Text(text, bound.numbers if bound and not bound.series and not is_build(bound.numbers) else None)


@lru_cache(maxsize=65_536)
def bound_of(text: str) -> Bound | None:
    """The numbers of a bound, or None when it is anything but dotted numbers."""
    if len(text) > LONGEST or not (found := _DOTTED.fullmatch(text)):
        return None
    return Bound(tuple(map(int, found[1].split("."))), bool(found[2]))


def beside(numbers: Numbers, bound: Bound, *, padded: bool) -> int | None:
    """-1 below, 0 at, 1 above the bound; None when the version is too coarse to tell.

    `padded`: missing parts are zero (semver); else they are not known, unless the bound has them not either.
    """
    other, series = bound
    if numbers == other and not series:
        return 0
    have, want = len(numbers), len(other)
    if have < want:
        if padded:
            numbers, have = numbers + (0,) * (want - have), want
        elif numbers == other[:have]:
            return None
        else:
            return -1 if numbers < other else 1
    head = numbers[:want] if have > want else numbers
    if head != other:
        return -1 if head < other else 1
    return -1 if series else 1 if any(numbers[want:]) else 0
