"""Semantic Versioning 2.0.0 and the schemes that follow it."""

import re

from wardround.core.versions._model import Key

_SEMVER = re.compile(
    r"(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?", re.ASCII
)
_NUGET = re.compile(
    r"(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9a-z-]+(?:\.[0-9a-z-]+)*))?(?:\+[0-9a-z-]+(?:\.[0-9a-z-]+)*)?", re.ASCII
)


def semver(text: str) -> Key:
    """Section 11. A leading `v` is passed over, missing parts count as zero (as Linux writes `6.7`), build metadata is left out."""
    return _key(_SEMVER.fullmatch(text[1:] if text[:1] in ("v", "V") else text))


def npm(text: str) -> Key:
    """node-semver: as semver; `=` may stand before a version as well."""
    return semver(text[1:] if text[:1] == "=" else text)


def golang(text: str) -> Key:
    """Go modules: as semver with a leading `v`; `+incompatible` is build metadata; the toolchain writes `go1.21.0`."""
    return semver(text.removeprefix("go"))


def nuget(text: str) -> Key:
    """NuGet package versioning: semver with a fourth number, compared without regard to case."""
    return _key(_NUGET.fullmatch(text.lower()))


def _key(found: re.Match[str] | None) -> Key:
    if found is None:
        raise ValueError
    *numbers, pre = found.groups("")
    key: list[int | str] = [int(n) if n else 0 for n in numbers]
    if not pre:
        return (*key, 1)
    key.append(0)
    for part in pre.split("."):
        key += (0, int(part)) if part.isdigit() else (1, part)
    return tuple(key)
