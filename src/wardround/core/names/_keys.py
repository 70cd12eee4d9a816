"""Names as keys: what is stated of a vendor and a product, by words, by CPE."""

from functools import lru_cache

from wardround.core.names._cpe import ANY, NA, Cpe, split_string, unquoted
from wardround.core.vocab import BadInput, name_key

Name = tuple[str, str]
"""Vendor key and product key. A vendor that is not stated is empty; one that begins with `pkg:` is a package ecosystem."""

_NOT_STATED = frozenset({"", "n/a", "-", "*", "unknown", "unspecified"})


def key_of(name: object) -> str:
    """A vendor's or product's name key; empty when it is not stated (`n/a`, `-`...)."""
    return _key(name) if isinstance(name, str) else ""


@lru_cache(maxsize=65_536)
def _key(name: str) -> str:
    key = name_key(name)
    return "" if key in _NOT_STATED else key


@lru_cache(maxsize=65_536)
def name_of_cpe(cpe: str) -> Name | None:
    """Vendor and product key of a CPE name in either binding, underscores as spaces; None when it names no product.

    Inventories cut formatted strings short: one that stops after the product still names it. Other faults name nothing.
    """
    try:
        name = Cpe.read(completed(cpe))
    except BadInput:
        return None
    if not product_of(name):
        return None
    return vendor_of(name), product_of(name)


@lru_cache(maxsize=65_536)
def software_of_cpe(cpe: str) -> str:
    """The software that a CPE's product runs in (`target_sw`: `node.js`, `wordpress`), as a key; empty: not stated."""
    try:
        return _part_key(Cpe.read(completed(cpe)).target_sw)
    except BadInput:
        return ""


def vendor_of(cpe: Cpe) -> str:
    """The vendor's key; empty when the name does not state it."""
    return _part_key(cpe.vendor)


def product_of(cpe: Cpe) -> str:
    """The product's key; empty when the name does not state it."""
    return _part_key(cpe.product)


def _part_key(value: str) -> str:
    return "" if value in (ANY, NA) else _key(unquoted(value).replace("_", " "))


def completed(cpe: str) -> str:
    """A formatted string that was cut short after its product or later, with what is missing left open."""
    if not cpe.startswith("cpe:2.3:"):
        return cpe
    missing = 11 - len(split_string(cpe)) if len(cpe) < 2000 else 0
    return cpe + ":*" * missing if 0 < missing <= 8 else cpe
