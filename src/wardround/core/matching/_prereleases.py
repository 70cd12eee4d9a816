"""Versions that come before their release (`2.0.0-rc.1`, `3.1.0.beta2`), where a record declares no order.

Semantic Versioning (item 9), PEP 440, Maven and RubyGems have this in common; a letter alone (`1.1.1a`) is none of these words.

>>> beside("2.0.0", "2.0.0-rc.1"), beside("2.0.0-beta.2", "2.0.0-rc.1"), beside("2.0.0-rc.3", "2.0.0-rc.11")
(frozenset({1}), frozenset({-1}), frozenset({-1}))
>>> beside("1.9", "2.0.0-rc.1"), beside("2.0.0", "2.0.0-dev.1"), beside("2.0.0-dev", "2.0.0-rc")
(frozenset({-1}), frozenset({1}), None)
>>> beside("2.0.0", "2.0.0-nightly") is None
True
"""

import re
from functools import lru_cache

STAGES = "alpha|beta|rc"
"""The words that every habit of writing shares, in their order."""

_OF_ANY_DAY = ("canary", "nightly")
"""What is built day by day, before a release and after it."""

_WORD = rf"(?:{STAGES}|milestone|m(?=[-.]?\d)|cr|preview|pre|snapshot|dev|{'|'.join(_OF_ANY_DAY)})"
WRITTEN = rf"\d+(?:\.\d+)*[-._]?{_WORD}(?:[-._]?\d+(?:[-._]\d+)*)?"
"""A version with such a word, as a pattern over small letters."""

ASSUMED = "A word such as alpha, beta or rc behind a version says that it came before its release."

_ORDERED = {"alpha": 0, "beta": 1, "milestone": 2, "m": 2, "rc": 3, "cr": 3}
_FORM = re.compile(rf"[vV]?(?={WRITTEN}$)(\d+(?:\.\d+)*)[-._]?([a-z]+)([-._\d]*)", re.ASCII | re.IGNORECASE)
_LONGEST = 100


@lru_cache(maxsize=16_384)
def of(text: str) -> tuple[tuple[int, ...], str, tuple[int, ...]] | None:
    """Numbers of the release, the word, and the numbers behind it; None for a text that is not written so."""
    if len(text) > _LONGEST or not (found := _FORM.fullmatch(text)):
        return None
    numbers, behind = (tuple(map(int, re.findall(r"\d+", part))) for part in (found[1], found[3]))
    return numbers, found[2].casefold(), behind


def beside(version: str, bound: str) -> frozenset[int] | None:
    """Where a version can stand beside a bound, one of which comes before its release. None where that cannot be told."""
    mine, other = of(version), of(bound)
    here, there = (form[0] if form else _plain(text) for form, text in ((mine, version), (other, bound)))
    if here is None or there is None or (mine is None and other is None):
        return None
    coarse = mine is None and len(here) < len(there)
    if coarse and here == there[: len(here)] and any(there[len(here) :]):
        return frozenset({-1, 1})
    width = max(len(here), len(there))
    low, limit = (numbers + (0,) * (width - len(numbers)) for numbers in (here, there))
    if low != limit:
        return frozenset({-1 if low < limit else 1})
    if mine is None or other is None:
        word = (mine or other or ((), "", ()))[1]
        return None if word in _OF_ANY_DAY else frozenset({1 if mine is None else -1})
    if mine[1:] == other[1:]:
        return frozenset({0})
    if mine[1] != other[1] and not (mine[1] in _ORDERED and other[1] in _ORDERED):
        return None
    one, two = ((_ORDERED.get(form[1], 0), form[2]) for form in (mine, other))
    return frozenset({(one > two) - (one < two)})


def _plain(text: str) -> tuple[int, ...] | None:
    found = re.fullmatch(r"[vV]?(\d{1,18}(?:\.\d{1,18})*)", text, re.ASCII)
    return tuple(map(int, found[1].split("."))) if found else None
