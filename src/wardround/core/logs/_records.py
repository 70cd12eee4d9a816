"""JSON records as events: lines of JSON, and Windows events in the shape that exports and the event file reader share."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from itertools import chain
from typing import Any

from wardround.core.logs._clock import Clock
from wardround.core.logs._model import Event, Kind, Scalar, written
from wardround.core.logs._tables import table
from wardround.core.logs._times import as_time

DEEPEST = 32
DAY = re.compile(r"\d{4}[-/]\d\d?[-/]\d\d?|\d\d?[-/.]\d\d?[-/.]\d{4}|\d{8}")
HOUR_NAMES = ("time", "Time", "TIME")
UTC_BEHIND = re.compile(r"\s*[(\[]UTC[)\]]\Z", re.IGNORECASE)
JSON_LINES = Kind("JSON lines", "json")
WINDOWS = "Windows event log"
EXCERPT = 2_000


def plain_event(number: int, record: Mapping[str, Any], clock: Clock, *, excerpt: str, shape: str = "") -> Event:
    """A JSON object, or a row of a table, that no table knows. Windows events are known by their channel and event id."""
    fields = dict(flat(record))
    names = table("fields")["json"]
    time = _stated_time(fields, clock)
    host = next((str(fields[name][0]) for name in names["host"] if name in fields), "")
    kind = _stated_kind(fields.get("Channel", ("",))[0], _whole(fields.get("EventID", (None,))[0]))
    if kind is JSON_LINES and shape:
        kind = Kind(shape, "json")
    if kind.event_id == 4688 and kind.channel == "security":
        _renamed_process_fields(fields)
    return Event(number, time=time, kind=kind, fields=fields, text=_text(fields), excerpt=excerpt[:EXCERPT], host=host)


def _stated_time(fields: Mapping[str, tuple[Scalar, ...]], clock: Clock) -> datetime | None:
    """When a record says that it was: by the names that the table has, else by those that are the same in small letters.

    A day in one field and an hour in another are one time. A day alone says no hour, and is none.
    """
    known = table("fields")["json"]["time"]
    for name in chain((n for n in known if n in fields), (n for n in fields if n not in known and means_time(n))):
        value = fields[name][0]
        if isinstance(value, str) and DAY.fullmatch(value.strip()):
            hour = next((fields[n][0] for n in HOUR_NAMES if n in fields), None)
            value = f"{value.strip()} {hour}" if hour is not None else None
        if (time := as_time(value) if UTC_BEHIND.search(name) else clock.read(value)) is not None:
            return time
    return None


@lru_cache(maxsize=4096)
def means_time(name: str) -> bool:
    """Is a field called as those that say when, however its letters are written? With `(UTC)` behind it too."""
    return UTC_BEHIND.sub("", name).strip().replace(" ", "_").lower() in table("fields")["json"]["time_small"]


def _stated_kind(channel: Scalar, event_id: int | None) -> Kind:
    """A Windows event when the record names a channel and an event id, else a record that does not say what it is."""
    if isinstance(channel, str) and 0 < len(channel) <= 256 and event_id is not None and 0 <= event_id <= 0xFFFF:
        return Kind(WINDOWS, "windows", channel.lower(), event_id)
    return JSON_LINES


def windows_event(
    number: int,
    record: Mapping[str, Any],
    *,
    excerpt: str,
    form: str = "",
    clock: Clock | None = None,
    linux: bool = False,
    host: str = "",
) -> Event:
    """A Windows event (`{"Event": {"System": ..., "EventData": ...}}`): system fields by their own names, data fields by theirs.

    `form` is told beside the shape: the tool that exported it. `linux`: Sysmon for Linux wrote it. `clock`: for times without zone.
    """
    event = record["Event"]
    system = event["System"]
    provider, execution, security = (_attributes(system.get(name)) for name in ("Provider", "Execution", "Security"))
    fields: dict[str, tuple[Scalar, ...]] = {}
    for name, value in event.items():
        if name not in ("System", "#attributes") and value is not None:
            fields |= dict(_data(name, value))
    event_id = _plain(system.get("EventID"))
    for name, value in (
        ("Provider_Name", provider.get("Name")),
        ("EventID", _whole(event_id)),
        *(
            (name, _plain(system.get(name)))
            for name in ("Channel", "Computer", "Level", "Task", "Opcode", "Keywords", "Version", "EventRecordID")
        ),
        ("UserID", security.get("UserID")),
        ("Execution_ProcessID", execution.get("ProcessID")),
    ):
        if value is not None and not isinstance(value, dict | list):
            fields.setdefault(name, (value,))
    stamp = _attributes(system.get("TimeCreated")).get("SystemTime")
    time = clock.read(stamp) if clock else as_time(stamp)
    channel = str(_plain(system.get("Channel")) or "").lower()[:256]
    number_of_kind = min(max(_whole(event_id) or 0, 0), 0xFFFF)
    kind = (
        Kind("Sysmon for Linux", "linux", "sysmon", number_of_kind)
        if linux
        else Kind(WINDOWS + form, "windows", channel, number_of_kind)
    )
    if kind.event_id == 4688 and kind.channel == "security":
        _renamed_process_fields(fields)
    named = str(_plain(system.get("Computer")) or host)
    return Event(number, time=time, kind=kind, fields=fields, text=_text(fields), excerpt=excerpt[:EXCERPT], host=named)


def flat(record: Any, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, tuple[Scalar, ...]]]:
    """Fields of a JSON object by dotted names. A list is a field of several values; deeper than 32 levels is left out."""
    got: dict[str, list[Scalar]] = {}
    for name, value in _leaves(record, prefix, depth):
        got.setdefault(name, []).append(value)
    for name, values in got.items():
        yield name, tuple(values)


def _leaves(value: Any, name: str, depth: int) -> Iterator[tuple[str, Scalar]]:
    if depth > DEEPEST:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{name}.{key}" if name else str(key), depth + 1)
    elif isinstance(value, list):
        for inner in value or [None]:
            yield from _leaves(inner, name, depth + 1)
    else:
        yield name, value


def _data(section: str, value: Any, depth: int = 0) -> Iterator[tuple[str, tuple[Scalar, ...]]]:
    """EventData by its fields' own names; UserData's one inner element is looked through; unnamed data are the values of `Data`."""
    if not isinstance(value, dict):
        yield section, (value,)
        return
    for name, inner in value.items():
        if name == "#attributes":
            continue
        if isinstance(inner, dict) and "#text" in inner:
            text = inner["#text"]
            yield name, tuple(t for t in text if not isinstance(t, dict | list)) if isinstance(text, list) else (text,)
        elif isinstance(inner, dict):
            if depth < DEEPEST:
                yield from _data(name, inner, depth + 1)
        elif isinstance(inner, list):
            yield name, tuple(i for i in inner if not isinstance(i, dict | list))
        else:
            yield name, (inner,)


def _renamed_process_fields(fields: dict[str, tuple[Scalar, ...]]) -> None:
    for theirs, ours in table("fields")["windows"]["4688"].items():
        if theirs in fields:
            for name in ours:
                fields.setdefault(name, fields[theirs])


def _text(fields: Mapping[str, tuple[Scalar, ...]]) -> str:
    return "\n".join(written(v) for values in fields.values() for v in values if v is not None)


def _attributes(value: Any) -> Mapping[str, Any]:
    inner = value.get("#attributes") if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def _plain(value: Any) -> Any:
    return value.get("#text") if isinstance(value, dict) else value


def _whole(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None
