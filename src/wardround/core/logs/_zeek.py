"""Zeek's logs with tab-separated values: the header says the fields, their types and how nothing is written."""

import re
from functools import lru_cache

from wardround.core.logs._clock import Clock
from wardround.core.logs._model import Event, Kind, LineReader, Scalar
from wardround.core.logs._tables import table

HEX = re.compile(r"\\x([0-9A-Fa-f]{2})")
WHOLE = frozenset({"count", "int", "port"})
MOST_FIELDS = 500


@lru_cache(maxsize=256)
def aliases(path: str) -> dict[str, tuple[str, ...]]:
    """The names that rules use beside Zeek's own, by Zeek's own (tables/fields.toml)."""
    return {name: tuple(names) for name, names in table("fields")["zeek"].get(path, {}).items()}


@lru_cache(maxsize=256)
def kind(path: str, fields: tuple[str, ...]) -> Kind:
    """The kind of one log, with the fields that its header names."""
    extra = {name for field in fields for name in aliases(path).get(field, ())}
    return Kind(f"Zeek {path} log", "zeek", path, fields=frozenset(fields) | extra)


class ZeekReader(LineReader):
    """Reads such lines under the header that came last."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._reset()

    def _reset(self) -> None:
        self._separator, self._set_separator, self._empty, self._unset = "\t", ",", "(empty)", "-"
        self._path, self._fields, self._types = "", (), ()

    _path: str
    _fields: tuple[str, ...]
    _types: tuple[str, ...]

    def read(self, number: int, line: str) -> tuple[Event, ...] | None:
        """The event of a line, none for a line of the header; None when it is not a line of such a log."""
        if line.startswith("#"):
            return () if self._header(line) else None
        if not self._fields:
            return None
        values = line.split(self._separator)
        if len(values) != len(self._fields):
            return None
        return (self._event(number, line, values),)

    def _header(self, line: str) -> bool:
        if line.startswith("#separator "):
            self._reset()
            self._separator = _unescaped(line[11:].strip(" ")) or "\t"
            return True
        name, _, rest = line.partition(self._separator)
        match name:
            case "#set_separator":
                self._set_separator = rest or ","
            case "#empty_field":
                self._empty = rest
            case "#unset_field":
                self._unset = rest
            case "#path":
                self._path = rest[:64]
            case "#fields":
                self._fields = tuple(rest.split(self._separator)[:MOST_FIELDS])
                self._types = ()
            case "#types":
                self._types = tuple(rest.split(self._separator)[:MOST_FIELDS])
            case "#open" | "#close":
                pass
            case _:
                return False
        return True

    def _event(self, number: int, line: str, values: list[str]) -> Event:
        fields: dict[str, tuple[Scalar, ...]] = {}
        types = self._types if len(self._types) == len(self._fields) else ("string",) * len(self._fields)
        for name, type_, value in zip(self._fields, types, values, strict=True):
            if value != self._unset:
                fields[name] = self._typed(type_, value)
        for name, others in aliases(self._path).items():
            if name in fields:
                for other in others:
                    fields.setdefault(other, fields[name])
        stamp = fields.get("ts", (None,))[0]
        time = self._clock.read(str(stamp)) if stamp is not None else None
        of = kind(self._path, self._fields)
        return Event(number, time=time, kind=of, fields=fields, text=line if "\\x" not in line else _unescaped(line), excerpt=line)

    def _typed(self, type_: str, value: str) -> tuple[Scalar, ...]:
        if type_.startswith(("set[", "vector[")):
            inner = type_.partition("[")[2].rstrip("]")
            if value == self._empty:
                return ("",)
            return tuple(v for part in value.split(self._set_separator) for v in self._typed(inner, part))
        if type_ == "bool" and value in ("T", "F"):
            return (value == "T",)
        if type_ in WHOLE and value.lstrip("-").isdecimal() and len(value) < 20:
            return (int(value),)
        if value == self._empty:
            return ("",)
        return (_unescaped(value) if "\\x" in value else value,)


def _unescaped(text: str) -> str:
    return HEX.sub(lambda found: chr(int(found[1], 16)), text)
