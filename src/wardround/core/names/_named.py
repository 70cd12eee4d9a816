"""The names of one thing: of an object of a record, of a package URL."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from wardround.core.names._gist import gist
from wardround.core.names._keys import Name, key_of, name_of_cpe, software_of_cpe
from wardround.core.names._product import without_marks, without_tagline
from wardround.core.names._purl import Purl, ecosystem_in, ecosystem_of, languages, release_of, snyk_ecosystem
from wardround.core.vocab import BadInput

ECOSYSTEM = "pkg:"
"""How the vendor key of a package begins whose ecosystem is known: `pkg:npm`."""

_OWNED = frozenset({"github", "bitbucket", "gitlab", "golang", "swift"})
_MAJOR = re.compile(r"v[1-9]\d*", re.ASCII)
_JENKINS = frozenset({"org.jenkins-ci.plugins", "io.jenkins.plugins"})
"""Where Jenkins' plugins are published; its records call `script-security` of these Jenkins Script Security Plugin."""

_HOSTS = frozenset({"github.com", "gitlab.com", "bitbucket.org"})
_REPOSITORY = re.compile(r"https?://(?:www\.)?(?:github|gitlab)\.com/([\w.-]+)/([\w.-]+?)(?:\.git)?/?", re.ASCII)
_GO_MODULE = re.compile(r"(?:github\.com|gitlab\.com|bitbucket\.org)(?:/[\w.-]+){2,5}", re.ASCII)
"""What is written so is the path of a Go module, whether or not the object says of which collection."""

_SNYK = re.compile(r"https?://(?:security\.)?snyk\.io/vuln/SNYK-([A-Z]+)-([A-Z0-9]+)-\d+", re.ASCII)
COMPUTERS = r" for (?:microsoft )?(windows|macos|mac os x|mac os|mac|linux)"
"""How names of programs say which system they are for, as a pattern; phones' systems are apart."""

_FOR = re.compile(rf"{COMPUTERS[:-1]}|android|ios)$", re.ASCII | re.IGNORECASE)
_NO_LETTERS = re.compile(r"[^a-z0-9]+", re.ASCII)
_NOTHING: Mapping[str, str] = {}


def told_by(references: Iterable[str]) -> Mapping[str, str]:
    """The ecosystems that Snyk's own addresses state (`SNYK-PYTHON-PYDASH-5916518`), by the letters of the package's name.

    Its records name packages without a vendor or a collection; the address of the finding says which registry's they are.
    """
    found = {m[2]: kind for url in references if (m := _SNYK.match(url)) and (kind := snyk_ecosystem(m[1]))}
    return found or _NOTHING


def names_of(affected: Mapping[str, object], *, told: Mapping[str, str] = _NOTHING) -> Iterator[Name]:
    """Vendor and product key of an `affected` object: as it states them, as its package is called, as its CPEs name them.

    A package whose ecosystem the object states (`collectionURL`, or the software in its CPE) has that for a vendor too, and
    one without a vendor that which its record's references tell (`told_by`). A product that is the address of a repository
    is its name and its owner's; one with trade marks, a stop, or a list of what it does behind it, is called so without them
    too, and one for the system that it is narrowed to without that; and every one by its gist, where that is another name.
    """
    vendor = key_of(affected.get("vendor"))
    stated = [product for key in ("product", "packageName") if (product := key_of(affected.get(key)))]
    for product in stated:
        yield vendor, product
        if (short := without_tagline(without_marks(product)).rstrip(". ")) not in (product, ""):
            yield vendor, short
        if vendor:
            alone = _without_system(product, affected)
            yield from {(vendor, name) for name in (alone, gist(vendor, product), gist(vendor, alone)) if name not in (product, "")}
        if told and not vendor and (kind := told.get(_NO_LETTERS.sub("", product).upper())):
            yield ECOSYSTEM + kind, _as_package(kind, product)
        if product.startswith("http") and (found := _REPOSITORY.fullmatch(product)):
            yield found[1], found[2]
        if "-" in product and " " not in product and "/" not in product:
            yield vendor, product.replace("-", " ")  # a repository's name has no spaces
        if _GO_MODULE.fullmatch(product):
            yield ECOSYSTEM + "golang", product
    collection = affected.get("collectionURL")
    if isinstance(collection, str) and (ecosystem := ecosystem_of(collection)):
        for product in stated:
            yield ECOSYSTEM + ecosystem, _as_package(ecosystem, product)
            if ecosystem == "golang" and "/" in vendor and product.startswith(f"{vendor}/"):
                yield ECOSYSTEM + ecosystem, vendor  # a package of that module, which inventories name
    url = affected.get("packageURL")
    if isinstance(url, str):
        yield from names_of_purl(url)
    cpes = affected.get("cpes")
    for cpe in cpes if isinstance(cpes, list) else ():
        if isinstance(cpe, str) and (name := name_of_cpe(cpe)):
            yield name
            if (software := software_of_cpe(cpe)) and (ecosystem := ecosystem_in(software)):
                yield ECOSYSTEM + ecosystem, _as_package(ecosystem, name[1])


def for_system(product: str) -> tuple[str, str]:
    """A product's name without the system that it is for, and that system as a key; empty where it says none."""
    found = _FOR.search(product) if " for " in product else None
    return (product[: found.start()], found[1].casefold()) if found else (product, "")


def _without_system(product: str, affected: Mapping[str, object]) -> str:
    """A product's name without the system that it is for, where the object's platforms narrow it to that one anyway."""
    alone, system = for_system(product)
    platforms = affected.get("platforms")
    return alone if system and isinstance(platforms, list) and [key_of(one) for one in platforms] == [system] else product


@lru_cache(maxsize=65_536)
def names_of_purl(purl: str) -> tuple[Name, ...]:
    """What records may call the package of a package URL, the surest first; nothing for what is none.

    Its ecosystem and the package as that writes it; then whose it is: the owner of its repository, or its namespace.
    """
    try:
        read = Purl.read(purl)
    except BadInput:
        return ()
    found = [(ECOSYSTEM + read.type, _as_package(read.type, key_of(read.package)))]
    if not read.namespace:
        return tuple(found)
    segments = read.namespace.split("/")
    if read.type in _OWNED:
        owner, name = [s for s in segments if s not in _HOSTS], read.name
        if read.type == "golang" and len(owner) == 2 and _MAJOR.fullmatch(name):
            owner, name = owner[:1], owner[1]  # the path of a later major version ends with it
        if len(owner) == 1:
            found.append((key_of(owner[0]), key_of(name)))
            if "github" in (read.type, segments[0].removesuffix(".com")):
                found.append((ECOSYSTEM + "github", key_of(f"{owner[0]}/{name}")))
    else:
        found.append((key_of(" ".join(segments)), key_of(read.name)))
        if read.namespace in _JENKINS:
            found.append(("jenkins project", f"jenkins {key_of(read.name.replace('-', ' ').replace('_', ' '))} plugin"))
    if ":" in read.package or read.package.startswith("@"):
        found.append(("", key_of(read.package)))
    return tuple(dict.fromkeys(name for name in found if name[1]))


@lru_cache(maxsize=65_536)
def scheme_of_purl(purl: str) -> tuple[str, str]:
    """The type of a package URL and the release whose package it is (`deb`, `debian:11`); empty where it states none."""
    try:
        read = Purl.read(purl)
    except BadInput:
        return "", ""
    return read.type, release_of(read)


@lru_cache(maxsize=65_536)
def language_of_purl(purl: str) -> str:
    """The programming language's registry that a package URL is of (`npm`, `pypi`); empty: of none."""
    kind = purl.removeprefix("pkg:").lstrip("/").split("/")[0].casefold() if purl.startswith("pkg:") else ""
    return kind if kind in languages() else ""


def _as_package(ecosystem: str, name: str) -> str:
    """A package's name by which two spellings are one: PyPI's does not tell `_`, `.` and `-` apart; a CPE has no hyphens."""
    return name.replace("_", "-").replace(".", "-").replace(" ", "-") if ecosystem == "pypi" else name
