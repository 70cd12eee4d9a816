"""Last affected versions that a record's description names and its ranges leave out: a vendor that mends two lines, and lists one.

`Illustrator versions 28.5, 27.9.4 and earlier are affected` stands beside a range that ends at 27.9.4: past that end 28.5 is no
less affected, and a default that slipped (see the conventions) must not clear it.

>>> told_last("Illustrator versions 28.5, 27.9.4 and earlier are affected by a flaw. 29.1 mends it.")
('27.9.4', '28.5')
>>> told_last("Versions before 3.2 are affected.")
()
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from wardround.core.matching._habits import entries_of, numbers_of, without_default
from wardround.core.matching._prereleases import STAGES
from wardround.core.matching._spelling import end_of, start_of

LATER = "The record's description calls versions up to {0} affected, past the end of its range."
LINES = "The record's description names the last affected version of each line ({0}): what follows it in its line has the fix."
_LONGEST = 10_000
_MOST = 12
_HEAD = re.compile(r"\b(?:is|are) affected\b")
_VERSION = re.compile(rf"(?<![\w.])\d{{1,9}}(?:\.\d{{1,9}}){{1,5}}(?:-(?:p|{STAGES})\d{{1,4}})?(?![\w.]*\w)", re.ASCII)
_PARTS = re.compile(rf"(\d{{1,18}}(?:\.\d{{1,18}})*)(?:-(p|{STAGES})(\d{{1,4}}))?", re.ASCII)
_FIRST = frozenset({"0", "unspecified", "*"})


def told_last(description: str) -> tuple[str, ...]:
    """The versions that a description lists with `and earlier` before `are affected`, lowest first; empty where it does not."""
    head, *rest = _HEAD.split(description[:_LONGEST], maxsplit=1)
    if not rest or "earlier" not in head.casefold():
        return ()
    return tuple(sorted(dict.fromkeys(_VERSION.findall(head)), key=_place))


def with_told(affected: Mapping[str, Any], *, description: str) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The object with a range up to the highest version that the description calls affected, and the sentences to assume.

    One range from the first version on stands for all lines that the description names: each then ends where it says.
    """
    entries = list(entries_of(affected))
    bad = [entry for entry in entries if entry.get("status") == "affected" and end_of(entry)]
    if not bad or len(bad) < len(entries) or not all(_PARTS.fullmatch(end_of(entry)) for entry in bad):
        return affected, ()
    last, told = max((end_of(entry) for entry in bad), key=_place), told_last(description)
    if not told:
        return affected, ()
    kind = {"versionType": bad[-1]["versionType"]} if "versionType" in bad[-1] else {}
    assumed, more, lines = [], [], []
    if _place(told[-1]) > _place(last):
        more = [{"version": last, "lessThanOrEqual": told[-1], "status": "affected", **kind}]
        assumed.append(LATER.format(told[-1]))
    if len(bad) == 1 and start_of(bad[0]) in _FIRST and last in told and 1 < len(told) <= _MOST:
        lines = [{**entry, **kind} for nth, lower in enumerate(told[:-1]) for entry in _line(lower, above=told[nth + 1 :])]
        assumed += [LINES.format(", ".join(told))] if lines else []
    changed = {**affected, "versions": [*lines, *affected["versions"], *more]} if lines or more else affected
    if lines and changed.get("defaultStatus") == "affected":
        changed = without_default(changed)  # beside ranges that end: the default of the form, left as it was
    return changed, tuple(assumed)


def _line(last: str, *, above: Sequence[str]) -> tuple[Mapping[str, str], ...]:
    """The line whose last affected version this is: affected up to it, and not after it. None where one `above` is of it too."""
    numbers, _, word, _ = _split(last)
    line = last.rpartition(".")[0]
    if word:
        ahead, _, final = numbers.rpartition(".")
        start, end = numbers, f"{ahead}.{int(final) + 1}-alpha0"
        if any(_split(other)[0] == numbers for other in above):
            return ()
    elif any(f"{other}.".startswith(f"{line}.") for other in above):
        return ()
    else:
        start, end = line, f"{line}.*"
    return (
        {"version": start, "lessThanOrEqual": last, "status": "affected"},
        {"version": last, "lessThan": end, "status": "unaffected"},
    )


def _split(version: str) -> tuple[str, tuple[int, ...], str, int]:
    found = _PARTS.fullmatch(version)
    assert found  # noqa: S101  (read by the same letters before)
    return found[1], numbers_of(found[1]), found[2] or "", int(found[3] or 0)


def _place(version: str) -> tuple[tuple[int, ...], int, int]:
    """Where a version stands among others: 2.4.7-beta3 before 2.4.7, and that before 2.4.7-p1."""
    _, numbers, word, count = _split(version)
    return numbers, (*STAGES.split("|"), "", "p").index(word), count
