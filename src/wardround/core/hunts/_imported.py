"""A hunt that was run elsewhere: the rows that a pack's query gave, and its probe, which says what the query could see.

Without a probe nothing is known of what could be seen, and no hour counts as searched.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from wardround.core.hunts._model import HuntResult, Pack, SourceRun, Window
from wardround.core.hunts._rows import Rows
from wardround.core.hunts._statement import statement
from wardround.core.logs._clock import Clock
from wardround.core.sigma import Rule
from wardround.core.sigma._model import Correlation
from wardround.core.vocab import BadInput, Coverage, Detection, Rejected
from wardround.core.vocab._hunting import NotRun, Reason, SourceCoverage, Span

HOUR = timedelta(hours=1)
EXCERPT = 500
RULE = ("rule", "rule_id", "ruleid")
TIME = ("time", "timegenerated", "_time", "timestamp", "@timestamp")
HOURS = ("hour", "_hour", *TIME)
WRITTEN = ("%m/%d/%Y, %I:%M:%S.%f %p", "%m/%d/%Y, %I:%M:%S %p")  # as Sentinel's portal exports times
OVER = re.compile(r"\bover (\w+) logs\b")
UNKNOWN = (
    "What the query could see is not known: no hour counts as searched. Give the result of the pack's coverage query with --probe."
)


class _Probed(NamedTuple):
    """One row of a probe: an hour of a source."""

    hour: datetime
    first: datetime
    last: datetime
    events: int
    has: Mapping[str, int]


class _Able(NamedTuple):
    """The rules that ran on a source, those that could not, and the fields that they found."""

    ran: tuple[str, ...]
    could_not: tuple[NotRun, ...]
    fields: tuple[str, ...]


def imported(rows: Rows, *, pack: Pack, probe: Rows | None = None, queries: Collection[str] = ()) -> HuntResult:
    """The result of a pack's queries as a hunt. Rows of rules that the pack does not have are listed in `rejected`.

    `queries` are those that were run (`hunt.web`, `correlation.exploit_chain`); none named: the `hunt` query, when there is one.
    Raises BadInput for a table that has no column for the rule, and for a probe that does not say which source, hour and count.
    """
    rules = {rule.id: rule for rule in pack.reported}
    rejected = [Rejected(rows.name, what) for what in rows.problems]
    detections = tuple(_detections(rows, rules, rejected))
    if wrong := set(queries) - {_plain(name) for name in pack.queries}:
        raise BadInput(f"the pack has no query {min(wrong)[:60]!r}", do=f"it has {', '.join(sorted({*map(_plain, pack.queries)}))}")
    plain = sorted({_plain(name) for name in pack.queries if name.startswith("hunt.")})
    if probe and not queries and len(plain) > 1:  # else the hours of a log that nobody asked would count
        raise BadInput(
            "it is not said which of the pack's queries were run", do=f"name them: {', '.join(f'--query {n}' for n in plain)}"
        )
    asked = _asked(pack, queries, {d.rule for d in detections})
    runs = list(_runs(probe, pack, asked, rejected)) if probe else []
    known = {run.coverage.source for run in runs}
    for source in dict.fromkeys(d.source for d in detections if d.source not in known):
        runs.append(_unknown(source, [d for d in detections if d.source == source], rows))
    ran = {rule for run in runs for rule in run.ran}
    not_run = [*pack.rules.broken, *(_not_run(rule, runs, asked, probe=probe) for rule in rules.values() if rule.id not in ran)]
    searched = tuple(run.coverage for run in runs if run.ran)
    coverage = Coverage(searched, len(rules) + len(pack.rules.broken), len(ran & rules.keys()), tuple(not_run))
    return HuntResult(sum(run.coverage.events for run in runs), coverage, detections, tuple(runs), tuple(rejected))


def told(result: HuntResult, *, probed: bool, window: Window | None = None, host: str | None = None) -> str:
    """The one sentence. Without a probe it claims nothing but what was found."""
    if probed and any(run.ran for run in result.runs):
        return statement(result, window=window, host=host)
    traces = sum(d.level != "informational" for d in result.detections)
    scans = len(result.detections) - traces
    found = f"A query run elsewhere found {traces:,} trace{'' if traces == 1 else 's'}{', to be judged' if traces else ''}."
    return f"{found}{f' {scans:,} probes by scanners.' if scans else ''} {UNKNOWN}"


def _named(row: Mapping[str, Any], names: Iterable[str]) -> Any:
    return next((row[name] for name in names if row.get(name) not in (None, "")), None)


def _clock(rows: Rows) -> Clock:
    """A clock that has seen all times of a result, and knows from them whether days or months stand first."""
    clock = Clock()
    for _, row in rows.numbered:
        for name in (*HOURS, "first", "last"):
            clock.read(row.get(name))
    return clock


def _time(value: Any, clock: Clock) -> datetime | None:
    """A time as these tools write it; without a zone it is UTC, which both export by default."""
    if isinstance(value, str):
        for form in WRITTEN:
            try:
                return datetime.strptime(value, form).replace(tzinfo=UTC)
            except ValueError:
                continue
    return clock.read(value)


def _detections(rows: Rows, rules: Mapping[str, Rule | Correlation], rejected: list[Rejected]) -> Iterator[Detection]:
    if rows.columns and not rows.columns.intersection(RULE):
        raise BadInput(
            f"it has no column for the rule: {', '.join(sorted(rows.columns)[:8])}",
            where=rows.name,
            do="run the pack's own query, or name the column `rule`",
        )
    clock = _clock(rows)
    for number, row in rows.numbered:
        rule = rules.get(str(_named(row, RULE) or ""))
        if rule is None:
            rejected.append(Rejected(rows.name, f"row {number}: the pack has no rule {str(_named(row, RULE) or '')[:60]!r}"))
            continue
        source = str(_named(row, ("source", "_source")) or rows.name)
        excerpt = str(_named(row, ("excerpt", "_raw", "raw")) or "")[:EXCERPT]
        yield Detection(rule.id, source, number, _time(_named(row, TIME), clock), rule.title, rule.level, excerpt)


def _plain(query: str) -> str:
    """The name of a query without its language."""
    return query.rsplit(".", 1)[0]


def _asked(pack: Pack, queries: Collection[str], hit: Collection[str]) -> dict[str, set[str]]:
    """The rules that the queries asked for, each with the kinds of log that its queries are over (their first lines say it)."""
    out: dict[str, set[str]] = {}
    for name, text in pack.queries.items():
        found = OVER.search(text)
        for rule in pack.reported if found else ():
            named = _plain(name) in queries if queries else name.startswith("hunt.")
            if found and rule.id in text and (named or (not queries and rule.id in hit)):
                out.setdefault(rule.id, set()).add(found[1])
    return out


def _runs(probe: Rows, pack: Pack, asked: Mapping[str, set[str]], rejected: list[Rejected]) -> Iterator[SourceRun]:
    """The sources of a probe, each with the hours in which it had events."""
    rejected += [Rejected(probe.name, what) for what in probe.problems]
    by_source: dict[tuple[str, str, str], list[_Probed]] = {}
    clock = _clock(probe)
    for number, row in probe.numbered:
        source, log = _named(row, ("source", "_source")), str(_named(row, ("log",)) or "")
        hour, count = _time(_named(row, HOURS), clock), _count(_named(row, ("events", "count", "count_")))
        if source is None or hour is None or count is None:
            rejected.append(Rejected(probe.name, f"row {number}: it does not state source, hour and events"))
            continue
        if not count:
            continue
        if not log:
            raise BadInput("it has no column `log`", where=probe.name, do="run the pack's own coverage query")
        first, last = (_time(_named(row, (name,)), clock) or hour for name in ("first", "last"))
        has = {name.removeprefix("has_"): _count(value) or 0 for name, value in row.items() if name.startswith("has_")}
        key = (str(source), str(_named(row, ("host", "computer")) or ""), log)
        by_source.setdefault(key, []).append(_Probed(hour, first, last, count, has))
    for (source, host, log), hours in by_source.items():
        hours.sort(key=lambda one: one.first)
        yield _run(source, host, hours, _able(pack, asked, log, _has(hours)), log=log, sha256=probe.sha256)


def _count(value: Any) -> int | None:
    try:
        return max(int(float(value)), 0)
    except (TypeError, ValueError, OverflowError):
        return None


def _has(hours: Iterable[_Probed]) -> Counter[str]:
    """In how many events each field is."""
    has: Counter[str] = Counter()
    for one in hours:
        has.update(one.has)
    return has


def _run(source: str, host: str, hours: Sequence[_Probed], able: _Able, *, log: str, sha256: str) -> SourceRun:
    gaps: list[Span] = []
    last = hours[0].last
    for one in hours[1:]:
        if one.first - last > HOUR:
            gaps.append((last, one.first))
        last = max(last, one.last)
    coverage = SourceCoverage(
        source=source,
        shape=f"{log} log, searched by a query elsewhere",
        events=sum(one.events for one in hours),
        unparsed=0,
        first=hours[0].first,
        last=last,
        gaps=tuple(gaps),
        sha256=sha256,
        host=host,
        zone="as the query's result states it",
        notes=("what was searched is told by a coverage query, not by the log itself",),
    )
    return SourceRun(coverage, able.ran, able.could_not, 0, able.fields)


def _able(pack: Pack, asked: Mapping[str, set[str]], log: str, has: Mapping[str, int]) -> _Able:
    """Of the rules that were asked for over such logs: those whose fields some event has, and those that want one."""
    ran: list[str] = []
    could_not: list[NotRun] = []
    members = {rule.id: rule for rule in pack.rules.rules}
    seen: set[str] = set()
    for rule in pack.reported:
        parts = [rule] if isinstance(rule, Rule) else [members[one] for one in rule.rules if one in members]
        if log not in asked.get(rule.id, ()):
            continue
        fields = {field for part in parts for field in part.fields}
        missing = tuple(sorted(field for field in fields if not has.get(re.sub(r"\W", "_", field).lower())))
        seen |= fields.difference(missing)
        if missing:
            why = f"needs {', '.join(missing)}, which by the probe no event has"
            could_not.append(NotRun(rule.id, why, Reason.FIELD_ABSENT, missing, rule.file, rule.line))
        else:
            ran.append(rule.id)
    return _Able(tuple(ran), tuple(could_not), tuple(sorted(seen)))


def _unknown(source: str, hits: Sequence[Detection], rows: Rows) -> SourceRun:
    """A source of which only the hits are known."""
    note = "only its hits are known: no probe covers it"
    coverage = SourceCoverage(source, "result of a query elsewhere", len(hits), 0, None, None, sha256=rows.sha256, notes=(note,))
    return SourceRun(coverage, (), (), sum(d.time is None for d in hits))


def _not_run(rule: Rule | Correlation, runs: Sequence[SourceRun], asked: Mapping[str, set[str]], *, probe: Rows | None) -> NotRun:
    misses = [miss for run in runs for miss in run.could_not if miss.id == rule.id]
    if misses:
        return misses[0]
    if probe is None:
        why = "what the query could see is not known: no probe was given"
    else:
        why = "the probe names no log of its kind" if rule.id in asked else "its query is not among those that were run"
    return NotRun(rule.id, why, Reason.NO_LOG_SOURCE, file=rule.file, line=rule.line)
