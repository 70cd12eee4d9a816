"""What a hunt could see of one host: hours, sources, rules, and what would complete it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from wardround.core.hunts._coverage import HOUR, hours_seen, searched, seen_by
from wardround.core.hunts._model import HuntResult, SearchedHours, SourceRun, Window, Windows
from wardround.core.logs._clock import READ_AS_UTC
from wardround.core.sigma import Rule, RuleSet
from wardround.core.sigma._model import Correlation
from wardround.core.vocab._hunting import NotRun, Span

BEFORE_FIX = ("exploit", "")
AFTERWARDS = ("after", "")


@dataclass(frozen=True, slots=True)
class RuleSight:
    """One rule on one host: of how many hours of its phase's window it could search the logs, and why not of all."""

    id: str
    title: str
    phase: str
    hours: int
    of: int
    why: str = ""

    @property
    def whole(self) -> bool:
        """Whether it could look at every hour of its window."""
        return self.hours >= self.of and not self.why


@dataclass(frozen=True, slots=True)
class Lacking:
    """One thing that would complete the coverage: which log, for which hours, which rules could look then."""

    what: str
    spans: tuple[Span, ...] = ()
    hours: int = 0
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HostCoverage:
    """What a hunt could see of one host. `until_fix` counts the hours in which the exploit could be seen, `whole` those in
    which what comes after it could be. `events`, `unparsed` and `unread` (files not read to their end) are of all its sources.
    """

    host: str
    windows: Windows
    until_fix: SearchedHours
    whole: SearchedHours
    sources: tuple[SourceRun, ...]
    rules: tuple[RuleSight, ...]
    unread: tuple[str, ...] = ()

    @property
    def events(self) -> int:
        """Events read."""
        return sum(run.coverage.events for run in self.sources)

    @property
    def unparsed(self) -> int:
        """Lines and records that could not be read."""
        return sum(run.coverage.unparsed for run in self.sources)

    @property
    def could_have_been_altered(self) -> bool:
        """Whether any source was taken from the suspect host itself."""
        return any(run.coverage.could_have_been_altered for run in self.sources)

    @property
    def sighted(self) -> tuple[RuleSight, ...]:
        """The rules that could look at any hour."""
        return tuple(rule for rule in self.rules if rule.hours or rule.whole)


def host_coverage(result: HuntResult, *, host: str, windows: Windows, rules: RuleSet) -> HostCoverage:
    """What a hunt with these rules could see of one host.

    An hour counts as searched when a rule that looks for traces of the phase ran on a source that covers it; of a set
    without rules for a phase, any rule does. A source whose events have no time, or whose coverage is not known, covers no hour.
    """
    runs = tuple(run for run in result.runs if run.coverage.host == host)
    every: list[Rule | Correlation] = [*rules.rules, *rules.correlations]
    asked = [rule for rule in every if rule.reported]
    needs = _needs(rules, result)
    until_fix = searched(_hours(runs, asked, BEFORE_FIX, needs, windows.exploit), window=windows.exploit)
    whole = searched(_hours(runs, asked, AFTERWARDS, needs, windows.after), window=windows.after)
    sights = tuple(_sight(rule, runs, windows, needs, result) for rule in asked) + tuple(_broken(m, windows) for m in rules.broken)
    names = {_outer(run.coverage.source) for run in runs}
    unread = tuple(f"{r.where}: {r.what}" for r in result.rejected if _outer(r.where) in names)
    return HostCoverage(host, windows, until_fix, whole, runs, sights, unread)


def _outer(name: str) -> str:
    """The file that a source came in: what is inside an archive is named `outer!inner`."""
    return name.split("!", 1)[0]


def _needs(rules: RuleSet, result: HuntResult) -> dict[str, frozenset[str]]:
    """The rules that must all have looked for one to have looked: itself; those below a correlation, none if it did not run."""
    needs = {rule.id: frozenset([rule.id]) for rule in rules.rules}
    not_run = {miss.id for miss in result.coverage.not_run}
    for one in rules.correlations:  # inner ones first
        below = [needs.get(rule, frozenset()) for rule in one.rules]
        needs[one.id] = frozenset().union(*below) if all(below) and one.id not in not_run else frozenset()
    return needs


def _looked(needed: frozenset[str], runs: Sequence[SourceRun], window: Window) -> set[int]:
    """The hours in which all of these rules could look."""
    each = [_hours_of(runs, (one,), window) for one in needed]
    return set.intersection(*each) if each else set()


def _hours_of(runs: Sequence[SourceRun], rules: Collection[str], window: Window) -> set[int]:
    """The hours in which any of these rules could look."""
    return hours_seen((seen for run in runs if (seen := seen_by(run, rules)) is not None), window=window)


def _hours(
    runs: Sequence[SourceRun],
    asked: Sequence[Rule | Correlation],
    phases: tuple[str, ...],
    needs: Mapping[str, frozenset[str]],
    window: Window,
) -> set[int]:
    """The hours in which a rule of the phases could look."""
    wanted = [rule for rule in asked if rule.phase in phases] or asked
    alone = {rule.id for rule in wanted if isinstance(rule, Rule)}
    seen = _hours_of(runs, alone, window)
    return seen.union(*(_looked(needs[rule.id], runs, window) for rule in wanted if isinstance(rule, Correlation)))


def _sight(
    rule: Rule | Correlation, runs: Sequence[SourceRun], windows: Windows, needs: Mapping[str, frozenset[str]], result: HuntResult
) -> RuleSight:
    """In how many hours it could look. A correlation needs every rule that it refers to, and to have run itself."""
    window = windows.exploit if rule.phase in ("exploit", "scan") else windows.after
    needed = needs[rule.id]
    hours = searched(_looked(needed, runs, window), window=window)
    anywhere = hours_seen((run.coverage for run in runs if run.ran), window=window)
    if not any(one in run.ran for run in runs for one in needed):
        return RuleSight(rule.id, rule.title, rule.phase, 0, hours.of, _why_not(rule, runs, result))
    missed = "; ".join(dict.fromkeys(m.what for run in runs for m in run.could_not if m.id in needed))
    why = f"not on every line: {missed}" if missed else ""
    if hours.hours < len(anywhere):
        why = f"it could look at {hours.hours} of the {len(anywhere)} hours that have logs" + (f": {missed}" if missed else "")
    return RuleSight(rule.id, rule.title, rule.phase, hours.hours, hours.of, why)


def _why_not(rule: Rule | Correlation, runs: Iterable[SourceRun], result: HuntResult) -> str:
    here = dict.fromkeys(miss.what for run in runs for miss in run.could_not if miss.id == rule.id)
    everywhere = [miss.what for miss in result.coverage.not_run if miss.id == rule.id]
    if isinstance(rule, Correlation):
        return (everywhere or ["a rule that it needs did not run on this host's logs"])[0]
    return "; ".join(here) or f"there is no log of this host that it is for: {rule.logsource}"


def _broken(miss: NotRun, windows: Windows) -> RuleSight:
    whole = searched(set(), window=windows.after)
    return RuleSight(miss.id, miss.id, "", 0, whole.of, miss.what)


def lacking(seen: HostCoverage, rules: RuleSet) -> tuple[Lacking, ...]:
    """What would complete the coverage of one host, the most hours first: logs of hours, logs of another kind, whole files."""
    out = [
        Lacking(f"Logs of {seen.host} from {_when(a)} to {_when(b)} UTC", ((a, b),), -((a - b) // HOUR))
        for a, b in seen.whole.unseen
    ]
    out.sort(key=lambda one: -one.hours)
    return (*out, *_kinds(seen, rules), *_whole_files(seen))


def _kinds(seen: HostCoverage, rules: RuleSet) -> Iterable[Lacking]:
    """Rules that could not look, by the log or the fields that they need."""
    known: Mapping[str, Rule] = {rule.id: rule for rule in rules.rules}
    wanted: dict[str, list[str]] = {}
    for sight in seen.rules:
        rule = known.get(sight.id)
        if rule is None or not sight.why:
            continue
        fields = sorted({f for run in seen.sources for miss in run.could_not if miss.id == sight.id for f in miss.fields})
        what = f"A log of {seen.host} for {rule.logsource}" + (f" that holds {', '.join(fields)}" if fields else "")
        wanted.setdefault(what, []).append(sight.id)
    return [Lacking(what, rules=tuple(ids)) for what, ids in wanted.items()]


def _whole_files(seen: HostCoverage) -> Iterable[Lacking]:
    for run in seen.sources:
        own = run.coverage
        if own.unparsed:
            yield Lacking(f"A copy of {own.source} in which {own.unparsed:,} of {own.events + own.unparsed:,} lines can be read")
        if run.not_placed:
            yield Lacking(f"The times of {run.not_placed:,} events of {own.source}: they were searched, and count for no hour")
        if own.zone == READ_AS_UTC:
            yield Lacking(f"The zone of the times of {own.source}: they state none, and were read as UTC")
    for one in seen.unread:
        yield Lacking(f"A whole copy: {one}")
    if seen.could_have_been_altered:
        yield Lacking(f"A copy of these logs that a forwarder took from {seen.host} at the time: nobody on it could alter that one")


def _when(time: datetime) -> str:
    return f"{time:%-d %B %Y %H:%M}"
