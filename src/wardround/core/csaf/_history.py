"""Versions and revisions of the document itself (CSAF 2.0, sections 6.1.14, 6.1.16 to 6.1.22 and 6.1.30)."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from wardround.core.csaf._model import Document, Found, objects, text
from wardround.core.vocab import BadInput
from wardround.core.vocab._times import parse_time

HISTORY = "/document/tracking/revision_history"
VERSION = "/document/tracking/version"
_SEMANTIC = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?", re.ASCII)
Key = tuple[int, int, int, int, tuple[tuple[int, int, str], ...]]


def _key(number: str, *, prerelease: bool = True) -> Key:
    """What a revision number sorts by: an integer, or Semantic Versioning 2.0.0 section 11."""
    if not (found := _SEMANTIC.fullmatch(number)):
        return (int(number) if re.fullmatch(r"\d{1,18}", number, re.ASCII) else -1, 0, 0, 1, ())
    numbers = int(found[1]), int(found[2]), int(found[3])
    if found[4] is None or not prerelease:
        return (*numbers, 1, ())
    return (*numbers, 0, tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in found[4].split(".")))


def _is_prerelease(number: str) -> bool:
    found = _SEMANTIC.fullmatch(number)
    return bool(found and found[4])


def _is_zero(number: str) -> bool:
    return _key(number)[0] == 0


def _revisions(document: Document) -> list[tuple[datetime, Key, str, Mapping[str, Any]]]:
    """The revisions by date and number: when, what the number sorts by, pointer, the revision."""
    found = []
    for pointer, one in objects(document.tracking, "revision_history", "/document/tracking"):
        try:
            found.append((parse_time(text(one, "date"), where=pointer), _key(text(one, "number")), pointer, one))
        except (BadInput, ValueError, OverflowError):
            continue
    return sorted(found, key=lambda r: r[:3])


def sorted_history(document: Document) -> Found:
    """6.1.14: in order of date the numbers rise."""
    keys = [key for _, key, _, _ in _revisions(document)]
    if keys != sorted(keys):
        yield HISTORY, "in the order of their dates, the revision numbers do not rise"


def latest_version(document: Document) -> Found:
    """6.1.16: the document's version is that of its newest revision; build data is passed over, and in drafts the pre-release."""
    revisions, draft = _revisions(document), text(document.tracking, "status") == "draft"
    if not revisions:
        return
    newest, stated = text(revisions[-1][3], "number"), text(document.tracking, "version")
    if _key(newest, prerelease=not draft) != _key(stated, prerelease=not draft):
        yield VERSION, f"the version is {stated!r:.40}, and the newest revision {newest!r:.40}"


def drafts_are_drafts(document: Document) -> Found:
    """6.1.17: versions 0, 0.y.z and pre-releases are drafts."""
    stated = text(document.tracking, "version")
    if (_is_zero(stated) or _is_prerelease(stated)) and text(document.tracking, "status") != "draft":
        yield "/document/tracking/status", f"version {stated!r:.40} is a draft's, and the status is not"


def released_history(document: Document) -> Found:
    """6.1.18: what is final or interim has no revision 0 or 0.y.z."""
    if text(document.tracking, "status") in ("final", "interim"):
        for _, _, pointer, one in _revisions(document):
            if _is_zero(text(one, "number")):
                yield f"{pointer}/number", "a released document has a draft in its history"


def no_prerelease_in_history(document: Document) -> Found:
    """6.1.19: no revision number has a pre-release part."""
    for pointer, one in objects(document.tracking, "revision_history", "/document/tracking"):
        if _is_prerelease(text(one, "number")):
            yield f"{pointer}/number", "a revision in the history is no pre-release"


def no_prerelease_released(document: Document) -> Found:
    """6.1.20: what is final or interim is no pre-release."""
    if text(document.tracking, "status") in ("final", "interim") and _is_prerelease(text(document.tracking, "version")):
        yield VERSION, "a released document has the version of a pre-release"


def complete_history(document: Document) -> Found:
    """6.1.21: the history begins at 0 or 1 (CSAF 2.1: by date as well), and no (major) number is missing in it."""
    by_date = [key[0] for _, key, _, _ in _revisions(document) if key[0] >= 0]
    majors = sorted(set(by_date))
    if not majors:
        return
    first = by_date[0] if document.is_21 else majors[0]
    if first > 1:
        yield HISTORY, f"the history begins at {first}"
    missing = next((n for n, known in enumerate(majors, majors[0]) if n != known), None)
    if missing is not None:
        yield HISTORY, f"revision {missing} is missing in the history"


def distinct_history(document: Document) -> Found:
    """6.1.22: no revision number stands twice."""
    seen: set[str] = set()
    for pointer, one in objects(document.tracking, "revision_history", "/document/tracking"):
        if (number := text(one, "number")) in seen:
            yield f"{pointer}/number", f"revision {number!r:.40} stands twice"
        seen.add(number)


def one_versioning(document: Document) -> Found:
    """6.1.30: integers or semantic versions, not both."""
    listed = [("/document/tracking/version", text(document.tracking, "version"))]
    listed += [(f"{p}/number", text(r, "number")) for p, r in objects(document.tracking, "revision_history", "/document/tracking")]
    semantic = {bool(_SEMANTIC.fullmatch(number)) for _, number in listed}
    if len(semantic) > 1:
        pointer = next(
            p for p, number in listed if bool(_SEMANTIC.fullmatch(number)) is not bool(_SEMANTIC.fullmatch(listed[0][1]))
        )
        yield pointer, "integer and semantic version numbers are mixed"
