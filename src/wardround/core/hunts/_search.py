"""Searching one source: the plain way, event by event and rule by rule, which every faster way is held against."""

from collections.abc import Iterator
from typing import Protocol

from wardround.core.hunts._plan import Account, Plan
from wardround.core.logs import Event, Reading, Source, Tally
from wardround.core.sigma import Rule, SlowRegexError, holds


class Search(Protocol):
    """One source being searched. Iterate over it for the events that some rule hits; `tally` and `account` are right after that."""

    tally: Tally
    account: Account

    def __iter__(self) -> Iterator[tuple[Event, list[Rule]]]:
        """The events that at least one rule hits, in the order of the source, each with its rules in the order of the plan."""


class Searcher(Protocol):
    """A way to search."""

    def __call__(self, source: Source, *, plan: Plan) -> Search:
        """Begin to search one source, which is unpacked already."""


class PlainSearch:
    """Every rule on every event that it is for."""

    def __init__(self, source: Source, *, plan: Plan) -> None:
        self._reading, self.account = Reading(source), Account(plan)
        self.tally = self._reading.tally

    def __iter__(self) -> Iterator[tuple[Event, list[Rule]]]:
        """As in Search."""
        for event in self._reading:
            if hits := self._over(event):
                yield event, hits

    def _over(self, event: Event) -> list[Rule]:
        account = self.account
        account.counts[event.kind] += 1
        account.names.setdefault(event.kind, set()).update(account.plan.fields.intersection(event.fields))
        out = []
        for rule in account.plan.of(event.kind)[0]:
            try:
                if rule.id not in account.stopped and holds(rule.condition, event):
                    out.append(rule)
            except SlowRegexError as slow:
                account.stopped[rule.id] = f"its regular expression {slow} on line {event.line}; stopped there"
        return out
