"""The hits that correlations are made of, kept small: of each its time, its place and the few values that matter."""

from array import array
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from wardround.core.logs import Event
from wardround.core.sigma import RuleSet

MOST_HITS = 1_000_000
START = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)

Values = tuple[tuple[str, ...] | None, ...]


class Hit(NamedTuple):
    """One event that a rule (or a correlation) hit. `values` stand in the order of its table's names; None: no such field."""

    time: int
    source: str
    line: int
    values: Values


class Numbered:
    """Names, each with a number."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, name: str) -> int:
        """The number of a name, a new one for a new name."""
        if name not in self._numbers:
            self._numbers[name] = len(self.names)
            self.names.append(name)
        return self._numbers[name]


class Table:
    """The hits of one rule or correlation: 28 bytes each, whatever the event was."""

    def __init__(self, names: Collection[str], sources: Numbered) -> None:
        self.names = tuple(sorted(names))
        self.times, self.lines = array("q"), array("q")
        self.without_time = 0
        self.full = False
        self._sources, self._values, self._where = array("L"), array("L"), sources
        self._ids: dict[Values, int] = {}
        self._distinct: list[Values] = []

    def __len__(self) -> int:
        return len(self.times)

    def add(self, hit: Hit) -> None:
        """Keep one more; none after MOST_HITS."""
        self._add(hit.time, self._where.number(hit.source), hit.line, hit.values)

    def _add(self, time: int, where: int, line: int, values: Values) -> None:
        if len(self.times) >= MOST_HITS:
            self.full = True
            return
        number = self._ids.get(values)
        if number is None:
            number = self._ids[values] = len(self._distinct)
            self._distinct.append(values)
        self.times.append(time)
        self.lines.append(line)
        self._sources.append(where)
        self._values.append(number)

    def join(self, other: "Table") -> None:
        """Keep all of another's hits, which come after its own; as many as there is room for."""
        wheres = [self._where.number(name) for name in other._where.names]
        self.without_time += other.without_time
        for at in range(len(other)):
            self._add(other.times[at], wheres[other._sources[at]], other.lines[at], other.values(at))
        self.full = self.full or other.full

    def number(self, at: int) -> int:
        """Which of its combinations of values a hit has."""
        return self._values[at]

    def values(self, at: int) -> Values:
        """The values of one hit."""
        return self._distinct[self._values[at]]

    def order(self, at: int) -> tuple[int, int, int]:
        """By what hits are put in order: time, source, line."""
        return self.times[at], self._sources[at], self.lines[at]

    def source(self, at: int) -> str:
        """The source of one hit."""
        return self._where.names[self._sources[at]]

    def seen(self) -> Iterator[Values]:
        """Every combination of values, once."""
        return iter(self._distinct)

    def place(self, name: str) -> int:
        """Where a name's values stand."""
        return self.names.index(name)


def tables(rules: RuleSet) -> dict[str, Table]:
    """An empty table for every rule and correlation that a correlation refers to, with the fields that are wanted of it."""
    wanted: dict[str, set[str]] = {rule: set() for one in rules.correlations for rule in one.rules}
    for one in reversed(rules.correlations):
        own = {name for name in wanted.get(one.id, ()) if name not in one.group_by}
        for rule in one.rules:
            wanted[rule] |= own
            for names in one.fields.get(rule, {}).values():
                wanted[rule].update(names)
    sources = Numbered()
    return {rule: Table(names, sources) for rule, names in wanted.items()}


def ticks(time: datetime) -> int:
    """A time as whole microseconds."""
    return (time - START) // TICK


def moment(ticked: int) -> datetime:
    """The time of so many microseconds."""
    return START + ticked * TICK


def taken(table: Table, event: Event, source: str) -> None:
    """Put the hit of a rule on an event into its table."""
    if event.time is None:
        table.without_time += 1
        return
    values = tuple(event.folded(name) if name in event.fields else None for name in table.names)
    table.add(Hit(ticks(event.time), source, event.line, values))
