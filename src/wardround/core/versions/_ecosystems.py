"""Versions of RubyGems, Composer and Conan packages, and of OpenSSL."""

import re

from wardround.core.versions._model import Key
from wardround.core.versions._padded import NUMBER, WORD, padded

_GEM = re.compile(r"v?(\d+(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)", re.ASCII)
_GEM_PARTS = re.compile(r"\d+|[A-Za-z]+", re.ASCII)
_COMPOSER = re.compile(
    r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:\.(\d+))?"
    r"(?:[._-]?(stable|beta|b|rc|alpha|a|patch|pl|p)([.-]?\d*(?:[.-]\d+)*))?([.-]?dev)?(?:\+\S*)?",
    re.ASCII,
)
_STABILITY = {"dev": 0, "a": 1, "b": 2, "r": 3, "s": 4, "": 4, "p": 5}
_CONAN = re.compile(r"[!-~]+", re.ASCII)
_CONAN_ITEM = re.compile(r"(\d*)(.*)", re.ASCII)
_OPENSSL = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?([a-z]*)(?:-([0-9A-Za-z]+(?:[.-][0-9A-Za-z]+)*))?", re.ASCII)


def gem(text: str) -> Key:
    """Gem::Version of RubyGems: words are below numbers, `-` begins a pre-release, trailing zeros count for nothing."""
    if not (found := _GEM.fullmatch(text)):
        raise ValueError
    parts = _GEM_PARTS.findall(found[1].replace("-", ".pre."))
    first = next((place for place, part in enumerate(parts) if not part.isdigit()), len(parts))
    numbers = [(NUMBER, int(part)) for part in parts[:first]]
    while first < len(parts) and numbers and numbers[-1][1] == 0:
        numbers.pop()
    return padded([*numbers, *((NUMBER, int(part)) if part.isdigit() else (WORD, part) for part in parts[first:])])


def composer(text: str) -> Key:
    """Composer, "Versions and constraints": up to four numbers, then dev < alpha < beta < RC < stable < patch. No branches."""
    if not (found := _COMPOSER.fullmatch(text.lower())):
        raise ValueError
    stage, numbers, dev = found[5] or "", found[6] or "", found[7]
    rank = _STABILITY["dev" if dev and not stage else stage[:1]]
    return (*(int(found[n] or 0) for n in range(1, 5)), rank, tuple(int(n) for n in re.findall(r"\d+", numbers)), 0 if dev else 1)


def conan(text: str) -> Key:
    """Conan 2, "Version ranges": any text; parts between dots; `-` begins a pre-release, `+` a build, which counts.

    Conan compares a number with `1d` as text, and so puts 10 below `1d` and `1d` below 9: no order. Here the number that
    a part begins with comes first, then its rest; a part without one comes last.
    """
    if not _CONAN.fullmatch(text):
        raise ValueError
    return _conan(text)


def _conan(text: str) -> Key:
    text, plus, build = text.rpartition("+") if "+" in text else (text, "", "")
    text, hyphen, pre = text.rpartition("-") if "-" in text else (text, "", "")
    items = [_item(part) for part in text.split(".")]
    while items and items[-1] == (1, 0, ""):
        items.pop()
    return (tuple(items), *((0, _conan(pre)) if hyphen else (1, ())), *((1, _conan(build)) if plus else (0, ())))


def _item(text: str) -> tuple[int, int, str]:
    found = _CONAN_ITEM.fullmatch(text)
    digits, rest = found.groups() if found else ("", text)
    return (1, int(digits), rest) if digits else (2 if rest else 0, 0, rest)


def openssl(text: str) -> Key:
    """OpenSSL: `1.0.2k` with a letter for each fix up to 1.1.1, semver from 3.0.0 on; `-beta1` comes before its release."""
    if not (found := _OPENSSL.fullmatch(text)):
        raise ValueError
    key: list[int | str] = [int(found[1]), int(found[2]), int(found[3] or 0), found[4]]
    if not found[5]:
        return (*key, 1)
    key.append(0)
    for part in _GEM_PARTS.findall(found[5]):
        key += (0, int(part)) if part.isdigit() else (1, part.lower())
    return tuple(key)
