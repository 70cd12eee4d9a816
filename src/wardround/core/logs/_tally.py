"""What the reading of one source let us see: counted event by event, by whoever reads it."""

import hashlib
from collections import Counter
from datetime import datetime
from typing import Any

from wardround.core.logs._clock import Clock
from wardround.core.logs._model import Source
from wardround.core.logs._seen import Seen
from wardround.core.vocab import BadInput, Rejected
from wardround.core.vocab._hunting import SourceCoverage

EXAMPLES = 5


class Hashed:
    """Passes bytes on, and hashes and counts them."""

    def __init__(self, stream: Any) -> None:
        self.stream, self.digest, self.count = stream, hashlib.sha256(), 0

    def read1(self, size: int = -1) -> bytes:
        """What one read of the stream gives: what stands before a damaged place is not lost with it."""
        data: bytes = self.stream.read1(size)
        self.digest.update(data)
        self.count += len(data)
        return data


class Tally:
    """The account of one source. `coverage` is right once the source was read to its end."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.bytes = Hashed(source.stream)
        self.shapes: Counter[str] = Counter()
        self.hosts: Counter[str] = Counter()
        self.seen = Seen()
        self.clock = Clock(source.zone, skew=source.skew, written=source.written)
        self.notes: list[str] = []
        self.events = self.not_placed = self.unparsed = 0
        self.examples: list[str] = []
        self.rejected: list[Rejected] = []

    def add(self, shape: str, host: str, time: datetime | None) -> None:
        """One event."""
        self.events += 1
        self.shapes[shape] += 1
        self.hosts[host] += 1
        if time is None:
            self.not_placed += 1
        else:
            self.seen.add(time)

    def not_read(self, example: str) -> None:
        """One line or record that could not be read; the first few are kept as examples."""
        self.unparsed += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(example)

    def damaged(self, error: Exception) -> None:
        """The source cannot be read to its end, or no further: what stood before that is in the account."""
        if isinstance(error, BadInput):
            self.rejected.append(Rejected(error.where or self.source.name, error.what))
            return
        what = f"could not be read to its end: {error} (after {self.bytes.count:,} bytes)"
        self.rejected.append(Rejected(self.source.name, what))

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
            sha256=self.bytes.digest.hexdigest(),
            host=self.source.host or self._host(),
            could_have_been_altered=self.source.could_have_been_altered,
            unparsed_examples=tuple(self.examples),
            zone=self.clock.zone() if self.events > self.not_placed else "",
            skew=self.clock.skew,
            notes=(*self.clock.notes(), *self.notes, *self._mixed(), *self._kinds()),
        )

    def _mixed(self) -> tuple[str, ...]:
        """Several hosts in one log: one that stops leaves no gap where others go on. Or others than the one it is said to be of."""
        named = sorted(filter(None, self.hosts), key=lambda host: (-self.hosts[host], host))
        said = self.source.host
        if said and named and short(said) not in map(short, named):
            more = f" and {len(named) - 1:,} more" if len(named) > 1 else ""
            return (f"its events name {named[0][:100]}{more}, and not {said}",)
        if len(named) < 2:
            return ()
        return (f"its events name {len(named):,} hosts: its hours and gaps are those of all of them together",)

    def _kinds(self) -> tuple[str, ...]:
        """As with hosts: of lines of several kinds one may stop while others go on."""
        if len(self.shapes) < 2:
            return ()
        return (f"it holds {len(self.shapes)} kinds of lines: its hours and gaps are those of all of them together",)

    def _host(self) -> str:
        """The host that the events name, when they all name the same."""
        return next(iter(self.hosts)) if len(self.hosts) == 1 else ""


def short(host: str) -> str:
    """The first label of a host's name: logs write it with or without its domain."""
    return host.partition(".")[0].lower()
