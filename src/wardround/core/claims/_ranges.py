"""Version texts of documents, as entries of a CVE record's `versions`.

Three ways to write a range are read: `vers:` URIs, the same without their scheme (`vls`; both CSAF 2.0, section 3.1.2.3.2),
and texts, which are handed on as they are: reading those is the matcher's, by the fixed grammar of FACTS 9.

>>> entries("vers:deb/>=1.0|<1.1-2", is_range=True)
({'version': '1.0', 'versionType': 'deb', 'lessThan': '1.1-2'},)
>>> entries(">= 1.3.4 | < 1.5.3", is_range=True)
({'version': '>= 1.3.4, < 1.5.3'},)
>>> entries("all versions running on old systems", is_range=True)
({'version': 'all versions running on old systems'},)
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from wardround.core.versions import Vers
from wardround.core.vocab import BadInput

Entry = Mapping[str, Any]
Constraint = tuple[str, str]

EVERY: Entry = {"version": "0", "lessThan": "*"}
"""The entry that covers every version."""

_EVERY_TEXT = frozenset({"*", "all", "all versions", "vers:all/*"})
_VERS = re.compile(r"vers:([a-z0-9.+-]+)/(.*)", re.ASCII | re.DOTALL)
_CONSTRAINT = re.compile(r"(<=|>=|!=|<|>|=)? ?([^\s<>=!|]+)", re.ASCII)
_PLAIN = re.compile(r"[vV]?\d+(?:\.\d+)*", re.ASCII)
_SERIES = re.compile(r"([vV]?\d+(?:\.\d+)*)(?:\.[xX])+", re.ASCII)
_OF_MODEL = re.compile(r"([vV]?\d+(?:\.\d+)*(?:\.[xX])*) model (\w[\w-]*)", re.ASCII)
"""A version with the number of the model that runs it: `9.x model 35700BAX3`."""

_LISTED = re.compile(r"[A-Za-z]{0,2}\.?\d[\w.]*(?: (?:SP|SR|S|[Bb]uild) ?\d+)?|[A-Z]{2,4}-\d{3,5}[A-Z]?", re.ASCII)
"""What a list with bars may hold: `9.13`, `C.02`, `A10`, `4.20 SR1`, `5.X`, `MMT-1780`."""

_WORD = re.compile(r"[^\W\d_]{4,}")
_NO_MODEL = re.compile(
    r"[<>=*]|\d{4}-|\b(?:all|and|below|build|distributed|for|only|rev|earlier|edition|firmware|from|later|model|newer|number|option|prior|release\w*"
    r"|revision|running|serial|service|since|software|systems?|through|to|until|update|version\w*|with\w*)\b",
    re.IGNORECASE,
)
_ENDED = re.compile(r" \((?:end[- ]of[- ](?:life|support)|eol)[^()]{0,40}\)$", re.IGNORECASE)
_NUMBERED = re.compile(r"\d{4}(?:(?:, | and )\d{4})+", re.ASCII)
_AND = re.compile(r", | and ", re.ASCII)
"""Model numbers, `2131 and 2141`."""

_IN_NAME = re.compile(r"(.{4,}?) ([vV]?\d+(?:\.\d+)*(?:\.[xX])+)", re.DOTALL)
_MODEL_NUMBER = re.compile(r"[A-Z]{1,4}-?\d{4,6}[A-Z]?|\d{4,6}[A-Z]", re.ASCII)
_OF_A_LIST = re.compile(r"\d{3,5}[a-z]?", re.ASCII)
_MODEL = re.compile(r"(.{4,}?),? models?", re.IGNORECASE | re.DOTALL)
_NUMBER = re.compile(r"[A-Z]{0,3}-?\d{3,6}[A-Z]{0,3}", re.ASCII)
_ORDERED = re.compile(r"\d{5,} (?=\S)", re.ASCII)

_NO_ORDER = frozenset({"all", "none", "generic"})
_MOST = 2_000  # constraints of one range, and characters of a text: more is no range that a person wrote
EXCLUDED = "excluded"
"""The key of an entry whose version a range leaves out: nothing is said of it."""


def entries(text: str, *, is_range: bool) -> tuple[Entry, ...]:
    """The entries that a product version (or, with `is_range`, a version range) stands for; their status is not theirs to say."""
    flat = _ENDED.sub("", " ".join(text.split()))
    if flat.casefold() in _EVERY_TEXT:
        return (EVERY,)
    if found := _VERS.fullmatch(flat):
        read = _of_vers(found[1], found[2])
        return ({"version": flat[:_MOST]},) if read is None else read
    listed = [part.strip() for part in (_AND.sub("|", flat) if _NUMBERED.fullmatch(flat) else flat).split("|")][:_MOST]
    if all(map((_LISTED if len(listed) > 1 else _SERIES).fullmatch, listed)):
        return tuple(_one(part) for part in listed)
    constraints = _constraints(flat) if is_range else None
    if constraints and any(sign for sign, _ in constraints) and (read := _intervals(constraints, "", text=True)) is not None:
        return read
    return ({"version": flat[:_MOST]},)


def of_model(version: str) -> tuple[str, str]:
    """A version without the model that is named behind it, and the model; none: empty."""
    found = _OF_MODEL.fullmatch(" ".join(version.split())[:_MOST])
    return (found[1], found[2]) if found else (version, "")


def series_named(name: str, version: str) -> tuple[str, str]:
    """Product and series, where the name bears the series (`Portal 8.0.x`) and all versions of that are meant; else as given."""
    found = _IN_NAME.fullmatch(name) if " ".join(version.split()).casefold() in _EVERY_TEXT else None
    return (found[1], found[2]) if found else (name, version)


def model_named(name: str, version: str) -> tuple[str, ...]:
    """A product's name with its model's number, where that stands in the place of a version (`CareLink Monitor`, `2490C`).

    Of a list those that are numbers of a model (`24950 | 24952`).
    """
    flat = " ".join(version.split())[:_MOST]
    listed = [part.strip() for part in (_AND.sub("|", flat) if _NUMBERED.fullmatch(flat) else flat).split("|")]
    written = _OF_A_LIST if len(listed) > 1 else _MODEL_NUMBER
    return tuple(f"{name} {number}" for number in listed if written.fullmatch(number))


def numbered_models(name: str, version: str) -> tuple[str, ...]:
    """Names of a device whose model's number stands in the place of a version; empty where none does.

    That is so where the product's name ends with that word (`LATITUDE Model`, `3120`).
    """
    number, found = " ".join(version.split()), _MODEL.fullmatch(name)
    return (found[1], f"{found[1]} {number}") if found and _NUMBER.fullmatch(number) else ()


def models_in(version: str) -> tuple[str, ...]:
    """The models that stand where a version should (`Accu-Chek Inform II`; `Amingo | Avance CS2`), without their order numbers.

    Words without a comparison, or any that speaks of versions: devices that are affected as they are.
    """
    flat = " ".join(version.split())[:_MOST]
    if _NO_MODEL.search(flat):
        return ()
    return tuple(_ORDERED.sub("", part) for part in map(str.strip, flat.split("|")) if _WORD.search(part))


def _one(version: str) -> Entry:
    """One version; `4.X` is a series."""
    series = _SERIES.fullmatch(version)
    return {"version": series[1], "lessThan": f"{series[1]}.*"} if series else {"version": version}


def _of_vers(scheme: str, body: str) -> tuple[Entry, ...] | None:
    if body == "*":
        return () if scheme == "none" else (EVERY,)
    typed = "" if scheme in _NO_ORDER else scheme
    try:
        stated = [(sign, version) for sign, version in Vers.read(f"vers:{scheme}/{body}").simplified().constraints]
    except BadInput:  # no versions of that type, or an order that nobody defined: as given, for the matcher to judge
        stated = [(sign, unquote(version)) for sign, version in _constraints(body) or ()]
    return _intervals(stated, typed, text=False) if stated else None


def _constraints(text: str) -> list[Constraint] | None:
    """Comparator and version of each part between bars; None when one of them is anything else."""
    parts = text.strip("| ").split("|")
    found = [_CONSTRAINT.fullmatch(part.strip()) for part in parts[:_MOST]]
    if len(parts) > _MOST or not all(found):
        return None
    return [(match[1] or "", match[2]) for match in found if match]


def _intervals(constraints: list[Constraint], scheme: str, *, text: bool) -> tuple[Entry, ...] | None:
    """Exact versions, left-out versions, then intervals in the order given; None when the comparators do not alternate."""
    typed = {"versionType": scheme} if scheme else {}
    exact = [{"version": v} | typed for sign, v in constraints if sign in ("", "=")]
    out = [{"version": v, EXCLUDED: True} | typed for sign, v in constraints if sign == "!="]
    bounds = [(sign, v) for sign, v in constraints if sign[:1] in ("<", ">")]
    if out and not bounds:
        return (*exact, *out, EVERY)
    spans = _spans(bounds)
    if spans is None:
        return None
    return (*exact, *out, *(entry for low, high in spans for entry in _whole(_span(low, high, typed, text=text))))


def _spans(bounds: list[Constraint]) -> list[tuple[Constraint | None, Constraint | None]] | None:
    """Lower and upper bound in turn; the first may lack its lower, the last its upper one."""
    spans: list[tuple[Constraint | None, Constraint | None]] = []
    low: Constraint | None = None
    for place, bound in enumerate(bounds):
        if bound[0][0] == ">":
            if low:
                return None
            low = bound
        elif low or place == 0:
            spans.append((low, bound))
            low = None
        else:
            return None
    return [*spans, (low, None)] if low else spans


def _span(low: Constraint | None, high: Constraint | None, typed: Entry, *, text: bool) -> Entry:
    """One interval. Plain numbers that were text stay text, so that the reason says so; no entry can leave out its own start."""
    stated = list(_stated(low, high))
    if (text and all(_PLAIN.fullmatch(v) for _, v in stated)) or (low and low[0] == ">"):
        return {"version": ", ".join(f"{sign} {v}" for sign, v in stated), **typed}
    entry = {"version": low[1] if low else "0", **typed}
    if high is None:
        return entry | {"lessThan": "*"}
    return entry | {"lessThanOrEqual" if high[0] == "<=" else "lessThan": high[1]}


def _whole(span: Entry) -> Iterator[Entry]:
    """A range from or to a series (`<= 12.2.x.x`): what is before it is in the range.

    Of the series itself nothing is said: the fix can be one of it (12.2.8.0, in ICSMA-21-187-01).
    """
    ends = {key: found[1] for key in ("version", "lessThan", "lessThanOrEqual") if (found := _SERIES.fullmatch(span.get(key, "")))}
    if series := ends.pop("lessThanOrEqual", ""):
        yield {"version": series, "lessThan": f"{series}.*", EXCLUDED: True}
        ends["lessThan"] = series
    yield {**{key: value for key, value in span.items() if key != "lessThanOrEqual" or not series}, **ends}


def _stated(low: Constraint | None, high: Constraint | None) -> Iterator[Constraint]:
    yield from (bound for bound in (low, high) if bound)
