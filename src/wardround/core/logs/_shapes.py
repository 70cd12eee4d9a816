"""What a JSON object or a row of a table is, by the names in it (tables/json_shapes.toml), and the names that rules use for it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from wardround.core.logs._clock import Clock
from wardround.core.logs._model import Event, Kind, Scalar, written
from wardround.core.logs._records import EXCERPT, flat
from wardround.core.logs._tables import table
from wardround.core.logs._times import as_time
from wardround.core.logs._zeek import aliases as zeek_aliases


class Shape(NamedTuple):
    """One shape of the table."""

    name: str
    family: str
    channel: str
    keys: frozenset[str]
    values: Mapping[str, list[str]]
    time: tuple[str, ...]
    host: tuple[str, ...]
    utc: bool
    inside: str
    whole: tuple[str, ...]
    aliases: tuple[tuple[str, ...], ...]
    channel_from: str


@lru_cache(maxsize=1)
def shapes() -> tuple[Shape, ...]:
    """All shapes, in the order in which they are tried."""
    got = table("json_shapes")
    out = []
    for entry in got["shape"]:
        groups = entry.get("aliases", [])
        groups = got["aliases"][groups] if isinstance(groups, str) else groups
        lists = {name: tuple(entry.get(name, ())) for name in ("time", "host", "whole")}
        out.append(
            Shape(
                name=entry["name"],
                family=entry["family"],
                channel=entry.get("channel", ""),
                keys=frozenset(entry["keys"]),
                values=entry.get("values", {}),
                utc=entry.get("utc", False),
                inside=entry.get("inside", ""),
                aliases=tuple(tuple(group) for group in groups),
                channel_from=entry.get("channel_from", ""),
                **lists,
            )
        )
    return tuple(out)


@lru_cache(maxsize=2048)
def _candidates(keys: frozenset[str]) -> tuple[Shape, ...]:
    return tuple(shape for shape in shapes() if shape.keys <= keys)


def shape_of(record: Mapping[str, Any]) -> Shape | None:
    """The first shape that a record has; None when it has none of them."""
    for shape in _candidates(frozenset(record)) if len(record) <= 400 else ():
        if all(record.get(name) in allowed for name, allowed in shape.values.items()):
            return shape
    return None


def shaped_event(number: int, record: Mapping[str, Any], shape: Shape, clock: Clock, *, excerpt: str, form: str = "") -> Event:
    """The event of a record whose shape is known. `form` is told beside the shape: how it was written down, if not as JSON."""
    fields = dict(flat(record))
    if shape.inside and isinstance(inner := record.get(shape.inside), dict):
        for name, values in flat(inner):
            fields.setdefault(name, values)
    for name in shape.whole:
        if (value := _at(record, name)) is not None and isinstance(value, dict | list):
            text = orjson.dumps(value).decode()
            fields[name] = (*fields.get(name, ()), text)
            if shape.inside and name.startswith(shape.inside + "."):
                fields[name.removeprefix(shape.inside + ".")] = fields[name]
    channel = str(record.get(shape.channel_from, ""))[:64] if shape.channel_from else shape.channel
    for group in shape.aliases if shape.family != "zeek" else ():
        _equal(fields, group)
    if channel == "signinlogs" and "ResultType" in fields:  # as the portal says it, which is how public rules ask
        fields.setdefault("Status", ("Success" if str(fields["ResultType"][0]) == "0" else "Failure",))
    for name, others in zeek_aliases(channel).items() if shape.family == "zeek" else ():
        _equal(fields, (name, *others))
    time = None
    for name in shape.time:
        if name in fields and (time := (as_time if shape.utc else clock.read)(fields[name][0])) is not None:
            break
    host = next((str(fields[name][0]) for name in shape.host if name in fields), "")
    text = "\n".join(written(v) for v in dict.fromkeys(v for values in fields.values() for v in values) if v is not None)
    kind = Kind(shape.name + form, shape.family, channel)
    return Event(number, time=time, kind=kind, fields=fields, text=text, excerpt=excerpt[:EXCERPT], host=host)


def _at(record: Any, dotted: str) -> Any:
    for part in dotted.split("."):
        record = record.get(part) if isinstance(record, dict) else None
    return record


def _equal(fields: dict[str, tuple[Scalar, ...]], group: tuple[str, ...]) -> None:
    """Names that mean one thing: the names that are missing get what the first one that is there has."""
    known = next((fields[name] for name in group if name in fields), None)
    if known is not None:
        for name in group:
            fields.setdefault(name, known)
