"""Last affected versions that a record's description names and its ranges leave out: a vendor that mends two lines, and lists one.

`Illustrator versions 28.5, 27.9.4 and earlier are affected` stands beside a range that ends at 27.9.4: past that end 28.5 is no
less affected, and a default that slipped (see the conventions) must not clear it.

>>> told_last("Illustrator versions 28.5, 27.9.4 and earlier are affected by a flaw. 29.1 mends it.")
('27.9.4', '28.5')
>>> told_last("Versions before 3.2 are affected.")
()
"""

import re
from collections.abc import Mapping
from typing import Any

from wardround.core.matching._habits import DOTTED, entries_of, numbers_of
from wardround.core.matching._spelling import end_of

LATER = "The record's description calls versions up to {0} affected, past the end of its range."
_LONGEST = 10_000
_HEAD = re.compile(r"\b(?:is|are) affected\b")
_VERSION = re.compile(r"(?<![\w.])\d{1,9}(?:\.\d{1,9}){1,5}(?![\w.]*\w)", re.ASCII)


def told_last(description: str) -> tuple[str, ...]:
    """The versions that a description lists with `and earlier` before `are affected`, lowest first; empty where it does not."""
    head, *rest = _HEAD.split(description[:_LONGEST], maxsplit=1)
    if not rest or "earlier" not in head.casefold():
        return ()
    return tuple(sorted(dict.fromkeys(_VERSION.findall(head)), key=numbers_of))


def with_told(affected: Mapping[str, Any], *, description: str) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The object with a range up to the highest version that the description calls affected, and the sentence to assume."""
    entries = list(entries_of(affected))
    bad = [entry for entry in entries if entry.get("status") == "affected" and end_of(entry)]
    if not bad or len(bad) < len(entries) or not all(DOTTED.fullmatch(end_of(entry)) for entry in bad):
        return affected, ()
    last, told = max((end_of(entry) for entry in bad), key=numbers_of), told_last(description)
    if not told or numbers_of(told[-1]) <= numbers_of(last):
        return affected, ()
    kind = {"versionType": bad[-1]["versionType"]} if "versionType" in bad[-1] else {}
    more = {"version": last, "lessThanOrEqual": told[-1], "status": "affected", **kind}
    return {**affected, "versions": [*affected["versions"], more]}, (LATER.format(told[-1]),)
