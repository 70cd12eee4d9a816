"""What the reading of one source let us see: counted event by event, by whoever reads it."""

import hashlib
from collections import Counter
from datetime import datetime
from typing import Any

from wardround.core.logs._clock import Clock
from wardround.core.logs._kinds import Strand, Strands
from wardround.core.logs._model import Kind, Source
from wardround.core.logs._seen import ends, gaps, joined
from wardround.core.vocab import BadInput, Rejected
from wardround.core.vocab._hunting import KindCoverage, SourceCoverage

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
        self.strands = Strands()
        self.clock = Clock(source.zone, skew=source.skew, written=source.written)
        self.notes: list[str] = []
        self.events = self.not_placed = self.unparsed = 0
        self.examples: list[str] = []
        self.rejected: list[Rejected] = []

    def add(self, kind: Kind, host: str, time: datetime | None) -> None:
        """One event."""
        self.events += 1
        self.shapes[kind.shape] += 1
        self.hosts[host] += 1
        self.not_placed += time is None
        self.strands.add(kind, host, time)

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
        """What the source let us see, after all of it was read. Lines that name others than the source's own host count no hour."""
        strands = self.strands.each()
        others = self._others()
        own = [one for one in strands if one.host not in others]
        spans = joined(span for one in own for span in one.spans) if others else self.strands.whole.spans()
        first, last = ends(spans)
        return SourceCoverage(
            source=self.source.name,
            shape=self.shape,
            events=self.events,
            unparsed=self.unparsed,
            first=first,
            last=last,
            gaps=gaps(spans),
            sha256=self.bytes.digest.hexdigest(),
            host=self.source.host or self._host(),
            could_have_been_altered=self.source.could_have_been_altered,
            unparsed_examples=tuple(self.examples),
            zone=self.clock.zone() if self.events > self.not_placed else "",
            skew=self.clock.skew,
            notes=(*self.clock.notes(), *self.notes, *self._mixed(), *self._kinds()),
            kinds=self._by_kind(own),
        )

    def _by_kind(self, strands: list[Strand]) -> tuple[KindCoverage, ...]:
        """The hours of each kind and host. Those of a source that is said to be of one host are of that host."""
        each: dict[tuple[str, str], list[Strand]] = {}
        for one in strands:
            each.setdefault((self.source.host or one.host, one.kind), []).append(one)
        out = []
        for (host, kind), some in each.items():
            spans = joined(span for one in some for span in one.spans)
            out.append(KindCoverage(kind, host, *ends(spans), gaps(spans)))
        return tuple(out)

    def _others(self) -> frozenset[str]:
        """The hosts whose lines stand beside those of the one that the source is said to be of."""
        said = self.source.host
        named = frozenset(filter(None, self.hosts)) if said else frozenset()
        others = frozenset(host for host in named if short(host) != short(said))
        return others if others < named else frozenset()

    def _mixed(self) -> tuple[str, ...]:
        """Several hosts in one log: one that stops leaves no gap where others go on. Or others than the one it is said to be of."""
        named = sorted(filter(None, self.hosts), key=lambda host: (-self.hosts[host], host))
        said = self.source.host
        if others := self._others():
            own = f"only the hours of {said[:100]}'s own lines count"
            return (f"its events name {len(named):,} hosts: {own}, not those of {len(others):,} other{'s' * (len(others) > 1)}",)
        if said and named and short(said) not in map(short, named):
            more = f" and {len(named) - 1:,} more" if len(named) > 1 else ""
            return (f"its events name {named[0][:100]}{more}, and not {said}",)
        if len(named) < 2 or said:
            return ()
        return (f"its events name {len(named):,} hosts: the hours of each are counted by themselves",)

    def _kinds(self) -> tuple[str, ...]:
        """As with hosts: of lines of several kinds one may stop while others go on."""
        out = []
        if (number := len(self.strands.kinds)) > 1:
            out.append(f"it holds {number:,} kinds of lines: a rule's hours are those of the kinds that it is for")
        if lost := self.strands.lost:
            out.append(f"{lost:,} events count for no hour: too many hosts, kinds of lines or silences to keep apart")
        return tuple(out)

    def _host(self) -> str:
        """The host that the events name, when they all name the same."""
        return next(iter(self.hosts)) if len(self.hosts) == 1 else ""


def short(host: str) -> str:
    """The first label of a host's name: logs write it with or without its domain."""
    return host.partition(".")[0].lower()
