"""Versions of packages of rpm, and of pacman, which began as a copy of it."""

import re

from wardround.core.versions._model import Key

_RPM = re.compile(r"(?:(\d+):)?([0-9A-Za-z.+_~^%-]+)", re.ASCII)
_ALPM = re.compile(r"(?:(\d+):)?([^\s:/-]+)(?:-(\d+(?:\.\d+)*))?", re.ASCII)
_SEGMENTS = re.compile(r"\d+|[A-Za-z]+|[~^]", re.ASCII)
_WITH_SEPARATORS = re.compile(r"([^0-9A-Za-z]*)(?:(\d+)|([A-Za-z]+))", re.ASCII)

# What can stand at a place, lowest first (rpmvercmp): `~` below everything, `^` just above the end of the text.
_TILDE, _END, _CARET, _WORD, _NUMBER = range(5)


def rpm(text: str) -> Key:
    """`[epoch:]version[-release]`, each part by rpmvercmp (rpm-version(7)); a missing epoch is 0, a missing release comes first.

    The last hyphen begins the release; one before it, as in `2.13.9.Final-redhat-00003`, is a separator like any other.
    """
    if not (found := _RPM.fullmatch(text)):
        raise ValueError
    version, hyphen, release = found[2].rpartition("-")
    if not hyphen:
        version, release = release, ""
    if not any(map(str.isdigit, version)) or (hyphen and not any(map(str.isalnum, release))):
        raise ValueError
    return (int(found[1] or 0), _segments(version), _segments(release) if hyphen else ())


def _segments(text: str) -> Key:
    key: list[int | str] = []
    for part in _SEGMENTS.findall(text):
        if part == "~":
            key.append(_TILDE)
        elif part == "^":
            key.append(_CARET)
        elif part.isdigit():
            key += (_NUMBER, int(part))
        else:
            key += (_WORD, part)
    key.append(_END)
    return tuple(key)


def alpm(text: str) -> Key:
    """`[epoch:]version[-pkgrel]` as vercmp(8) of pacman compares: `1.0rc` < `1.0` < `1.0.a` < `1.0.1`."""
    if not text.isascii() or not text.isprintable() or not (found := _ALPM.fullmatch(text)):
        raise ValueError
    if not any(map(str.isdigit, found[2])):
        raise ValueError
    return (int(found[1] or 0), _separated(found[2]), _separated(found[3]) if found[3] else ())


def _separated(text: str) -> Key:
    """A word without a separator before it is below the end of the text; else more separators win, then numbers over words."""
    key: list[int | str] = []
    for separator, number, word in _WITH_SEPARATORS.findall(text):
        place = 2 + 2 * len(separator)
        if number:
            key += (place + 1, int(number))
        else:
            key += (place if separator else 0, word)
    key.append(1)
    return tuple(key)
