"""Ranges written as text where a version should stand: a small fixed grammar over dotted versions.

>>> read(">= 9.0, < 9.2.10")
Range(start='9.0', end='9.2.10', past_start=False, with_end=False, text='>= 9.0, < 9.2.10')
>>> read("8.0.11 and prior").end
'8.0.11'
>>> read("before 7.0 SP1") is None
True
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from wardround.core.matching._prereleases import WRITTEN

_D = r"v?(\d+(?:\.\d+)*)"
_BOUND = rf"v?({WRITTEN}|\d+(?:\.\d+)*)(?:\.(?:final|release|ga))?"  # which say nothing: it is the release
_VERSION = r"(?:firmware )?(?:versions? |ver\.? ?)?"
_COMPARATOR = re.compile(rf"(<=|>=|==|<|>|=) ?{_BOUND}", re.ASCII)
_COMPARATORS = re.compile(rf"(?:all versions )?{_COMPARATOR.pattern}(?: ?, ?{_COMPARATOR.pattern})*", re.ASCII)
_UP_TO = re.compile(rf"{_VERSION}{_D},? (?:and|or) (?:prior|previous|earlier|below|lower|older)(?: versions?)?", re.ASCII)
_BEFORE = re.compile(rf"(?:all )?{_VERSION}(?:prior to|before) {_VERSION}{_D}", re.ASCII)
_FROM_TO = re.compile(rf"{_VERSION}(?:from )?{_D} (?:to|through) {_VERSION}{_D}", re.ASCII)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Range:
    """Versions from `start` (None: no lower bound) to `end` (None: no upper bound), read from `text` where it is not empty."""

    start: str | None
    end: str | None
    past_start: bool = False
    with_end: bool = False
    text: str = ""


@lru_cache(maxsize=16_384)
def read(text: str) -> Range | None:
    """The range that a text states, or None when it is freer than the grammar (FACTS 9: that is *unknown*)."""
    if len(text) > _LONGEST:
        return None
    flat = " ".join(text.split()).casefold()
    if flat == "*":
        return Range(None, None, text=text)
    if _COMPARATORS.fullmatch(flat):
        return _from_comparators(_COMPARATOR.findall(flat), text)
    if found := _UP_TO.fullmatch(flat):
        return Range(None, found[1], with_end=True, text=text)
    if found := _BEFORE.fullmatch(flat):
        return Range(None, found[1], text=text)
    if found := _FROM_TO.fullmatch(flat):
        return Range(found[1], found[2], with_end=True, text=text)
    return None


def _from_comparators(pairs: list[tuple[str, str]], text: str) -> Range | None:
    """At most one lower and one upper comparator, or one equality; anything else is not a range."""
    lower = [(sign, v) for sign, v in pairs if sign[0] == ">"]
    upper = [(sign, v) for sign, v in pairs if sign[0] == "<"]
    if len(pairs) == 1 and pairs[0][0] in ("=", "=="):
        return Range(pairs[0][1], pairs[0][1], with_end=True, text=text)
    if len(lower) > 1 or len(upper) > 1 or len(lower) + len(upper) < len(pairs):
        return None
    start, end = (lower[0] if lower else ("", None)), (upper[0] if upper else ("", None))
    return Range(start[1], end[1], past_start=start[0] == ">", with_end=end[0] == "<=", text=text)
