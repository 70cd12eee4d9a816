"""Correlations (Sigma correlation rules specification 2.1): over the hits of a whole hunt, when all its logs have been read.

Logs come source by source, not in order of time; so the hits are gathered first, of each only what correlations ask of it.
"""

from collections.abc import Collection, Hashable, Iterator, Mapping
from typing import NamedTuple

from wardround.core.hunts._gathered import MOST_HITS, Hit, Table, Values, moment, tables, taken
from wardround.core.hunts._windows import Entry, Window, found, merged
from wardround.core.logs import Event
from wardround.core.sigma import RuleSet
from wardround.core.sigma._correlations import MEASURING
from wardround.core.sigma._model import Correlation
from wardround.core.sigma._values import as_number
from wardround.core.vocab import Detection
from wardround.core.vocab._hunting import NotRun, Reason

EXCERPT = 500
NAMED = 6  # the first and the last events of a detection are named, so many together

Place = tuple[Table, int]


class Correlated(NamedTuple):
    """What correlations found, which of them did not run, and what they had to leave out."""

    detections: tuple[Detection, ...]
    not_run: tuple[NotRun, ...]
    notes: tuple[str, ...]


class Gathering:
    """Hits as they come, in any order. Nothing is kept of rules that no correlation refers to.

    A detection's time, source and line are those of its last event; its excerpt names the events that made it. Windows that share
    an event are one detection. A correlation runs only when every rule that it refers to ran.
    """

    def __init__(self, rules: RuleSet) -> None:
        self.correlations = rules.correlations
        self._tables = tables(rules) if rules.correlations else {}

    def take(self, rule: str, event: Event, source: str) -> None:
        """A rule hit an event."""
        if (table := self._tables.get(rule)) is not None:
            taken(table, event, source)

    def join(self, other: "Gathering") -> None:
        """Take what another took of logs that come after its own, with the same rules."""
        for rule, table in other._tables.items():
            self._tables[rule].join(table)

    def correlated(self, ran: Collection[str], *, why: Mapping[str, Reason]) -> Correlated:
        """All correlations over all that was taken, once. `why` says of rules that did not run what stopped them."""
        there, reasons = set(ran), dict(why)
        detections: list[Detection] = []
        not_run: list[NotRun] = []
        notes: list[str] = []
        for one in self.correlations:
            if (missing := self._missing(one, there, reasons)) is not None:
                reasons[one.id] = missing.reason
                not_run.append(missing)
                continue
            there.add(one.id)
            made = _Running(one, self._tables)
            found_here = list(made.detections())
            notes += made.notes()
            if one.reported:
                detections += found_here
        return Correlated(tuple(detections), tuple(not_run), tuple(notes))

    def _missing(self, one: Correlation, there: Collection[str], reasons: Mapping[str, Reason]) -> NotRun | None:
        """Why it cannot run, when it cannot."""
        if absent := [rule for rule in one.rules if rule not in there]:
            why = f"it needs {', '.join(absent[:3])}{' and more' if absent[3:] else ''}, which did not run"
            return NotRun(one.id, why, reasons.get(absent[0], Reason.NO_LOG_SOURCE), (), one.file, one.line)
        for rule in one.rules:
            table = self._tables[rule]
            if table.full:
                why = f"{rule} hit more than {MOST_HITS:,} events, more than are correlated"
                return NotRun(one.id, why, Reason.STOPPED, (), one.file, one.line)
            for field, names in one.fields.get(rule, {}).items():
                if len(table) and not any(_value(table, values, names) for values in table.seen()):
                    why = f"it needs {field}, which no event has that {rule} hit"
                    return NotRun(one.id, why, Reason.FIELD_ABSENT, names, one.file, one.line)
        return None


def _value(table: Table, values: Values, names: tuple[str, ...]) -> tuple[str, ...] | None:
    """The values of the first of these fields that the event has."""
    return next((got for name in names if (got := values[table.place(name)]) is not None), None)


def _in_time(entry: Entry) -> tuple[int, int, tuple[int, int, int]]:
    return entry.time, entry.rule, entry.order


class _Running:
    """One correlation over its hits."""

    def __init__(self, one: Correlation, all_tables: dict[str, Table]) -> None:
        self.one = one
        self.members = [all_tables[rule] for rule in one.rules]
        self.into = all_tables.get(one.id)
        self.left_out = 0

    def detections(self) -> Iterator[Detection]:
        """What it finds, in order of groups and time. Every moment at which it holds is a hit for correlations above it."""
        for key, entries in self._groups().items():
            entries.sort(key=_in_time)
            for window in merged(self._passing(key, entries)):
                yield self._detection(window, key, entries)

    def _passing(self, key: Values, entries: list[Entry]) -> Iterator[Window]:
        for window in found(self.one, entries):
            if self.into is not None:
                self._above(self.into, key, entries[window.last])
            yield window

    def _above(self, into: Table, key: Values, last: Entry) -> None:
        """A hit for the correlations that refer to this one: the group's values, else those of the last event."""
        table, at = self._place(last)
        values = []
        for name in into.names:
            if name in self.one.group_by:
                values.append(key[self.one.group_by.index(name)])
            else:
                values.append(table.values(at)[table.place(name)] if name in table.names else None)
        into.add(Hit(last.time, table.source(at), table.lines[at], tuple(values)))

    def _place(self, entry: Entry) -> Place:
        return self.members[entry.rule], entry.hit

    def _groups(self) -> dict[Values, list[Entry]]:
        groups: dict[Values, list[Entry]] = {}
        for number, (rule, table) in enumerate(zip(self.one.rules, self.members, strict=True)):
            read_as = [self._read(table, values, self.one.fields.get(rule, {})) for values in table.seen()]
            for at in range(len(table)):
                if (read := read_as[table.number(at)]) is None:
                    self.left_out += 1
                    continue
                key, value = read
                groups.setdefault(key, []).append(Entry(table.times[at], number, table.order(at), at, value))
        return groups

    def _read(self, table: Table, values: Values, names: Mapping[str, tuple[str, ...]]) -> tuple[Values, Hashable] | None:
        """The group and what is counted; None when the event lacks a field, or its value is no number where one is measured."""
        key = tuple(_value(table, values, names[field]) for field in self.one.group_by)
        counted = tuple(_value(table, values, names[field]) for field in self.one.measure.fields)
        if None in key or None in counted:
            return None
        if self.one.type in MEASURING:
            number = as_number(counted[0][0]) if counted[0] else None
            return None if number is None else (key, number)
        return key, counted

    def _detection(self, window: Window, key: Values, entries: list[Entry]) -> Detection:
        table, at = self._place(entries[window.last])
        return Detection(
            self.one.id,
            table.source(at),
            table.lines[at],
            moment(table.times[at]),
            self.one.title,
            self.one.level,
            self._excerpt(window, key, entries)[:EXCERPT],
        )

    def _excerpt(self, window: Window, key: Values, entries: list[Entry]) -> str:
        """How many events, of which group, from when to when, and which: the first and the last of them."""
        numbers = window.chosen or range(window.first, window.last + 1)
        told = [*numbers[: NAMED // 2], *numbers[-(NAMED // 2) :]] if len(numbers) > NAMED else list(numbers)
        named = [f"{table.source(at)}:{table.lines[at]}" for table, at in (self._place(entries[n]) for n in told)]
        if len(numbers) > NAMED:
            named.insert(NAMED // 2, "...")
        group = ", ".join(f"{name}={'/'.join(value or ())}" for name, value in zip(self.one.group_by, key, strict=True))
        first, last = (moment(entries[n].time) for n in (numbers[0], numbers[-1]))
        value = "" if self.one.type not in MEASURING else f", {self.one.type.removeprefix('value_')} {window.number:g}"
        return (
            f"{len(numbers)} events{value}{f' of {group}' if group else ''}, "
            f"{first:%Y-%m-%dT%H:%M:%SZ} to {last:%Y-%m-%dT%H:%M:%SZ}: {', '.join(named)}"
        )

    def notes(self) -> Iterator[str]:
        """What was left out."""
        without = sum(table.without_time for table in self.members)
        if without:
            yield f"{self.one.id}: {without:,} hits without a time are not correlated"
        if self.left_out:
            wanted = ", ".join((*self.one.group_by, *self.one.measure.fields))
            yield f"{self.one.id}: {self.left_out:,} hits without a usable value of {wanted} are not correlated"
