"""A hunt again, over what is new alone: new rules over every log, new logs with every rule, joined with what is known already."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import NamedTuple

from wardround.core.hunts._correlate import Correlated
from wardround.core.hunts._hunt import hunt, joined_result
from wardround.core.hunts._model import HuntResult, SourceRun
from wardround.core.hunts._search import PlainSearch, Searcher
from wardround.core.logs import Source
from wardround.core.sigma import RuleSet
from wardround.core.sigma._stored import dump
from wardround.core.vocab import Detection, Rejected, WardroundError
from wardround.core.vocab._hunting import Reason


@dataclass(frozen=True, slots=True)
class Searched:
    """One log, every rule that it was searched with (its id and a hash of all that it asks), and all that came of it."""

    source: str
    rules: Mapping[str, str]
    runs: tuple[SourceRun, ...] = ()
    detections: tuple[Detection, ...] = ()
    rejected: tuple[Rejected, ...] = ()

    @property
    def events(self) -> int:
        """Events read of it."""
        return sum(run.coverage.events for run in self.runs)


Searching = Callable[[RuleSet], Searcher]
"""Makes a way to search with a set of rules."""


class Again(NamedTuple):
    """The whole result, what is known of each log now, and how many rules each log was searched with anew (none left out)."""

    result: HuntResult
    searched: dict[str, Searched]
    new: dict[str, int]


def plain(rules: RuleSet) -> Searcher:
    """The plain way to search, whatever the rules."""
    return PlainSearch


def hunt_again(
    logs: Mapping[str, Callable[[], Source]], *, rules: RuleSet, known: Mapping[str, Searched], searching: Searching = plain
) -> Again:
    """The result of a whole hunt with these rules over these logs, for the cost of what is new.

    `logs` by a name that stands for one and the same content for ever; each is opened only when it has to be read. `known` is
    what earlier hunts kept of them. A rule that asks something else than it did is a new rule; one that is gone is
    forgotten. Correlations look across all logs: when there are any, the rules that they refer to are run over all of them.
    """
    asked = fingerprints(rules)
    named = frozenset().union(*(rule.fields for rule in rules.rules))
    found: dict[str, Searched] = {}
    new: dict[str, int] = {}
    searchers: dict[tuple[str, ...], Searcher] = {}
    for name, opened in logs.items():
        before = known.get(name) or Searched(name, {})
        fresh = RuleSet(tuple(r for r in rules.rules if before.rules.get(r.id) != asked[r.id]), (), "")
        if fresh.rules or name not in known:
            new[name] = len(fresh.rules)
            alike = tuple(rule.id for rule in fresh.rules)
            if alike not in searchers:
                searchers[alike] = searching(fresh)
            made = hunt(_each([opened]), rules=fresh, searcher=searchers[alike])
            before = _joined(name, before, made, asked=asked, ran={r.id for r in fresh.rules})
        found[name] = _only(before, asked, named)
    correlated = _correlated(logs, rules, searching)
    return Again(_result(rules, found, correlated), found, new)


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
    detections = [*(d for d in before.detections if d.rule not in ran), *made.detections]
    detections.sort(key=lambda d: (places.get(d.source, 0), d.line, order.get(d.rule, -1)))
    rules = {**before.rules, **{rule: asked[rule] for rule in ran}}
    return Searched(name, rules, runs, tuple(detections), made.rejected)


def _both(old: SourceRun, new: SourceRun, *, but: Collection[str]) -> SourceRun:
    """One source's account of the earlier rules and of the new ones; the new one tells of the source itself."""
    ran = (*(rule for rule in old.ran if rule not in but), *new.ran)
    could_not = (*(miss for miss in old.could_not if miss.id not in but), *new.could_not)
    return replace(new, ran=ran, could_not=could_not, fields=tuple(sorted({*old.fields, *new.fields})))


def _only(known: Searched, asked: Mapping[str, str], named: frozenset[str]) -> Searched:
    """Without what rules said that are not asked any more."""
    if known.rules.keys() <= asked.keys() and all(named.issuperset(run.fields) for run in known.runs):
        return known
    runs = tuple(
        replace(
            run,
            ran=tuple(rule for rule in run.ran if rule in asked),
            could_not=tuple(miss for miss in run.could_not if miss.id in asked),
            fields=tuple(field for field in run.fields if field in named),
        )
        for run in known.runs
    )
    rules = {rule: fingerprint for rule, fingerprint in known.rules.items() if rule in asked}
    detections = tuple(d for d in known.detections if d.rule in asked)
    return Searched(known.source, rules, runs, detections, known.rejected)


def _correlated(logs: Mapping[str, Callable[[], Source]], rules: RuleSet, searching: Searching) -> Correlated | None:
    if not rules.correlations:
        return None
    own = {one.id for one in rules.correlations}
    wanted = {rule for one in rules.correlations for rule in one.rules}
    part = replace(rules, rules=tuple(rule for rule in rules.rules if rule.id in wanted))
    result = hunt(_each(logs.values()), rules=part, searcher=searching(part))
    return Correlated(
        tuple(d for d in result.detections if d.rule in own),
        tuple(miss for miss in result.coverage.not_run if miss.id in own),
        result.notes,
    )


def _result(rules: RuleSet, found: Mapping[str, Searched], correlated: Correlated | None) -> HuntResult:
    logs = found.values()

    def known(ran: Collection[str], *, why: Mapping[str, Reason]) -> Correlated:
        return correlated or Correlated((), (), ())

    return joined_result(
        rules,
        [run for log in logs for run in log.runs],
        [d for log in logs for d in log.detections],
        [what for log in logs for what in log.rejected],
        known,
    )
