"""Windows events written as XML: `wevtutil /f:xml`, `Get-WinEvent` with `ToXml()`, and Sysmon for Linux inside syslog."""

import re
from typing import Any
from xml.etree import ElementTree

from wardround.core.logs._model import Event, LineReader
from wardround.core.logs._records import windows_event

NAMESPACE = re.compile(r"\sxmlns=(?:'[^']*'|\"[^\"]*\")")
BEGIN = re.compile(r"(?:\s|\ufeff|<\?xml[^>]{0,100}\?>|<Events[^>]{0,200}>){0,8}<Event[ >]")
AROUND = re.compile(r"(?:\ufeff?<\?xml[^>]{0,100}\?>)?\s*(?:</?Events>)?")
LONGEST = 1_000_000
MOST_LINES = 10_000


def xml_event(number: int, text: str, *, host: str = "") -> Event | None:
    """`<Event>...</Event>` as an event; None when it is not such an element, or declares entities of its own."""
    end = text.rfind("</Event>")
    if end < 0 or len(text) > LONGEST or "<!" in text:
        return None
    try:
        plain = NAMESPACE.sub("", text[: end + 8])
        root = ElementTree.fromstring(plain)  # noqa: S314  # nosec B314  a declaration of entities was refused above
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
            out[child.attrib["Name"]] = child.text
        elif len(child) and depth < 8:
            out[child.tag] = _data(child, depth + 1)
        else:
            unnamed = out.setdefault(child.tag, [])
            if isinstance(unnamed, list):
                unnamed.append(child.text or "")
    return out


class XmlReader(LineReader):
    """Reads such elements, several in a line or one over several lines. `problems` are lines of an element that was torn."""

    def __init__(self) -> None:
        self._pending: list[tuple[int, str]] = []
        self._size = 0
        self.problems: list[tuple[int, str]] = []

    def read(self, number: int, line: str) -> tuple[Event, ...] | None:
        """The events that end in a line, none while one is still open; None when there is none in it."""
        begins = bool(BEGIN.match(line))
        if self._pending and not begins:
            return self._continued(number, line)
        self._torn()
        if not begins:
            return () if AROUND.fullmatch(line.strip()) else None
        whole, end, rest = line.rpartition("</Event>")
        parts = [part + "</Event>" for part in whole.split("</Event>")] if end else []
        events = tuple(event for part in parts if (event := _event_in(number, part)))
        if len(events) < len(parts):
            return None
        if "<Event" in rest.replace("<Events", ""):
            self._pending, self._size = [(number, rest)], len(rest)
        return events

    def close(self) -> tuple[Event, ...]:
        """What is still open then was torn."""
        self._torn()
        return ()

    def _continued(self, number: int, line: str) -> tuple[Event, ...]:
        self._pending.append((number, line))
        self._size += len(line)
        if "</Event>" in line:
            whole = "\n".join(text for _, text in self._pending)
            event = _event_in(self._pending[0][0], whole)
            if event:
                self._pending = []
                return (event,)
        if "</Event>" in line or len(self._pending) > MOST_LINES or self._size > LONGEST:
            self._torn()
        return ()

    def _torn(self) -> None:
        self.problems += self._pending
        self._pending = []


def _event_in(number: int, text: str) -> Event | None:
    at = text.find("<Event")
    while text.startswith("<Events", at):
        at = text.find("<Event", at + 7)
    return xml_event(number, text[at:]) if at >= 0 else None
