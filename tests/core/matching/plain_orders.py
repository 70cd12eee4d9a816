"""The orders of versions that the second matcher knows: plain numbers, semver, the kernel's releases, and packages by univers."""

import re
from typing import Any

from packaging.version import Version as PythonVersion
from univers.versions import DebianVersion, MavenVersion, RpmVersion

PACKAGES = {
    "python": PythonVersion,
    "pypi": PythonVersion,
    "maven": MavenVersion,
    "rpm": RpmVersion,
    "deb": DebianVersion,
}
HUGE = 10**30


class Doubt(Exception):
    """Nobody can tell; `verdict` is what that makes of the answer."""

    def __init__(self, verdict: str) -> None:
        self.verdict = verdict


class NoOpinion(Exception):
    """This matcher has no rule for what it met."""


def kind_of(row: dict[str, Any]) -> str:
    stated = row.get("versionType")
    kind = stated.strip().lower() if isinstance(stated, str) else ""
    if kind in ("semver", "sem", "semvar"):
        return "semver"
    if kind in ("git", "npm", "releases of linux") or kind in PACKAGES:
        return kind
    if kind in ("string", "str", "text", "lexical", "lexicographic", "lexicographical", "alphabetical"):
        raise NoOpinion(kind)
    if kind in UNTRIED:
        raise NoOpinion(kind)
    return "custom"


UNTRIED = [
    "apk",
    "alpine",
    "alpm",
    "arch",
    "composer",
    "packagist",
    "debian",
    "dpkg",
    "ebuild",
    "gentoo",
    "golang",
    "go",
    "nuget",
    "pep440",
    "gem",
    "rubygems",
    "cargo",
    "hex",
    "intdot",
    "openssl",
    "nginx",
    "mattermost",
    "conan",
    "generic",
    "datetime",
    "lexicographic",
]


def is_plain(version: str) -> bool:
    return bool(re.fullmatch(r"[vV]?[0-9]+(\.[0-9]+)*", version)) and len(version) <= 255


def numbers_of(version: str) -> list[int]:
    return [int(part) for part in version.lstrip("vV").split(".")]


def compare(row: dict[str, Any], version: str, bound: str, *, coarse_is: str = "") -> int:
    """-1, 0, 1. Raises Doubt; of a version too coarse to tell, `spread` on the doubt says what is possible."""
    if version == bound:
        return 0
    kind = kind_of(row)
    if not re.search(r"\d", bound):
        raise Doubt("unknown")
    if kind == "git":
        raise Doubt("not_evaluable")
    if re.fullmatch(r"[vV]?\d+(\.\d+)*\.\*", bound):
        return beside_series(kind, version, bound)
    if kind == "custom":
        return beside_numbers(version, bound, coarse_is)
    if kind in ("semver", "npm", "releases of linux"):
        left, right = (kernel(text) if kind == "releases of linux" else semver(text) for text in (version, bound))
        return (left > right) - (left < right)
    return packages(kind, version, bound)


def spread_doubt(possible: set[int]) -> Doubt:
    doubt = Doubt("unknown")
    doubt.spread = possible  # type: ignore[attr-defined]
    return doubt


STAGES = {"alpha": 0, "beta": 1, "milestone": 2, "m": 2, "rc": 3, "cr": 3}
UNRANKED = ["preview", "pre", "snapshot", "dev", "canary", "nightly"]


def early(text: str) -> tuple[str, str, list[int]] | None:
    """`2.0.0-rc.1`: the release, the word, the numbers behind it; None for anything else."""
    found = re.fullmatch(r"[vV]?([0-9]+(?:\.[0-9]+)*)[-._]?([A-Za-z]+)((?:[-._]?[0-9]+)?(?:[-._][0-9]+)*)", text)
    word = found[2].lower() if found else ""
    if not found or len(text) > 100 or word not in [*STAGES, *UNRANKED] or (word == "m" and not found[3]):
        return None
    return found[1], word, [int(n) for n in re.findall("[0-9]+", found[3])]


def beside_early(version: str, bound: str, coarse_is: str) -> int:
    """A version that came before its release stands just before that."""
    mine, other = early(version), early(bound)
    if (mine or other) and all(form or is_plain(text) for form, text in ((mine, version), (other, bound))):
        short = numbers_of(other[0] if other else bound)
        whole = numbers_of(mine[0]) if mine else []
        padded = ".".join(str(n) for n in whole + [0] * (len(short) - len(whole)))
        at = beside_numbers(padded if mine else version, other[0] if other else bound, coarse_is=coarse_is or "release")
        if at == 0 and not (mine and other) and (mine or other)[1] in ("canary", "nightly"):  # type: ignore[index]
            raise Doubt("unknown")
        if at or not (mine and other):
            return at or (-1 if mine else 1)
        if mine[1:] == other[1:]:
            return 0
        if mine[1] == other[1] or (mine[1] in STAGES and other[1] in STAGES):
            one, two = ((STAGES.get(form[1], 0), form[2]) for form in (mine, other))
            return (one > two) - (one < two)
    raise Doubt("unknown")


def numbered_apart(one: str, other: str) -> bool:
    """A dotted version, and a build or year: one number of a thousand or more."""
    if not (is_plain(one) and is_plain(other)):
        return False
    short, long = sorted((numbers_of(one), numbers_of(other)), key=len)
    return len(short) == 1 and short[0] >= 1000 and len(long) > 1 and long[0] < 1000 and any(long)


def beside_numbers(version: str, bound: str, coarse_is: str) -> int:
    """A version of fewer parts is all that begin so."""
    if early(bound) and is_plain(version):
        return beside_early(version, bound, coarse_is)
    if numbered_apart(version, bound):
        raise Doubt("unknown")
    if not (is_plain(version) and is_plain(bound)):
        raise Doubt("unknown")
    mine, other = numbers_of(version), numbers_of(bound)
    wide = max(len(mine), len(other))
    limit = other + [0] * (wide - len(other))
    low = mine + [0] * (wide - len(mine))
    high = mine + [HUGE] * (len(other) - len(mine)) if len(mine) < len(other) else low
    possible = {(end > limit) - (end < limit) for end in (low, high)} | ({0} if low <= limit <= high else set())
    if len(possible) > 1:
        if coarse_is == "below":
            return min(possible)
        if coarse_is == "release":  # the bound comes before its release
            possible = {at or 1 for at in possible}
            if len(possible) == 1:
                return possible.pop()
        raise spread_doubt(possible)
    return possible.pop()


def beside_series(kind: str, version: str, bound: str) -> int:
    """`X.*` is the end of series X: above all that begin so."""
    if kind not in ("custom", "semver", "releases of linux"):
        raise NoOpinion(f"a series of {kind}")
    if kind == "custom" and not is_plain(version):
        raise Doubt("unknown")
    mine = kernel(version)[0] if kind == "releases of linux" else semver(version)[0] if kind == "semver" else numbers_of(version)
    series = numbers_of(bound[:-2])
    for here, there in zip(list(mine) + [0] * (len(series) if kind != "custom" else 0), series, strict=False):
        if here != there:
            return -1 if here < there else 1
    if kind == "custom" and len(mine) < len(series):
        raise spread_doubt({-1, 1})
    return -1


def kernel(text: str) -> tuple[Any, ...]:
    """A release of kernel.org: missing numbers are zero, candidates come before their release; anything else is unknown."""
    found = re.fullmatch(r"[vV]?([0-9]+(?:\.[0-9]+){0,3})(-rc([0-9]+))?", text)
    if not found or len(text) > 255:
        raise Doubt("unknown")
    return ([*numbers_of(found[1]), 0, 0, 0])[:4], not found[2], int(found[3] or 0)


def semver(text: str) -> tuple[Any, ...]:
    """Semantic Versioning 2.0.0, item 11; missing parts are zero, a leading v is passed over."""
    found = re.fullmatch(r"[vV]?([0-9]+(?:\.[0-9]+){0,2})(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?", text)
    if not found or len(text) > 255 or (found[2] and "" in found[2].split(".")):
        raise Doubt("not_evaluable")
    core = ([*numbers_of(found[1]), 0, 0])[:3]
    before = [(0, int(i), "") if i.isdigit() else (1, 0, i) for i in found[2].split(".")] if found[2] else []
    return core, not before, before


def packages(kind: str, version: str, bound: str) -> int:
    written = re.compile(r"([0-9]+:)?[\w.+~^]+(-[\w.+~^]+)*" if kind == "rpm" else r"\S+", re.ASCII)
    if not (written.fullmatch(version) and written.fullmatch(bound)):
        raise Doubt("not_evaluable")
    if kind == "rpm" and ("-" in bound) != ("-" in version):
        if "-" in bound:
            raise Doubt("unknown")
        version = version.rpartition("-")[0]
    try:
        left, right = (PACKAGES[kind](text) for text in (version, bound))
        if not (re.search(r"\d", version) and re.search(r"\d", bound)):
            raise Doubt("not_evaluable")
        return (left > right) - (left < right)
    except Doubt:
        raise
    except Exception as error:
        raise Doubt("not_evaluable") from error
