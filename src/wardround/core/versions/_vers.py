"""`vers:` ranges (VERS specification, clause 5, and its pages "How to parse and validate" and "VERS types")."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from wardround.core.versions._model import Scheme, shown
from wardround.core.versions._schemes import scheme_of
from wardround.core.versions._spans import Span, exactly
from wardround.core.vocab import BadInput

_TYPE = re.compile(r"[a-z][a-z0-9.-]*", re.ASCII)
_CONSTRAINT = re.compile(r"(>=|<=|!=|<|>|)(.*)", re.ASCII | re.DOTALL)
_TRIPLET = re.compile(r"%(?![0-9A-Fa-f]{2})", re.ASCII)
_RESERVED = {ord(c): f"%{ord(c):02X}" for c in "%<>=!*| "}
_EQUAL, _GREATER, _LESSER = ("=", "<=", ">="), (">", ">="), ("<", "<=")
_DO = "see the VERS specification, clause 5"


class Constraint(NamedTuple):
    """One signpost: a comparator (`=`, `!=`, `<`, `<=`, `>`, `>=`) and a version, not encoded."""

    comparator: str
    version: str

    def __str__(self) -> str:
        return ("" if self.comparator == "=" else self.comparator) + self.version.translate(_RESERVED)


@dataclass(frozen=True, slots=True)
class Vers:
    """A range of versions. No constraint at all stands for `*`, every version (of type `none`: no version).

    `type` is the name that the range states; `scheme` compares its versions, None when nobody has defined how.
    """

    type: str
    constraints: tuple[Constraint, ...]
    scheme: Scheme | None = field(default=None, compare=False)

    @staticmethod
    def parse(text: str) -> "Vers":
        """Read a range in canonical form, so that `str(Vers.parse(text)) == text`.

        Raises BadInput when it is anything else: whitespace, needless or broken percent-encoding, empty constraints, an
        explicit `=`, versions out of order or twice, comparators that do not alternate (clause 5.4).
        """
        vers = _parsed(text, text)
        if str(vers) != text:
            raise _bad(text, f"is not canonical; the canonical form is {shown(str(vers))}")
        _check_sequence(vers, text)
        return vers

    @staticmethod
    def read(text: str) -> "Vers":
        """Read a range as people write it, and put it in order: spaces, letter case of the type, `=`, stray pipes, any order.

        Nothing is left out: what contradicts itself is refused by `simplified` and `contains`. Raises BadInput.
        """
        head, slash, body = "".join(text.split()).partition("/")
        constraints = [part.removeprefix("=") for part in body.split("|") if part]
        return _sorted(_parsed(head.lower() + slash + "|".join(constraints), text))

    def simplified(self) -> "Vers":
        """The same versions in canonical form ("Simplifying constraints").

        Raises BadInput when a version is there twice with different comparators, or the order is not known.
        """
        return _simplified(self)

    def contains(self, version: str) -> bool:
        """Is this version within the range ("Checking if a version is contained")? Only excluded versions: all others are.

        Raises BadInput when the version or an end is no version of the type, or nobody has defined the type's order.
        """
        if self.scheme is None and not self.constraints:
            return self.type != "none"  # `*` needs no order
        scheme = _ordered_by(self)
        scheme.key(version)
        constraints = self.simplified().constraints
        places = [(c.comparator, scheme.compare(version, other=c.version)) for c in constraints]
        if any(place == 0 for _, place in places):
            return any(place == 0 and comparator in _EQUAL for comparator, place in places)
        ends = [(comparator, place) for comparator, place in places if comparator not in ("=", "!=")]
        if not ends:
            return all(comparator == "!=" for comparator, _ in places)
        below = next((comparator for comparator, place in ends if place < 0), None)
        return below in _LESSER if below else ends[-1][0] in _GREATER

    def __str__(self) -> str:
        return f"vers:{self.type}/" + ("|".join(map(str, self.constraints)) or "*")


def vers_of(spans: list[Span], *, scheme: Scheme) -> Vers:
    """The range that holds disjoint spans in order. Raises BadInput when there is none: VERS has no empty range of a type."""
    if not spans:
        raise BadInput("The range is empty: no version can be in it", do="correct its ends")
    constraints: list[Constraint] = []
    for place, span in enumerate(spans):
        before = spans[place - 1] if place else None
        if before and before.high is not None and span.low is not None and not scheme.compare(span.low, other=before.high):
            constraints[-1] = Constraint("!=", span.low)  # both leave this one version out
        elif span.low is not None and span == exactly(span.low):
            constraints.append(Constraint("=", span.low))
            continue
        elif span.low is not None:
            constraints.append(Constraint(">=" if span.with_low else ">", span.low))
        if span.high is not None:
            constraints.append(Constraint("<=" if span.with_high else "<", span.high))
    return Vers(scheme.name, tuple(constraints), scheme)


def _bad(text: str, why: str) -> BadInput:
    return BadInput(f"{shown(text)} {why}", do=_DO)


def _parsed(text: str, original: str) -> Vers:
    """Split and decode; the order of constraints is not looked at."""
    if not text.isascii() or not text.isprintable() or " " in text:
        raise _bad(original, "holds characters other than printable ASCII, or a space")
    uri_scheme, _, specifier = text.partition(":")
    type_, slash, body = specifier.partition("/")
    if uri_scheme != "vers" or not slash:
        raise _bad(original, "does not read `vers:type/constraints`")
    if not _TYPE.fullmatch(type_) or type_ == "invalid":
        raise _bad(original, f"has the type {shown(type_)}, which is none")
    if body == "*":
        return Vers(type_, (), scheme_of(type_))
    if type_ in ("all", "none"):
        raise _bad(original, f"may hold only `*`, as every range of type `{type_}`")
    return Vers(type_, tuple(_constraint(part, original) for part in body.split("|")), scheme_of(type_))


def _constraint(text: str, original: str) -> Constraint:
    found = _CONSTRAINT.fullmatch(text)
    comparator, version = found.groups() if found else ("", "")
    if not version or version[0] in "<>=!*":
        raise _bad(original, f"holds {shown(text) if text else 'an empty constraint'}, which is no comparator with a version")
    if _TRIPLET.search(version):
        raise _bad(original, f"holds {shown(text)}, where a percent sign begins no encoded character")
    try:
        decoded = unquote_to_bytes(version).decode("ascii")
    except UnicodeDecodeError:
        decoded = ""
    if not decoded.isprintable() or not decoded:
        raise _bad(original, f"holds {shown(text)}, which encodes a character that no version may have")
    return Constraint(comparator or "=", decoded)


def _ordered_by(vers: Vers) -> Scheme:
    if vers.scheme is None:
        raise _bad(str(vers), f"has the type `{vers.type}`, and nobody has defined how its versions compare")
    return vers.scheme


@lru_cache(maxsize=1_024)
def _simplified(vers: Vers) -> Vers:
    ordered = _sorted(Vers(vers.type, tuple(dict.fromkeys(vers.constraints)), vers.scheme))
    _check_unique(ordered, str(vers))
    kept: list[Constraint] = []
    for constraint in (c for c in ordered.constraints if c.comparator != "!="):
        if kept and kept[-1].comparator in _GREATER and constraint.comparator not in _LESSER:
            continue
        while kept and constraint.comparator in _LESSER and kept[-1].comparator not in _GREATER:
            kept.pop()
        kept.append(constraint)
    unequal = tuple(c for c in ordered.constraints if c.comparator == "!=")
    return _sorted(Vers(vers.type, (*kept, *unequal), vers.scheme))


def _sorted(vers: Vers) -> Vers:
    if len(vers.constraints) < 2:
        return vers
    scheme = _ordered_by(vers)
    ordered = sorted(vers.constraints, key=lambda constraint: scheme.key(constraint.version))
    return Vers(vers.type, tuple(ordered), scheme)


def _check_unique(vers: Vers, original: str) -> None:
    for one, other in pairwise(vers.constraints):
        if vers.scheme and vers.scheme.compare(one.version, other=other.version) == 0:
            raise _bad(original, f"names the version {shown(one.version)} twice")


def _check_sequence(vers: Vers, original: str) -> None:
    """Clause 5.4. Where nobody has defined the order, only the comparators are looked at."""
    if vers.scheme and vers.type == "datetime":  # "VERS types" prescribes how its versions are written
        for constraint in vers.constraints:
            vers.scheme.key(constraint.version)
    if vers.scheme and len(vers.constraints) > 1:
        if _sorted(vers).constraints != vers.constraints:
            raise _bad(original, "is not in the order of its versions")
        _check_unique(vers, original)
    comparators = [c.comparator for c in vers.constraints if c.comparator != "!="]
    for one, other in pairwise(comparators):
        if one == "=" and other in _LESSER:
            raise _bad(original, f"has a single version followed by `{other}`, which holds it already")
    ends = [comparator for comparator in comparators if comparator != "="]
    for one, other in pairwise(ends):
        if (one in _GREATER) == (other in _GREATER):
            raise _bad(original, f"has `{one}` followed by `{other}`, where greater and lesser must alternate")
