"""Windows events and JSON lines on the short way: from the parsed record to what the rules say, without making an event of it.

Whatever is not of the plain form (fractions, lists of anything but text) is left to the ordinary reader.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from orjson import loads

from wardround.core.logs import Event, Kind, Scalar
from wardround.core.logs._kinds import of_log
from wardround.core.logs._records import EXCERPT, WINDOWS, _data, windows_event
from wardround.core.logs._tables import table
from wardround.engines.hunting._compiled import Decided, View
from wardround.engines.hunting._shapes import Shape, Shapes
from wardround.engines.hunting._times import LENGTH, as_written, in_micros

PLAIN = frozenset([str, int, type(None)])
SIMPLE = PLAIN | {tuple}
TEXTS = frozenset([str, type(None)])
LARGEST_ID, LONGEST_CHANNEL = 0xFFFF, 256
NOT_PLAIN = ("nested",) * 3
SECTIONS = frozenset(["#attributes", "System", "EventData"])
MOST_SECTIONS = len(SECTIONS)
OUTSIDE = frozenset(["#attributes", "System"])
NO_DATA: Mapping[str, Any] = {}
FIXED = ("EventID", "Channel")
"""Fields that are the same in all records of a kind, unless the data have their own."""


class Layout:
    """One form of a kind of event: what was decided for its values, and those of its fields that the rules name.

    `shape` picks among the values of `data`, then of `system`, then of FIXED: names in their places.
    """

    __slots__ = ("data", "kind", "log", "names", "shape", "system")

    def __init__(self, kind: Kind, shape: Shape, names: frozenset[str], data: tuple[str, ...], system: tuple[str, ...]) -> None:
        self.kind, self.log, self.shape, self.names = kind, of_log(kind), shape, names
        self.data, self.system = data, system


Told = tuple[Layout, Decided, str, Any]
"""A record's layout, what the rules say of it, its host and its time. There is one for each record of a hunt: a plain tuple."""
One = tuple[Layout, Sequence[Any], str, Any]
"""A record's layout, the values for the places of its shape, its host and its time."""


class Records:
    """Windows events of one kind. `asked` are the fields that any rule of the hunt names; `views` gives the rules for it."""

    def __init__(self, kind: Kind, channel: str, views: "Views", *, asked: frozenset[str]) -> None:
        self.kind, self._asked, self._views = kind, asked, views
        self._fixed: dict[str, Scalar] = {"EventID": kind.event_id, "Channel": channel}
        self._constant = tuple(self._fixed.values())
        self._plain = [name for name in PLAIN_SYSTEM if name in asked and name not in FIXED]
        attributes = [name for name in FROM_ATTRIBUTES if name in asked]
        self._attributes = [FROM_ATTRIBUTES[name] for name in attributes]
        self._system = [*self._plain, *attributes]
        self._layouts: dict[tuple[str, ...], dict[tuple[bool, ...], Layout]] = {}

    def tell(self, event: Mapping[str, Any], system: Mapping[str, Any]) -> tuple[Layout, Sequence[Any]] | None:
        """What the rules ask for; None when the ordinary reader has to be asked."""
        get = system.get
        of_system = [get(name) for name in self._plain]
        for section, name in self._attributes:
            of_system.append(None if (value := get(section)) is None else value["#attributes"].get(name))
        data = event.get("EventData", NO_DATA)
        if type(data) is not dict or len(event) > MOST_SECTIONS or not SECTIONS.issuperset(event):
            data = unfolded(event)
        values = [*data.values(), *of_system, *self._constant]
        if not PLAIN.issuperset(map(type, values)):
            of_system = [_of_system(value) for value in of_system]
            values = [*[value if type(value) in SIMPLE else _simple(value) for value in data.values()], *of_system, *self._constant]
            if NOT_PLAIN in values:
                data = unfolded(event)
                values = [*data.values(), *of_system, *self._constant]
                if NOT_PLAIN in values:
                    return None
        names = tuple(data)
        missing = tuple([value is None for value in of_system]) if None in of_system else ()
        try:
            layout = self._layouts[names][missing]
        except KeyError:
            layout = self._layout(names, missing)
        return layout, [values[place] for place in layout.shape.places]

    def _layout(self, names: tuple[str, ...], missing: tuple[bool, ...]) -> Layout:
        places = dict(zip(names, range(len(names)), strict=True))
        for nth, name in enumerate((*self._system, *FIXED)):
            if not any(missing[nth : nth + 1]):
                places.setdefault(name, len(names) + nth)
        if self.kind.channel == "security" and self.kind.event_id == 4688:
            for theirs, ours in table("fields")["windows"]["4688"].items():
                for name in ours if theirs in places else ():
                    places.setdefault(name, places[theirs])
        if len(self._layouts) >= Shapes.MOST:
            self._layouts.clear()
        own = {name: value for name, value in self._fixed.items() if places[name] >= len(names)}
        shape = Shape(self._views(self.kind, own), places, fixed=own)
        got = Layout(self.kind, shape, self._asked & places.keys(), names, tuple(self._system))
        self._layouts.setdefault(names, {})[missing] = got
        return got


Views = Callable[[Kind, Mapping[str, Scalar]], View]


class LaterEvent(Event):
    """A Windows event whose fields and text are worked out only when somebody asks: most hits are only told."""

    __slots__ = ("_raw", "decided", "view")

    def __init__(self, line: int, told: Told, decided: Decided, *, raw: str) -> None:
        layout, _, self.host, time = told
        self.line, self.kind, self.time = line, layout.kind, as_written(time)
        self.excerpt = raw[:EXCERPT]
        self.view, self.decided = layout.shape.view, decided
        self._raw, self._folded = raw, {}

    def __getattr__(self, name: str) -> Any:
        if name not in ("fields", "text"):
            raise AttributeError(name)
        whole = windows_event(self.line, loads(self._raw), excerpt=self._raw)
        self.fields, self.text = whole.fields, whole.text
        return getattr(self, name)


class WindowsRecords:
    """Windows events of every kind."""

    def __init__(self, views: Views, *, asked: frozenset[str]) -> None:
        self._views, self._asked = views, asked
        self._kinds: dict[tuple[str, int], Records] = {}

    def tell(self, record: Any) -> One | None:
        """What the rules ask of one parsed record; None when the ordinary reader has to be asked."""
        try:
            event = record["Event"]
            if len(record) > 1:  # what stands beside it may be more than its frame
                return None
            system = event["System"]
            channel, event_id, host = system["Channel"], system["EventID"], system["Computer"]
            if type(event_id) is dict:
                event_id = event_id["#text"]
            if type(event_id) is str:
                event_id = int(event_id)
            time = system["TimeCreated"]["#attributes"]["SystemTime"]
            if len(time) != LENGTH:
                time = in_micros(time)
            if type(event_id) is not int or not 0 <= event_id <= LARGEST_ID or type(channel) is not str:
                return None
            if len(channel) > LONGEST_CHANNEL or type(host) is not str or not host:
                return None
            records = self._kinds.get((channel, event_id)) or self._records(channel, event_id)
            found = records.tell(event, system)
        except (KeyError, TypeError, AttributeError, ValueError):
            return None
        return None if found is None else (*found, host, time)

    def _records(self, channel: str, event_id: int) -> Records:
        kind = Kind(WINDOWS, "windows", channel.lower(), event_id)
        if len(self._kinds) >= Shapes.MOST:
            self._kinds.clear()
        got = self._kinds[channel, event_id] = Records(kind, channel, self._views, asked=self._asked)
        return got


def unfolded(event: Mapping[str, Any]) -> dict[str, Any]:
    """The data of an event whose sections hold others, by their names, as the ordinary reader takes them."""
    fields: dict[str, tuple[Scalar, ...]] = {}
    for name, value in event.items():
        if name not in OUTSIDE and value is not None:
            fields |= dict(_data(name, value))
    return {name: _one(values) for name, values in fields.items()}


def _one(values: tuple[Scalar, ...]) -> Any:
    if len(values) == 1:
        value = values[0]
        return value if type(value) in PLAIN else values if type(value) is bool else NOT_PLAIN
    return values if TEXTS.issuperset(map(type, values)) and values != NOT_PLAIN else NOT_PLAIN


def _of_system(value: Any) -> Any:
    if type(value) is dict:
        value = value.get("#text")
    return value if type(value) in PLAIN else (value,) if type(value) is bool else NOT_PLAIN


def _simple(value: Any) -> Any:
    """A value of another type as a field's tuple of values; NOT_PLAIN for what has to be looked through."""
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
