"""Windows events and JSON lines on the short way: from the parsed record to what the rules say, without making an event of it.

Whatever is not of the plainest form (nested data, several values, fractions) is left to the ordinary reader.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from wardround.core.logs import Event, Kind, as_time
from wardround.core.logs._records import EXCERPT, WINDOWS, windows_event
from wardround.core.logs._tables import table
from wardround.engines.hunting._compiled import Decided, View
from wardround.engines.hunting._shapes import Shape, Shapes

PLAIN = frozenset([str, int, type(None)])
TEXTS = frozenset([str, type(None)])
LARGEST_ID, LONGEST_CHANNEL = 0xFFFF, 256
NOT_PLAIN = ("nested",) * 3
SECTIONS = frozenset(["#attributes", "System", "EventData"])
NO_DATA: Mapping[str, Any] = {}


class Layout(NamedTuple):
    """One form of a kind of event: what was decided for its values, and those of its fields that the rules name."""

    shape: Shape
    names: frozenset[str]


class Told(NamedTuple):
    """What a record says that its account needs, and what the rules say of it."""

    records: "Records"
    layout: Layout
    decided: Decided
    host: str
    time: Any


class Records:
    """Windows events of one kind. `asked` are the fields that any rule of the hunt names."""

    def __init__(self, kind: Kind, shapes: Shapes, *, asked: frozenset[str]) -> None:
        self.kind, self._asked = kind, asked
        self.view: View = shapes.view
        self._system = [name for name in (*PLAIN_SYSTEM, *FROM_ATTRIBUTES) if name in asked]
        self._plain = [name for name in PLAIN_SYSTEM if name in asked]
        self._attributes = [FROM_ATTRIBUTES[name] for name in FROM_ATTRIBUTES if name in asked]
        self._layouts: dict[tuple[tuple[str, ...], tuple[bool, ...]], Layout] = {}

    def tell(self, data: Mapping[str, Any], system: Mapping[str, Any]) -> tuple[Layout, Decided] | None:
        """What the rules say; None when the ordinary reader has to be asked."""
        get = system.get
        of_system = [get(name) for name in self._plain]
        for section, name in self._attributes:
            value = get(section)
            of_system.append(None if value is None else value["#attributes"].get(name))
        values = [*data.values(), *of_system]
        if not PLAIN.issuperset(map(type, values)):
            values = [value if type(value) in PLAIN else _simple(value) for value in values]
            if NOT_PLAIN in values:
                return None
        missing = tuple([value is None for value in of_system]) if None in of_system else ()
        layout = self._layouts.get((tuple(data), missing)) or self._layout(tuple(data), missing)
        return layout, layout.shape.plain(values)

    def _layout(self, names: tuple[str, ...], missing: tuple[bool, ...]) -> Layout:
        places = dict(zip(names, range(len(names)), strict=True))
        for nth, name in enumerate(self._system):
            if not (missing and missing[nth]):
                places.setdefault(name, len(names) + nth)
        if self.kind.channel == "security" and self.kind.event_id == 4688:
            for theirs, ours in table("fields")["windows"]["4688"].items():
                for name in ours if theirs in places else ():
                    places.setdefault(name, places[theirs])
        if len(self._layouts) >= Shapes.MOST:
            self._layouts.clear()
        got = self._layouts[names, missing] = Layout(Shape(self.view, places), self._asked & places.keys())
        return got


class LaterEvent(Event):
    """A Windows event whose fields and text are worked out only when somebody asks: most hits are only told."""

    __slots__ = ("_record", "told")

    def __init__(self, line: int, told: Told, record: Any, *, excerpt: str) -> None:
        self.line, self.kind, self.host = line, told.records.kind, told.host
        self.time = as_time(told.time)
        self.excerpt = excerpt[:EXCERPT]
        self.told = told
        self._record, self._folded = record, {}

    def __getattr__(self, name: str) -> Any:
        if name not in ("fields", "text"):
            raise AttributeError(name)
        whole = windows_event(self.line, self._record, excerpt=self.excerpt)
        self.fields, self.text = whole.fields, whole.text
        return getattr(self, name)


class WindowsRecords:
    """Windows events of every kind."""

    def __init__(self, shapes: Callable[[Kind], Shapes], *, asked: frozenset[str]) -> None:
        self._shapes, self._asked = shapes, asked
        self._kinds: dict[tuple[str, int], Records] = {}

    def tell(self, record: Any) -> Told | None:
        """What the rules say of one parsed record; None when the ordinary reader has to be asked."""
        try:
            event = record["Event"]
            system, data = event["System"], event.get("EventData")
            channel, event_id, host = system["Channel"], system["EventID"], system["Computer"]
            if type(event_id) is dict:
                event_id = event_id["#text"]
                system = {**system, "EventID": event_id}
            if type(event_id) is str:
                event_id = int(event_id)
                system = {**system, "EventID": event_id}
            time = system["TimeCreated"]["#attributes"]["SystemTime"]
            if not SECTIONS.issuperset(event) or type(event_id) is not int or not 0 <= event_id <= LARGEST_ID:
                return None
            if type(channel) is not str or len(channel) > LONGEST_CHANNEL or type(host) is not str or not host:
                return None
            records = self._kinds.get((channel, event_id)) or self._records(channel, event_id)
            found = records.tell(NO_DATA if data is None else data, system)
        except (KeyError, TypeError, AttributeError, ValueError):
            return None
        return None if found is None else Told(records, *found, host, time)

    def _records(self, channel: str, event_id: int) -> Records:
        kind = Kind(WINDOWS, "windows", channel.lower(), event_id)
        if len(self._kinds) >= Shapes.MOST:
            self._kinds.clear()
        got = self._kinds[channel, event_id] = Records(kind, self._shapes(kind), asked=self._asked)
        return got


def _simple(value: Any) -> Any:
    """A value of another type as a field's tuple of values; NOT_PLAIN for what the ordinary reader has to see."""
    if type(value) is bool:
        return (value,)
    if type(value) is dict:
        value = value.get("#text", NOT_PLAIN)
    if type(value) is list and TEXTS.issuperset(map(type, value)):
        return tuple(value)
    return value if type(value) in TEXTS else NOT_PLAIN


# As the ordinary reader takes them from an event's system section.
PLAIN_SYSTEM = ("EventID", "Channel", "Computer", "Level", "Task", "Opcode", "Keywords", "Version", "EventRecordID")
FROM_ATTRIBUTES = {
    "Provider_Name": ("Provider", "Name"),
    "UserID": ("Security", "UserID"),
    "Execution_ProcessID": ("Execution", "ProcessID"),
}
