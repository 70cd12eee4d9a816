"""A hunt again, over what is new alone: new rules over every log, new logs with every rule, joined with what is known already."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from wardround.core.hunts._correlate import Gathering
from wardround.core.hunts._hunt import hunt, joined_result
from wardround.core.hunts._model import HuntResult, IndicatorFindings, SourceRun
from wardround.core.hunts._search import PlainSearch, Searcher
from wardround.core.hunts.indicators import IndicatorSet, Type
from wardround.core.hunts.indicators._model import INDICATOR
from wardround.core.logs import Source
from wardround.core.sigma import RuleSet
from wardround.core.sigma._stored import dump
from wardround.core.vocab import Detection, Rejected, WardroundError


@dataclass(frozen=True, slots=True)
class Searched:
    """One log, every rule that it was searched with (its id and a hash of all that it asks), and all that came of it.

    `indicators` is the hash of the lists that were looked for, empty for none; `sought` as in IndicatorFindings.
    """

    source: str
    rules: Mapping[str, str]
    runs: tuple[SourceRun, ...] = ()
    detections: tuple[Detection, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    indicators: str = ""
    sought: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def events(self) -> int:
        """Events read of it."""
        return sum(run.coverage.events for run in self.runs)


class Searching(Protocol):
    """Makes a way to search with a set of rules and, where they are given, indicators."""

    def __call__(self, rules: RuleSet, *, indicators: IndicatorSet | None) -> Searcher:
        """As said."""


class Again(NamedTuple):
    """The whole result, what is known of each log now, and how many rules each log was searched with anew (none left out)."""

    result: HuntResult
    searched: dict[str, Searched]
    new: dict[str, int]


def plain(rules: RuleSet, *, indicators: IndicatorSet | None) -> Searcher:
    """The plain way to search, whatever the rules."""
    return PlainSearch


def hunt_again(
    logs: Mapping[str, Callable[[], Source]],
    *,
    rules: RuleSet,
    known: Mapping[str, Searched],
    searching: Searching = plain,
    indicators: IndicatorSet | None = None,
) -> Again:
    """The result of a whole hunt with these rules and indicators over these logs, for the cost of what is new.

    `logs` by a name that stands for one and the same content for ever; each is opened only when it has to be read, and once.
    `known` is what earlier hunts kept of them. A rule that asks something else than it did is a new rule; one that is gone is
    forgotten; other lists of indicators are looked for as a whole. Correlations look across all logs: when there are any, the
    rules that they refer to are run over all of them.
    """
    asked = fingerprints(rules)
    named = frozenset().union(*(rule.fields for rule in rules.rules))
    serving = {rule for one in rules.correlations for rule in one.rules}
    lists = indicators.sha256 if indicators is not None else ""
    gathering = Gathering(rules)
    found: dict[str, Searched] = {}
    new: dict[str, int] = {}
    searchers: dict[tuple[bool, tuple[str, ...]], Searcher] = {}
    for name, opened in logs.items():
        before = known.get(name) or Searched(name, {})
        fresh = {rule for rule, fingerprint in asked.items() if before.rules.get(rule) != fingerprint}
        looked_for = indicators if before.indicators != lists else None
        if fresh or looked_for is not None or name not in known:
            new[name] = len(fresh)
        if name in new or serving:
            part = RuleSet(tuple(rule for rule in rules.rules if rule.id in fresh | serving), (), "")
            alike = looked_for is not None, tuple(rule.id for rule in part.rules)
            if alike not in searchers:
                searchers[alike] = searching(part, indicators=looked_for)
            made = hunt(_each([opened]), rules=part, searcher=searchers[alike], indicators=looked_for, told=gathering.take)
            before = _joined(name, before, made, asked=asked, ran=set(alike[1]))
        found[name] = _only(before, asked, named, lists)
    return Again(_result(rules, found, gathering, indicators), found, new)


def _each(logs: Iterable[Callable[[], Source]]) -> Iterator[Source]:
    """One log after the other, each closed before the next is opened."""
    for opened in logs:
        source = opened()
        with closing(source.stream):
            yield source


def fingerprints(rules: RuleSet) -> dict[str, str]:
    """For each rule's id a hash of all that it asks and of the version that asks it."""
    out: dict[str, str] = {}
    for rule in rules.rules:
        asked = out.get(rule.id, "").encode() + _written(RuleSet((rule,), (), ""))
        out[rule.id] = hashlib.sha256(asked).hexdigest()
    return out


def _written(one: RuleSet) -> bytes:
    try:
        return dump(one)
    except ValueError:  # a number beyond 64 bits, half a character: such a rule is run anew in every process
        return f"{one.rules[0]!r} {id(one)}".encode("utf-8", "backslashreplace")


def _joined(name: str, before: Searched, made: HuntResult, *, asked: Mapping[str, str], ran: Collection[str]) -> Searched:
    """What is known of a log and what its new search gave, as one."""
    if before.runs and [r.coverage.sha256 for r in before.runs] != [r.coverage.sha256 for r in made.runs]:
        raise WardroundError("this is not the log that was searched before", where=name, do="give it a name of its own")
    runs = tuple(_both(old, new, but=ran) for old, new in zip(before.runs, made.runs, strict=True)) if before.runs else made.runs
    order = {rule: number for number, rule in enumerate(asked)}
    places = {run.coverage.source: number for number, run in enumerate(runs)}
    lists, sought = before.indicators, before.sought
    old = [d for d in before.detections if d.rule not in ran]
    if (named := made.indicators) is not None:
        old = [d for d in old if not d.rule.startswith(INDICATOR)]
        lists, sought = named.looked_for.sha256, {source: tuple(sorted(types)) for source, types in named.sought.items()}
    detections = sorted(
        [*old, *made.detections], key=lambda d: (places.get(d.source, 0), d.line, order.get(d.rule, len(order)), d.rule)
    )
    rules = {**before.rules, **{rule: asked[rule] for rule in ran}}
    return Searched(name, rules, runs, tuple(detections), made.rejected, lists, sought)


def _both(old: SourceRun, new: SourceRun, *, but: Collection[str]) -> SourceRun:
    """One source's account of the earlier rules and of the new ones; the new one tells of the source itself."""
    ran = (*(rule for rule in old.ran if rule not in but), *new.ran)
    could_not = (*(miss for miss in old.could_not if miss.id not in but), *new.could_not)
    partly = {rule: kinds for rule, kinds in old.partly.items() if rule not in but} | dict(new.partly)
    return replace(new, ran=ran, could_not=could_not, fields=tuple(sorted({*old.fields, *new.fields})), partly=partly)


def _only(known: Searched, asked: Mapping[str, str], named: frozenset[str], lists: str) -> Searched:
    """Without what is not asked any more: rules, and indicators."""
    alike = known.rules.keys() <= asked.keys() and all(named.issuperset(run.fields) for run in known.runs)
    if alike and known.indicators == lists:
        return known
    runs = tuple(
        replace(
            run,
            ran=tuple(rule for rule in run.ran if rule in asked),
            could_not=tuple(miss for miss in run.could_not if miss.id in asked),
            fields=tuple(field for field in run.fields if field in named),
            partly={rule: kinds for rule, kinds in run.partly.items() if rule in asked},
        )
        for run in known.runs
    )
    rules = {rule: fingerprint for rule, fingerprint in known.rules.items() if rule in asked}
    detections = tuple(d for d in known.detections if d.rule in asked or (lists and d.rule.startswith(INDICATOR)))
    return replace(known, rules=rules, runs=runs, detections=detections, indicators=lists, sought=known.sought if lists else {})


def _result(rules: RuleSet, found: Mapping[str, Searched], gathering: Gathering, indicators: IndicatorSet | None) -> HuntResult:
    logs = found.values()
    detections = [d for log in logs for d in log.detections]
    named = None
    if indicators is not None:
        sought = {source: frozenset(map(Type, types)) for log in logs for source, types in log.sought.items()}
        named = IndicatorFindings(indicators, (), sought, tuple(d for d in detections if d.rule.startswith(INDICATOR)))
    return joined_result(
        rules,
        [run for log in logs for run in log.runs],
        detections,
        [what for log in logs for what in log.rejected],
        gathering.correlated,
        indicators=named,
    )
