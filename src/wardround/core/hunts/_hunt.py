"""The hunt: every rule over every event it is meant for, and an account of what could not be searched."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from wardround.core.hunts._model import HuntResult, SourceRun
from wardround.core.logs import Event, Kind, Reading, Source, unpacked
from wardround.core.sigma import Rule, RuleSet, SlowRegexError, blind_for, holds, lacking, serves
from wardround.core.vocab import Coverage, Detection, Rejected
from wardround.core.vocab._hunting import NotRun

EXCERPT = 500


def hunt(sources: Iterable[Source], *, rules: RuleSet) -> HuntResult:
    """Run rules over logs. Sources may be packed (gzip, zstandard, zip, tar); each log inside is a source of its own.

    Every rule given either ran on at least one source or stands in `coverage.not_run` with the reason. A rule runs on a source when
    the source holds events of the rule's log source whose fields let the rule hold at all. Nothing here raises for what a log or a
    rule contains: what cannot be read is counted in the source's coverage or listed in `rejected`.
    """
    runs: list[SourceRun] = []
    detections: list[Detection] = []
    rejected: list[Rejected] = []
    plan = _Plan(rules)
    for outer in sources:
        for source in unpacked(outer, rejected=rejected):
            search = _Search(plan)
            reading = Reading(source)
            for event in reading:
                detections += search.over(event, source.name)
            rejected += reading.rejected
            if not (reading.events or reading.rejected):
                rejected.append(Rejected(source.name, _nothing(reading)))
            ran, could_not = search.account()
            runs.append(SourceRun(reading.coverage(), ran, could_not, reading.not_placed))
    return _result(rules, runs, detections, rejected)


def _nothing(reading: Reading) -> str:
    return f"no event in it that can be read ({reading.unparsed} lines not understood)" if reading.unparsed else "empty"


class _Plan:
    """Which rules are for which kind of event: worked out once for each kind."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules.rules
        self.fields = frozenset().union(*(rule.fields for rule in rules.rules))
        self._kinds: dict[Kind, tuple[list[Rule], list[Rule]]] = {}

    def of(self, kind: Kind) -> tuple[list[Rule], list[Rule]]:
        """The rules that can run on such events, and those meant for them that cannot."""
        if kind not in self._kinds:
            meant = [rule for rule in self.rules if serves(kind, rule.logsource)]
            self._kinds[kind] = [r for r in meant if not lacking(kind, r)], [r for r in meant if lacking(kind, r)]
        return self._kinds[kind]


@dataclass
class _Search:
    """The rules over one source."""

    plan: _Plan
    counts: Counter[Kind] = field(default_factory=Counter)
    names: dict[Kind, set[str]] = field(default_factory=dict)
    stopped: dict[str, str] = field(default_factory=dict)

    def over(self, event: Event, source: str) -> list[Detection]:
        """The detections on one event."""
        self.counts[event.kind] += 1
        self.names.setdefault(event.kind, set()).update(self.plan.fields.intersection(event.fields))
        out = []
        for rule in self.plan.of(event.kind)[0]:
            try:
                hit = rule.id not in self.stopped and holds(rule.condition, event)
            except SlowRegexError as slow:
                self.stopped[rule.id] = f"its regular expression {slow} on line {event.line}; stopped there"
                continue
            if hit:
                out.append(Detection(rule.id, source, event.line, event.time, rule.title, rule.level, event.excerpt[:EXCERPT]))
        return out

    def account(self) -> tuple[tuple[str, ...], tuple[NotRun, ...]]:
        """After the last event: the rules that ran here, and those that could not, on all of it or on a part, with the reason."""
        searched: dict[str, tuple[Rule, list[tuple[Kind, frozenset[str]]]]] = {}
        partly: dict[str, list[str]] = {}
        for kind, names in self.names.items():
            runnable, blind = self.plan.of(kind)
            fields = frozenset(names) if kind.fields is None else kind.fields
            for rule in runnable:
                searched.setdefault(rule.id, (rule, []))[1].append((kind, fields))
            for rule in blind:
                missing = ", ".join(lacking(kind, rule))
                partly.setdefault(rule.id, []).append(
                    f"needs {missing}, which {self.counts[kind]} events ({kind.shape}) do not have"
                )
        could_not = {rule_id: "; ".join(whys) for rule_id, whys in partly.items()}
        ran = []
        for rule_id, (rule, kinds) in searched.items():
            if rule_id in self.stopped:
                could_not[rule_id] = self.stopped[rule_id]
            elif wanted := blind_for(rule, kinds):
                could_not[rule_id] = f"needs {', '.join(sorted(wanted))}, which no event that it is for has here"
            else:
                ran.append(rule_id)
        return tuple(ran), tuple(NotRun(rule_id, why) for rule_id, why in could_not.items())


def _result(rules: RuleSet, runs: list[SourceRun], detections: list[Detection], rejected: list[Rejected]) -> HuntResult:
    ran = {rule_id for run in runs for rule_id in run.ran}
    reasons: dict[str, list[str]] = {}
    for run in runs:
        for miss in run.could_not:
            reasons.setdefault(miss.id, []).append(f"{run.coverage.source}: {miss.why}")
    not_run = list(rules.broken)
    for rule in rules.rules:
        if rule.id not in ran:
            why = (
                _shortened(reasons[rule.id]) if rule.id in reasons else f"no log of its kind was given: it is for {rule.logsource}"
            )
            not_run.append(NotRun(rule.id, why))
    searched = tuple(run.coverage for run in runs if run.ran)
    coverage = Coverage(searched, rules.given, rules.given - len(not_run), tuple(not_run))
    return HuntResult(sum(run.coverage.events for run in runs), coverage, tuple(detections), tuple(runs), tuple(rejected))


def _shortened(reasons: list[str]) -> str:
    return "; ".join(reasons[:3]) + (f"; and on {len(reasons) - 3} more" if len(reasons) > 3 else "")
