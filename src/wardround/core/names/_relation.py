"""Comparing CPE names as sets of products (NIST IR 7696, sections 6 and 7)."""

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from wardround.core.names._cpe import ANY, ATTRIBUTES, NA, Cpe, unquoted, wildcards


class Relation(StrEnum):
    """What the source is to the target (table 6-1). UNDEFINED: the target has wild cards, or the names overlap in part."""

    DISJOINT = "disjoint"
    EQUAL = "equal"
    SUBSET = "subset"
    SUPERSET = "superset"
    UNDEFINED = "undefined"


def relation(source: Cpe, *, target: Cpe) -> Relation:
    """The relation of two names (table 6-4): the first of its four lines that holds, else UNDEFINED."""
    found = set(relations(source, target=target).values())
    if Relation.DISJOINT in found:
        return Relation.DISJOINT
    if found == {Relation.EQUAL}:
        return Relation.EQUAL
    if found <= {Relation.SUBSET, Relation.EQUAL}:
        return Relation.SUBSET
    if found <= {Relation.SUPERSET, Relation.EQUAL}:
        return Relation.SUPERSET
    return Relation.UNDEFINED


def relations(source: Cpe, *, target: Cpe) -> dict[str, Relation]:
    """The relation of each of the eleven attributes (table 6-2)."""
    return {name: compare(getattr(source, name), target=getattr(target, name)) for name in ATTRIBUTES}


def compare(source: str, *, target: str) -> Relation:
    """The relation of two attribute values (table 6-2; section 7.3). Case does not count."""
    if target not in (ANY, NA) and any(wildcards(target)):
        return Relation.UNDEFINED
    if source.casefold() == target.casefold():
        return Relation.EQUAL
    if source == ANY:
        return Relation.SUPERSET
    if target == ANY:
        return Relation.SUBSET
    if NA in (source, target):
        return Relation.DISJOINT
    pattern = _pattern(source)
    matches = pattern is not None and pattern.fullmatch(unquoted(target).casefold())
    return Relation.SUPERSET if matches else Relation.DISJOINT


@lru_cache(maxsize=4096)
def _pattern(source: str) -> re.Pattern[str] | None:
    """A source with wild cards as a pattern over unquoted text: `*` is any text, `?` at most one character (section 6.3)."""
    start, end = wildcards(source)
    if not start and not end:
        return None
    body = re.escape(unquoted(source[len(start) : len(source) - len(end)]).casefold())
    return re.compile(f"{_any(start)}{body}{_any(end)}", re.DOTALL)


def _any(signs: Iterable[str]) -> str:
    listed = list(signs)
    return ".*" if "*" in listed else f".{{0,{len(listed)}}}"
