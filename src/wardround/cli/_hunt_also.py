"""What a hunt looks for beside its rules: indicators (`--ioc`), YARA rules (`--yara`); and its timeline (`--timeline`)."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wardround.cli._logs import STANDARD_INPUT
from wardround.cli._output import say
from wardround.core.vocab import BadInput, Detection

if TYPE_CHECKING:
    from wardround.core.hunts import HuntResult, Source
    from wardround.core.hunts._timeline import Timeline
    from wardround.core.hunts._yara import YaraResult, YaraRules
    from wardround.core.hunts.indicators import IndicatorSet
    from wardround.core.logs import Event
    from wardround.engines.hunting import Job

YARA_ENDINGS = (".yar", ".yara", ".rule")
SHOWN = 20

IocOption = Annotated[
    list[Path] | None,
    typer.Option("--ioc", metavar="FILE", help="Indicators: CSV or a plain list, STIX 2.1, MISP JSON, OpenIOC; may be repeated."),
]
AllIndicatorsOption = Annotated[
    bool,
    typer.Option("--all-indicators", help="Also look for indicators that mean nothing by themselves, such as private addresses."),
]
YaraOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--yara", metavar="FILE|DIR", help="YARA rules to scan the files with, and what is packed in them; may be repeated."
    ),
]
TimelineOption = Annotated[
    Path | None,
    typer.Option("--timeline", metavar="FILE", help="Write a timeline: .csv, .json, or .jsonl for Timesketch."),
]


@dataclass
class Also:
    """What was asked for beside the rules, made ready; and what came of it."""

    indicators: "IndicatorSet | None" = None
    yara: "YaraRules | None" = None
    timeline: Path | None = None
    scanned: "YaraResult | None" = None

    def after(self, result: "HuntResult", job: "Job") -> "HuntResult":
        """Scan the files, write the timeline. The result with what YARA rules found among its detections."""
        if self.yara is not None:
            from wardround.core.hunts._yara import scan

            self.scanned = scan(_sources(job), rules=self.yara)
            result = replace(result, detections=(*result.detections, *self.scanned.detections))
        if self.timeline is not None:
            try:
                _write(_timeline(result, job), self.timeline)
            except BadInput as problem:  # what was searched for hours is not lost with it
                self.timeline, note = None, f"the timeline could not be written: {problem.where}: {problem.what}"
                result = replace(result, notes=(*result.notes, note))
        return result

    def document(self, result: "HuntResult") -> dict[str, Any]:
        """What stands in the document of `--json` for it."""
        out: dict[str, Any] = {}
        if result.indicators is not None:
            out["indicators"] = _indicators(result)
        if self.yara is not None and self.scanned is not None:
            out["yara"] = _yara(self.yara, self.scanned)
        return out

    def print(self, result: "HuntResult") -> None:
        """The same for people, in a few lines."""
        if (named := result.indicators) is not None:
            found = f"{len(named.found):,} matches" if named.found else "no match in what was searched"
            print(f"Indicators: {named.loaded:,} of {named.given:,} looked for: {found}.")
            for one in named.looked_for.doubted[:SHOWN]:
                say(f"not looked for without --all-indicators: {one.given} ({one.where}): {one.doubt}")
            _print_problems("indicator", named.looked_for.problems, named.looked_for.unread)
            for run in result.runs[:SHOWN]:
                if missing := named.not_sought(run.coverage.source):
                    say(f"{run.coverage.source}: no field in it for indicators of the type {', '.join(missing)}")
        if self.yara is not None and self.scanned is not None:
            print(f"YARA: {self.yara.loaded:,} rules over {self.scanned.scanned:,} files: {len(self.scanned.matches):,} matches.")
            _print_problems("YARA", (*self.yara.problems, *self.scanned.stopped, *self.scanned.rejected))
        if self.timeline is not None:
            say(f"Timeline written to {self.timeline}.")


def asked(
    ioc: Sequence[Path], yara: Sequence[Path], timeline: Path | None, *, general: bool, lists: Iterable[tuple[str, bytes]] = ()
) -> Also:
    """Read indicators and YARA rules. `lists` are indicators that a pack brings. Raises BadInput when one of them holds nothing."""
    also = Also(timeline=timeline)
    if timeline is not None:
        from wardround.core.hunts._timeline_files import FORMS

        if timeline.suffix[1:].lower() not in FORMS:
            raise BadInput("a timeline is written as .csv, .json or .jsonl", where=str(timeline), do="give it one of these endings")
        if not (timeline.parent.is_dir() and os.access(timeline.parent, os.W_OK)):
            raise BadInput("there is no such folder, or nobody may write in it", where=str(timeline.parent), do="make it first")
    given = [*lists, *((str(path), _bytes(path)) for path in ioc)]
    if given:
        from wardround.core.hunts.indicators import read_indicators

        also.indicators = read_indicators(given, general=general)
        if not also.indicators.loaded and ioc:
            first = next((f": {one.where}: {one.what}" for one in also.indicators.problems), "")
            raise BadInput(f"no indicator in it can be looked for{first}", where=str(ioc[0]), do=_advice(also.indicators))
    if yara:
        from wardround.core.hunts._yara import read_yara

        also.yara = read_yara((str(path), _bytes(path)) for path in _rule_files(yara))
        if not also.yara.loaded:
            first = next((f": {one.where}: {one.what}" for one in also.yara.problems), "")
            raise BadInput(f"no YARA rule in it can be run{first}", where=str(yara[0]))
    return also


def _advice(indicators: "IndicatorSet") -> str:
    if indicators.doubted:
        return "all of them mean nothing by themselves (private addresses and the like); --all-indicators looks for them"
    return "give a CSV file, a plain list, STIX 2.1, MISP JSON or OpenIOC"


def _rule_files(given: Iterable[Path]) -> Iterator[Path]:
    for path in given:
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.suffix.lower() in YARA_ENDINGS and file.is_file())
        else:
            yield path


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(error.strerror or str(error), where=str(path)) from None


def _sources(job: "Job", wanted: Callable[[Path], bool] = lambda _: True) -> "Iterator[Source]":
    """The files once more. Standard input can be read only once; what cannot be opened was told already."""
    from wardround.core.hunts import Source

    for path in job.files:
        if path == STANDARD_INPUT or not wanted(path):
            continue
        with ExitStack() as stack:
            opened: tuple[str, Any, datetime | None]
            try:
                opened = job.opened(path)
            except OSError:
                continue
            name, file, written = opened
            stack.enter_context(file)
            yield Source(
                name,
                file,
                host=job.host,
                could_have_been_altered=job.from_host,
                zone=job.zone,
                skew=job.skew,
                written=written,
            )


def _timeline(result: "HuntResult", job: "Job") -> "Timeline":
    from wardround.core.hunts._timeline import timeline
    from wardround.core.logs import Reading, unpacked
    from wardround.core.vocab import Rejected

    with_hits = {d.source for d in result.detections if d.line}
    holding = {name[:at] for name in with_hits for at in (len(name), *(i for i, sign in enumerate(name) if sign == "!"))}

    def events() -> Iterator[tuple[str, Iterable["Event"]]]:
        unread: list[Rejected] = []
        for outer in _sources(job, lambda path: str(path) in holding):
            for source in unpacked(outer, rejected=unread):
                if source.name in with_hits:
                    yield source.name, Reading(source)

    found = result.indicators.found if result.indicators else ()
    made = timeline(result.detections, found=found, events=events)
    if any(d.source == "standard input" for d in result.detections):
        say("What came through standard input cannot be read twice: the timeline has no context of it.")
    return made


def _write(made: "Timeline", path: Path) -> None:
    from wardround.core.hunts._timeline_files import exported
    from wardround.lake.files import written_whole

    form = path.suffix[1:].lower()
    try:
        with written_whole(path.parent, name=lambda: path) as file:
            for piece in exported(made, form):
                file.write(piece)
    except OSError as error:
        raise BadInput(error.strerror or str(error), where=str(path)) from None
    for cut in made.cut[:SHOWN]:
        say(f"timeline: {cut}")
    if made.without_time:
        where = "left out of it: Timesketch takes none" if form == "jsonl" else "at its end"
        say(f"timeline: {made.without_time:,} entries without a time, {where}")


def _print_problems(what: str, problems: Sequence[Any], count: int | None = None) -> None:
    for one in problems[:SHOWN]:
        say(f"{what}: {one.where}: {one.what}")
    if (count or len(problems)) > SHOWN:
        say(f"{what}: ... and {(count or len(problems)) - SHOWN} more: --json lists them")


def _indicators(result: "HuntResult") -> dict[str, Any]:
    named = result.indicators
    assert named is not None  # noqa: S101  # nosec B101  asked by the caller
    lists = named.looked_for
    return {
        "given": named.given,
        "loaded": named.loaded,
        "types": lists.counts,
        "repeated": lists.repeated,
        "passed_over": lists.passed_over,
        "not_read": lists.unread,
        "problems": [_problem(one.where, one.what) for one in lists.problems],
        "not_looked_for": [
            {"type": one.type, "value": one.value, "given": one.given, "where": one.where, "why": one.doubt}
            for one in lists.doubted
        ],
        "sha256": lists.sha256,
        "matched": len(named.found),
        "matches": [
            {
                **_place(one.detection),
                "type": one.match.indicator.type,
                "indicator": one.match.indicator.value,
                "given": one.match.indicator.given,
                "list": one.match.indicator.where,
                "context": one.match.indicator.context,
                "field": one.match.field,
                "found": one.match.found,
                "how": one.match.how,
            }
            for one in named.found
        ],
        "searched": [
            {
                "path": run.coverage.source,
                "types": sorted(named.sought.get(run.coverage.source, ())),
                "not_possible": named.not_sought(run.coverage.source),
            }
            for run in result.runs
        ],
    }


def _place(one: Detection) -> dict[str, Any]:
    return {"rule": one.rule, "source": one.source, "line": one.line, "time": one.time, "excerpt": one.excerpt}


def _problem(where: str, what: str) -> dict[str, Any]:
    """The file and, where it has one, the line; in JSON the place is a pointer."""
    file, _, line = where.rpartition(":")
    if file and line.isdecimal():
        return {"file": file, "line": int(line), "what": what}
    file, _, pointer = where.partition("#")
    return (
        {"file": file, "line": None, "pointer": pointer, "what": what} if pointer else {"file": where, "line": None, "what": what}
    )


def _yara(rules: "YaraRules", result: "YaraResult") -> dict[str, Any]:
    return {
        "given": rules.given,
        "loaded": rules.loaded,
        "sha256": rules.sha256,
        "scanned": result.scanned,
        "problems": [_problem(one.where, one.what) for one in rules.problems],
        "stopped": [{"file": one.where, "what": one.what} for one in result.stopped],
        "not_scanned": [{"path": one.where, "why": one.what} for one in result.rejected],
        "matches": [
            {
                "rule": match.detection.rule,
                "file": match.detection.source,
                "title": match.detection.title,
                "rule_file": match.rule_file,
                "offsets": [
                    {"offset": offset, "pattern": pattern, "bytes": seen.decode("latin-1")}
                    for offset, pattern, seen in match.places
                ],
            }
            for match in result.matches
        ],
    }
