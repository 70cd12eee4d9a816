"""Which rules are for which kind of event, and the account of what ran on one source and what could not."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from wardround.core.hunts.indicators import IndicatorSet, Type
from wardround.core.logs import Kind
from wardround.core.logs._kinds import names_of, of_log
from wardround.core.sigma import LogSource, Rule, RuleSet, blind_for, lacking, serves
from wardround.core.vocab._hunting import NotRun, Reason


class Closed(NamedTuple):
    """The rules that ran, those that could not, and of those that ran the kinds of lines that they could look at, if not all."""

    ran: tuple[str, ...]
    could_not: tuple[NotRun, ...]
    partly: Mapping[str, tuple[str, ...]]


class Sight(NamedTuple):
    """Rules by their ids: those that could have held on some events, and those that could not for want of the fields named."""

    seeing: frozenset[str]
    blind: Mapping[str, frozenset[str]]


class Plan:
    """Which rules are for which kind of event: worked out once for each kind. `indicators` are looked for in every event."""

    def __init__(self, rules: RuleSet, *, indicators: IndicatorSet | None = None) -> None:
        self.rules, self.indicators = rules.rules, indicators
        self.fields = frozenset().union(*(rule.fields for rule in rules.rules))
        self._meant: dict[LogSource, list[int]] = {}
        for place, rule in enumerate(rules.rules):
            self._meant.setdefault(rule.logsource, []).append(place)
        self._kinds: dict[Kind, tuple[list[Rule], list[Rule]]] = {}
        self._sights: dict[tuple[Kind, frozenset[str]], Sight] = {}
        self.closed: dict[object, Closed] = {}

    def of(self, kind: Kind) -> tuple[list[Rule], list[Rule]]:
        """The rules that can run on such events, and those meant for them that cannot."""
        if kind not in self._kinds:
            places = sorted(chain.from_iterable(given for asked, given in self._meant.items() if serves(kind, asked)))
            meant = [self.rules[place] for place in places]
            self._kinds[kind] = [r for r in meant if not lacking(kind, r)], [r for r in meant if lacking(kind, r)]
        return self._kinds[kind]

    def sight(self, kind: Kind, fields: frozenset[str]) -> Sight:
        """What the rules that can run on such events could see, when these are the fields that the events had."""
        if (kind, fields) not in self._sights:
            found = {rule.id: blind_for(rule, kind, fields) for rule in self.of(kind)[0]}
            seeing = frozenset(rule_id for rule_id, missing in found.items() if missing is not None and not missing)
            self._sights[kind, fields] = Sight(seeing, {rule_id: missing for rule_id, missing in found.items() if missing})
        return self._sights[kind, fields]


@dataclass
class Account:
    """One source's events by kind, the rules' fields that they had, and the rules that were stopped, with the reason.

    `sought` are the types of indicators for which its events have a place.
    """

    plan: Plan
    counts: Counter[Kind] = field(default_factory=Counter)
    names: dict[Kind, set[str]] = field(default_factory=dict)
    stopped: dict[str, str] = field(default_factory=dict)
    sought: set[Type] = field(default_factory=set)

    def fields(self) -> tuple[str, ...]:
        """The fields that the rules name and that these events had; where a kind of event states its fields, all of those."""
        there = (names if kind.fields is None else kind.fields & self.plan.fields for kind, names in self.names.items())
        return tuple(sorted(frozenset().union(*there)))

    def close(self) -> Closed:
        """After the last event: the rules that ran here, and those that could not, on all of it or on a part, with the reason.

        Of ten thousand logs most are alike: the same kinds of events with the same fields give the same account.
        """
        key = tuple(
            (kind, frozenset(names), bool(self.plan.of(kind)[1]) and self.counts[kind]) for kind, names in self.names.items()
        )
        if self.stopped:
            return self._close()
        if key not in self.plan.closed:
            self.plan.closed[key] = self._close()
        return self.plan.closed[key]

    def _close(self) -> Closed:
        runnable: dict[str, None] = {}
        partly: dict[str, list[str]] = {}
        seeing: set[str] = set()
        missing: dict[str, frozenset[str]] = {}
        wanting: dict[str, frozenset[str]] = {}
        for kind, names in self.names.items():
            able, unable = self.plan.of(kind)
            runnable.update((rule.id, None) for rule in able)
            sight = self.plan.sight(kind, frozenset(names) if kind.fields is None else kind.fields)
            seeing |= sight.seeing
            for rule_id, wanted in sight.blind.items():
                missing[rule_id] = missing.get(rule_id, frozenset()) | wanted
            for rule in unable:
                lacks = lacking(kind, rule)
                wanting[rule.id] = wanting.get(rule.id, frozenset()).union(lacks)
                partly.setdefault(rule.id, []).append(
                    f"needs {', '.join(lacks)}, which {self.counts[kind]} events ({kind.shape}) do not have"
                )
        could_not = {rule_id: "; ".join(whys) for rule_id, whys in partly.items()}
        ran = []
        for rule_id in runnable:
            if rule_id in self.stopped:
                could_not[rule_id] = self.stopped[rule_id]
            elif rule_id in missing and rule_id not in seeing:
                wanting[rule_id] = missing[rule_id]
                could_not[rule_id] = f"needs {', '.join(sorted(missing[rule_id]))}, which no event that it is for has here"
            else:
                ran.append(rule_id)
        misses = tuple(
            NotRun(
                rule_id,
                why,
                Reason.STOPPED if rule_id in self.stopped else Reason.FIELD_ABSENT,
                tuple(sorted(wanting.get(rule_id, ()))),
            )
            for rule_id, why in could_not.items()
        )
        return Closed(tuple(ran), misses, self._partly(ran))

    def _partly(self, ran: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The kinds of lines that each rule could look at, where it could not at all of them."""
        names = names_of(self.names)
        if len(names) < 2:
            return {}
        looked: dict[str, set[Kind]] = {rule: set() for rule in ran}
        blind: dict[str, set[Kind]] = {rule: set() for rule in ran}
        seeing: dict[str, set[Kind]] = {rule: set() for rule in ran}
        for kind, fields in self.names.items():
            log, sight = of_log(kind), self.plan.sight(kind, frozenset(fields) if kind.fields is None else kind.fields)
            for rule in self.plan.of(kind)[0]:
                for known, there in ((looked, True), (blind, rule.id in sight.blind), (seeing, rule.id in sight.seeing)):
                    if there and rule.id in known:
                        known[rule.id].add(log)
        could = {rule: logs - (blind[rule] - seeing[rule]) for rule, logs in looked.items()}
        return {rule: tuple(sorted(names[log] for log in logs)) for rule, logs in could.items() if len(logs) < len(names)}
