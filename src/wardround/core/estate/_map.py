"""Which column of a table says what: proposed from the header, previewed, saved for each source."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from wardround.core.vocab import BadInput

REQUIRED = ("asset_id", "product", "version")
TARGETS = (*REQUIRED, "vendor", "hostname", "internet_facing", "service", "last_seen", "purl", "cpe", "scheme")
EMPTY: Mapping[str, Any] = MappingProxyType({})


def column_key(name: str) -> str:
    """A column's name with case, spaces and punctuation taken out: equal keys are the same column."""
    return re.sub(r"[\W_]+", "", name).casefold()


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How one source's table is read: target -> column name, target -> constant, target -> {its words: ours}.

    Targets are `asset_id`, `product`, `version` (each needs a column or a constant), `vendor`, `hostname`,
    `internet_facing`, `service`, `last_seen`, `purl`, `cpe`, `scheme`. A target that is not named here is taken
    from the column of its own name, where there is one.
    """

    columns: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    constants: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: EMPTY)

    @classmethod
    def from_json(cls, document: Any) -> "ColumnMapping":
        """Read what `as_json` wrote. Raises BadInput naming the part that is wrong."""
        if not isinstance(document, Mapping):
            raise BadInput("a column mapping is an object", where="mapping", do='write {"columns": {"asset_id": "Device"}}')
        for part in document:
            if part not in ("columns", "constants", "values"):
                raise BadInput(f"there is no part {part!r}", where="mapping", do="use columns, constants and values")
        for part in ("columns", "constants"):
            _check(document.get(part, {}), part, str)
        values = document.get("values", {})
        _check(values, "values", Mapping)
        for target, words in values.items():
            if not all(isinstance(text, str) for pair in words.items() for text in pair):
                raise BadInput("each value is replaced by a text", where=f"mapping /values/{target}", do='write {"DMZ": "yes"}')
        return cls(document.get("columns", {}), document.get("constants", {}), values)

    def as_json(self) -> dict[str, Any]:
        """Plain dictionaries, for saving."""
        return {
            "columns": dict(self.columns),
            "constants": dict(self.constants),
            "values": {target: dict(words) for target, words in self.values.items()},
        }


def _check(part: Any, name: str, kind: type) -> None:
    if not isinstance(part, Mapping):
        raise BadInput("is not an object", where=f"mapping /{name}", do="map target names to it")
    for target, value in part.items():
        if target not in TARGETS:
            raise BadInput(f"there is no target {target!r}", where=f"mapping /{name}", do=f"use one of {', '.join(TARGETS)}")
        if not isinstance(value, kind):
            raise BadInput(f"{value!r:.40} does not fit here", where=f"mapping /{name}/{target}", do="see the import guide")


@cache
def _known_names() -> dict[str, tuple[str, ...]]:
    """Target -> keys of the column names that inventory exports use for it, best first."""
    table = json.loads(files(__package__).joinpath("tables/column_names.json").read_text("utf-8"))
    return {target: tuple(column_key(name) for name in names) for target, names in table["names"].items()}


def suggest(header: Sequence[str]) -> ColumnMapping:
    """Propose a mapping from the column names alone. A person looks at it (`preview`) before it is used.

    >>> suggest(["DeviceName", "SoftwareVendor", "SoftwareName", "SoftwareVersion"]).columns["product"]
    'SoftwareName'
    """
    named: dict[str, str] = {}
    for name in header:
        named.setdefault(column_key(name), name)
    found = {}
    for target, keys in _known_names().items():
        column = next((named[key] for key in (column_key(target), *keys) if key in named), None)
        if column is not None:
            found[target] = column
    return ColumnMapping(columns=MappingProxyType(found))
