"""How some publishers write their records, where the record taken by its letter says something else: reviewed, sourced data.

A convention changes the `affected` object before it is read, never the record; whatever rests on one says so. Habits of
spelling need no table (`_spelling`), nor do ranges of one product that state no start and end at different versions: taken by
the letter all but the longest would say nothing, so each but the lowest is meant for its series. So are several that start
at 0, or are written as texts, in containers that others added and of publishers of whom that is reviewed (`own_series`).
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from importlib import resources
from itertools import pairwise
from typing import Any

from wardround.core.matching._drawn import with_drawn
from wardround.core.matching._habits import READINGS, entries_of, mended_lines, numbers_of, with_entries, without_default
from wardround.core.matching._in_words import in_words
from wardround.core.matching._lined import with_line
from wardround.core.matching._prereleases import STAGES
from wardround.core.matching._product_order import form_of_object
from wardround.core.matching._spelling import end_of, may_be_spelled, spelled, start_of
from wardround.core.matching._told import with_told
from wardround.core.vocab import name_key

_HOST = re.compile(r"https?://(?:www\.)?([\w.-]+)", re.ASCII)
_key = lru_cache(maxsize=16_384)(name_key)
NO_START = (
    "The record does not say where its ranges start: the lowest is taken from the first version, others from their own series."
)
OPEN = ("unspecified", "*")
_TOLD = re.compile(r"(?<![\d.])\d+(?:\.\d+)*", re.ASCII)
_REVISION = re.compile(rf"\d+(?:\.\d+)+-(?:rev|{STAGES})\.?\d+", re.ASCII)
_LONGEST = 10_000
_SHORT = 16
_NARROWING = ("product", "packageName", "platforms", "modules", "cpes", "collectionURL")

Ends = Mapping[str, Sequence[str]]
"""Ends of ranges that state no start, by what their objects are narrowed to."""

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Convention:
    """One publisher's habit. `container` is the container that it holds for (`cna`, or the others' `adp`); no `products`: all.

    With `collections` it holds for objects whose `collectionURL` is of one of these hosts. `texts` are the publisher's ways to
    write a range in words (`_in_words`). `described`: its ranges are cut short, and the record's description has them in full.
    `mends_lines`: what follows the end of a range in its own line has the fix.
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
    texts: tuple[re.Pattern[str], ...] = ()
    described: bool = False
    own_series: bool = False
    mends_lines: bool = False


def by_convention(
    affected: Mapping[str, Any], *, container: str, ends: Ends | tuple[()] = ()
) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The object as its publisher means it, and the sentences to assume with it.

    `ends` are the ends of all ranges of this container on the same product that state no start (`ends_without_start`).
    """
    own = ends[_narrowing(affected)] if ends else ()
    affected, assumed = spelled(affected, own_series=_own_series(affected, container))
    vendor, product = (name_key(v) if isinstance(v := affected.get(key), str) else "" for key in ("vendor", "product"))
    worded = False
    for convention in (*_by_vendor().get(vendor, ()), *_by_vendor().get("*", ())):
        holds = convention.container == ("cna" if container == "cna" else "adp") and product in (convention.products or {product})
        if holds and (not convention.collections or _host(affected) in convention.collections):
            for reading in (
                *([partial(in_words, texts=convention.texts)] if convention.texts else []),
                *map(READINGS.get, convention.readings),
            ):
                if reading and (read := reading(affected)) is not None:
                    affected = read
                    worded = worded or reading not in READINGS.values()
                    assumed = (*assumed, f"{convention.says} ({convention.id})")
    own = own or (_open_ends([affected], container) if worded else ())
    if (started := _started(affected, sorted(set(own), key=_place)) or _from_the_first(affected)) is not None:
        affected = started
        assumed = (*assumed, NO_START)
    lines = next((c for c in _by_vendor().get(vendor, ()) if c.mends_lines and c.container == container), None)
    if lines and (mended := mended_lines(affected)) is not None:
        affected = mended
        assumed = (*assumed, f"{lines.says} ({lines.id})")
    return affected, tuple(dict.fromkeys(assumed))


def whole_ends(affected: Mapping[str, Any], *, description: str) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The object with ends that its publisher cut short made whole, by the record's own description, and the sentence to assume.

    So is one that calls every version affected (`_drawn`), and one that lists a version where the words draw a line (`_lined`).
    `16.7` is 16.7.9 where the description speaks of that one and not of 16.7: taken by its letter it would clear 16.7.8.
    """
    for by_words in (with_drawn, with_line):
        drawn, assumed = by_words(affected, description=description)
        if assumed:
            return drawn, assumed
    vendor = affected.get("vendor")
    habits = _by_vendor().get(_key(vendor) if isinstance(vendor, str) else "", ())
    if any("slipped_default" in convention.readings for convention in habits):
        return with_told(affected, description=description)
    habit = next((convention for convention in habits if convention.described), None)
    if habit is None or not description:
        return affected, ()
    told = frozenset(_TOLD.findall(description[:_LONGEST]))

    def change(entry: Any) -> Any:
        end = entry.get("lessThan") if isinstance(entry, Mapping) else None
        if not isinstance(end, str) or end in told or not (longer := [v for v in told if v.startswith(f"{end}.")]):
            return entry
        return {**entry, "lessThan": max(longer, key=numbers_of)}

    changed = with_entries(affected, change)
    same = changed["versions"] == affected.get("versions")
    return (affected, ()) if same else (changed, (f"{habit.says} ({habit.id})",))


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
            if start in ("unspecified", "", "*") or may_be_spelled(entry):
                return True
            if (
                affected.get("defaultStatus") == "unaffected"
                and isinstance(start, str)
                and len(start) < _SHORT
                and not end_of(entry)
            ):
                return True
            zeros += isinstance(entry, dict) and entry.get("version") == "0"
    return zeros > 1


def ends_without_start(objects: Sequence[Mapping[str, Any]], *, container: str) -> Ends:
    """The ends of affected ranges on one product that do not say where they start; none when they cannot be put in order.

    A start at 0 says nothing either where several such ranges end at different versions, and each is its own series. Objects
    that are narrowed to different platforms, modules or variants are apart: each then says what is true of its own, from the
    first version on.
    """
    apart: dict[str, list[Mapping[str, Any]]] = {}
    for affected in objects:
        apart.setdefault(_narrowing(affected), []).append(affected)
    return {narrowing: _open_ends(alike, container) for narrowing, alike in apart.items()}


def _narrowing(affected: Mapping[str, Any]) -> str:
    """What an object speaks of, as a key."""
    return repr([affected.get(key) or "" for key in _NARROWING])


def _open_ends(objects: Sequence[Mapping[str, Any]], container: str) -> list[str]:
    apart = _own_series(objects[0], container)
    entries = [entry for affected in objects for entry in entries_of(spelled(affected, own_series=apart)[0])]
    ends = [end_of(entry) for entry in entries if _is_open(entry, (*OPEN, "0"))] if apart else []
    if len(set(ends)) < 2:
        ends = [end_of(entry) for entry in entries if _is_open(entry, OPEN)]
    return ends if len(set(ends)) == 1 or all(map(_place, ends)) else []


def _place(end: str) -> tuple[int, ...]:
    """The numbers that an end is put in order by: of a candidate or revision (`3.0.0-rc3`, `7.10.6-rev50`) those of its release."""
    return numbers_of(end) or (numbers_of(end.partition("-")[0]) if _REVISION.fullmatch(end) else ())


def _own_series(affected: Mapping[str, Any], container: str) -> bool:
    """True where several ranges from the first version on are known to be each of its own series."""
    vendor = affected.get("vendor")
    return container != "cna" or any(c.own_series for c in _by_vendor().get(_key(vendor) if isinstance(vendor, str) else "", ()))


def _is_open(entry: Any, starts: Sequence[str]) -> bool:
    """True for a range of affected versions that ends, with one of these starts."""
    if not (type(entry) is dict or isinstance(entry, Mapping)) or entry.get("status") != "affected":
        return False
    return end_of(entry) not in ("", "*", "unspecified") and start_of(entry).casefold() in starts


def _started(affected: Mapping[str, Any], ends: Sequence[str]) -> Mapping[str, Any] | None:
    """Each open start made explicit: `0` for the lowest end, the shortest leading part above the end below for the others.

    Where there are several, a default of *unaffected* is left out: it would call unaffected what lies between two of them,
    of which nobody spoke.
    """
    open_starts = (*OPEN, "0") if len(ends) > 1 else ("unspecified",)  # a 0 whose end is not among them is left as it is
    if not any(_is_open(entry, open_starts) and end_of(entry) in ends for entry in entries_of(affected)):
        return None
    spans = {ends[0]: ("0", ends[0])}
    for below, end in pairwise(ends):
        parts, limit = _place(end), _place(below)
        leading = (parts[:n] for n in range(1, len(parts) + 1))
        first = next((part for part in leading if part > limit[: len(part)]), None)
        if first == parts and len(limit) >= len(parts):  # 15 ends the series after that of 12.5; after that of 14.7 there is none
            first = (*parts[:-1], limit[len(parts) - 1] + 1)
        if first == parts:
            spans[end] = spans.get(below, ("0", below))
        elif first:
            spans[end] = (".".join(map(str, first)), end)
    if len(ends) > 1 and affected.get("defaultStatus") == "unaffected":
        affected = without_default(affected)

    def start(entry: Any) -> Any:
        known = spans.get(end_of(entry)) if _is_open(entry, open_starts) else None
        if known is None:
            return entry
        return {**entry, "version": known[0], "lessThan" if entry.get("lessThan") else "lessThanOrEqual": known[1]}

    return with_entries(affected, start)


def _from_the_first(affected: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Open ranges of a product with a reviewed order, which tells what is of another's line: from the first version on."""
    open_ranges = [entry for entry in entries_of(affected) if _is_open(entry, ("unspecified",))]
    form = form_of_object(affected) if open_ranges else None
    if form is None or not all(form.reads(end_of(entry)) for entry in open_ranges):
        return None
    return with_entries(affected, lambda entry: {**entry, "version": "0"} if _is_open(entry, ("unspecified",)) else entry)


def _host(affected: Mapping[str, Any]) -> str:
    found = _HOST.match(url) if isinstance(url := affected.get("collectionURL"), str) else None
    return found[1].casefold() if found else ""


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
                "texts": tuple(re.compile(pattern, re.ASCII) for pattern in row.get("texts", ())),
            }
        )
        for row in table["conventions"]
    )


@cache
def _by_vendor() -> Mapping[str, tuple[Convention, ...]]:
    vendors = {vendor for convention in conventions() for vendor in convention.vendors}
    return {vendor: tuple(c for c in conventions() if vendor in c.vendors) for vendor in vendors}
