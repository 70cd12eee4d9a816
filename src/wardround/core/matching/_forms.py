"""Products whose versions are no plain dotted numbers: how each writes and orders them, as reviewed data.

A text stands for a span of versions: `10.2` of PAN-OS for all from 10.2.0 on up to the last 10.2, `10.2.9` for itself alone
(a hotfix that is not written is none). Two texts compare by their spans, so that what is too coarse stays undecided.

>>> form_named("pan-os").position("10.2.9", "10.2.9-h1"), form_named("asa").position("9.16(4)57", "9.16.4.57")
(frozenset({-1}), frozenset({0}))
>>> sorted(form_named("pan-os").position("10.2", "10.2.9-h1"))
[-1, 0, 1]
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

LONGEST = 120
LARGER_THAN_ANY = 10**18
Key = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Every version that a text can stand for, `low` to `high`; `written` is how many of the numbers stand in the text."""

    low: Key
    high: Key
    written: int

    @property
    def exact(self) -> bool:
        """True for a text that names one version."""
        return self.low == self.high

    @property
    def prefix(self) -> Key:
        """The numbers that stand in the text: what a branch or series of that name begins with."""
        return self.low[: self.written]


@dataclass(frozen=True, eq=False)
class Form:
    """How one product family writes and orders its versions; `source` documents that, `checked_on` is when it was read.

    `branch` is how many numbers name a line that its vendor mends apart, ending the range of each with its fix (0: not known).
    """

    name: str
    title: str
    source: str
    checked_on: str
    rewrite: tuple[tuple[re.Pattern[str], str], ...]
    patterns: tuple[re.Pattern[str], ...]
    by: tuple[tuple[str, ...], ...]
    joined: frozenset[str]
    open_series: int
    branch: int
    behind_series: str

    def reads(self, text: str) -> bool:
        """True for a text that is a version of this product (or `0`, `*`, the end of a series)."""
        return bool(_spans(self, _series(text)))

    def spans(self, text: str) -> tuple[Span, ...]:
        """What a text stands for, by each way to compare (`10.2.*` as `10.2`). Raises ValueError when it is no version."""
        if not (spans := _spans(self, _series(text))):
            raise ValueError(text)
        return spans

    @lru_cache(maxsize=65_536)  # noqa: B019  (there is one of each form, and it stays)
    def position(self, version: str, bound: str) -> frozenset[int]:
        """Where `version` can stand relative to `bound`: -1, 0, 1. Raises ValueError when either is no version of this product."""
        if bound == "*":
            return frozenset({-1})
        mine, other = self.spans(version), self.spans(bound)
        by = self._by(mine, other)
        here, there = mine[by], other[by]
        if bound.endswith("*"):
            beyond = (*there.prefix, *[LARGER_THAN_ANY] * (len(there.low) - there.written))
            return frozenset({sign for sign, is_so in ((-1, here.low <= beyond), (1, here.high > beyond)) if is_so})
        limit = there.low
        if not there.exact and here.low >= limit and here.low <= there.high and here != there:
            return frozenset({0, 1})
        if here.exact or here.high < limit or here.low > limit:
            return frozenset({(here.low > limit) - (here.low < limit)})
        return frozenset({-1, 0, 1} if here.low < limit else {0, 1})

    def joining(self, entry: Mapping[str, Any]) -> Mapping[str, Any]:
        """The same entry as the vendor means it: an end that is a build of what it starts with is written out (`joined`), and a
        range without an end is its own branch (`open_series` numbers). What stands behind a series (`21.2*-EVO`) is no part of it.
        """
        for key in ("lessThan", "lessThanOrEqual") if self.behind_series else ():
            if str(entry.get(key)).endswith(f"*{self.behind_series}"):
                entry = {**entry, key: str(entry[key]).removesuffix(self.behind_series)}
        start = str(entry.get("version") or "").strip()
        if self.open_series and entry.get("lessThan") == "*" and self.reads(start) and start != "0":
            return {**entry, "lessThan": ".".join(map(str, self.spans(start)[0].low[: self.open_series])) + ".*"}
        if str(entry.get("versionType")).strip().casefold() not in self.joined:
            return entry
        ends = {k: f"{start}-{str(entry[k]).strip()}" for k in ("lessThan", "lessThanOrEqual") if entry.get(k)}
        return {**entry, **{k: v for k, v in ends.items() if self.reads(start) and self.reads(v)}}

    def _by(self, mine: Sequence[Span], other: Sequence[Span]) -> int:
        exact = (n for n in range(len(self.by)) if mine[n].exact and other[n].exact)
        bound = (n for n in range(len(self.by)) if other[n].exact)
        return next(exact, next(bound, 0))


def form_of(vendors: Sequence[str], product: str) -> Form | None:
    """The form of a product by its name keys; None for the great majority, whose versions need none."""
    name = _by_name().get((vendors[0] if vendors else "", product))
    return form_named(name) if name else None


def forms_of_vendor(vendor: str) -> tuple[Form, ...]:
    """The forms that hold for every product of a vendor where its versions are no plain numbers (`vendors` of the table)."""
    return tuple(map(form_named, _by_vendor().get(vendor, ())))


@cache
def form_named(name: str) -> Form:
    """A form by its name. Raises KeyError when there is none."""
    raw = _table()["forms"][name]
    return Form(
        name=name,
        title=raw["title"],
        source=raw["source"],
        checked_on=raw["checked_on"],
        rewrite=tuple((re.compile(pattern, re.ASCII), by) for pattern, by in raw.get("rewrite", [])),
        patterns=tuple(re.compile(pattern, re.ASCII) for pattern in raw["patterns"]),
        by=tuple(tuple(groups) for groups in raw["by"]),
        joined=frozenset(raw.get("joined", [])),
        open_series=raw.get("open_series", 0),
        branch=raw.get("branch", raw.get("open_series", 0)),
        behind_series=raw.get("behind_series", ""),
    )


def forms() -> tuple[str, ...]:
    """The names of all forms."""
    return tuple(_table()["forms"])


@cache
def _by_name() -> dict[tuple[str, str], str]:
    return {(vendor, product): name for name, raw in _table()["forms"].items() for vendor, product in raw["names"]}


@cache
def _by_vendor() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, raw in _table()["forms"].items():
        for vendor in raw.get("vendors", ()):
            found.setdefault(vendor, []).append(name)
    return found


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(resources.files(__package__).joinpath("tables/forms.json").read_text("utf-8"))
    return table


def _series(text: str) -> str:
    """`21.4*` and `21.4.*` without their asterisk."""
    return text.rstrip("*").rstrip(".") if text.endswith("*") and text != "*" else text


@lru_cache(maxsize=65_536)
def _spans(form: Form, text: str) -> tuple[Span, ...]:
    """Empty when the text is no version of this form."""
    if len(text) > LONGEST:
        return ()
    flat = " ".join(text.split()).casefold()
    if flat == "0":
        return tuple(Span((0,) * len(groups), (0,) * len(groups), len(groups)) for groups in form.by)
    for pattern, by in form.rewrite:
        flat = pattern.sub(by, flat)
    found = next((m for pattern in form.patterns if (m := pattern.fullmatch(flat))), None)
    if not found:
        return ()
    parts = found.groupdict()
    return tuple(_span([parts.get(group) for group in groups]) for groups in form.by)


def _span(parts: Sequence[str | None]) -> Span:
    numbers: list[int] = []
    for part in parts:
        if part is None:
            break
        numbers.append(_number(part))
    missing = len(parts) - len(numbers)
    written = max((place for place, part in enumerate(parts[: len(numbers)], 1) if part), default=0)
    return Span((*numbers, *[0] * missing), (*numbers, *[LARGER_THAN_ANY] * missing), written)


def _number(part: str) -> int:
    """A number; of a letter its place (`a` is 1); nothing is 0."""
    return (
        0
        if not part
        else int(part)
        if part.isdigit()
        else sum((ord(c) - 96) * 27**n for n, c in enumerate(reversed(part)) if c.isalpha())
    )
