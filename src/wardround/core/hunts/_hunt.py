"""The hunt: every rule over every event it is meant for, and an account of what could not be searched."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Protocol

from wardround.core.hunts._correlate import Correlated, Gathering
from wardround.core.hunts._coverage import seen_by
from wardround.core.hunts._model import Found, HuntResult, IndicatorFindings, SourceRun
from wardround.core.hunts._plan import Plan
from wardround.core.hunts._search import PlainSearch, Searcher
from wardround.core.hunts.indicators import IndicatorSet, Match, Type
from wardround.core.logs import Event, Source, Tally, unpacked
from wardround.core.sigma import Rule, RuleSet
from wardround.core.vocab import Coverage, Detection, Rejected
from wardround.core.vocab._hunting import NotRun, Reason

EXCERPT = 500


Told = Callable[[str, Event, str], None]
"""Is told of every hit: the rule's id, the event, its source."""


def hunt(
    sources: Iterable[Source],
    *,
    rules: RuleSet,
    searcher: Searcher = PlainSearch,
    indicators: IndicatorSet | None = None,
    told: Told | None = None,
) -> HuntResult:
    """Run rules over logs. Sources may be packed (gzip, zstandard, zip, tar); each log inside is a source of its own.

    Every rule given either ran on at least one source or stands in `coverage.not_run` with the reason. A rule runs on a source when
    the source holds events of the rule's log source whose fields let the rule hold at all. Nothing here raises for what a log or a
    rule contains: what cannot be read is counted in the source's coverage or listed in `rejected`. Correlations follow when all
    has been searched; rules that only serve them are not reported for themselves. `searcher` finds the events that
    rules hit; the plain one is the reference. `indicators` are looked for in every event. `told` is told of every hit as well.
    """
    runs: list[SourceRun] = []
    detections: list[Detection] = []
    rejected: list[Rejected] = []
    found: list[Found] = []
    sought: dict[str, frozenset[Type]] = {}
    plan = Plan(rules, indicators=indicators)
    gathering = Gathering(rules)
    for outer in sources:
        for source in unpacked(outer, rejected=rejected):
            search = searcher(source, plan=plan)
            for event, hits in search:
                for rule in hits:
                    gathering.take(rule.id, event, source.name)
                    if told is not None:
                        told(rule.id, event, source.name)
                detections += [
                    Detection(rule.id, source.name, event.line, event.time, rule.title, rule.level, event.excerpt[:EXCERPT])
                    for rule in hits
                    if rule.reported
                ]
                if indicators is not None:
                    new = [Found(_matched(match, event, source.name), match) for match in indicators.matches(event)]
                    detections += [one.detection for one in new]
                    found += new
            tally = search.tally
            rejected += tally.rejected
            if not (tally.events or tally.rejected):
                rejected.append(Rejected(source.name, _nothing(tally)))
            sought[source.name] = frozenset(search.account.sought)
            closed, seen = search.account.close(), tally.coverage()
            partly = closed.partly if seen.kinds else {}
            runs.append(SourceRun(seen, closed.ran, closed.could_not, tally.not_placed, search.account.fields(), partly))
    findings = None if indicators is None else IndicatorFindings(indicators, tuple(found), sought)
    return joined_result(rules, runs, detections, rejected, gathering.correlated, indicators=findings)


def _matched(match: Match, event: Event, source: str) -> Detection:
    one = match.indicator
    title = f"Indicator ({one.type}) {one.value}"
    return Detection(one.rule, source, event.line, event.time, title[:200], "", event.excerpt[:EXCERPT])


def _nothing(tally: Tally) -> str:
    return f"no event in it that can be read ({tally.unparsed} lines not understood)" if tally.unparsed else "empty"


class Correlate(Protocol):
    """Says what correlations find, once it is known which rules ran and why others did not."""

    def __call__(self, ran: Collection[str], *, why: Mapping[str, Reason]) -> Correlated:
        """As in Gathering."""


def joined_result(
    rules: RuleSet,
    runs: list[SourceRun],
    detections: list[Detection],
    rejected: list[Rejected],
    correlate: Correlate,
    *,
    indicators: IndicatorFindings | None = None,
) -> HuntResult:
    """The result of a hunt from what came of each of its sources."""
    ran = {rule_id for run in runs for rule_id in run.ran}
    misses: dict[str, list[tuple[str, NotRun]]] = {}
    for run in runs:
        for miss in run.could_not:
            misses.setdefault(miss.id, []).append((run.coverage.source, miss))
    not_run = [*rules.broken, *(_not_run(rule, misses.get(rule.id, [])) for rule in rules.rules if rule.id not in ran)]
    correlated = correlate(ran, why={miss.id: miss.reason for miss in not_run})
    not_run += correlated.not_run
    counting = {rule.id for rule in rules.rules if rule.reported} | _serving(rules, {miss.id for miss in not_run})
    searched = tuple(seen for run in runs if (seen := seen_by(run, counting)) is not None)
    coverage = Coverage(searched, rules.given, rules.given - len(not_run), tuple(not_run))
    events = sum(run.coverage.events for run in runs)
    every = (*detections, *correlated.detections)
    return HuntResult(events, coverage, every, tuple(runs), tuple(rejected), notes=correlated.notes, indicators=indicators)


def _serving(rules: RuleSet, not_run: set[str]) -> set[str]:
    """The rules below the correlations that ran: those that only serve one that did not, looked for nothing."""
    return {rule for one in rules.correlations if one.id not in not_run for rule in one.rules}


def _not_run(rule: Rule, misses: list[tuple[str, NotRun]]) -> NotRun:
    if not misses:
        why = f"no log of its kind was given: it is for {rule.logsource}"
        return NotRun(rule.id, why, Reason.NO_LOG_SOURCE, file=rule.file, line=rule.line)
    fields = sorted({field for _, miss in misses for field in miss.fields})
    why = _shortened([f"{source}: {miss.why}" for source, miss in misses])
    return NotRun(rule.id, why, misses[0][1].reason, tuple(fields), rule.file, rule.line)


def _shortened(reasons: list[str]) -> str:
    return "; ".join(reasons[:3]) + (f"; and on {len(reasons) - 3} more" if len(reasons) > 3 else "")
