"""Windows events whose form is known: many are read at once, straight into the columns that rules ask for.

Windows writes all events of one provider, id and version with the same fields. What a record begins with, up to these, says
which form is to be expected of it. A form allows what it names, of plain types, and nothing else; every other record goes the
way that it would have gone without. So a form that was wrongly expected costs time, and never a value.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta, MsgspecError, Struct, defstruct, field

from wardround.engines.hunting._records import FROM_ATTRIBUTES, OUTSIDE, PLAIN_SYSTEM, TEXTS, Layout
from wardround.engines.hunting._shapes import Values
from wardround.engines.hunting._times import LENGTH, in_micros

ATTRIBUTES, TEXT = "#attributes", "#text"
MOST_DEEP = 4
NOT_OF_FORM = (MsgspecError, ValueError, RecursionError)
Whole = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]  # of a larger one the two readers make different numbers
There = str | Whole
Plain = There | None
Several = list[str | None]
Attributes = dict[str, Plain] | None
Member = tuple[str, Any, Any]
COMPUTER = attrgetter("Event.System.Computer")
MOMENT = attrgetter("Event.System.TimeCreated.attributes.SystemTime")


class Exact(Struct, gc=False, forbid_unknown_fields=True):
    """An object that has these members, and no other."""


class Moment(Exact):
    """The time as it is written."""

    SystemTime: str


class TimeCreated(Exact):
    """When it was written."""

    attributes: Moment = field(name=ATTRIBUTES)


class Texts(Exact):
    """Values without names, as classic logs have them."""

    text: str | Several | None = field(name=TEXT)


class Data(NamedTuple):
    """The one object with an event's own fields, and the names that lead to it: none when it has no fields."""

    where: tuple[str, ...]
    members: Mapping[str, Any]


class Many(NamedTuple):
    """Events of one layout: their values, hosts and times, in the order of the records."""

    layout: Layout
    values: Values
    hosts: Sequence[str]
    times: Sequence[Any]


class Form:
    """One form of an event, from a record that has it and was told by the ordinary way."""

    def __init__(self, record: Mapping[str, Any], layout: Layout) -> None:
        event, own = record["Event"], len(layout.data)
        data = _data_of(event)
        if layout.data != tuple(_inner(data.members)):
            raise ValueError("its data stand in several places")
        places = layout.shape.places
        if max(layout.shape.paired, default=-1) >= own or max(places, default=0) >= own + len(layout.system):
            raise ValueError("a rule asks for what is the same in all of its kind")
        self._layout = layout
        asked = {layout.data[place] for place in places if place < own}
        self._decoder = msgspec.json.Decoder(_record(data, asked, _system(event["System"], layout)))
        within = ".".join(("Event", *["inner"] * len(data.where)))
        self._data = attrgetter(within)
        self._of_data = [attrgetter(f"f{place}") for place in places if place < own]
        self._odd = [_type(data.members[layout.data[place]]) is not Plain for place in places if place < own]
        self._of_system = [attrgetter(f"Event.System.{_path(layout.system[place - own])}") for place in places if place >= own]

    def read(self, raws: Sequence[bytes]) -> Many:
        """Records, none with a line feed in it. Raises one of NOT_OF_FORM when one of them has another form."""
        records = self._decoder.decode_lines(b"\n".join(raws))
        if len(records) != len(raws):
            raise ValueError("several records on a line")
        data = list(map(self._data, records))
        columns = [list(map(get, data)) for get in self._of_data]
        for at, odd in enumerate(self._odd):
            if odd:
                columns[at] = list(map(_taken, columns[at]))
        columns += [list(map(get, records)) for get in self._of_system]
        times: Sequence[str] = list(map(MOMENT, records))
        if not {LENGTH}.issuperset(map(len, times)):
            times = list(map(in_micros, times))
        return Many(self._layout, Values(self._layout.shape, columns, len(raws)), list(map(COMPUTER, records)), times)


def _taken(value: Any) -> Any:
    """A value that need not be plain, as the values of a field."""
    if type(value) is Texts:
        value = value.text
    return tuple(value) if type(value) is list else (value,) if type(value) is bool else value


def _data_of(event: Mapping[str, Any]) -> Data:
    """Where an event's own fields stand."""
    at: Any = {name: value for name, value in event.items() if name not in OUTSIDE and value is not None}
    where: list[str] = []
    while len(names := _inner(at)) == 1 and len(where) < MOST_DEEP:
        inner = at[names[0]]
        if type(inner) is not dict or (where and TEXT in inner):
            break
        where.append(names[0])
        at = inner
    if at and not where:
        raise ValueError("its data stand in several places")
    return Data(tuple(where), at)


def _inner(value: Mapping[str, Any]) -> list[str]:
    return [name for name in value if name != ATTRIBUTES]


def _path(name: str) -> str:
    """Where a field of the system section stands."""
    section, attribute = FROM_ATTRIBUTES.get(name, (name, ""))
    return f"{section}.attributes.{attribute}" if attribute else section


def _record(data: Data, asked: Collection[str], system: type[Struct]) -> type[Struct]:
    """A record whose data are of these types: of the fields that rules ask for, of one that is read here as it is elsewhere."""
    members = [
        (f"f{place}", _type(value) if name in asked else _type(value) | float | bool, field(name=name))
        for place, (name, value) in enumerate((name, data.members[name]) for name in _inner(data.members))
    ]
    inner = _object(members)
    for name in reversed(data.where[1:]):
        inner = _object([("inner", inner, field(name=name))])
    own = ("inner", inner, field(name=data.where[0])) if data.where else ("EventData", None, field(default=None))
    return _object([("Event", _object([("System", system, field()), own]), field())], attributes=False)


def _object(members: list[Member], *, attributes: bool = True) -> type[Struct]:
    beside: list[Member] = [("attributes", Attributes, field(name=ATTRIBUTES, default=None))] if attributes else []
    return defstruct("Object", [*members, *beside], bases=(Exact,), kw_only=True)


def _type(value: Any) -> Any:
    """What a member that had this value may hold."""
    match value:
        case bool():
            return Plain | bool
        case str() | int() | float() | None:
            return Plain
        case {"#text": str() | list() | None} if len(value) == 1:
            return Texts | str | None
        case list() if TEXTS.issuperset(map(type, value)):
            return Several | str | None
    raise ValueError(f"no form for {type(value).__name__}")


SECTIONS = {
    "Provider": ("Name", "Guid", "EventSourceName"),
    "Correlation": ("ActivityID", "RelatedActivityID"),
    "Execution": ("ProcessID", "ThreadID", "ProcessorID", "SessionID", "KernelTime", "UserTime", "ProcessorTime"),
    "Security": ("UserID",),
}
"""What every Windows event says of itself beside PLAIN_SYSTEM (Windows Event Schema, SystemPropertiesType)."""


def _system(system: Mapping[str, Any], layout: Layout) -> type[Struct]:
    """The system section of one kind. What rules ask for is there in all of its events, or in none: as in this one."""
    asked = {name: name in layout.names for name in layout.system if name not in layout.data}
    members: list[Member] = [
        ("TimeCreated", TimeCreated, field()),
        ("Channel", Literal[system["Channel"]], field()),
        ("Computer", Annotated[str, Meta(min_length=1)], field()),
        ("EventID", _event_id(system["EventID"]), field()),
    ]
    for name in PLAIN_SYSTEM:
        if name not in ("Channel", "Computer", "EventID"):
            members.append(_member(name, asked.get(name)))
    for section, names in SECTIONS.items():
        of_rules = {inner: asked.get(name) for name, (outer, inner) in FROM_ATTRIBUTES.items() if outer == section}
        element, must = _element(tuple((name, of_rules.get(name)) for name in names)), True in of_rules.values()
        members.append((section, element if must else element | None, field() if must else field(default=None)))
    return _object(members, attributes=False)


@cache
def _element(names: tuple[tuple[str, bool | None], ...]) -> type[Struct]:
    """An element with nothing but attributes."""
    attributes = _object([_member(name, there) for name, there in names], attributes=False)
    return _object([("attributes", attributes, field(name=ATTRIBUTES))], attributes=False)


def _member(name: str, there: bool | None) -> Member:
    """One that is there, that is not there, or (None) may be."""
    return (name, There, field()) if there else (name, Plain if there is None else None, field(default=None))


def _event_id(value: Any) -> Any:
    if type(value) is not dict:
        return Literal[value]
    return _object([("text", Literal[value[TEXT]], field(name=TEXT))])
