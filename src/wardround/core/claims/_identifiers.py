"""Package URLs and CPE names, as far as they name a product and its version."""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qs, unquote

from wardround.core.claims._distributions import table

_SCHEMES = {"apk": "apk", "cargo": "semver", "composer": "composer", "deb": "deb", "gem": "gem", "golang": "golang", "hex": "hex"}
_SCHEMES |= {"maven": "maven", "npm": "npm", "nuget": "nuget", "pub": "semver", "pypi": "pypi", "rpm": "rpm"}


@dataclass(frozen=True, slots=True)
class Package:
    """A package: its type, namespace, name and version (empty: every version). An rpm's version carries its epoch."""

    type: str
    vendor: str
    name: str
    version: str
    release: str = ""

    @property
    def scheme(self) -> str:
        """The version order of its type; empty: none is defined."""
        return _SCHEMES.get(self.type, "")

    @property
    def distribution(self) -> bool:
        """True for the package types of distributions."""
        return self.type in table()["packages"]


@lru_cache(maxsize=16_384)
def package_of(purl: str) -> Package | None:
    """What a package URL names (purl-spec: scheme:type/namespace/name@version?qualifiers#subpath); None: it is none."""
    if not purl.startswith("pkg:") or len(purl) > 4_000:
        return None
    head, _, query = purl[4:].split("#")[0].partition("?")
    kind, _, rest = head.strip("/").partition("/")
    at = rest.rfind("@")
    path, version = (rest[:at], rest[at + 1 :]) if at > rest.rfind("/") else (rest, "")
    parts = [unquote(part) for part in path.split("/") if part]
    if not kind or not parts:
        return None
    qualifiers = {key.casefold(): values[0] for key, values in parse_qs(query, max_num_fields=None).items()}
    epoch, number = qualifiers.get("epoch", ""), unquote(version)
    if kind.casefold() == "rpm" and epoch.isdigit() and number and ":" not in number:
        number = f"{epoch}:{number}"
    return Package(kind.casefold(), "/".join(parts[:-1]), parts[-1], number, qualifiers.get("distro", ""))


@lru_cache(maxsize=16_384)
def name_of_cpe(cpe: str) -> tuple[str, str, str]:
    """Vendor, product and version of a CPE name, both bindings (NIST IR 7695, sections 6.1 and 6.2); empty where it states none."""
    at = 3 if cpe.startswith("cpe:2.3:") else 2
    parts = [unquote(re.sub(r"\\(.)", r"\1", part)) for part in re.split(r"(?<!\\):", cpe)]
    if not cpe.startswith(("cpe:2.3:", "cpe:/")) or len(parts) < at + 2:
        return "", "", ""
    vendor, product, version = (["" if p in ("*", "-") else p for p in parts[at : at + 3]] + ["", ""])[:3]
    return vendor.replace("_", " "), product.replace("_", " "), version
