"""Package URLs by the rules of their types (package-url/purl-spec)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any
from urllib.parse import quote

from packageurl import PackageURL

from wardround.core.vocab import BadInput

_LONGEST = 4000
_HALF = re.compile("[\ud800-\udfff]")
_PLAIN = re.compile(r"pkg:([a-z]+)/((?:[A-Za-z0-9._-]+/)*)([A-Za-z0-9._-]+)(?:@([A-Za-z0-9._+~-]+))?", re.ASCII)
_AS_WRITTEN = frozenset({"cargo", "conda", "deb", "gem", "generic", "golang", "maven", "nuget", "rpm"})
"""Types whose plain package URLs (nothing to decode, no qualifiers) are read as they stand: no rule of theirs changes a letter."""

_DO = "write it like pkg:npm/%40scope/name@1.2.3"


@dataclass(frozen=True, slots=True)
class Purl:
    """One package URL, its parts normalised as its type asks. Empty text: not stated. `qualifiers` are in order of their keys."""

    type: str
    namespace: str
    name: str
    version: str = ""
    qualifiers: tuple[tuple[str, str], ...] = ()
    subpath: str = ""

    @classmethod
    def read(cls, text: str) -> "Purl":
        """The package URL that a text states. Raises BadInput for one that its type does not allow."""
        return _read(text)

    @classmethod
    def build(cls, parts: Mapping[str, Any]) -> "Purl":
        """A package URL of its parts: type, namespace, name, version, qualifiers, subpath. Raises BadInput likewise."""
        try:
            return _checked(PackageURL(**parts))
        except (ValueError, TypeError) as error:
            raise BadInput(f"no package URL: {error}", where="package URL", do=_DO) from None

    def __str__(self) -> str:
        """The canonical text."""
        path = [self.type, *(s for s in self.namespace.split("/") if s), *self.name.split("/")]
        text = "pkg:" + "/".join(map(_quoted, path))
        text += f"@{_quoted(self.version)}" if self.version else ""
        text += "?" + "&".join(f"{key}={_quoted(value)}" for key, value in self.qualifiers) if self.qualifiers else ""
        return text + ("#" + "/".join(map(_quoted, self.subpath.split("/"))) if self.subpath else "")

    def qualifier(self, key: str) -> str:
        """The value of a qualifier; empty: not stated."""
        return dict(self.qualifiers).get(key, "")

    @property
    def package(self) -> str:
        """The package as its ecosystem writes it: `org.apache.commons:commons-compress`, `@angular/core`, `debian/openssl`."""
        return f"{self.namespace}{':' if self.type == 'maven' else '/'}{self.name}" if self.namespace else self.name


def release_of(purl: Purl) -> str:
    """The release whose package it is (`debian:11`, `ubuntu:22.04`, `redhat:8`, `alpine:3.19`); without its `distro`, only whose.

    Empty for a package of no distribution. Of Red Hat and of Debian the major number says which release it is.
    """
    if purl.type not in distributions() or not purl.namespace:
        return ""
    whose = purl.namespace.split("/")[0].casefold()
    number = re.search(r"\d+(?:\.\d+)*", purl.qualifier("distro"))
    if not number:
        return whose
    digits = number[0].split(".")
    return f"{whose}:{digits[0] if whose in ('redhat', 'debian', 'rocky', 'almalinux', 'centos') else '.'.join(digits[:2])}"


def without_version(text: str) -> str:
    """A package URL with nothing to decode, without its version: all versions of a package share it. Others as they stand."""
    plain = _PLAIN.fullmatch(text) if len(text) <= _LONGEST else None
    return text[: plain.start(4) - 1] if plain and plain[4] else text


@cache
def languages() -> frozenset[str]:
    """The types whose packages come from a programming language's own registry."""
    return frozenset(_table("ecosystems")["languages"])


@cache
def distributions() -> frozenset[str]:
    """The types whose packages are built by a distribution."""
    return frozenset(_table("ecosystems")["distributions"])


def ecosystem_of(collection: str) -> str:
    """The type of the packages of a collection (`collectionURL` of a CVE record); empty: not known."""
    host = re.sub(r"^[a-z]+://", "", collection.strip().casefold()).split("/")[0].split("?")[0]
    known: Mapping[str, str] = _table("ecosystems")["collections"]
    return known.get(host) or known.get(host.removeprefix("www."), "")


def snyk_ecosystem(language: str) -> str:
    """The type of the packages of a language as Snyk's identifiers write it (`PYTHON`); empty: of none."""
    return str(_table("ecosystems")["snyk"].get(language, ""))


def ecosystem_in(software: str) -> str:
    """The type of the packages that run in a software (`target_sw` of a CPE); empty: not known."""
    return str(_table("ecosystems")["software"].get(software, ""))


@lru_cache(maxsize=65_536)
def _read(text: str) -> Purl:
    if len(text) > _LONGEST or _HALF.search(text):
        raise BadInput(f"a package URL of {len(text):,} characters, or of half ones", where="package URL", do=_DO)
    if (plain := _PLAIN.fullmatch(text)) and plain[1] in _AS_WRITTEN:
        return Purl(plain[1], plain[2].rstrip("/"), plain[3], plain[4] or "")
    path, at, version = text.split("#")[0].split("?")[0].rpartition("@")
    if at and path.endswith("/") and "/" not in version:
        raise BadInput(f"{text[:80]!r} has no name", where="package URL", do=_DO)
    try:
        return _checked(PackageURL.from_string(text))
    except (ValueError, TypeError) as error:
        raise BadInput(f"{text[:80]!r} is no package URL: {error}", where="package URL", do=_DO) from None


def _checked(purl: PackageURL) -> Purl:
    rules: Mapping[str, Any] = _table("purl-types")["types"].get(purl.type, {})
    parts = {key: str(getattr(purl, key) or "") for key in ("type", "namespace", "name", "version", "subpath")}
    if rules.get("host") and "/" in parts["namespace"]:
        parts["namespace"], _, between = parts["namespace"].partition("/")
        parts["name"] = f"{between}/{parts['name']}"
    for key in rules.get("lower", ()):
        parts[key] = parts[key].lower()
    qualifiers: Mapping[str, str] = purl.qualifiers if isinstance(purl.qualifiers, dict) else {}
    if rules.get("namespace") == ("none" if parts["namespace"] else "required"):
        raise BadInput(
            f"a {purl.type} package URL has {'no' if parts['namespace'] else 'a'} namespace", where="package URL", do=_DO
        )
    for key in ("name", "version"):
        if parts[key] and key in rules and not re.fullmatch(rules[key], parts[key]):
            raise BadInput(f"{parts[key][:60]!r} is no {key} of a {purl.type} package", where="package URL", do=_DO)
    if missing := [key for key in rules.get("qualifiers", ()) if not qualifiers.get(key)]:
        raise BadInput(f"a {purl.type} package URL has the qualifier {missing[0]}", where="package URL", do=_DO)
    return Purl(**parts, qualifiers=tuple(sorted(qualifiers.items())))


def _quoted(part: str) -> str:
    """Percent-encoded but for letters, digits, `.-_~` and the colon."""
    return quote(part, safe=":")


@cache
def _table(name: str) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(resources.files(__package__).joinpath(f"tables/{name}.json").read_text("utf-8"))
    return table
