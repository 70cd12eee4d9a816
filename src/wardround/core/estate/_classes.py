"""The classes of product that a source may declare it can see."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class ProductClass:
    """One class: its id, its English name, and what belongs to it in a sentence."""

    id: str
    name: str
    line: str


def _load() -> Mapping[str, ProductClass]:
    table = json.loads(files(__package__).joinpath("tables/product_classes.json").read_text("utf-8"))
    return MappingProxyType({entry["id"]: ProductClass(**entry) for entry in table["classes"]})


PRODUCT_CLASSES: Mapping[str, ProductClass] = _load()
