"""A list that another body added to a record may end before the record's own does: what is between the two is not told.

CISA's list of CVE-2024-42398 ends before 10.4.1.2 of ArubaOS, and HPE's own, which calls the product otherwise, ends with 10.4.1.3.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from wardround.core.matching._habits import entries_of, numbers_of
from wardround.core.matching._spelling import end_of, start_of
from wardround.core.matching._text import read
from wardround.core.names import key_of

FURTHER = "The record's own list goes on to {0}, past the end of this one."
_SIGNED = re.compile(r"(<=|<)? ?[vV]?(\d{1,18}(?:\.\d{1,18}){2,})", re.ASCII)
_LINE = 2


class _End(NamedTuple):
    """Where a range of affected versions ends, and whether that version is in it."""

    numbers: tuple[int, ...]
    within: bool
    text: str
    kind: Mapping[str, Any]


def with_further(
    affected: Mapping[str, Any], *, own: Sequence[Mapping[str, Any]], beside: Sequence[Mapping[str, Any]]
) -> tuple[Mapping[str, Any], str]:
    """The object with what the record's `own` objects call affected past its ends in the same line (two numbers), unknown.

    With the sentence that says so; the object itself and nothing where they agree. What the list has for another product of
    its own (`beside` are all its objects) speaks of that one.
    """
    if affected.get("defaultStatus") == "affected":
        return affected, ""
    mine = key_of(affected.get("product"))
    others = {key_of(one.get("product")) for one in beside if isinstance(one, Mapping)} - {mine}
    ends = _highest(affected)
    further = [end for one in own if key_of(one.get("product")) not in others for end in _ends(one)]
    more = {}
    for end in sorted(further, key=lambda end: end[:2]):
        last = ends.get(end.numbers[:_LINE])
        if last and (last.numbers, last.within) < (end.numbers, end.within):
            bound = "lessThanOrEqual" if end.within else "lessThan"
            more[end.numbers[:_LINE]] = {"version": last.text, bound: end.text, "status": "unknown", **last.kind}
    if not more:
        return affected, ""
    said = ", ".join(entry.get("lessThan") or entry["lessThanOrEqual"] for entry in more.values())
    return {**affected, "versions": [*affected["versions"], *more.values()]}, FURTHER.format(said[:60])


def _highest(affected: Mapping[str, Any]) -> dict[tuple[int, ...], _End]:
    """The last end of each line."""
    return {end.numbers[:_LINE]: end for end in sorted(_ends(affected), key=lambda end: end[:2])}


def _ends(affected: Mapping[str, Any]) -> Iterator[_End]:
    for entry in entries_of(affected):
        if entry.get("status") != "affected":
            continue
        stated, within = end_of(entry), not entry.get("lessThan")
        if not stated and (span := read(start_of(entry))):
            stated, within = span.end or "", span.with_end
        if found := _SIGNED.fullmatch(stated):
            kind = {"versionType": entry["versionType"]} if "versionType" in entry else {}
            yield _End(numbers_of(found[2]), within and found[1] != "<", found[2], kind)
