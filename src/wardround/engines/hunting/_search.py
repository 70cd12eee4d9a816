"""The fast search of one source, behind the same call as the plain one and equal to it, event by event and rule by rule."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property

from wardround.core.hunts._plan import Account, Plan
from wardround.core.hunts.indicators import IndicatorSet
from wardround.core.logs import Event, Kind, Scalar, Source, Tally
from wardround.core.sigma import Rule, RuleSet, SlowRegexError, holds
from wardround.engines.hunting._bulk import COMBINED_KIND, BulkReading
from wardround.engines.hunting._compiled import Compiled, Decided, View
from wardround.engines.hunting._lines import Doubts
from wardround.engines.hunting._patterns import Store, Words
from wardround.engines.hunting._records import LaterEvent, WindowsRecords
from wardround.engines.hunting._shapes import Shapes
from wardround.engines.hunting._together import WindowsForms

RARELY = (200_000, 20, 100)
"""After how many new objects the youngest are looked through for circles, and after how many such looks the older ones."""
Hits = tuple[Event, list[Rule]]


class FastSearcher:
    """Searches sources with one compiled rule set: make it once for rules and indicators, call it for each source."""

    def __init__(self, rules: RuleSet, *, indicators: IndicatorSet | None = None, store: Store | None = None) -> None:
        self.plan, self.compiled = Plan(rules, indicators=indicators), Compiled(rules.rules, store=store)
        self._kinds: dict[Kind, Shapes] = {}
        self._views: dict[tuple[int, ...], View] = {}
        self._words = Words(())
        self.hours: set[str] = set()
        self.windows = WindowsForms(WindowsRecords(self.view, asked=self.plan.fields))

    def words_with(self, wanted: set[str]) -> Words:
        """Words to look for in records: those that are wanted, and those that were wanted before."""
        if not wanted <= self._words.all:
            self._words = Words(wanted | self._words.all, store=self.compiled.store)
        return self._words

    @cached_property
    def doubts(self) -> Doubts:
        """The rules for the combined access log, as far as words of a line can tell."""
        return Doubts(self.plan.of(COMBINED_KIND)[0], store=self.compiled.store)

    def shapes(self, kind: Kind) -> Shapes:
        """The rules for one kind of event, and what they decided so far."""
        if kind not in self._kinds:
            self._kinds[kind] = Shapes(self.view(kind, {}))
        return self._kinds[kind]

    def view(self, kind: Kind, fixed: Mapping[str, Scalar]) -> View:
        """The rules for one kind of event, without those that cannot hold where some fields have these values."""
        rules = self.plan.of(kind)[0]
        if fixed:
            rules = self.compiled.possible(rules, fixed)
        key = tuple(map(id, rules))
        if key not in self._views:
            self._views[key] = View(self.compiled, rules)
        return self._views[key]

    def __call__(self, source: Source, *, plan: Plan) -> "FastSearch":
        """Begin to search one source. Raises ValueError for a plan of other rules or indicators than it was made for."""
        own = self.plan
        if (plan.rules is not own.rules and plan.rules != own.rules) or _lists(plan) != _lists(own):
            raise ValueError("this searcher was made for other rules or indicators")
        return FastSearch(source, searcher=self)


def _lists(plan: Plan) -> str | None:
    return None if plan.indicators is None else plan.indicators.sha256


class FastSearch:
    """One source being searched."""

    def __init__(self, source: Source, *, searcher: FastSearcher) -> None:
        self.searcher, self.account = searcher, Account(searcher.plan)
        self._reading = BulkReading(source, searcher=searcher, account=self.account)
        self.tally: Tally = self._reading.tally

    def __iter__(self) -> Iterator[Hits]:
        """As in Search."""
        indicators = self.account.plan.indicators
        with rarely_collected():
            for event in self._reading:
                if isinstance(event, LaterEvent):
                    hits = self.decided(event, event.view, event.decided)
                else:
                    hits = self.over(event)
                    if indicators is not None:
                        self.account.sought |= indicators.sought_in(event.fields)
                if hits or (indicators is not None and indicators.matches(event)):
                    yield event, hits

    def over(self, event: Event) -> list[Rule]:
        """The rules that hit an event which was read the ordinary way."""
        account = self.account
        account.counts[event.kind] += 1
        account.names.setdefault(event.kind, set()).update(account.plan.fields.intersection(event.fields))
        shapes = self.searcher.shapes(event.kind)
        return self.decided(event, shapes.view, shapes.of(event))

    def decided(self, event: Event, view: View, answer: Decided) -> list[Rule]:
        """The rules that hit: those that are sure, and what the reference says of those that are not."""
        stopped, found = self.account.stopped, list(answer.sure)
        for index in answer.unsure:
            rule = view.rules[index].rule
            try:
                if rule.id not in stopped and holds(rule.condition, event):
                    found.append(index)
            except SlowRegexError as slow:
                stopped[rule.id] = f"its regular expression {slow} on line {event.line}; stopped there"
        return [view.rules[index].rule for index in sorted(found) if view.rules[index].rule.id not in stopped]


@contextmanager
def rarely_collected() -> Iterator[None]:
    """What is made here and let go again has no circles: Python need not look for any as often as it does, nor in what is there."""
    before = gc.get_threshold()
    gc.set_threshold(*map(max, before, RARELY))
    gc.freeze()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
