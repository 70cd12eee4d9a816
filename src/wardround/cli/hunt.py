"""`wardround hunt`: search logs for traces, and say what could be seen."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from wardround.cli._hunt_also import AllIndicatorsOption, Also, IocOption, TimelineOption, YaraOption, asked
from wardround.cli._hunt_options import (
    FromHostOption,
    HostOption,
    LogsArgument,
    ResumeOption,
    RulesOption,
    SinceOption,
    SkewOption,
    UntilOption,
    WorkersOption,
    ZoneOption,
    check_clock,
    window,
)
from wardround.cli._logs import log_files
from wardround.cli._output import HomeOption, JsonOption, emit, home_of, say
from wardround.cli._rule_files import PipelineOption, ValuesOption, read_rule_files
from wardround.cli._searching import opened, search
from wardround.core.vocab import BadInput, Detection, Rejected

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from wardround.core.hunts import HuntResult, Pack, Window
    from wardround.core.sigma._model import RuleSet
    from wardround.core.vocab._hunting import NotRun
    from wardround.lake.home import Home

app = typer.Typer(add_completion=False, rich_markup_mode=None)
SHOWN = 20


@app.command()
def hunt(
    logs: LogsArgument,
    rules: RulesOption,
    json: JsonOption = False,
    home: HomeOption = None,
    host: HostOption = "",
    from_host: FromHostOption = False,
    since: SinceOption = "",
    until: UntilOption = "",
    zone: ZoneOption = "",
    skew: SkewOption = 0.0,
    pipeline: PipelineOption = None,
    values: ValuesOption = None,
    workers: WorkersOption = 0,
    ioc: IocOption = None,
    all_indicators: AllIndicatorsOption = False,
    yara: YaraOption = None,
    timeline: TimelineOption = None,
    resume: ResumeOption = False,
) -> None:
    """Search logs for traces, and say what could be seen.

    Exit code 0 with or without detections; 2 when no log or no rule could be read.
    """
    from wardround.core import hunts
    from wardround.engines.hunting import FolderStore, Job

    asked_for = window(since, until)
    check_clock(zone, skew)
    files, left_out = log_files(logs)
    rule_set, lists = _asked(rules, home_of(home), pipeline or (), values)
    also = asked(ioc or (), yara or (), timeline, general=all_indicators, lists=lists)
    store = FolderStore(home_of(home).cache / "rules")
    own: dict[str, Any] = {"host": host, "from_host": from_host, "zone": zone, "skew": skew}
    job = Job(tuple(files), rule_set, **own, store=store, opened=opened, indicators=also.indicators)
    found = search(job, home=home_of(home), workers=workers, resume=resume)
    whole = replace(found.result, rejected=(*left_out, *found.result.rejected))
    result, rejected = also.after(whole, job), whole.rejected
    if not (result.events or also.scanned or found.left):
        first = f": {rejected[0].where}: {rejected[0].what}" if rejected else ""
        raise BadInput(f"no event could be read{first}", do="give logs of a format in docs/reference/formats.md")
    sentence = hunts.statement(result, window=asked_for, host=host or None)
    if found.left:
        sentence += f" The hunt was stopped by hand: {len(found.left)} of {len(files)} files were not searched to their end."
    if json:
        cost = {"cpu_seconds": found.cpu_seconds, "peak_mb": found.peak_mb}
        emit(_document(result, rule_set, sentence, rejected) | also.document(result) | cost)
    else:
        _print(result, sentence, rejected, also)
        print(_next(result, asked_for))


def _asked(
    given: str, home: "Home", pipelines: Sequence[Path], values: Path | None
) -> tuple["RuleSet", tuple[tuple[str, bytes], ...]]:
    """The rules of a pack or folder, and the indicators of a pack. Raises BadInput when none of them can be run."""
    pack = _pack(given)
    rules = pack.rules if pack else read_rule_files(Path(given), home=home, pipelines=pipelines, values=values)
    if not rules.rules:
        what = "give a folder of Sigma rules (*.yml), or a pack (wardround pack list)"
        raise BadInput("no rule in it can be run", where=given, do=what)
    return rules, pack.indicators if pack else ()


def _pack(given: str) -> "Pack | None":
    """The pack of that name or folder; None for a folder or file of rules."""
    from wardround.core.hunts._packs import pack_in
    from wardround.lake.hunts import pack_folder

    folder = pack_folder(given)
    return pack_in(folder, where=given) if folder else None


def _document(result: "HuntResult", rules: "RuleSet", sentence: str, rejected: tuple[Rejected, ...]) -> dict[str, Any]:
    """The document of `--json`. What a pack calls a scan stands under `scans`: a probe that found the server, no trace of entry."""
    coverage = result.coverage
    scanning = {rule.id for rule in rules.rules if rule.phase == "scan"}
    scanning |= {one.id for one in rules.correlations if one.phase == "scan"}
    return {
        "events": result.events,
        "rules": {
            "given": coverage.rules_given,
            "ran": coverage.rules_ran,
            "not_run": [_missed(miss) for miss in coverage.not_run],
            "notes": result.notes,
            "sha256": rules.sha256,
        },
        "coverage": {
            "statement": sentence,
            "sources": [
                {
                    "path": run.coverage.source,
                    "type": run.coverage.shape,
                    "host": run.coverage.host or None,
                    "from": run.coverage.first,
                    "to": run.coverage.last,
                    "events": run.coverage.events,
                    "without_time": run.not_placed,
                    "unparsed": run.coverage.unparsed,
                    "unparsed_examples": run.coverage.unparsed_examples,
                    "gaps": run.coverage.gaps,
                    "kinds": [
                        {"kind": one.kind, "host": one.host or None, "from": one.first, "to": one.last, "gaps": one.gaps}
                        for one in run.coverage.kinds
                    ],
                    "fields": run.fields,
                    "zone": run.coverage.zone or None,
                    "clock_skew_seconds": run.coverage.skew,
                    "notes": run.coverage.notes,
                    "sha256": run.coverage.sha256,
                    "could_have_been_altered": run.coverage.could_have_been_altered,
                    "rules_ran": len(run.ran),
                    "could_not": [_missed(miss) for miss in run.could_not],
                }
                for run in result.runs
            ],
            "rejected": [{"path": r.where, "why": r.what} for r in rejected],
        },
        "detections": [_told(d) for d in result.detections if d.rule not in scanning],
        "scans": [_told(d) for d in result.detections if d.rule in scanning],
    }


def _missed(miss: "NotRun") -> dict[str, Any]:
    """A rule that did not run: the sentence, one of the fixed reasons, and where they are known its fields, file and line."""
    told: dict[str, Any] = {"id": miss.id, "why": miss.why, "reason": miss.reason}
    if miss.fields:
        told["fields"] = miss.fields
    return told | ({"file": miss.file, "line": miss.line or None} if miss.file else {})


def _told(d: Detection) -> dict[str, Any]:
    return {
        "rule": d.rule,
        "source": d.source,
        "line": d.line,
        "time": d.time,
        "title": d.title,
        "level": d.level,
        "excerpt": d.excerpt,
    }


def _when(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S}Z" if time else "no time"


def _print(result: "HuntResult", sentence: str, rejected: tuple[Rejected, ...], also: Also) -> None:
    """The sentence first, then what was found, then what was not seen, then what to do."""
    from rich.console import Console
    from rich.text import Text

    console = Console()
    console.print(Text(sentence, style="bold"), soft_wrap=True)
    if result.detections:
        table = _table("Detections, to be judged one by one", "time", "level", "what", "source", "line")
        for d in result.detections[:SHOWN]:
            table.add_row(_when(d.time), d.level, Text(d.title or d.rule), Text(Path(d.source).name), str(d.line))
        console.print(table)
        if len(result.detections) > SHOWN:
            console.print(f"... and {len(result.detections) - SHOWN} more: --json lists all")
    table = _table("What could be seen", "source", "what it is", "events", "from", "to", "gaps", "not read", "rules")
    for run in result.runs[:SHOWN]:
        c = run.coverage
        table.add_row(
            Text(c.source),
            c.shape,
            str(c.events),
            _when(c.first),
            _when(c.last),
            str(sum(len(kind.gaps) for kind in c.kinds) or len(c.gaps)),
            str(c.unparsed),
            str(len(run.ran)),
        )
    console.print(table)
    if len(result.runs) > SHOWN:
        console.print(f"... and {len(result.runs) - SHOWN} more: --json lists all")
    _print_notes(result)
    for note in result.notes[:SHOWN]:
        console.print(Text(note))
    _print_not_run(console, result)
    for item in rejected[:SHOWN]:
        say(f"not read: {item.where}: {item.what}")
    also.print(result)


def _table(title: str, *columns: str) -> "Table":
    """A table in which nothing is cut off, however narrow the page: times and names of logs go on in the next line."""
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        least = 10 if column in ("time", "from", "to", "source") else len(column)  # as long as a day
        table.add_column(column, overflow="fold", min_width=least)
    return table


def _print_notes(result: "HuntResult") -> None:
    """What had to be assumed of a log's times, and what else a reader must know of it."""
    for run in result.runs[:SHOWN]:
        zone = f"zone {run.coverage.zone}" if run.coverage.zone.startswith("not stated") else ""
        if said := "; ".join(part for part in (zone, *run.coverage.notes) if part):
            say(f"{run.coverage.source}: {said}")


def _print_not_run(console: "Console", result: "HuntResult") -> None:
    """Rules that did not run, those with the same reason together."""
    from rich.text import Text

    reasons: dict[str, list[str]] = {}
    for miss in result.coverage.not_run:
        reasons.setdefault(miss.why, []).append(miss.id)
    if reasons:
        console.print(f"{len(result.coverage.not_run)} rules did not run:", style="bold")
    for why, ids in sorted(reasons.items(), key=lambda item: -len(item[1]))[:SHOWN]:
        console.print(Text(f"  {ids[0] if len(ids) == 1 else f'{len(ids)} rules'}: {why}"))
    if len(reasons) > SHOWN:
        console.print(f"  ... and {len(reasons) - SHOWN} more reasons: --json lists all")


def _next(result: "HuntResult", asked_for: "Window | None") -> str:
    from wardround.core.hunts import searched_hours
    from wardround.core.hunts._coverage import by_host
    from wardround.core.hunts._statement import not_seen

    if any(d.level != "informational" for d in result.detections):
        return "Next: judge each detection (false alarm with its reason, or incident). Leave the logs and the host as they are."
    hosts = by_host(result.coverage.sources)
    unseen = asked_for is not None and any(searched_hours(result.coverage, window=asked_for, host=host).unseen for host in hosts)
    if unseen or not hosts or result.coverage.not_run or not_seen(result, window=asked_for):
        return "Next: find the logs that are missing, or have a person accept this coverage as it is stated."
    return "Next: have a person accept this coverage, and keep the --json document as evidence."
