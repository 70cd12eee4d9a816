"""Which records name an install: the rule of names, apart from any verdict."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from urllib.parse import unquote

from wardround.core.advisories import Advisory
from wardround.core.matching._model import Named
from wardround.core.matching._windows import VENDOR, windows_of
from wardround.core.vocab import Install, name_key

Naming = Callable[[str], Mapping[str, Sequence[str]]]
"""Product key -> vendor key (empty: the record states no vendor) -> the CVEs whose records name that product of that vendor."""

Records = Callable[[Sequence[str]], Iterable[Advisory]]
"""CVE ids -> their records."""

_NOT_STATED = frozenset({"", "n/a", "-", "*", "unknown", "unspecified"})
Name = tuple[str, str]


def names(install: Install, *, naming: Naming, records: Records | None = None) -> Named | None:
    """The records that name an install; None when there are none, which is *not* a statement that it is not affected.

    Vendor and product must equal the record's, case and spacing aside; a CPE names them too, and so does a package URL
    where no vendor is stated. Without any vendor the product alone counts when a single vendor has it, and is ambiguous
    when several have. `records` lets a second spelling of one vendor inside the same record (its CPE, another container)
    not count as a second vendor.
    """
    if windows := windows_of(install):
        every = tuple(dict.fromkeys(cve for name in windows.names for cve in naming(name).get(VENDOR, ())))
        if every:
            return Named(windows.product, (VENDOR,), every)
    for vendor, product in _stated_names(install):
        if cves := naming(product).get(vendor):
            return Named(product, (vendor,), tuple(cves))
    product = key_of(install.product)
    if key_of(install.vendor) or not product:
        return None
    found = naming(product)
    every = tuple(dict.fromkeys(cve for vendor in sorted(found) for cve in found[vendor]))
    vendors: tuple[str, ...] = tuple(sorted(found))
    if len(vendors) > 1 and records:
        vendors = tuple(sorted(_owners(records(every), product))) or vendors
    return Named(product, vendors, every if len(vendors) > 1 else tuple(found.get(vendors[0], ()))) if vendors else None


def key_of(name: object) -> str:
    """A vendor's or product's name key; empty when it is not stated (`n/a`, `-`...)."""
    return _key(name) if isinstance(name, str) else ""


def names_of(affected: Mapping[str, object]) -> Iterator[Name]:
    """Vendor and product key of an `affected` object: as it states them, as its package is called, as its CPEs name them."""
    vendor = key_of(affected.get("vendor"))
    for key in ("product", "packageName"):
        if product := key_of(affected.get(key)):
            yield vendor, product
    cpes = affected.get("cpes")
    for cpe in cpes if isinstance(cpes, list) else ():
        if isinstance(cpe, str) and (name := _of_cpe(cpe)):
            yield name


def _owners(records: Iterable[Advisory], product: str) -> set[str]:
    """The vendors that records themselves give for a product, each by the first of its containers that names it; two are enough."""
    owners: set[str] = set()
    for record in records:
        for container in record.containers:
            own = {
                key_of(a.get("vendor"))
                for a in container.affected
                if isinstance(a, Mapping) and key_of(a.get("product")) == product
            }
            owners |= own
            if own:
                break
        if len(owners) > 1:
            break
    return owners


def _stated_names(install: Install) -> Iterator[Name]:
    """Vendor and product as the install states them, then as its CPE, and where it states no vendor its package URL, do."""
    product, vendor = key_of(install.product), key_of(install.vendor)
    if vendor and product:
        yield vendor, product
    if name := _of_cpe(install.cpe):
        yield name
        if product and not vendor:
            yield name[0], product
    if not vendor and (name := _of_purl(install.purl)):
        yield name


@lru_cache(maxsize=65_536)
def _key(name: str) -> str:
    key = name_key(name)
    return "" if key in _NOT_STATED else key


@lru_cache(maxsize=65_536)
def _of_cpe(cpe: str) -> Name | None:
    """Vendor and product of a CPE name, both bindings (NIST IR 7695, sections 6.1 and 6.2), underscores as spaces."""
    at = 3 if cpe.startswith("cpe:2.3:") else 2
    parts = re.split(r"(?<!\\):", cpe)
    if not cpe.startswith(("cpe:2.3:", "cpe:/")) or len(parts) < at + 2:
        return None
    vendor, product = (key_of(re.sub(r"\\(.)", r"\1", part).replace("_", " ")) for part in parts[at : at + 2])
    return (vendor, product) if vendor and product else None


def _of_purl(purl: str) -> Name | None:
    """Namespace and name of a package URL; None where it has no namespace."""
    path = purl.removeprefix("pkg:").split("?")[0].split("#")[0] if purl.startswith("pkg:") else ""
    parts = [unquote(part) for part in path.split("/") if part]
    if len(parts) < 3:
        return None
    vendor, product = key_of(" ".join(parts[1:-1])), key_of(parts[-1].split("@")[0])
    return (vendor, product) if vendor and product else None
