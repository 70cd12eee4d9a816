"""A timeline of a compromise: detections, and what the same account or client did in the same log within an hour of one."""

import tomllib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from heapq import heappush, heappushpop
from importlib.resources import files
from typing import NamedTuple

from wardround.core.hunts._model import Found
from wardround.core.logs import Event, written
from wardround.core.vocab import Detection

HOUR = timedelta(hours=1)
NEAREST = 100
MOST_ACTORS = 500
MOST_DETECTIONS = 100_000
LONGEST = 500
LATEST = datetime.max.replace(tzinfo=UTC)

Place = tuple[str, int]
Events = Callable[[], Iterable[tuple[str, Iterable[Event]]]]


class Actor(NamedTuple):
    """Somebody in one log: an account, an address, or the whole host where neither is stated."""

    source: str
    kind: str
    name: str


class Entry(NamedTuple):
    """One line of the timeline. `kind`: detection, indicator or context; `why`: what a match rests on, or whose context it is."""

    time: datetime | None
    kind: str
    source: str
    line: int
    message: str
    rule: str = ""
    title: str = ""
    level: str = ""
    host: str = ""
    account: str = ""
    client: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The entries in order of time, those `without_time` at the end; `cut` says what was left out."""

    entries: tuple[Entry, ...]
    without_time: int
    cut: tuple[str, ...] = ()


def timeline(
    detections: Sequence[Detection], *, found: Sequence[Found] = (), events: Events = tuple, within: timedelta = HOUR
) -> Timeline:
    """Detections and indicators (`found`) with the context events around them, merged in order of time.

    `events` gives the sources that hold detections, each with its events, and is asked twice: first for whose the detections are,
    then for what is near them. Context is of the same source and the same account or client address (of the same host where an
    event names neither), not further than `within` from a detection. Of each actor the nearest hundred are kept: memory is bounded.
    """
    cut = []
    if len(detections) > MOST_DETECTIONS:
        cut.append(f"only the first {MOST_DETECTIONS:,} of {len(detections):,} detections are in it")
    told = list(detections[:MOST_DETECTIONS])
    why = {one.detection: f"{one.match.field}: {one.match.how}" for one in found}
    people = _people({(d.source, d.line) for d in told}, events)
    near = _Near(told, people, within)
    for source, its in events() if near else ():
        if source in near.sources:
            for event in its:
                near.take(source, event)
    entries = [*(_detection(d, people.get((d.source, d.line)), why.get(d)) for d in told), *near.entries()]
    entries.sort(key=_in_order)
    return Timeline(tuple(entries), sum(entry.time is None for entry in entries), (*cut, *near.cut()))


def _in_order(entry: Entry) -> tuple[datetime, str, int, bool]:
    return entry.time or LATEST, entry.source, entry.line, entry.kind == "context"


@cache
def _fields(kind: str) -> frozenset[str]:
    text = files("wardround.core.hunts").joinpath("tables", "actors.toml").read_text("utf-8")
    return frozenset(tomllib.loads(text)[kind])


class Person(NamedTuple):
    """Whom an event is of."""

    host: str
    accounts: tuple[str, ...]
    clients: tuple[str, ...]

    def actors(self, source: str) -> Iterator[Actor]:
        """By account and address; by host where there is neither."""
        for name in self.accounts:
            yield Actor(source, "account", name.rpartition("\\")[2].lower())
        for name in self.clients:
            yield Actor(source, "client", name)
        if not (self.accounts or self.clients):
            yield Actor(source, "host", self.host)


def person(event: Event) -> Person:
    """The accounts and addresses that an event names; those of a system itself are nobody's."""
    names: dict[str, None] = {}
    clients: dict[str, None] = {}
    for field_name, values in event.fields.items():
        for kind, into, nobody in (("accounts", names, "nobody"), ("clients", clients, "nowhere")):
            if field_name in _fields(kind):
                for value in values:
                    text = written(value)[:200] if value is not None else ""
                    if text.rpartition("\\")[2].lower() not in _fields(nobody) and not text.endswith("$"):
                        into[text] = None
    return Person(event.host, tuple(names), tuple(clients))


def _people(places: set[Place], events: Events) -> dict[Place, Person]:
    """Whose the events are that stand at these places."""
    lines: dict[str, set[int]] = {}
    for source, line in places:
        lines.setdefault(source, set()).add(line)
    out: dict[Place, Person] = {}
    for source, its in events() if lines else ():
        wanted = lines.get(source, set())
        for event in its if wanted else ():
            if event.line in wanted:
                out[source, event.line] = person(event)
    return out


def _detection(one: Detection, who: Person | None, why: str | None) -> Entry:
    message = f"{one.title or one.rule}: {one.excerpt}" if one.excerpt else one.title or one.rule
    host, accounts, clients = who or Person("", (), ())
    kind = "detection" if why is None else "indicator"
    names = ", ".join(accounts), ", ".join(clients)
    return Entry(one.time, kind, one.source, one.line, message[:LONGEST], one.rule, one.title, one.level, host, *names, why or "")


@dataclass
class _Kept:
    """What is near the detections of one actor: the nearest, and how many there were."""

    times: list[datetime]
    heap: list[tuple[timedelta, int, Entry]] = field(default_factory=list)
    seen: int = 0


class _Near:
    def __init__(self, detections: Sequence[Detection], people: dict[Place, Person], within: timedelta) -> None:
        self._within, self._count = within, 0
        self._anchors = {(d.source, d.line) for d in detections}
        self._kept: dict[Actor, _Kept] = {}
        self._left_out: set[Actor] = set()
        for one in detections:
            who = people.get((one.source, one.line))
            for actor in who.actors(one.source) if who and one.time else ():
                if actor not in self._kept and len(self._kept) >= MOST_ACTORS:
                    self._left_out.add(actor)
                elif one.time:
                    self._kept.setdefault(actor, _Kept([])).times.append(one.time)
        for kept in self._kept.values():
            kept.times.sort()
        self.sources = {actor.source for actor in self._kept}
        self._all_times = {s: sorted(t for a, k in self._kept.items() if a.source == s for t in k.times) for s in self.sources}

    def __bool__(self) -> bool:
        return bool(self._kept)

    def take(self, source: str, event: Event) -> None:
        """One event; it is kept when it is near."""
        time = event.time
        if time is None or self._far(self._all_times[source], time) > self._within or (source, event.line) in self._anchors:
            return
        who = person(event)
        for actor in who.actors(source):
            kept = self._kept.get(actor)
            if kept is None or (far := self._far(kept.times, time)) > self._within:
                continue
            kept.seen += 1
            self._count += 1
            item = (-far, -self._count, _context(source, event, who, actor))
            if len(kept.heap) < NEAREST:
                heappush(kept.heap, item)
            else:
                heappushpop(kept.heap, item)

    @staticmethod
    def _far(times: Sequence[datetime], time: datetime) -> timedelta:
        at = bisect_left(times, time)
        return min(abs(time - other) for other in times[max(at - 1, 0) : at + 1])

    def entries(self) -> list[Entry]:
        """All that was kept, an event once even when several actors have it."""
        return list({(e.source, e.line): e for kept in self._kept.values() for _, _, e in kept.heap}.values())

    def cut(self) -> Iterator[str]:
        """What was left out."""
        for actor, kept in self._kept.items():
            if kept.seen > NEAREST:
                near = f"{kept.seen:,} events are near the detections of the {actor.kind} {actor.name}"
                yield f"{actor.source}: {near}; the nearest {NEAREST} are in it"
        if self._left_out:
            yield f"there is no context for {len(self._left_out):,} more accounts and clients than the first {MOST_ACTORS}"


def _context(source: str, event: Event, who: Person, actor: Actor) -> Entry:
    why = f"same {actor.kind}: {actor.name}" if actor.name else "same log"
    names = ", ".join(who.accounts), ", ".join(who.clients)
    return Entry(event.time, "context", source, event.line, event.excerpt[:LONGEST], "", "", "", event.host, *names, why)
