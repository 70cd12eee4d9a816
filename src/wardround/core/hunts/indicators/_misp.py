"""MISP JSON: the attributes of its events and of the objects in them."""

from collections.abc import Iterator, Mapping
from typing import Any

from wardround.core.hunts.indicators._csv import stated_entries
from wardround.core.hunts.indicators._entry import Entry, PassedOver
from wardround.core.vocab import Rejected

HOLDING = ("response", "Event", "Attribute", "Object")


def is_misp(document: Any) -> bool:
    """An event, a list of them, or the answer of a search."""
    if isinstance(document, list):
        return bool(document) and all(isinstance(item, dict) and any(name in item for name in HOLDING) for item in document)
    return isinstance(document, dict) and any(name in document for name in HOLDING)


def misp_entries(name: str, document: Any) -> Iterator[Entry | PassedOver | Rejected]:
    """The entries of all attributes in it."""
    for pointer, attribute, event in _attributes(document, "", ""):
        yield from _entry(attribute, f"{name}#{pointer}", event)


def _attributes(value: Any, pointer: str, event: str) -> Iterator[tuple[str, Any, str]]:
    """Each attribute with its place and what its event is about. The document's own form bounds the depth."""
    waiting: list[tuple[Any, str, str]] = [(value, pointer, event)]
    while waiting:
        value, pointer, event = waiting.pop()
        if isinstance(value, list):
            waiting += [(item, f"{pointer}/{at}", event) for at, item in reversed(list(enumerate(value)))]
        elif isinstance(value, dict):
            event = str(value["info"])[:150] if isinstance(value.get("info"), str) else event
            held = value.get("Attribute")
            if isinstance(held, list):
                for at, attribute in enumerate(held):
                    yield f"{pointer}/Attribute/{at}", attribute, event
            waiting += [(value[name], f"{pointer}/{name}", event) for name in ("Object", "Event", "response") if name in value]
            if isinstance(held, dict):
                waiting.append((held, f"{pointer}/Attribute", event))


def _entry(attribute: Any, where: str, event: str) -> Iterator[Entry | PassedOver | Rejected]:
    if not isinstance(attribute, dict) or not isinstance(attribute.get("value"), str) or not isinstance(attribute.get("type"), str):
        yield Rejected(where, "an attribute without a type or a value")
    elif attribute.get("deleted") in (True, "1", 1):
        yield PassedOver(where, "deleted")
    elif attribute.get("to_ids") in (False, "0", 0, None):
        yield PassedOver(where, "not for detection (to_ids)")
    else:
        context = (event, attribute.get("category"), attribute.get("comment"))
        doubt = _warned(attribute) if "warnings" in attribute else ""
        yield from stated_entries(attribute["type"], attribute["value"], where, context, doubt)


def _warned(attribute: Mapping[str, Any]) -> str:
    """What MISP's warning lists say of it."""
    warnings = attribute.get("warnings")
    names = []
    for warning in warnings if isinstance(warnings, list) else ():
        if isinstance(warning, Mapping):
            names.append(str(warning.get("warninglist_name") or warning.get("name") or warning.get("match") or "a warning list"))
    return f"MISP warns of it: {', '.join(names)}"[:300] if names else ""
