"""Reading one source: what it is, by its content, and its events."""

from collections.abc import Iterator

from wardround.core.logs import _windows
from wardround.core.logs._access import access_event
from wardround.core.logs._lines import lines
from wardround.core.logs._model import Event, Source
from wardround.core.logs._records import json_event
from wardround.core.logs._tally import Tally
from wardround.core.logs._unpack import BROKEN, LARGEST_IN_MEMORY
from wardround.core.vocab import BadInput, Rejected

HOPELESS = 64 << 20


class Reading:
    """The reading of one source. Iterate over it for the events; `tally` is right once that has come to its end."""

    def __init__(self, source: Source) -> None:
        self.source, self.tally = source, Tally(source)

    def __iter__(self) -> Iterator[Event]:
        try:
            for event in self._read():
                self.tally.add(event.kind.shape, event.host, event.time)
                yield event
        except BadInput as error:
            self.tally.rejected.append(Rejected(error.where or self.source.name, error.what))
        except BROKEN as error:
            self.tally.rejected.append(Rejected(self.source.name, f"could not be read to its end: {error}"))

    def _read(self) -> Iterator[Event]:
        start = self.source.stream.peek(8)[:8]  # type: ignore[attr-defined]
        if start == _windows.MAGIC:
            yield from self._windows_events()
            return
        for number, line in lines(self.tally.bytes):  # type: ignore[arg-type]
            event = self._line_event(number, line)
            if event:
                yield event
            elif not self.tally.events and self.tally.unparsed > 1_000 and self.tally.bytes.count > HOPELESS:
                raise BadInput(
                    f"nothing in its first {HOPELESS >> 20} MB is a log that can be read; left there", where=self.source.name
                )

    def _windows_events(self) -> Iterator[Event]:
        for got in _windows.windows_events(whole(self.tally)):
            if isinstance(got, Event):
                yield got
            else:
                self.tally.not_read(got)

    def _line_event(self, number: int, line: bytes | None) -> Event | None:
        if line is None:
            self.tally.not_read(f"line {number}: longer than a line may be")
            return None
        if not line.strip():
            return None
        text = line.decode("utf-8", "replace")
        event = json_event(number, text) if text.lstrip().startswith("{") else access_event(number, text)
        if event is None:
            self.tally.not_read(f"line {number}: {text[:80]!r}")
        return event


def whole(tally: Tally) -> bytes:
    """All of a source, or all before a damaged place: an event file is not read piecewise."""
    parts: list[bytes] = []
    try:
        while data := tally.bytes.read1(1 << 20):
            parts.append(data)
            if tally.bytes.count > LARGEST_IN_MEMORY:
                raise BadInput(f"larger than {LARGEST_IN_MEMORY >> 20} MB, too large for an event file", where=tally.source.name)
    except BROKEN as error:
        tally.rejected.append(Rejected(tally.source.name, f"could not be read to its end: {error}"))
    return b"".join(parts)
