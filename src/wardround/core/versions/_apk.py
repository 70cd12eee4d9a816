"""Versions of Alpine's packages and of Gentoo's, whose form they share."""

import re
from collections.abc import Callable

from wardround.core.versions._model import Key

_FORM = r"(\d+)((?:\.\d+)*)([A-Za-z]?)((?:_(?:{suffixes})\d*)*){more}(?:-r(\d+))?"
_APK = re.compile(_FORM.format(suffixes="alpha|beta|pre|rc|cvs|svn|git|hg|p", more="(?:~([0-9a-f]+))?"), re.ASCII)
_GENTOO = re.compile(_FORM.format(suffixes="alpha|beta|pre|rc|p", more="()"), re.ASCII)
_SUFFIX = re.compile(r"_([a-z]+)(\d*)", re.ASCII)
_BEFORE = ("alpha", "beta", "pre", "rc")
_AFTER = ("cvs", "svn", "git", "hg", "p")

# What can stand at a place, lowest first: a suffix of something before the release, the end, and so on up to a number.
_EARLIER, _END, _REVISION, _HASH, _SUFFIX_NUMBER, _LATER, _LETTER, _NUMBER = range(8)


def apk(text: str) -> Key:
    """`number{.number}{letter}{_suffix{number}}{~hash}{-r#}` (apk-tools 3, apk-package(5) and its version comparison).

    Later numbers compare as text when either begins with 0. No `-r` is below `-r0`.
    """
    if not (found := _APK.fullmatch(text)):
        raise ValueError
    key = _beginning(found, fraction=str)
    for suffix, number in _SUFFIX.findall(found[4]):
        key += (_EARLIER, _BEFORE.index(suffix)) if suffix in _BEFORE else (_LATER, _AFTER.index(suffix))
        if number:
            key += (_SUFFIX_NUMBER, int(number))
    if found[5]:
        key += (_HASH, found[5])
    if found[6]:
        key += (_REVISION, int(found[6]))
    return (*key, _END)


def gentoo(text: str) -> Key:
    """Package Manager Specification 8, section 3.3: as apk, with no number after a suffix read as 0, and no revision as `-r0`."""
    if not (found := _GENTOO.fullmatch(text)):
        raise ValueError
    key = _beginning(found, fraction=lambda digits: digits.rstrip("0"))
    for suffix, number in _SUFFIX.findall(found[4]):
        key += (_EARLIER, _BEFORE.index(suffix), int(number or 0)) if suffix in _BEFORE else (_LATER, 0, int(number or 0))
    return (*key, _END, int(found[6] or 0))


def _beginning(found: re.Match[str], *, fraction: Callable[[str], str]) -> list[int | str]:
    """Numbers and letter. A number that begins with 0 is below every other one at its place, and sorts as text."""
    key: list[int | str] = [int(found[1])]
    for part in found[2].split(".")[1:]:
        if part[0] == "0":
            key += (_NUMBER, 0, fraction(part))
        else:
            key += (_NUMBER, 1, int(part))
    if found[3]:
        key += (_LETTER, found[3])
    return key
