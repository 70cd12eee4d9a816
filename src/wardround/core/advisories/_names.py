"""The names under which a record's products can be asked for."""

import re
from collections.abc import Iterator
from functools import lru_cache

from wardround.core.advisories._cve import affected_containers
from wardround.core.advisories._document import text
from wardround.core.advisories._model import Advisory, CveRecord
from wardround.core.vocab import name_key

NOT_STATED = {"", "n/a", "-", "*", "unknown", "unspecified"}


def product_names(record: CveRecord | Advisory) -> set[tuple[str, str]]:
    """(vendor key, product key) of every product the record names: vendor with product and with package name, and its CPEs.

    Keys are `name_key`s; a CPE's underscores are spaces. A vendor that is not stated (`n/a`) is empty; a product that is not
    stated is left out.
    """
    return set(_names(record))


def _names(record: CveRecord | Advisory) -> Iterator[tuple[str, str]]:
    for container in record.containers if isinstance(record, Advisory) else affected_containers(record.document):
        for entry in container.affected:
            vendor = _key(text(entry, "vendor"))
            for product in {_key(text(entry, "product")), _key(text(entry, "packageName"))} - {""}:
                yield vendor, product
            cpes = entry.get("cpes")
            for cpe in cpes if isinstance(cpes, list) else ():
                if isinstance(cpe, str) and (name := _of_cpe(cpe)):
                    yield name


@lru_cache(maxsize=65_536)
def _key(name: str) -> str:
    key = name_key(name)
    return "" if key in NOT_STATED else key


@lru_cache(maxsize=65_536)
def _of_cpe(cpe: str) -> tuple[str, str] | None:
    """Vendor and product of a CPE name, formatted string (2.3) or URI (2.2) binding (NIST IR 7695, sections 6.1 and 6.2)."""
    parts = re.split(r"(?<!\\):", cpe)
    at = 3 if cpe.startswith("cpe:2.3:") else 2
    if not cpe.startswith(("cpe:2.3:", "cpe:/")) or len(parts) < at + 2:
        return None
    vendor, product = (_key(re.sub(r"\\(.)", r"\1", part).replace("_", " ")) for part in parts[at : at + 2])
    return (vendor, product) if product else None
