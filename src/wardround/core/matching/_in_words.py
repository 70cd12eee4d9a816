"""Ranges that one publisher writes in words of its own, by reviewed patterns (`texts` of a convention).

The groups of a pattern say what it found: `start` and `end` (held) or `before` (not held) of a range, `one` version, a `list`
of them, of ranges (`1.0 through 1.4`) and of series (`1.2 all versions`), a whole `series`, the `last` affected version of a
line, whose fixes are past it; or `other`: a product that this one is not.

>>> import re
>>> pattern = re.compile(r"arubaos (?P<start>[0-9.]+?)(?:[.]x)+: (?P<end>[0-9.]+) and below")
>>> written = {"versions": [{"version": "ArubaOS 8.10.x.x: 8.10.0.9 and below", "status": "affected"}]}
>>> [entry] = in_words(written, texts=[pattern])["versions"]
>>> entry["version"], entry["lessThanOrEqual"]
('8.10', '8.10.0.9')
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wardround.core.matching._spelling import AS_WRITTEN, end_of

_LONGEST = 200
_LEADING = re.compile(r"^(?:and )?(?:version )?")
_PART = re.compile(rf"{_LEADING.pattern}(\S+)(?: through (\S+)| all versions)", re.ASCII)
"""Of a list: a range, or a whole series."""

_LINE = re.compile(r"\d+", re.ASCII)
Entry = Mapping[str, Any]


def in_words(affected: Mapping[str, Any], *, texts: Sequence[re.Pattern[str]]) -> Mapping[str, Any] | None:
    """The object with the texts that a pattern takes written out; None where there are none."""
    listed = affected.get("versions")
    read = [_read(entry, texts) for entry in listed] if isinstance(listed, list) else []
    if not any(found is not None for found in read):
        return None
    entries = [new for entry, found in zip(listed or (), read, strict=True) for new in ([entry] if found is None else found)]
    return {**affected, "versions": entries}


def _read(entry: Any, texts: Sequence[re.Pattern[str]]) -> list[Entry] | None:
    """What one entry stands for; None where no pattern takes it."""
    text = entry.get("version") if isinstance(entry, Mapping) else None
    if not isinstance(text, str) or len(text) > _LONGEST:
        return None
    flat = " ".join(text.split()).casefold()
    found = next((found for pattern in texts if (found := pattern.fullmatch(flat))), None)
    if found is None:
        return None
    parts = {key: value for key, value in found.groupdict().items() if value}
    if end := end_of(entry):
        # The words stand where the range starts, and its end is stated beside them.
        known = parts.get("end", end.lstrip("<= ")) == end.lstrip("<= ")
        return [{**entry, "version": parts.get("start", "unspecified")}] if known else None
    return None if set(parts) <= {"start"} else list(_written(parts, entry))


def _written(parts: Mapping[str, str], entry: Entry) -> Iterator[Entry]:
    rest = {**{key: value for key, value in entry.items() if key != "version"}, AS_WRITTEN: entry["version"]}
    start = parts.get("start", "unspecified")
    if "end" in parts:
        yield {**rest, "version": start, "lessThanOrEqual": parts["end"]}
    elif "before" in parts:
        yield {**rest, "version": start, "lessThan": parts["before"]}
    elif "last" in parts and (line := _LINE.match(parts["last"])):
        yield {**rest, "version": line[0], "lessThanOrEqual": parts["last"]}
        yield {**rest, "version": parts["last"], "lessThan": f"{line[0]}.*", "status": "unaffected"}
    elif "series" in parts:
        yield {**rest, "version": parts["series"], "lessThan": f"{parts['series']}.*"}
    for one in (part.strip() for part in parts.get("list", parts.get("one", "")).split(",")):
        if found := _PART.fullmatch(one):
            yield {**rest, "version": found[1], **({"lessThanOrEqual": found[2]} if found[2] else {"lessThan": f"{found[1]}.*"})}
        elif one:
            yield {**rest, "version": _LEADING.sub("", one)}
