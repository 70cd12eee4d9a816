"""A version that a record lists alone, at which its description draws a line: `prior to 11.6.8`, or `4.6.3 and earlier`.

The list and the words contradict each other, and a default of *unaffected* would clear every version below the line. What the
words call affected is affected; whether a listed fix is, nobody can tell.

>>> with_line({"defaultStatus": "unaffected", "versions": [{"version": "11.6.8", "status": "affected"}]},
...           description="A flaw in ESM prior to version 11.6.8.")[0]["versions"]
[{'version': '11.6.8', 'status': 'unknown'}, {'version': '0', 'lessThan': '11.6.8', 'status': 'affected'}]
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from wardround.core.matching._habits import entries_of
from wardround.core.matching._spelling import end_of, start_of

LINE = "The record lists {0} alone, and its description draws a line there: what the words call affected is taken to be."
_LONGEST = 10_000
_V = r"[vV]?(\d[\w.]*\w|\d)"
_BEFORE = re.compile(
    rf"\b(?:prior to|before|below|earlier than|older than|lower than) (?:the )?(?:versions? |release )?{_V}", re.ASCII
)
_EARLIER = re.compile(rf"(?<![\w.]){_V},? (?:and|or) (?:all )?(?:earlier|prior|previous|below|older|lower)\b", re.ASCII)


def with_line(affected: Mapping[str, Any], *, description: str) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The object with the range that the words draw beside the version that it lists, and the sentence to assume.

    Of several listed versions each may be the last of its line: what is not listed below the highest that the words name is
    then left unknown.
    """
    entries = list(entries_of(affected))
    statuses = {str(entry.get("status")) for entry in entries}
    if affected.get("defaultStatus") != "unaffected" or not description or any(map(end_of, entries)):
        return affected, ()
    before, earlier = _lines(description[:_LONGEST])
    if statuses == {"unaffected"}:
        return _before_the_fix(affected, entries, before)
    if statuses != {"affected"}:
        return affected, ()
    listed = [start_of(entry) for entry in entries]
    named = [version for version in listed if version.lstrip("vV") in before | earlier]
    if not named:
        return affected, ()
    kind = {"versionType": entries[0]["versionType"]} if "versionType" in entries[0] else {}
    if len(entries) > 1:
        more = [{"version": "0", "lessThan": version, "status": "unknown", **kind} for version in named]
        return {**affected, "versions": [*entries, *more]}, (LINE.format(named[-1]),)
    (version,) = named
    itself = entries[0] if version.lstrip("vV") in earlier else {**entries[0], "status": "unknown"}
    below = {"version": "0", "lessThan": version, "status": "affected", **kind}
    return {**affected, "versions": [itself, below]}, (LINE.format(version),)


def _before_the_fix(
    affected: Mapping[str, Any], entries: Sequence[Mapping[str, Any]], before: frozenset[str]
) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """Nothing but a fix is listed, and the words say that what is before it is affected: that is not cleared."""
    fixes = [entry for entry in entries if start_of(entry).lstrip("vV") in before]
    if not fixes:
        return affected, ()
    below = [{**fix, "version": "0", "lessThan": start_of(fix), "status": "unknown"} for fix in fixes]
    return {**affected, "versions": [*entries, *below]}, (LINE.format(start_of(fixes[-1])),)


@lru_cache(maxsize=4_096)
def _lines(description: str) -> tuple[frozenset[str], frozenset[str]]:
    """Versions that words such as `before` stand in front of, and those with `and earlier` behind them."""
    return frozenset(_BEFORE.findall(description)), frozenset(_EARLIER.findall(description))
