"""How two versions compare, by the `versionType` that a record declares.

Every comparison gives the *set* of positions that are possible: `{-1}` below, `{0}` equal, `{1}` above; more than one
when the version is too coarse to tell (`12.4` against `12.4.0.2`).
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from wardround.core.matching import _prereleases
from wardround.core.versions import LONGEST as LONGEST  # read here by the rest of the room
from wardround.core.versions import Key, scheme_of
from wardround.core.vocab import BadInput, Verdict

BELOW, EQUAL, ABOVE = frozenset({-1}), frozenset({0}), frozenset({1})
Position = frozenset[int]

KERNEL = "releases of linux"
"""The order of the Linux kernel's own releases, which no record declares: a convention puts it in (`_habits`)."""

_KERNEL = re.compile(r"[vV]?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:\.(\d+))?(?:-rc(\d+))?", re.ASCII)
_FINAL = 2**31
_LARGE = 1_000
_DOTTED = re.compile(r"[vV]?(\d+(?:\.\d+)*)", re.ASCII)
_SERIES = re.compile(r"[vV]?(\d+(?:\.\d+)*)\.\*", re.ASCII)
_HASH = re.compile(r"(?=[0-9]*[a-f])[0-9a-f]{7,64}", re.ASCII | re.IGNORECASE)


class UnreadableError(Exception):
    """A text that is no version under the order in use. `verdict` says what that makes of the answer."""

    def __init__(self, why: str, verdict: Verdict) -> None:
        self.why, self.verdict = why, verdict
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Order:
    """One way to compare. `assumed` is the sentence to add when nobody defined this order; `git` cannot compare at all."""

    name: str
    read: Callable[[str], Key]
    failing: Verdict
    assumed: str = ""
    coarse: bool = False
    with_release: bool = False

    def key(self, text: str) -> Key:
        """A sortable, hashable key of a version, cached: `key(a) < key(b)` says `a` is below `b`. Equal keys are one version.

        Under a `coarse` order the keys are the plain numbers, so that `12.4` stands just before everything that begins so;
        under one `with_release` a version that states none stands just before all its releases. `position` knows better
        in both cases. Raises UnreadableError as `position` does. Bounds such as `*` and `X.*` have no key.
        """
        try:
            return self.read(text)
        except (BadInput, ValueError) as error:
            raise UnreadableError(self._unreadable(text), self.failing) from error

    def position(self, version: str, bound: str) -> Position:
        """Where `version` can stand relative to `bound` (`*` and `X.*` are the ends of everything and of a series).

        Raises UnreadableError when either is no version under this order.
        """
        if bound == "*":
            return BELOW
        if self.coarse and _prereleases.of(bound) and is_plain(version):
            if (places := _prereleases.beside(version, bound)) is None:
                raise UnreadableError(f"nobody can tell whether {shown(version)} came before {shown(bound)}", Verdict.UNKNOWN)
            return places
        key = self.key(version)
        if series := _SERIES.fullmatch(bound):
            return _against_series(version, _numbers(series[1]), pad=not self.coarse)
        limit = self.key(bound)
        if self.coarse:
            if is_build(key) != is_build(limit) and _are_apart(*sorted((key, limit), key=is_build)):
                raise UnreadableError(f"{shown(version)} and {shown(bound)} are not numbered in one way", Verdict.UNKNOWN)
            return _interval_position(key, limit)
        if self.with_release and ("-" in bound) != ("-" in version):
            if "-" in bound:
                raise UnreadableError(
                    f"{shown(version)} has no package release, and the record's {shown(bound)} has one", Verdict.UNKNOWN
                )
            key = self.key(version.rpartition("-")[0])  # a bound without a release means every release (rpm, Dependencies)
        return BELOW if key < limit else EQUAL if key == limit else ABOVE

    def reads(self, *texts: str) -> bool:
        """True when all of these are versions that anybody would compare so: plain dotted numbers."""
        return self.name not in _table()["textual"] and all(map(is_plain, texts))

    def _unreadable(self, text: str) -> str:
        if len(text) > LONGEST:
            return f"{shown(text)} has {len(text):,} characters, which is no version"
        if self.name == "git":
            return f"the record speaks of git commits here: without the source's history nobody can place {shown(text)} among them"
        if self.name in _table()["textual"]:
            return f"the record orders its versions as texts ({self.name}), which does not tell where {shown(text)} stands"
        if self.failing is Verdict.NOT_EVALUABLE:
            return f"the record declares its versions as {self.name}, and {shown(text)} is not one"
        return f"{shown(text)} is not a plain dotted number, and the record defines no other way to compare"


@cache
def order_of(version_type: str) -> Order:
    """The order that a `versionType` stands for (CVE Record Format 5.1, versions.md). Unknown types compare as `custom`."""
    kind = version_type.strip().casefold()
    if kind in _table()["git"]:
        return Order("git", _nothing, Verdict.NOT_EVALUABLE)
    if kind == KERNEL:
        return Order("semver", _kernel_key, Verdict.UNKNOWN)
    if kind in _table()["textual"]:
        return Order(kind, _nothing, Verdict.UNKNOWN)
    if scheme := scheme_of(kind):
        name = scheme.name if scheme.name == "semver" else kind
        return Order(name, scheme.key, Verdict.NOT_EVALUABLE, with_release=scheme.name in _table()["with_release"])
    stated = f"`{version_type.strip()[:40]}` defines no order" if kind else "The record states no order"
    return Order(
        kind or "custom", _dotted_key, Verdict.UNKNOWN, f"{stated} for its versions: they are compared number by number.", True
    )


def is_commit(version: str) -> bool:
    """True for what can be a git commit: 7 to 64 hexadecimal digits, a letter among them."""
    return bool(_HASH.fullmatch(version))


def is_plain(version: str) -> bool:
    """True for a plain dotted number (a leading `v` is passed over)."""
    return len(version) <= LONGEST and bool(_DOTTED.fullmatch(version))


def is_build(numbers: tuple[int, ...]) -> bool:
    """True for one large number alone, as builds, days and years are numbered."""
    return len(numbers) == 1 and numbers[0] >= _LARGE


def is_first(version: str) -> bool:
    """True for `0`, `0.0`...: by convention the earliest possible version."""
    return is_plain(version) and not any(_numbers(version.lstrip("vV")))


@cache
def distributions() -> frozenset[str]:
    """The package schemes of distributions, which mend old versions without raising their number."""
    return frozenset(_table()["distributions"])


def shown(text: str) -> str:
    """A version or bound as a reason may quote it: short, on one line, quoted when it is not a plain token."""
    flat = " ".join(text.split())
    cut = flat if len(flat) <= 60 else flat[:57] + "..."
    return cut if re.fullmatch(r"[\w.+:~()*-]+", cut) else f"“{cut}”"


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(resources.files(__package__).joinpath("tables/orders.json").read_text("utf-8"))
    return table


@lru_cache(maxsize=65_536)
def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def _dotted_key(text: str) -> tuple[int, ...]:
    if len(text) > LONGEST or not (found := _DOTTED.fullmatch(text)):
        raise ValueError(text)
    return _numbers(found[1])


def _kernel_key(text: str) -> tuple[int, ...]:
    """Missing numbers are zero, and a candidate (`6.12-rc1`) comes before its release. A distribution's build is none of these."""
    if len(text) <= LONGEST and (found := _KERNEL.fullmatch(text)):
        *numbers, candidate = found.groups()
        return (*(int(n or 0) for n in numbers), int(candidate) if candidate else _FINAL)
    raise ValueError(text)


def _nothing(text: str) -> Key:
    raise ValueError(text)


def _interval_position(version: tuple[int, ...], bound: tuple[int, ...]) -> Position:
    """A version with fewer parts stands for everything that begins so: 12.4 is all of 12.4.0.0 to 12.4.9.9..."""
    common = min(len(version), len(bound))
    if version[:common] != bound[:common]:
        return BELOW if version[:common] < bound[:common] else ABOVE
    if len(version) >= len(bound):
        return ABOVE if any(version[common:]) else EQUAL
    return frozenset({-1, 0, 1}) if any(bound[common:]) else frozenset({0, 1})


def _are_apart(dotted: tuple[int, ...], build: tuple[int, ...]) -> bool:
    """True for a dotted version and a build (`24.7.38235` and `38235`); 2024.1 and 2024 count alike."""
    return len(dotted) > 1 and any(dotted) and dotted[0] < _LARGE <= build[0]


def _against_series(version: str, series: tuple[int, ...], *, pad: bool) -> Position:
    """Below the end of series X (`X.*`), or above it: the asterisk is larger than any number."""
    found = re.match(r"[vV]?(?:\d+:)?(\d+(?:\.\d+)*)", version, re.ASCII)
    numbers = _numbers(found[1]) if found else ()
    numbers = (*numbers, *[0] * (len(series) - len(numbers))) if pad else numbers
    common = numbers[: len(series)]
    if common != series[: len(common)]:
        return BELOW if common < series[: len(common)] else ABOVE
    return BELOW if len(numbers) >= len(series) else frozenset({-1, 1})
