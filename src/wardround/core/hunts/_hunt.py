"""The hunt: every rule over every event it is meant for, and an account of what could not be searched."""

from collections.abc import Iterable

from wardround.core.hunts._model import HuntResult, SourceRun
from wardround.core.hunts._plan import Plan
from wardround.core.hunts._search import PlainSearch, Searcher
from wardround.core.logs import Source, Tally, unpacked
from wardround.core.sigma import RuleSet
from wardround.core.vocab import Coverage, Detection, Rejected
from wardround.core.vocab._hunting import NotRun

EXCERPT = 500


def hunt(sources: Iterable[Source], *, rules: RuleSet, searcher: Searcher = PlainSearch) -> HuntResult:
    """Run rules over logs. Sources may be packed (gzip, zstandard, zip, tar); each log inside is a source of its own.

    Every rule given either ran on at least one source or stands in `coverage.not_run` with the reason. A rule runs on a source when
    the source holds events of the rule's log source whose fields let the rule hold at all. Nothing here raises for what a log or a
    rule contains: what cannot be read is counted in the source's coverage or listed in `rejected`. `searcher` finds the events that
    rules hit; the plain one is the reference.
    """
    runs: list[SourceRun] = []
    detections: list[Detection] = []
    rejected: list[Rejected] = []
    plan = Plan(rules)
    for outer in sources:
        for source in unpacked(outer, rejected=rejected):
            search = searcher(source, plan=plan)
            for event, hits in search:
                detections += [
                    Detection(rule.id, source.name, event.line, event.time, rule.title, rule.level, event.excerpt[:EXCERPT])
                    for rule in hits
                ]
            tally = search.tally
            rejected += tally.rejected
            if not (tally.events or tally.rejected):
                rejected.append(Rejected(source.name, _nothing(tally)))
            ran, could_not = search.account.close()
            runs.append(SourceRun(tally.coverage(), ran, could_not, tally.not_placed))
    return _result(rules, runs, detections, rejected)


def _nothing(tally: Tally) -> str:
    return f"no event in it that can be read ({tally.unparsed} lines not understood)" if tally.unparsed else "empty"


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
