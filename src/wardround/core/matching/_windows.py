"""Windows as inventories state it: which releases it can be, and its build with the update revision that decides.

`Windows 10 Enterprise`, `10.0.19045 Build 4412`, `22H2` with a column `UBR`... all become a release as Microsoft's records
name it and a version `10.0.19045.4412`. Where only installed updates are known the version reads `10.0.19045.4412 or later`.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from wardround.core.vocab import Install, name_key

VENDOR = "microsoft"
OR_LATER = " or later"
BETWEEN = " | "
"""Stands between the releases that a product can be, when the inventory leaves more than one."""

_NAMED = re.compile("windows|hyper-v", re.IGNORECASE)
_LARGEST_REVISION = 65_535
_FAMILY = re.compile(
    r"windows(?: (?P<family>server (?:2008 r2|2012 r2|2008|2012|2016|2019|2022|2025)|server|8\.1|10|11|8|7)(?![\w.]))?"
)
_LABEL = re.compile(r"(?<![\w.])(?:version |v)?(\d\dh[12]|1507|1511|1607|1703|1709|1803|1809|1903|1909|2004)(?![\w.])")
_LONG_TERM = re.compile(r"(?<!\w)(?:(20\d\d) )?lts[bc](?: (20\d\d))?(?!\w)")
_CORE = re.compile(r"(?<!\w)(?:server )?core installation(?!\w)|(?<!\w)server core(?!\w)")
_SERVICE_PACK = re.compile(r"(?<!\w)(?:service pack|sp) ?\d(?!\w)")
_BUILD = re.compile(
    r"(?<![\w.])(?:(?:10\.0|6\.[0-3])[ .]+(?:build )?(?P<after>\d{4,5})|(?:build )?(?P<alone>[12]\d{4}|9600|9200|760[01]|600[0-3]))"
    r"(?:(?:\.| +(?:build|revision|rev|ubr) )(?P<revision>\d{1,9}))?(?![\w.])"
)
_KERNEL = re.compile(r"(?<![\w.])(?:10\.0|6\.[0-3])(?![\w.])")
_WORD = re.compile(r"[a-z]{2,}", re.ASCII)
_UPDATE = re.compile(r"(?<!\d)(?:kb)?(\d{6,7})(?!\d)")


@dataclass(frozen=True, slots=True)
class Release:
    """One release of Windows. `names` are the name keys of the products that records call it, the first one ours.

    `core` are those of its Server Core installation; `families` the words for it without a feature version.
    """

    kind: str
    families: tuple[str, ...]
    label: str
    build: int
    names: tuple[str, ...]
    core: tuple[str, ...]

    @property
    def general(self) -> tuple[str, ...]:
        """What it is called where the feature version is left out (`windows 10`), and in CPE names (`windows_10_22h2`)."""
        written = f"{self.families[0]} {self.label}" if self.kind == "client" else self.families[0]
        return (written.strip().replace(" ", "_"), *(self.families if self.kind == "client" else ()))


@dataclass(frozen=True, slots=True)
class Windows:
    """What an install says of its Windows: the releases it can be (name keys), whether Server Core, version, architecture."""

    product: str
    version: str
    platform: str

    @property
    def names(self) -> tuple[str, ...]:
        """The name keys under which records can speak of it."""
        found = [release for release, _ in releases_of(self.product) or ()]
        return tuple(dict.fromkeys(name for r in found for name in (*r.names, *r.core, *r.general)))


def windows_of(install: Install) -> Windows | None:
    """The Windows that an install is, or None when it is something else (or nobody can tell which release it could be)."""
    if not _NAMED.search(install.product) and ":microsoft:windows" not in install.cpe:
        return None
    if install.purl or name_key(install.vendor) not in _table()["vendors"]:
        return None
    columns = _columns(install.extra) if install.extra else ()
    return _windows(install.product, install.version, install.cpe, columns)


def releases_of(product: str) -> tuple[tuple[Release, bool], ...] | None:
    """The releases that a product key stands for, each with whether Server Core is meant; None when it is no Windows."""
    return _releases_of(product) if product.startswith("windows") else None


def same_revisions(one: int, other: int) -> bool:
    """True for builds that get the same update revisions: 19041 to 19045, 22621 and 22631..."""
    return one == other or (_line_of(one) is not None and _line_of(one) == _line_of(other))


@lru_cache(maxsize=16_384)
def update_since(build: int, day: str) -> tuple[int, str, str] | None:
    """The first update that we know of for a build, released on a day (`2024-05-14`) or later: revision, KB, its own day."""
    rows = ((row["released"], kb, rev) for kb, row in _update_rows() for of, rev in row["builds"].items() if int(of) == build)
    first = min((row for row in rows if row[0] >= day), default=None)
    return (first[2], first[1], first[0]) if first else None


@dataclass(frozen=True, slots=True)
class _Words:
    """A product's name, read: the family it states, the feature version, Server Core, and the rest that may hold a build."""

    family: str
    label: str
    core: bool
    rest: str


@lru_cache(maxsize=65_536)
def _windows(product: str, version: str, cpe: str, columns: tuple[tuple[str, str], ...]) -> Windows | None:
    named_cpe = _of_cpe(cpe)
    words = _words(product) or (_words(named_cpe[0]) if named_cpe and not product.strip() else None)
    if words is None:
        return None
    stated = dict(columns)
    texts = [version or (named_cpe[1] if named_cpe else ""), stated.get("build", ""), stated.get("version", ""), words.rest]
    build, revision = _build(texts)
    if revision is None and build:
        revision = _revision(stated.get("revision", ""))
    label = _label([words.label, version, stated.get("label", "")])
    core = words.core or name_key(stated.get("installation", "")) in ("server core", "core")
    found = _candidates(words.family, label, build, core=core)
    if not found:
        return None
    build = build or (found[0].build if len(found) == 1 else None)
    names = BETWEEN.join(r.core[0] if core and r.core else r.names[0] for r in found)
    architecture: str = _table()["architectures"].get(name_key(stated.get("architecture", "")), "")
    return Windows(names, _version(build, revision, stated.get("updates", "")), architecture)


def _version(build: int | None, revision: int | None, updates: str) -> str:
    """`10.0.19045.4412`; without a revision what the installed updates show, else the build alone; empty without a build."""
    if build is None:
        return ""
    whole = f"{_kernel(build)}.{build}"
    if revision is not None:
        return f"{whole}.{revision}"
    listed = updates.casefold()
    if not set(_WORD.findall(_UPDATE.sub(" ", listed))) <= set(_table()["beside_updates"]):
        return whole  # `failed`, `rolled back`, `superseded`: what nobody reviewed may say that it is not installed
    shown = [rev for kb in _UPDATE.findall(listed) for rev in _brings(kb, build)]
    return f"{whole}.{max(shown)}{OR_LATER}" if shown else whole


def _brings(update: str, build: int) -> Iterable[int]:
    """The revision to which an update brings a build, where both are known."""
    return (rev for of, rev in _updates().get(int(update), {}).items() if same_revisions(of, build))


def _candidates(family: str, label: str, build: int | None, *, core: bool) -> list[Release]:
    """The releases that words and build leave. A client's build decides over its name: Windows 11 often calls itself Windows 10.

    Where a name that states one release and the build contradict each other, both stay, and both have to agree.
    """
    kind = "" if not family and not core else "server" if core or family.startswith("windows server") else "client"
    every = [release for release in _releases() if not kind or release.kind == kind]
    here = [release for release in every if family in release.families and (not label or release.label == label)]
    if not label:
        here = [release for release in here if release.families[0] == family]
    if build is None:
        return here
    built = [release for release in every if release.build == build]
    if not family or family == "windows server":
        return built
    if kind == "client" and not label:
        return built
    if same := [release for release in here if same_revisions(release.build, build)]:
        return same
    return [*here, *built]


def _words(text: str) -> _Words | None:
    """A product's name read word by word; None unless every word is known: `Windows Defender` is no Windows."""
    flat = re.sub(r"\((?:r|tm)\)|[®™©]", "", text.casefold())
    flat = " ".join(re.sub(r"[,()\[\]/_;:]", " ", flat).split()).removeprefix("microsoft ")
    flat = re.sub(r"^windows server 2022 23h2(?: edition)?", "windows server 23h2", flat.replace("windows nt", "windows"))
    flat = re.sub(r"^(?:windows )?(?:storage|multipoint) server(?= 20\d\d)", "windows server", flat)
    flat = re.sub(r"^(?:windows )?hyper-v server(?= 20\d\d)", "windows server core", flat)
    flat = re.sub(r"^windows server core (20\d\d(?: r2)?)", r"windows server \1 server core", flat)
    flat = re.sub(r"^windows(server)?(?=(?:\d{1,2}|20\d\d)(?:$| ))", r"windows \1 ", flat).replace("  ", " ")
    if len(flat) > 200 or not (found := _FAMILY.match(flat)) or flat[found.end() :][:1] not in ("", " "):
        return None
    rest = flat[found.end() :]
    family = f"windows {found['family']}" if found["family"] else ""
    server = family.startswith("windows server") or not family
    core = bool(server and _CORE.search(rest)) or (server and bool(re.search(r"(?<!\w)core(?!\w)", rest)))
    label = _label([rest])
    for year in (y for pair in _LONG_TERM.findall(rest) for y in pair if y):
        label = label or _table()["long_term"].get(year, "")
    left = rest
    for known in (_CORE, _LONG_TERM, _BUILD, _KERNEL, _LABEL, _SERVICE_PACK):
        left = known.sub(" ", left)
    if not set(left.replace("-", " - ").split() if " - " in left else left.split()) <= _known_words():
        return None
    return _Words(family, label, core, rest)


def _build(texts: Iterable[str]) -> tuple[int | None, int | None]:
    """Build and revision as the first text that has both states them, else the first build. Revision 0 says: not known."""
    found: list[tuple[int, int | None]] = []
    for text in texts:
        flat = " ".join(re.sub(r"[()\[\],]", " ", text[:200].casefold().replace("os build", "build")).split())
        for match in _BUILD.finditer(flat):
            build = int(match["after"] or match["alone"])
            revision = _revision(match["revision"] or "")
            found.append((build, None if revision == build else revision))
    if not found:
        return None, None
    whole = next(((build, rev) for build, rev in found if rev is not None and build == found[0][0]), None)
    return whole or found[0]


def _revision(text: str) -> int | None:
    """An update revision. 0 and what exceeds 65,535 are no revisions: interfaces fill them in where they know none."""
    number = int(text) if text.strip().isascii() and text.strip().isdigit() and len(text.strip()) < 9 else 0
    return number if 0 < number <= _LARGEST_REVISION else None


def _label(texts: Iterable[str]) -> str:
    return next((found[1] for text in texts if (found := _LABEL.search(text.casefold()[:200]))), "")


def _kernel(build: int) -> str:
    return "10.0" if build >= 10_240 else {9600: "6.3", 9200: "6.2", 7601: "6.1", 7600: "6.1"}.get(build, "6.0")


def _of_cpe(cpe: str) -> tuple[str, str] | None:
    """Product (with its edition words) and version of a CPE name for an operating system of Microsoft."""
    for start in ("cpe:2.3:o:microsoft:", "cpe:/o:microsoft:"):
        if cpe.startswith(start):
            parts = [part.replace("\\", "") for part in re.split(r"(?<!\\):", cpe[len(start) :])]
            version = parts[1] if len(parts) > 1 and parts[1] not in ("*", "-") else ""
            return (f"{parts[0]} r2", "") if version == "r2" else (parts[0], version)
    return None


def _columns(extra: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The columns that can matter, by what they hold, in a form that can be a key."""
    names: Mapping[str, str] = _column_names()
    found: dict[str, str] = {}
    for column, value in extra.items():
        kind = names.get(name_key(column))
        if kind and isinstance(value, str) and (text := value.strip()):
            found[kind] = f"{found[kind]} {text}" if kind == "updates" and kind in found else found.get(kind, text)
    return tuple(sorted(found.items()))


@cache
def _column_names() -> Mapping[str, str]:
    return {name: kind for kind, names in _table()["columns"].items() for name in names}


@cache
def _line_of(build: int) -> int | None:
    """The row of builds that get the same revisions; None for a build that stands alone."""
    return next((place for place, row in enumerate(_table()["same_revisions"]) if build in row), None)


@cache
def architectures() -> frozenset[str]:
    """The architectures that records list for Windows, as platform keys. A list of them is complete."""
    return frozenset(_table()["architectures"].values())


@cache
def _known_words() -> frozenset[str]:
    return frozenset(_table()["words"]) | {"-"}


@cache
def _releases() -> tuple[Release, ...]:
    def keys(names: list[str]) -> tuple[str, ...]:
        return tuple(name_key(name) for name in names)

    return tuple(
        Release(row["kind"], tuple(row["families"]), row["label"], row["build"], keys(row["names"]), keys(row["core"]))
        for row in _table()["releases"]
    )


@lru_cache(maxsize=4_096)
def _releases_of(product: str) -> tuple[tuple[Release, bool], ...] | None:
    named = {name: (release, False) for release in _releases() for name in release.names}
    named |= {name: (release, True) for release in _releases() for name in release.core}
    found = [named.get(part) for part in product.split(BETWEEN)]
    return tuple(f for f in found if f) if all(found) else None


@cache
def _updates() -> Mapping[int, Mapping[int, int]]:
    return {int(kb[2:]): {int(b): rev for b, rev in row["builds"].items()} for kb, row in _update_rows()}


@cache
def _update_rows() -> tuple[tuple[str, dict[str, Any]], ...]:
    return tuple(_read("windows_updates.json")["updates"].items())


@cache
def _table() -> dict[str, Any]:
    return _read("windows.json")


def _read(name: str) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(resources.files(__package__).joinpath(f"tables/{name}").read_text("utf-8"))
    return table
