"""How some publishers write their records, where the record taken by its letter says something else: reviewed, sourced data.

A convention changes the `affected` object before it is read, never the record; whatever rests on one says so. Habits of
spelling need no table (`_spelling`), nor do ranges of one product that state no start, or all start at 0, and end at
different versions: taken by the letter all but the longest would say nothing, so each but the lowest is meant for its series.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise
from typing import Any

from wardround.core.matching._spelling import end_of, may_be_spelled, spelled, start_of
from wardround.core.vocab import name_key

_DOTTED = re.compile(r"[vV]?(\d+(?:\.\d+)*)", re.ASCII)
_BRANCH = re.compile(r"[ .\-]?[A-Za-z]*\d+$", re.ASCII)
_NOTHING = frozenset({"n/a", "na", "-", ""})
_HOST = re.compile(r"https?://(?:www\.)?([\w.-]+)", re.ASCII)
_NUMBERED = re.compile(r"\d+(?:\.\d+)*(?:R\d+)?", re.ASCII)
_MAJOR = re.compile(r"[vV]?\d+", re.ASCII)
_LOWER = re.compile(r">=? ?(\d+(?:\.\d+)*)", re.ASCII)
_key = lru_cache(maxsize=16_384)(name_key)
NO_START = (
    "The record does not say where its ranges start: the lowest is taken from the first version, others from their own series."
)
OPEN = ("unspecified", "*")

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Convention:
    """One publisher's habit. `container` is the container that it holds for (`cna`, or the others' `adp`); no `products`: all.

    With `collections` it holds for objects whose `collectionURL` is of one of these hosts.
    """

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
    collections: frozenset[str] = frozenset()


def by_convention(
    affected: Mapping[str, Any], *, container: str, ends: Sequence[str] = ()
) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The object as its publisher means it, and the sentences to assume with it.

    `ends` are the ends of all ranges of this container on the same product that state no start (`ends_without_start`).
    """
    affected, assumed = spelled(affected)
    vendor, product = (name_key(v) if isinstance(v := affected.get(key), str) else "" for key in ("vendor", "product"))
    for convention in (*_by_vendor().get(vendor, ()), *_by_vendor().get("*", ())):
        holds = convention.container == ("cna" if container == "cna" else "adp") and product in (convention.products or {product})
        if holds and (not convention.collections or _host(affected) in convention.collections):
            for reading in convention.readings:
                read = READINGS[reading](affected)
                if read is not None:
                    affected = read
                    assumed = (*assumed, f"{convention.says} ({convention.id})")
    if (started := _started(affected, sorted(set(ends), key=_numbers))) is not None:
        affected = started
        assumed = (*assumed, NO_START)
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
            if start in ("unspecified", "") or may_be_spelled(entry):
                return True
            zeros += isinstance(entry, dict) and entry.get("version") == "0"
    return zeros > 1


def ends_without_start(objects: Sequence[Mapping[str, Any]], *, container: str = "") -> list[str]:
    """The ends of affected ranges on one product that do not say where they start; empty when they cannot be put in order.

    A start at 0 says nothing either, where several such ranges end at different versions.
    """
    entries = [entry for affected in objects for entry in _entries(spelled(affected)[0])]
    ends = [end_of(entry) for entry in entries if _is_open(entry, (*OPEN, "0"))]
    if len(set(ends)) < 2:
        ends = [end_of(entry) for entry in entries if _is_open(entry, OPEN)]
    return ends if len(set(ends)) == 1 or all(_DOTTED.fullmatch(end) for end in ends) else []


def _entries(affected: Mapping[str, Any]) -> Iterator[Entry]:
    listed = affected.get("versions")
    return (entry for entry in (listed if isinstance(listed, list) else ()) if isinstance(entry, Mapping))


def _with(affected: Mapping[str, Any], change: Callable[[Any], Any]) -> Mapping[str, Any]:
    listed = affected.get("versions")
    return {**affected, "versions": [change(entry) for entry in listed] if isinstance(listed, list) else []}


def _is_open(entry: Any, starts: Sequence[str]) -> bool:
    """True for a range of affected versions that ends, with one of these starts."""
    if not isinstance(entry, Mapping) or start_of(entry).casefold() not in starts:
        return False
    return entry.get("status") == "affected" and end_of(entry) not in ("", "*", "unspecified")


def _numbers(version: str) -> tuple[int, ...]:
    found = _DOTTED.fullmatch(version)
    return tuple(map(int, found[1].split("."))) if found else ()


def _started(affected: Mapping[str, Any], ends: Sequence[str]) -> Mapping[str, Any] | None:
    """Each open start made explicit: `0` for the lowest end, the shortest leading part above the end below for the others.

    Where there are several, a default of *unaffected* is left out: it would call unaffected what lies between two of them,
    of which nobody spoke.
    """
    open_starts = (*OPEN, "0") if len(ends) > 1 else ("unspecified",)
    if not any(_is_open(entry, open_starts) and end_of(entry) in ends for entry in _entries(affected)):
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
        known = starts.get(end_of(entry)) if _is_open(entry, open_starts) else None
        return entry if known is None else {**entry, "version": known}

    return _with(affected, start)


def _equal_ends(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The fix at both ends (`lessThan`), or the last affected version (`lessThanOrEqual`): what comes before is meant.

    Of several, each speaks of its own branch. An unaffected one beside them says that what is before it is unaffected.
    """
    return _by_one_version(affected, _branch)


def _equal_ends_of_majors(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The same of a product that mends several major versions at once: even a single one speaks of its own only."""
    return _by_one_version(affected, lambda version: found[0] if (found := _MAJOR.match(version)) else version)


def _by_one_version(affected: Mapping[str, Any], branch: Callable[[str], str]) -> Mapping[str, Any] | None:
    entries = list(_entries(affected))
    bad = [entry for entry in entries if entry.get("status") == "affected"]
    good = [entry for entry in entries if entry.get("status") == "unaffected" and entry.get("lessThan")]
    if not bad or len(bad) + len(good) < len(entries) or any(not start_of(e) or start_of(e) != end_of(e) for e in entries):
        return None
    before = [{**entry, "version": "0"} for entry in good]
    if branch is _branch:
        # What is past the last affected version may yet be a build of it: 9.1R18.1 of 9.1R18.
        deep = [end_of(e) for e in bad if e.get("lessThanOrEqual") and _NUMBERED.fullmatch(end_of(e))]
        before += [{**bad[0], "version": end, "lessThanOrEqual": end} for end in deep]
        before += [{"version": end, "lessThan": f"{end}.*", "status": "unknown", "versionType": _type(bad[0])} for end in deep]
        if len(bad) == 1:
            return {**affected, "versions": [*before, {**bad[0], "version": "0"}]}
    branches = [{**entry, "version": branch(end_of(entry))} for entry in bad]
    mended = [
        {"version": end_of(e), "lessThan": f"{branch(end_of(e))}.*", "status": "unaffected", "versionType": _type(e)}
        for e in bad
        if e.get("lessThan") or branch is not _branch
    ]
    return _without_default({**affected, "versions": [*before, *branches, *mended]})


def _type(entry: Entry) -> Any:
    return entry.get("versionType", "")


def _branch(version: str) -> str:
    return _BRANCH.sub("", version) or version


def _no_start(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """`n/a`, `-` or nothing where the one range starts: from the first version on."""
    open_starts = [e for e in _entries(affected) if end_of(e) not in ("", "*") and start_of(e).casefold() in _NOTHING]
    if len(open_starts) != 1 or open_starts[0].get("status") != "affected":
        return None
    return _with(affected, lambda entry: {**entry, "version": "0"} if entry is open_starts[0] else entry)


def _host(affected: Mapping[str, Any]) -> str:
    found = _HOST.match(url) if isinstance(url := affected.get("collectionURL"), str) else None
    return found[1].casefold() if found else ""


def _fixed_from(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """One unaffected version at both ends beside a default of *affected*: what is before it is affected, what is past it is not.

    Of that version itself nobody can tell: it is the fix in some records, and the last affected one in others.
    """
    entries = list(_entries(affected))
    if len(entries) != 1 or affected.get("defaultStatus") != "affected" or entries[0].get("status") != "unaffected":
        return None
    version, kind = start_of(entries[0]), {"versionType": _type(entries[0])}
    if not version or version != end_of(entries[0]):
        return None
    affected_before = {"version": "0", "lessThan": version, "status": "affected", **kind}
    itself = {"version": version, "status": "unknown", **kind}
    return _without_default({**affected, "versions": [affected_before, itself]})


def _slipped_default(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """*Affected* as the default beside ranges that are all affected and end: the default of the form, left as it was."""
    entries = list(_entries(affected))
    if affected.get("defaultStatus") != "affected" or not any(end_of(e) not in ("", "*") for e in entries):
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
        bound = _LOWER.fullmatch(start_of(entry)) if isinstance(entry, Mapping) and entry.get("status") == "affected" else None
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
    "equal_ends_of_majors": _equal_ends_of_majors,
    "fixed_from": _fixed_from,
    "no_start": _no_start,
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
                "collections": frozenset(row.get("collections", ())),
                "readings": tuple(row["readings"]),
            }
        )
        for row in table["conventions"]
    )


@cache
def _by_vendor() -> Mapping[str, tuple[Convention, ...]]:
    vendors = {vendor for convention in conventions() for vendor in convention.vendors}
    return {vendor: tuple(c for c in conventions() if vendor in c.vendors) for vendor in vendors}
