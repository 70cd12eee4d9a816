"""Products that are mended line by line: which line a build is on, and under which names records speak of the lines.

`Microsoft Exchange Server 2019` at 15.2.1544.4 is on cumulative update 14, which records call a product of its own. What a
line is for each product is reviewed data (`tables/product_lines.json`); so are versions that show no updates at all.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from wardround.core.matching._numbers import Numbers, text_of
from wardround.core.matching._windows import VENDOR
from wardround.core.vocab import Install, name_key

_VENDORS = ("", VENDOR, "microsoft corporation", "microsoft corp.", "microsoft corp")
_WORDS = ("exchange", "visual", "sharepoint", ".net", "powershell", "ole", "desktop runtime", "app.runtime")
_HAS_WORD = re.compile("|".join(map(re.escape, _WORDS)))
_ALSO = {"se": "subscription edition"}
_SAID = re.compile(r"version (\d+)\.(\d+) \(build (\d+)\.(\d+)\)", re.ASCII)
_SDK = re.compile(
    r"(?:microsoft )?\.net(?: core)? sdk(?: (\d\.\d\.\d{3}))?(?: \((?:x64|x86|arm64)\))?(?: from visual studio)?", re.ASCII
)
_DOTNET = "microsoft .net"
_BUILD = re.compile(r"\d{1,9}(?:\.\d{1,9}){1,4}", re.ASCII)
_LONGEST = 120

Line = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """One product with its lines. `ranges` are its lines where they are ranges of builds, each from (included) to (excluded)."""

    title: str
    key: str
    parts: int
    releases: Mapping[str, tuple[Line, ...]]
    ranges: Mapping[str, tuple[Line, Line]]
    product: re.Pattern[str]
    record: re.Pattern[str]
    names: tuple[str, ...]
    taken: str

    def line_of(self, build: Numbers) -> Line | None:
        """The line of a build; None when it is too coarse, or on none that is known."""
        if self.ranges:
            return next((start for start, end in self.ranges.values() if start <= build < end), None)
        return build[: self.parts] if len(build) >= self.parts else None

    def release_of(self, build: Numbers) -> str:
        """The release of a build, by the longest of its beginnings that is known; empty where there are none."""
        if self.ranges:
            return next((name for name, (start, end) in self.ranges.items() if start <= build < end), "")
        fitting = [(len(start), name) for name, starts in self.releases.items() for start in starts if build[: len(start)] == start]
        return max(fitting)[1] if fitting else ""

    def names_of(self, product: str) -> tuple[str, ...]:
        """The names under which records can speak of one of its products: those of other releases are left out."""
        others = [release for release in (*self.releases, *self.ranges) if self.key.format(r=release) != product]
        return tuple(name for name in self.names if not any(other in name for other in others))


@dataclass(frozen=True, slots=True)
class OfFamily:
    """A product of a family, as a subject has it: its name key, and the version that its name states beside it."""

    product: str
    version: str


def family_of(product: str) -> Family | None:
    """The family that a subject's product key stands for; None for most."""
    return _families().get(product) if product.startswith(VENDOR) else None


def of_family(install: Install) -> OfFamily | None:
    """The product of a family that an install is; None for all else. Underscores of a CPE-like name are spaces."""
    words = install.product.casefold()
    if not _HAS_WORD.search(words) or len(words) > _LONGEST or name_key(install.vendor) not in _VENDORS:
        return None
    return _of_family(name_key(install.product.replace("_", " ")), install.version.strip())


@lru_cache(maxsize=16_384)
def _of_family(product: str, version: str) -> OfFamily | None:
    if sdk := _SDK.fullmatch(product):
        runtime = _runtimes().get(sdk[1] or version)
        return OfFamily(_DOTNET, runtime) if runtime else None
    for family in _all():
        found = family.product.fullmatch(product)
        if not found:
            continue
        said = _SAID.fullmatch(version.casefold())
        own = found.groupdict().get("version") or (".".join(said.groups()) if said else version)
        numbers = text_of(own).numbers or ()
        stated = found.groupdict().get("release") or ""
        release = family.release_of(numbers) or _ALSO.get(stated, stated)
        if not release and "{r}" in family.key:
            return None
        return OfFamily(family.key.format(r=release), own)
    return None


@lru_cache(maxsize=16_384)
def build_of(text: str) -> Numbers | None:
    """The numbers of a build with two parts or more; None for all else (`publication`, an address)."""
    return tuple(map(int, text.split("."))) if _BUILD.fullmatch(text) else None


@lru_cache(maxsize=16_384)
def unshown(vendor: str, product: str, version: str) -> str:
    """Why a version does not show which updates an install has; empty for most."""
    if len(version) > _LONGEST:
        return ""
    rows = _unshown().get(vendor, ())
    return next((why for of, written, why in rows if written.fullmatch(version) and of.fullmatch(product)), "")


@cache
def unshowing() -> frozenset[tuple[str, ...]]:
    """The vendors whose versions may not show updates, each as a subject has it."""
    return frozenset((vendor,) for vendor in _unshown())


@lru_cache(maxsize=16_384)
def is_read_by_line(product: str) -> bool:
    """True where more than the ranges decides on a product of Microsoft: its line, or a version that shows no updates."""
    return family_of(product) is not None or any(of.fullmatch(product) for of, _, _ in _unshown()[VENDOR])


@cache
def _families() -> Mapping[str, Family]:
    found: dict[str, Family] = {}
    for family in _all():
        releases = (*family.releases, *family.ranges) or ("",)
        found |= {family.key.format(r=release): family for release in releases}
    return found


@cache
def _all() -> tuple[Family, ...]:
    return tuple(_family(row) for row in _table()["families"])


def _family(row: Mapping[str, Any]) -> Family:
    releases, lines = row.get("releases", {}), row.get("lines", {})
    low, high = row.get("numbers", (0, 0))
    named = [
        name.format(r=release, n=n, p=n - 1)
        for name in row["names"]
        for release in ((*releases, *lines) if "{r}" in name else ("",))
        for n in (range(low, high + 1) if "{n}" in name else (0,))
    ]
    return Family(
        row["title"],
        row["key"],
        row.get("parts", 0),
        {name: tuple(map(_line, starts)) for name, starts in releases.items()},
        {name: (_line(start), _line(end)) for name, (start, end) in lines.items()},
        re.compile(row["product"], re.ASCII),
        re.compile(row["record"], re.ASCII),
        tuple(dict.fromkeys(named)),
        row.get("taken", ""),
    )


def _line(text: str) -> Line:
    return tuple(map(int, text.split(".")))


@cache
def _runtimes() -> Mapping[str, str]:
    """The runtime that an SDK of .NET brings: the SDK's own number says which set of features it has, not which runtime."""
    return {sdk: runtime for runtime, sdks in _table()["sdks"].items() for sdk in sdks}


@cache
def _unshown() -> Mapping[str, Sequence[tuple[re.Pattern[str], re.Pattern[str], str]]]:
    found: dict[str, list[tuple[re.Pattern[str], re.Pattern[str], str]]] = {}
    for row in _table()["unshown"]:
        read = re.compile(row["product"], re.ASCII), re.compile(row["version"], re.ASCII), str(row["why"])
        found.setdefault(row.get("vendor", VENDOR), []).append(read)
    return found


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(resources.files(__package__).joinpath("tables/product_lines.json").read_text("utf-8"))
    return table
