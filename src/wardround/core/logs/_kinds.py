"""The hours of one log, for each host and kind of line by itself: one of them may stop while the others go on.

A kind is a log that somebody could stop: the lines of one service, one Windows channel, lines under one header. Different events of
one channel are not kinds: an event that did not happen leaves no silence.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from wardround.core.logs._model import Kind
from wardround.core.logs._seen import Seen
from wardround.core.vocab._hunting import Span

MOST = 10_000
MOST_SPANS = 400_000


class Strand(NamedTuple):
    """The lines of one kind that name one host, and the stretches in which there are some."""

    kind: str
    host: str
    spans: tuple[Span, ...]


def of_log(kind: Kind) -> Kind:
    """A kind without what tells apart events of one and the same log."""
    channel = kind.channel.partition("/")[0] if kind.family == "linux" else kind.channel
    return kind._replace(event_id=0, channel=channel)


def names_of(kinds: Iterable[Kind]) -> dict[Kind, str]:
    """A name for each kind of one log, by what a person is told; those that differ in their fields alone are numbered."""
    out: dict[Kind, str] = {}
    known = sorted({of_log(kind) for kind in kinds}, key=lambda kind: (_plain(kind), kind.family, sorted(kind.fields or ())))
    for name, alike in groupby(known, key=_plain):
        same = list(alike)
        out |= {kind: name if len(same) == 1 else f"{name} ({number})" for number, kind in enumerate(same, start=1)}
    return out


def _plain(kind: Kind) -> str:
    return f"{kind.shape}: {kind.channel}" if kind.channel else kind.shape


class Strands:
    """What a log's events are and when: all together (`whole`), and by host and kind as soon as there are two of them."""

    def __init__(self) -> None:
        self.whole = Seen()
        self.kinds: set[Kind] = set()
        self._known: dict[tuple[Kind, str], Seen | None] = {}
        self._each: dict[tuple[Kind, str], Seen | None] = {}
        self._room = [MOST_SPANS]
        self._nowhere = Seen(room=[0])

    def add(self, kind: Kind, host: str, time: datetime | None) -> None:
        """One event. Without a time it only shows that there are such lines."""
        own = self._known[kind, host] if (kind, host) in self._known else self._begun(kind, host)
        if time is None:
            return
        self.whole.add(time)
        if own is not None:
            own.add(time)

    def _begun(self, kind: Kind, host: str) -> Seen | None:
        """Where its times go beside the whole: nowhere as long as there is one strand alone."""
        strand = of_log(kind), host
        self.kinds.add(strand[0])
        if strand not in self._each:
            if len(self._each) >= MOST:
                return self._nowhere
            if len(self._each) == 1:
                first = Seen(self.whole.spans(), room=self._room)
                self._each = dict.fromkeys(self._each, first)
                self._known = dict.fromkeys(self._known, first)
            self._each[strand] = Seen(room=self._room) if self._each else None
        own = self._known[kind, host] = self._each[strand]
        return own

    def each(self) -> tuple[Strand, ...]:
        """Every strand, where there are several: by host, then by kind."""
        names = names_of(self.kinds)
        found = [Strand(names[kind], host, seen.spans()) for (kind, host), seen in self._each.items() if seen is not None]
        return tuple(sorted(found, key=lambda one: (one.host, one.kind)))

    @property
    def lost(self) -> int:
        """How many events count for no hour, since there were too many hosts, kinds or silences."""
        return self._nowhere.lost + sum(seen.lost for seen in self._each.values() if seen is not None)

    def hosts(self) -> Collection[str]:
        """The hosts that events name, in order; empty text for none."""
        return sorted({host for _, host in self._each})
