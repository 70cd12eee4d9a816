"""Which column of a table says what: proposed from the header, previewed, saved for each source."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from wardround.core.estate._identifiers import MAKER, PREFIX, kinds, table
from wardround.core.estate._sources import Choices, Kind, sources
from wardround.core.estate._values import column_key
from wardround.core.vocab import BadInput

REQUIRED = ("asset_id", "product", "version")
TARGETS = (*REQUIRED, "vendor", "hostname", "internet_facing", "service", "last_seen", "purl", "cpe", "scheme")
EMPTY: Mapping[str, Any] = MappingProxyType({})
PARTS = ("columns", "constants", "values", "identifiers", "keep")
MANUFACTURER = MAKER.removeprefix(PREFIX)


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How one source's table is read: target -> column name, target -> constant, target -> {its words: ours}.

    Targets are `asset_id`, `product`, `version` (each needs a column or a constant), `vendor`, `hostname`,
    `internet_facing`, `service`, `last_seen`, `purl`, `cpe`, `scheme`. A target that is not named here is taken
    from the column of its own name, where there is one. `identifiers` says which columns identify the device (column
    name -> `serial_number`, `mac_address` ..., or its `manufacturer`); `keep` which further ones are kept, and under
    which name: None keeps all. `source` is the id of a known kind of export, whose further rules then hold.
    """

    columns: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    constants: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: EMPTY)
    identifiers: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    keep: Mapping[str, str] | None = None
    source: str = ""

    @property
    def kind(self) -> Kind | None:
        """The known kind of export that this is."""
        return sources().get(self.source)

    @property
    def is_own(self) -> bool:
        """True where every needed column is called as we call it: such a table is read without anybody's proposal."""
        return all(column_key(self.columns.get(target, "")) == column_key(target) for target in REQUIRED)

    @classmethod
    def from_json(cls, document: Any) -> "ColumnMapping":
        """Read what `as_json` wrote. Raises BadInput naming the part that is wrong."""
        if not isinstance(document, Mapping):
            raise BadInput("a column mapping is an object", where="mapping", do='write {"columns": {"asset_id": "Device"}}')
        for part in document:
            if part not in (*PARTS, "source"):
                raise BadInput(f"there is no part {part!r}", where="mapping", do="use columns, constants and values")
        for part in ("columns", "constants"):
            _check(document.get(part, {}), part, str, TARGETS)
        values = document.get("values", {})
        _check(values, "values", Mapping, None)
        for target, words in values.items():
            if not all(isinstance(text, str) for pair in words.items() for text in pair):
                raise BadInput("each value is replaced by a text", where=f"mapping /values/{target}", do='write {"DMZ": "yes"}')
        identifiers, keep = document.get("identifiers", {}), document.get("keep")
        _check(identifiers, "identifiers", str, None)
        _check(keep or {}, "keep", str, None)
        if unknown := [kind for kind in identifiers.values() if kind not in (*kinds(), MANUFACTURER)]:
            do = f"use one of {', '.join((*kinds(), MANUFACTURER))}"
            raise BadInput(f"there is no identifier {unknown[0]!r:.40}", where="mapping /identifiers", do=do)
        source = document.get("source", "")
        if source and source not in sources():
            raise BadInput(
                f"there is no known export {source!r:.40}", where="mapping /source", do=f"use one of {', '.join(sources())}"
            )
        return cls(document.get("columns", {}), document.get("constants", {}), values, identifiers, keep, source)

    def as_json(self) -> dict[str, Any]:
        """Plain dictionaries, for saving."""
        document: dict[str, Any] = {
            "columns": dict(self.columns),
            "constants": dict(self.constants),
            "values": {target: dict(words) for target, words in self.values.items()},
        }
        document |= {"identifiers": dict(self.identifiers)} if self.identifiers else {}
        document |= {} if self.keep is None else {"keep": dict(self.keep)}
        return document | ({"source": self.source} if self.source else {})


def _check(part: Any, name: str, kind: type, targets: Sequence[str] | None) -> None:
    if not isinstance(part, Mapping):
        raise BadInput("is not an object", where=f"mapping /{name}", do="map target names to it")
    for target, value in part.items():
        if targets is not None and target not in targets:
            raise BadInput(f"there is no target {target!r}", where=f"mapping /{name}", do=f"use one of {', '.join(targets)}")
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
    return ColumnMapping(columns=MappingProxyType(found), identifiers=MappingProxyType(identifying(header)))


def own_names(header: Sequence[str]) -> ColumnMapping:
    """The columns that are called as we call them."""
    named: dict[str, str] = {}
    for name in header:
        named.setdefault(column_key(name), name)
    return ColumnMapping(
        columns={target: named[key] for target in TARGETS if (key := column_key(target)) in named},
        identifiers=identifying(header),
    )


def identifying(header: Sequence[str]) -> dict[str, str]:
    """The columns that identify devices, by their names: column -> kind."""
    by_key = _identifying_names()
    return {name: by_key[key] for name in header if (key := column_key(name)) in by_key}


@cache
def _identifying_names() -> dict[str, str]:
    named = {column_key(name): kind for kind, one in table()["kinds"].items() for name in (kind, *one["columns"])}
    return named | {column_key(name): MANUFACTURER for name in table()["maker_columns"]}


def mapping_of(kind: Kind, header: Sequence[str]) -> ColumnMapping:
    """How an export of a known kind is read, given the columns that this one has.

    >>> header = ["DeviceId", "DeviceName", "SoftwareVendor", "SoftwareName", "SoftwareVersion"]
    >>> mapping_of(sources()["defender"], header).identifiers
    {'DeviceId': 'defender_device_id'}
    """
    named: dict[str, str] = {}
    for name in header:
        named.setdefault(column_key(name), name)
    identifiers = {column: of for of, columns in (kind.identifiers or {}).items() for column in present(columns, named)}
    identifiers |= dict.fromkeys([c for c in present(kind.maker, named) if c not in identifiers][:1], MANUFACTURER)
    columns = first_present(kind.columns, named)
    return ColumnMapping(
        columns=columns,
        constants={target: text for target, text in (kind.constants or {}).items() if target not in columns},
        values=kind.values or {},
        identifiers=identifiers,
        keep={column: name for name, column in first_present(kind.keep or {}, named).items()},
        source=kind.id,
    )


def present(columns: Sequence[str], named: Mapping[str, str]) -> list[str]:
    """Those of the columns that are there, as they are written there."""
    return [named[key] for key in map(column_key, columns) if key in named]


def first_present(choices: Choices, named: Mapping[str, str]) -> dict[str, str]:
    """The first column that is there of each choice, as it is written there."""
    return {target: found[0] for target, columns in choices.items() if (found := present(columns, named))}
