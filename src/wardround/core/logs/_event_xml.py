"""Windows events written as XML: `wevtutil /f:xml`, `Get-WinEvent` with `ToXml()`, and Sysmon for Linux inside syslog."""

import re
from typing import Any
from xml.etree import ElementTree

from wardround.core.logs._model import Event
from wardround.core.logs._records import windows_event

NAMESPACE = re.compile(r"\sxmlns=(?:'[^']*'|\"[^\"]*\")")
LONGEST = 1_000_000


def xml_event(number: int, text: str, *, host: str = "") -> Event | None:
    """`<Event>...</Event>` as an event; None when it is not such an element, or declares entities of its own."""
    end = text.rfind("</Event>")
    if end < 0 or len(text) > LONGEST or "<!" in text:
        return None
    try:
        root = ElementTree.fromstring(NAMESPACE.sub("", text[: end + 8]))  # noqa: S314 - a declaration of entities was refused above
    except (ElementTree.ParseError, ValueError):
        return None
    system = root.find("System")
    if root.tag != "Event" or system is None:
        return None
    event: dict[str, Any] = {"System": {child.tag: _element(child) for child in system}}
    for section in root:
        if section.tag in ("EventData", "UserData"):
            event[section.tag] = _data(section)
    provider = system.find("Provider")
    linux = provider is not None and provider.get("Name") == "Linux-Sysmon"
    return windows_event(number, {"Event": event}, excerpt=text, linux=linux, host=host)


def _element(element: ElementTree.Element) -> Any:
    return {"#attributes": dict(element.attrib), "#text": element.text} if element.attrib else element.text


def _data(section: ElementTree.Element, depth: int = 0) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for child in section:
        if child.tag == "Data" and "Name" in child.attrib:
            out[child.attrib["Name"]] = child.text or ""
        elif len(child) and depth < 8:
            out[child.tag] = _data(child, depth + 1)
        else:
            unnamed = out.setdefault(child.tag, [])
            if isinstance(unnamed, list):
                unnamed.append(child.text or "")
    return out


class XmlReader:
    """Reads lines that are one such element, or a part of a list of them."""

    def read(self, number: int, line: str) -> tuple[Event, ...] | None:
        """The events of a line; None when there is none in it."""
        at = line.find("<Event")
        if at < 0 or at > 200 or line[at + 6 : at + 7] not in (" ", ">"):
            return () if line.strip() in ("<Events>", "</Events>") else None
        parts = [part + "</Event>" for part in line[at:].split("</Event>")[:-1]]
        events = tuple(e for part in parts if "<Event" in part and (e := xml_event(number, part[part.index("<Event") :])))
        return events or None

    def close(self) -> tuple[Event, ...]:
        """Nothing is held back."""
        return ()
