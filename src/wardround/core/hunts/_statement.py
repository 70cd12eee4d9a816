"""The one sentence in which a hunt's result is told: what was searched, with what, and what was found in it."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import accumulate

from wardround.core.hunts._coverage import by_host, hours_seen, narrowed, silences
from wardround.core.hunts._coverage import searched as hours_of
from wardround.core.hunts._hosts import HostCoverage
from wardround.core.hunts._model import HuntResult, IndicatorFindings, SourceRun, Window
from wardround.core.hunts.indicators import Type
from wardround.core.logs._clock import READ_AS_UTC
from wardround.core.vocab import Detection
from wardround.core.vocab._hunting import SourceCoverage

SCAN = "informational"


def statement(result: HuntResult, *, window: Window | None = None, host: str | None = None) -> str:
    """What a clinical safety officer reads first. Never says that a system is clean: it says what was searched.

    With a window it counts that window's hours; without one it names the time that the logs span. `host` keeps to one host's
    sources.
    """
    runs = [run for run in result.runs if host is None or run.coverage.host == host]
    searched = [one for one in result.coverage.sources if host is None or one.host == host]
    if not searched:
        return f"Nothing could be searched{_of(host)}: {_why_nothing(result)}.{_named(result, runs)}"
    ran = {rule_id for run in runs for rule_id in run.ran}
    count = result.coverage.rules_ran if host is None else min(len(ran), result.coverage.rules_ran)
    rules = f"with {count} of {result.coverage.rules_given} rules"
    if result.indicators is not None:
        rules += f" and {_sought(result.indicators, runs)}"
    if window is None:
        what = f"Searched {_count(len(searched), 'log')}{_of(host)} {_span(searched)}{rules}"
    else:
        what = f"Searched {_hours(searched, window, host)} {rules}"
    sources = {run.coverage.source for run in runs}
    hits = [d for d in result.detections if host is None or d.source in sources]
    return f"{what}: {_found(hits)}{_caveats(result, runs, searched, window)}"


def not_seen(result: HuntResult, *, window: Window | None = None, host: str | None = None) -> tuple[str, ...]:
    """What was not seen of what was given, each as a figure: silences, lines, events without a time, files, rules."""
    runs = [run for run in result.runs if host is None or run.coverage.host == host]
    return _not_seen(result, runs, [one for one in result.coverage.sources if host is None or one.host == host], window)


def _named(result: HuntResult, runs: Sequence[SourceRun]) -> str:
    """Where no rule could run, indicators may still have been looked for."""
    named = result.indicators
    if named is None or not any(named.sought.get(run.coverage.source) for run in runs):
        return ""
    sources = {run.coverage.source for run in runs}
    hits = [one for one in named.matched if one.source in sources]
    return f" {_sought(named, runs)} looked for: {_found(hits)}{_caveats(result, runs, (), None)}"


def _sought(named: IndicatorFindings, runs: Sequence[SourceRun]) -> str:
    """How many indicators there are, and of how many some log has a place for their type."""
    sought = frozenset().union(*(named.sought.get(run.coverage.source, frozenset()) for run in runs))
    types = named.looked_for.types
    nowhere = sorted(types - sought - {Type.PATTERN})
    every = _count(named.loaded, "indicator")
    return f"{every} (no log has a place for {', '.join(nowhere)})" if nowhere else every


def _hours(searched: Sequence[SourceCoverage], window: Window, host: str | None) -> str:
    """So many hours of the window. Of several hosts each for itself: the hours of one are not seen in another's logs."""
    hosts = by_host(searched)
    each = [hours_of(hours_seen(its, window=window), window=window) for its in hosts.values()]
    least, most, of = min(one.hours for one in each), max(one.hours for one in each), each[0].of
    if len(each) == 1:
        return f"{least} of {of} hours{_of(host)}"
    whose = f"{len(each)} hosts" + (" (logs that name none are counted as one)" if "" in hosts else "")
    return f"{least} of {of} hours of each of {whose}" if least == most else f"{least} to {most} of {of} hours of {whose}"


def _partly(runs: Sequence[SourceRun], searched: Sequence[SourceCoverage], window: Window | None) -> int:
    """How many of the rules that ran could look at fewer hours of a host than its logs have that were searched."""
    if window is None:
        first, last = _ends(searched)
        if first is None or last is None:
            return 0
        window = Window(first, last)
    hosts: dict[str, list[SourceRun]] = {}
    for run in runs:
        for host, (seen,) in by_host([run.coverage]).items():
            hosts.setdefault(host, []).append(replace(run, coverage=seen))
    ran = {rule for run in runs for rule in run.ran}
    known, less = by_host(searched), set[str]()
    for host, its in hosts.items():
        whole = len(hours_seen(known.get(host, ()), window=window))
        less |= _less(its, whole, window)
        less |= ran.difference(*(run.ran for run in its)) if whole else set()
    return len(less)


def _less(runs: Sequence[SourceRun], whole: int, window: Window) -> set[str]:
    """The rules that could look at fewer hours of one host than this."""
    groups: dict[tuple[str, ...], list[SourceCoverage]] = {}
    for run in runs:
        for rules, seen in _alike(run):
            groups.setdefault(rules, []).append(seen)
    ran_on: dict[str, list[int]] = {}
    for number, rules in enumerate(groups):
        for rule in rules:
            ran_on.setdefault(rule, []).append(number)
    hours = [hours_seen(its, window=window) for its in groups.values()]
    count = {numbers: len(set().union(*(hours[n] for n in numbers))) for numbers in set(map(tuple, ran_on.values()))}
    return {rule for rule, numbers in ran_on.items() if count[tuple(numbers)] < whole}


def _alike(run: SourceRun) -> Iterator[tuple[tuple[str, ...], SourceCoverage]]:
    """The rules that ran on a source, those together that could look at the same kinds of its lines; and what is seen of these."""
    if not run.partly:
        yield run.ran, run.coverage
        return
    kinds: dict[tuple[str, ...] | None, list[str]] = {}
    for rule in run.ran:
        kinds.setdefault(run.partly.get(rule), []).append(rule)
    for named, rules in kinds.items():
        yield tuple(rules), run.coverage if named is None else narrowed(run.coverage, kinds=named)


def _gaps(coverages: Sequence[SourceCoverage]) -> int:
    """Silences of more than an hour: within each log, and between the logs of one host, as where a rotated file is missing."""
    hosts = by_host(coverages).values()
    return sum(len(one.gaps) for its in hosts for one in its) + sum(map(_between, hosts))


def _between(coverages: Sequence[SourceCoverage]) -> int:
    """Silences of these logs together that are none of any single one of them."""
    own = sorted(gap for one in coverages for gap in one.gaps)
    begins = [gap[0] for gap in own]
    ends = list(accumulate((gap[1] for gap in own), max))
    count = 0
    for start, end in silences(coverages):
        before = bisect_right(begins, start)
        count += not before or ends[before - 1] < end
    return count


def host_statement(seen: HostCoverage, *, found: int, scans: int = 0) -> tuple[str, ...]:
    """The same for one host and the window in which it stood open, from what could be seen of it: the sentence, and its limits.

    `found` are the traces in the window, `scans` those of them that alone are a scanner's probe. What was not searched follows,
    each as a figure: hours, rules, lines, files.
    """
    whole, until_fix = seen.whole, seen.until_fix
    rules = f"{len(seen.sighted)} of {len(seen.rules)} rules"
    said = f"{_traces(found)} found" if found else "no trace found in what was searched"
    if scans:
        said += (
            " (as a scanner's probe leaves it)" if found == scans == 1 else f" ({scans:,} of them as a scanner's probe leaves it)"
        )
    parts = [
        f"Searched {whole.hours} of {whole.of} hours of {seen.host} with {rules}: {said}{', to be judged' if found else ''}.",
        *_not_searched(seen),
    ]
    if until_fix.of and until_fix.hours < until_fix.of and until_fix.of < whole.of:
        parts.insert(1, f"Before the fix, when it could be entered: {until_fix.hours} of {until_fix.of} hours.")
    if without_zone := _without_zone([run.coverage for run in seen.sources]):
        parts.append(without_zone)
    if seen.could_have_been_altered:
        parts.append(f"Logs came from {seen.host} itself: whoever got in could have altered them.")
    return tuple(parts)


def _not_searched(seen: HostCoverage) -> list[str]:
    left = []
    if hours := seen.whole.of - seen.whole.hours:
        left.append(f"{_count(hours, 'hour')} without logs that a rule could search")
    nowhere = sum(not rule.hours and not rule.whole for rule in seen.rules)
    if nowhere:
        left.append(f"{_count(nowhere, 'rule')} that could not run")
    if partly := sum(not rule.whole and bool(rule.why) for rule in seen.rules) - nowhere:
        left.append(f"{_count(partly, 'rule')} that could look at a part only")
    if seen.unparsed:
        left.append(f"{seen.unparsed:,} of {seen.unparsed + seen.events:,} lines that could not be read")
    if seen.unread:
        left.append(f"{_count(len(seen.unread), 'file')} not read to the end")
    return [f"Not searched: {'; '.join(left)}."] if left else []


def _traces(number: int) -> str:
    return "one trace" if number == 1 else f"{number:,} traces"


def _found(hits: Sequence[Detection]) -> str:
    traces = sum(hit.level != SCAN for hit in hits)
    scans = len(hits) - traces
    text = f"{_count(traces, 'trace')} found, to be judged." if traces else "no trace found in what was searched."
    return text + (f" {_count(scans, 'probe')} by scanners." if scans else "")


def _not_seen(
    result: HuntResult, runs: Sequence[SourceRun], searched: Sequence[SourceCoverage], window: Window | None
) -> tuple[str, ...]:
    counted = {(one.source, one.sha256) for one in searched}
    others = [run.coverage for run in runs if (run.coverage.source, run.coverage.sha256) not in counted]
    parts = []
    if gaps := _gaps([*searched, *others]):
        parts.append(f"{_count(gaps, 'gap')} of more than an hour")
    if unparsed := sum(run.coverage.unparsed for run in runs):
        parts.append(f"{_count(unparsed, 'line')} not understood")
    if placed := sum(run.not_placed for run in runs):
        parts.append(f"{_count(placed, 'event')} without a time")
    if result.rejected:
        parts.append(f"{_count(len(result.rejected), 'file')} not read, or not to the end")
    if partly := _partly(runs, searched, window):
        parts.append(f"{_count(partly, 'rule')} could look at a part of these hours only")
    return tuple(parts)


def _caveats(result: HuntResult, runs: Sequence[SourceRun], searched: Sequence[SourceCoverage], window: Window | None) -> str:
    parts, coverages = _not_seen(result, runs, searched, window), [run.coverage for run in runs]
    text = f" Not seen: {'; '.join(parts)}." if parts else ""
    if without_zone := _without_zone(coverages):
        text += f" {without_zone}"
    if any(c.could_have_been_altered for c in coverages):
        text += " The logs were taken from the suspect host itself and could have been altered."
    return text


def _without_zone(coverages: Sequence[SourceCoverage]) -> str:
    """What a reader must know of hours that may be other hours: empty when every log states its zone, or was given one."""
    number = sum(one.zone == READ_AS_UTC for one in coverages)
    return f"The times of {_count(number, 'log')} state no zone and were read as UTC." if number else ""


def _ends(coverages: Sequence[SourceCoverage]) -> tuple[datetime | None, datetime | None]:
    first = min((c.first for c in coverages if c.first), default=None)
    return first, max((c.last for c in coverages if c.last), default=None)


def _span(coverages: Sequence[SourceCoverage]) -> str:
    first, last = _ends(coverages)
    return f"from {_when(first)} to {_when(last)} UTC " if first and last else "without any time in them "


def _when(time: datetime) -> str:
    return f"{time:%-d %B %Y %H:%M}"


def _of(host: str | None) -> str:
    return f" of {host}" if host else ""


def _why_nothing(result: HuntResult) -> str:
    if not result.events:
        return "no event could be read"
    return "no rule could run on these logs" if result.coverage.rules_given else "no rule was given"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
