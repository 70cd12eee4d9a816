"""The exports that hospitals have, recognised by their column names and laid out without a mapping."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from wardround.core.estate._values import column_key

Choices = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of export. `columns`, `identifiers` and `keep` name what may say each thing, best first.

    `own` starts asset ids that mean something inside that tool alone; `also` states a second install of each row.
    """

    id: str
    name: str
    documented: str
    needs: Sequence[str | Sequence[str]]
    columns: Choices
    usually_sees: tuple[str, ...] = ()
    identifiers: Choices | None = None
    maker: Sequence[str] = ()
    keep: Choices | None = None
    constants: Mapping[str, str] | None = None
    values: Mapping[str, Mapping[str, str]] | None = None
    underscores: Sequence[str] = ()
    also: Sequence[Mapping[str, Any]] = ()
    own: str = ""


@cache
def sources() -> Mapping[str, Kind]:
    """Every kind of export by its id."""
    table = json.loads(files(__package__).joinpath("tables/sources.json").read_text("utf-8"))
    return {one["id"]: Kind(**(one | {"usually_sees": tuple(one["usually_sees"])})) for one in table["sources"]}


def recognised(keys: frozenset[str]) -> Kind | None:
    """The kind of export with these columns (as column keys): of several the one that asks for most; None for no known one."""
    fitting = [kind for kind, needs in _needs() if all(keys & one for one in needs)]
    return max(fitting, key=lambda kind: len(kind.needs), default=None)


@cache
def _needs() -> list[tuple[Kind, list[frozenset[str]]]]:
    return [(kind, [keys_of([one] if isinstance(one, str) else one) for one in kind.needs]) for kind in sources().values()]


def keys_of(names: Sequence[str]) -> frozenset[str]:
    """The column keys of several names."""
    return frozenset(map(column_key, names))
