"""Reading a source for a hunt in bulk: events that no rule can hit are counted, and never made.

What is plain goes the short way (records of event files and of JSON lines, the combined access log); all else is read as ever. The
account is the same in the end: events, hosts, hours, gaps, lines not understood.
"""

from collections import Counter, defaultdict
from collections.abc import Generator, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import numpy as np
from orjson import loads

from wardround.core.hunts._plan import Account
from wardround.core.hunts.indicators import IndicatorSet
from wardround.core.logs import Event, Kind, Reading, Source
from wardround.core.logs._access import COMBINED, kind
from wardround.core.logs._json import JsonReader
from wardround.core.logs._lines import LONGEST_LINE, lines_of
from wardround.core.logs._model import LineReader
from wardround.core.logs._read import MOST_KINDS, AccessReader, Holders, whole
from wardround.core.logs._records import windows_event
from wardround.core.logs._windows import event_of, windows_records
from wardround.engines.hunting._lines import HOUR, Doubts, Ints, block_of, suspects
from wardround.engines.hunting._records import LaterEvent, Layout
from wardround.engines.hunting._times import Times
from wardround.engines.hunting._together import Together

if TYPE_CHECKING:
    from wardround.engines.hunting._search import FastSearcher

BLOCK = 1 << 20
TOGETHER = 1_024
MINUTE = 60
COMBINED_KIND = kind(COMBINED)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BulkReading(Reading):
    """As Reading, without the events that no rule can hit. Those on the short way come as LaterEvent, counted already."""

    def __init__(self, source: Source, *, searcher: "FastSearcher", account: Account) -> None:
        super().__init__(source)
        self._searcher, self._account = searcher, account
        self._indicators = account.plan.indicators
        self._times = Times(self.tally, searcher.hours)
        self._layouts: Counter[Layout] = Counter()
        self._short = not source.skew

    def __iter__(self) -> Iterator[Event]:
        yield from super().__iter__()
        self._times.close()
        for layout, count in (+self._layouts).items():
            self.tally.events += count
            self.tally.shapes[layout.kind.shape] += count
            self._account.counts[layout.kind] += count

    def _count(self, event: Event) -> bool:
        return isinstance(event, LaterEvent) or super()._count(event)

    def _windows_events(self) -> Iterator[Event]:
        if not self._short:
            yield from super()._windows_events()
            return
        records = windows_records(whole(self.tally))
        while some := list(islice(records, TOGETHER)):
            self._searcher.compiled.rest()
            together = self._together([b"" if isinstance(record, str) else record["data"].encode() for record in some])
            at = 0
            while at < len(some):
                record, stop = some[at], together.until(at)
                if stop > at:
                    numbers = [one["event_record_id"] for one in some[at:stop] if not isinstance(one, str)]
                    yield from self._given(together, at, numbers)
                    at = stop
                    continue
                got = record if isinstance(record, str) else event_of(record)
                if isinstance(got, str):
                    self.tally.not_read(got)
                else:
                    yield got
                at += 1

    def _together(self, raws: Sequence[bytes]) -> Together:
        """Records that are told together, but for those with an odd time or of one kind too many."""
        together = Together(raws, searcher=self._searcher, indicators=self._indicators)
        there = [(at, told) for at, told in enumerate(together.told) if told is not None]
        together.leave([there[nth][0] for nth in self._times.odd([told[3] for _, told in there])])
        for layout, first in {told[0]: at for at, told in there}.items():
            if layout not in self._layouts and not self._known(layout, raws[first]):
                together.leave([at for at, told in there if told[0] is layout])
        return together

    def _known(self, layout: Layout, raw: bytes) -> bool:
        """Take a layout into the account, of which this is a record; False for one of too many kinds."""
        if layout.kind not in self._kinds and len(self._kinds) >= MOST_KINDS:
            return False
        self._kinds.add(layout.kind)
        self._layouts[layout] = 0
        if self._indicators is not None:
            self._account.sought |= self._indicators.sought_in(windows_event(0, loads(raw), excerpt="").fields)
        return True

    def _given(self, together: Together, first: int, numbers: Sequence[int]) -> Iterator[Event]:
        """Count records that follow one another, and give the events of those that may be hit."""
        run = [told for told in together.told[first : first + len(numbers)] if told is not None]
        layouts, _, hosts, times = zip(*run, strict=True)
        self.tally.hosts.update(hosts)
        self._layouts.update(layouts)
        self._times.add(times, _strands(layouts, hosts, times))
        for layout in dict.fromkeys(layouts):
            self.tally.shapes[layout.kind.shape] += 0  # in the order in which they came
            self._account.names.setdefault(layout.kind, set()).update(layout.names)
        yield from together.events(first, numbers)

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
        index, access, records, began, end = 0, None, None, 0, 0
        while index < len(lines):
            stop = index
            if isinstance(readers[0], AccessReader):
                access = access or Passing(data, self._searcher.doubts, self._indicators)
                stop = access.stop(index)
                if stop > index:
                    self._pass(access.seconds[index:stop])
            elif isinstance(readers[0], JsonReader):
                if records is None or index >= end:
                    began, end = index, index + TOGETHER
                    records = self._together(
                        [line.removesuffix(b"\r") if len(line) <= LONGEST_LINE else b"" for line in lines[began:end]]
                    )
                stop = began + records.until(index - began)
                if stop > index:
                    yield from self._given(records, index - began, range(first + index, first + stop))
            if stop == index:
                line = None if len(lines[index]) > LONGEST_LINE else lines[index].removesuffix(b"\r")
                yield from self._line(first + index, line, readers, holders)
            index = max(stop, index + 1)
        return len(lines)

    def _pass(self, seconds: Ints) -> None:
        """Count lines of the combined access log that no rule can hit."""
        kind, tally, count = COMBINED_KIND, self.tally, len(seconds)
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
        for time in chain.from_iterable(zip(least, most, strict=True)):
            tally.strands.add(kind, "", _time(time))


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


def _strands(layouts: Sequence[Layout], hosts: Sequence[str], times: Sequence[str]) -> dict[tuple[Kind, str], list[str]]:
    """The times of each kind of log and host."""
    each: defaultdict[tuple[Layout, str], list[str]] = defaultdict(list)
    for which, time in zip(zip(layouts, hosts, strict=True), times, strict=True):
        each[which].append(time)
    strands: defaultdict[tuple[Kind, str], list[str]] = defaultdict(list)
    for (layout, host), its in each.items():
        strands[layout.log, host] += its
    return strands


def _time(seconds: Any) -> datetime:
    return EPOCH + timedelta(seconds=int(seconds))
