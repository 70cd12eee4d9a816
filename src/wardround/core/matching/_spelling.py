"""How a range of an `affected` object is spelled: habits of writing that say the same in another way, whoever the publisher is.

Each rewrites entries into the plain form (`version`, `lessThan` or `lessThanOrEqual`) before anything reads them; the record
itself is never changed, and whatever rests on one says so.

>>> spelled({"versions": [{"version": "8.6.0", "lessThan": "unspecified", "status": "affected"},
...                       {"version": "unspecified", "lessThan": "8.13.4", "status": "affected"}]})[0]["versions"]
[{'version': '8.6.0', 'status': 'affected', 'lessThan': '8.13.4'}]
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from wardround.core.matching._prereleases import STAGES
from wardround.core.matching._text import Range, read

Entry = Mapping[str, Any]

NO_START = frozenset({"unspecified", "all", "all versions", "any", "earlier", "early versions", "previous versions"})
"""Words in the place of a start that say that there is none. `n/a`, `-` and nothing at all say less: see the conventions."""

PAIRED = "A lower bound that stands before an upper one is the start of that range, as the converter from format 4 writes it."
SIGNED = "A sign beside a version ({0}) is taken for what it says of the range."
LISTED = "Several versions at the end of one range ({0}) are taken as the fixes of their own series."
SERIES_END = "A range that ends at {0} is taken to hold that series."
SERIES_START = "A range that starts at {0} is taken from the start of that series."
WORDS = "Several ranges are read from their texts, such as “{0}”: each but the lowest is taken from its own series."

EVERY = frozenset({"*", "all", "all version", "all versions", "any version", "every version"})
"""Words for all versions, where no range ends beside them."""

ALL = "The words {0} are taken for every version."
SEVERAL = "Several versions in one text ({0}) are taken each for itself."
NAMED = "The product's own name before its version ({0}) is no part of it."
DOTTED_V = "The “v.” before a version ({0}) is no part of it."

AS_WRITTEN = "asWritten"
"""The key of an entry that was read from a text: the text itself, which a version may equal."""

_ENDS = ("lessThan", "lessThanOrEqual")
_SEVERAL = re.compile(r"[vV]?\d+(?:\.\d+)+(?:(?:, and|, or|,| and| or| &) ?[vV]?\d+(?:\.\d+)+)+", re.ASCII)
_BETWEEN = re.compile(r", and |, or |, ?| and | or | & ?", re.ASCII)
_NAME = re.compile(r"((?:[A-Za-z][\w()-]*,? )+)(?P<version>[vV]?\d(?:[\w-]|\.(?![xX]))*)", re.ASCII)
_LETTERS = re.compile(r"[a-z0-9]+", re.ASCII)
_V = re.compile(r"[vV]\. ?(?=\d)", re.ASCII)
_SIGNED = re.compile(r"(<=|<|=) ?([vV]?\d.*)", re.ASCII)
_BARE = {"<": "lessThan", "<=": "lessThanOrEqual"}
_SERIES = re.compile(r"([A-Za-z]?\d+(?:\.\d+)*)(?:\.[xX*])+", re.ASCII)
_DOTTED = re.compile(r"[A-Za-z]?(\d{1,18}(?:\.\d{1,18})*)", re.ASCII)
_CANDIDATE = re.compile(rf"(\d+(?:\.\d+)*\.0)[-.]?(?:{STAGES}|[abi])\.?\d+", re.ASCII)
"""What comes before the first release of a series: `2.3.0b4`."""

_ONE = r"[vV]?\d[\w.]*(?:-\w[\w.]*)*"
_LIST = re.compile(rf"{_ONE}(?: ?, ?{_ONE})+", re.ASCII)
_JUNOS = re.compile(r"(\d+\.\d+[RF]\d+)(?:-[A-Z]+\d[\w.]*)+", re.ASCII | re.IGNORECASE)


def spelled(affected: Mapping[str, Any], *, own_series: bool = False) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The object with its ranges in the plain form, and the sentences to assume with it; itself where nothing is to change.

    `own_series`: of several ranges that are written as texts each is meant for its own series.
    """
    listed = affected.get("versions")
    if not isinstance(listed, list) or not any(map(may_be_spelled, listed)):
        return affected, ()
    assumed: dict[str, None] = {}
    entries: Sequence[Any] = _joined(listed, assumed)
    name = affected.get("product")
    entries = [_unnamed(entry, name, assumed) for entry in entries] if isinstance(name, str) else entries
    entries = [new for entry in entries for new in _one(entry, assumed)]
    entries = _from_words(entries, assumed) if own_series else entries
    return {**affected, "versions": entries}, tuple(assumed)


def start_of(entry: Entry) -> str:
    """What stands in `version`; one of the words of `NO_START` as `unspecified`."""
    stated = entry.get("version")
    text = stated.strip() if isinstance(stated, str) else ""
    return "unspecified" if text.casefold() in NO_START else text


def end_of(entry: Entry) -> str:
    """Where a range ends; empty for none."""
    end = entry.get("lessThan") or entry.get("lessThanOrEqual")
    return end.strip() if isinstance(end, str) else ""


def may_be_spelled(entry: Any) -> bool:
    """True where an entry is not in the plain form. Cheap: most are."""
    if not (type(entry) is dict or isinstance(entry, Mapping)) or entry.get("versionType") == "git":
        return False
    start, end = entry.get("version"), entry.get("lessThan") or entry.get("lessThanOrEqual")
    if not isinstance(start, str):
        return isinstance(end, str)
    if not isinstance(end, str):
        return " " in start or start[:1] == "<" or "," in start or start.casefold() == "all"
    plain = start[:1].isdigit() and start[-1:].isdigit() and end[:1].isdigit()
    return not plain or end[-1:] in "xX." or "," in end or end.startswith(start)


def _joined(listed: Iterable[Any], assumed: dict[str, None]) -> list[Any]:
    """`8.6.0` up to `unspecified`, then `unspecified` up to `8.13.4`: one range."""
    found: list[Any] = []
    for entry in listed:
        before = found[-1] if found else None
        if (
            isinstance(before, Mapping)
            and isinstance(entry, Mapping)
            and start_of(before) != "unspecified" == end_of(before).casefold()
            and start_of(entry) == "unspecified" != end_of(entry).casefold() != ""
            and before.get("status") == entry.get("status")
        ):
            found[-1] = {**entry, "version": before["version"]}
            assumed[PAIRED] = None
        else:
            found.append(entry)
    return found


def _one(entry: Any, assumed: dict[str, None]) -> Iterator[Any]:
    """One entry, its signs, series and lists written out."""
    if not isinstance(entry, Mapping) or not (end := end_of(entry)):
        yield from _without_end(entry, assumed) if isinstance(entry, Mapping) else (entry,)
        return
    start, end, key = start_of(entry), end.rstrip("."), "lessThan" if entry.get("lessThan") else "lessThanOrEqual"
    rest = {name: value for name, value in entry.items() if name not in _ENDS}
    if _V.match(start) or _V.match(end):
        assumed[DOTTED_V.format(end[:40])] = None
        start, end = _V.sub("", start), _V.sub("", end)
    if end.casefold() in EVERY - {"*"}:
        assumed[ALL.format(end)] = None
        yield {**rest, "version": start, "lessThan": "*"}
        return
    if end in _BARE:
        # The sign of the comparison where its version should stand, and that in the place of the start.
        assumed[SIGNED.format(end)] = None
        yield {**rest, "version": "unspecified", _BARE[end]: start}
        return
    if (found := _SIGNED.fullmatch(end)) and found[1] != "=":
        assumed[SIGNED.format(end[:40])] = None
        key, end = _BARE[found[1]], found[2]
    if (bound := read(start)) and bound.text and bound.start and not bound.end and not bound.past_start:
        assumed[SIGNED.format(start[:40])] = None
        start = bound.start
    if series := _SERIES.fullmatch(start):
        assumed[SERIES_START.format(start)] = None
        start = end if key == "lessThan" and _begins(series[1], end) else series[1]
    if (found := _CANDIDATE.fullmatch(end)) and found[1] == start:
        assumed[SERIES_START.format(start)] = None
        start = start.rpartition(".")[0]
    if key == "lessThanOrEqual" and (series := _SERIES.fullmatch(end)) and end[-1] in "xX":
        assumed[SERIES_END.format(end)] = None
        end = f"{series[1]}.*"
    if entry.get("status") == "affected" and _LIST.fullmatch(end):
        assumed[LISTED.format(end[:60])] = None
        yield from _split([part.strip() for part in end.split(",")], start, key, rest)
        return
    yield {**rest, "version": start, key: end}


def _begins(series: str, end: str) -> bool:
    """True for the first version of a series (`5.4.0` of `5.4.x`): none of the series is before it, so the range is empty."""
    first, fix = ([int(part) for part in found[1].split(".")] if (found := _DOTTED.match(text)) else [] for text in (series, end))
    return bool(first) and fix[: len(first)] == first and not any(fix[len(first) :])


def _unnamed(entry: Any, product: str, assumed: dict[str, None]) -> Any:
    """`ThinOS 2311`, `Horizon Server 2306, Horizon Server 2303`: without the words of the product's name before each version."""
    stated = entry.get("version") if isinstance(entry, Mapping) else None
    if not isinstance(stated, str) or end_of(entry) or not stated[:1].isalpha():
        return entry
    known = set(_LETTERS.findall(product.casefold()))
    parts = [_NAME.fullmatch(part.strip()) for part in stated.split(",")]
    if not all(part and known.issuperset(_LETTERS.findall(part[1].casefold())) for part in parts):
        return entry
    assumed[NAMED.format(" ".join(stated.split())[:60])] = None
    return {**entry, "version": ", ".join(part["version"] for part in parts if part)}


def _without_end(entry: Entry, assumed: dict[str, None]) -> Iterator[Entry]:
    """Words for every version, and several versions in one text."""
    stated = entry.get("version")
    text = " ".join(stated.split()) if isinstance(stated, str) else ""
    if text != "*" and text.casefold() in EVERY:
        assumed[ALL.format(text)] = None
        yield {**entry, "version": "*"}
    elif _SEVERAL.fullmatch(text):
        assumed[SEVERAL.format(text[:60])] = None
        yield from ({**entry, "version": one} for one in _BETWEEN.split(text))
    else:
        yield entry


def _split(ends: Sequence[str], start: str, key: str, rest: Entry) -> Iterator[Entry]:
    """A range for each of several fixes. `22.1R2-S2, 22.1R3` of Junos: the service releases of R2 hold the fix, and so does R3."""
    if start in ("unspecified", "0"):
        yield from ({**rest, "version": "unspecified", key: end} for end in ends)
        return
    yield {**rest, "version": start, key: ends[0]}
    for end in ends[1:]:
        if found := _JUNOS.fullmatch(end):
            yield {**rest, "version": found[1], key: end}
        elif not re.fullmatch(r"\d+\.\d+[RF]\d+(?:-EVO)?", end, re.ASCII | re.IGNORECASE):
            yield {**rest, "version": "unspecified", key: end}


def _from_words(entries: Sequence[Any], assumed: dict[str, None]) -> list[Any]:
    """Several texts such as `5.7.28 and prior`: open ranges, so that each can be given its own series. One alone stays a text."""
    spans = [_open_text(entry) for entry in entries]
    ends = {span.end for span in spans if span}
    if len(ends) < 2:
        return list(entries)
    text = next(span.text for span in spans if span)
    assumed[WORDS.format(text[:60])] = None
    return [
        {**entry, AS_WRITTEN: span.text, "version": "unspecified", "lessThanOrEqual" if span.with_end else "lessThan": span.end}
        if span
        else entry
        for entry, span in zip(entries, spans, strict=True)
    ]


def _open_text(entry: Any) -> Range | None:
    """The range of an affected entry that is written as a text without a start."""
    if not isinstance(entry, Mapping) or entry.get("status") != "affected" or end_of(entry):
        return None
    span = read(start) if isinstance(start := entry.get("version"), str) else None
    return span if span and span.text and span.start is None and span.end is not None else None
