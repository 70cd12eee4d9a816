"""What the two kinds of SBOM have in common: entries with an identity, texts that may be anything, one time stamp."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from wardround.core.estate._gather import Gathering
from wardround.core.vocab import BadInput
from wardround.core.vocab._times import parse_time


def entries(value: Any, *, where: str, into: Gathering) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(JSON pointer, object) of a list; what is no object, or no list, is rejected with its pointer."""
    if not isinstance(value, list):
        if value is not None:
            into.reject(where, "is not a list")
        return
    for index, entry in enumerate(value):
        if isinstance(entry, Mapping):
            yield f"{where}/{index}", entry
        else:
            into.reject(f"{where}/{index}", "is not an object")


def texts(entry: Mapping[str, Any], keys: Mapping[str, str], *, where: str, into: Gathering) -> dict[str, str]:
    """The stripped texts under `keys` (target -> key). What is no text counts as not stated, and is noted.

    A version written as a JSON number is not taken: 1.10 and 1.1 are the same number and different versions.
    """
    said = {}
    for target, key in keys.items():
        value = entry.get(key)
        if value is not None and not isinstance(value, str):
            into.note(f"{where}/{key}", "is not text: left empty")
        said[target] = value.strip() if isinstance(value, str) else ""
    return said


class Identities:
    """Asset ids of one document: its own where it gives them, else derived from what the entry is, never from its position."""

    def __init__(self, into: Gathering) -> None:
        self._into = into
        self._seen: dict[str, str] = {}

    def of(self, stated: Any, *, where: str, otherwise: str) -> str:
        """The stated id, or `otherwise`. An id given twice is noted; both entries are kept."""
        given = stated.strip() if isinstance(stated, str) else ""
        if not given:
            return otherwise
        first = self._seen.setdefault(given, where)
        if first != where:
            self._into.note(where, f"the id {given[:80]!r} is also that of {first}")
        return given


def written_at(value: Any, *, where: str, into: Gathering) -> datetime | None:
    """The document's own time in UTC; None, and noted, where it cannot be read."""
    if value is None:
        return None
    try:
        return parse_time(str(value), where=where)
    except (BadInput, OverflowError):
        into.note(where, f"{str(value)[:40]!r} is not a time: when this was taken is not known")
        return None
