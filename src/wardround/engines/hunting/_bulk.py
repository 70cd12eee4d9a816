"""Reading a source for a hunt in bulk: events that no rule can hit are counted, and never made.

What is plain goes the short way (records of event files and of JSON lines, the combined access log); all else is read as ever. The
account is the same in the end: events, hosts, hours, gaps, lines not understood.
"""

from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from orjson import JSONDecodeError, loads

from wardround.core.hunts._plan import Account
from wardround.core.hunts.indicators import IndicatorSet
from wardround.core.logs import Event, Reading, Source
from wardround.core.logs._access import COMBINED, kind
from wardround.core.logs._json import JsonReader
from wardround.core.logs._lines import LONGEST_LINE, lines_of
from wardround.core.logs._model import LineReader
from wardround.core.logs._read import AccessReader, Holders, whole
from wardround.core.logs._records import windows_event
from wardround.core.logs._windows import event_of, windows_records
from wardround.engines.hunting._compiled import Decided
from wardround.engines.hunting._lines import HOUR, Doubts, Ints, block_of, suspects
from wardround.engines.hunting._records import LaterEvent, Told
from wardround.engines.hunting._times import Times

if TYPE_CHECKING:
    from wardround.engines.hunting._search import FastSearcher

BLOCK = 1 << 20
OFTEN = 5_000
EVENT = b'"Event"'
MINUTE = 60
COMBINED_KIND = kind(COMBINED)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BulkReading(Reading):
    """As Reading, without the events that no rule can hit. Those on the short way come as LaterEvent, counted already."""

    def __init__(self, source: Source, *, searcher: "FastSearcher", account: Account) -> None:
        super().__init__(source)
        self._searcher, self._account = searcher, account
        self._indicators = account.plan.indicators
        self._times = Times(self.tally)
        self._layouts: Counter[int] = Counter()
        self._told: dict[int, Told] = {}
        self._short = not source.skew

    def __iter__(self) -> Iterator[Event]:
        yield from super().__iter__()
        self._times.close()
        for key, count in self._layouts.items():
            self._add(self._told[key], count)

    def _count(self, event: Event) -> bool:
        if isinstance(event, LaterEvent):
            return True
        self._times.pause()
        return super()._count(event)

    def _windows_events(self) -> Iterator[Event]:
        if not self._short:
            yield from super()._windows_events()
            return
        for nth, record in enumerate(windows_records(whole(self.tally))):
            if not nth % OFTEN:
                self._searcher.compiled.rest()
            if isinstance(record, str):
                self.tally.not_read(record)
                continue
            raw = record["data"]
            try:
                parsed = loads(raw)
                told = self._searcher.windows.tell(parsed)
            except JSONDecodeError:
                told = None
            if told is not None and self._times.add(told.time):
                if (event := self._later(record["event_record_id"], told, parsed, raw.encode())) is not None:
                    yield event
            elif isinstance(got := event_of(record), str):
                self.tally.not_read(got)
            else:
                yield got

    def _later(self, number: int, told: Told, parsed: Any, raw: bytes, *, worded: bool = True) -> LaterEvent | None:
        """Count a record; an event of it when a rule may hit it. `worded`: a word that some rule looks for may stand in it."""
        self.tally.hosts[told.host] += 1
        key = id(told.layout)
        self._layouts[key] += 1
        if self._layouts[key] == 1:
            self._told[key] = told
            self._kinds.add(told.records.kind)
            self._add(told, 0)
            if self._indicators is not None:
                fields = windows_event(number, parsed, excerpt="").fields
                self._account.sought |= self._indicators.sought_in(fields)
        decided, view = told.decided, told.records.view
        if worded and view.words and (named := view.worded_in_json(raw)):
            decided = Decided(decided.sure, tuple(sorted(named.union(decided.unsure).difference(decided.sure))))
        if decided.sure or decided.unsure or (self._indicators is not None and self._indicators.suspects(raw)):
            return LaterEvent(number, told._replace(decided=decided), parsed, excerpt=raw.decode())
        return None

    def _add(self, told: Told, count: int) -> None:
        kind = told.records.kind
        self.tally.events += count
        self.tally.shapes[kind.shape] += count
        self._account.counts[kind] += count
        self._account.names.setdefault(kind, set()).update(told.layout.names)

    def _lines(self, pieces: Iterable[bytes], first: int, readers: list[LineReader], holders: Holders) -> Iterator[Event]:
        number = first
        for block in blocks(pieces):
            if isinstance(block, bytes) and self._short:
                number += yield from self._block(block, number, readers, holders)
                continue
            for at, line in lines_of((block,) if isinstance(block, bytes) else block, number=number):
                yield from self._line(at, line, readers, holders)
                number = at + 1
        yield from self._end(readers, holders)

    def _block(self, data: bytes, first: int, readers: list[LineReader], holders: Holders) -> Generator[Event, None, int]:
        """The lines of one block. Returns how many they are."""
        self._searcher.compiled.rest()
        lines = data.split(b"\n")
        lines.pop()
        index, access, worded = 0, None, None
        while index < len(lines):
            line = lines[index].removesuffix(b"\r")
            if isinstance(readers[0], AccessReader):
                access = access or Passing(data, self._searcher.doubts, self._indicators)
                stop = access.stop(index)
                if stop > index:
                    self._pass(access.seconds[index:stop])
                    index = stop
                    continue
            elif isinstance(readers[0], JsonReader) and EVENT in line and (told := self._told_by(line)) is not None:
                if worded is None:
                    worded = self._searcher.words.lines(data)
                if (event := self._later(first + index, *told, line, worded=index in worded)) is not None:
                    yield event
                index += 1
                continue
            yield from self._line(first + index, None if len(lines[index]) > LONGEST_LINE else line, readers, holders)
            index += 1
        return len(lines)

    def _told_by(self, line: bytes) -> tuple[Told, Any] | None:
        try:
            parsed = loads(line)
        except JSONDecodeError:
            return None
        told = self._searcher.windows.tell(parsed)
        return (told, parsed) if told is not None and self._times.add(told.time) else None

    def _pass(self, seconds: Ints) -> None:
        """Count lines of the combined access log that no rule can hit."""
        kind, tally, count = COMBINED_KIND, self.tally, len(seconds)
        self._times.pause()
        self._kinds.add(kind)
        tally.events += count
        tally.shapes[kind.shape] += count
        tally.hosts[""] += count
        self._account.counts[kind] += count
        self._account.names.setdefault(kind, set())
        if self._indicators is not None:
            self._account.sought |= self._indicators.sought_in(kind.fields or ())
        steps = np.diff(seconds)
        back = steps[steps < -MINUTE]
        furthest = timedelta(seconds=int(-back.min())) if len(back) else timedelta(0)
        tally.clock.passed(_time(seconds[0]), _time(seconds[-1]), back=len(back), furthest=furthest)
        hours, where = np.unique(seconds // HOUR, return_inverse=True)
        least = np.full(len(hours), np.iinfo(np.int64).max)
        most = np.full(len(hours), np.iinfo(np.int64).min)
        np.minimum.at(least, where, seconds)
        np.maximum.at(most, where, seconds)
        for time in chain(least, most):
            tally.seen.add(_time(time))


class Passing:
    """The lines of a block of an access log that may be passed over, up to the next that may not."""

    def __init__(self, data: bytes, doubts: Doubts, indicators: IndicatorSet | None) -> None:
        block = block_of(data)
        self.seconds = block.seconds
        stops = ~block.plain
        stops[suspects(block, doubts)] = True
        if indicators is not None:
            stops[indicators.prefilter.lines(data)] = True
        self._stops = np.append(np.flatnonzero(stops), len(stops))

    def stop(self, index: int) -> int:
        """The next line, from this one on, that must be read the ordinary way."""
        return int(self._stops[np.searchsorted(self._stops, index)])


def blocks(pieces: Iterable[bytes]) -> Iterator[bytes | Iterator[bytes]]:
    """Pieces of a stream as blocks of whole lines, each line with its end. From an endless line on: the rest of the pieces."""
    rest: list[bytes] = []
    size, source = 0, iter(pieces)
    for piece in source:
        rest.append(piece)
        size += len(piece)
        if size < BLOCK:
            continue
        data = b"".join(rest)
        cut = data.rfind(b"\n") + 1
        if cut:
            yield data[:cut]
        rest, size = [data[cut:]], len(data) - cut
        if size > LONGEST_LINE:
            yield chain(rest, source)
            return
    data = b"".join(rest)
    if data:
        yield data if data.endswith(b"\n") else data + b"\n"


def _time(seconds: Any) -> datetime:
    return EPOCH + timedelta(seconds=int(seconds))
