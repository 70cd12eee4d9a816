"""Reading one source: what it is, by its content; its events; and what the reading let us see."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from wardround.core.logs import _windows
from wardround.core.logs._access import access_event
from wardround.core.logs._lines import lines
from wardround.core.logs._model import Event, Source
from wardround.core.logs._records import json_event
from wardround.core.logs._seen import Seen
from wardround.core.logs._unpack import BROKEN, LARGEST_IN_MEMORY
from wardround.core.vocab import BadInput, Rejected
from wardround.core.vocab._hunting import SourceCoverage

EXAMPLES = 5
HOPELESS = 64 << 20


class _Hashed:
    """Passes bytes on, and hashes and counts them."""

    def __init__(self, stream: Any) -> None:
        self.stream, self.digest, self.count = stream, hashlib.sha256(), 0

    def read1(self, size: int = -1) -> bytes:
        """What one read of the stream gives: what stands before a damaged place is not lost with it."""
        data: bytes = self.stream.read1(size)
        self.digest.update(data)
        self.count += len(data)
        return data


class Reading:
    """The reading of one source. Iterate over it for the events; `coverage` is right once that has come to its end."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.shapes: Counter[str] = Counter()
        self.hosts: Counter[str] = Counter()
        self.seen = Seen()
        self.events = self.not_placed = self.unparsed = 0
        self.examples: list[str] = []
        self.rejected: list[Rejected] = []
        self._bytes = _Hashed(source.stream)

    def __iter__(self) -> Iterator[Event]:
        try:
            for event in self._read():
                self.events += 1
                self.shapes[event.kind.shape] += 1
                self.hosts[event.host] += 1
                if event.time is None:
                    self.not_placed += 1
                else:
                    self.seen.add(event.time)
                yield event
        except BadInput as error:
            self.rejected.append(Rejected(error.where or self.source.name, error.what))
        except BROKEN as error:
            self.rejected.append(Rejected(self.source.name, f"could not be read to its end: {error}"))

    def _read(self) -> Iterator[Event]:
        start = self.source.stream.peek(8)[:8]  # type: ignore[attr-defined]
        if start == _windows.MAGIC:
            yield from self._windows_events()
            return
        for number, line in lines(self._bytes):  # type: ignore[arg-type]
            event = self._line_event(number, line)
            if event:
                yield event
            elif not self.events and self.unparsed > 1_000 and self._bytes.count > HOPELESS:
                raise BadInput(
                    f"nothing in its first {HOPELESS >> 20} MB is a log that can be read; left there", where=self.source.name
                )

    def _windows_events(self) -> Iterator[Event]:
        for got in _windows.windows_events(self._whole()):
            if isinstance(got, Event):
                yield got
            else:
                self._unparsed(got)

    def _whole(self) -> bytes:
        """All of the source, or all before a damaged place: an event file is not read piecewise."""
        parts: list[bytes] = []
        try:
            while data := self._bytes.read1(1 << 20):
                parts.append(data)
                if self._bytes.count > LARGEST_IN_MEMORY:
                    raise BadInput(f"larger than {LARGEST_IN_MEMORY >> 20} MB, too large for an event file", where=self.source.name)
        except BROKEN as error:
            self.rejected.append(Rejected(self.source.name, f"could not be read to its end: {error}"))
        return b"".join(parts)

    def _line_event(self, number: int, line: bytes | None) -> Event | None:
        if line is None:
            self._unparsed(f"line {number}: longer than a line may be")
            return None
        if not line.strip():
            return None
        text = line.decode("utf-8", "replace")
        event = json_event(number, text) if text.lstrip().startswith("{") else access_event(number, text)
        if event is None:
            self._unparsed(f"line {number}: {text[:80]!r}")
        return event

    def _unparsed(self, example: str) -> None:
        self.unparsed += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(example)

    @property
    def shape(self) -> str:
        """The commonest shape, and the others with their counts."""
        common = self.shapes.most_common()
        if not common:
            return "not recognised"
        others = ", ".join(f"{count} of {shape}" for shape, count in common[1:])
        return common[0][0] + (f" (and {others})" if others else "")

    def coverage(self) -> SourceCoverage:
        """What the source let us see, after all of it was read."""
        first, last = self.seen.ends()
        return SourceCoverage(
            source=self.source.name,
            shape=self.shape,
            events=self.events,
            unparsed=self.unparsed,
            first=first,
            last=last,
            gaps=self.seen.gaps(),
            sha256=self._bytes.digest.hexdigest(),
            host=self.source.host or self._host(),
            could_have_been_altered=self.source.could_have_been_altered,
            unparsed_examples=tuple(self.examples),
        )

    def _host(self) -> str:
        """The host that the events name, when they all name the same."""
        return next(iter(self.hosts)) if len(self.hosts) == 1 else ""
