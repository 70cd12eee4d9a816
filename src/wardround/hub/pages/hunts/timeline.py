"""A window of time as lanes of bars and marks, in percent of its length: drawn as plain SVG, told as a table beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from wardround.core.vocab._times import parse_time
from wardround.hub.hunts.models import LogBatch
from wardround.hub.pages.times import LONDON

HEIGHT = 34
BELOW = ("logs", "gap")
LEAST = 0.4
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Bar:
    """A stretch of time: `kind` is its class, `words` what it is."""

    kind: str
    words: str
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Mark:
    """An instant; `href` opens what it stands for."""

    kind: str
    words: str
    at: datetime
    href: str = ""


@dataclass(frozen=True)
class Lane:
    """One thing over time, for instance one host."""

    name: str
    bars: Sequence[Bar] = ()
    marks: Sequence[Mark] = ()


@dataclass(frozen=True)
class Timeline:
    """Lanes between two instants."""

    since: datetime
    until: datetime
    lanes: Sequence[Lane] = field(default=())

    @property
    def height(self) -> int:
        """Of the drawing, in its own units."""
        return HEIGHT * len(self.lanes)

    def _x(self, at: datetime) -> float:
        length = (self.until - self.since) / timedelta(seconds=1) or 1.0
        return min(max((at - self.since) / timedelta(seconds=1) / length, 0.0), 1.0) * 1000

    @property
    def drawn(self) -> list[dict[str, object]]:
        """Every lane with the places of its bars and marks, from 0 to 1000."""
        return [
            {
                "lane": lane,
                "top": n * HEIGHT,
                "bars": [self._bar(b, n) for b in lane.bars],
                "marks": [{"kind": m.kind, "words": m.words, "x": f"{self._x(m.at):.1f}", "y": n * HEIGHT + 2} for m in lane.marks],
            }
            for n, lane in enumerate(self.lanes)
        ]

    def _bar(self, bar: Bar, place: int) -> dict[str, object]:
        width = max(self._x(bar.until) - self._x(bar.since), LEAST)
        y = place * HEIGHT + (18 if bar.kind in BELOW else 4)
        return {"kind": bar.kind, "words": bar.words, "x": f"{self._x(bar.since):.1f}", "width": f"{width:.1f}", "y": y}

    @property
    def ticks(self) -> list[tuple[str, str]]:
        """Place and words of up to six days along the line."""
        days = max((self.until - self.since).days, 1)
        step = timedelta(days=max(-(-days // 5), 1))
        first = self.since.astimezone(LONDON).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        found = []
        while first < self.until:
            found.append((f"{self._x(first):.1f}", f"{first.day} {first:%b}"))
            first += step
        return found


def seen(batches: Iterable[LogBatch], *, within: Span) -> list[Span]:
    """The stretches that these logs cover: first to last event without the gaps, joined where they overlap."""
    parts: list[Span] = []
    for batch in batches:
        if batch.first is None or batch.last is None:
            continue
        start = batch.first
        for begins, ends in sorted((parse_time(a), parse_time(b)) for a, b in batch.gaps):
            parts.append((start, begins))
            start = ends
        parts.append((start, batch.last))
    joined: list[list[datetime]] = []
    for start, end in sorted((max(a, within[0]), min(b, within[1])) for a, b in parts):
        if start > end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    return [(a, b) for a, b in joined]
