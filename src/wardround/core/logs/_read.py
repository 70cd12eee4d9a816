"""Reading one source: what it is, by its content, and its events."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Protocol

from wardround.core.logs import _windows
from wardround.core.logs._access import access_event
from wardround.core.logs._cef import CefReader
from wardround.core.logs._clock import Clock
from wardround.core.logs._csv import CsvReader
from wardround.core.logs._error_logs import ErrorLogReader
from wardround.core.logs._event_xml import XmlReader
from wardround.core.logs._haproxy import HaproxyReader
from wardround.core.logs._iis_native import IisReader
from wardround.core.logs._journal import JournalReader
from wardround.core.logs._json import JsonReader, Records, records_for
from wardround.core.logs._lines import lines_of, text_of, utf8
from wardround.core.logs._model import Event, Kind, LineReader, Source
from wardround.core.logs._squid import SquidReader
from wardround.core.logs._tally import Tally
from wardround.core.logs._unpack import BROKEN, LARGEST_IN_MEMORY
from wardround.core.logs._values import Values, starts_values
from wardround.core.logs._w3c import W3cReader
from wardround.core.logs._zeek import ZeekReader
from wardround.core.vocab import BadInput

HOPELESS = 64 << 20
MOST_KINDS = 10_000
WRONG = (ValueError, LookupError, TypeError, OverflowError, RecursionError)
"""What a reader may raise for a line made to that end, which then costs that line alone."""


class Holder(Protocol):
    """A reader that may find that lines it took, or parts of them, cannot be read after all."""

    problems: list[tuple[int, str]]


Holders = tuple[Holder, ...]


class AccessReader(LineReader):
    """Reads lines of access logs one by one."""

    def read(self, number: int, line: str) -> tuple[Event, ...] | None:
        """The event of a line; None when it is no such line."""
        event = access_event(number, line)
        return None if event is None else (event,)


def line_readers(clock: Clock, records: Records, *others: LineReader) -> tuple[list[LineReader], Holders]:
    """A reader for each format, in the order in which they are asked, and what may find that lines cannot be read after all."""
    table, xml = CsvReader(records), XmlReader()  # the table reader takes most, and comes last
    readers: list[LineReader] = [JsonReader(records), AccessReader(), CefReader(clock), W3cReader(), ZeekReader(clock), xml]
    readers += [SquidReader(), HaproxyReader(clock), ErrorLogReader(clock), IisReader(clock)]
    return [*readers, *others, table], (table, xml, records)


class Reading:
    """The reading of one source. Iterate over it for the events; `tally` is right once that has come to its end."""

    def __init__(self, source: Source) -> None:
        self.source, self.tally = source, Tally(source)
        self._kinds: set[Kind] = set()
        self._latin = 0

    def __iter__(self) -> Iterator[Event]:
        try:
            for event in self._read():
                if self._count(event):
                    yield event
        except (BadInput, *BROKEN) as error:
            self.tally.damaged(error)

    def _count(self, event: Event) -> bool:
        """Put an event's time right, and into the account; False for one of too many kinds, which is left out."""
        if event.kind not in self._kinds:
            if len(self._kinds) >= MOST_KINDS:
                self.tally.not_read(f"line {event.line}: one kind of event more than the {MOST_KINDS} that one log may hold")
                return False
            self._kinds.add(event.kind)
        event.time = self.tally.clock.corrected(event.time)
        self.tally.add(event.kind, event.host, event.time)
        return True

    def _read(self) -> Iterator[Event]:
        if _windows.begins_event_file(self.source.stream.peek(8)):  # type: ignore[attr-defined]
            yield from self._windows_events()
            return
        chunks = self._whole_to_damage(utf8(self.tally.bytes))  # type: ignore[arg-type]
        first = next(chunks, b"")
        records, syslog, audit = records_for(self.tally.clock)
        journal = JournalReader(self.tally.clock, syslog, records.entry)
        readers, holders = line_readers(self.tally.clock, records, audit, syslog, journal)
        pieces, number = chain((first,), chunks), 1
        if starts_values(first):
            values = Values(pieces)
            records.plain = "JSON over several lines"
            yield from self._json_values(values, records)
            records.plain = ""
            pieces, number = chain(values.remaining()), values.line
        yield from self._lines(pieces, number, readers, holders)

    def _whole_to_damage(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The pieces before a damaged place; the damage is noted, so that what the readers still hold is given."""
        try:
            yield from chunks
        except (BadInput, *BROKEN) as error:
            self.tally.damaged(error)

    def _windows_events(self) -> Iterator[Event]:
        for got in _windows.windows_events(whole(self.tally)):
            if isinstance(got, Event):
                yield got
            else:
                self.tally.not_read(got)

    def _json_values(self, values: Values, records: Records) -> Iterator[Event]:
        for number, value, text in values:
            before = self.tally.events
            if isinstance(value, dict):
                yield from records.events(number, value, text)
            if self.tally.events == before:
                records.problems.clear()
                self.tally.not_read(text if value is None else f"value {number}: {text[:80]!r}")
            self._report(records, "value")

    def _lines(self, pieces: Iterable[bytes], first: int, readers: list[LineReader], holders: Holders) -> Iterator[Event]:
        for number, line in lines_of(pieces, number=first):
            yield from self._line(number, line, readers, holders)
        yield from self._end(readers, holders)

    def _line(self, number: int, line: bytes | None, readers: list[LineReader], holders: Holders) -> Iterator[Event]:
        if line is None:
            self.tally.not_read(f"line {number}: longer than a line may be")
            return
        if not line.strip():
            return
        text = text_of(line)
        if not text.isascii() and len(text) == len(line):
            self._latin += 1
        yield from self._asked(number, text, readers)
        for holder in holders:
            if holder.problems:
                self._report(holder)
        if not self.tally.events and self.tally.unparsed > 1_000 and self.tally.bytes.count > HOPELESS:
            raise BadInput(
                f"nothing in its first {HOPELESS >> 20} MB is a log that can be read; left there", where=self.source.name
            )

    def _asked(self, number: int, text: str, readers: list[LineReader]) -> tuple[Event, ...]:
        """The events of a line by the reader that takes it; none, and the line counted as not read, where it fails on it."""
        try:
            got = readers[0].read(number, text)
            return self._others(number, text, readers) if got is None else got
        except WRONG:
            self.tally.not_read(f"line {number}: {text[:80]!r}")
            return ()

    def _end(self, readers: list[LineReader], holders: Holders) -> Iterator[Event]:
        for reader in readers:
            try:
                yield from reader.close()
            except WRONG as error:
                self.tally.not_read(f"what stood last and was not complete: {type(error).__name__}")
        for holder in holders:
            self._report(holder)
        if self._latin:
            self.tally.notes.append(f"{self._latin} lines are not UTF-8: read as Latin-1")

    def _others(self, number: int, text: str, readers: list[LineReader]) -> tuple[Event, ...]:
        """A line that is not of the format of the line before it: the reader that takes it is asked first from now on."""
        for index, reader in enumerate(readers[1:], start=1):
            got = reader.read(number, text)
            if got is not None:
                readers.insert(0, readers.pop(index))
                return got
        self.tally.not_read(f"line {number}: {text[:80]!r}")
        return ()

    def _report(self, holder: Holder, unit: str = "line") -> None:
        for number, text in holder.problems:
            self.tally.not_read(f"{unit} {number}: {text[:80]!r}")
        holder.problems.clear()


def whole(tally: Tally) -> bytes:
    """All of a source, or all before a damaged place: an event file is not read piecewise."""
    parts: list[bytes] = []
    try:
        while tally.bytes.count <= LARGEST_IN_MEMORY and (data := tally.bytes.read1(1 << 20)):
            parts.append(data)
    except (BadInput, *BROKEN) as error:
        tally.damaged(error)
    if tally.bytes.count > LARGEST_IN_MEMORY:
        raise BadInput(f"larger than {LARGEST_IN_MEMORY >> 20} MB, too large for an event file", where=tally.source.name)
    return b"".join(parts)
