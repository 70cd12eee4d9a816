"""What a log is made of: where it comes from, its events, and what kind of events they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, NamedTuple

Scalar = str | int | float | bool | None


class Kind(NamedTuple):
    """What an event is, as far as its log tells: the ground on which a rule's log source is compared.

    `shape` is what a person is told. `fields` are the fields that such an event can have at all; None means that any field
    may appear (Windows events, JSON), so that only what was seen can tell.
    """

    shape: str
    family: str
    channel: str = ""
    event_id: int = 0
    fields: frozenset[str] | None = None


class Event:
    """One event: `line` counts from 1 (a Windows event's record number), `time` is UTC or None, `text` is what keywords search.

    A field has several values where the log has several, or where one value was decoded: a test holds if any value passes it.
    """

    __slots__ = ("_folded", "excerpt", "fields", "host", "kind", "line", "text", "time")

    def __init__(
        self,
        line: int,
        *,
        time: datetime | None,
        kind: Kind,
        fields: Mapping[str, tuple[Scalar, ...]],
        text: str,
        excerpt: str = "",
        host: str = "",
    ) -> None:
        self.line, self.time, self.kind, self.fields, self.text = line, time, kind, fields, text
        self.excerpt, self.host = excerpt or text, host
        self._folded: dict[str, tuple[str, ...]] = {}

    def folded(self, name: str) -> tuple[str, ...]:
        """The values of a field as lower-case text; null gives nothing."""
        got = self._folded.get(name)
        if got is None:
            got = self._folded[name] = tuple(written(v).lower() for v in self.fields.get(name, ()) if v is not None)
        return got

    def folded_text(self) -> str:
        """All text of the event in lower case."""
        got = self._folded.get("\0")
        if got is None:
            got = self._folded["\0"] = (self.text.lower(),)
        return got[0]


def written(value: Scalar) -> str:
    """A value as the rules write it: `true` and `false` in lower case, numbers plain."""
    return str(value).lower() if isinstance(value, bool) else str(value)


class LineReader:
    """Reads the lines of one format. A line that is not of the format is left to the others."""

    def read(self, number: int, line: str) -> tuple[Event, ...] | None:
        """The events that this line completes, none when it only prepares them; None when it is not of the format."""
        raise NotImplementedError

    def close(self) -> tuple[Event, ...]:
        """The events that were still waiting for more lines; most formats hold nothing back."""
        return ()


@dataclass(frozen=True, slots=True)
class Source:
    """A log as it came: a name to show, a stream of bytes (packed or plain), and the host it speaks of where that is known.

    `zone` (`Europe/London`, `+01:00`) is that of times which state none; empty: they are read as UTC, and that is said. `skew` is
    by how many seconds the log's clock was ahead. `written`: when the file was last written, for the year of times without one.
    """

    name: str
    stream: BinaryIO
    host: str = ""
    could_have_been_altered: bool = False
    zone: str = ""
    skew: float = 0.0
    written: datetime | None = None
