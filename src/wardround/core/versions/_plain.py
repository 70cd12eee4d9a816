"""Orders that belong to no ecosystem: dotted numbers, plain text, moments, and the order for what states none."""

import re
from datetime import date

from wardround.core.versions._model import Key
from wardround.core.versions._padded import LETTER, NUMBER, POST, WORD, padded

_INTDOT = re.compile(r"[vV]?(\d+(?:\.\d+)*)(?:[^\d].*)?", re.ASCII | re.DOTALL)
_PARTS = re.compile(r"\d+|[A-Za-z]+", re.ASCII)
_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))", re.ASCII)
_LATER = frozenset({"errata", "patch", "pl", "post"})


def intdot(text: str) -> Key:
    """VERS type `intdot`: numbers between dots, read up to the first other character; missing numbers count as zero."""
    if not (found := _INTDOT.fullmatch(text)):
        raise ValueError
    return padded([(NUMBER, int(part)) for part in found[1].split(".")])


def generic(text: str) -> Key:
    """VERS type `generic`, which leaves the order open; this is that of libversion (ALGORITHM.md).

    Words and numbers, whatever stands between them; a word is a pre-release, except those of later patches (`post`,
    `patch`, `pl`, `errata`) and a single letter behind a number with no number behind it (`1.0.2k`).
    """
    parts: list[tuple[int, int | str]] = []
    found = list(_PARTS.finditer(text))
    for place, part in enumerate(found):
        word = part[0].lower()
        if word.isdigit():
            parts.append((NUMBER, int(word)))
        elif word in _LATER:
            parts.append((POST, word[0]))
        elif len(word) == 1 and _glued(found, place) and not _glued(found, place + 1):
            parts.append((LETTER, word))
        else:
            parts.append((WORD, word[0]))
    if not any(kind == NUMBER for kind, _ in parts):
        raise ValueError
    return padded(parts)


def _glued(found: list[re.Match[str]], place: int) -> bool:
    """True when the part at `place` follows the one before it without anything between them."""
    return 0 < place < len(found) and found[place - 1].end() == found[place].start()


def lexicographic(text: str) -> Key:
    """VERS type `lexicographic`: the bytes of the text in UTF-8, without normalisation."""
    if not text:
        raise ValueError
    return (text.encode(),)  # a lone surrogate raises UnicodeEncodeError, which is a ValueError


def moment(text: str) -> Key:
    """VERS type `datetime`: RFC 3339 section 5.6 with capital `T` and `Z`; equal instants are equal, whatever their offset."""
    if not (found := _MOMENT.fullmatch(text)):
        raise ValueError
    hour, minute, second = int(found[4]), int(found[5]), int(found[6])
    ahead, behind = int(found[9] or 0), int(found[10] or 0)
    if hour > 23 or minute > 59 or second > 60 or ahead > 23 or behind > 59:
        raise ValueError
    offset = (ahead * 60 + behind) * (-60 if found[8] == "-" else 60)
    day = date(int(found[1]), int(found[2]), int(found[3])).toordinal()
    return (day * 86_400 + hour * 3_600 + minute * 60 + second - offset, (found[7] or "").rstrip("0"))
