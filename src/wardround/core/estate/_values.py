"""The small values of an inventory: yes and no, days, package URLs."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from packageurl import PackageURL

UNSAID = frozenset(
    ("n/a", "n/k", "na", "nk", "-", "--", "?", "*", "unknown", "not known", "not recorded", "unspecified", "tbc", "null", "none")
)
"""What people write into a cell for *not stated*. Thousands of CVE records call their product `n/a`: it names nothing."""

FACING: Mapping[str, bool | None] = MappingProxyType(
    dict.fromkeys(("yes", "y", "true", "t", "1", "on"), True)
    | dict.fromkeys(("no", "n", "false", "f", "0", "off"), False)
    | dict.fromkeys(("", *UNSAID), None)
)
"""What people write for *internet facing*. Anything else is unknown, and reported."""

# A package URL's type tells how its versions are ordered (https://github.com/package-url/purl-spec, vers-spec).
SCHEMES: Mapping[str, str] = MappingProxyType(
    {kind: kind for kind in ("npm", "pypi", "maven", "deb", "rpm", "gem", "nuget", "composer", "conan", "alpm", "apk")}
    | dict.fromkeys(("golang", "cargo", "hex", "pub", "swift"), "semver")
)

BRITISH = ("%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d %b %Y", "%d-%b-%Y", "%d %B %Y", "%d.%m.%Y")


@lru_cache(65_536)
def column_key(name: str) -> str:
    """A column's name with case, spaces and punctuation taken out: equal keys are the same column."""
    return re.sub(r"[\W_]+", "", name).casefold()


@lru_cache(4096)
def day(text: str) -> date:
    """A calendar day: ISO 8601, else day before month as written in Britain. Raises ValueError."""
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        pass
    for form in BRITISH:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  a day of the source's own calendar, no instant
        except ValueError:
            continue
    raise ValueError(text)


class Package(NamedTuple):
    """What a package URL says beside the name. `problem` is empty when it could be read."""

    scheme: str = ""
    version: str = ""
    problem: str = ""


@lru_cache(4096)
def package(purl: str) -> Package:
    """The version scheme and version in a package URL, or what is wrong with it."""
    try:
        parsed = PackageURL.from_string(purl)
    except ValueError as error:
        return Package(problem=str(error)[:120])
    return Package(SCHEMES.get(parsed.type, ""), parsed.version or "")
