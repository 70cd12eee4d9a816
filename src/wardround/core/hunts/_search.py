"""Searching one source: the plain way, event by event and rule by rule, which every faster way is held against."""

from collections.abc import Iterator
from typing import Protocol

from wardround.core.hunts._plan import Account, Plan
from wardround.core.logs import Event, Reading, Source, Tally
from wardround.core.sigma import Rule, SlowRegexError, holds


class Search(Protocol):
    """One source being searched. Iterate over it for events that are hit; `tally` and `account` are right after that."""

    tally: Tally
    account: Account

    def __iter__(self) -> Iterator[tuple[Event, list[Rule]]]:
        """The events that a rule hits or that may match an indicator, in the order of the source.

        With each come its rules, none or more, in the order of the plan. No event that an indicator matches is left out.
        """


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
            hits, named = self._over(event), self._named(event)
            if hits or named:
                yield event, hits

    def _named(self, event: Event) -> bool:
        """Does an indicator match it?"""
        indicators = self.account.plan.indicators
        if indicators is None:
            return False
        self.account.sought |= indicators.sought_in(event.fields)
        return bool(indicators.matches(event))

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
