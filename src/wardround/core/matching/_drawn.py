"""The line that a description draws for a product of which an object says only that every version (`*`, `all`) is affected.

CISA's container often names what the CNA left out, and gives it a bare `*`. Taken by its letter that calls the patched version
affected, beside a description that says where it was mended. What lies below the line that the words draw stays affected; of the
rest nobody speaks, and it is unknown.

>>> drawn("In Django 3.2 before 3.2.20 and 4.2 before 4.2.3, a regular expression is slow.", product="django")
(('3.2', 'lessThan', '3.2.20'), ('4.2', 'lessThan', '4.2.3'))
>>> drawn("A flaw of Gateway, on servers that run Django before 4.2.3.", product="gateway viewer")
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from wardround.core.matching._habits import entries_of, numbers_of
from wardround.core.matching._spelling import EVERY, end_of

Line = tuple[str, str, str]
"""Where a range starts (empty: not said), whether its end belongs to it, and that end. An end that cannot be read is empty."""

DRAWN = "The record calls every version affected, and its description draws a line: past that it is taken to say nothing."
_LONGEST, _CLAUSE, _SHORTEST = 10_000, 300, 3
_NUMBERS = r"[vV]?\d+(?:\.\d+)*"
_BEFORE = r"(?:before|prior to|earlier than|lower than|below|<)"
_THROUGH = r"(?:through|up to and including|up to, and including,?|up to|until|and up to|<=)"
_STATED = r"(?:(?:the )?(?:version|versions|release|v\.) ?)?(\S*\d\S*)"
_UPPER = re.compile(rf"(?:(?<![\w.-])({_NUMBERS})(?:\.[xX])?,? )?(?<![\w.-])({_THROUGH}|{_BEFORE}) {_STATED}", re.ASCII)
_EARLIER = re.compile(r"(\S*\d\S*),? (?:and|or) (?:all )?(?:earlier|below|prior|older|lower|previous)\b", re.ASCII)
_LOWER = re.compile(r"\b(?:after|since|starting|excluding|except|newer|later|above)\b|\bfrom (?:version )?v?\d", re.ASCII)
_LISTED = re.compile(rf"(?:{_BEFORE}) {_STATED},? (?:and|or|/|,) \S*\d\S*(?!\S)(?! (?:{_THROUGH}|{_BEFORE}|and|or)\b)", re.ASCII)
"""Fixes of several lines in one phrase: `before 4.1.2 and 4.0.9`."""

_KIND = re.compile(r"[ _-](?:plugin|theme|firmware|software)$", re.IGNORECASE)
_SENTENCE = re.compile(r"\.(?=\s|$)|;", re.ASCII)
_WORD = re.compile(r"[a-z0-9]+", re.ASCII)


def with_drawn(affected: Mapping[str, Any], *, description: str) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The object with what the description calls affected in the place of its `*`, the rest unknown; and the sentence to assume."""
    entries, product = list(entries_of(affected)), affected.get("product")
    if len(entries) != 1 or end_of(entries[0]) or entries[0].get("status") != "affected":
        return affected, ()
    if str(entries[0].get("version")).strip().casefold() not in EVERY:
        return affected, ()
    if entries[0].get("changes") or not isinstance(product, str) or (lines := drawn(description, product=product)) is None:
        return affected, ()
    said = [{"version": start, kind: end, "status": "affected"} for start, kind, end in _started(lines)]
    rest = {**affected, "versions": [*said, {"version": "*", "status": "unknown"}]}
    return rest, (DRAWN,)


@lru_cache(maxsize=4_096)
def drawn(description: str, *, product: str) -> tuple[Line, ...] | None:
    """The lines that follow the product's name within its sentence; None where there is none. Empty: some cannot be read."""
    lines: dict[Line, None] = {}
    readable, any_line = True, False
    for clause in _clauses(description[:_LONGEST], product):
        found = [*_lines(clause)]
        any_line = any_line or bool(found)
        odd = _LOWER.search(clause) or _LISTED.search(clause) or not all(end for _, _, end in found)
        readable = readable and not (found and odd)
        lines.update(dict.fromkeys(found))
    if not any_line:
        return None
    return tuple(lines) if readable else ()


def _clauses(description: str, product: str) -> Iterator[str]:
    words = _WORD.findall(_KIND.sub("", product).casefold())
    if sum(map(len, words)) < _SHORTEST:
        return
    name = re.compile(rf"(?<![A-Za-z0-9]){'[^A-Za-z0-9]{0,3}'.join(words)}(?![A-Za-z0-9])", re.ASCII | re.IGNORECASE)
    for found in name.finditer(description):
        rest = description[found.end() : found.end() + _CLAUSE]
        yield " ".join(_SENTENCE.split(rest, maxsplit=1)[0].split())


def _lines(clause: str) -> Iterator[Line]:
    for start, sign, token in _UPPER.findall(clause):
        kind = "lessThan" if re.fullmatch(_BEFORE, sign) else "lessThanOrEqual"
        yield start, kind, _plain(token)
    for token in _EARLIER.findall(clause):
        yield "", "lessThanOrEqual", _plain(token)


def _plain(token: str) -> str:
    bare = token.strip(",.;:()[]\"'`")
    return bare if re.fullmatch(_NUMBERS, bare, re.ASCII) else ""


def _started(lines: tuple[Line, ...]) -> Iterator[Line]:
    """Each line from where it is said to start; else the lowest from the first version on, and the others in their own series."""
    ordered = sorted(lines, key=lambda line: numbers_of(line[2]))
    for place, (start, kind, end) in enumerate(ordered):
        series = end.rpartition(".")[0]
        if start and numbers_of(start) <= numbers_of(end):
            yield start, kind, end
        elif not place:
            yield "0", kind, end
        elif series:
            yield series, kind, end
