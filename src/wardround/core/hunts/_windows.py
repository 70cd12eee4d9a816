"""Where in a group's hits, in order of time, a correlation holds (Sigma correlation rules specification 2.1, Correlation Types).

The window slides with the events and has no fixed bounds. A bound from below holds as soon as enough has come. A bound from above,
or an average, is asked only of a window that no later event could widen: of ten events in a minute there are no *exactly three*.
"""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from operator import eq, ge, gt, le, lt, ne
from typing import NamedTuple

from wardround.core.sigma._correlations import MEASURING, TEMPORAL
from wardround.core.sigma._grammar import Expression
from wardround.core.sigma._model import Correlation, Measure

COMPARE: dict[str, Callable[[float, float], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq, "!=": ne}
SECOND = 1_000_000

Chains = dict[tuple[int, int], list[tuple[int, ...]]]  # by their length and their last rule


class Entry(NamedTuple):
    """A hit in its group: when, the place of its rule among those referred to, time, source and line, and what is counted.

    `hit` is its number in the table of its rule.
    """

    time: int
    rule: int
    order: tuple[int, int, int]
    hit: int
    value: Hashable


class Window(NamedTuple):
    """The correlation held on these entries: from the first to the last, or on the chosen ones between."""

    first: int
    last: int
    number: float
    chosen: tuple[int, ...] = ()


def within(bounds: Sequence[tuple[str, float]], number: float) -> bool:
    """Is a number within all bounds?"""
    return all(COMPARE[sign](number, bound) for sign, bound in bounds)


def found(one: Correlation, entries: Sequence[Entry]) -> Iterator[Window]:
    """The windows in which a correlation holds, in order of their last entry."""
    if one.type == "temporal_ordered":
        yield from _in_order(one, entries)
    elif one.type in MEASURING:
        yield from _measured(one, entries)
    else:
        yield from _counted(one, entries)


def merged(windows: Iterator[Window]) -> Iterator[Window]:
    """Windows that share an entry as one: a burst is told once."""
    before: Window | None = None
    for window in windows:
        if before is not None and window.first <= before.last:
            chosen = window.chosen and tuple(sorted({*before.chosen, *window.chosen}))
            before = Window(before.first, window.last, max(before.number, window.number), chosen)
        else:
            if before is not None:
                yield before
            before = window
    if before is not None:
        yield before


def _counted(one: Correlation, entries: Sequence[Entry]) -> Iterator[Window]:
    """How many events, different values, or different rules there are."""
    span = one.seconds * SECOND
    temporal, total = one.type in TEMPORAL, one.type == "event_count"
    only_more = _only_more(one)
    seen: Counter[Hashable] = Counter()
    first = 0
    for last, entry in enumerate(entries):
        seen[entry.rule if temporal else entry.value] += 1
        while entry.time - entries[first].time > span:
            gone = entries[first].rule if temporal else entries[first].value
            seen[gone] -= 1
            if not seen[gone]:
                del seen[gone]
            first += 1
        if not only_more and _widens(entries, first, last, span):
            continue
        number = last - first + 1 if total else len(seen)
        if _holds(one, number, seen):
            yield Window(first, last, number)


def _only_more(one: Correlation) -> bool:
    """Can more events only make it hold?"""
    if one.present is not None:
        return not _negates(one.present)
    return all(sign in (">", ">=") for sign, _ in one.measure.bounds)


def _negates(asked: Expression) -> bool:
    return not isinstance(asked, str) and (asked.by == "not" or any(map(_negates, asked.parts)))


def _widens(entries: Sequence[Entry], first: int, last: int, span: int) -> bool:
    """Does the next entry still fall into the window?"""
    return last + 1 < len(entries) and entries[last + 1].time - entries[first].time <= span


def _holds(one: Correlation, number: int, seen: Counter[Hashable]) -> bool:
    if one.type in TEMPORAL:
        if one.present is not None:
            return _present(one.present, {one.rules[rule] for rule in seen if isinstance(rule, int)})
        if not one.measure.bounds:
            return number == len(one.rules)
    return within(one.measure.bounds, number)


def _present(asked: Expression, rules: set[str]) -> bool:
    if isinstance(asked, str):
        return asked in rules
    if asked.by == "not":
        return not _present(asked.parts[0], rules)
    return (all if asked.by == "and" else any)(_present(part, rules) for part in asked.parts)


def _measured(one: Correlation, entries: Sequence[Entry]) -> Iterator[Window]:
    """The sum, mean, median, percentile, smallest or largest of the numbers in a field."""
    span = one.seconds * SECOND
    numbers: list[float] = []
    first = 0
    for last, entry in enumerate(entries):
        insort(numbers, _number(entry))
        while entry.time - entries[first].time > span:
            del numbers[bisect_left(numbers, _number(entries[first]))]
            first += 1
        if not _widens(entries, first, last, span):
            number = measured(one.type, one.measure, numbers)
            if within(one.measure.bounds, number):
                yield Window(first, last, number)


def _number(entry: Entry) -> float:
    return entry.value if isinstance(entry.value, int | float) else 0.0


def measured(kind: str, measure: Measure, numbers: Sequence[float]) -> float:
    """One number of sorted numbers. A percentile between two of them is taken in proportion, as the median is."""
    if kind == "value_sum":
        return sum(numbers)
    if kind == "value_avg":
        return sum(numbers) / len(numbers)
    percentile = {"value_min": 0, "value_max": 100}.get(kind, measure.percentile)
    place = (len(numbers) - 1) * percentile / 100
    low = int(place)
    high = min(low + 1, len(numbers) - 1)
    return numbers[low] + (numbers[high] - numbers[low]) * (place - low)


def _in_order(one: Correlation, entries: Sequence[Entry]) -> Iterator[Window]:
    """The rules' events in the order of the rules, each event for one of them.

    Of all beginnings of one length that end at one rule the latest is kept: no other lasts longer.
    """
    bounds = one.measure.bounds
    needed = next((n for n in range(1, len(one.rules) + 1) if bounds and within(bounds, n)), len(one.rules))
    settled: Chains = {}
    for tick in _ticks(entries):
        fresh: Chains = {}
        for last in tick:  # by rule: what an event may follow in its own tick comes before it
            entry = entries[last]
            for length in range(min(needed, entry.rule + 1), 0, -1):
                chain = _longer(settled, fresh, entries, last, length, one.seconds * SECOND)
                if chain:
                    _keep(fresh.setdefault((length, entry.rule), []), chain, entries)
                    if length == needed:
                        yield Window(chain[0], last, needed, chain)
        for key, chains in fresh.items():
            settled[key] = [max([*settled.get(key, ()), *chains], key=lambda chain: entries[chain[0]].time)]


def _ticks(entries: Sequence[Entry]) -> Iterator[list[int]]:
    """The entries of each moment."""
    tick: list[int] = []
    for number, entry in enumerate(entries):
        if tick and entries[tick[0]].time != entry.time:
            yield tick
            tick = []
        tick.append(number)
    if tick:
        yield tick


def _longer(settled: Chains, fresh: Chains, entries: Sequence[Entry], last: int, length: int, span: int) -> tuple[int, ...] | None:
    """The chain of this length that an entry ends, with the latest beginning; None when there is none within the timespan."""
    entry = entries[last]
    if length == 1:
        return (last,)
    ready = [
        chain
        for rule in range(entry.rule)
        for chains in (settled.get((length - 1, rule), ()), fresh.get((length - 1, rule), ()))
        for chain in chains
        if entry.time - entries[chain[0]].time <= span and _before(entries[chain[-1]], entry)
    ]
    return (*max(ready, key=lambda chain: entries[chain[0]].time), last) if ready else None


def _keep(chains: list[tuple[int, ...]], chain: tuple[int, ...], entries: Sequence[Entry]) -> None:
    """Keep a chain of this moment unless one of the same source, which ended on an earlier line, began no sooner."""
    source, begun = entries[chain[-1]].order[1], entries[chain[0]].time
    if not any(entries[c[-1]].order[1] == source and entries[c[0]].time >= begun for c in chains):
        chains.append(chain)


def _before(one: Entry, other: Entry) -> bool:
    """Is the one event another one, and not after the other? Two sources may have written in one moment in either order."""
    if one.time != other.time or one.order[1] != other.order[1]:
        return one.time <= other.time
    return one.order[2] < other.order[2]
