"""A distribution's package as inventories state it: whose, of which release, and the source package it is built from.

Its maintainers mend old versions without raising their number, so only the distribution's own word decides (FACTS 9).
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from wardround.core.names import Purl
from wardround.core.vocab import BadInput, Install, name_key

_NUMBER = re.compile(r"(?<![\d.])v?(\d{1,2}(?:\.\d{1,2}){0,2})(?![\d.])", re.ASCII)
_DEBIAN = re.compile(r"[+~](?:deb|bpo)(\d{1,2})(?:u\d+|\+\d+)?(?:[+~]b?\d+)?$", re.ASCII)
_UBUNTU = re.compile(r"ubuntu[\d.]*?[.~](\d\d\.(?:04|10))(?:\.\d+)*", re.ASCII)
_REDHAT = re.compile(r"\.el(\d{1,2})(?:_(\d{1,2}))?(?![\d_])", re.ASCII)
_ENTERPRISE = re.compile(r"red hat enterprise linux (\d{1,2}(?:\.\d{1,2})?)(?![\w.])", re.ASCII)
_SOURCE_RPM = re.compile(r"(?P<name>.+)-(?P<version>[^-]+-[^-]+)\.src\.rpm", re.ASCII)
_DEB = re.compile(
    r"[+~](?:deb|bpo)\d|-\d[\w.+~]*ubuntu\d|ubuntu[ -]\d"
    r"|-\d+-(?:generic|lowlatency|aws|azure|gcp|gke|kvm|oem|oracle|raspi|(?:cloud-|rt-)?(?:amd64|arm64|686(?:-pae)?))$",
    re.ASCII,
)
_RPM = re.compile(r"-\d[\w.+~^]*\.(?:el|fc|amzn|module[+_]el)\d|-\d[\w.]*-default$", re.ASCII)
_LONGEST = 400
_OF_DISTRIBUTIONS = ("pkg:deb/", "pkg:rpm/", "pkg:apk/")
_OTHER_VENDORS = frozenset({"amazon", "oracle", "red hat", "suse"})


@dataclass(frozen=True, slots=True)
class Package:
    """One package of a distribution. `distribution` is `debian:11`, or `debian` where the release is not known.

    `version` is the package's own; `source` is the source package (empty: not stated), with its version where that differs.
    """

    name: str
    version: str
    scheme: str
    distribution: str
    source: str = ""
    source_version: str = ""

    @property
    def vendor(self) -> str:
        """The distribution without its release."""
        return self.distribution.partition(":")[0]

    @property
    def names(self) -> tuple[str, ...]:
        """The name keys under which the distribution can speak of it: its source package first."""
        return tuple(dict.fromkeys(name for name in (self.source, self.name) if name))

    def version_of(self, name: str) -> str:
        """The version to hold against what is said of one of the names."""
        return self.source_version if name == self.source and self.source_version else self.version


def package_of(install: Install) -> Package | None:
    """The distribution's package that an install is, or None: it is none, or nobody says whose.

    From its package URL (qualifiers `distro`, `upstream`, `epoch`), else from its scheme with the columns that name a
    system, else from what its version's own ending says for certain (`deb11u3`, `0ubuntu0.22.04.1`; `el8_6` with a vendor).
    """
    scheme = scheme_stated(install)
    if not install.purl.startswith(_OF_DISTRIBUTIONS) and scheme not in _families():
        return None
    columns = tuple(sorted(_columns(install.extra))) if install.extra else ()
    return _package(install.purl, scheme, install.product, install.version.strip(), install.vendor, columns)


def may_be_package(install: Install) -> bool:
    """False for what `package_of` takes for no distribution's package whatever its version is."""
    return install.purl.startswith(_OF_DISTRIBUTIONS) or scheme_stated(install) in _families()


def scheme_stated(install: Install) -> str:
    """The version scheme that an install states, else the one that its version's own form gives away; empty: neither.

    `2.4.57-1ubuntu4.7` and the kernel's `5.15.0-91-generic` are of a distribution whoever names them: held against the
    upstream project's versions they would be called mended, or affected, for no reason.
    """
    return name_key(install.scheme) or ("" if install.purl else scheme_of_ending(install.version))


@lru_cache(maxsize=65_536)
def scheme_of_ending(version: str) -> str:
    """`deb` or `rpm` for a version that ends as those of a distribution's packages do; else empty."""
    text = version.strip().casefold()[:_LONGEST]
    return "deb" if _DEB.search(text) else "rpm" if _RPM.search(text) else ""


def vendors_of(distribution: str) -> tuple[str, ...]:
    """The vendor keys under which records and feeds speak of a distribution's packages."""
    known = _table()["distributions"].get(distribution.partition(":")[0])
    return tuple(known["vendors"]) if known else (distribution.partition(":")[0],)


@cache
def distributors() -> frozenset[str]:
    """The vendor keys of distributions, but for those that are vendors of much else."""
    return frozenset(vendor for whose in _table()["distributions"] for vendor in vendors_of(whose)) - _OTHER_VENDORS


def family_of(scheme: str) -> frozenset[str]:
    """All the names of one distribution's version order: deb, dpkg and debian are one."""
    return frozenset(_table()["schemes"].get(_families().get(scheme, ""), [scheme]))


def release_of(product: str) -> str:
    """`redhat:8.6` for what a record calls its product, `Red Hat Enterprise Linux 8.6 Extended Update Support`; else empty."""
    found = _ENTERPRISE.match(name_key(product))
    return f"redhat:{found[1]}" if found else ""


@lru_cache(maxsize=65_536)
def _package(
    purl: str, scheme: str, product: str, version: str, vendor: str, columns: tuple[tuple[str, str], ...]
) -> Package | None:
    stated, named = dict(columns), _purl(purl)
    if named:
        scheme = named.type
    scheme = _families().get(scheme, scheme)
    qualifiers = dict(named.qualifiers) if named else {}
    version = version or (named.version if named else "")
    if scheme == "rpm" and (epoch := qualifiers.get("epoch", "")).isdigit() and version and ":" not in version:
        version = f"{epoch}:{version}"
    distribution = _distribution_of(scheme, version, vendor, named, qualifiers, stated)
    if not distribution:
        return None
    source, source_version = _source(qualifiers.get("upstream", "") or stated.get("source", ""), scheme)
    name = name_key(named.name if named else product)
    return Package(name, version, scheme, distribution, name_key(source), source_version)


def _distribution_of(
    scheme: str, version: str, vendor: str, purl: Purl | None, qualifiers: Mapping[str, str], stated: Mapping[str, str]
) -> str:
    """The release, by the most certain word: the package URL's, the columns', then the version's own ending."""
    system = f"{stated.get('system', '')} {stated.get('release', '')}"
    texts = [qualifiers.get("distro", ""), f"{stated.get('distribution', '')} {stated.get('release', '')}", system]
    whose = _whose(purl.namespace) if purl else ""
    words = (*(_distribution(text).partition(":")[0] for text in texts), _whose(vendor))
    whose = whose or next((word for word in words if word and _scheme(word) == scheme), "")
    ending = _ending(scheme, version, whose)
    if not whose or _scheme(whose) != scheme:
        return ending
    # Red Hat mends its minor releases apart, and the ending names the one for which a package was built.
    minor = ending if whose == "redhat" and "." in ending else ""
    return minor or _first(whose, texts) or ending or whose


def _first(whose: str, texts: list[str]) -> str:
    """The first text that names a release of this distribution."""
    for text in texts:
        found = _distribution(text) or _distribution(f"{whose} {text}")
        if found.startswith(f"{whose}:"):
            return found
    return ""


def _ending(scheme: str, version: str, whose: str) -> str:
    """The release that a version's own ending states for certain."""
    if scheme == "deb" and whose in ("", "ubuntu") and (found := _UBUNTU.search(version)):
        return f"ubuntu:{found[1]}"
    if scheme == "deb" and whose in ("", "debian") and "ubuntu" not in version and (found := _DEBIAN.search(version)):
        return f"debian:{found[1]}"
    if scheme == "rpm" and whose == "redhat" and (found := _REDHAT.search(version)):
        return f"redhat:{found[1]}.{found[2]}" if found[2] else f"redhat:{found[1]}"
    return ""


@lru_cache(maxsize=16_384)
def _distribution(text: str) -> str:
    """`debian:11` for `debian-11`, `bullseye`, `Debian GNU/Linux 11 (bullseye)`; `debian` without a release; else empty."""
    flat = name_key(text[:_LONGEST])
    for whose, names in _table()["names"].items():
        for name, number in names.items():
            if re.search(rf"(?<![a-z]){name}(?![a-z])", flat):
                return f"{whose}:{number}"
    whose = _whose(flat)
    number = _NUMBER.search(flat.replace("_", " ").replace("-", " ").replace("el", "el ")) if whose else None
    return f"{whose}:{_release(whose, number[1])}" if number else whose


def _release(whose: str, number: str) -> str:
    """A release's number without the parts that are no releases: Debian 11.6 is 11, Alpine 3.19.1 is 3.19."""
    parts = number.split(".")
    return ".".join(parts[:1] if whose == "debian" else parts[:2])


@lru_cache(maxsize=16_384)
def _whose(text: str) -> str:
    """The distribution that a text begins with, or whose release it names; empty: none."""
    flat = name_key(text[:_LONGEST])
    for whose, row in _table()["distributions"].items():
        if any(re.match(rf"{re.escape(word)}(?![a-z])", flat) for word in row["words"]):
            return str(whose)
    return next((str(w) for w, names in _table()["names"].items() if flat in names), "")


def _scheme(whose: str) -> str:
    row = _table()["distributions"].get(whose)
    return str(row["scheme"]) if row else ""


def _source(stated: str, scheme: str) -> tuple[str, str]:
    """Name and version of a source package: `openssl`, `openssl@1.1.1n-0`, `openssl (1.1.1n-0)`, `openssl-1.1.1k-6.el8.src.rpm`."""
    text = stated.strip()[:_LONGEST]
    if found := _SOURCE_RPM.fullmatch(text):
        return found["name"], found["version"]
    name, _, version = text.replace(" (", "@").rstrip(")").partition("@")
    if not re.fullmatch(r"[A-Za-z0-9][\w.+-]*", name, re.ASCII):
        return "", ""
    return name, version.strip() if scheme != "rpm" or ":" in version else ""


@lru_cache(maxsize=16_384)
def _purl(text: str) -> Purl | None:
    if not text.startswith("pkg:"):
        return None
    try:
        return Purl.read(text)
    except BadInput:
        return None


def _columns(extra: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    names, seen = _column_names(), set()
    for column, value in extra.items():
        kind = names.get(name_key(column))
        if kind and kind not in seen and isinstance(value, str) and value.strip():
            seen.add(kind)
            yield kind, value.strip()


@cache
def _column_names() -> Mapping[str, str]:
    return {name: kind for kind, names in _table()["columns"].items() for name in names}


@cache
def _families() -> Mapping[str, str]:
    return {name: scheme for scheme, names in _table()["schemes"].items() for name in names}


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(resources.files(__package__).joinpath("tables/packages.json").read_text("utf-8"))
    return table
