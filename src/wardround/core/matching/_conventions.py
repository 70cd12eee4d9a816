"""How some publishers write their records, where the record taken by its letter says something else: reviewed, sourced data.

A convention changes the `affected` object before it is read, never the record; whatever rests on one says so. Three habits
need no table: the word `unspecified`, which the converter from format 4 put where no start was stated; a start such as
`6.0.x`, which is the start of series 6.0; and, in containers that others added, several ranges that all start at 0 and end
at different fixes, where each but the lowest is meant for its own series.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise
from typing import Any

from wardround.core.vocab import name_key

_DOTTED = re.compile(r"[vV]?(\d+(?:\.\d+)*)", re.ASCII)
_SERIES = re.compile(r"([vV]?\d+(?:\.\d+)*)\.[xX*]", re.ASCII)
_BRANCH = re.compile(r"[.\-]?\d+$", re.ASCII)
_LOWER = re.compile(r">=? ?(\d+(?:\.\d+)*)", re.ASCII)
_MAY_START, _MAY_END = "uU0 \t\n", "xX* \t\n"
_key = lru_cache(maxsize=16_384)(name_key)
NO_START = (
    "The record does not say where its ranges start: the lowest is taken from the first version, others from their own series."
)
SERIES_START = "A range that starts at {0} is taken from the start of that series."

Entry = Mapping[str, Any]
Entries = Sequence[Any]


OPEN = ("unspecified", "*")


@dataclass(frozen=True, slots=True)
class Convention:
    """One publisher's habit. `container` is the container that it holds for (`cna`, or the others' `adp`); no `products`: all."""

    id: str
    container: str
    vendors: frozenset[str]
    products: frozenset[str]
    readings: tuple[str, ...]
    says: str
    author: str
    source: str
    date: str
    reason: str


def by_convention(
    affected: Mapping[str, Any], *, container: str, ends: Sequence[str] = ()
) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The object as its publisher means it, and the sentences to assume with it.

    `ends` are the ends of all ranges of this container on the same product that state no start (`ends_without_start`).
    """
    assumed: list[str] = []
    vendor, product = (name_key(v) if isinstance(v := affected.get(key), str) else "" for key in ("vendor", "product"))
    for convention in (*_by_vendor().get(vendor, ()), *_by_vendor().get("*", ())):
        if convention.container == ("cna" if container == "cna" else "adp") and product in (convention.products or {product}):
            for reading in convention.readings:
                read = READINGS[reading](affected)
                if read is not None:
                    affected = read
                    assumed.append(f"{convention.says} ({convention.id})")
    if (started := _started(affected, sorted(set(ends), key=_numbers))) is not None:
        affected = started
        assumed.append(NO_START)
    if (in_series := _from_series(affected)) is not None:
        affected, first = in_series
        assumed.append(SERIES_START.format(first))
    return affected, tuple(dict.fromkeys(assumed))


def may_apply(objects: Sequence[Mapping[str, Any]]) -> bool:
    """False where no convention can: no publisher of the table, no default that may have slipped, no such start. Cheap."""
    known, zeros = _by_vendor(), 0
    for affected in objects:
        if affected.get("defaultStatus") == "affected":
            return True
        if isinstance(vendor := affected.get("vendor"), str) and _key(vendor) in known:
            return True
        listed = affected.get("versions")
        for entry in listed if isinstance(listed, list) else ():
            start = entry.get("version") if isinstance(entry, dict) else entry
            if not isinstance(start, str) or start[:1] in _MAY_START or start[-1:] in _MAY_END:
                return True
            zeros += start == "0"
    return zeros > 1


def ends_without_start(objects: Sequence[Mapping[str, Any]], *, container: str) -> list[str]:
    """The ends of affected ranges on one product that do not say where they start; empty when one of them is not plain.

    A start at 0 says nothing in a container that others added, where several such ranges end at different versions.
    """
    entries = [entry for affected in objects for entry in _entries(affected)]
    ends = [_end(entry) for entry in entries if _is_open(entry, OPEN)]
    if container != "cna" and len({_end(entry) for entry in entries if _is_open(entry, ("0",))}) > 1:
        ends += [_end(entry) for entry in entries if _is_open(entry, ("0",))]
    return ends if all(_DOTTED.fullmatch(end) for end in ends) else []


def _entries(affected: Mapping[str, Any]) -> Iterator[Entry]:
    listed = affected.get("versions")
    return (entry for entry in (listed if isinstance(listed, list) else ()) if isinstance(entry, Mapping))


def _with(affected: Mapping[str, Any], change: Callable[[Any], Any]) -> Mapping[str, Any]:
    listed = affected.get("versions")
    return {**affected, "versions": [change(entry) for entry in listed] if isinstance(listed, list) else []}


def _end(entry: Entry) -> str:
    end = entry.get("lessThan") or entry.get("lessThanOrEqual")
    return end.strip() if isinstance(end, str) else ""


def _is_open(entry: Any, starts: Sequence[str]) -> bool:
    """True for a range of affected versions that ends, with one of these starts."""
    if not isinstance(entry, Mapping) or _start(entry).casefold() not in starts:
        return False
    return entry.get("status") == "affected" and _end(entry) not in ("", "*", "unspecified")


def _numbers(version: str) -> tuple[int, ...]:
    found = _DOTTED.fullmatch(version)
    return tuple(map(int, found[1].split("."))) if found else ()


def _started(affected: Mapping[str, Any], ends: Sequence[str]) -> Mapping[str, Any] | None:
    """Each open start made explicit: `0` for the lowest end, the shortest leading part above the end below for the others.

    Where there are several, a default of *unaffected* is left out: it would call unaffected what lies between two of them,
    of which nobody spoke.
    """
    open_starts = (*OPEN, "0") if len(ends) > 1 else ("unspecified",)
    if not any(_is_open(entry, open_starts) and _end(entry) in ends for entry in _entries(affected)):
        return None
    starts = {ends[0]: "0"}
    for below, end in pairwise(ends):
        parts, limit = _numbers(end), _numbers(below)
        leading = (parts[:n] for n in range(1, len(parts) + 1))
        if first := next((part for part in leading if part > limit[: len(part)]), None):
            starts[end] = ".".join(map(str, first))
    if len(ends) > 1 and affected.get("defaultStatus") == "unaffected":
        affected = _without_default(affected)

    def start(entry: Any) -> Any:
        known = starts.get(_end(entry)) if _is_open(entry, open_starts) else None
        return entry if known is None else {**entry, "version": known}

    return _with(affected, start)


def _from_series(affected: Mapping[str, Any]) -> tuple[Mapping[str, Any], str] | None:
    """`6.0.x` as the start of a range whose end lies in that series or above."""
    found = next((e for e in _entries(affected) if _end(e) and _SERIES.fullmatch(_start(e))), None)
    if found is None:
        return None

    def change(entry: Any) -> Any:
        series = _SERIES.fullmatch(_start(entry)) if isinstance(entry, Mapping) and _end(entry) else None
        return {**entry, "version": series[1]} if series else entry

    return _with(affected, change), _start(found)


def _start(entry: Entry) -> str:
    stated = entry.get("version")
    return stated.strip() if isinstance(stated, str) else ""


def _equal_ends(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The fixed version in both places: everything before it is meant; of several, each is the fix of its own branch."""
    entries = list(_entries(affected))
    if not entries or any(not _start(e) or _start(e) != e.get("lessThan") or e.get("status") != "affected" for e in entries):
        return None
    if len(entries) == 1:
        return _with(affected, lambda entry: {**entry, "version": "0"} if isinstance(entry, Mapping) else entry)
    branches = [{**entry, "version": _BRANCH.sub("", _start(entry)) or _start(entry)} for entry in entries]
    fixes = [{"version": _start(entry), "status": "unaffected", "versionType": entry.get("versionType", "")} for entry in entries]
    return _without_default({**affected, "versions": [*branches, *fixes]})


def _slipped_default(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """*Affected* as the default beside ranges that are all affected and end: the default of the form, left as it was."""
    entries = list(_entries(affected))
    if affected.get("defaultStatus") != "affected" or not any(_end(e) not in ("", "*") for e in entries):
        return None
    if any(e.get("status") != "affected" or not _only_fixes(e.get("changes")) for e in entries):
        return None
    return _without_default(affected)


def _only_fixes(changes: Any) -> bool:
    """True where `changes` name the version that repairs, and nothing else."""
    listed = changes if isinstance(changes, list) else ()
    return all(isinstance(change, Mapping) and change.get("status") == "unaffected" for change in listed)


def _without_default(affected: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in affected.items() if key != "defaultStatus"}


def _listed_lower_bounds(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """`>= 8.3.0` without an end for each single version that is affected."""

    def change(entry: Any) -> Any:
        bound = _LOWER.fullmatch(_start(entry)) if isinstance(entry, Mapping) and entry.get("status") == "affected" else None
        return {**entry, "version": bound[1]} if bound else entry

    changed = _with(affected, change)
    return changed if changed["versions"] != affected.get("versions") else None


def _dotted(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """A `versionType` that is none, beside plain dotted versions."""
    if not any("versionType" in entry for entry in _entries(affected)):
        return None
    return _with(affected, lambda entry: {**entry, "versionType": "custom"} if isinstance(entry, Mapping) else entry)


READINGS: Mapping[str, Callable[[Mapping[str, Any]], Mapping[str, Any] | None]] = {
    "equal_ends": _equal_ends,
    "slipped_default": _slipped_default,
    "listed_lower_bounds": _listed_lower_bounds,
    "dotted": _dotted,
}


@cache
def conventions() -> tuple[Convention, ...]:
    """The reviewed table."""
    table = json.loads(resources.files(__package__).joinpath("tables/conventions.json").read_text("utf-8"))
    return tuple(
        Convention(
            **{
                **row,
                "vendors": frozenset(row["vendors"]),
                "products": frozenset(row.get("products", ())),
                "readings": tuple(row["readings"]),
            }
        )
        for row in table["conventions"]
    )


@cache
def _by_vendor() -> Mapping[str, tuple[Convention, ...]]:
    vendors = {vendor for convention in conventions() for vendor in convention.vendors}
    return {vendor: tuple(c for c in conventions() if vendor in c.vendors) for vendor in vendors}
