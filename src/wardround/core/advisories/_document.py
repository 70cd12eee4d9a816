"""From bytes to a JSON object, and from its fields to what they must be, or an error that names the place."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from wardround.core.vocab import BadInput
from wardround.core.vocab._cves import CVE
from wardround.core.vocab._times import parse_time
from wardround.core.vocab._twice import twice

WHOLE = "get the file again from its publisher"


def document_of(raw: bytes | Mapping[str, Any], *, where: str) -> Mapping[str, Any]:
    """The JSON object in `raw` (already parsed: itself).

    Raises BadInput: not UTF-8, not JSON, nested deeper than 1,024, no object, or a key that stands twice in one object.
    """
    if isinstance(raw, Mapping):
        return raw
    try:
        document = orjson.loads(raw := raw.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise BadInput(f"not JSON that can be read: {error}", where=where, do=WHOLE) from None
    if not isinstance(document, dict):
        raise BadInput("the JSON is not an object", where=where, do=WHOLE)
    if again := next(twice(raw, document), None):
        what = "this key stands twice in its object, and which of them is meant nobody can tell"
        raise BadInput(what, where=f"{where} {again[0]} (line {again[1]})", do=WHOLE)
    return document


def child(document: Mapping[str, Any], pointer: str, *, where: str) -> Mapping[str, Any]:
    """The object at a JSON pointer of plain keys. Raises BadInput, naming the pointer, when there is none."""
    node: Any = document
    for key in pointer.strip("/").split("/"):
        node = node.get(key) if isinstance(node, dict) else None
    if not isinstance(node, dict):
        raise BadInput("an object is missing here", where=f"{where} {pointer}", do=WHOLE)
    return node


def objects(node: Mapping[str, Any], key: str, *, where: str) -> list[Mapping[str, Any]]:
    """The list of objects under `key`; absent is empty. Raises BadInput when it is anything else."""
    found = node.get(key, [])
    if not isinstance(found, list) or not all(isinstance(x, dict) for x in found):
        raise BadInput(f"{key} is not a list of objects", where=where, do=WHOLE)
    return found


def text(node: Mapping[str, Any], key: str) -> str:
    """The text under `key`, or empty."""
    found = node.get(key)
    return found if isinstance(found, str) else ""


def cve_id(value: object, *, where: str) -> str:
    """A well-formed CVE id. Raises BadInput."""
    if not isinstance(value, str) or not CVE.fullmatch(value):
        raise BadInput(f"{str(value)[:40]!r} is not a CVE id", where=where, do="CVE ids look like CVE-2025-4427")
    return value


def time_of(value: object, *, where: str) -> datetime:
    """A date or date-time as aware UTC. Raises BadInput, also for what UTC cannot hold."""
    if not isinstance(value, str):
        raise BadInput("the date is missing" if value is None else f"{str(value)[:40]!r} is not a date", where=where, do=WHOLE)
    try:
        return parse_time(value, where=where)
    except (OverflowError, ValueError):
        raise BadInput(f"{value[:40]!r} is outside the calendar", where=where, do=WHOLE) from None


def time_or_none(value: object) -> datetime | None:
    """A date or date-time as aware UTC, or None when there is none that can be read."""
    try:
        return time_of(value, where="")
    except BadInput:
        return None
