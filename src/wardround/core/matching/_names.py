"""Which records name an install: the rule of names, apart from any verdict."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from wardround.core.matching._model import Named
from wardround.core.vocab import Install, name_key

Naming = Callable[[str], Mapping[str, Sequence[str]]]
"""Product key -> vendor key -> the CVEs whose records name that product of that vendor."""


def names(install: Install, *, naming: Naming) -> Named | None:
    """The records that name an install; None when there are none, which is *not* a statement that it is not affected.

    Vendor and product must equal the record's, case and spacing aside. Without a vendor the names in its CPE and package
    URL are tried; then the product alone counts when a single vendor has it, and is ambiguous when several have.
    """
    for vendor, product in _candidates(install):
        if cves := naming(product).get(vendor):
            return Named(product, (vendor,), tuple(cves))
    if install.vendor.strip():
        return None
    product = name_key(install.product)
    found = naming(product)
    vendors = tuple(sorted(found))
    if not vendors:
        return None
    return Named(product, vendors, tuple(dict.fromkeys(cve for vendor in vendors for cve in found[vendor])))


def _candidates(install: Install) -> Iterator[tuple[str, str]]:
    """Vendor and product as the install states them, else as its CPE and its package URL do."""
    product = name_key(install.product)
    if install.vendor.strip():
        yield name_key(install.vendor), product
        return
    if cpe := _cpe_names(install.cpe):
        yield cpe
        yield cpe[0], product
    if purl := _purl_names(install.purl):
        yield purl
        yield purl[0], product


def _cpe_names(cpe: str) -> tuple[str, str] | None:
    """Vendor and product of a CPE 2.3 formatted string or 2.2 URI, as name keys (underscores are spaces)."""
    rest = cpe.removeprefix("cpe:2.3:") if cpe.startswith("cpe:2.3:") else cpe.removeprefix("cpe:/")
    parts = rest.replace("\\:", "\0").split(":")
    if len(parts) < 3 or rest == cpe:
        return None
    vendor, product = (name_key(p.replace("\\", "").replace("\0", ":").replace("_", " ")) for p in parts[1:3])
    return (vendor, product) if vendor not in ("", "*", "-") and product not in ("", "*", "-") else None


def _purl_names(purl: str) -> tuple[str, str] | None:
    """Namespace and name of a package URL, as name keys; None without a namespace."""
    from urllib.parse import unquote

    path = purl.removeprefix("pkg:").split("?")[0].split("#")[0].rsplit("@", 1)[0] if purl.startswith("pkg:") else ""
    parts = [unquote(p) for p in path.split("/") if p]
    return (name_key(parts[-2]), name_key(parts[-1])) if len(parts) > 2 else None
